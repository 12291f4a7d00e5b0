"""Amazon DynamoDB."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from bartizan.model import Resource, field, resource
from bartizan.resources.reading import Call, Detail, Item, Join, Listing, Reader
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in, whole


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
            Call("dynamodb:ListTagsOfResource"),
            params=lambda _: {},
            arn_as="ResourceArn",
            fields={"tags": lambda reply: tags_in(whole(reply, "NextToken").get("Tags") or ())},
        ),
    ),
)
