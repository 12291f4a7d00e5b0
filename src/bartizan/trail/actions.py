"""From the name of an event to the actions that a policy must allow for it.

Most events are named like their action. The rest comes from ``operations.json``, which ``scripts/trail_operations.py``
makes from iam-dataset's map, and from the table below, which says what CloudTrail calls otherwise than the SDKs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from bartizan.policy.reference import Action, Reference


class How(StrEnum):
    """How an event became an action."""

    MAPPED = "mapped"
    NONE_NEEDED = "none-needed"
    NO_CALL = "no-call"
    UNMAPPED = "unmapped"


@dataclass(frozen=True, slots=True)
class Needed:
    """What an event needs: its actions, none where nothing is to be allowed or where nobody knows what."""

    how: How
    actions: tuple[Action, ...] = ()


_PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "airflow-serverless": "airflow-serverless",
        "amazonmq": "mq",
        "api.tunneling.iot": "iot",
        "apigatewayv2": "apigateway",
        "appstream2": "appstream",
        "aps": "aps",
        "awsssoportal": "sso",
        "cloudcontrolapi": "cloudformation",
        "cloudhsmv2": "cloudhsm",
        "data-ats.iot": "iot",
        "data.jobs.iot": "iotjobsdata",
        "elasticloadbalancingv2": "elasticloadbalancing",
        "email": "ses",
        "entitlement.marketplace": "aws-marketplace",
        "iot-jobs-data": "iotjobsdata",
        "iotdata": "iot",
        "iotsecuredtunneling": "iot",
        "metering.marketplace": "aws-marketplace",
        "models.lex": "lex",
        "monitoring": "cloudwatch",
        "mturk-requester": "mechanicalturk",
        "opensearch": "es",
        "rdsdata": "rds-data",
        "runtime.lex": "lex",
        "runtime.sagemaker": "sagemaker",
        "streams.dynamodb": "dynamodb",
        "tagging": "tag",
    }
)
"""The prefixes of services whose events come from another name."""

BY_HAND: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "s3": {
            "CompleteMultipartUpload": ("PutObject",),
            "CopyObject": ("GetObject", "PutObject"),
            "CreateMultipartUpload": ("PutObject",),
            "DeleteBucketCors": ("PutBucketCORS",),
            "DeleteBucketEncryption": ("PutEncryptionConfiguration",),
            "DeleteBucketLifecycle": ("PutLifecycleConfiguration",),
            "DeleteBucketPublicAccessBlock": ("PutBucketPublicAccessBlock",),
            "DeleteBucketReplication": ("PutReplicationConfiguration",),
            "DeleteBucketTagging": ("PutBucketTagging",),
            "DeleteObjects": ("DeleteObject",),
            "DeleteAccountPublicAccessBlock": ("PutAccountPublicAccessBlock",),
            "DeletePublicAccessBlock": ("PutBucketPublicAccessBlock",),
            "GetBucketAccelerateConfiguration": ("GetAccelerateConfiguration",),
            "GetBucketCors": ("GetBucketCORS",),
            "GetBucketEncryption": ("GetEncryptionConfiguration",),
            "GetBucketLifecycle": ("GetLifecycleConfiguration",),
            "GetBucketLifecycleConfiguration": ("GetLifecycleConfiguration",),
            "GetBucketNotificationConfiguration": ("GetBucketNotification",),
            "GetBucketReplication": ("GetReplicationConfiguration",),
            "GetObjectLockConfiguration": ("GetBucketObjectLockConfiguration",),
            "GetPublicAccessBlock": ("GetBucketPublicAccessBlock",),
            "HeadBucket": ("ListBucket",),
            "HeadObject": ("GetObject",),
            "ListBuckets": ("ListAllMyBuckets",),
            "ListMultipartUploads": ("ListBucketMultipartUploads",),
            "ListObjects": ("ListBucket",),
            "ListObjectsV2": ("ListBucket",),
            "ListObjectVersions": ("ListBucketVersions",),
            "ListParts": ("ListMultipartUploadParts",),
            "PutBucketAccelerateConfiguration": ("PutAccelerateConfiguration",),
            "PutBucketCors": ("PutBucketCORS",),
            "PutBucketEncryption": ("PutEncryptionConfiguration",),
            "PutBucketLifecycle": ("PutLifecycleConfiguration",),
            "PutBucketLifecycleConfiguration": ("PutLifecycleConfiguration",),
            "PutBucketNotificationConfiguration": ("PutBucketNotification",),
            "PutBucketReplication": ("PutReplicationConfiguration",),
            "PutObjectLockConfiguration": ("PutBucketObjectLockConfiguration",),
            "PutPublicAccessBlock": ("PutBucketPublicAccessBlock",),
            "SelectObjectContent": ("GetObject",),
            "UploadPart": ("PutObject",),
            "UploadPartCopy": ("GetObject", "PutObject"),
        },
        "dynamodb": {
            "TransactGetItems": ("GetItem",),
        },
        "lambda": {
            "Invoke": ("InvokeFunction",),
            "InvokeWithResponseStream": ("InvokeFunction",),
            "InvokeExecution": ("InvokeFunction",),
            "GetLayerVersionByArn": ("GetLayerVersion",),
        },
        "bedrock": {
            "Converse": ("InvokeModel",),
            "ConverseStream": ("InvokeModelWithResponseStream",),
        },
        "sqs": {
            "SendMessageBatch": ("SendMessage",),
            "DeleteMessageBatch": ("DeleteMessage",),
            "ChangeMessageVisibilityBatch": ("ChangeMessageVisibility",),
        },
        "cloudfront": {
            "CreateDistributionWithTags": ("CreateDistribution", "TagResource"),
        },
    }
)
"""What CloudTrail or the API calls otherwise than IAM.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""

_NONE_NEEDED = frozenset({"sts:GetCallerIdentity", "sts:GetSessionToken", "dynamodb:DescribeEndpoints"})
"""Calls that no policy must allow.

Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
"""
_VERSION = re.compile(r"\d{4}_?\d{2}_?\d{2}(?:v\d+)?$")
"""The version of an API at the end of an event's name: ``GetFunction20150331v2``, ``GetDistribution2020_05_31``."""


def prefix_of(label: str) -> str | None:
    """The prefix of the service whose events come from that name (``monitoring.amazonaws.com``), or ``None``."""
    name = label.lower().removesuffix(".amazonaws.com").removesuffix(".amazonaws.com.cn")
    names = _reference().names
    for each in (_PREFIXES.get(name, name), name.rpartition(".")[2], name.replace("-", "")):
        if each in names:
            return each
    return None


@cache
def needed(source: str, name: str, kind: str | None) -> Needed:
    """What an event of that ``eventSource``, ``eventName`` and ``eventType`` needs."""
    if kind not in (None, "AwsApiCall", "AwsConsoleAction", "AwsVpceEvent"):
        return Needed(How.NO_CALL)
    prefix = prefix_of(source)
    if prefix is None:
        return Needed(How.UNMAPPED)
    plain = _VERSION.sub("", name)
    if f"{prefix}:{plain}" in _NONE_NEEDED:
        return Needed(How.NONE_NEEDED)
    by_hand = BY_HAND.get(prefix, {}).get(plain)
    exact = _reference().find(f"{prefix}:{plain}")
    if by_hand:
        wanted = [_reference().find(f"{prefix}:{each}") for each in by_hand]
    elif exact:
        wanted = [exact]
    else:
        wanted = [_reference().find(each) for each in _operations()["actions"].get(prefix, {}).get(plain.lower(), ())]
    actions = tuple(each for each in wanted if each)
    return Needed(How.MAPPED, actions) if actions else Needed(How.UNMAPPED)


def members_of(prefix: str, placeholder: str) -> tuple[str, ...]:
    """The parameters that may hold what an ARN has for the placeholder, in small letters, likeliest first."""
    held = _operations()["parameters"].get(prefix, {}).get(placeholder, ())
    return (placeholder.lower(), *(each.lower() for each in held))


@cache
def _reference() -> Reference:
    return Reference.load()


@cache
def _operations() -> dict[str, dict[str, dict[str, Any]]]:
    file = files("bartizan.trail").joinpath("operations.json")
    held: dict[str, dict[str, dict[str, Any]]] = (
        json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {"actions": {}, "parameters": {}}
    )
    return held
