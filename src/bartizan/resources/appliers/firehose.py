"""Streams of Firehose: changing them."""

from __future__ import annotations

from bartizan.resources.applying import ApiWriter, Put
from bartizan.resources.firehose import DeliveryStream
from bartizan.resources.reading import Call

DELIVERY_STREAM = ApiWriter(
    DeliveryStream,
    puts=(
        Put(
            Call("firehose:StartDeliveryStreamEncryption"),
            lambda edit: (
                {
                    "DeliveryStreamName": edit.after.delivery_stream_name,
                    "DeliveryStreamEncryptionConfigurationInput": {"KeyType": "AWS_OWNED_CMK"},
                }
                if edit.after.encrypted
                else None
            ),
            ("encrypted",),
            busy=("ResourceInUseException",),
        ),
        Put(
            Call("firehose:StopDeliveryStreamEncryption"),
            lambda edit: None if edit.after.encrypted else {"DeliveryStreamName": edit.after.delivery_stream_name},
            ("encrypted",),
            busy=("ResourceInUseException",),
        ),
    ),
)
