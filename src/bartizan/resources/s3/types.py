"""What S3 buckets are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bartizan.model import Resource, field, resource
from bartizan.policy import PolicyDocument
from bartizan.resources.tags import NO_TAGS, TAGS_DOC

OWNER_ENFORCED = "BucketOwnerEnforced"


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
    object_ownership: str = field("Who owns its objects; BucketOwnerEnforced turns ACLs off.", default=OWNER_ENFORCED)
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
    object_lock: bool = field("Whether object lock can keep versions from being deleted.", default=False)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


def access_block(settings: Mapping[str, Any]) -> PublicAccessBlock:
    """The switches in AWS's ``PublicAccessBlockConfiguration``, of a bucket or of an account."""
    return PublicAccessBlock(
        block_public_acls=bool(settings.get("BlockPublicAcls")),
        ignore_public_acls=bool(settings.get("IgnorePublicAcls")),
        block_public_policy=bool(settings.get("BlockPublicPolicy")),
        restrict_public_buckets=bool(settings.get("RestrictPublicBuckets")),
    )
