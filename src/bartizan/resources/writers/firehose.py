"""Streams of Firehose as code."""

from __future__ import annotations

from bartizan.resources.firehose import DeliveryStream
from bartizan.resources.writing import CodeWriter, tags_map, tags_pairs

TERRAFORM_STREAM = CodeWriter(
    "aws_kinesis_firehose_delivery_stream",
    DeliveryStream,
    names={"delivery_stream_name": "name"},
    fields={"encrypted": "server_side_encryption.enabled", "tags": tags_map},
    import_id=lambda stream: stream.arn,
)

CLOUDFORMATION_STREAM = CodeWriter(
    "AWS::KinesisFirehose::DeliveryStream",
    DeliveryStream,
    names={"delivery_stream_name": "DeliveryStreamName"},
    fields={
        "delivery_stream_type": "DeliveryStreamType",
        "encrypted": lambda stream: {
            "DeliveryStreamEncryptionConfigurationInput": {"KeyType": "AWS_OWNED_CMK"} if stream.encrypted else None
        },
        "tags": tags_pairs,
    },
)
