"""Buckets that fail."""

from __future__ import annotations

import json

from harden.aws import Aws
from harden.seeded import seeds

_READ = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shop/*"}


def _bucket(aws: Aws, ownership: str = "ObjectWriter") -> None:
    where = {"LocationConstraint": "eu-west-1"}
    aws.client("s3").create_bucket(Bucket="shop", CreateBucketConfiguration=where, ObjectOwnership=ownership)


@seeds(
    "s3.public-access-not-blocked",
    "s3.public-acl",
    "s3.acls-enabled",
    "s3.public-policy",
    "s3.plain-http-allowed",
    "s3.no-versioning",
    "s3.website-hosting",
)
def bucket_with_everything_wrong(aws: Aws) -> None:
    s3 = aws.client("s3")
    _bucket(aws)
    s3.put_bucket_acl(Bucket="shop", ACL="public-read")
    s3.put_bucket_policy(Bucket="shop", Policy=json.dumps({"Version": "2012-10-17", "Statement": _READ}))
    site = {"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "wrong.html"}}
    s3.put_bucket_website(Bucket="shop", WebsiteConfiguration=site)


@seeds("s3.public-access-not-blocked")
def bucket_with_half_of_the_switches(aws: Aws) -> None:
    _bucket(aws, "BucketOwnerEnforced")
    half = {"BlockPublicAcls": True, "IgnorePublicAcls": True}
    aws.client("s3").put_public_access_block(Bucket="shop", PublicAccessBlockConfiguration=half)


@seeds("s3.no-bucket-key")
def bucket_that_asks_kms_for_every_object(aws: Aws) -> None:
    _bucket(aws, "BucketOwnerEnforced")
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rules = [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": False}]
    aws.client("s3").put_bucket_encryption(Bucket="shop", ServerSideEncryptionConfiguration={"Rules": rules})
