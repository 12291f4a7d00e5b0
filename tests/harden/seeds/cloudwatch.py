"""Alarms that fail."""

from __future__ import annotations

from harden.aws import ACCOUNT, REGION, Aws
from harden.seeded import seeds


@seeds("cloudwatch.actions-disabled")
def alarm_that_does_nothing(aws: Aws) -> None:
    for name, enabled in (("errors", False), ("load", True)):
        aws.client("cloudwatch").put_metric_alarm(
            AlarmName=name,
            Namespace="Shop",
            MetricName=name,
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
            ActionsEnabled=enabled,
            AlarmActions=[f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms"],
        )
