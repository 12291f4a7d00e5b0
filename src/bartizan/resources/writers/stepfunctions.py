"""State machines as code."""

from __future__ import annotations

from bartizan.resources.stepfunctions import StateMachine
from bartizan.resources.writing import CodeWriter, tags_map, tags_pairs

TERRAFORM_STATE_MACHINE = CodeWriter(
    "aws_sfn_state_machine",
    StateMachine,
    names={"state_machine_name": "name"},
    fields={"tracing": "tracing_configuration.enabled", "tags": tags_map},
    import_id=lambda machine: machine.arn,
)

CLOUDFORMATION_STATE_MACHINE = CodeWriter(
    "AWS::StepFunctions::StateMachine",
    StateMachine,
    names={"state_machine_name": "StateMachineName"},
    fields={"tracing": "TracingConfiguration.Enabled", "tags": tags_pairs},
)
