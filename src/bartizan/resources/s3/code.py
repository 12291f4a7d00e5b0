"""How buckets are read from infrastructure code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.s3.reader import GROUPS, active, replicas
from bartizan.resources.s3.types import ALL_BLOCKED, OWNER_ENFORCED, Bucket, PublicAccessBlock, access_block
from bartizan.resources.tags import tags_in, terraform_tags

_CANNED_ACLS = {
    "public-read": ("everyone:READ",),
    "public-read-write": ("everyone:READ", "everyone:WRITE"),
    "authenticated-read": ("every AWS account:READ",),
    "log-delivery-write": ("S3 log delivery:READ_ACP", "S3 log delivery:WRITE"),
}


def _first(block: Block | None, name: str) -> Block:
    """The only nested block of that name, as Terraform writes them: lists of one."""
    nested = block.get(name) if block is not None else None
    return nested[0] if nested else Block({})


def _tf_access_block(block: Block) -> PublicAccessBlock:
    part = block.part("aws_s3_bucket_public_access_block")
    # New buckets come with all four switches on when code says nothing (since April 2023):
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
    if part is None:
        return block.if_new(ALL_BLOCKED, "its public access block")
    names = ("block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets")
    return PublicAccessBlock(**{name: bool(part.get(name, False)) for name in names})


def _tf_policy(block: Block) -> PolicyDocument | None:
    part = block.part("aws_s3_bucket_policy")
    text = part.plain("policy") if part is not None else block.plain("policy")
    return parse_policy(text) if text else None


def _tf_default_encryption(block: Block) -> Block:
    part = block.part("aws_s3_bucket_server_side_encryption_configuration")
    return _first(part if part is not None else _first(block, "server_side_encryption_configuration"), "rule")


def _tf_ownership(block: Block) -> str:
    part = block.part("aws_s3_bucket_ownership_controls")
    if part is None:
        return block.if_new(OWNER_ENFORCED, "its object ownership")
    ownership: str = _first(part, "rule")["object_ownership"]
    return ownership


def _tf_grants(block: Block) -> tuple[str, ...]:
    part = block.part("aws_s3_bucket_acl")
    # Where a canned ACL is written, what Terraform knows of the grants is from before.
    if acl := (block if part is None else part).get("acl"):
        return _CANNED_ACLS.get(acl, ())
    if part is None:
        granted = [(each, each["permissions"]) for each in block.get("grant", ())]
    else:
        written = _first(part, "access_control_policy").get("grant", ())
        granted = [(_first(each, "grantee"), [each["permission"]]) for each in written]
    # The owner's name is often not known in code: it is the one who may do everything.
    full = {grantee.get("id") for grantee, permissions in granted if "FULL_CONTROL" in permissions} - {None, ""}
    owner = next(iter(full)) if len(full) == 1 else _first(_first(part, "access_control_policy"), "owner").get("id")
    return tuple(
        sorted(
            f"{GROUPS.get(grantee.get('uri', '')) or grantee.get('id') or 'somebody'}:{permission}"
            for grantee, permissions in granted
            for permission in permissions
            if not owner or grantee.get("id") != owner
        )
    )


def _tf_versioning(block: Block) -> bool:
    part = block.part("aws_s3_bucket_versioning")
    if part is not None:
        return bool(_first(part, "versioning_configuration").get("status") == "Enabled")
    return bool(_first(block, "versioning").get("enabled", False))


def _tf_mfa_delete(block: Block) -> bool:
    part = block.part("aws_s3_bucket_versioning")
    if part is not None:
        return bool(_first(part, "versioning_configuration").get("mfa_delete") == "Enabled")
    return bool(_first(block, "versioning").get("mfa_delete", False))


def _tf_logging(block: Block) -> str | None:
    part = block.part("aws_s3_bucket_logging")
    target: str | None = (part if part is not None else _first(block, "logging")).get("target_bucket")
    return target


def _tf_replicas(block: Block) -> tuple[str, ...]:
    part = block.part("aws_s3_bucket_replication_configuration")
    rules = part["rule"] if part is not None else _first(block, "replication_configuration").get("rules", ())
    return tuple(sorted({_first(each, "destination")["bucket"] for each in rules if each["status"] == "Enabled"}))


def _tf_rules(block: Block) -> list[Block]:
    part = block.part("aws_s3_bucket_lifecycle_configuration")
    if part is not None:
        return [each for each in part.get("rule", []) if each["status"] == "Enabled"]
    return [each for each in block.get("lifecycle_rule", []) if each.get("enabled")]


TERRAFORM_BUCKET = CodeReader(
    "aws_s3_bucket",
    Bucket,
    parts=dict.fromkeys(
        (
            "aws_s3_bucket_acl",
            "aws_s3_bucket_lifecycle_configuration",
            "aws_s3_bucket_logging",
            "aws_s3_bucket_object_lock_configuration",
            "aws_s3_bucket_ownership_controls",
            "aws_s3_bucket_policy",
            "aws_s3_bucket_public_access_block",
            "aws_s3_bucket_replication_configuration",
            "aws_s3_bucket_server_side_encryption_configuration",
            "aws_s3_bucket_versioning",
            "aws_s3_bucket_website_configuration",
        ),
        "bucket",
    ),
    defaulted={
        "aws_s3_bucket": (
            "acl",
            "grant",
            "lifecycle_rule",
            "logging",
            "object_lock_configuration",
            "object_lock_enabled",
            "policy",
            "replication_configuration",
            "server_side_encryption_configuration",
            "tags_all",
            "versioning",
            "website",
        ),
        "aws_s3_bucket_acl": ("access_control_policy", "acl"),
        "aws_s3_bucket_versioning": ("versioning_configuration.mfa_delete",),
    },
    fields={
        "bucket_name": lambda block: block["bucket"],
        "public_access_block": _tf_access_block,
        "object_ownership": _tf_ownership,
        "foreign_grants": _tf_grants,
        "policy": _tf_policy,
        "sse_algorithm": lambda block: _first(
            _tf_default_encryption(block), "apply_server_side_encryption_by_default"
        ).get("sse_algorithm", "AES256"),
        "kms_master_key_id": lambda block: (
            _first(_tf_default_encryption(block), "apply_server_side_encryption_by_default").get("kms_master_key_id")
            or None
        ),
        "bucket_key_enabled": lambda block: bool(_tf_default_encryption(block).get("bucket_key_enabled", False)),
        "versioning": _tf_versioning,
        "mfa_delete": _tf_mfa_delete,
        "logging_bucket": _tf_logging,
        "replica_buckets": _tf_replicas,
        "has_lifecycle": lambda block: bool(_tf_rules(block)),
        "expires_incomplete_uploads": lambda block: any(
            each.get("abort_incomplete_multipart_upload") or each.get("abort_incomplete_multipart_upload_days")
            for each in _tf_rules(block)
        ),
        "is_website": lambda block: bool(block.parts("aws_s3_bucket_website_configuration") or block.get("website")),
        "object_lock": lambda block: bool(
            block.parts("aws_s3_bucket_object_lock_configuration")
            or block.get("object_lock_enabled")
            or block.get("object_lock_configuration")
        ),
        "tags": terraform_tags,
    },
)


def _cfn_access_block(block: Block) -> PublicAccessBlock:
    settings = block.get("PublicAccessBlockConfiguration")
    return ALL_BLOCKED if settings is None else access_block(settings)


def _cfn_policy(block: Block) -> PolicyDocument | None:
    part = block.part("AWS::S3::BucketPolicy")
    return parse_policy(part.plain("PolicyDocument")) if part is not None else None


def _cfn_encryption(block: Block) -> Block:
    rules = block.get("BucketEncryption", Block({})).get("ServerSideEncryptionConfiguration")
    rule: Block = rules[0] if rules else Block({})
    return rule


def _cfn_default(block: Block) -> Block:
    default: Block = _cfn_encryption(block).get("ServerSideEncryptionByDefault", Block({}))
    return default


def _cfn_rules(block: Block) -> list[Mapping[str, Any]]:
    return active(block.get("LifecycleConfiguration", Block({})).get("Rules", []))


CLOUDFORMATION_BUCKET = CodeReader(
    "AWS::S3::Bucket",
    Bucket,
    parts={"AWS::S3::BucketPolicy": "Bucket"},
    fields={
        "bucket_name": lambda block: block["BucketName"],
        "public_access_block": _cfn_access_block,
        "object_ownership": lambda block: (
            block["OwnershipControls"]["Rules"][0]["ObjectOwnership"]
            if "OwnershipControls" in block
            else OWNER_ENFORCED
        ),
        "foreign_grants": lambda block: _CANNED_ACLS.get(
            {
                "PublicRead": "public-read",
                "PublicReadWrite": "public-read-write",
                "AuthenticatedRead": "authenticated-read",
                "LogDeliveryWrite": "log-delivery-write",
            }.get(block.get("AccessControl", ""), ""),
            (),
        ),
        "policy": _cfn_policy,
        "sse_algorithm": lambda block: _cfn_default(block).get("SSEAlgorithm", "AES256"),
        "kms_master_key_id": lambda block: _cfn_default(block).get("KMSMasterKeyID"),
        "bucket_key_enabled": lambda block: bool(_cfn_encryption(block).get("BucketKeyEnabled", False)),
        "versioning": lambda block: block.get("VersioningConfiguration", {}).get("Status") == "Enabled",
        # CloudFormation cannot turn MFA delete on.
        "mfa_delete": lambda _: False,
        "logging_bucket": lambda block: block.get("LoggingConfiguration", {}).get("DestinationBucketName"),
        "replica_buckets": lambda block: replicas(block.get("ReplicationConfiguration", {}).get("Rules", [])),
        "has_lifecycle": lambda block: bool(_cfn_rules(block)),
        "expires_incomplete_uploads": lambda block: any(
            "AbortIncompleteMultipartUpload" in each for each in _cfn_rules(block)
        ),
        "is_website": lambda block: "WebsiteConfiguration" in block,
        "object_lock": lambda block: bool(block.get("ObjectLockEnabled")),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)
