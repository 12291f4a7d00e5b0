"""Event buses and rules that fail."""

from __future__ import annotations

import json
from typing import Any

from harden.aws import Aws, AwsError
from harden.seeded import State, seeds

_OPEN = {"Sid": "open", "Effect": "Allow", "Principal": "*", "Action": "events:PutEvents", "Resource": "*"}
_PARTNER = {
    "Sid": "partner",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::444455556666:root"},
    "Action": "events:PutEvents",
    "Resource": "arn:aws:events:eu-west-1:123456789012:event-bus/shop",
}


def _bus(aws: Aws, *statements: dict[str, Any]) -> State:
    arn = "arn:aws:events:eu-west-1:123456789012:event-bus/shop"
    bus = {"Name": "shop", "Arn": arn, "Policy": json.dumps({"Version": "2012-10-17", "Statement": statements})}

    def put(params: dict[str, Any]) -> None:
        assert params["EventBusName"] == "shop"
        bus["Policy"] = params["Policy"]

    def remove(params: dict[str, Any]) -> None:
        if not params.get("RemoveAllPermissions") or params["EventBusName"] != "shop":
            raise AwsError("ResourceNotFoundException", "no such statement, or bus")
        del bus["Policy"]

    aws.answers("events:ListEventBuses", lambda _: {"EventBuses": [bus]})
    aws.answers("events:DescribeEventBus", lambda _: bus)
    aws.answers("events:ListArchives", {"Archives": []})
    aws.answers("events:ListTagsForResource", {"Tags": []})
    aws.answers("events:PutPermission", put)
    aws.answers("events:RemovePermission", remove)
    return lambda: json.loads(bus["Policy"])


@seeds("events.public-bus")
def bus_that_is_open_beside_a_partner(aws: Aws) -> State:
    return _bus(aws, _PARTNER, _OPEN)


@seeds("events.public-bus")
def bus_that_is_nothing_but_open(aws: Aws) -> State:
    return _bus(aws, _OPEN)


@seeds("events.rule-disabled")
def rule_that_was_turned_off(aws: Aws) -> State:
    events = aws.client("events")
    events.create_event_bus(Name="shop")
    rule = {"Name": "intruders", "EventBusName": "shop"}
    pattern = json.dumps({"source": ["aws.guardduty"]})
    events.put_rule(**rule, EventPattern=pattern, Description="tells of intruders", State="DISABLED")
    return lambda: events.describe_rule(**rule) | {"ResponseMetadata": None}
