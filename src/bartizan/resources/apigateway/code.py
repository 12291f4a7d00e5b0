"""What reading APIs from Terraform and from CloudFormation has in common."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from bartizan.model import Gap, Reason, Unknown
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.code import Block


def policy_in_code(text: Any) -> PolicyDocument | None:
    """The policy in code, where ``execute-api:/prod/*`` is short for the ARN of the API itself."""
    if not text:
        return None
    document = json.loads(text) if isinstance(text, str) else text
    statements = document.get("Statement", [])
    for each in statements if isinstance(statements, list) else [statements]:
        for name in ("Resource", "NotResource"):
            if name in each:
                each[name] = _in_full(each[name])
    return parse_policy(document)


def _in_full(resources: Any) -> Any:
    if isinstance(resources, list):
        return [_in_full(each) for each in resources]
    short = isinstance(resources, str) and resources.startswith("execute-api:/")
    return resources.replace("execute-api:/", "arn:aws:execute-api:*:*:*/", 1) if short else resources


def described_by(block: Block, *names: str) -> None:
    """Raise ``Unknown`` where an OpenAPI document beside the code says what methods there are."""
    if any(block.get(each) for each in names):
        raise Unknown(block.what, Gap(Reason.NOT_READ, detail="an OpenAPI document describes its methods"))


def given(block: Block, name: str) -> bool:
    """Whether an attribute is there, known or not."""
    try:
        return bool(block.get(name))
    except Unknown:
        return True


def unthrottled(stages: Iterable[Mapping[str, Any]], rate: Any) -> tuple[str, ...]:
    return () if rate else tuple(f"{each['apiId']}:{each['stage']}" for each in stages if not each.get("throttle"))
