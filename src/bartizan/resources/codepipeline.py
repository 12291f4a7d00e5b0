"""AWS CodePipeline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bartizan.model import Resource, Unknown, field, resource
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Listing, Reader, Reply
from bartizan.resources.secrets import in_variables


@resource("AWS::CodePipeline::Pipeline", name="pipeline_name")
class Pipeline(Resource):
    """A pipeline. The configuration of its actions is looked at while it is read, and never kept."""

    pipeline_name: str = field("Its name.")
    secrets: tuple[str, ...] = field("Secrets in its actions: action, setting and kind.", default=())
    own_key: bool = field("Whether a key of the customer's encrypts its artifacts.", default=True)
    approved: bool = field("Whether somebody has to approve what it releases.", default=True)


Settings = Iterator[tuple[str, Mapping[str, str]]]
"""Actions by name, with their settings."""


def _secrets(settings: Settings) -> tuple[str, ...]:
    return tuple(f"{name}: {found}" for name, each in settings for found in in_variables(each))


def _settings(reply: Reply) -> Settings:
    for stage in reply["pipeline"]["stages"]:
        for action in stage["actions"]:
            plain = (each for each in action.get("environmentVariables", ()) if each.get("type") != "SECRETS_MANAGER")
            yield (
                action["name"],
                {
                    **action.get("configuration", {}),
                    **{each["name"]: each["value"] for each in plain},
                },
            )


def _stores(pipeline: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    several = pipeline.get("artifactStores")
    return list(several.values()) if several else [pipeline["artifactStore"]]


def _approved(pipeline: Mapping[str, Any]) -> bool:
    return any(
        each["actionTypeId"]["category"] == "Approval" for stage in pipeline["stages"] for each in stage["actions"]
    )


PIPELINES = Reader(
    Pipeline,
    listing=Listing(
        Call("codepipeline:ListPipelines"), items="pipelines", fields={"pipeline_name": lambda item: item["name"]}
    ),
    arn=lambda item, scope: scope.arn("codepipeline", item["name"]),
    details=(
        Detail(
            Call("codepipeline:GetPipeline"),
            params=lambda item: {"name": item["name"]},
            fields={
                "secrets": lambda reply: _secrets(_settings(reply)),
                "own_key": lambda reply: all(each.get("encryptionKey") for each in _stores(reply["pipeline"])),
                "approved": lambda reply: _approved(reply["pipeline"]),
            },
        ),
    ),
)


def _written(configuration: Block | Mapping[str, str]) -> dict[str, str]:
    """The settings that the code writes out; what it takes from elsewhere is not in it."""
    found: dict[str, str] = {}
    for name in configuration:
        try:
            found[name] = str(configuration[name])
        except Unknown:
            continue
    return found


def _tf_actions(block: Block) -> Iterator[Block]:
    for stage in block["stage"]:
        yield from stage["action"]


TERRAFORM_PIPELINE = CodeReader(
    "aws_codepipeline",
    Pipeline,
    fields={
        "pipeline_name": lambda block: block["name"],
        "secrets": lambda block: _secrets(
            (each["name"], _written(each.get("configuration", {}))) for each in _tf_actions(block)
        ),
        "own_key": lambda block: all(each.get("encryption_key") for each in block["artifact_store"]),
        "approved": lambda block: any(each["category"] == "Approval" for each in _tf_actions(block)),
    },
)


def _cfn_actions(block: Block) -> Iterator[Block]:
    for stage in block["Stages"]:
        yield from stage["Actions"]


def _cfn_stores(block: Block) -> list[Block]:
    several = block.get("ArtifactStores")
    return [each["ArtifactStore"] for each in several] if several else [block["ArtifactStore"]]


CLOUDFORMATION_PIPELINE = CodeReader(
    "AWS::CodePipeline::Pipeline",
    Pipeline,
    fields={
        "pipeline_name": lambda block: block["Name"],
        "secrets": lambda block: _secrets(
            (each["Name"], _written(each.get("Configuration", {}))) for each in _cfn_actions(block)
        ),
        "own_key": lambda block: all("EncryptionKey" in each for each in _cfn_stores(block)),
        "approved": lambda block: any(each["ActionTypeId"]["Category"] == "Approval" for each in _cfn_actions(block)),
    },
)
