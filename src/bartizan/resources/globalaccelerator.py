"""AWS Global Accelerator."""

from __future__ import annotations

from bartizan.model import Resource, field, resource
from bartizan.resources.code import Block, CodeReader, truth
from bartizan.resources.reading import Call, Detail, Listing, Reader

_HOME = "us-west-2"
"""The Region in which it answers: https://docs.aws.amazon.com/general/latest/gr/global_accelerator.html."""


@resource("AWS::GlobalAccelerator::Accelerator", name="accelerator_name")
class Accelerator(Resource):
    """An accelerator: fixed addresses that lead to endpoints in several Regions."""

    accelerator_name: str = field("Its name.")
    enabled: bool = field("Whether it passes traffic on.", default=True)
    flow_logs: bool = field("Whether it writes flow logs.", default=True)


ACCELERATORS = Reader(
    Accelerator,
    listing=Listing(
        Call("globalaccelerator:ListAccelerators", region=_HOME),
        items="Accelerators",
        params={"MaxResults": 100},
        fields={"accelerator_name": lambda item: item["Name"], "enabled": lambda item: item["Enabled"]},
    ),
    arn=lambda item, _: item["AcceleratorArn"],
    where="account",
    details=(
        Detail(
            Call("globalaccelerator:DescribeAcceleratorAttributes", region=_HOME),
            params=lambda item: {"AcceleratorArn": item["AcceleratorArn"]},
            fields={"flow_logs": lambda reply: bool(reply["AcceleratorAttributes"].get("FlowLogsEnabled"))},
        ),
    ),
)


def _tf_flow_logs(block: Block) -> bool:
    nested = block.get("attributes")
    return bool(nested and nested[0].get("flow_logs_enabled", False))


TERRAFORM_ACCELERATOR = CodeReader(
    "aws_globalaccelerator_accelerator",
    Accelerator,
    fields={
        "accelerator_name": lambda block: block["name"],
        "enabled": lambda block: bool(block.get("enabled", True)),
        "flow_logs": _tf_flow_logs,
    },
)

CLOUDFORMATION_ACCELERATOR = CodeReader(
    "AWS::GlobalAccelerator::Accelerator",
    Accelerator,
    fields={
        "accelerator_name": lambda block: block["Name"],
        "enabled": lambda block: truth(block.get("Enabled", True)),
        "flow_logs": lambda block: truth(block.get("FlowLogsEnabled")),
    },
)
