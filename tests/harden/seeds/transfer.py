"""Servers of the Transfer Family that fail."""

from __future__ import annotations

from typing import Any

from harden.aws import Aws
from harden.seeded import State, seeds


def _server(aws: Aws, policy: str) -> State:
    arn = "arn:aws:transfer:eu-west-1:123456789012:server/s-0123456789abcdef0"
    state: dict[str, Any] = {
        "Arn": arn,
        "ServerId": "s-0123456789abcdef0",
        "EndpointType": "VPC",
        "Protocols": ["SFTP", "FTPS"],
        "SecurityPolicyName": policy,
        "LoggingRole": "arn:aws:iam::123456789012:role/transfer",
        "Tags": [{"Key": "Name", "Value": "partners"}],
    }

    def update(params: dict[str, Any]) -> dict[str, Any]:
        assert params["ServerId"] == state["ServerId"]
        state.update(params)
        return {"ServerId": state["ServerId"]}

    aws.answers(
        "transfer:ListServers", {"Servers": [{"Arn": arn, "ServerId": state["ServerId"], "EndpointType": "VPC"}]}
    )
    aws.answers("transfer:DescribeServer", lambda _: {"Server": state})
    aws.answers("transfer:UpdateServer", update)
    return lambda: state


@seeds("transfer.old-ciphers")
def server_of_2018(aws: Aws) -> State:
    return _server(aws, "TransferSecurityPolicy-2018-11")


@seeds("transfer.old-ciphers")
def server_of_2020_by_fips(aws: Aws) -> State:
    return _server(aws, "TransferSecurityPolicy-FIPS-2020-06")
