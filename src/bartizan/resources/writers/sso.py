"""Permission sets as code."""

from __future__ import annotations

from bartizan.resources.sso import PermissionSet
from bartizan.resources.writing import CodeWriter

TERRAFORM_PERMISSION_SET = CodeWriter(
    "aws_ssoadmin_permission_set",
    PermissionSet,
    names={"permission_set_name": "name"},
    fields={"session_duration": "session_duration"},
    import_id=lambda each: f"{each.arn},{_instance(each.arn)}",
)

CLOUDFORMATION_PERMISSION_SET = CodeWriter(
    "AWS::SSO::PermissionSet",
    PermissionSet,
    names={"permission_set_name": "Name"},
    fields={
        "session_duration": "SessionDuration",
        "inline_policy": "InlinePolicy",
        "managed_policies": "ManagedPolicies",
    },
)


def _instance(arn: str) -> str:
    """The ARN of the instance, which the ARN of a permission set names: ``permissionSet/ssoins-1/ps-1``."""
    head, instance, _ = arn.split("/")
    return f"{head.removesuffix('permissionSet')}instance/{instance}"
