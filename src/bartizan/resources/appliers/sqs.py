"""Queues: changing them."""

from __future__ import annotations

from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Put, policy_text
from bartizan.resources.reading import Call
from bartizan.resources.sqs import Queue


def queue_url(queue: Queue) -> str:
    """The URL by which the API takes a queue."""
    domain = "amazonaws.com.cn" if queue.region.startswith("cn-") else "amazonaws.com"
    return f"https://sqs.{queue.region}.{domain}/{queue.account}/{queue.queue_name}"


def _attributes(edit: Edit) -> dict[str, Any]:
    given = {}
    if edit.changes("kms_master_key_id"):
        given["KmsMasterKeyId"] = edit.after.kms_master_key_id or ""
    if edit.changes("sqs_managed_sse_enabled"):
        given["SqsManagedSseEnabled"] = str(edit.after.sqs_managed_sse_enabled).lower()
    if edit.changes("policy"):
        given["Policy"] = policy_text(edit.after.policy) or ""
    return {"QueueUrl": queue_url(edit.after), "Attributes": given}


QUEUE = ApiWriter(
    Queue,
    puts=(
        Put(
            Call("sqs:SetQueueAttributes"),
            _attributes,
            fields=("sqs_managed_sse_enabled", "kms_master_key_id", "policy"),
        ),
    ),
)
