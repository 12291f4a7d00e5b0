"""State machines that fail."""

from __future__ import annotations

import json
from typing import Any

from harden.aws import Aws
from harden.seeded import SECRET, State, seeds


@seeds("stepfunctions.no-tracing")
def machine_without_tracing(aws: Aws) -> State:
    arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:order"
    definition = {"StartAt": "pay", "States": {"pay": {"Type": "Pass", "Result": {"token": SECRET}, "End": True}}}
    state: dict[str, Any] = {
        "stateMachineArn": arn,
        "name": "order",
        "type": "STANDARD",
        "creationDate": "2024-01-01T00:00:00+00:00",
        "definition": json.dumps(definition),
        "roleArn": "arn:aws:iam::123456789012:role/order",
        "loggingConfiguration": {"level": "ALL", "includeExecutionData": False, "destinations": []},
        "tracingConfiguration": {"enabled": False},
    }
    listed = {name: state[name] for name in ("stateMachineArn", "name", "type", "creationDate")}

    def update(params: dict[str, Any]) -> dict[str, Any]:
        assert {"definition", "roleArn"} & set(params)
        state.update(params)
        return {"updateDate": "2024-01-01T00:00:00+00:00"}

    aws.answers("stepfunctions:ListStateMachines", {"stateMachines": [listed]})
    aws.answers("stepfunctions:DescribeStateMachine", lambda _: state)
    aws.answers("stepfunctions:ListTagsForResource", {"tags": []})
    aws.answers("stepfunctions:UpdateStateMachine", update)
    return lambda: state
