"""AWS KMS."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from bartizan.model import Resource, field, resource
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.reading import Call, Detail, Listing, Reader
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in, whole


@resource("AWS::KMS::Key", name="key_id")
class Key(Resource):
    """A KMS key."""

    key_id: str = field("Its id.")
    key_manager: str = field("Who manages it: `CUSTOMER` or `AWS`.", default="CUSTOMER")
    key_state: str = field("Its state, such as `Enabled`, `Disabled` or `PendingDeletion`.", default="Enabled")
    key_spec: str = field("Its kind; `SYMMETRIC_DEFAULT` is the one for encrypting data.", default="SYMMETRIC_DEFAULT")
    origin: str = field("Where its material comes from; `AWS_KMS` is KMS itself.", default="AWS_KMS")
    multi_region_key_type: str | None = field("`PRIMARY` or `REPLICA` of a multi-Region key.", default=None)
    deletion_date: dt.datetime | None = field("When it will be deleted.", default=None)
    enable_key_rotation: bool | None = field(
        "Whether KMS rotates its material by itself; null where it cannot.", default=True
    )
    key_policy: PolicyDocument | None = field("Its policy; null for a key that AWS manages.", default=None)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


def own(key: Any) -> bool:
    """Whether the customer manages it; nobody can change the others."""
    return bool(key.key_manager == "CUSTOMER")


def customer_managed(key: str | None) -> bool:
    """Whether a key, as another resource names it, is one of the customer's: there is one, and not by AWS's alias.

    An AWS managed key that is named by its id or ARN is taken for the customer's.
    """
    return bool(key) and "alias/aws/" not in str(key)


def can_rotate(key: Any) -> bool:
    """Whether KMS can rotate its material by itself; a replica rotates with its primary.

    Source: https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
    """
    return bool(
        own(key)
        and key.key_spec == "SYMMETRIC_DEFAULT"
        and key.origin == "AWS_KMS"
        and key.key_state == "Enabled"
        and key.multi_region_key_type != "REPLICA"
    )


KEYS = Reader(
    Key,
    listing=Listing(
        Call("kms:ListKeys"), items="Keys", params={"Limit": 1000}, fields={"key_id": lambda item: item["KeyId"]}
    ),
    arn=lambda item, _: item["KeyArn"],
    details=(
        Detail(
            Call("kms:DescribeKey"),
            params=lambda item: {"KeyId": item["KeyId"]},
            fields={
                "key_manager": lambda reply: reply["KeyMetadata"]["KeyManager"],
                "key_state": lambda reply: reply["KeyMetadata"]["KeyState"],
                "key_spec": lambda reply: reply["KeyMetadata"]["KeySpec"],
                "origin": lambda reply: reply["KeyMetadata"]["Origin"],
                "multi_region_key_type": lambda reply: (
                    reply["KeyMetadata"].get("MultiRegionConfiguration", {}).get("MultiRegionKeyType")
                ),
                "deletion_date": lambda reply: reply["KeyMetadata"].get("DeletionDate"),
            },
        ),
        Detail(
            Call("kms:GetKeyRotationStatus"),
            params=lambda item: {"KeyId": item["KeyId"]},
            fields={"enable_key_rotation": lambda reply: reply["KeyRotationEnabled"]},
            when=can_rotate,
            otherwise={"enable_key_rotation": None},
        ),
        Detail(
            Call("kms:GetKeyPolicy"),
            params=lambda item: {"KeyId": item["KeyId"], "PolicyName": "default"},
            fields={"key_policy": lambda reply: parse_policy(reply["Policy"])},
            when=own,
            otherwise={"key_policy": None},
        ),
        Detail(
            Call("kms:ListResourceTags"),
            params=lambda item: {"KeyId": item["KeyId"]},
            fields={"tags": lambda reply: tags_in(whole(reply, "Truncated")["Tags"], "TagKey", "TagValue")},
            when=own,
            otherwise={"tags": NO_TAGS},
        ),
    ),
)
