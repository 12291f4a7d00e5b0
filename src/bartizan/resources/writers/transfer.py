"""Servers of the Transfer Family as code."""

from __future__ import annotations

from bartizan.resources.transfer import Server
from bartizan.resources.writing import CodeWriter, tags_map, tags_pairs

TERRAFORM_SERVER = CodeWriter(
    "aws_transfer_server",
    Server,
    fields={
        "security_policy_name": "security_policy_name",
        "endpoint_type": "endpoint_type",
        "protocols": "protocols",
        "tags": tags_map,
    },
    import_id=lambda server: server.arn.rpartition("/")[2],
)

CLOUDFORMATION_SERVER = CodeWriter(
    "AWS::Transfer::Server",
    Server,
    fields={
        "security_policy_name": "SecurityPolicyName",
        "endpoint_type": "EndpointType",
        "protocols": "Protocols",
        "tags": tags_pairs,
    },
)
