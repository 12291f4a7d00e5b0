"""Log groups, and policies on them, that fail."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from harden.aws import Aws
from harden.seeded import seeds

_ANYONE = {"Effect": "Allow", "Principal": "*", "Action": "logs:PutLogEvents", "Resource": "*"}
_DNS = {
    "Sid": "queries",
    "Effect": "Allow",
    "Principal": {"Service": "route53.amazonaws.com"},
    "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
    "Resource": "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/route53/*",
}


def _policy(aws: Aws, *statements: Mapping[str, Any]) -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    aws.client("logs").put_resource_policy(policyName="writers", policyDocument=document)


@seeds("logs.kept-for-ever")
def group_that_keeps_for_ever(aws: Aws) -> None:
    aws.client("logs").create_log_group(logGroupName="app", tags={"team": "shop"})


@seeds("logs.trail-kept-too-short")
def group_of_a_trail_that_keeps_a_month(aws: Aws) -> None:
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="trail")
    logs.put_retention_policy(logGroupName="trail", retentionInDays=30)
    aws.client("s3").create_bucket(Bucket="trail", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    aws.client("cloudtrail").create_trail(
        Name="all",
        S3BucketName="trail",
        CloudWatchLogsLogGroupArn="arn:aws:logs:eu-west-1:123456789012:log-group:trail:*",
        CloudWatchLogsRoleArn="arn:aws:iam::123456789012:role/trail",
    )


@seeds("logs.public-log-groups", "logs.service-allowed-for-anyone")
def policy_for_anyone_and_any_zone(aws: Aws) -> None:
    _policy(aws, _ANYONE, _DNS)


@seeds("logs.public-log-groups")
def policy_for_anyone_alone(aws: Aws) -> None:
    _policy(aws, _ANYONE)
