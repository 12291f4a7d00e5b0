"""Log groups as code."""

from __future__ import annotations

from bartizan.model import plain
from bartizan.resources.logs import LogGroup, ResourcePolicy
from bartizan.resources.writing import CodeWriter, Json

TERRAFORM_LOG_GROUP = CodeWriter(
    "aws_cloudwatch_log_group",
    LogGroup,
    names={"log_group_name": "name"},
    fields={
        "retention_in_days": "retention_in_days",
        "kms_key_id": "kms_key_id",
        "log_group_class": "log_group_class",
        "deletion_protection_enabled": "deletion_protection_enabled",
    },
    import_id=lambda group: group.log_group_name,
)

CLOUDFORMATION_LOG_GROUP = CodeWriter(
    "AWS::Logs::LogGroup",
    LogGroup,
    names={"log_group_name": "LogGroupName"},
    fields={
        "retention_in_days": "RetentionInDays",
        "kms_key_id": "KmsKeyId",
        "log_group_class": "LogGroupClass",
        "deletion_protection_enabled": "DeletionProtectionEnabled",
    },
)


def _text(policy: ResourcePolicy) -> Json | None:
    return None if policy.policy_document is None else Json(plain(policy.policy_document), text=True)


TERRAFORM_POLICY = CodeWriter(
    "aws_cloudwatch_log_resource_policy",
    ResourcePolicy,
    names={"policy_name": "policy_name"},
    fields={"policy_document": "policy_document"},
    import_id=lambda policy: policy.policy_name,
)

CLOUDFORMATION_POLICY = CodeWriter(
    "AWS::Logs::ResourcePolicy",
    ResourcePolicy,
    names={"policy_name": "PolicyName"},
    fields={"policy_document": lambda policy: {"PolicyDocument": _text(policy)}},
)
