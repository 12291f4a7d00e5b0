"""Amazon MQ: brokers of ActiveMQ and RabbitMQ."""

from __future__ import annotations

from collections.abc import Mapping

from bartizan.model import Resource, field, resource
from bartizan.resources.code import CodeReader
from bartizan.resources.reading import Call, Detail, Listing, Reader, Reply
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, Tags, tags_in, terraform_tags


@resource("AWS::AmazonMQ::Broker", name="broker_name")
class Broker(Resource):
    """A broker of Amazon MQ."""

    broker_name: str = field("Its name.", default="orders")
    engine_type: str = field("`ACTIVEMQ` or `RABBITMQ`.", default="ACTIVEMQ")
    publicly_accessible: bool = field("Whether it has an address on the internet.", default=False)
    auto_minor_version_upgrade: bool = field("Whether it takes minor upgrades by itself.", default=True)
    general_log: bool = field(
        "Whether it sends its log to CloudWatch Logs, or will from its next restart on.", default=True
    )
    audit_log: bool = field(
        "Whether ActiveMQ sends its audit log there, or will from its next restart on.", default=True
    )
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


def _logs(reply: Reply, kind: str) -> bool:
    """Whether a log is on, or will be from the next restart on, with which a broker takes such a change."""
    logs = reply.get("Logs") or {}
    return bool({**logs, **(logs.get("Pending") or {})}.get(kind))


BROKERS = Reader(
    Broker,
    listing=Listing(
        Call("mq:ListBrokers"),
        items="BrokerSummaries",
        params={"MaxResults": 100},
        fields={
            "broker_name": lambda item: item["BrokerName"],
            "engine_type": lambda item: item["EngineType"].upper(),
        },
    ),
    arn=lambda item, _: item["BrokerArn"],
    details=(
        Detail(
            Call("mq:DescribeBroker"),
            params=lambda item: {"BrokerId": item["BrokerId"]},
            fields={
                "publicly_accessible": lambda reply: bool(reply.get("PubliclyAccessible")),
                "auto_minor_version_upgrade": lambda reply: bool(reply.get("AutoMinorVersionUpgrade")),
                "general_log": lambda reply: _logs(reply, "General"),
                "audit_log": lambda reply: _logs(reply, "Audit"),
                "tags": lambda reply: Tags(reply.get("Tags") or {}),
            },
        ),
    ),
)

TERRAFORM_BROKER = CodeReader(
    "aws_mq_broker",
    Broker,
    defaulted={"aws_mq_broker": ("tags_all",)},
    fields={
        "broker_name": lambda block: block["broker_name"],
        "engine_type": lambda block: block["engine_type"].upper(),
        "publicly_accessible": lambda block: bool(block.get("publicly_accessible", False)),
        "auto_minor_version_upgrade": lambda block: bool(block.get("auto_minor_version_upgrade", False)),
        "general_log": lambda block: any(each.get("general", False) for each in block.get("logs", ())),
        "audit_log": lambda block: any(
            str(each.get("audit", False)).lower() == "true" for each in block.get("logs", ())
        ),
        "tags": terraform_tags,
    },
)

CLOUDFORMATION_BROKER = CodeReader(
    "AWS::AmazonMQ::Broker",
    Broker,
    fields={
        "broker_name": lambda block: block["BrokerName"],
        "engine_type": lambda block: block["EngineType"].upper(),
        "publicly_accessible": lambda block: block["PubliclyAccessible"],
        "auto_minor_version_upgrade": lambda block: block.get("AutoMinorVersionUpgrade", False),
        "general_log": lambda block: block.get("Logs", {}).get("General", False),
        "audit_log": lambda block: block.get("Logs", {}).get("Audit", False),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)
