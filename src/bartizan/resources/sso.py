"""AWS IAM Identity Center."""

from __future__ import annotations

import re

from bartizan.model import Resource, field, resource
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Listing, Reader, Reply, Within

_DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$")


@resource("AWS::SSO::Instance", name="instance_arn")
class Instance(Resource):
    """An instance of IAM Identity Center that the account can see."""

    instance_arn: str = field("Its ARN.")
    owner_account_id: str = field("The account that owns it.", default="111122223333")
    status: str = field("`ACTIVE`, or what it is on the way to.", default="ACTIVE")


@resource("AWS::SSO::PermissionSet", name="permission_set_name")
class PermissionSet(Resource):
    """A permission set: what people may do in the accounts that it is assigned in."""

    permission_set_name: str = field("Its name.")
    session_duration: str = field("How long a session lasts, as ISO 8601 has it (`PT1H`).", default="PT1H")
    inline_policy: PolicyDocument | None = field("Its inline policy.", default=None)
    managed_policies: tuple[str, ...] = field("The managed policies of AWS that are attached.", default=())

    @property
    def session_hours(self) -> float:
        """How many hours a session lasts; raises ``ValueError`` for what is no such duration."""
        found = _DURATION.match(self.session_duration)
        if not found:
            raise ValueError(f"{self.session_duration!r} is no duration")
        hours, minutes, seconds = (int(each or 0) for each in found.groups())
        return hours + minutes / 60 + seconds / 3600


def _instances() -> Listing:
    return Listing(
        Call("sso-admin:ListInstances", permissions=("sso:ListInstances",)),
        items="Instances",
        fields={
            "instance_arn": lambda item: item["InstanceArn"],
            "owner_account_id": lambda item: item["OwnerAccountId"],
            "status": lambda item: item["Status"],
        },
    )


def _inline(reply: Reply) -> PolicyDocument | None:
    return parse_policy(reply["InlinePolicy"]) if reply.get("InlinePolicy") else None


INSTANCES = Reader(
    Instance,
    listing=_instances(),
    arn=lambda item, _: item["InstanceArn"],
    # An instance may be copied to other regions, which list it as well.
    region=lambda item, scope: item.get("PrimaryRegion") or scope.region,
)

PERMISSION_SETS = Reader(
    PermissionSet,
    listing=Listing(
        Call("sso-admin:ListPermissionSets", permissions=("sso:ListPermissionSets",)),
        items=lambda reply: [{"PermissionSetArn": each} for each in reply["PermissionSets"]],
        params={"MaxResults": 100},
        within=Within(_instances(), params=lambda item: {"InstanceArn": item["InstanceArn"]}),
    ),
    arn=lambda item, _: item["PermissionSetArn"],
    region=lambda item, scope: item.get("PrimaryRegion") or scope.region,
    details=(
        Detail(
            Call("sso-admin:DescribePermissionSet", permissions=("sso:DescribePermissionSet",)),
            params=lambda item: {"InstanceArn": item["InstanceArn"], "PermissionSetArn": item["PermissionSetArn"]},
            fields={
                "permission_set_name": lambda reply: reply["PermissionSet"]["Name"],
                "session_duration": lambda reply: reply["PermissionSet"].get("SessionDuration", "PT1H"),
            },
        ),
        Detail(
            Call("sso-admin:GetInlinePolicyForPermissionSet", permissions=("sso:GetInlinePolicyForPermissionSet",)),
            params=lambda item: {"InstanceArn": item["InstanceArn"], "PermissionSetArn": item["PermissionSetArn"]},
            fields={"inline_policy": _inline},
        ),
        Detail(
            Call(
                "sso-admin:ListManagedPoliciesInPermissionSet", permissions=("sso:ListManagedPoliciesInPermissionSet",)
            ),
            # At most 20 can be attached, so that one page holds them.
            params=lambda item: {
                "InstanceArn": item["InstanceArn"],
                "PermissionSetArn": item["PermissionSetArn"],
                "MaxResults": 100,
            },
            fields={
                "managed_policies": lambda reply: tuple(
                    sorted(each["Arn"] for each in reply["AttachedManagedPolicies"])
                )
            },
        ),
    ),
)


def _cfn_inline(block: Block) -> PolicyDocument | None:
    policy = block.plain("InlinePolicy")
    return parse_policy(policy) if policy else None


CLOUDFORMATION_PERMISSION_SET = CodeReader(
    "AWS::SSO::PermissionSet",
    PermissionSet,
    fields={
        "permission_set_name": lambda block: block["Name"],
        "session_duration": lambda block: block.get("SessionDuration", "PT1H"),
        "inline_policy": _cfn_inline,
        "managed_policies": lambda block: tuple(sorted(block.plain("ManagedPolicies", ()))),
    },
)


def _terraform_inline(block: Block) -> PolicyDocument | None:
    apart = block.part("aws_ssoadmin_permission_set_inline_policy")
    return parse_policy(apart.plain("inline_policy")) if apart else None


TERRAFORM_PERMISSION_SET = CodeReader(
    "aws_ssoadmin_permission_set",
    PermissionSet,
    parts=dict.fromkeys(
        ("aws_ssoadmin_permission_set_inline_policy", "aws_ssoadmin_managed_policy_attachment"), "permission_set_arn"
    ),
    fields={
        "permission_set_name": lambda block: block["name"],
        "session_duration": lambda block: block.get("session_duration") or "PT1H",
        "inline_policy": _terraform_inline,
        "managed_policies": lambda block: tuple(
            sorted(each["managed_policy_arn"] for each in block.parts("aws_ssoadmin_managed_policy_attachment"))
        ),
    },
)
