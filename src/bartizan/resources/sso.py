"""AWS IAM Identity Center."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

from bartizan.model import CoverageGap, Reason, Resource, field, resource
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import (
    Api,
    Call,
    CustomReader,
    Detail,
    Failed,
    Item,
    Listing,
    Reader,
    Reply,
    Scope,
    Within,
)

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
    customer_managed_policies: tuple[str, ...] = field(
        "Path and name (`/deploy`) of the policies that it takes from each account it is assigned in.", default=()
    )
    permissions_boundary: str | None = field(
        "Its boundary: the ARN of a policy of AWS, or path and name of one of each account.", default=None
    )
    accounts: tuple[str, ...] = field("The accounts in which it is assigned to anybody.", default=("111122223333",))

    @property
    def session_hours(self) -> float:
        """How many hours a session lasts; raises ``ValueError`` for what is no such duration."""
        found = _DURATION.match(self.session_duration)
        if not found:
            raise ValueError(f"{self.session_duration!r} is no duration")
        hours, minutes, seconds = (int(each or 0) for each in found.groups())
        return hours + minutes / 60 + seconds / 3600


@resource("AWS::SSO::Assignment", name="principal_id")
class Assignment(Resource):
    """A permission set that a user or group has in an account."""

    permission_set_arn: str = field(
        "The ARN of the permission set.", default="arn:aws:sso:::permissionSet/ssoins-1/ps-1"
    )
    principal_type: str = field("`USER` or `GROUP`.", default="GROUP")
    principal_id: str = field("The id of the user or group in the identity store.")
    target_id: str = field("The account.", default="111122223333")


_ASSIGNMENTS = Call("sso-admin:ListAccountAssignments", permissions=("sso:ListAccountAssignments",))
_PROVISIONED = Call(
    "sso-admin:ListAccountsForProvisionedPermissionSet", permissions=("sso:ListAccountsForProvisionedPermissionSet",)
)
_INSTANCES = Call("sso-admin:ListInstances", permissions=("sso:ListInstances",))
_SETS = Call("sso-admin:ListPermissionSets", permissions=("sso:ListPermissionSets",))
_MOST = {"MaxResults": 100}


def _instances() -> Listing:
    return Listing(
        _INSTANCES,
        items="Instances",
        fields={
            "instance_arn": lambda item: item["InstanceArn"],
            "owner_account_id": lambda item: item["OwnerAccountId"],
            "status": lambda item: item["Status"],
        },
    )


def _set(item: Item) -> dict[str, Any]:
    return {"InstanceArn": item["InstanceArn"], "PermissionSetArn": item["PermissionSetArn"]}


def _referred(reference: Item) -> str:
    return f"{reference.get('Path', '/')}{reference['Name']}"


def _boundary(reply: Reply) -> str | None:
    boundary = reply.get("PermissionsBoundary") or {}
    own = boundary.get("CustomerManagedPolicyReference")
    found: str | None = _referred(own) if own else boundary.get("ManagedPolicyArn")
    return found


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
        _SETS,
        items=lambda reply: [{"PermissionSetArn": each} for each in reply["PermissionSets"]],
        params=_MOST,
        within=Within(_instances(), params=lambda item: {"InstanceArn": item["InstanceArn"]}),
    ),
    arn=lambda item, _: item["PermissionSetArn"],
    region=lambda item, scope: item.get("PrimaryRegion") or scope.region,
    details=(
        Detail(
            Call("sso-admin:DescribePermissionSet", permissions=("sso:DescribePermissionSet",)),
            params=_set,
            fields={
                "permission_set_name": lambda reply: reply["PermissionSet"]["Name"],
                "session_duration": lambda reply: reply["PermissionSet"].get("SessionDuration", "PT1H"),
            },
        ),
        Detail(
            Call("sso-admin:GetInlinePolicyForPermissionSet", permissions=("sso:GetInlinePolicyForPermissionSet",)),
            params=_set,
            fields={"inline_policy": _inline},
        ),
        Detail(
            Call(
                "sso-admin:ListManagedPoliciesInPermissionSet", permissions=("sso:ListManagedPoliciesInPermissionSet",)
            ),
            # At most 20 can be attached, so that one page holds them.
            params=lambda item: {**_set(item), **_MOST},
            fields={
                "managed_policies": lambda reply: tuple(
                    sorted(each["Arn"] for each in reply["AttachedManagedPolicies"])
                )
            },
        ),
        Detail(
            Call(
                "sso-admin:ListCustomerManagedPolicyReferencesInPermissionSet",
                permissions=("sso:ListCustomerManagedPolicyReferencesInPermissionSet",),
            ),
            params=lambda item: {**_set(item), **_MOST},
            fields={
                "customer_managed_policies": lambda reply: tuple(
                    sorted(map(_referred, reply["CustomerManagedPolicyReferences"]))
                )
            },
        ),
        Detail(
            Call(
                "sso-admin:GetPermissionsBoundaryForPermissionSet",
                permissions=("sso:GetPermissionsBoundaryForPermissionSet",),
            ),
            params=_set,
            fields={"permissions_boundary": _boundary},
            absent={"ResourceNotFoundException": {"permissions_boundary": None}},
        ),
        Detail(
            _PROVISIONED,
            params=lambda item: {**_set(item), **_MOST},
            fields={"accounts": lambda reply: tuple(sorted(reply["AccountIds"]))},
            whole="AccountIds",
        ),
    ),
)


async def _all(api: Api, call: Call, scope: Scope, key: str, params: dict[str, Any]) -> list[Item]:
    return [each async for reply in api.pages(call, scope, params) for each in reply.get(key) or ()]


async def _read_assignments(api: Api, scope: Scope) -> AsyncIterator[Resource | CoverageGap]:
    """The assignments of each permission set, in the accounts only that have it.

    Asking what each user and group has would take a call for each person of the directory.
    """
    for instance in await _all(api, _INSTANCES, scope, "Instances", {}):
        if (instance.get("PrimaryRegion") or scope.region) != scope.region:
            continue  # a copy of what lives in another region
        try:
            sets = await _all(api, _SETS, scope, "PermissionSets", {**_MOST, "InstanceArn": instance["InstanceArn"]})
        except Failed as failed:
            if instance["OwnerAccountId"] == scope.account or failed.gap.reason is not Reason.DENIED:
                raise
            continue  # the organization's, which its members see and may not read
        for arn in sets:
            given = {"InstanceArn": instance["InstanceArn"], "PermissionSetArn": arn, **_MOST}
            for account in await _all(api, _PROVISIONED, scope, "AccountIds", given):
                listed = {**given, "AccountId": account}
                for each in await _all(api, _ASSIGNMENTS, scope, "AccountAssignments", listed):
                    yield _assignment(each, scope)


def _assignment(item: Item, scope: Scope) -> Assignment:
    kind, principal, target = item["PrincipalType"], item["PrincipalId"], item["AccountId"]
    return Assignment.of(
        {
            "permission_set_arn": item["PermissionSetArn"],
            "principal_type": kind,
            "principal_id": principal,
            "target_id": target,
            # An assignment has no ARN of its own.
            "arn": f"{item['PermissionSetArn']}/{target}/{kind.lower()}/{principal}",
            "account": scope.account,
            "region": scope.region,
            "read_at": scope.now,
        }
    )


ASSIGNMENTS = CustomReader(
    (Assignment,),
    declared=(_INSTANCES, _SETS, _PROVISIONED, _ASSIGNMENTS),
    read=_read_assignments,
    where="region",
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
        "customer_managed_policies": lambda block: tuple(
            sorted(map(_referred, block.plain("CustomerManagedPolicyReferences", ())))
        ),
        "permissions_boundary": lambda block: _boundary(
            {"PermissionsBoundary": block.plain("PermissionsBoundary", {})}
        ),
    },
)

CLOUDFORMATION_ASSIGNMENT = CodeReader(
    "AWS::SSO::Assignment",
    Assignment,
    fields={
        "permission_set_arn": lambda block: block["PermissionSetArn"],
        "principal_type": lambda block: block["PrincipalType"],
        "principal_id": lambda block: block["PrincipalId"],
        "target_id": lambda block: block["TargetId"],
    },
)

TERRAFORM_ASSIGNMENT = CodeReader(
    "aws_ssoadmin_account_assignment",
    Assignment,
    fields={
        "permission_set_arn": lambda block: block["permission_set_arn"],
        "principal_type": lambda block: block["principal_type"],
        "principal_id": lambda block: block["principal_id"],
        "target_id": lambda block: block["target_id"],
    },
)


def _terraform_inline(block: Block) -> PolicyDocument | None:
    apart = block.part("aws_ssoadmin_permission_set_inline_policy")
    return parse_policy(apart.plain("inline_policy")) if apart else None


def _terraform_reference(block: Block) -> str:
    reference = block.plain("customer_managed_policy_reference")[0]
    return f"{reference.get('path') or '/'}{reference['name']}"


def _terraform_boundary(block: Block) -> str | None:
    apart = block.part("aws_ssoadmin_permissions_boundary_attachment")
    if not apart:
        return None
    boundary = apart.plain("permissions_boundary")[0]
    own = boundary.get("customer_managed_policy_reference")
    found: str | None = f"{own[0].get('path') or '/'}{own[0]['name']}" if own else boundary.get("managed_policy_arn")
    return found


TERRAFORM_PERMISSION_SET = CodeReader(
    "aws_ssoadmin_permission_set",
    PermissionSet,
    parts=dict.fromkeys(
        (
            "aws_ssoadmin_permission_set_inline_policy",
            "aws_ssoadmin_managed_policy_attachment",
            "aws_ssoadmin_customer_managed_policy_attachment",
            "aws_ssoadmin_permissions_boundary_attachment",
        ),
        "permission_set_arn",
    ),
    fields={
        "permission_set_name": lambda block: block["name"],
        "session_duration": lambda block: block.get("session_duration") or "PT1H",
        "inline_policy": _terraform_inline,
        "managed_policies": lambda block: tuple(
            sorted(each["managed_policy_arn"] for each in block.parts("aws_ssoadmin_managed_policy_attachment"))
        ),
        "customer_managed_policies": lambda block: tuple(
            sorted(map(_terraform_reference, block.parts("aws_ssoadmin_customer_managed_policy_attachment")))
        ),
        "permissions_boundary": _terraform_boundary,
    },
)
