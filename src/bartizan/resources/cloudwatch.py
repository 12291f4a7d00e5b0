"""Amazon CloudWatch: alarms."""

from __future__ import annotations

import re

from bartizan.model import Gap, Reason, Resource, Unknown, field, resource
from bartizan.resources.code import Block, CodeReader, truth
from bartizan.resources.reading import Call, Listing, Reader


@resource("AWS::CloudWatch::Alarm", name="alarm_name")
class Alarm(Resource):
    """An alarm on a metric; those on a computed series of several metrics have no metric name."""

    alarm_name: str = field("Its name.")
    namespace: str | None = field("The namespace of its metric.", default="Watch")
    metric_name: str | None = field("The name of its metric.", default="events")
    actions_enabled: bool = field("Whether it does anything when its state changes.", default=True)
    alarm_actions: tuple[str, ...] = field("The ARNs of what it does when it goes off.", default=())


@resource("AWS::CloudWatch::CompositeAlarm", name="alarm_name")
class CompositeAlarm(Resource):
    """An alarm on the states of other alarms, for which it may speak."""

    alarm_name: str = field("Its name.")
    children: tuple[str, ...] = field("The names of the alarms that set it off.", default=())
    actions_enabled: bool = field("Whether it does anything when its state changes.", default=True)
    alarm_actions: tuple[str, ...] = field("The ARNs of what it does when it goes off.", default=())


_CHILD = re.compile(r"""ALARM\s*\(\s*(?:"([^"]+)"|'([^']+)'|([^)\s]+))\s*\)""")


def _children(rule: str) -> tuple[str, ...]:
    """The alarms that a rule wants to be in alarm, which it names by name or ARN.

    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
    """
    named = (next(filter(None, each)) for each in _CHILD.findall(rule))
    return tuple(sorted({each.partition(":alarm:")[2] or each for each in named}))


COMPOSITE_ALARMS = Reader(
    CompositeAlarm,
    listing=Listing(
        Call("cloudwatch:DescribeAlarms"),
        items="CompositeAlarms",
        params={"AlarmTypes": ["CompositeAlarm"], "MaxRecords": 100},
        fields={
            "alarm_name": lambda item: item["AlarmName"],
            "children": lambda item: _children(item["AlarmRule"]),
            "actions_enabled": lambda item: item["ActionsEnabled"],
            "alarm_actions": lambda item: tuple(item["AlarmActions"]),
        },
    ),
    arn=lambda item, _: item["AlarmArn"],
)

ALARMS = Reader(
    Alarm,
    listing=Listing(
        Call("cloudwatch:DescribeAlarms"),
        items="MetricAlarms",
        params={"AlarmTypes": ["MetricAlarm"], "MaxRecords": 100},
        fields={
            "alarm_name": lambda item: item["AlarmName"],
            "namespace": lambda item: item.get("Namespace"),
            "metric_name": lambda item: item.get("MetricName"),
            "actions_enabled": lambda item: item["ActionsEnabled"],
            "alarm_actions": lambda item: tuple(item["AlarmActions"]),
        },
    ),
    arn=lambda item, _: item["AlarmArn"],
)

TERRAFORM_ALARM = CodeReader(
    "aws_cloudwatch_metric_alarm",
    Alarm,
    fields={
        "alarm_name": lambda block: block["alarm_name"],
        "namespace": lambda block: block.get("namespace"),
        "metric_name": lambda block: block.get("metric_name"),
        "actions_enabled": lambda block: block.get("actions_enabled", True),
        "alarm_actions": lambda block: tuple(block.plain("alarm_actions", ())),
    },
)

CLOUDFORMATION_ALARM = CodeReader(
    "AWS::CloudWatch::Alarm",
    Alarm,
    fields={
        "alarm_name": lambda block: block["AlarmName"],
        "namespace": lambda block: block.get("Namespace"),
        "metric_name": lambda block: block.get("MetricName"),
        "actions_enabled": lambda block: block.get("ActionsEnabled", True) in {True, "true"},
        "alarm_actions": lambda block: tuple(block.plain("AlarmActions", ())),
    },
)


def _children_in(block: Block, name: str) -> tuple[str, ...]:
    """The alarms of a rule in code; raises ``Unknown`` where it is put together from what is not known yet."""
    children = _children(block[name])
    if any("<" in each for each in children):
        raise Unknown(f"{block.what}.{name}", Gap(Reason.COMPUTED, detail=block[name]))
    return children


TERRAFORM_COMPOSITE_ALARM = CodeReader(
    "aws_cloudwatch_composite_alarm",
    CompositeAlarm,
    fields={
        "alarm_name": lambda block: block["alarm_name"],
        "children": lambda block: _children_in(block, "alarm_rule"),
        "actions_enabled": lambda block: block.get("actions_enabled", True),
        "alarm_actions": lambda block: tuple(block.plain("alarm_actions", ())),
    },
)

CLOUDFORMATION_COMPOSITE_ALARM = CodeReader(
    "AWS::CloudWatch::CompositeAlarm",
    CompositeAlarm,
    fields={
        "alarm_name": lambda block: block["AlarmName"],
        "children": lambda block: _children_in(block, "AlarmRule"),
        "actions_enabled": lambda block: truth(block.get("ActionsEnabled", True)),
        "alarm_actions": lambda block: tuple(block.plain("AlarmActions", ())),
    },
)
