"""Amazon CloudWatch Logs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bartizan.model import Resource, field, resource
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Listing, Reader

SPANS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip
"""For how many days a log group can keep its events:
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"""


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric that a filter writes to, by namespace and name, and what it adds for each event."""

    namespace: str
    name: str
    value: str = "1"


@resource("AWS::Logs::LogGroup", name="log_group_name")
class LogGroup(Resource):
    """A log group."""

    log_group_name: str = field("Its name.")
    retention_in_days: int | None = field("After how many days its events go; null for never.", default=365)
    kms_key_id: str | None = field("The KMS key that encrypts it, beside AWS's own.", default=None)
    log_group_class: str = field("`STANDARD`, `INFREQUENT_ACCESS` or `DELIVERY`.", default="STANDARD")
    deletion_protection_enabled: bool = field("Whether it must be unlocked before it can be deleted.", default=False)


@resource("AWS::Logs::MetricFilter", name="filter_name")
class MetricFilter(Resource):
    """A filter that counts the events of a log group which match its pattern."""

    filter_name: str = field("Its name.")
    log_group_name: str = field("The log group whose events it looks at.", default="trail")
    filter_pattern: str = field("Which events count.", default="")
    metrics: tuple[Metric, ...] = field("The metrics that it writes to.", default=(Metric("Watch", "events"),))


@resource("AWS::Logs::ResourcePolicy", name="policy_name")
class ResourcePolicy(Resource):
    """A policy by which other services and accounts may write to the account's log groups of a region."""

    policy_name: str = field("Its name.")
    policy_document: PolicyDocument | None = field("What it allows.", default=None)


def group_of(arn: str) -> tuple[str, str]:
    """Region and name of the log group that an ARN names, with or without the star at its end."""
    _, _, _, region, _, _, name = arn.removesuffix(":*").split(":", 6)
    return region, name


LOG_GROUPS = Reader(
    LogGroup,
    listing=Listing(
        Call("logs:DescribeLogGroups"),
        items="logGroups",
        params={"limit": 50},
        fields={
            "log_group_name": lambda item: item["logGroupName"],
            "retention_in_days": lambda item: item.get("retentionInDays"),
            "kms_key_id": lambda item: item.get("kmsKeyId") or None,
            "log_group_class": lambda item: item.get("logGroupClass", "STANDARD"),
            "deletion_protection_enabled": lambda item: item.get("deletionProtectionEnabled", False),
        },
    ),
    arn=lambda item, scope: scope.arn("logs", f"log-group:{item['logGroupName']}"),
)

METRIC_FILTERS = Reader(
    MetricFilter,
    listing=Listing(
        Call("logs:DescribeMetricFilters"),
        items="metricFilters",
        params={"limit": 50},
        fields={
            "filter_name": lambda item: item["filterName"],
            "log_group_name": lambda item: item["logGroupName"],
            "filter_pattern": lambda item: item.get("filterPattern") or "",
            "metrics": lambda item: tuple(
                Metric(each["metricNamespace"], each["metricName"], each["metricValue"])
                for each in item["metricTransformations"]
            ),
        },
    ),
    arn=lambda item, scope: scope.arn("logs", f"log-group:{item['logGroupName']}:metric-filter:{item['filterName']}"),
)

RESOURCE_POLICIES = Reader(
    ResourcePolicy,
    listing=Listing(
        Call("logs:DescribeResourcePolicies"),
        items="resourcePolicies",
        fields={
            "policy_name": lambda item: item["policyName"],
            "policy_document": lambda item: parse_policy(item["policyDocument"]),
        },
    ),
    arn=lambda item, scope: scope.arn("logs", f"resource-policy:{item['policyName']}"),
)

TERRAFORM_LOG_GROUP = CodeReader(
    "aws_cloudwatch_log_group",
    LogGroup,
    defaulted={"aws_cloudwatch_log_group": ("log_group_class", "name", "name_prefix", "deletion_protection_enabled")},
    fields={
        "log_group_name": lambda block: block["name"],
        # Terraform writes 0 for never.
        "retention_in_days": lambda block: block.get("retention_in_days") or None,
        "kms_key_id": lambda block: block.id_if_given("kms_key_id"),
        "log_group_class": lambda block: block.get("log_group_class") or "STANDARD",
        "deletion_protection_enabled": lambda block: block.get("deletion_protection_enabled", False),
    },
)


def _days(block: Block) -> int | None:
    days = block.get("RetentionInDays")
    return None if days is None else int(days)


CLOUDFORMATION_LOG_GROUP = CodeReader(
    "AWS::Logs::LogGroup",
    LogGroup,
    fields={
        "log_group_name": lambda block: block["LogGroupName"],
        "retention_in_days": _days,
        "kms_key_id": lambda block: block.id_if_given("KmsKeyId"),
        "log_group_class": lambda block: block.get("LogGroupClass", "STANDARD"),
        "deletion_protection_enabled": lambda block: block.get("DeletionProtectionEnabled", False) in {True, "true"},
    },
)


def _metric(block: Mapping[str, Any], namespace: str, name: str, value: str) -> Metric:
    return Metric(block[namespace], block[name], str(block[value]))


TERRAFORM_METRIC_FILTER = CodeReader(
    "aws_cloudwatch_log_metric_filter",
    MetricFilter,
    fields={
        "filter_name": lambda block: block["name"],
        "log_group_name": lambda block: block["log_group_name"],
        "filter_pattern": lambda block: block.get("pattern", ""),
        "metrics": lambda block: tuple(
            _metric(each, "namespace", "name", "value") for each in block["metric_transformation"]
        ),
    },
)

CLOUDFORMATION_METRIC_FILTER = CodeReader(
    "AWS::Logs::MetricFilter",
    MetricFilter,
    fields={
        "filter_name": lambda block: block["FilterName"],
        "log_group_name": lambda block: block["LogGroupName"],
        "filter_pattern": lambda block: block.get("FilterPattern", ""),
        "metrics": lambda block: tuple(
            _metric(each, "MetricNamespace", "MetricName", "MetricValue") for each in block["MetricTransformations"]
        ),
    },
)

TERRAFORM_RESOURCE_POLICY = CodeReader(
    "aws_cloudwatch_log_resource_policy",
    ResourcePolicy,
    fields={
        "policy_name": lambda block: block["policy_name"],
        "policy_document": lambda block: parse_policy(block["policy_document"]),
    },
)

CLOUDFORMATION_RESOURCE_POLICY = CodeReader(
    "AWS::Logs::ResourcePolicy",
    ResourcePolicy,
    fields={
        "policy_name": lambda block: block["PolicyName"],
        "policy_document": lambda block: parse_policy(block.plain("PolicyDocument")),
    },
)
