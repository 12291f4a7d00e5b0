"""Streams of Firehose that fail."""

from __future__ import annotations

from harden.aws import Aws
from harden.seeded import seeds


@seeds("firehose.unencrypted-delivery-stream")
def stream_that_is_not_encrypted(aws: Aws) -> None:
    aws.client("firehose").create_delivery_stream(
        DeliveryStreamName="clicks",
        DeliveryStreamType="DirectPut",
        ExtendedS3DestinationConfiguration={
            "RoleARN": "arn:aws:iam::123456789012:role/firehose",
            "BucketARN": "arn:aws:s3:::clicks",
        },
    )
