"""AWS Lambda."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from bartizan.model import Resource, field, resource
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.reading import Call, Detail, Item, Listing, Reader


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


_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("AWS access key", re.compile(r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b")),
    ("private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")),
    ("GitHub token", re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{22,})")),
    ("GitLab token", re.compile(r"\bglpat-[\w-]{20,}")),
    ("Slack token", re.compile(r"\bxox[abeoprs]-[\w-]{10,}")),
    ("Stripe key", re.compile(r"\b[sr]k_live_[A-Za-z0-9]{16,}")),
    ("JSON web token", re.compile(r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+")),
    ("password in an address", re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s:/@]*:[^\s/@]+@")),
)
_SECRET_NAME = re.compile(
    r"(?:^|_)(?:PASSWORD|PASSWD|PWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|SECRET_?(?:ACCESS_)?KEY|PRIVATE_?KEY|CREDENTIALS?)$",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"^(?:arn:|/|https?://|ssm:|\{\{resolve:|true$|false$|\d{0,5}$)", re.IGNORECASE)
"""Values that say where a secret is, or that are none."""


def secret_kind(name: str, value: str) -> str | None:
    """What secret a variable seems to hold, by the shape of its value or else by its name; ``None`` for none."""
    for kind, shape in _SHAPES:
        if shape.search(value):
            return kind
    literal = bool(value.strip()) and not _REFERENCE.match(value.strip())
    return "secret by its name" if literal and _SECRET_NAME.search(name) else None


def _variables(item: Item) -> Mapping[str, str]:
    variables: Mapping[str, str] = item.get("Environment", {}).get("Variables", {})
    return variables


def _secrets(item: Item) -> tuple[str, ...]:
    kinds = ((name, secret_kind(name, value)) for name, value in sorted(_variables(item).items()))
    return tuple(f"{name} ({kind})" for name, kind in kinds if kind)


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
            "secret_variables": _secrets,
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
    ),
)
