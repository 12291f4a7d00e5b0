"""Amazon S3."""

from bartizan.resources.s3.reader import BUCKETS
from bartizan.resources.s3.types import ALL_BLOCKED, Bucket, PublicAccessBlock, access_block

__all__ = ["ALL_BLOCKED", "BUCKETS", "Bucket", "PublicAccessBlock", "access_block"]
