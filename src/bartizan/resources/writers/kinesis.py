"""Data streams as code."""

from __future__ import annotations

from typing import Any

from bartizan.resources.kinesis import Stream
from bartizan.resources.writing import CodeWriter, Own, Part, tags_map, tags_pairs


def _stream_key(stream: Stream) -> dict[str, Any]:
    key = stream.kms_key_id
    return {"encryption_type": "NONE" if key is None else "KMS", "kms_key_id": key}


def _cfn_key(stream: Stream) -> dict[str, Any]:
    key = stream.kms_key_id
    return {"StreamEncryption": None if key is None else {"EncryptionType": "KMS", "KeyId": key}}


TERRAFORM_STREAM = CodeWriter(
    "aws_kinesis_stream",
    Stream,
    names={"stream_name": "name"},
    fields={"kms_key_id": _stream_key, "retention_hours": "retention_period", "tags": tags_map},
    parts=(Part("aws_kinesis_resource_policy", {"policy": "policy"}, {"resource_arn": Own("arn")}),),
    import_id=lambda stream: stream.stream_name,
)

CLOUDFORMATION_STREAM = CodeWriter(
    "AWS::Kinesis::Stream",
    Stream,
    names={"stream_name": "Name"},
    fields={"kms_key_id": _cfn_key, "retention_hours": "RetentionPeriodHours", "tags": tags_pairs},
    parts=(Part("AWS::Kinesis::ResourcePolicy", {"policy": "ResourcePolicy"}, {"ResourceArn": Own("Arn")}),),
)
