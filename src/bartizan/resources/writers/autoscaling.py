"""Auto Scaling groups as code."""

from __future__ import annotations

from bartizan.resources.autoscaling import AutoScalingGroup
from bartizan.resources.writing import CodeWriter

TERRAFORM_GROUP = CodeWriter(
    "aws_autoscaling_group",
    AutoScalingGroup,
    names={"auto_scaling_group_name": "name"},
    fields={"health_check_type": "health_check_type"},
    import_id=lambda group: group.auto_scaling_group_name,
)

CLOUDFORMATION_GROUP = CodeWriter(
    "AWS::AutoScaling::AutoScalingGroup",
    AutoScalingGroup,
    names={"auto_scaling_group_name": "AutoScalingGroupName"},
    fields={"health_check_type": "HealthCheckType"},
)
