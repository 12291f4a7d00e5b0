"""Stacks of CloudFormation: changing them."""

from __future__ import annotations

from bartizan.resources.applying import ApiWriter, Put
from bartizan.resources.cloudformation import Stack
from bartizan.resources.reading import Call

STACK = ApiWriter(
    Stack,
    puts=(
        Put(
            Call("cloudformation:UpdateTerminationProtection"),
            lambda edit: {
                "StackName": edit.after.arn,
                "EnableTerminationProtection": edit.after.enable_termination_protection,
            },
            ("enable_termination_protection",),
        ),
    ),
)
