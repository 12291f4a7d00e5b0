"""Checks of variables: `${aws:username}` and its like.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from bartizan.policy.conditions import Operator
from bartizan.policy.lint.check import Level, Problem, Subject, check
from bartizan.policy.places import Path, shown
from bartizan.policy.reference import GLOBAL_KEYS

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_UNCLOSED = re.compile(r"\$\{[^}]*\Z|\$\{\}")
_ESCAPES = frozenset({"*", "?", "$"})


def _texts(subject: Subject) -> Iterator[tuple[Path, str]]:
    """The texts in which variables have their place: resources, and values of conditions on texts and ARNs."""
    for each in subject.statements:
        for position, resource in enumerate(each.statement.resources):
            yield each.resource_at(position), resource
        for operator, key, values in each.statement.conditions:
            if Operator.parse(operator).base.startswith(("string", "arn")):
                for position, value in enumerate(values):
                    yield each.at("Condition", operator, key, position), value


@check(Level.WARNING)
def variable_needs_version(subject: Subject) -> Iterator[Problem]:
    """Without the version 2012-10-17 a variable is plain text, and matches only itself."""
    if not subject.variables:
        for path, text in _texts(subject):
            if any(each.strip() not in _ESCAPES for each in _VARIABLE.findall(text)):
                yield Problem(path, f"the variable in {shown(text)} is plain text in a policy of 2008",
                              'write "Version": "2012-10-17"')  # fmt: skip


@check(Level.WARNING)
def unknown_variable(subject: Subject) -> Iterator[Problem]:
    """AWS has no such key to take the value from, so that the text matches nothing."""
    for path, text in _texts(subject) if subject.variables else ():
        for inside in _VARIABLE.findall(text):
            key = inside.partition(",")[0].strip()
            if key not in _ESCAPES and subject.reference.condition_key(key) is None:
                near = difflib.get_close_matches(key.lower(), [each.name.lower() for each in GLOBAL_KEYS], n=1)
                yield Problem(path, f"AWS has no key {shown(key) or 'without name'} for a variable",
                              f"did you mean ${{{near[0]}}}?" if near else "name a condition key")  # fmt: skip


@check(Level.ERROR)
def unclosed_variable(subject: Subject) -> Iterator[Problem]:
    """A variable begins with `${` and ends with `}`."""
    for path, text in _texts(subject) if subject.variables else ():
        if _UNCLOSED.search(text):
            yield Problem(path, f"{shown(text)} begins a variable without ending or naming it",
                          "write ${key}; a dollar sign itself is ${$}")  # fmt: skip


@check(Level.WARNING)
def variable_out_of_place(subject: Subject) -> Iterator[Problem]:
    """AWS fills variables in resources and in conditions on texts and ARNs, and nowhere else."""
    for each in subject.statements:
        for position, action in enumerate(each.statement.actions):
            if _VARIABLE.search(action):
                yield Problem(each.action_at(position), "an action takes no variables", "name the action")
        for operator, key, values in each.statement.conditions:
            if not Operator.parse(operator).base.startswith(("string", "arn")):
                for position, value in enumerate(values):
                    if _VARIABLE.search(value):
                        yield Problem(each.at("Condition", operator, key, position),
                                      f"{operator} takes no variables", "write the value")  # fmt: skip
