"""How users, groups, roles and managed policies are read from infrastructure code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bartizan.policy import parse_policy
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.iam.reader import inline
from bartizan.resources.iam.types import Group, InlinePolicy, ManagedPolicy, Role, User
from bartizan.resources.tags import terraform_tags


def _terraform_inline(block: Block) -> tuple[InlinePolicy, ...]:
    within = {each["name"]: each["policy"] for each in block.get("inline_policy", ()) if each}
    # What Terraform knows of a role that exists repeats the policies that are written apart.
    apart = {each.get("name") or each.what: each["policy"] for each in block.parts("aws_iam_role_policy")}
    return inline({**within, **apart}.items())


def _terraform_attached(block: Block) -> tuple[str, ...]:
    attached = _attached(block, "role")
    return tuple(sorted({*block.ids_in("managed_policy_arns"), *attached}))


def _attached(block: Block, holder: str) -> set[str]:
    apart = [*block.parts(f"aws_iam_{holder}_policy_attachment"), *block.parts("aws_iam_policy_attachment")]
    return {each.id_in("policy_arn") for each in apart}


TERRAFORM_ROLE = CodeReader(
    "aws_iam_role",
    Role,
    parts={
        "aws_iam_policy_attachment": "roles",
        "aws_iam_role_policy": "role",
        "aws_iam_role_policy_attachment": "role",
    },
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


def _cloudformation_inline(block: Block, own: str) -> tuple[InlinePolicy, ...]:
    apart = [*block.parts("AWS::IAM::Policy"), *block.parts(own)]
    return inline((each["PolicyName"], each.plain("PolicyDocument")) for each in [*block.get("Policies", ()), *apart])


def _cloudformation_attached(block: Block) -> tuple[str, ...]:
    # By what stands for them: AWS makes up the name, and with it the ARN, unless the template gives one.
    attached = {each.own_id() for each in block.parts("AWS::IAM::ManagedPolicy")}
    return tuple(sorted({*block.ids_in("ManagedPolicyArns"), *attached}))


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
        "policies": lambda block: _cloudformation_inline(block, "AWS::IAM::RolePolicy"),
        "managed_policy_arns": _cloudformation_attached,
        "max_session_duration": lambda block: block.get("MaxSessionDuration", 3600),
        "permissions_boundary": lambda block: block.get("PermissionsBoundary") or None,
        "tags": _cloudformation_tags,
    },
)


def _alone(block: Block, found: Iterable[str], what: str) -> tuple[str, ...]:
    """What code gives a user or group; raises ``Unknown`` of one that exists where code gives it nothing."""
    return tuple(sorted(found)) or block.if_new((), what)


def _terraform_own(block: Block, part: str) -> tuple[InlinePolicy, ...]:
    found = inline((each.get("name") or each.what, each["policy"]) for each in block.parts(part))
    return found or block.if_new((), "an inline policy")


def _terraform_groups(block: Block) -> tuple[str, ...]:
    by_user = [each.plain("groups") for each in block.parts("aws_iam_user_group_membership")]
    by_group = [each["group"] for each in block.parts("aws_iam_group_membership")]
    return _alone(block, {name for some in [*by_user, by_group] for name in some}, "its groups")


TERRAFORM_USER = CodeReader(
    "aws_iam_user",
    User,
    parts={
        "aws_iam_group_membership": "users",
        "aws_iam_policy_attachment": "users",
        "aws_iam_user_group_membership": "user",
        "aws_iam_user_login_profile": "user",
        "aws_iam_user_policy": "user",
        "aws_iam_user_policy_attachment": "user",
    },
    defaulted={"aws_iam_user": ("tags_all",), "aws_iam_user_policy": ("name", "name_prefix")},
    fields={
        "user_name": lambda block: block["name"],
        "path": lambda block: block.get("path", "/"),
        "policies": lambda block: _terraform_own(block, "aws_iam_user_policy"),
        "managed_policy_arns": lambda block: _alone(block, _attached(block, "user"), "an attached policy"),
        "groups": _terraform_groups,
        "permissions_boundary": lambda block: block.get("permissions_boundary") or None,
        "password_enabled": lambda block: (
            block.part("aws_iam_user_login_profile") is not None or block.if_new(default=False, what="a password")
        ),
        "tags": terraform_tags,
    },
)

TERRAFORM_GROUP = CodeReader(
    "aws_iam_group",
    Group,
    parts={
        "aws_iam_group_policy": "group",
        "aws_iam_group_policy_attachment": "group",
        "aws_iam_policy_attachment": "groups",
    },
    defaulted={"aws_iam_group_policy": ("name", "name_prefix")},
    fields={
        "group_name": lambda block: block["name"],
        "path": lambda block: block.get("path", "/"),
        "policies": lambda block: _terraform_own(block, "aws_iam_group_policy"),
        "managed_policy_arns": lambda block: _alone(block, _attached(block, "group"), "an attached policy"),
    },
)

TERRAFORM_POLICY = CodeReader(
    "aws_iam_policy",
    ManagedPolicy,
    fields={
        "managed_policy_name": lambda block: block["name"],
        "path": lambda block: block.get("path", "/"),
        "policy_document": lambda block: parse_policy(block["policy"]),
        "older_versions": lambda block: block.if_new((), "its older versions"),
    },
)


def _cloudformation_groups(block: Block) -> tuple[str, ...]:
    added = [each["GroupName"] for each in block.parts("AWS::IAM::UserToGroupAddition")]
    return tuple(sorted({*block.get("Groups", ()), *added}))


CLOUDFORMATION_USER = CodeReader(
    "AWS::IAM::User",
    User,
    parts={
        "AWS::IAM::ManagedPolicy": "Users",
        "AWS::IAM::Policy": "Users",
        "AWS::IAM::UserPolicy": "UserName",
        "AWS::IAM::UserToGroupAddition": "Users",
    },
    fields={
        "user_name": lambda block: block["UserName"],
        "path": lambda block: block.get("Path", "/"),
        "policies": lambda block: _cloudformation_inline(block, "AWS::IAM::UserPolicy"),
        "managed_policy_arns": _cloudformation_attached,
        "groups": _cloudformation_groups,
        "permissions_boundary": lambda block: block.get("PermissionsBoundary") or None,
        "password_enabled": lambda block: "LoginProfile" in block,
        "tags": _cloudformation_tags,
    },
)

CLOUDFORMATION_GROUP = CodeReader(
    "AWS::IAM::Group",
    Group,
    parts={
        "AWS::IAM::GroupPolicy": "GroupName",
        "AWS::IAM::ManagedPolicy": "Groups",
        "AWS::IAM::Policy": "Groups",
    },
    fields={
        "group_name": lambda block: block["GroupName"],
        "path": lambda block: block.get("Path", "/"),
        "policies": lambda block: _cloudformation_inline(block, "AWS::IAM::GroupPolicy"),
        "managed_policy_arns": _cloudformation_attached,
    },
)

CLOUDFORMATION_POLICY = CodeReader(
    "AWS::IAM::ManagedPolicy",
    ManagedPolicy,
    fields={
        "managed_policy_name": lambda block: block["ManagedPolicyName"],
        "path": lambda block: block.get("Path", "/"),
        "policy_document": lambda block: parse_policy(block.plain("PolicyDocument")),
        "older_versions": lambda _: (),
    },
)
