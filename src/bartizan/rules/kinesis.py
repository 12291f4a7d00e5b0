"""Checks of Amazon Kinesis Data Streams."""

from __future__ import annotations

from bartizan.model import Problems, replace, rule
from bartizan.policy import parse_policy, reach
from bartizan.policy.removal import without_statements
from bartizan.resources.kinesis import Stream
from bartizan.rules.datatags import without_data_tag
from bartizan.rules.outsiders import shared_with_other_organization

_ARN = "arn:aws:kinesis:eu-west-1:111122223333:stream/orders"
_ANYONE = {"Effect": "Allow", "Principal": "*", "Action": "kinesis:PutRecord", "Resource": _ARN}
_PARTNER = {**_ANYONE, "Principal": {"AWS": "arn:aws:iam::444455556666:root"}}
_OURS = Stream(arn=_ARN, account="111122223333")
_OPEN = replace(_OURS, policy=parse_policy({"Statement": _ANYONE}))
_SHARED = replace(_OURS, policy=parse_policy({"Statement": _PARTNER}))


@rule("medium", passes=[Stream(), Stream(kms_key_id="alias/orders")], fails=[Stream(kms_key_id=None)])
def unencrypted_stream(stream: Stream) -> Problems:
    """Kinesis stream stores its records unencrypted.

    ## Why it matters
    Whoever reaches the storage layer of the service reads the records as they are.

    ## How to fix
    Turn on server-side encryption, with the key that AWS manages for Kinesis, or with your own where accounts share it.

    ## References
    - https://docs.aws.amazon.com/streams/latest/dev/what-is-sse.html
    """
    if stream.kms_key_id is None:
        yield "server-side encryption is off"


@unencrypted_stream.fix
def encrypt_stream(stream: Stream) -> Stream:
    """Turn on encryption with the key that AWS manages for Kinesis."""
    return replace(stream, kms_key_id="alias/aws/kinesis")


@rule("critical", passes=[_OURS, _SHARED], fails=[_OPEN])
def public_stream(stream: Stream) -> Problems:
    """Kinesis stream policy lets anyone in.

    ## Why it matters
    Any AWS account can read the records, or send forged ones that the consumers take for real.

    ## How to fix
    Name the accounts and roles that need the stream as principals.

    ## References
    - https://docs.aws.amazon.com/streams/latest/dev/resource-based-policy-examples.html
    """
    yield from reach.public(stream.policy, stream.arn, stream.account)


@public_stream.risky_fix("whoever relies on the open statement is refused")
def close_stream(stream: Stream) -> Stream:
    """Remove the statements that let anyone in from the policy."""
    opening = reach.opening(stream.policy, stream.arn, stream.account)
    return replace(stream, policy=without_statements(stream.policy, opening))


@rule("low", passes=[_OURS], fails=[_SHARED], advice=True)
def shared_stream(stream: Stream, *, trusted_accounts: tuple[str, ...] = ()) -> Problems:
    """Kinesis stream is shared with another account.

    ## Why it matters
    Its records are then as safe as that account, whose people and roles you do not see.

    ## How to fix
    Name single roles of the other account, with the least of actions, and say in your records what it is for.

    ## Parameters
    - `trusted_accounts`: accounts of yours, 12 digits each. The scan of an organization adds its own.

    ## References
    - https://docs.aws.amazon.com/streams/latest/dev/controlling-access.html
    """
    for each in reach.other_accounts(stream.policy, stream.arn, stream.account, trusted=trusted_accounts):
        yield f"{each} has access"


@rule("low", passes=[Stream()], fails=[Stream(retention_hours=24)], advice=True)
def short_retention(stream: Stream, *, min_hours: int = 168) -> Problems:
    """Kinesis stream forgets its records before a weekend is over.

    ## Why it matters
    Where the consumer fails or is attacked, what it did not process in time is lost.

    ## How to fix
    Keep records for a week, which is billed by the amount of data.

    ## Parameters
    - `min_hours`: hours for which records are kept at least.

    ## References
    - https://docs.aws.amazon.com/streams/latest/dev/kinesis-extended-retention.html
    """
    if stream.retention_hours < min_hours:
        yield f"records are kept for {stream.retention_hours} hours"


@short_retention.fix
def keep_records(stream: Stream, *, min_hours: int = 168) -> Stream:
    """Keep records for longer."""
    return replace(stream, retention_hours=max(stream.retention_hours, min_hours))


stream_without_data_tag = without_data_tag.of(Stream, "Kinesis stream")
stream_shared_with_other_organization = shared_with_other_organization.of(Stream, "Kinesis stream")
