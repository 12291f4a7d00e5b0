"""KMS keys that fail."""

from __future__ import annotations

from harden.aws import Aws
from harden.seeded import seeds


@seeds("kms.rotation-off")
def key_that_stays_the_same(aws: Aws) -> None:
    aws.client("kms").create_key(Description="orders")


@seeds("kms.pending-deletion", lasting=("kms.pending-deletion",))
def key_that_is_to_go(aws: Aws) -> None:
    key = aws.client("kms").create_key(Description="orders")["KeyMetadata"]["KeyId"]
    aws.client("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
