"""Alarms as code."""

from __future__ import annotations

from bartizan.resources.cloudwatch import Alarm
from bartizan.resources.writing import CodeWriter

TERRAFORM_ALARM = CodeWriter(
    "aws_cloudwatch_metric_alarm",
    Alarm,
    names={"alarm_name": "alarm_name"},
    fields={
        "actions_enabled": "actions_enabled",
        "alarm_actions": "alarm_actions",
        "metric_name": "metric_name",
        "namespace": "namespace",
    },
    import_id=lambda alarm: alarm.alarm_name,
)

CLOUDFORMATION_ALARM = CodeWriter(
    "AWS::CloudWatch::Alarm",
    Alarm,
    names={"alarm_name": "AlarmName"},
    fields={
        "actions_enabled": "ActionsEnabled",
        "alarm_actions": "AlarmActions",
        "metric_name": "MetricName",
        "namespace": "Namespace",
    },
)
