"""Amazon Macie."""

from __future__ import annotations

from bartizan.model import Resource, field, resource
from bartizan.resources.code import CodeReader
from bartizan.resources.reading import Call, Detail, Listing, Reader, Reply


@resource("AWS::Macie::Session")
class Session(Resource):
    """Macie in one region; there is one for each region, whether it is on or off."""

    enabled: bool = field("Whether it is on and not paused.", default=True)
    automated_discovery: bool = field("Whether it samples all buckets by itself.", default=True)
    administrator: str | None = field("The account that administers it, if it is another.", default=None)
    auto_enable: bool | None = field(
        "Whether accounts that join the organization are enrolled by themselves; null where others decide it.",
        default=None,
    )


def _administrator(reply: Reply) -> str | None:
    account: str | None = (reply.get("administrator") or {}).get("accountId")
    return account


SESSIONS = Reader(
    Session,
    listing=Listing(
        Call("macie2:GetMacieSession"),
        items=lambda reply: [reply],
        fields={"enabled": lambda item: item.get("status") == "ENABLED"},
        # Where Macie is off AWS denies the call in these words: https://repost.aws/questions/QU8ZC1xd9BQV2vnGkod7gQww
        absent=("AccessDeniedException: Macie is not enabled",),
        stand_ins=({},),
    ),
    arn=lambda _, scope: scope.arn("macie2", "session"),
    details=(
        Detail(
            Call("macie2:GetAutomatedDiscoveryConfiguration"),
            params=lambda _: {},
            fields={"automated_discovery": lambda reply: reply["status"] == "ENABLED"},
            when=lambda made: made.enabled,
            otherwise={"automated_discovery": False},
        ),
        Detail(
            Call("macie2:GetAdministratorAccount"),
            params=lambda _: {},
            fields={"administrator": _administrator},
            absent={"ResourceNotFoundException": {"administrator": None}},
            when=lambda made: made.enabled,
            otherwise={"administrator": None},
        ),
        Detail(
            Call("macie2:DescribeOrganizationConfiguration"),
            params=lambda _: {},
            fields={"auto_enable": lambda reply: bool(reply.get("autoEnable"))},
            when=lambda made: made.enabled,
            otherwise={"auto_enable": None},
        ),
    ),
)

TERRAFORM_SESSION = CodeReader(
    "aws_macie2_account",
    Session,
    defaulted={"aws_macie2_account": ("status",)},
    fields={"enabled": lambda block: block.get("status", "ENABLED") == "ENABLED"},
)

CLOUDFORMATION_SESSION = CodeReader(
    "AWS::Macie::Session",
    Session,
    fields={"enabled": lambda block: block.get("Status", "ENABLED") == "ENABLED"},
)
