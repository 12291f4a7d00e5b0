"""Checks of how an S3 bucket keeps its data: encrypted, in versions and copies, with logs."""

from __future__ import annotations

from bartizan.model import Problems, replace, rule
from bartizan.policy import parse_policy, reach
from bartizan.resources.kms import customer_managed
from bartizan.resources.s3 import Bucket
from bartizan.rules.datatags import without_data_tag

_PARTNER = {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::444455556666:root"},
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::shop/*",
}
_SHARED = parse_policy({"Statement": _PARTNER})


@rule(
    "low",
    passes=[
        Bucket(sse_algorithm="aws:kms", kms_master_key_id="arn:aws:kms:eu-west-1:111122223333:key/1"),
        Bucket(sse_algorithm="aws:kms:dsse"),
    ],
    fails=[Bucket(sse_algorithm="AES256")],
)
def not_encrypted_with_kms(bucket: Bucket) -> Problems:
    """S3 bucket is not encrypted with a KMS key.

    ## Why it matters
    With keys that S3 manages, whoever may read an object may decrypt it: no second permission, and no log of key use.

    ## How to fix
    For sensitive data, set the default encryption to `aws:kms` with a key of your own and a bucket key.

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    """
    if not bucket.sse_algorithm.startswith("aws:kms"):
        yield f"the default encryption is {bucket.sse_algorithm}"


@rule(
    "info",
    advice=True,
    passes=[
        Bucket(sse_algorithm="aws:kms", bucket_key_enabled=True),
        Bucket(sse_algorithm="AES256", bucket_key_enabled=False),
    ],
    fails=[Bucket(sse_algorithm="aws:kms", bucket_key_enabled=False)],
)
def no_bucket_key(bucket: Bucket) -> Problems:
    """S3 bucket with a KMS key calls KMS for every object.

    ## Why it matters
    Every request costs a call to KMS: money, and a shared limit that a busy bucket can use up for the whole account.

    ## How to fix
    Turn on the S3 bucket key.

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
    """
    if bucket.sse_algorithm == "aws:kms" and not bucket.bucket_key_enabled:
        yield "the bucket key is off"


@no_bucket_key.fix
def use_bucket_key(bucket: Bucket) -> Bucket:
    """Turn on the S3 bucket key."""
    return replace(bucket, bucket_key_enabled=True)


@rule("medium", passes=[Bucket(versioning=True)], fails=[Bucket(versioning=False)])
def no_versioning(bucket: Bucket) -> Problems:
    """S3 bucket keeps no versions.

    ## Why it matters
    An object that is overwritten or deleted, by mistake or by ransomware, is gone.

    ## How to fix
    Turn on versioning, with a lifecycle rule that removes old versions after a time.

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html
    """
    if not bucket.versioning:
        yield "versioning is off or suspended"


@no_versioning.fix
def keep_versions(bucket: Bucket) -> Bucket:
    """Turn on versioning."""
    return replace(bucket, versioning=True)


@rule("info", passes=[Bucket(mfa_delete=True), Bucket(object_lock=True)], fails=[Bucket(mfa_delete=False)])
def no_mfa_delete(bucket: Bucket) -> Problems:
    """S3 bucket lets versions be deleted without a second factor.

    ## Why it matters
    A stolen credential is enough to destroy the versions that were meant to survive it.

    ## How to fix
    Where the data must not be lost, turn on MFA delete as the root user, or use object lock.

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiFactorAuthenticationDelete.html
    """
    if not bucket.mfa_delete and not bucket.object_lock:
        yield "MFA delete and object lock are off"


@rule(
    "low",
    passes=[Bucket(bucket_name="shop", logging_bucket="logs"), Bucket(foreign_grants=("S3 log delivery:WRITE",))],
    fails=[Bucket(logging_bucket=None)],
)
def no_access_logging(bucket: Bucket) -> Problems:
    """S3 bucket has no access logs.

    ## Why it matters
    After an incident nobody can tell which objects were read, and by whom.

    ## How to fix
    Send server access logs to a bucket for logs, or record data events of the bucket in CloudTrail.

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html
    """
    takes_logs = any(each.startswith("S3 log delivery:") for each in bucket.foreign_grants)
    if not bucket.logging_bucket and not takes_logs:
        yield "server access logging is off"


@rule(
    "medium",
    passes=[Bucket(bucket_name="shop", logging_bucket="logs"), Bucket(bucket_name="shop", logging_bucket=None)],
    fails=[Bucket(bucket_name="logs", logging_bucket="logs")],
)
def logs_to_itself(bucket: Bucket) -> Problems:
    """S3 bucket writes its access logs into itself.

    ## Why it matters
    Each log written is a request that is logged again: it grows for ever, and who can change the
    data can change its log.

    ## How to fix
    Choose another bucket for the logs.

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    """
    if bucket.logging_bucket is not None and bucket.logging_bucket == bucket.bucket_name:
        yield "source and target of the logs are the same bucket"


@rule("low", passes=[Bucket(has_lifecycle=True)], fails=[Bucket(has_lifecycle=False)])
def no_lifecycle(bucket: Bucket) -> Problems:
    """S3 bucket keeps everything for ever.

    ## Why it matters
    Data that nobody needs any more still leaks and still costs, and privacy law asks for an end to its storage.

    ## How to fix
    Add a lifecycle rule that expires or archives objects and old versions.

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html
    """
    if not bucket.has_lifecycle:
        yield "no enabled lifecycle rule"


@rule(
    "info",
    passes=[Bucket(expires_incomplete_uploads=True)],
    fails=[Bucket(expires_incomplete_uploads=False)],
)
def incomplete_uploads_kept(bucket: Bucket) -> Problems:
    """S3 bucket keeps abandoned uploads.

    ## Why it matters
    The parts of an upload that was never finished are stored and paid for, but no listing of objects shows them.

    ## How to fix
    Add a lifecycle rule with `AbortIncompleteMultipartUpload` after some days.

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html
    """
    if not bucket.expires_incomplete_uploads:
        yield "no rule removes incomplete multipart uploads"


@rule("info", passes=[Bucket(replica_buckets=("arn:aws:s3:::copy",))], fails=[Bucket(replica_buckets=())])
def no_replication(bucket: Bucket) -> Problems:
    """S3 bucket has no copy elsewhere.

    ## Why it matters
    The loss of the account or a mistake in it takes the data with it.

    ## How to fix
    Replicate buckets that must not be lost to another account, if possible in another region.

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html
    """
    if not bucket.replica_buckets:
        yield "no enabled replication rule"


_READING = ("s3:GetObject*", "s3:List*")
"""What tells readers from those who only deliver, such as logs, some of whom know no KMS."""


@rule(
    "low",
    passes=[
        Bucket(account="111122223333", sse_algorithm="AES256"),
        Bucket(account="111122223333", policy=parse_policy({"Statement": {**_PARTNER, "Action": "s3:PutObject"}})),
        Bucket(
            account="111122223333",
            policy=_SHARED,
            sse_algorithm="aws:kms",
            kms_master_key_id="alias/shop",
        ),
    ],
    fails=[
        Bucket(account="111122223333", policy=_SHARED, sse_algorithm="AES256"),
        Bucket(
            account="111122223333",
            policy=_SHARED,
            sse_algorithm="aws:kms",
            kms_master_key_id="alias/aws/s3",
        ),
    ],
)
def shared_without_own_key(bucket: Bucket) -> Problems:
    """S3 bucket is shared with another account, but not under a key of yours.

    ## Why it matters
    The policy of your own key is a second door, which stays shut where the first was opened by mistake. A key that AWS
    manages is either no door at all or cannot be opened for the other account.

    ## How to fix
    Encrypt with a customer managed key whose policy allows the other account what it needs, and no more.

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html
    """
    if not customer_managed(bucket.kms_master_key_id):
        for each in reach.other_accounts(bucket.policy, bucket.arn, bucket.account, _READING):
            yield f"{each} has access, and no key of yours stands in between"


bucket_without_data_tag = without_data_tag.of(Bucket, "S3 bucket")
