"""AWS Step Functions."""

from __future__ import annotations

from collections.abc import Mapping

from bartizan.model import Resource, field, resource
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Listing, Reader
from bartizan.resources.secrets import in_script
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in, terraform_tags


@resource("AWS::StepFunctions::StateMachine", name="state_machine_name")
class StateMachine(Resource):
    """A state machine. Its definition is looked at while it is read, and never kept."""

    state_machine_name: str = field("Its name.")
    log_level: str = field("Which events are logged: `OFF`, `FATAL`, `ERROR` or `ALL`.", default="ALL")
    tracing: bool = field("Whether X-Ray traces it.", default=True)
    secrets: tuple[str, ...] = field("Secrets in its definition, as kind and line.", default=())
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


STATE_MACHINES = Reader(
    StateMachine,
    listing=Listing(
        Call("stepfunctions:ListStateMachines", permissions=("states:ListStateMachines",)),
        items="stateMachines",
        params={"maxResults": 1000},
        fields={"state_machine_name": lambda item: item["name"]},
    ),
    arn=lambda item, _: item["stateMachineArn"],
    details=(
        Detail(
            Call("stepfunctions:DescribeStateMachine", permissions=("states:DescribeStateMachine",)),
            params=lambda item: {"stateMachineArn": item["stateMachineArn"]},
            fields={
                "log_level": lambda reply: (reply.get("loggingConfiguration") or {}).get("level", "OFF"),
                "tracing": lambda reply: (reply.get("tracingConfiguration") or {}).get("enabled", False),
                "secrets": lambda reply: in_script(reply["definition"]),
            },
        ),
        Detail(
            Call("stepfunctions:ListTagsForResource", permissions=("states:ListTagsForResource",)),
            params=lambda item: {"resourceArn": item["stateMachineArn"]},
            fields={"tags": lambda reply: tags_in(reply.get("tags") or (), "key", "value")},
        ),
    ),
)


def _tf_first(block: Block, name: str) -> Block:
    nested = block.get(name)
    return nested[0] if nested else Block({})


TERRAFORM_STATE_MACHINE = CodeReader(
    "aws_sfn_state_machine",
    StateMachine,
    defaulted={"aws_sfn_state_machine": ("name", "name_prefix", "tags_all", "logging_configuration.level")},
    fields={
        "state_machine_name": lambda block: block["name"],
        "log_level": lambda block: _tf_first(block, "logging_configuration").get("level", "OFF"),
        "tracing": lambda block: bool(_tf_first(block, "tracing_configuration").get("enabled", False)),
        "secrets": lambda block: in_script(block["definition"]),
        "tags": terraform_tags,
    },
)

CLOUDFORMATION_STATE_MACHINE = CodeReader(
    "AWS::StepFunctions::StateMachine",
    StateMachine,
    fields={
        "state_machine_name": lambda block: block["StateMachineName"],
        "log_level": lambda block: block.get("LoggingConfiguration", {}).get("Level", "OFF"),
        "tracing": lambda block: bool(block.get("TracingConfiguration", {}).get("Enabled", False)),
        "secrets": lambda block: in_script(block["DefinitionString"]),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)
