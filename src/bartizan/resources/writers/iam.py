"""Roles and users of IAM as code."""

from __future__ import annotations

from bartizan.resources.iam import Role, User
from bartizan.resources.writing import CodeWriter, Part, tags_map, tags_pairs

TERRAFORM_ROLE = CodeWriter(
    "aws_iam_role",
    Role,
    names={"role_name": "name"},
    fields={
        "assume_role_policy_document": "assume_role_policy",
        "max_session_duration": "max_session_duration",
        "tags": tags_map,
    },
    import_id=lambda role: role.role_name,
)

CLOUDFORMATION_ROLE = CodeWriter(
    "AWS::IAM::Role",
    Role,
    names={"role_name": "RoleName"},
    fields={
        "assume_role_policy_document": "AssumeRolePolicyDocument",
        "max_session_duration": "MaxSessionDuration",
        "tags": tags_pairs,
    },
)


# When a password was changed or used goes with the password.
_PASSWORD = ("password_enabled", "password_last_changed", "password_last_used")

TERRAFORM_USER = CodeWriter(
    "aws_iam_user",
    User,
    names={"user_name": "name"},
    fields={"tags": tags_map, "permissions_boundary": "permissions_boundary"},
    parts=(
        Part(
            "aws_iam_user_login_profile",
            dict.fromkeys(_PASSWORD, lambda user: {"user": user.user_name if user.password_enabled else None}),
            {},
        ),
    ),
    import_id=lambda user: user.user_name,
)

CLOUDFORMATION_USER = CodeWriter(
    "AWS::IAM::User",
    User,
    names={"user_name": "UserName"},
    fields={
        "tags": tags_pairs,
        "permissions_boundary": "PermissionsBoundary",
        # What a password is, no template can say of one that exists.
        **dict.fromkeys(_PASSWORD, lambda user: {} if user.password_enabled else {"LoginProfile": None}),
    },
)
