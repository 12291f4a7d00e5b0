"""Tables that fail."""

from __future__ import annotations

import json
from typing import Any

from harden.aws import Aws
from harden.seeded import seeds

_OPEN = {"Effect": "Allow", "Principal": "*", "Action": "dynamodb:GetItem", "Resource": "*"}
_OWN = {
    "Sid": "Own",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
    "Action": "dynamodb:*",
    "Resource": "*",
}


def _table(aws: Aws, *, policy: list[dict[str, Any]] | None = None, **known: Any) -> None:
    dynamodb = aws.client("dynamodb")
    names = ("id", "owner")
    made = dynamodb.create_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in names],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        **known,
    )
    if policy is not None:
        document = json.dumps({"Version": "2012-10-17", "Statement": policy})
        dynamodb.put_resource_policy(ResourceArn=made["TableDescription"]["TableArn"], Policy=document)


def _index(**known: Any) -> dict[str, Any]:
    key = [{"AttributeName": "owner", "KeyType": "HASH"}]
    return {"IndexName": "by-owner", "KeySchema": key, "Projection": {"ProjectionType": "ALL"}, **known}


@seeds(
    "dynamodb.no-deletion-protection",
    "dynamodb.no-point-in-time-recovery",
    "dynamodb.public-table",
    "dynamodb.fixed-capacity",
)
def table_with_everything_wrong(aws: Aws) -> None:
    throughput = {"ReadCapacityUnits": 7, "WriteCapacityUnits": 3}
    index = _index(ProvisionedThroughput={"ReadCapacityUnits": 2, "WriteCapacityUnits": 4})
    _table(aws, policy=[_OWN, _OPEN], ProvisionedThroughput=throughput, GlobalSecondaryIndexes=[index])

    def update(asked: dict[str, Any]) -> None:
        if asked.get("BillingMode") == "PROVISIONED":
            assert asked["ProvisionedThroughput"] == throughput
            (change,) = asked["GlobalSecondaryIndexUpdates"]
            assert change["Update"] == {
                "IndexName": "by-owner",
                "ProvisionedThroughput": index["ProvisionedThroughput"],
            }
            # Moto makes a throughput of nothing of what is asked for an index.
            del asked["GlobalSecondaryIndexUpdates"]
        aws.client("dynamodb").update_table(**asked)

    aws.answers("dynamodb:UpdateTable", update)


@seeds("dynamodb.public-table")
def table_with_nothing_but_an_open_policy(aws: Aws) -> None:
    _table(aws, policy=[_OPEN], BillingMode="PAY_PER_REQUEST", GlobalSecondaryIndexes=[_index()])
