"""Amazon Data Firehose."""

from __future__ import annotations

from collections.abc import Mapping

from bartizan.model import Resource, field, resource
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Listing, Reader
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in, terraform_tags


@resource("AWS::KinesisFirehose::DeliveryStream", name="delivery_stream_name")
class DeliveryStream(Resource):
    """A stream of Firehose, which delivers what it is given."""

    delivery_stream_name: str = field("Its name.", default="clicks")
    delivery_stream_type: str = field("`DirectPut`, or the kind of source that it reads.", default="DirectPut")
    encrypted: bool = field("Whether what waits in it is encrypted with a KMS key.", default=True)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


DELIVERY_STREAMS = Reader(
    DeliveryStream,
    listing=Listing(
        Call("firehose:ListDeliveryStreams"),
        items="DeliveryStreamNames",
        # The most that AWS takes; an account may have half as many in a Region.
        params={"Limit": 10000},
        fields={"delivery_stream_name": lambda name: name},
    ),
    arn=lambda name, scope: scope.arn("firehose", f"deliverystream/{name}"),
    details=(
        Detail(
            Call("firehose:DescribeDeliveryStream"),
            params=lambda name: {"DeliveryStreamName": name},
            fields={
                "delivery_stream_type": lambda reply: reply["DeliveryStreamDescription"]["DeliveryStreamType"],
                "encrypted": lambda reply: (
                    (reply["DeliveryStreamDescription"].get("DeliveryStreamEncryptionConfiguration") or {}).get(
                        "Status"
                    )
                    in {"ENABLED", "ENABLING"}
                ),
            },
        ),
        Detail(
            Call("firehose:ListTagsForDeliveryStream"),
            params=lambda name: {"DeliveryStreamName": name},
            fields={"tags": lambda reply: tags_in(reply.get("Tags") or ())},
        ),
    ),
)


def _tf_type(block: Block) -> str:
    if block.get("kinesis_source_configuration"):
        return "KinesisStreamAsSource"
    return "MSKAsSource" if block.get("msk_source_configuration") else "DirectPut"


TERRAFORM_STREAM = CodeReader(
    "aws_kinesis_firehose_delivery_stream",
    DeliveryStream,
    defaulted={"aws_kinesis_firehose_delivery_stream": ("tags_all",)},
    fields={
        "delivery_stream_name": lambda block: block["name"],
        "delivery_stream_type": _tf_type,
        "encrypted": lambda block: any(each.get("enabled", False) for each in block.get("server_side_encryption", ())),
        "tags": terraform_tags,
    },
)

CLOUDFORMATION_STREAM = CodeReader(
    "AWS::KinesisFirehose::DeliveryStream",
    DeliveryStream,
    fields={
        "delivery_stream_name": lambda block: block["DeliveryStreamName"],
        "delivery_stream_type": lambda block: block.get("DeliveryStreamType", "DirectPut"),
        "encrypted": lambda block: "DeliveryStreamEncryptionConfigurationInput" in block,
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)
