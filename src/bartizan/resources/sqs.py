"""Amazon SQS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bartizan.model import Resource, Unknown, field, resource
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Listing, Reader, Reply, Scope
from bartizan.resources.recorded import ConfigReader, recorded_tags
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, Tags, tags_in, terraform_tags


@resource("AWS::SQS::Queue", name="queue_name")
class Queue(Resource):
    """An SQS queue."""

    queue_name: str = field("Its name.")
    sqs_managed_sse_enabled: bool = field("Whether keys that SQS owns (SSE-SQS) encrypt the messages.", default=False)
    kms_master_key_id: str | None = field("The KMS key (SSE-KMS) that encrypts the messages.", default=None)
    policy: PolicyDocument | None = field("Its resource policy.", default=None)
    dead_letter_target_arn: str | None = field("The queue that takes messages that fail repeatedly.", default=None)
    is_dead_letter_queue: bool = field("Whether it says which queues may send dead letters to it.", default=False)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


def _name(url: str) -> str:
    return url.rsplit("/", 1)[-1]


def _attributes(reply: Reply) -> Mapping[str, str]:
    attributes: Mapping[str, str] = reply["Attributes"]
    return attributes


def _dead_letter_target(redrive: str | Mapping[str, Any] | None) -> str | None:
    settings = json.loads(redrive) if isinstance(redrive, str) else redrive
    return settings.get("deadLetterTargetArn") if settings else None


def _arn(url: str, scope: Scope) -> str:
    return scope.arn("sqs", _name(url))


QUEUES = Reader(
    Queue,
    listing=Listing(
        Call("sqs:ListQueues"), items="QueueUrls", params={"MaxResults": 1000}, fields={"queue_name": _name}
    ),
    arn=_arn,
    details=(
        Detail(
            Call("sqs:GetQueueAttributes"),
            params=lambda url: {"QueueUrl": url, "AttributeNames": ["All"]},
            fields={
                "sqs_managed_sse_enabled": lambda reply: _attributes(reply).get("SqsManagedSseEnabled") == "true",
                "kms_master_key_id": lambda reply: _attributes(reply).get("KmsMasterKeyId") or None,
                "policy": lambda reply: parse_policy(text) if (text := _attributes(reply).get("Policy")) else None,
                "dead_letter_target_arn": lambda reply: _dead_letter_target(_attributes(reply).get("RedrivePolicy")),
                "is_dead_letter_queue": lambda reply: "RedriveAllowPolicy" in _attributes(reply),
            },
        ),
        Detail(
            Call("sqs:ListQueueTags"),
            params=lambda url: {"QueueUrl": url},
            fields={"tags": lambda reply: Tags(reply.get("Tags") or {})},
        ),
    ),
)

QUEUE_ITEMS = ConfigReader(Queue, fields={"tags": recorded_tags})


def _policy_in(block: Block, part: str, attribute: str) -> PolicyDocument | None:
    apart = block.part(part)
    text = block.plain("policy") if apart is None else apart.plain(attribute)
    return parse_policy(text) if text else None


def _redrive_in(block: Block, name: str) -> str | None:
    apart = block.part(f"aws_sqs_queue_{name}")
    text: str | None = (block if apart is None else apart).get(name) or None
    return text


def _target_in(block: Block) -> str | None:
    """The queue for dead letters; one that the code makes by its address, since its ARN is not known yet."""
    try:
        return _dead_letter_target(_redrive_in(block, "redrive_policy"))
    except Unknown:
        apart = block.part("aws_sqs_queue_redrive_policy")
        return (block if apart is None else apart).named_in("redrive_policy")


def _target_of(block: Block) -> str | None:
    redrive = block.get("RedrivePolicy")
    return redrive.named_in("deadLetterTargetArn") if isinstance(redrive, Block) else _dead_letter_target(redrive)


TERRAFORM_QUEUE = CodeReader(
    "aws_sqs_queue",
    Queue,
    parts=dict.fromkeys(
        ("aws_sqs_queue_policy", "aws_sqs_queue_redrive_allow_policy", "aws_sqs_queue_redrive_policy"), "queue_url"
    ),
    defaulted={
        "aws_sqs_queue": ("policy", "redrive_allow_policy", "redrive_policy", "sqs_managed_sse_enabled", "tags_all")
    },
    fields={
        "queue_name": lambda block: block["name"],
        # AWS turns SSE-SQS on unless a key is given or the code says no.
        "sqs_managed_sse_enabled": lambda block: block.get(
            "sqs_managed_sse_enabled", block.id_if_given("kms_master_key_id") is None
        ),
        "kms_master_key_id": lambda block: block.id_if_given("kms_master_key_id"),
        "policy": lambda block: _policy_in(block, "aws_sqs_queue_policy", "policy"),
        "dead_letter_target_arn": _target_in,
        "is_dead_letter_queue": lambda block: bool(_redrive_in(block, "redrive_allow_policy")),
        "tags": terraform_tags,
    },
)

CLOUDFORMATION_QUEUE = CodeReader(
    "AWS::SQS::Queue",
    Queue,
    parts={"AWS::SQS::QueuePolicy": "Queues"},
    fields={
        "queue_name": lambda block: block["QueueName"],
        "sqs_managed_sse_enabled": lambda block: block.get(
            "SqsManagedSseEnabled", block.id_if_given("KmsMasterKeyId") is None
        ),
        "kms_master_key_id": lambda block: block.id_if_given("KmsMasterKeyId"),
        "policy": lambda block: _policy_in(block, "AWS::SQS::QueuePolicy", "PolicyDocument"),
        "dead_letter_target_arn": _target_of,
        "is_dead_letter_queue": lambda block: "RedriveAllowPolicy" in block,
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)
