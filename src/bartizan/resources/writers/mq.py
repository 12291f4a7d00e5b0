"""Brokers of Amazon MQ as code."""

from __future__ import annotations

from bartizan.resources.mq import Broker
from bartizan.resources.writing import CodeWriter, tags_map, tags_pairs

TERRAFORM_BROKER = CodeWriter(
    "aws_mq_broker",
    Broker,
    names={"broker_name": "broker_name"},
    fields={
        "publicly_accessible": "publicly_accessible",
        "auto_minor_version_upgrade": "auto_minor_version_upgrade",
        "general_log": "logs.general",
        "audit_log": "logs.audit",
        "tags": tags_map,
    },
    import_id=lambda broker: broker.arn.rpartition(":")[2],
)

CLOUDFORMATION_BROKER = CodeWriter(
    "AWS::AmazonMQ::Broker",
    Broker,
    names={"broker_name": "BrokerName"},
    fields={
        "publicly_accessible": "PubliclyAccessible",
        "auto_minor_version_upgrade": "AutoMinorVersionUpgrade",
        "general_log": "Logs.General",
        "audit_log": "Logs.Audit",
        "tags": tags_pairs,
    },
)
