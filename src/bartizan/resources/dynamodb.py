"""Amazon DynamoDB."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from bartizan.model import Resource, field, resource
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Item, Join, Listing, Reader
from bartizan.resources.recorded import ConfigReader, recorded_tags
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in, terraform_tags, whole


@resource("AWS::DynamoDB::Table", name="table_name")
class Table(Resource):
    """A DynamoDB table."""

    table_name: str = field("Its name.")
    kms_master_key_id: str | None = field("The KMS key that encrypts it; null for a key that AWS owns.", default=None)
    deletion_protection_enabled: bool = field("Whether it refuses to be deleted.", default=True)
    point_in_time_recovery_enabled: bool = field("Whether it can be restored to any recent second.", default=True)
    billing_mode: str = field("`PAY_PER_REQUEST`, or `PROVISIONED` for a fixed capacity.", default="PAY_PER_REQUEST")
    auto_scaled: bool = field("Whether its read and write capacity follow the load.", default=False)
    replica_regions: tuple[str, ...] = field("The other Regions that hold a replica of it.", default=())
    policy: PolicyDocument | None = field("Its resource policy.", default=None)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


_DIMENSIONS = frozenset({"dynamodb:table:ReadCapacityUnits", "dynamodb:table:WriteCapacityUnits"})


def _auto_scaled(targets: list[Item]) -> frozenset[str]:
    """The tables whose capacity is scaled in both dimensions."""
    scaled: dict[str, set[str]] = defaultdict(set)
    for each in targets:
        scaled[each["ResourceId"]].add(each["ScalableDimension"])
    return frozenset(table for table, dimensions in scaled.items() if dimensions >= _DIMENSIONS)


TABLES = Reader(
    Table,
    listing=Listing(Call("dynamodb:ListTables"), items="TableNames", fields={"table_name": lambda name: name}),
    arn=lambda name, scope: scope.arn("dynamodb", f"table/{name}"),
    joins=(
        Join(
            Listing(
                Call("application-autoscaling:DescribeScalableTargets"),
                items="ScalableTargets",
                params={"ServiceNamespace": "dynamodb"},
            ),
            index=_auto_scaled,
            fields={"auto_scaled": lambda name, scaled: f"table/{name}" in scaled},
        ),
    ),
    details=(
        Detail(
            Call("dynamodb:DescribeTable"),
            params=lambda name: {"TableName": name},
            fields={
                "kms_master_key_id": lambda reply: reply["Table"].get("SSEDescription", {}).get("KMSMasterKeyArn"),
                "deletion_protection_enabled": lambda reply: reply["Table"].get("DeletionProtectionEnabled", False),
                # AWS leaves it out of tables that always had a fixed capacity.
                "billing_mode": lambda reply: (
                    reply["Table"].get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
                ),
                "replica_regions": lambda reply: tuple(
                    sorted(each["RegionName"] for each in reply["Table"].get("Replicas", ()))
                ),
            },
        ),
        Detail(
            Call("dynamodb:DescribeContinuousBackups"),
            params=lambda name: {"TableName": name},
            fields={
                "point_in_time_recovery_enabled": lambda reply: (
                    reply["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
                    == "ENABLED"
                ),
            },
        ),
        Detail(
            Call("dynamodb:GetResourcePolicy"),
            params=lambda _: {},
            arn_as="ResourceArn",
            fields={"policy": lambda reply: parse_policy(reply["Policy"]) if reply.get("Policy") else None},
            absent={"PolicyNotFoundException": {"policy": None}},
        ),
        Detail(
            Call("dynamodb:ListTagsOfResource"),
            params=lambda _: {},
            arn_as="ResourceArn",
            fields={"tags": lambda reply: tags_in(whole(reply, "NextToken").get("Tags") or ())},
        ),
    ),
)


TABLE_ITEMS = ConfigReader(Table, fields={"tags": recorded_tags})


def _tf_first(block: Block, name: str) -> Mapping[str, Any]:
    nested = block.get(name)
    found: Mapping[str, Any] = nested[0] if nested else {}
    return found


def _tf_key(block: Block) -> str | None:
    encryption = _tf_first(block, "server_side_encryption")
    return encryption.get("kms_key_arn") or "alias/aws/dynamodb" if encryption.get("enabled", False) else None


def _tf_policy(block: Block) -> PolicyDocument | None:
    apart = block.part("aws_dynamodb_resource_policy")
    return parse_policy(apart["policy"]) if apart else None


def _scaled(block: Block, targets: str, dimension: str) -> bool:
    return {each[dimension] for each in block.parts(targets)} >= _DIMENSIONS


TERRAFORM_TABLE = CodeReader(
    "aws_dynamodb_table",
    Table,
    parts={"aws_appautoscaling_target": "resource_id", "aws_dynamodb_resource_policy": "resource_arn"},
    defaulted={
        "aws_dynamodb_table": (
            "point_in_time_recovery",
            "server_side_encryption",
            "server_side_encryption.kms_key_arn",
            "tags_all",
        ),
    },
    fields={
        "table_name": lambda block: block["name"],
        "kms_master_key_id": _tf_key,
        "deletion_protection_enabled": lambda block: bool(block.get("deletion_protection_enabled", False)),
        "point_in_time_recovery_enabled": lambda block: bool(
            _tf_first(block, "point_in_time_recovery").get("enabled", False)
        ),
        "billing_mode": lambda block: block.get("billing_mode", "PROVISIONED"),
        "auto_scaled": lambda block: _scaled(block, "aws_appautoscaling_target", "scalable_dimension"),
        "replica_regions": lambda block: tuple(sorted(each["region_name"] for each in block.get("replica", ()))),
        "policy": _tf_policy,
        "tags": terraform_tags,
    },
)


def _cf_key(block: Block) -> str | None:
    encryption = block.get("SSESpecification", {})
    return encryption.get("KMSMasterKeyId", "alias/aws/dynamodb") if encryption.get("SSEEnabled", False) else None


def _cf_policy(block: Block) -> PolicyDocument | None:
    document = block.plain("ResourcePolicy")
    return parse_policy(document["PolicyDocument"]) if document else None


CLOUDFORMATION_TABLE = CodeReader(
    "AWS::DynamoDB::Table",
    Table,
    parts={"AWS::ApplicationAutoScaling::ScalableTarget": "ResourceId"},
    fields={
        "table_name": lambda block: block["TableName"],
        "kms_master_key_id": _cf_key,
        "deletion_protection_enabled": lambda block: block.get("DeletionProtectionEnabled", False),
        "point_in_time_recovery_enabled": lambda block: block.get("PointInTimeRecoverySpecification", {}).get(
            "PointInTimeRecoveryEnabled", False
        ),
        "billing_mode": lambda block: block.get("BillingMode", "PROVISIONED"),
        "auto_scaled": lambda block: _scaled(block, "AWS::ApplicationAutoScaling::ScalableTarget", "ScalableDimension"),
        "replica_regions": lambda _: (),
        "policy": _cf_policy,
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)
