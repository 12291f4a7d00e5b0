"""State machines: changing them."""

from __future__ import annotations

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put
from bartizan.resources.reading import Call
from bartizan.resources.stepfunctions import StateMachine


def _tracing(edit: Edit) -> Params:
    return {
        "stateMachineArn": edit.after.arn,
        # The call needs this or the definition, which may hold secrets:
        # https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachine.html
        "roleArn": edit.now,
        "tracingConfiguration": {"enabled": edit.after.tracing},
    }


STATE_MACHINE = ApiWriter(
    StateMachine,
    puts=(
        Put(
            Call("stepfunctions:UpdateStateMachine", ("states:UpdateStateMachine", "iam:PassRole")),
            _tracing,
            ("tracing",),
            look=Look(
                Call("stepfunctions:DescribeStateMachine", ("states:DescribeStateMachine",)),
                lambda machine: {"stateMachineArn": machine.arn},
                lambda reply: reply["roleArn"],
            ),
            busy=("ConflictException",),
        ),
    ),
)
