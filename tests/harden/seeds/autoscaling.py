"""Auto Scaling groups that fail."""

from __future__ import annotations

from typing import Any

from harden.aws import ACCOUNT, REGION, Aws
from harden.seeded import seeds


def _group(name: str, kind: str) -> dict[str, Any]:
    head = f"arn:aws:autoscaling:{REGION}:{ACCOUNT}:autoScalingGroup"
    return {
        "AutoScalingGroupName": name,
        "AutoScalingGroupARN": f"{head}:{name}:autoScalingGroupName/{name}",
        "AvailabilityZones": ["eu-west-1a", "eu-west-1b"],
        "TargetGroupARNs": [f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/{name}/1"],
        "HealthCheckType": kind,
        "HealthCheckGracePeriod": 300,
        "MinSize": 1,
        "MaxSize": 2,
        "DesiredCapacity": 1,
    }


@seeds("autoscaling.broken-instances-stay")
def groups_that_ask_no_load_balancer(aws: Aws) -> None:
    groups = {name: _group(name, kind) for name, kind in (("web", "EC2"), ("jobs", "EC2,EBS"))}

    def update(params: dict[str, Any]) -> None:
        groups[params["AutoScalingGroupName"]].update(params)

    aws.answers("autoscaling:DescribeAutoScalingGroups", lambda _: {"AutoScalingGroups": list(groups.values())})
    aws.answers("autoscaling:UpdateAutoScalingGroup", update)
