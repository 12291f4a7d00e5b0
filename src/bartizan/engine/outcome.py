"""Outcomes: what came of judging, without the resources that were judged, so that many accounts' fit together.

An evaluation keeps its resources. Of an account among hundreds only this is kept: how many verdicts of each rule
have which status, and the findings that are no pass. It travels between processes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Protocol

from bartizan.engine.evaluate import Evaluation
from bartizan.model import Finding, Status, plain

LISTED = (Status.FAIL, Status.ERROR, Status.UNKNOWN, Status.ADVICE, Status.SUPPRESSED)
"""The statuses whose findings are kept, in the order in which people want to see them."""


class Results(Protocol):
    """What reports, frameworks and exit codes ask of verdicts, wherever these were made."""

    @property
    def resources(self) -> int:
        """How many resources were read."""

    @property
    def lists_passes(self) -> bool:
        """Whether ``findings`` gives the passes too."""

    def tally(self) -> Mapping[str, Counter[Status]]:
        """How many verdicts of each rule that took part have which status, by the rule's id."""

    def findings(self, *statuses: Status) -> Iterator[Finding]:
        """The findings with one of these statuses (all, where none is named), rule by rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """``Results`` of one account or of several together; of passes it knows the number only."""

    resources: int = 0
    counts: Mapping[str, Counter[Status]] = field(default_factory=dict)
    listed: tuple[Finding, ...] = ()
    lists_passes: ClassVar[bool] = False

    @classmethod
    def of(cls, evaluation: Evaluation) -> Outcome:
        """What is kept of an evaluation; the evidence of its findings is made plain values."""
        listed = (replace(each, evidence=plain(each.evidence)) for each in evaluation.findings(*LISTED))
        return cls(resources=evaluation.resources, counts=evaluation.tally(), listed=tuple(listed))

    @classmethod
    def together(cls, outcomes: Iterable[Outcome]) -> Outcome:
        """Several as one."""
        resources, counts, listed = 0, dict[str, Counter[Status]](), list[Finding]()
        for each in outcomes:
            resources += each.resources
            listed.extend(each.listed)
            for rule, counted in each.counts.items():
                counts.setdefault(rule, Counter()).update(counted)
        listed.sort(key=lambda finding: finding.rule)
        return cls(resources=resources, counts=dict(sorted(counts.items())), listed=tuple(listed))

    def tally(self) -> Mapping[str, Counter[Status]]:
        """How many verdicts of each rule have which status."""
        return self.counts

    def findings(self, *statuses: Status) -> Iterator[Finding]:
        """The findings with one of these statuses (all that are no pass, where none is named), rule by rule."""
        return (each for each in self.listed if not statuses or each.status in statuses)
