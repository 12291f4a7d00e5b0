"""Checks of policies: small functions that yield problems, and the remarks that come of them."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bartizan.policy.compiled import Clause, compile_statement
from bartizan.policy.document import PolicyDocument, Statement
from bartizan.policy.lint.kinds import FACTS, Facts, Kind
from bartizan.policy.places import Path, lines_of, written
from bartizan.policy.reference import Reference


class Level(StrEnum):
    """How bad a remark is: AWS refuses the policy, it gives too much, it does not do what it says, it can be better."""

    ERROR = "error"
    SECURITY = "security"
    WARNING = "warning"
    SUGGESTION = "suggestion"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Level).index(self)


@dataclass(frozen=True, slots=True)
class Problem:
    """What a check found: where, what is wrong, and what to do about it."""

    path: Path
    message: str
    cure: str


@dataclass(frozen=True, slots=True, order=True)
class Remark:
    """A problem with the check that found it; ``line`` is 0 where the policy was not read from a text."""

    line: int
    path: str
    code: str
    level: Level
    message: str
    cure: str


@dataclass(frozen=True, slots=True)
class Located:
    """A statement with its place in the source."""

    statement: Statement
    path: Path
    raw: Mapping[str, Any]

    def at(self, *steps: str | int) -> Path:
        """The path of something in the statement: names in any case, and positions only where there is a list."""
        path, inner = self.path, self.raw
        for step in steps:
            if isinstance(step, str):
                found = next((name for name in inner if str(name).lower() == step.lower()), None)
                if found is None:
                    break
                path, inner = (*path, found), inner[found]
            elif isinstance(inner, list):
                path, inner = (*path, step), inner[step]
        return path

    def action_at(self, position: int) -> Path:
        """The path of one of its actions."""
        return self.at("NotAction" if self.statement.not_actions else "Action", position)

    def resource_at(self, position: int) -> Path:
        """The path of one of its resources."""
        return self.at("NotResource" if self.statement.not_resources else "Resource", position)

    @property
    def name(self) -> str:
        """The statement in a sentence."""
        return f"statement {self.statement.sid}" if self.statement.sid else "the statement"


@dataclass(frozen=True, slots=True)
class Subject:
    """A policy under examination; ``text`` is what it was parsed from, where it was a text."""

    document: PolicyDocument
    kind: Kind
    reference: Reference
    text: str = ""
    statements: tuple[Located, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "statements", tuple(_located(self.document)))

    @property
    def facts(self) -> Facts:
        """What AWS takes in a policy of this kind."""
        return FACTS[self.kind]

    @property
    def variables(self) -> bool:
        """Whether ``${...}`` means more than itself."""
        return self.document.version >= "2012-10-17"

    def clause(self, position: int) -> Clause:
        """A statement as constraints."""
        statement = self.document.statements[position]
        return compile_statement(statement, self.document.version, self.facts.layer, "", position)

    def compact(self) -> str:
        """Its JSON without white space."""
        return json.dumps(self.document.source, separators=(",", ":"), ensure_ascii=False)


def _located(document: PolicyDocument) -> Iterator[Located]:
    name = next((each for each in document.source if str(each).lower() == "statement"), "Statement")
    raw = document.source.get(name)
    for index, statement in enumerate(document.statements):
        if isinstance(raw, list):
            yield Located(statement, (name, index), raw[index])
        else:
            yield Located(statement, (name,), raw if isinstance(raw, Mapping) else {})


Finder = Callable[[Subject], Iterable[Problem]]


@dataclass(frozen=True, slots=True)
class Check:
    """A check: its stable code, how bad what it finds is, why it matters (its documentation), and how it looks."""

    code: str
    level: Level
    doc: str
    find: Finder


def check(level: Level) -> Callable[[Finder], Check]:
    """Make a check of a function; its name is the code, its docstring the documentation."""

    def decorate(find: Finder) -> Check:
        return Check(find.__name__.replace("_", "-"), level, inspect.getdoc(find) or "", find)

    return decorate


def remarks(subject: Subject, checks: Iterable[Check]) -> Iterator[Remark]:
    """What the checks have to say of a policy, in no order."""
    lines = lines_of(subject.text) if subject.text else {}
    for each in checks:
        for problem in each.find(subject):
            yield Remark(
                line=_line(problem.path, lines),
                path=written(problem.path),
                code=each.code,
                level=each.level,
                message=problem.message,
                cure=problem.cure,
            )


def _line(path: Path, lines: Mapping[Path, int]) -> int:
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 0)
