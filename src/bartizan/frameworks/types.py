"""Frameworks and their controls, as typed values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase


class Kind(StrEnum):
    """How a control is answered.

    ``PARTLY``: rules answer a part of it, a person the rest. ``NOT_COVERED``: nothing answers it yet.
    """

    AUTOMATED = "automated"
    PARTLY = "partly"
    MANUAL = "manual"
    NOT_COVERED = "not covered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One control: its number in the framework, a few words, the rules that answer it, and what a person must check.

    ``rules`` are ids, or patterns as ``*.public-*``; themes are already replaced by theirs.
    """

    id: str
    title: str
    rules: tuple[str, ...] = ()
    check: str = ""

    @property
    def kind(self) -> Kind:
        """How it is answered, which follows from what it names."""
        if self.rules:
            return Kind.PARTLY if self.check else Kind.AUTOMATED
        return Kind.MANUAL if self.check else Kind.NOT_COVERED

    def asks(self, rule: str) -> bool:
        """Whether the rule of this id answers the control."""
        return rule in self.rules or any(fnmatchcase(rule, each) for each in self.rules if "*" in each)

    def of(self, rules: Iterable[str]) -> tuple[str, ...]:
        """Those of the rule ids that answer the control, in their order."""
        return tuple(each for each in rules if self.asks(each))


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """A list of controls: a standard, a law, a benchmark. ``note`` says what the list leaves out."""

    id: str
    title: str
    version: str
    url: str
    controls: tuple[Control, ...]
    note: str = ""

    @property
    def name(self) -> str:
        """Title and version."""
        return f"{self.title} {self.version}".strip()

    def coverage(self) -> Counter[Kind]:
        """How many controls are of which kind."""
        return Counter(each.kind for each in self.controls)

    def rules(self, known: Iterable[str]) -> tuple[str, ...]:
        """Those of the known rule ids that answer any of its controls, in their order."""
        exact = {each for control in self.controls for each in control.rules}
        patterns = [each for each in exact if "*" in each]
        return tuple(rule for rule in known if rule in exact or any(fnmatchcase(rule, each) for each in patterns))
