"""Stacks that fail."""

from __future__ import annotations

from typing import Any

from harden.aws import ACCOUNT, REGION, Aws, AwsError
from harden.seeded import State, seeds

_STACK = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/shop/11111111-2222-3333-4444-555555555555"


@seeds("cloudformation.no-termination-protection")
def stack_without_protection(aws: Aws) -> State:
    stacks: dict[str, dict[str, Any]] = {
        _STACK: {
            "StackId": _STACK,
            "StackName": "shop",
            "StackStatus": "UPDATE_COMPLETE",
            "EnableTerminationProtection": False,
            "Tags": [{"Key": "team", "Value": "web"}],
        }
    }

    def protect(params: dict[str, Any]) -> Any:
        if params["StackName"] not in stacks:
            raise AwsError("ValidationError", "there is no such stack")
        stacks[params["StackName"]]["EnableTerminationProtection"] = params["EnableTerminationProtection"]
        return {"StackId": params["StackName"]}

    aws.answers("cloudformation:DescribeStacks", lambda _: {"Stacks": list(stacks.values())})
    aws.answers("cloudformation:UpdateTerminationProtection", protect)
    return lambda: stacks
