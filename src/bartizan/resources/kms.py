"""AWS KMS."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from bartizan.model import Gap, Reason, Resource, Unknown, field, resource
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.code import Block, CodeReader, truth
from bartizan.resources.reading import Call, Detail, Listing, Reader
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in, terraform_tags, whole


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
    key_policy: PolicyDocument | None = field(
        "Its policy; null for a key that AWS manages, and in code for the one that AWS gives a new key: it lets in "
        "only the key's own account.",
        default=None,
    )
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
        and key.multi_region_key_type != "REPLICA"
        and key.key_spec == "SYMMETRIC_DEFAULT"
        and key.origin == "AWS_KMS"
        and key.key_state == "Enabled"
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


def _policy_in(block: Block, part: str) -> PolicyDocument | None:
    apart = block.part(part)
    text = block.plain("policy") if apart is None else apart.plain("policy")
    return parse_policy(text) if text else block.if_new(None, "its policy")


def _rotated(block: Block) -> bool | None:
    able = block.get("customer_master_key_spec", _SYMMETRIC) == _SYMMETRIC and block.get("is_enabled", True)
    own = not block.get("custom_key_store_id") and not block.get("xks_key_id")
    return block.get("enable_key_rotation", False) if able and own else None


def _origin_in(block: Block) -> str:
    if block.get("xks_key_id"):
        return "EXTERNAL_KEY_STORE"
    return "AWS_CLOUDHSM" if block.get("custom_key_store_id") else "AWS_KMS"


def _of_primary(block: Block, what: str) -> str:
    raise Unknown(block.what, Gap(Reason.COMPUTED, detail=f"its {what} is its primary's"))


def _state(enabled: object) -> str:
    return "Enabled" if truth(enabled) else "Disabled"


_SYMMETRIC = "SYMMETRIC_DEFAULT"

TERRAFORM_KEY = CodeReader(
    "aws_kms_key",
    Key,
    parts={"aws_kms_key_policy": "key_id"},
    defaulted={"aws_kms_key": ("multi_region", "policy", "rotation_period_in_days", "tags_all")},
    fields={
        "key_manager": lambda _: "CUSTOMER",
        "key_state": lambda block: _state(block.get("is_enabled", True)),
        "key_spec": lambda block: block.get("customer_master_key_spec", _SYMMETRIC),
        "origin": _origin_in,
        "multi_region_key_type": lambda block: "PRIMARY" if block.get("multi_region") else None,
        "enable_key_rotation": _rotated,
        "key_policy": lambda block: _policy_in(block, "aws_kms_key_policy"),
        "tags": terraform_tags,
    },
)

TERRAFORM_REPLICA = CodeReader(
    "aws_kms_replica_key",
    Key,
    parts={"aws_kms_key_policy": "key_id"},
    defaulted={"aws_kms_replica_key": ("policy", "tags_all")},
    fields={
        "key_manager": lambda _: "CUSTOMER",
        "key_state": lambda block: _state(block.get("enabled", True)),
        "key_spec": lambda block: _of_primary(block, "kind"),
        "origin": lambda block: _of_primary(block, "origin"),
        "multi_region_key_type": lambda _: "REPLICA",
        "enable_key_rotation": lambda _: None,
        "key_policy": lambda block: _policy_in(block, "aws_kms_key_policy"),
        "tags": terraform_tags,
    },
)

TERRAFORM_EXTERNAL = CodeReader(
    "aws_kms_external_key",
    Key,
    parts={"aws_kms_key_policy": "key_id"},
    defaulted={"aws_kms_external_key": ("enabled", "multi_region", "policy", "tags_all")},
    fields={
        "key_manager": lambda _: "CUSTOMER",
        # Without material a key waits for it, whatever the code says.
        "key_state": lambda block: _state(block.get("enabled", True)),
        "key_spec": lambda block: block.get("key_spec", _SYMMETRIC),
        "origin": lambda _: "EXTERNAL",
        "multi_region_key_type": lambda block: "PRIMARY" if block.get("multi_region") else None,
        "enable_key_rotation": lambda _: None,
        "key_policy": lambda block: _policy_in(block, "aws_kms_key_policy"),
        "tags": terraform_tags,
    },
)


def _policy_of(block: Block) -> PolicyDocument | None:
    document = block.plain("KeyPolicy")
    return parse_policy(document) if document else None


def _rotates(block: Block) -> bool | None:
    able = block.get("KeySpec", _SYMMETRIC) == _SYMMETRIC and block.get("Origin", "AWS_KMS") == "AWS_KMS"
    return truth(block.get("EnableKeyRotation", False)) if able and truth(block.get("Enabled", True)) else None


CLOUDFORMATION_KEY = CodeReader(
    "AWS::KMS::Key",
    Key,
    fields={
        "key_manager": lambda _: "CUSTOMER",
        "key_state": lambda block: _state(block.get("Enabled", True)),
        "key_spec": lambda block: block.get("KeySpec", _SYMMETRIC),
        "origin": lambda block: block.get("Origin", "AWS_KMS"),
        "multi_region_key_type": lambda block: "PRIMARY" if truth(block.get("MultiRegion", False)) else None,
        "enable_key_rotation": _rotates,
        "key_policy": _policy_of,
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)

CLOUDFORMATION_REPLICA = CodeReader(
    "AWS::KMS::ReplicaKey",
    Key,
    fields={
        **TERRAFORM_REPLICA.fields,
        "key_state": lambda block: _state(block.get("Enabled", True)),
        "key_policy": _policy_of,
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)
