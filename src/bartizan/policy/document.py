"""Policy documents: the JSON of IAM, parsed into typed statements.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bartizan.model import InputError

Condition = tuple[str, str, tuple[str, ...]]
"""Operator (``StringEquals``), condition key (``aws:SourceAccount``) and values, as written."""


class MalformedPolicy(InputError, ValueError):  # noqa: N818 - reads as what it says of the text
    """A text that is no policy; the message names the JSON path of what is wrong."""


@dataclass(frozen=True, slots=True)
class Principals:
    """The principals of a statement by kind; ``anyone`` is the star, alone or as an AWS principal."""

    aws: tuple[str, ...] = ()
    service: tuple[str, ...] = ()
    federated: tuple[str, ...] = ()
    canonical: tuple[str, ...] = ()

    @property
    def anyone(self) -> bool:
        """Whether the star is among them."""
        return "*" in self.aws


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; ``principals`` is ``None`` in an identity policy, which names none.

    ``not_actions``, ``not_resources`` and ``not_principals`` say that the element was written in its ``Not`` form.
    """

    effect: Literal["Allow", "Deny"]
    actions: tuple[str, ...]
    resources: tuple[str, ...] = ()
    principals: Principals | None = None
    conditions: tuple[Condition, ...] = ()
    sid: str = ""
    not_actions: bool = False
    not_resources: bool = False
    not_principals: bool = False

    @property
    def allows(self) -> bool:
        """Whether its effect is Allow."""
        return self.effect == "Allow"

    def condition_keys(self) -> frozenset[str]:
        """The condition keys it depends on, in lower case, as AWS compares them."""
        return frozenset(key.lower() for _, key, _ in self.conditions)


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """A policy: its version and statements, and the JSON it was parsed from."""

    statements: tuple[Statement, ...]
    version: str = "2008-10-17"
    id: str = ""
    source: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def __iter__(self) -> Iterator[Statement]:
        return iter(self.statements)

    @property
    def allowing(self) -> tuple[Statement, ...]:
        """The statements that allow something."""
        return tuple(each for each in self.statements if each.allows)


def parse_policy(text: str | Mapping[str, Any]) -> PolicyDocument:
    """Parse a policy from JSON text or decoded JSON; raises ``MalformedPolicy`` with the path of what is wrong."""
    document = text if isinstance(text, Mapping) else _decode(text)
    if not isinstance(document, Mapping):
        raise MalformedPolicy(f"$ must be an object, not {_kind(document)}")
    raw = document.get("Statement")
    if isinstance(raw, Mapping):
        raw = [raw]
    if not isinstance(raw, list):
        raise MalformedPolicy("$.Statement must be a statement or a list of statements")
    return PolicyDocument(
        statements=tuple(_statement(each, f"$.Statement[{index}]") for index, each in enumerate(raw)),
        version=_text(document.get("Version", "2008-10-17"), "$.Version"),
        id=_text(document.get("Id") or "", "$.Id"),
        source=document,
    )


def _decode(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as wrong:
        raise MalformedPolicy(f"line {wrong.lineno}, column {wrong.colno}: {wrong.msg}") from None
    except RecursionError:
        raise MalformedPolicy("$ is nested too deeply to be a policy") from None


def _statement(raw: Any, path: str) -> Statement:
    if not isinstance(raw, Mapping):
        raise MalformedPolicy(f"{path} must be an object, not {_kind(raw)}")
    effect = raw.get("Effect")
    if effect not in {"Allow", "Deny"}:
        raise MalformedPolicy(f'{path}.Effect must be "Allow" or "Deny"')
    actions, not_actions = _either(raw, "Action", path)
    resources, not_resources = _either(raw, "Resource", path)
    not_principals = "NotPrincipal" in raw
    principal = raw.get("NotPrincipal" if not_principals else "Principal")
    return Statement(
        effect=effect,
        actions=actions,
        resources=resources,
        principals=None if principal is None else _principals(principal, f"{path}.Principal"),
        conditions=tuple(_conditions(raw.get("Condition") or {}, f"{path}.Condition")),
        sid=_text(raw.get("Sid") or "", f"{path}.Sid"),
        not_actions=not_actions,
        not_resources=not_resources,
        not_principals=not_principals,
    )


def _either(raw: Mapping[str, Any], name: str, path: str) -> tuple[tuple[str, ...], bool]:
    negative = f"Not{name}"
    if name in raw and negative in raw:
        raise MalformedPolicy(f"{path} has both {name} and {negative}")
    chosen = negative if negative in raw else name
    return _texts(raw.get(chosen, []), f"{path}.{chosen}"), chosen == negative


def _principals(raw: Any, path: str) -> Principals:
    if raw == "*":
        return Principals(aws=("*",))
    if not isinstance(raw, Mapping):
        raise MalformedPolicy(f'{path} must be "*" or an object, not {_kind(raw)}')
    names = {"AWS": "aws", "Service": "service", "Federated": "federated", "CanonicalUser": "canonical"}
    strange = sorted(set(raw) - names.keys())
    if strange:
        raise MalformedPolicy(f"{path} has an unknown kind of principal: {strange[0]}")
    return Principals(**{names[kind]: _texts(value, f"{path}.{kind}") for kind, value in raw.items()})


def _conditions(raw: Any, path: str) -> Iterator[Condition]:
    if not isinstance(raw, Mapping):
        raise MalformedPolicy(f"{path} must be an object, not {_kind(raw)}")
    for operator, tests in raw.items():
        if not isinstance(tests, Mapping):
            raise MalformedPolicy(f"{path}.{operator} must be an object, not {_kind(tests)}")
        for key, values in tests.items():
            listed = values if isinstance(values, list) else [values]
            yield operator, key, tuple(_scalar(each, f"{path}.{operator}.{key}") for each in listed)


def _scalar(value: Any, path: str) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (str, int, float)):
        return str(value)
    raise MalformedPolicy(f"{path} must be a text, a number or a truth value, not {_kind(value)}")


def _texts(value: Any, path: str) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list):
        return tuple(_text(each, f"{path}[{index}]") for index, each in enumerate(value))
    raise MalformedPolicy(f"{path} must be a text or a list of texts, not {_kind(value)}")


def _text(value: Any, path: str) -> str:
    if isinstance(value, str):
        return value
    raise MalformedPolicy(f"{path} must be a text, not {_kind(value)}")


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "a truth value", type(None): "null"}
    return names.get(type(value), "a number")
