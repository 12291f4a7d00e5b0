"""Amazon DynamoDB."""

from __future__ import annotations

from collections.abc import Mapping

from bartizan.model import Resource, field, resource
from bartizan.resources.reading import Call, Detail, Listing, Reader
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in, whole


@resource("AWS::DynamoDB::Table", name="table_name")
class Table(Resource):
    """A DynamoDB table."""

    table_name: str = field("Its name.")
    kms_master_key_id: str | None = field("The KMS key that encrypts it; null for a key that AWS owns.", default=None)
    deletion_protection_enabled: bool = field("Whether it refuses to be deleted.", default=True)
    point_in_time_recovery_enabled: bool = field("Whether it can be restored to any recent second.", default=True)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


TABLES = Reader(
    Table,
    listing=Listing(Call("dynamodb:ListTables"), items="TableNames", fields={"table_name": lambda name: name}),
    arn=lambda name, scope: scope.arn("dynamodb", f"table/{name}"),
    details=(
        Detail(
            Call("dynamodb:DescribeTable"),
            params=lambda name: {"TableName": name},
            fields={
                "kms_master_key_id": lambda reply: reply["Table"].get("SSEDescription", {}).get("KMSMasterKeyArn"),
                "deletion_protection_enabled": lambda reply: reply["Table"].get("DeletionProtectionEnabled", False),
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
