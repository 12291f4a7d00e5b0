"""AWS Lambda."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from bartizan.model import Resource, Unknown, field, resource
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Item, Listing, Reader
from bartizan.resources.recorded import ConfigReader, recorded_tags, supplement
from bartizan.resources.secrets import in_variables
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, Tags, tags_in, terraform_tags


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


def _policy(text: str | Mapping[str, Any]) -> PolicyDocument:
    """The policy with its statements by their ids: their order says only when each was added."""
    parsed = parse_policy(text)
    listed = parsed.source["Statement"]
    if not isinstance(listed, list):
        return parsed
    return parse_policy({**parsed.source, "Statement": sorted(listed, key=lambda each: each.get("Sid") or "")})


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
            fields={"policy": lambda reply: _policy(reply["Policy"])},
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

FUNCTION_ITEMS = ConfigReader(
    Function,
    fields={
        "policy": lambda item: _policy(supplement(item, "Policy")),
        "reserved_concurrent_executions": lambda item: int(
            supplement(item, "Concurrency")["reservedConcurrentExecutions"]
        ),
        "tags": recorded_tags,
    },
)


def _secrets_among(variables: Mapping[str, Any]) -> tuple[str, ...]:
    """The secrets among the variables that are known; raises ``Unknown`` where none is, and some are not known."""
    known: dict[str, str] = {}
    unknown: Unknown | None = None
    for name in variables:
        try:
            known[name] = str(variables[name])
        except Unknown as missing:
            unknown = missing
    found = in_variables(known)
    if unknown is not None and not found:
        raise unknown
    return found


def _principal_in(text: str) -> Any:
    """A permission's principal as Lambda writes it into the policy."""
    if text == "*":
        return "*"
    if text.isdigit():
        return {"AWS": f"arn:aws:iam::{text}:root"}
    return {"AWS": text} if text.startswith("arn:") else {"Service": text}


def _permitted(permission: Block, names: Mapping[str, str]) -> dict[str, Any]:
    """The statement that a permission adds to the policy; ``names`` are those of its attributes by what they mean."""
    conditions: dict[str, dict[str, Any]] = {}
    for meaning, (operator, key) in _CONDITIONS.items():
        if value := permission.one_in(names[meaning]):
            conditions.setdefault(operator, {})[key] = value
    return {
        "Effect": "Allow",
        "Principal": _principal_in(permission[names["principal"]]),
        "Action": permission[names["action"]],
        "Resource": "*",
        **({"Condition": conditions} if conditions else {}),
    }


_CONDITIONS = {
    "source": ("ArnLike", "AWS:SourceArn"),
    "account": ("StringEquals", "AWS:SourceAccount"),
    "token": ("StringEquals", "lambda:EventSourceToken"),
    "organization": ("StringEquals", "aws:PrincipalOrgID"),
    "url": ("StringEquals", "lambda:FunctionUrlAuthType"),
}
"""What a permission can be bound to, with the condition that Lambda makes of it."""

_IN_TERRAFORM = {
    "action": "action", "principal": "principal", "source": "source_arn", "account": "source_account",
    "token": "event_source_token", "organization": "principal_org_id", "url": "function_url_auth_type",
}  # fmt: skip
_IN_CLOUDFORMATION = {
    "action": "Action", "principal": "Principal", "source": "SourceArn", "account": "SourceAccount",
    "token": "EventSourceToken", "organization": "PrincipalOrgID", "url": "FunctionUrlAuthType",
}  # fmt: skip


def _policy_of(block: Block, part: str, names: Mapping[str, str]) -> PolicyDocument | None:
    statements = [_permitted(each, names) for each in block.parts(part)]
    if not statements:
        return block.if_new(None, "who may call the function")
    return parse_policy({"Version": "2012-10-17", "Statement": statements})


def _url_of(block: Block, part: str, attribute: str) -> str | None:
    url = block.part(part)
    return block.if_new(None, "a URL of the function") if url is None else url[attribute]


def _first(block: Block, name: str) -> Mapping[str, Any]:
    """A nested block of which Terraform makes a list of one."""
    listed = block.get(name) or [{}]
    first: Mapping[str, Any] = listed[0]
    return first


def _reserved(block: Block) -> int | None:
    number = block.get("reserved_concurrent_executions", -1)
    return None if number < 0 else number


TERRAFORM_FUNCTION = CodeReader(
    "aws_lambda_function",
    Function,
    parts={"aws_lambda_permission": "function_name", "aws_lambda_function_url": "function_name"},
    defaulted={"aws_lambda_function": ("tags_all", "tracing_config")},
    fields={
        "function_name": lambda block: block["function_name"],
        "runtime": lambda block: block.get("runtime") or None,
        "role": lambda block: block.id_in("role"),
        "has_environment": lambda block: bool(_first(block, "environment").get("variables")),
        "secret_variables": lambda block: _secrets_among(_first(block, "environment").get("variables") or {}),
        "kms_key_arn": lambda block: block.id_if_given("kms_key_arn"),
        "tracing_mode": lambda block: _first(block, "tracing_config").get("mode", "PassThrough"),
        "policy": lambda block: _policy_of(block, "aws_lambda_permission", _IN_TERRAFORM),
        "url_auth_type": lambda block: _url_of(block, "aws_lambda_function_url", "authorization_type"),
        "code_signing_config_arn": lambda block: block.get("code_signing_config_arn") or None,
        "reserved_concurrent_executions": _reserved,
        "tags": terraform_tags,
    },
)

CLOUDFORMATION_FUNCTION = CodeReader(
    "AWS::Lambda::Function",
    Function,
    parts={"AWS::Lambda::Permission": "FunctionName", "AWS::Lambda::Url": "TargetFunctionArn"},
    fields={
        "function_name": lambda block: block["FunctionName"],
        "runtime": lambda block: block.get("Runtime") or None,
        "role": lambda block: block.id_in("Role"),
        "has_environment": lambda block: bool(block.get("Environment", {}).get("Variables")),
        "secret_variables": lambda block: _secrets_among(block.get("Environment", {}).get("Variables") or {}),
        "kms_key_arn": lambda block: block.id_if_given("KmsKeyArn"),
        "tracing_mode": lambda block: block.get("TracingConfig", {}).get("Mode", "PassThrough"),
        "policy": lambda block: _policy_of(block, "AWS::Lambda::Permission", _IN_CLOUDFORMATION),
        "url_auth_type": lambda block: _url_of(block, "AWS::Lambda::Url", "AuthType"),
        "code_signing_config_arn": lambda block: block.get("CodeSigningConfigArn") or None,
        "reserved_concurrent_executions": lambda block: block.get("ReservedConcurrentExecutions"),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)
