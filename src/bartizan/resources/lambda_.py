"""AWS Lambda."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from bartizan.model import Resource, field, resource
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.reading import Call, Detail, Item, Listing, Reader
from bartizan.resources.secrets import in_variables
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, Tags


@resource("AWS::Lambda::Function", name="function_name")
class Function(Resource):
    """A Lambda function. The values of its environment are looked at while it is read, and never kept."""

    function_name: str = field("Its name.")
    runtime: str | None = field("Its managed runtime; null for a container image.", default=None)
    role: str = field("The ARN of its execution role.", default="arn:aws:iam::111122223333:role/function")
    has_environment: bool = field("Whether it has environment variables.", default=False)
    secret_variables: tuple[str, ...] = field(
        "Environment variables that look like secrets: name and kind, never the value.", default=()
    )
    kms_key_arn: str | None = field("Its own KMS key for the environment.", default=None)
    tracing_mode: str = field("`Active` where X-Ray traces it, else `PassThrough`.", default="Active")
    policy: PolicyDocument | None = field("Its resource policy.", default=None)
    url_auth_type: str | None = field(
        "How its URL checks callers, `NONE` or `AWS_IAM`; null where no policy statement lets others use a URL.",
        default=None,
    )
    code_signing_config_arn: str | None = field("What checks the signature of its code, if anything.", default=None)
    reserved_concurrent_executions: int | None = field(
        "How many executions at a time are kept for it, and are its most.", default=None
    )
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


def _variables(item: Item) -> Mapping[str, str]:
    variables: Mapping[str, str] = item.get("Environment", {}).get("Variables", {})
    return variables


def has_runtime(function: Any) -> bool:
    """Whether Lambda holds its code as a package, not as a container image, which it does not check for signatures."""
    return function.runtime is not None


def shares_url(function: Any) -> bool:
    """Whether a statement of its policy lets somebody call its URL."""
    return any(
        fnmatchcase("lambda:invokefunctionurl", action.lower())
        for statement in (function.policy.allowing if function.policy else ())
        for action in statement.actions
    )


FUNCTIONS = Reader(
    Function,
    listing=Listing(
        Call("lambda:ListFunctions"),
        items="Functions",
        fields={
            "function_name": lambda item: item["FunctionName"],
            "runtime": lambda item: item.get("Runtime"),
            "role": lambda item: item["Role"],
            "has_environment": lambda item: bool(_variables(item)),
            "secret_variables": lambda item: in_variables(_variables(item)),
            "kms_key_arn": lambda item: item.get("KMSKeyArn") or None,
            "tracing_mode": lambda item: item["TracingConfig"]["Mode"],
        },
    ),
    arn=lambda item, _: item["FunctionArn"],
    details=(
        Detail(
            Call("lambda:GetPolicy"),
            params=lambda item: {"FunctionName": item["FunctionName"]},
            fields={"policy": lambda reply: parse_policy(reply["Policy"])},
            absent={"ResourceNotFoundException": {"policy": None}},
        ),
        Detail(
            Call("lambda:GetFunctionUrlConfig"),
            params=lambda item: {"FunctionName": item["FunctionName"]},
            fields={"url_auth_type": lambda reply: reply["AuthType"]},
            absent={"ResourceNotFoundException": {"url_auth_type": None}},
            when=shares_url,
            otherwise={"url_auth_type": None},
        ),
        Detail(
            Call("lambda:GetFunctionCodeSigningConfig"),
            params=lambda item: {"FunctionName": item["FunctionName"]},
            fields={"code_signing_config_arn": lambda reply: reply.get("CodeSigningConfigArn") or None},
            absent={
                "CodeSigningConfigNotFoundException": {"code_signing_config_arn": None},
                "ResourceNotFoundException": {"code_signing_config_arn": None},
            },
            when=has_runtime,
            otherwise={"code_signing_config_arn": None},
        ),
        Detail(
            Call("lambda:GetFunctionConcurrency"),
            params=lambda item: {"FunctionName": item["FunctionName"]},
            fields={"reserved_concurrent_executions": lambda reply: reply.get("ReservedConcurrentExecutions")},
        ),
        Detail(
            Call("lambda:ListTags"),
            params=lambda item: {"Resource": item["FunctionArn"]},
            fields={"tags": lambda reply: Tags(reply.get("Tags") or {})},
        ),
    ),
)
