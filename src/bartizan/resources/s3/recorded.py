"""How settings of buckets are taken from AWS Config's configuration items.

Config names them as the first AWS SDK for Java did: https://github.com/awslabs/aws-config-resource-schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.recorded import ConfigReader, ConfigurationItem, recorded_tags, supplement
from bartizan.resources.s3.types import Bucket, PublicAccessBlock

_VERSIONING: Mapping[str, bool] = MappingProxyType({"Enabled": True, "Suspended": False, "Off": False})
_STATUS: Mapping[str, bool] = MappingProxyType({"Enabled": True, "Disabled": False})
_SWITCH: Mapping[bool | None, bool] = MappingProxyType({True: True, False: False, None: False})
_PERMISSIONS: Mapping[str, str] = MappingProxyType(
    {
        "FullControl": "FULL_CONTROL", "Read": "READ", "ReadAcp": "READ_ACP", "Write": "WRITE", "WriteAcp": "WRITE_ACP"
    }
)  # fmt: skip
_GROUPS: Mapping[str, str] = MappingProxyType(
    {"AllUsers": "everyone", "AuthenticatedUsers": "every AWS account", "LogDelivery": "S3 log delivery"}
)


def _access_block(item: ConfigurationItem) -> PublicAccessBlock:
    switches = supplement(item, "PublicAccessBlockConfiguration")
    return PublicAccessBlock(
        block_public_acls=_SWITCH[switches["blockPublicAcls"]],
        ignore_public_acls=_SWITCH[switches["ignorePublicAcls"]],
        block_public_policy=_SWITCH[switches["blockPublicPolicy"]],
        restrict_public_buckets=_SWITCH[switches["restrictPublicBuckets"]],
    )


def _foreign_grants(item: ConfigurationItem) -> tuple[str, ...]:
    acl = supplement(item, "AccessControlList")
    owner, grants = acl["owner"]["id"], []
    for grant in acl["grantList"]:
        grantee = grant["grantee"]
        who = _GROUPS[grantee] if isinstance(grantee, str) else grantee["id"]
        if who != owner:
            grants.append(f"{who}:{_PERMISSIONS[grant['permission']]}")
    return tuple(sorted(grants))


def _policy(item: ConfigurationItem) -> PolicyDocument | None:
    text = supplement(item, "BucketPolicy")["policyText"]
    return parse_policy(text) if text else None


def _encryption(item: ConfigurationItem) -> Mapping[str, Any]:
    rule: Mapping[str, Any] = supplement(item, "ServerSideEncryptionConfiguration")["rules"][0]
    return rule


def _replicas(item: ConfigurationItem) -> tuple[str, ...]:
    rules = supplement(item, "BucketReplicationConfiguration")["rules"].values()
    return tuple(sorted({each["destinationConfig"]["bucketARN"] for each in rules if _STATUS[each["status"]]}))


def _active(item: ConfigurationItem) -> list[Mapping[str, Any]]:
    return [each for each in supplement(item, "BucketLifecycleConfiguration")["rules"] if _STATUS[each["status"]]]


def _is_website(item: ConfigurationItem) -> bool:
    website = supplement(item, "BucketWebsiteConfiguration")
    return bool(website["indexDocumentSuffix"] or website["redirectAllRequestsTo"])


BUCKET_ITEMS = ConfigReader(
    Bucket,
    fields={
        "public_access_block": _access_block,
        "foreign_grants": _foreign_grants,
        "policy": _policy,
        "sse_algorithm": lambda item: _encryption(item)["applyServerSideEncryptionByDefault"]["sseAlgorithm"],
        "kms_master_key_id": lambda item: _encryption(item)["applyServerSideEncryptionByDefault"]["kmsMasterKeyID"],
        "bucket_key_enabled": lambda item: _SWITCH[_encryption(item)["bucketKeyEnabled"]],
        "versioning": lambda item: _VERSIONING[supplement(item, "BucketVersioningConfiguration")["status"]],
        "mfa_delete": lambda item: _SWITCH[supplement(item, "BucketVersioningConfiguration")["isMfaDeleteEnabled"]],
        "logging_bucket": lambda item: supplement(item, "BucketLoggingConfiguration")["destinationBucketName"],
        "replica_buckets": _replicas,
        "has_lifecycle": lambda item: bool(_active(item)),
        "expires_incomplete_uploads": lambda item: any(
            each["abortIncompleteMultipartUpload"] is not None for each in _active(item)
        ),
        "is_website": _is_website,
        "object_lock": lambda item: supplement(item, "ObjectLockConfiguration")["objectLockEnabled"] == "Enabled",
        "tags": recorded_tags,
    },
)
