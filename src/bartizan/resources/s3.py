"""Amazon S3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bartizan.model import Resource, field, resource
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Listing, Reader, Reply, Scope

_GROUPS = {
    "http://acs.amazonaws.com/groups/global/AllUsers": "everyone",
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers": "every AWS account",
    "http://acs.amazonaws.com/groups/s3/LogDelivery": "S3 log delivery",
}
_CANNED_ACLS = {
    "public-read": ("everyone:READ",),
    "public-read-write": ("everyone:READ", "everyone:WRITE"),
    "authenticated-read": ("every AWS account:READ",),
}
_OWNER_ENFORCED = "BucketOwnerEnforced"


@dataclass(frozen=True, slots=True)
class PublicAccessBlock:
    """The four switches that block public access; each is off unless it is set."""

    block_public_acls: bool = False
    ignore_public_acls: bool = False
    block_public_policy: bool = False
    restrict_public_buckets: bool = False

    @property
    def missing(self) -> tuple[str, ...]:
        """The switches that are off, by AWS's names."""
        names = {
            "BlockPublicAcls": self.block_public_acls,
            "IgnorePublicAcls": self.ignore_public_acls,
            "BlockPublicPolicy": self.block_public_policy,
            "RestrictPublicBuckets": self.restrict_public_buckets,
        }
        return tuple(name for name, on in names.items() if not on)


ALL_BLOCKED = PublicAccessBlock(
    block_public_acls=True, ignore_public_acls=True, block_public_policy=True, restrict_public_buckets=True
)


@resource("AWS::S3::Bucket", name="bucket_name")
class Bucket(Resource):
    """An S3 bucket with its settings."""

    bucket_name: str = field("Its name.")
    public_access_block: PublicAccessBlock = field("Its own public access block.", default=ALL_BLOCKED)
    object_ownership: str = field("Who owns its objects; BucketOwnerEnforced turns ACLs off.", default=_OWNER_ENFORCED)
    foreign_grants: tuple[str, ...] = field(
        "What its ACL grants to others than its owner (grantee:permission).", default=()
    )
    policy: PolicyDocument | None = field("Its bucket policy.", default=None)
    sse_algorithm: str = field("The default encryption: AES256, aws:kms or aws:kms:dsse.", default="AES256")
    kms_master_key_id: str | None = field("The KMS key of the default encryption.", default=None)
    bucket_key_enabled: bool = field("Whether an S3 bucket key saves calls to KMS.", default=False)
    versioning: bool = field("Whether overwritten and deleted objects are kept.", default=True)
    mfa_delete: bool = field("Whether deleting a version takes a second factor.", default=False)
    logging_bucket: str | None = field("The bucket that takes its access logs.", default=None)
    replica_buckets: tuple[str, ...] = field("The ARNs of buckets that enabled rules replicate to.", default=())
    has_lifecycle: bool = field("Whether an enabled lifecycle rule exists.", default=True)
    expires_incomplete_uploads: bool = field("Whether a rule removes abandoned multipart uploads.", default=True)
    is_website: bool = field("Whether it serves a website.", default=False)


def access_block(settings: Mapping[str, Any]) -> PublicAccessBlock:
    """The switches in AWS's ``PublicAccessBlockConfiguration``, of a bucket or of an account."""
    return PublicAccessBlock(
        block_public_acls=bool(settings.get("BlockPublicAcls")),
        ignore_public_acls=bool(settings.get("IgnorePublicAcls")),
        block_public_policy=bool(settings.get("BlockPublicPolicy")),
        restrict_public_buckets=bool(settings.get("RestrictPublicBuckets")),
    )


def _foreign_grants(reply: Reply) -> tuple[str, ...]:
    owner = reply["Owner"].get("ID")
    grants = []
    for grant in reply["Grants"]:
        grantee = grant["Grantee"]
        if grantee.get("ID") != owner or not owner:
            who = _GROUPS.get(grantee.get("URI", "")) or grantee.get("ID") or grantee.get("EmailAddress") or "somebody"
            grants.append(f"{who}:{grant['Permission']}")
    return tuple(sorted(grants))


def _encryption(reply: Reply) -> Mapping[str, Any]:
    rule: Mapping[str, Any] = reply["ServerSideEncryptionConfiguration"]["Rules"][0]
    return rule


def _replicas(rules: list[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(sorted({each["Destination"]["Bucket"] for each in rules if each["Status"] == "Enabled"}))


def _active(rules: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [each for each in rules if each["Status"] == "Enabled"]


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
            fields={"replica_buckets": lambda reply: _replicas(reply["ReplicationConfiguration"]["Rules"])},
            absent={"ReplicationConfigurationNotFoundError": {"replica_buckets": ()}},
        ),
        Detail(
            Call("s3:GetBucketLifecycleConfiguration", permissions=("s3:GetLifecycleConfiguration",)),
            params=_of_bucket,
            fields={
                "has_lifecycle": lambda reply: bool(_active(reply["Rules"])),
                "expires_incomplete_uploads": lambda reply: any(
                    "AbortIncompleteMultipartUpload" in each for each in _active(reply["Rules"])
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
    ),
)


def _part(block: Block, code_type: str) -> Block | None:
    found = block.parts(code_type)
    return found[0] if found else None


def _first(block: Block | None, name: str) -> Block:
    """The only nested block of that name, as Terraform writes them: lists of one."""
    nested = block.get(name) if block is not None else None
    return nested[0] if nested else Block({})


def _tf_access_block(block: Block) -> PublicAccessBlock:
    part = _part(block, "aws_s3_bucket_public_access_block")
    # New buckets come with all four switches on when code says nothing (since April 2023):
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
    if part is None:
        return ALL_BLOCKED
    names = ("block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets")
    return PublicAccessBlock(**{name: bool(part.get(name, False)) for name in names})


def _tf_policy(block: Block) -> PolicyDocument | None:
    part = _part(block, "aws_s3_bucket_policy")
    text = part.plain("policy") if part is not None else block.plain("policy")
    return parse_policy(text) if text else None


def _tf_default_encryption(block: Block) -> Block:
    part = _part(block, "aws_s3_bucket_server_side_encryption_configuration")
    return _first(part if part is not None else _first(block, "server_side_encryption_configuration"), "rule")


def _tf_grants(block: Block) -> tuple[str, ...]:
    part = _part(block, "aws_s3_bucket_acl")
    acl = part.get("acl") if part is not None else block.get("acl")
    return _CANNED_ACLS.get(acl or "private", ())


def _tf_versioning(block: Block) -> bool:
    part = _part(block, "aws_s3_bucket_versioning")
    if part is not None:
        return bool(_first(part, "versioning_configuration").get("status") == "Enabled")
    return bool(_first(block, "versioning").get("enabled", False))


def _tf_mfa_delete(block: Block) -> bool:
    part = _part(block, "aws_s3_bucket_versioning")
    if part is not None:
        return bool(_first(part, "versioning_configuration").get("mfa_delete") == "Enabled")
    return bool(_first(block, "versioning").get("mfa_delete", False))


def _tf_logging(block: Block) -> str | None:
    part = _part(block, "aws_s3_bucket_logging")
    target: str | None = (part if part is not None else _first(block, "logging")).get("target_bucket")
    return target


def _tf_replicas(block: Block) -> tuple[str, ...]:
    part = _part(block, "aws_s3_bucket_replication_configuration")
    rules = part["rule"] if part is not None else ()
    return tuple(sorted({_first(each, "destination")["bucket"] for each in rules if each["status"] == "Enabled"}))


def _tf_rules(block: Block) -> list[Block]:
    part = _part(block, "aws_s3_bucket_lifecycle_configuration")
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
    fields={
        "bucket_name": lambda block: block["bucket"],
        "public_access_block": _tf_access_block,
        "object_ownership": lambda block: _first(_part(block, "aws_s3_bucket_ownership_controls"), "rule").get(
            "object_ownership", _OWNER_ENFORCED
        ),
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
    },
)


def _cfn_access_block(block: Block) -> PublicAccessBlock:
    settings = block.get("PublicAccessBlockConfiguration")
    return ALL_BLOCKED if settings is None else access_block(settings)


def _cfn_policy(block: Block) -> PolicyDocument | None:
    part = _part(block, "AWS::S3::BucketPolicy")
    return parse_policy(part.plain("PolicyDocument")) if part is not None else None


def _cfn_encryption(block: Block) -> Block:
    rules = block.get("BucketEncryption", Block({})).get("ServerSideEncryptionConfiguration")
    rule: Block = rules[0] if rules else Block({})
    return rule


def _cfn_default(block: Block) -> Block:
    default: Block = _cfn_encryption(block).get("ServerSideEncryptionByDefault", Block({}))
    return default


def _cfn_rules(block: Block) -> list[Mapping[str, Any]]:
    return _active(block.get("LifecycleConfiguration", Block({})).get("Rules", []))


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
            else _OWNER_ENFORCED
        ),
        "foreign_grants": lambda block: _CANNED_ACLS.get(
            {
                "PublicRead": "public-read",
                "PublicReadWrite": "public-read-write",
                "AuthenticatedRead": "authenticated-read",
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
        "replica_buckets": lambda block: _replicas(block.get("ReplicationConfiguration", {}).get("Rules", [])),
        "has_lifecycle": lambda block: bool(_cfn_rules(block)),
        "expires_incomplete_uploads": lambda block: any(
            "AbortIncompleteMultipartUpload" in each for each in _cfn_rules(block)
        ),
        "is_website": lambda block: "WebsiteConfiguration" in block,
    },
)
