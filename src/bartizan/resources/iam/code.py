"""How roles are read from infrastructure code."""

from __future__ import annotations

from collections.abc import Mapping

from bartizan.model import Gap, Reason, Unknown
from bartizan.policy import parse_policy
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.iam.reader import inline
from bartizan.resources.iam.types import InlinePolicy, Role
from bartizan.resources.tags import terraform_tags


def _terraform_inline(block: Block) -> tuple[InlinePolicy, ...]:
    within = {each["name"]: each["policy"] for each in block.get("inline_policy", ()) if each}
    # What Terraform knows of a role that exists repeats the policies that are written apart.
    apart = {each.get("name") or each.what: each["policy"] for each in block.parts("aws_iam_role_policy")}
    return inline({**within, **apart}.items())


def _terraform_attached(block: Block) -> tuple[str, ...]:
    attached = {each["policy_arn"] for each in block.parts("aws_iam_role_policy_attachment")}
    return tuple(sorted({*block.get("managed_policy_arns", ()), *attached}))


TERRAFORM_ROLE = CodeReader(
    "aws_iam_role",
    Role,
    parts={"aws_iam_role_policy": "role", "aws_iam_role_policy_attachment": "role"},
    defaulted={
        "aws_iam_role": ("inline_policy", "managed_policy_arns", "tags_all"),
        "aws_iam_role_policy": ("name", "name_prefix"),
    },
    fields={
        "role_name": lambda block: block["name"],
        "path": lambda block: block.get("path", "/"),
        "assume_role_policy_document": lambda block: parse_policy(block["assume_role_policy"]),
        "policies": _terraform_inline,
        "managed_policy_arns": _terraform_attached,
        "max_session_duration": lambda block: block.get("max_session_duration", 3600),
        "permissions_boundary": lambda block: block.get("permissions_boundary") or None,
        "tags": terraform_tags,
    },
)


def _cloudformation_inline(block: Block) -> tuple[InlinePolicy, ...]:
    apart = [*block.parts("AWS::IAM::Policy"), *block.parts("AWS::IAM::RolePolicy")]
    return inline((each["PolicyName"], each.plain("PolicyDocument")) for each in [*block.get("Policies", ()), *apart])


def _cloudformation_attached(block: Block) -> tuple[str, ...]:
    for each in block.parts("AWS::IAM::ManagedPolicy"):
        # AWS makes up the name, and with it the ARN, unless the template gives one.
        raise Unknown("Role.managed_policy_arns", Gap(Reason.COMPUTED, detail=each.what))
    return tuple(sorted(block.get("ManagedPolicyArns", ())))


def _cloudformation_tags(block: Block) -> Mapping[str, str]:
    return {each["Key"]: each["Value"] for each in block.get("Tags", ())}


CLOUDFORMATION_ROLE = CodeReader(
    "AWS::IAM::Role",
    Role,
    parts={"AWS::IAM::Policy": "Roles", "AWS::IAM::RolePolicy": "RoleName", "AWS::IAM::ManagedPolicy": "Roles"},
    fields={
        "role_name": lambda block: block["RoleName"],
        "path": lambda block: block.get("Path", "/"),
        "assume_role_policy_document": lambda block: parse_policy(block.plain("AssumeRolePolicyDocument", {})),
        "policies": _cloudformation_inline,
        "managed_policy_arns": _cloudformation_attached,
        "max_session_duration": lambda block: block.get("MaxSessionDuration", 3600),
        "permissions_boundary": lambda block: block.get("PermissionsBoundary") or None,
        "tags": _cloudformation_tags,
    },
)
