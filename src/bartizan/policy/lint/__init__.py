"""Lint: what is wrong with a policy that AWS may well store, each kind of mistake found by one small check."""

from __future__ import annotations

from types import ModuleType

from bartizan.policy.document import PolicyDocument
from bartizan.policy.lint import actions, conditions, effect, elements, principals, resources, risks, variables
from bartizan.policy.lint.check import Check, Level, Remark, Subject, remarks
from bartizan.policy.lint.kinds import FACTS, Kind, guess_kind
from bartizan.policy.reference import Reference

__all__ = ["CHECKS", "FACTS", "THEMES", "Check", "Kind", "Level", "Remark", "guess_kind", "lint_policy"]

THEMES: tuple[ModuleType, ...] = (elements, actions, resources, principals, conditions, variables, risks, effect)
"""The modules with checks."""
CHECKS: tuple[Check, ...] = tuple(each for theme in THEMES for each in vars(theme).values() if isinstance(each, Check))
"""All checks, by theme."""


def lint_policy(
    document: PolicyDocument, kind: Kind, reference: Reference, *, text: str = "", checks: tuple[Check, ...] = CHECKS
) -> tuple[Remark, ...]:
    """All remarks about a policy, in the order of its text; ``text`` is what it was parsed from, for the lines."""
    return tuple(sorted(remarks(Subject(document, kind, reference, text), checks)))
