"""Amazon Inspector."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bartizan.model import Resource, field, resource
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Item, Listing, Reader


@resource("AWS::InspectorV2::AccountStatus")
class AccountStatus(Resource):
    """What Inspector scans in one region."""

    ec2: bool = field("Whether it scans instances.", default=True)
    ecr: bool = field("Whether it scans container images.", default=True)
    functions: bool = field("Whether it scans the packages of Lambda functions.", default=True)
    function_code: bool = field("Whether it scans the code of Lambda functions.", default=True)
    administrator: str | None = field("The account that administers it, if it is another.", default=None)
    auto_enable: bool | None = field(
        "Whether accounts that join the organization are enrolled by themselves; null where others decide it.",
        default=None,
    )

    @property
    def enabled(self) -> bool:
        """Whether it scans anything."""
        return self.ec2 or self.ecr or self.functions


def _scans(part: str) -> Callable[[Item], Any]:
    # Some regions have not all of the parts.
    return lambda item: (item["resourceState"].get(part) or {}).get("status") in {"ENABLED", "ENABLING"}


STATUSES = Reader(
    AccountStatus,
    listing=Listing(
        Call("inspector2:BatchGetAccountStatus"),
        items="accounts",
        fields={
            "ec2": _scans("ec2"),
            "ecr": _scans("ecr"),
            "functions": _scans("lambda"),
            "function_code": _scans("lambdaCode"),
        },
    ),
    arn=lambda _, scope: scope.arn("inspector2", "account-status"),
    details=(
        Detail(
            Call("inspector2:GetDelegatedAdminAccount"),
            params=lambda _: {},
            fields={"administrator": lambda reply: (reply.get("delegatedAdmin") or {}).get("accountId")},
            absent={"ResourceNotFoundException": {"administrator": None}},
            when=lambda made: made.enabled,
            otherwise={"administrator": None},
        ),
        Detail(
            Call("inspector2:DescribeOrganizationConfiguration"),
            params=lambda _: {},
            fields={"auto_enable": lambda reply: any((reply.get("autoEnable") or {}).values())},
            when=lambda made: made.enabled,
            otherwise={"auto_enable": None},
        ),
    ),
)


def _turned_on(part: str) -> Callable[[Block], bool]:
    return lambda block: part in block["resource_types"] or block.if_new(default=False, what=f"{part} of Inspector")


TERRAFORM_ENABLER = CodeReader(
    "aws_inspector2_enabler",
    AccountStatus,
    fields={
        "ec2": _turned_on("EC2"),
        "ecr": _turned_on("ECR"),
        "functions": _turned_on("LAMBDA"),
        "function_code": _turned_on("LAMBDA_CODE"),
    },
)
