"""Values of expressions: what JSON has, ``Computed`` for what is not known, and ``Mixed`` for a text that partly is.

A text with unknown parts is unknown as the value of an attribute. Within a policy a readable stand-in takes the place
of such a part, as in a template, and of a whole value where it is sure to be one thing and no pattern: in a condition
the ARN or id of a resource of the code, or the account; as a principal a user or role. What is allowed, and whether, is
never made up.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from bartizan.iac.statements import compares_anything
from bartizan.model import InputError
from bartizan.resources.code import Computed

_STAND_IN = re.compile(r"<[^<>]+>")
_NAMED = frozenset({"Resource", "NotResource"})
_EXACT = frozenset({"Action", "Effect", "NotAction", "Version"})
_RESOURCE = re.compile(r"aws_\w+\.[\w-]+(?:\[[^\]]*\])?\.(?:arn|id)")
_IDENTITY = re.compile(r"aws_iam_(?:role|user)\.[\w-]+(?:\[[^\]]*\])?\.arn")
_ACCOUNT = "AWS::AccountId"
_STEPS = 3_000_000
_LARGEST = 2_000_000


@dataclass(frozen=True, slots=True)
class Mixed:
    """A text in which ``<expression>`` stands for each part that is not known."""

    text: str


@dataclass(slots=True)
class Budget:
    """What evaluation may still cost, so that a hostile folder cannot make it endless."""

    path: str
    left: int = _STEPS

    def spend(self, steps: int = 1) -> None:
        """Count steps; raises ``InputError`` when there were too many."""
        self.left -= steps
        if self.left < 0:
            raise InputError(f"{self.path}: evaluating its expressions takes too long; name a smaller folder")

    def text(self, text: str) -> str:
        """A text that is not too large."""
        self.spend(len(text) // 100)
        if len(text) > _LARGEST:
            raise InputError(f"{self.path}: an expression makes a text of more than {_LARGEST // 1_000_000} MB")
        return text


def is_unknown(value: Any, budget: Budget) -> bool:
    """Whether a value is not known, or has a part that is not."""
    budget.spend()
    if isinstance(value, dict):
        return any(is_unknown(each, budget) for each in value.values())
    if isinstance(value, list):
        return any(is_unknown(each, budget) for each in value)
    return isinstance(value, Computed | Mixed)


def settled(value: Any, budget: Budget) -> Any:
    """A value as an attribute has it: without ``Mixed``."""
    budget.spend()
    if isinstance(value, Mixed):
        return _policy_in(value, budget)
    if isinstance(value, dict):
        return {name: settled(each, budget) for name, each in value.items()}
    if isinstance(value, list):
        return [settled(each, budget) for each in value]
    return value


def encoded(value: Any, budget: Budget) -> str | Computed:
    """A value as JSON; of a policy also with unknown parts, where a stand-in can take their place."""
    made = _policy(value, budget) if isinstance(value, dict) and "Statement" in value else value
    if isinstance(made, Computed) or is_unknown(made, budget):
        return Computed("jsonencode")
    return budget.text(json.dumps(made))


def _policy_in(mixed: Mixed, budget: Budget) -> str | Computed:
    if mixed.text.lstrip()[:1] == "{":
        try:
            value = json.loads(mixed.text)
        except (ValueError, RecursionError):
            return Computed(mixed.text[:80])
        if isinstance(value, dict) and "Statement" in value:
            return encoded(value, budget)
    return Computed(mixed.text[:80])


def _policy(value: Any, budget: Budget, key: str = "") -> Any:
    """A policy with stand-ins; ``Computed`` where one would make up who, what or whether."""
    budget.spend()
    if isinstance(value, Computed):
        return f"<{value.expression or 'computed'}>" if key in _NAMED or _is_one(value.expression, key) else value
    if isinstance(value, Mixed):
        value = value.text
    if isinstance(value, str):
        exact = key in _EXACT and _STAND_IN.search(value)
        whole = _STAND_IN.fullmatch(value) and key not in _NAMED and not _is_one(value[1:-1], key)
        return Computed(value) if exact or whole else value
    if isinstance(value, dict):
        # A principal's or condition's own keys keep the rules of what they stand in.
        return {
            name: Computed(name) if name == "NotPrincipal" and is_unknown(each, budget) else _policy(each, budget, name)
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [_policy(each, budget, key) for each in value]
    return value


def _is_one(expression: str, key: str) -> bool:
    """Whether what is not known yet is sure to be one thing: a user, role or account, or what a condition compares."""
    if key == "AWS":
        return expression == _ACCOUNT or bool(_IDENTITY.fullmatch(expression))
    return compares_anything(key) and (expression == _ACCOUNT or bool(_RESOURCE.fullmatch(expression)))
