"""Kinesis streams that fail."""

from __future__ import annotations

import json
from typing import Any

from harden.aws import Aws
from harden.seeded import seeds

_ARN = "arn:aws:kinesis:eu-west-1:123456789012:stream/orders"
_OPEN = {"Effect": "Allow", "Principal": "*", "Action": "kinesis:GetRecords", "Resource": _ARN}
_PARTNER = {**_OPEN, "Principal": {"AWS": "arn:aws:iam::444455556666:root"}}


def _stream(aws: Aws, *statements: dict[str, Any]) -> None:
    kinesis = aws.client("kinesis")
    kinesis.create_stream(StreamName="orders", ShardCount=1)
    if statements:
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        kinesis.put_resource_policy(ResourceARN=_ARN, Policy=policy)


@seeds("kinesis.public-stream", "kinesis.short-retention", "kinesis.unencrypted-stream")
def stream_with_everything_wrong(aws: Aws) -> None:
    _stream(aws, _PARTNER, _OPEN)


@seeds("kinesis.public-stream")
def stream_that_is_nothing_but_open(aws: Aws) -> None:
    _stream(aws, _OPEN)
