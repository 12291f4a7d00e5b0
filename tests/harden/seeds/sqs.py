"""Queues that fail."""

from __future__ import annotations

import json

from harden.aws import Aws
from harden.seeded import seeds

_OPEN = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
_OWN = {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
    "Action": "sqs:*",
    "Resource": "*",
}


@seeds("sqs.unencrypted-queue", "sqs.public-queue", "sqs.plain-http-allowed")
def queue_with_everything_wrong(aws: Aws) -> None:
    policy = json.dumps({"Version": "2012-10-17", "Statement": [_OWN, _OPEN]})
    aws.client("sqs").create_queue(QueueName="jobs", Attributes={"SqsManagedSseEnabled": "false", "Policy": policy})


@seeds("sqs.plain-http-allowed")
def queue_without_policy(aws: Aws) -> None:
    aws.client("sqs").create_queue(QueueName="jobs")
