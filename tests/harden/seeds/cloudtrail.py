"""Trails that fail."""

from __future__ import annotations

from harden.aws import Aws
from harden.seeded import seeds


def _trail(aws: Aws, *, world: bool) -> None:
    where = {"LocationConstraint": "eu-west-1"}
    aws.client("s3").create_bucket(Bucket="records", CreateBucketConfiguration=where)
    aws.client("cloudtrail").create_trail(
        Name="own", S3BucketName="records", S3KeyPrefix="trail", IncludeGlobalServiceEvents=world
    )


@seeds("cloudtrail.no-log-file-validation", "cloudtrail.single-region-trail", "cloudtrail.trail-not-logging")
def trail_with_everything_wrong(aws: Aws) -> None:
    _trail(aws, world=False)


@seeds("cloudtrail.no-log-file-validation", "cloudtrail.single-region-trail")
def trail_of_global_services(aws: Aws) -> None:
    _trail(aws, world=True)
    aws.client("cloudtrail").start_logging(Name="own")
