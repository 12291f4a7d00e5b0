"""Buckets as code."""

from __future__ import annotations

from typing import Any

from bartizan.resources.s3 import Bucket, PublicAccessBlock
from bartizan.resources.writing import CodeWriter, Nested, Own, Part, nested, tags_map, tags_pairs

_OF_BUCKET = {"bucket": Own("id")}


def _switches(block: PublicAccessBlock) -> dict[str, bool]:
    return {
        "block_public_acls": block.block_public_acls,
        "block_public_policy": block.block_public_policy,
        "ignore_public_acls": block.ignore_public_acls,
        "restrict_public_buckets": block.restrict_public_buckets,
    }


def _tf_encryption(bucket: Bucket) -> dict[str, Any]:
    default = nested(sse_algorithm=bucket.sse_algorithm, kms_master_key_id=bucket.kms_master_key_id)
    return {
        "rule": nested(
            bucket_key_enabled=bucket.bucket_key_enabled or None,
            apply_server_side_encryption_by_default=default,
        )
    }


_ENCRYPTION = ("sse_algorithm", "kms_master_key_id", "bucket_key_enabled")

TERRAFORM_BUCKET = CodeWriter(
    "aws_s3_bucket",
    Bucket,
    names={"bucket_name": "bucket"},
    fields={"tags": tags_map},
    parts=(
        Part(
            "aws_s3_bucket_public_access_block",
            {"public_access_block": lambda bucket: _switches(bucket.public_access_block)},
            _OF_BUCKET,
        ),
        Part("aws_s3_bucket_ownership_controls", {"object_ownership": "rule.object_ownership"}, _OF_BUCKET),
        Part("aws_s3_bucket_policy", {"policy": "policy"}, _OF_BUCKET),
        Part(
            "aws_s3_bucket_server_side_encryption_configuration", dict.fromkeys(_ENCRYPTION, _tf_encryption), _OF_BUCKET
        ),
        Part(
            "aws_s3_bucket_versioning",
            {
                "versioning": lambda bucket: {
                    "versioning_configuration": nested(status="Enabled" if bucket.versioning else "Suspended")
                }
            },
            _OF_BUCKET,
        ),
        Part(
            "aws_s3_bucket_website_configuration",
            {
                "is_website": lambda bucket: {
                    "index_document": nested(suffix="index.html") if bucket.is_website else None
                }
            },
            _OF_BUCKET,
        ),
    ),
    import_id=lambda bucket: bucket.bucket_name,
)


def _cfn_encryption(bucket: Bucket) -> dict[str, Any]:
    default = {"SSEAlgorithm": bucket.sse_algorithm, "KMSMasterKeyID": bucket.kms_master_key_id}
    rule = {"BucketKeyEnabled": bucket.bucket_key_enabled, "ServerSideEncryptionByDefault": default}
    return {"BucketEncryption": {"ServerSideEncryptionConfiguration": [rule]}}


CLOUDFORMATION_BUCKET = CodeWriter(
    "AWS::S3::Bucket",
    Bucket,
    names={"bucket_name": "BucketName"},
    fields={
        "public_access_block": lambda bucket: {
            "PublicAccessBlockConfiguration": {
                name.title().replace("_", ""): on for name, on in _switches(bucket.public_access_block).items()
            }
        },
        "object_ownership": lambda bucket: {
            "OwnershipControls": {"Rules": [{"ObjectOwnership": bucket.object_ownership}]}
        },
        **dict.fromkeys(_ENCRYPTION, _cfn_encryption),
        "versioning": lambda bucket: {
            "VersioningConfiguration": Nested({"Status": "Enabled" if bucket.versioning else "Suspended"})
        },
        "is_website": lambda bucket: {
            "WebsiteConfiguration": {"IndexDocument": "index.html"} if bucket.is_website else None
        },
        "tags": tags_pairs,
    },
    parts=(Part("AWS::S3::BucketPolicy", {"policy": "PolicyDocument"}, {"Bucket": Own()}),),
)
