"""Tables as code."""

from __future__ import annotations

from bartizan.resources.dynamodb import Table
from bartizan.resources.writing import CodeWriter, Own, Part, tags_map, tags_pairs, written

TERRAFORM_TABLE = CodeWriter(
    "aws_dynamodb_table",
    Table,
    names={"table_name": "name"},
    fields={
        "deletion_protection_enabled": "deletion_protection_enabled",
        "point_in_time_recovery_enabled": "point_in_time_recovery.enabled",
        "billing_mode": "billing_mode",
        "tags": tags_map,
    },
    parts=(Part("aws_dynamodb_resource_policy", {"policy": "policy"}, {"resource_arn": Own("arn")}),),
    import_id=lambda table: table.table_name,
)

CLOUDFORMATION_TABLE = CodeWriter(
    "AWS::DynamoDB::Table",
    Table,
    names={"table_name": "TableName"},
    fields={
        "deletion_protection_enabled": "DeletionProtectionEnabled",
        "point_in_time_recovery_enabled": "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled",
        "billing_mode": "BillingMode",
        "policy": lambda table: {
            "ResourcePolicy": None if table.policy is None else {"PolicyDocument": written(table.policy)}
        },
        "tags": tags_pairs,
    },
)
