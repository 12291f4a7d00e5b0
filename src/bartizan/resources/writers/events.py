"""Buses and rules of EventBridge as code."""

from __future__ import annotations

from bartizan.resources.events import EventBus, EventRule
from bartizan.resources.writing import CodeWriter, Own, Part, tags_map, tags_pairs


def _state(rule: EventRule) -> str:
    return "ENABLED" if rule.enabled else "DISABLED"


TERRAFORM_BUS = CodeWriter(
    "aws_cloudwatch_event_bus",
    EventBus,
    names={"event_bus_name": "name"},
    fields={"kms_key_identifier": "kms_key_identifier", "tags": tags_map},
    parts=(Part("aws_cloudwatch_event_bus_policy", {"policy": "policy"}, {"event_bus_name": Own("name")}),),
    import_id=lambda bus: bus.event_bus_name,
)

CLOUDFORMATION_BUS = CodeWriter(
    "AWS::Events::EventBus",
    EventBus,
    names={"event_bus_name": "Name"},
    fields={"kms_key_identifier": "KmsKeyIdentifier", "policy": "Policy", "tags": tags_pairs},
)

TERRAFORM_RULE = CodeWriter(
    "aws_cloudwatch_event_rule",
    EventRule,
    names={"rule_name": "name", "event_bus_name": "event_bus_name"},
    fields={"enabled": lambda rule: {"state": _state(rule)}},
    import_id=lambda rule: f"{rule.event_bus_name}/{rule.rule_name}",
)

CLOUDFORMATION_RULE = CodeWriter(
    "AWS::Events::Rule",
    EventRule,
    names={"rule_name": "Name", "event_bus_name": "EventBusName"},
    fields={"enabled": lambda rule: {"State": _state(rule)}},
)
