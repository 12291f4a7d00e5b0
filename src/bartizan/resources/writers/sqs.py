"""Queues as code."""

from __future__ import annotations

from bartizan.resources.sqs import Queue
from bartizan.resources.writing import CodeWriter, Own, Part, tags_map, tags_pairs


def _queue_url(queue: Queue) -> str:
    domain = "amazonaws.com.cn" if queue.region.startswith("cn-") else "amazonaws.com"
    return f"https://sqs.{queue.region}.{domain}/{queue.account}/{queue.queue_name}"


TERRAFORM_QUEUE = CodeWriter(
    "aws_sqs_queue",
    Queue,
    names={"queue_name": "name"},
    fields={
        "sqs_managed_sse_enabled": "sqs_managed_sse_enabled",
        "kms_master_key_id": "kms_master_key_id",
        "tags": tags_map,
    },
    parts=(Part("aws_sqs_queue_policy", {"policy": "policy"}, {"queue_url": Own("id")}),),
    import_id=_queue_url,
)

CLOUDFORMATION_QUEUE = CodeWriter(
    "AWS::SQS::Queue",
    Queue,
    names={"queue_name": "QueueName"},
    fields={
        "sqs_managed_sse_enabled": "SqsManagedSseEnabled",
        "kms_master_key_id": "KmsMasterKeyId",
        "tags": tags_pairs,
    },
    parts=(Part("AWS::SQS::QueuePolicy", {"policy": "PolicyDocument"}, {"Queues": [Own()]}),),
)
