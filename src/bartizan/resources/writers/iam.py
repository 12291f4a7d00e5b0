"""Roles of IAM as code."""

from __future__ import annotations

from bartizan.resources.iam import Role
from bartizan.resources.writing import CodeWriter, tags_map, tags_pairs

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
