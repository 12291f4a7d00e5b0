"""Amazon Kinesis Data Streams."""

from __future__ import annotations

from collections.abc import Mapping

from bartizan.model import Resource, field, resource
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Listing, Reader
from bartizan.resources.recorded import ConfigReader, recorded_tags
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in, terraform_tags


@resource("AWS::Kinesis::Stream", name="stream_name")
class Stream(Resource):
    """A Kinesis data stream."""

    stream_name: str = field("Its name.", default="orders")
    kms_key_id: str | None = field("The KMS key that encrypts it.", default="alias/aws/kinesis")
    retention_hours: int = field("For how long its records are kept.", default=168)
    policy: PolicyDocument | None = field("Its resource policy.", default=None)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


def _policy(text: str | None) -> PolicyDocument | None:
    return parse_policy(text) if text and text != "{}" else None


STREAMS = Reader(
    Stream,
    listing=Listing(
        Call("kinesis:ListStreams"),
        items="StreamSummaries",
        params={"Limit": 1000},
        fields={"stream_name": lambda item: item["StreamName"]},
    ),
    arn=lambda item, _: item["StreamARN"],
    details=(
        Detail(
            Call("kinesis:DescribeStreamSummary"),
            params=lambda item: {"StreamARN": item["StreamARN"]},
            fields={
                "kms_key_id": lambda reply: (
                    reply["StreamDescriptionSummary"]["KeyId"]
                    if reply["StreamDescriptionSummary"].get("EncryptionType") == "KMS"
                    else None
                ),
                "retention_hours": lambda reply: reply["StreamDescriptionSummary"]["RetentionPeriodHours"],
            },
        ),
        Detail(
            Call("kinesis:GetResourcePolicy"),
            params=lambda item: {"ResourceARN": item["StreamARN"]},
            fields={"policy": lambda reply: _policy(reply.get("Policy"))},
            absent={"ResourceNotFoundException": {"policy": None}},
        ),
        Detail(
            Call("kinesis:ListTagsForResource"),
            params=lambda item: {"ResourceARN": item["StreamARN"]},
            fields={"tags": lambda reply: tags_in(reply.get("Tags") or ())},
        ),
    ),
)

STREAM_ITEMS = ConfigReader(Stream, fields={"tags": recorded_tags})


def _policy_in(block: Block, part: str, attribute: str) -> PolicyDocument | None:
    apart = block.part(part)
    text = apart.plain(attribute) if apart else None
    return parse_policy(text) if text else None


TERRAFORM_STREAM = CodeReader(
    "aws_kinesis_stream",
    Stream,
    parts={"aws_kinesis_resource_policy": "resource_arn"},
    defaulted={"aws_kinesis_stream": ("tags_all",)},
    fields={
        "stream_name": lambda block: block["name"],
        "kms_key_id": lambda block: block["kms_key_id"] if block.get("encryption_type", "NONE") == "KMS" else None,
        "retention_hours": lambda block: int(block.get("retention_period", 24)),
        "policy": lambda block: _policy_in(block, "aws_kinesis_resource_policy", "policy"),
        "tags": terraform_tags,
    },
)

CLOUDFORMATION_STREAM = CodeReader(
    "AWS::Kinesis::Stream",
    Stream,
    parts={"AWS::Kinesis::ResourcePolicy": "ResourceArn"},
    fields={
        "stream_name": lambda block: block["Name"],
        "kms_key_id": lambda block: block["StreamEncryption"]["KeyId"] if "StreamEncryption" in block else None,
        "retention_hours": lambda block: int(block.get("RetentionPeriodHours", 24)),
        "policy": lambda block: _policy_in(block, "AWS::Kinesis::ResourcePolicy", "ResourcePolicy"),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)
