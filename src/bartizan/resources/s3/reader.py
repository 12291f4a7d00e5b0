"""How buckets are read from AWS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.policy import parse_policy
from bartizan.resources.reading import Call, Detail, Listing, Reader, Reply, Scope
from bartizan.resources.s3.types import Bucket, PublicAccessBlock, access_block
from bartizan.resources.tags import NO_TAGS, tags_in

GROUPS = {
    "http://acs.amazonaws.com/groups/global/AllUsers": "everyone",
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers": "every AWS account",
    "http://acs.amazonaws.com/groups/s3/LogDelivery": "S3 log delivery",
}
"""The predefined groups of ACLs, in words."""


def replicas(rules: list[Mapping[str, Any]]) -> tuple[str, ...]:
    """The ARNs of the buckets that AWS's enabled replication rules copy to."""
    return tuple(sorted({each["Destination"]["Bucket"] for each in rules if each["Status"] == "Enabled"}))


def active(rules: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The enabled ones of AWS's lifecycle rules."""
    return [each for each in rules if each["Status"] == "Enabled"]


def _foreign_grants(reply: Reply) -> tuple[str, ...]:
    owner = reply["Owner"].get("ID")
    grants = []
    for grant in reply["Grants"]:
        grantee = grant["Grantee"]
        if grantee.get("ID") != owner or not owner:
            who = GROUPS.get(grantee.get("URI", "")) or grantee.get("ID") or grantee.get("EmailAddress") or "somebody"
            grants.append(f"{who}:{grant['Permission']}")
    return tuple(sorted(grants))


def _encryption(reply: Reply) -> Mapping[str, Any]:
    rule: Mapping[str, Any] = reply["ServerSideEncryptionConfiguration"]["Rules"][0]
    return rule


def _of_bucket(item: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"Bucket": item["Name"]}


def _region(item: Mapping[str, Any], scope: Scope) -> str:
    # AWS names the region of each bucket in the listing; emulators may not, and hold one region.
    region: str = item.get("BucketRegion") or scope.region
    return region


BUCKETS = Reader(
    Bucket,
    listing=Listing(
        # Asking for pages is what makes AWS name each bucket's region.
        Call("s3:ListBuckets", permissions=("s3:ListAllMyBuckets",)),
        items="Buckets",
        params={"MaxBuckets": 1000},
        fields={"bucket_name": lambda item: item["Name"]},
    ),
    arn=lambda item, scope: scope.arn("s3", item["Name"], region="", account=""),
    where="account",
    region=_region,
    details=(
        Detail(
            Call("s3:GetPublicAccessBlock", permissions=("s3:GetBucketPublicAccessBlock",)),
            params=_of_bucket,
            fields={"public_access_block": lambda reply: access_block(reply["PublicAccessBlockConfiguration"])},
            absent={"NoSuchPublicAccessBlockConfiguration": {"public_access_block": PublicAccessBlock()}},
        ),
        Detail(
            Call("s3:GetBucketOwnershipControls"),
            params=_of_bucket,
            fields={"object_ownership": lambda reply: reply["OwnershipControls"]["Rules"][0]["ObjectOwnership"]},
            absent={"OwnershipControlsNotFoundError": {"object_ownership": "ObjectWriter"}},
        ),
        Detail(Call("s3:GetBucketAcl"), params=_of_bucket, fields={"foreign_grants": _foreign_grants}),
        Detail(
            Call("s3:GetBucketPolicy"),
            params=_of_bucket,
            fields={"policy": lambda reply: parse_policy(reply["Policy"])},
            absent={"NoSuchBucketPolicy": {"policy": None}},
        ),
        Detail(
            Call("s3:GetBucketEncryption", permissions=("s3:GetEncryptionConfiguration",)),
            params=_of_bucket,
            fields={
                "sse_algorithm": lambda reply: _encryption(reply)["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"],
                "kms_master_key_id": lambda reply: _encryption(reply)["ApplyServerSideEncryptionByDefault"].get(
                    "KMSMasterKeyID"
                ),
                "bucket_key_enabled": lambda reply: bool(_encryption(reply).get("BucketKeyEnabled")),
            },
            # Since January 2023 S3 encrypts all new objects with SSE-S3 where nothing else is set:
            # https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
            absent={
                "ServerSideEncryptionConfigurationNotFoundError": {
                    "sse_algorithm": "AES256",
                    "kms_master_key_id": None,
                    "bucket_key_enabled": False,
                }
            },
        ),
        Detail(
            Call("s3:GetBucketVersioning"),
            params=_of_bucket,
            fields={
                "versioning": lambda reply: reply.get("Status") == "Enabled",
                "mfa_delete": lambda reply: reply.get("MFADelete") == "Enabled",
            },
        ),
        Detail(
            Call("s3:GetBucketLogging"),
            params=_of_bucket,
            fields={"logging_bucket": lambda reply: (reply.get("LoggingEnabled") or {}).get("TargetBucket")},
        ),
        Detail(
            Call("s3:GetBucketReplication", permissions=("s3:GetReplicationConfiguration",)),
            params=_of_bucket,
            fields={"replica_buckets": lambda reply: replicas(reply["ReplicationConfiguration"]["Rules"])},
            absent={"ReplicationConfigurationNotFoundError": {"replica_buckets": ()}},
        ),
        Detail(
            Call("s3:GetBucketLifecycleConfiguration", permissions=("s3:GetLifecycleConfiguration",)),
            params=_of_bucket,
            fields={
                "has_lifecycle": lambda reply: bool(active(reply["Rules"])),
                "expires_incomplete_uploads": lambda reply: any(
                    "AbortIncompleteMultipartUpload" in each for each in active(reply["Rules"])
                ),
            },
            absent={
                "NoSuchLifecycleConfiguration": {"has_lifecycle": False, "expires_incomplete_uploads": False},
            },
        ),
        Detail(
            Call("s3:GetBucketWebsite"),
            params=_of_bucket,
            fields={"is_website": lambda reply: bool({"IndexDocument", "RedirectAllRequestsTo"} & reply.keys())},
            absent={"NoSuchWebsiteConfiguration": {"is_website": False}},
        ),
        Detail(
            Call("s3:GetObjectLockConfiguration", permissions=("s3:GetBucketObjectLockConfiguration",)),
            params=_of_bucket,
            fields={
                "object_lock": lambda reply: reply["ObjectLockConfiguration"].get("ObjectLockEnabled") == "Enabled"
            },
            absent={"ObjectLockConfigurationNotFoundError": {"object_lock": False}},
        ),
        Detail(
            Call("s3:GetBucketTagging"),
            params=_of_bucket,
            fields={"tags": lambda reply: tags_in(reply["TagSet"])},
            absent={"NoSuchTagSet": {"tags": NO_TAGS}},
        ),
    ),
)
