"""Auto Scaling groups: changing them."""

from __future__ import annotations

from bartizan.resources.applying import ApiWriter, Put
from bartizan.resources.autoscaling import AutoScalingGroup
from bartizan.resources.reading import Call

GROUP = ApiWriter(
    AutoScalingGroup,
    puts=(
        Put(
            Call("autoscaling:UpdateAutoScalingGroup"),
            lambda edit: {
                "AutoScalingGroupName": edit.after.auto_scaling_group_name,
                "HealthCheckType": edit.after.health_check_type,
            },
            ("health_check_type",),
            busy=("ScalingActivityInProgress", "ResourceContention"),
        ),
    ),
)
