"""Checks of Amazon Data Firehose."""

from __future__ import annotations

from bartizan.model import Problems, replace, rule
from bartizan.resources.firehose import DeliveryStream


@rule(
    "medium",
    passes=[DeliveryStream(), DeliveryStream(delivery_stream_type="KinesisStreamAsSource", encrypted=False)],
    fails=[DeliveryStream(encrypted=False)],
)
def unencrypted_delivery_stream(stream: DeliveryStream) -> Problems:
    """Firehose stream holds what it is to deliver unencrypted.

    ## Why it matters
    Until it is delivered, whoever reaches the storage layer of the service reads it as it is.

    ## How to fix
    Turn on server-side encryption. A stream that reads from Kinesis or MSK has the encryption of its source.

    ## References
    - https://docs.aws.amazon.com/firehose/latest/dev/encryption.html
    """
    if stream.delivery_stream_type == "DirectPut" and not stream.encrypted:
        yield "server-side encryption is off"


@unencrypted_delivery_stream.fix
def encrypt_delivery_stream(stream: DeliveryStream) -> DeliveryStream:
    """Turn on encryption with a key that AWS owns."""
    return replace(stream, encrypted=True)
