"""Kinesis data streams: changing them."""

from __future__ import annotations

from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Params, Put, policy_text
from bartizan.resources.kinesis import Stream
from bartizan.resources.reading import Call

_BUSY = ("ResourceInUseException",)


def _of(edit: Edit) -> dict[str, Any]:
    return {"StreamARN": edit.after.arn}


def _policy(edit: Edit) -> Params | None:
    text = policy_text(edit.after.policy)
    return {"ResourceARN": edit.after.arn, "Policy": text} if text else None


def _no_policy(edit: Edit) -> Params | None:
    return None if policy_text(edit.after.policy) else {"ResourceARN": edit.after.arn}


def _longer(edit: Edit) -> Params | None:
    if edit.after.retention_hours < edit.before.retention_hours:
        return None
    return {**_of(edit), "RetentionPeriodHours": edit.after.retention_hours}


def _shorter(edit: Edit) -> Params | None:
    # What is older than that is gone.
    if edit.after.retention_hours > edit.before.retention_hours:
        return None
    return {**_of(edit), "RetentionPeriodHours": edit.after.retention_hours}


def _encrypted(edit: Edit) -> Params | None:
    key = edit.after.kms_key_id
    return {**_of(edit), "EncryptionType": "KMS", "KeyId": key} if key else None


def _plain(edit: Edit) -> Params | None:
    if edit.after.kms_key_id:
        return None
    return {**_of(edit), "EncryptionType": "KMS", "KeyId": edit.before.kms_key_id}


STREAM = ApiWriter(
    Stream,
    puts=(
        Put(Call("kinesis:PutResourcePolicy"), _policy, ("policy",), busy=_BUSY),
        Put(
            Call("kinesis:DeleteResourcePolicy"),
            _no_policy,
            ("policy",),
            already=("ResourceNotFoundException",),
            busy=_BUSY,
        ),
        Put(Call("kinesis:IncreaseStreamRetentionPeriod"), _longer, ("retention_hours",), busy=_BUSY),
        Put(Call("kinesis:DecreaseStreamRetentionPeriod"), _shorter, ("retention_hours",), busy=_BUSY),
        Put(
            Call("kinesis:StartStreamEncryption", ("kinesis:StartStreamEncryption", "kms:DescribeKey")),
            _encrypted,
            ("kms_key_id",),
            busy=_BUSY,
        ),
        Put(Call("kinesis:StopStreamEncryption"), _plain, ("kms_key_id",), busy=_BUSY),
    ),
)
