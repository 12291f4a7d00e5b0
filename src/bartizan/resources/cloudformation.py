"""AWS CloudFormation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.model import Resource, field, resource
from bartizan.resources.code import CodeReader
from bartizan.resources.reading import Call, Listing, Reader
from bartizan.resources.secrets import in_variables
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in, terraform_tags


@resource("AWS::CloudFormation::Stack", name="stack_name")
class Stack(Resource):
    """A stack."""

    stack_name: str = field("Its name.")
    stack_status: str = field("Its state, such as `CREATE_COMPLETE`.", default="CREATE_COMPLETE")
    enable_termination_protection: bool = field("Whether it must be unlocked before it can be deleted.", default=True)
    nested: bool = field("Whether another stack made it.", default=False)
    drift_status: str = field(
        "`IN_SYNC`, `DRIFTED`, `UNKNOWN` or `NOT_CHECKED`, as of the last look.", default="IN_SYNC"
    )
    parameter_secrets: tuple[str, ...] = field("The secrets in its parameters: name and kind.", default=())
    output_secrets: tuple[str, ...] = field("The secrets in its outputs: name and kind.", default=())
    cdk_bootstrap_version: int | None = field("The version of the CDK's bootstrap stack; null of others.", default=None)
    role_arn: str | None = field("The role that changes are made with; null for that of whoever asks.", default=None)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


_HIDDEN = "****"


def _parameters(item: Mapping[str, Any]) -> tuple[str, ...]:
    # A parameter of Systems Manager shows its value as resolved; one with NoEcho shows stars.
    values = {
        each["ParameterKey"]: each.get("ResolvedValue") or each.get("ParameterValue") or ""
        for each in item.get("Parameters") or ()
    }
    return in_variables({name: value for name, value in values.items() if value != _HIDDEN})


def _outputs(item: Mapping[str, Any]) -> tuple[str, ...]:
    return in_variables({each["OutputKey"]: each.get("OutputValue") or "" for each in item.get("Outputs") or ()})


def _bootstrap_version(item: Mapping[str, Any]) -> int | None:
    """Source: https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html."""
    outputs = {each["OutputKey"]: each.get("OutputValue") or "" for each in item.get("Outputs") or ()}
    version = outputs.get("BootstrapVersion", "")
    return int(version) if version.isdecimal() else None


STACKS = Reader(
    Stack,
    listing=Listing(
        Call("cloudformation:DescribeStacks"),
        items="Stacks",
        fields={
            "stack_name": lambda item: item["StackName"],
            "stack_status": lambda item: item["StackStatus"],
            # The answer has no such key for a stack within another, which the outermost stack protects.
            "enable_termination_protection": lambda item: item.get("EnableTerminationProtection", False),
            "nested": lambda item: "ParentId" in item,
            "drift_status": lambda item: (item.get("DriftInformation") or {}).get("StackDriftStatus", "NOT_CHECKED"),
            "parameter_secrets": _parameters,
            "output_secrets": _outputs,
            "cdk_bootstrap_version": _bootstrap_version,
            "role_arn": lambda item: item.get("RoleARN"),
            "tags": lambda item: tags_in(item.get("Tags") or ()),
        },
    ),
    arn=lambda item, _: item["StackId"],
)

# Whether a parameter is hidden says the stack's own template, so that its secrets are told from AWS alone.
TERRAFORM_STACK = CodeReader(
    "aws_cloudformation_stack",
    Stack,
    defaulted={"aws_cloudformation_stack": ("tags_all",)},
    fields={
        "stack_name": lambda block: block["name"],
        "nested": lambda _: False,
        "role_arn": lambda block: block.get("iam_role_arn") or None,
        "tags": terraform_tags,
    },
)

CLOUDFORMATION_STACK = CodeReader(
    "AWS::CloudFormation::Stack",
    Stack,
    fields={
        "nested": lambda _: True,
        # Changes to a nested stack are made with its parent's role.
        "role_arn": lambda _: None,
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)
