"""Amazon MSK: clusters of Apache Kafka."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bartizan.model import Resource, field, resource
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Item, Listing, Reader
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, Tags, terraform_tags


@resource("AWS::MSK::Cluster", name="cluster_name")
class Cluster(Resource):
    """A Kafka cluster of MSK, provisioned or serverless."""

    cluster_name: str = field("Its name.", default="events")
    serverless: bool = field("Whether it is serverless, which is always encrypted and asks for IAM.", default=False)
    public_access: bool = field("Whether its brokers have addresses on the internet.", default=False)
    client_encryption: str = field("`TLS`, `TLS_PLAINTEXT` (both) or `PLAINTEXT`.", default="TLS")
    encrypted_between_brokers: bool = field("Whether its brokers talk to each other under TLS.", default=True)
    unauthenticated: bool = field("Whether clients need not say who they are.", default=False)
    broker_logs: bool = field("Whether its brokers write their logs anywhere.", default=True)
    policy: PolicyDocument | None = field("Its resource policy.", default=None)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


def _at(item: Any, *steps: str) -> Any:
    for step in steps:
        item = (item or {}).get(step)
    return item


def _unauthenticated(item: Item) -> bool:
    if "Provisioned" not in item:
        return False
    ways = item["Provisioned"].get("ClientAuthentication")
    return not ways or bool(_at(ways, "Unauthenticated", "Enabled"))


def _logs(logs: Any, *kinds: str) -> bool:
    return any(_at(logs, kind, "Enabled") for kind in kinds)


CLUSTERS = Reader(
    Cluster,
    listing=Listing(
        Call("kafka:ListClustersV2"),
        items="ClusterInfoList",
        params={"MaxResults": 100},
        fields={
            "cluster_name": lambda item: item["ClusterName"],
            "serverless": lambda item: item["ClusterType"] == "SERVERLESS",
            "public_access": lambda item: (
                _at(item, "Provisioned", "BrokerNodeGroupInfo", "ConnectivityInfo", "PublicAccess", "Type")
                == "SERVICE_PROVIDED_EIPS"
            ),
            "client_encryption": lambda item: (
                _at(item, "Provisioned", "EncryptionInfo", "EncryptionInTransit", "ClientBroker") or "TLS"
            ),
            "encrypted_between_brokers": lambda item: (
                _at(item, "Provisioned", "EncryptionInfo", "EncryptionInTransit", "InCluster") is not False
            ),
            "unauthenticated": _unauthenticated,
            "broker_logs": lambda item: _logs(
                _at(item, "Provisioned", "LoggingInfo", "BrokerLogs"), "CloudWatchLogs", "Firehose", "S3"
            ),
            "tags": lambda item: Tags(item.get("Tags") or {}),
        },
    ),
    arn=lambda item, _: item["ClusterArn"],
    details=(
        Detail(
            Call("kafka:GetClusterPolicy"),
            params=lambda item: {"ClusterArn": item["ClusterArn"]},
            fields={"policy": lambda reply: parse_policy(reply["Policy"]) if reply.get("Policy") else None},
            absent={"NotFoundException": {"policy": None}},
        ),
    ),
)


def _tf(block: Any, *steps: str) -> Any:
    """What lies behind nested blocks of which there is one at most, and an attribute at the end."""
    *blocks, last = steps
    for step in blocks:
        nested = block.get(step)
        if not nested:
            return None
        block = nested[0]
    return block.get(last)


def _tf_unauthenticated(block: Block) -> bool:
    ways = block.get("client_authentication")
    return not ways or bool(ways[0].get("unauthenticated", False))


_TF_LOGS = ("cloudwatch_logs", "firehose", "s3")

TERRAFORM_CLUSTER = CodeReader(
    "aws_msk_cluster",
    Cluster,
    parts={"aws_msk_cluster_policy": "cluster_arn"},
    defaulted={
        "aws_msk_cluster": ("broker_node_group_info.connectivity_info", "encryption_info", "tags_all"),
    },
    fields={
        "cluster_name": lambda block: block["cluster_name"],
        "serverless": lambda _: False,
        "public_access": lambda block: (
            _tf(block, "broker_node_group_info", "connectivity_info", "public_access", "type")
            == "SERVICE_PROVIDED_EIPS"
        ),
        "client_encryption": lambda block: (
            _tf(block, "encryption_info", "encryption_in_transit", "client_broker") or "TLS"
        ),
        "encrypted_between_brokers": lambda block: (
            _tf(block, "encryption_info", "encryption_in_transit", "in_cluster") is not False
        ),
        "unauthenticated": _tf_unauthenticated,
        "broker_logs": lambda block: any(
            _tf(block, "logging_info", "broker_logs", kind, "enabled") for kind in _TF_LOGS
        ),
        "policy": lambda block: (
            parse_policy(apart["policy"]) if (apart := block.part("aws_msk_cluster_policy")) else None
        ),
        "tags": terraform_tags,
    },
)


def _cf_policy(block: Block) -> PolicyDocument | None:
    apart = block.part("AWS::MSK::ClusterPolicy")
    document = apart.plain("Policy") if apart else None
    return parse_policy(document) if document else None


def _cf(*steps: str) -> Callable[[Block], Any]:
    return lambda block: _at(block, *steps)


_ENCRYPTION = ("EncryptionInfo", "EncryptionInTransit")

CLOUDFORMATION_CLUSTER = CodeReader(
    "AWS::MSK::Cluster",
    Cluster,
    parts={"AWS::MSK::ClusterPolicy": "ClusterArn"},
    fields={
        "cluster_name": lambda block: block["ClusterName"],
        "serverless": lambda _: False,
        "public_access": lambda block: (
            _at(block, "BrokerNodeGroupInfo", "ConnectivityInfo", "PublicAccess", "Type") == "SERVICE_PROVIDED_EIPS"
        ),
        "client_encryption": lambda block: _cf(*_ENCRYPTION, "ClientBroker")(block) or "TLS",
        "encrypted_between_brokers": lambda block: _cf(*_ENCRYPTION, "InCluster")(block) is not False,
        "unauthenticated": lambda block: _unauthenticated({"Provisioned": block}),
        "broker_logs": lambda block: _logs(_at(block, "LoggingInfo", "BrokerLogs"), "CloudWatchLogs", "Firehose", "S3"),
        "policy": _cf_policy,
        "tags": lambda block: Tags(block.plain("Tags", {})),
    },
)
