"""Web ACLs as code."""

from __future__ import annotations

from typing import Any

from bartizan.resources.wafv2 import AclRule, WebAcl
from bartizan.resources.writing import CodeWriter, Nested, nested


def _tf_statement(rule: AclRule) -> Nested | None:
    if rule.managed:
        vendor, _, name = rule.managed.partition("/")
        return nested(managed_rule_group_statement=nested(name=name, vendor_name=vendor))
    if rule.rate:
        rate = nested(limit=rule.rate.limit, evaluation_window_sec=rule.rate.window, aggregate_key_type="IP")
        return nested(rate_based_statement=rate)
    return None


def _tf_rule(priority: int, rule: AclRule) -> Nested:
    does = {"override_action": nested(**{"none" if rule.stops else "count": Nested({})})}
    if not rule.managed:
        does = {"action": nested(**{"block" if rule.stops else "count": Nested({})})}
    return nested(
        name=rule.name, priority=priority, **does, statement=_tf_statement(rule), visibility_config=_visible(rule)
    )


def _visible(rule: AclRule) -> Nested:
    return nested(cloudwatch_metrics_enabled=True, metric_name=rule.name, sampled_requests_enabled=True)


TERRAFORM_ACL = CodeWriter(
    "aws_wafv2_web_acl",
    WebAcl,
    names={"web_acl_name": "name", "scope": "scope"},
    fields={
        "default_action": lambda acl: {"default_action": nested(**{acl.default_action.lower(): Nested({})})},
        "rules": lambda acl: {"rule": [_tf_rule(number, each) for number, each in enumerate(acl.rules)]},
    },
    import_id=lambda acl: f"{acl.arn.rpartition('/')[2]}/{acl.web_acl_name}/{acl.scope}",
)


def _cfn_statement(rule: AclRule) -> dict[str, Any] | None:
    if rule.managed:
        vendor, _, name = rule.managed.partition("/")
        return {"ManagedRuleGroupStatement": {"VendorName": vendor, "Name": name}}
    if rule.rate:
        rate = {"Limit": rule.rate.limit, "EvaluationWindowSec": rule.rate.window, "AggregateKeyType": "IP"}
        return {"RateBasedStatement": rate}
    return None


def _cfn_rule(priority: int, rule: AclRule) -> dict[str, Any]:
    does: dict[str, Any] = {"OverrideAction": {"None" if rule.stops else "Count": {}}}
    if not rule.managed:
        does = {"Action": {"Block" if rule.stops else "Count": {}}}
    return {
        "Name": rule.name,
        "Priority": priority,
        **does,
        "Statement": _cfn_statement(rule),
        "VisibilityConfig": {
            "CloudWatchMetricsEnabled": True,
            "MetricName": rule.name,
            "SampledRequestsEnabled": True,
        },
    }


CLOUDFORMATION_ACL = CodeWriter(
    "AWS::WAFv2::WebACL",
    WebAcl,
    names={"web_acl_name": "Name", "scope": "Scope"},
    fields={
        "default_action": lambda acl: {"DefaultAction": {acl.default_action: {}}},
        "rules": lambda acl: {"Rules": [_cfn_rule(number, each) for number, each in enumerate(acl.rules)]},
    },
)
