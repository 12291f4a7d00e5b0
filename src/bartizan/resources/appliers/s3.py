"""Buckets: changing them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put, policy_text
from bartizan.resources.reading import Call
from bartizan.resources.s3 import Bucket

_ENFORCED = "BucketOwnerEnforced"


def _of(bucket: Bucket) -> dict[str, Any]:
    return {"Bucket": bucket.bucket_name}


def _look(call: Call, key: str, gone: str) -> Look:
    """A look at one configuration of the bucket, by the key of the reply that holds it."""
    return Look(call, _of, lambda reply: reply[key], (gone,))


_BLOCK = _look(
    Call("s3:GetPublicAccessBlock", ("s3:GetBucketPublicAccessBlock",)),
    "PublicAccessBlockConfiguration",
    gone="NoSuchPublicAccessBlockConfiguration",
)
_OWNERSHIP = _look(Call("s3:GetBucketOwnershipControls"), "OwnershipControls", gone="OwnershipControlsNotFoundError")
_ENCRYPTION = _look(
    Call("s3:GetBucketEncryption", ("s3:GetEncryptionConfiguration",)),
    "ServerSideEncryptionConfiguration",
    gone="ServerSideEncryptionConfigurationNotFoundError",
)
_WEBSITE = Look(
    Call("s3:GetBucketWebsite"),
    _of,
    lambda reply: {name: value for name, value in reply.items() if name != "ResponseMetadata"},
    ("NoSuchWebsiteConfiguration",),
)
_ACL = Look(Call("s3:GetBucketAcl"), _of, lambda reply: {"Owner": reply["Owner"], "Grants": reply["Grants"]})


def _with(key: str, value: Callable[[Edit], Any]) -> Callable[[Edit], Params | None]:
    """The bucket, and a value under a key; no call where the value is None."""

    def params(edit: Edit) -> Params | None:
        given = value(edit)
        return None if given is None else {**_of(edit.after), key: given}

    return params


def _without(value: Callable[[Edit], Any]) -> Callable[[Edit], Params | None]:
    """The arguments of the call that removes what has no value any more."""
    return lambda edit: _of(edit.after) if value(edit) is None else None


def _policy(edit: Edit) -> str | None:
    return policy_text(edit.after.policy)


def _block(edit: Edit) -> Params | None:
    if edit.undoing and edit.was is None:
        return None
    block = edit.after.public_access_block
    return {
        "BlockPublicAcls": block.block_public_acls,
        "IgnorePublicAcls": block.ignore_public_acls,
        "BlockPublicPolicy": block.block_public_policy,
        "RestrictPublicBuckets": block.restrict_public_buckets,
    }


def _ownership(edit: Edit) -> Params | None:
    if edit.undoing and edit.was is None:
        return None
    return {"Rules": [{"ObjectOwnership": edit.after.object_ownership}]}


def _acl(edit: Edit) -> Params | None:
    # S3 refuses to turn ACLs off while one lets others in:
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-ownership-error-responses.html
    if edit.undoing:
        return (
            {**_of(edit.after), "AccessControlPolicy": edit.was} if edit.before.object_ownership == _ENFORCED else None
        )
    return {**_of(edit.after), "ACL": "private"} if edit.after.object_ownership == _ENFORCED else None


def _encryption(edit: Edit) -> Params | None:
    if edit.undoing:
        return edit.was  # type: ignore[no-any-return] # what the look saw
    rules = [dict(each) for each in (edit.now or {}).get("Rules") or [{}]]
    default = {"SSEAlgorithm": edit.after.sse_algorithm}
    if edit.after.kms_master_key_id:
        default["KMSMasterKeyID"] = edit.after.kms_master_key_id
    rules[0] |= {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": edit.after.bucket_key_enabled}
    return {"Rules": rules}


def _website(edit: Edit) -> Params | None:
    return edit.was if edit.undoing and edit.after.is_website else None


_KEYS = ("sse_algorithm", "kms_master_key_id", "bucket_key_enabled")

BUCKET = ApiWriter(
    Bucket,
    # A bucket that is open is closed from the policy outwards, and opened the other way round.
    puts=(
        # Once ACLs are off, S3 takes none any more, and ignores those that there were.
        Put(
            Call("s3:PutBucketAcl"),
            _acl,
            ("object_ownership",),
            look=_ACL,
            already=("AccessControlListNotSupported",),
        ),
        Put(
            Call("s3:PutBucketOwnershipControls"),
            _with("OwnershipControls", _ownership),
            ("object_ownership",),
            look=_OWNERSHIP,
        ),
        Put(
            Call("s3:DeleteBucketOwnershipControls", ("s3:PutBucketOwnershipControls",)),
            _without(_ownership),
            ("object_ownership",),
            look=_OWNERSHIP,
        ),
        Put(Call("s3:PutBucketPolicy"), _with("Policy", _policy), ("policy",)),
        Put(Call("s3:DeleteBucketPolicy"), _without(_policy), ("policy",)),
        Put(
            Call("s3:PutPublicAccessBlock", ("s3:PutBucketPublicAccessBlock",)),
            _with("PublicAccessBlockConfiguration", _block),
            ("public_access_block",),
            look=_BLOCK,
        ),
        Put(
            Call("s3:DeletePublicAccessBlock", ("s3:PutBucketPublicAccessBlock",)),
            _without(_block),
            ("public_access_block",),
            look=_BLOCK,
        ),
        Put(
            Call("s3:PutBucketEncryption", ("s3:PutEncryptionConfiguration",)),
            _with("ServerSideEncryptionConfiguration", _encryption),
            _KEYS,
            look=_ENCRYPTION,
        ),
        Put(
            Call("s3:DeleteBucketEncryption", ("s3:PutEncryptionConfiguration",)),
            _without(_encryption),
            _KEYS,
            look=_ENCRYPTION,
        ),
        Put(
            Call("s3:PutBucketVersioning"),
            _with(
                "VersioningConfiguration",
                lambda edit: {"Status": "Enabled" if edit.after.versioning else "Suspended"},
            ),
            ("versioning",),
        ),
        Put(
            Call("s3:DeleteBucketWebsite"),
            lambda edit: None if edit.after.is_website else _of(edit.after),
            ("is_website",),
            look=_WEBSITE,
        ),
        Put(Call("s3:PutBucketWebsite"), _with("WebsiteConfiguration", _website), ("is_website",), look=_WEBSITE),
    ),
)
