"""Evaluation: every rule on every resource of its type.

Verdicts are kept by rule as one byte per resource, since most of them are passes; only what is not a pass carries more.
A finding is made from a verdict when somebody asks for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from bartizan.engine.trace import evidence
from bartizan.model import Finding, Gap, Question, Resource, Rule, Snapshot, Status, Suppression, Unknown

_STATUSES = (Status.PASS, Status.FAIL, Status.UNKNOWN, Status.ERROR, Status.ADVICE, Status.SUPPRESSED)
_PASS, _FAIL, _UNKNOWN, _ERROR, _ADVICE, _SUPPRESSED = range(len(_STATUSES))
_WITH_EVIDENCE = frozenset({Status.FAIL, Status.ADVICE, Status.SUPPRESSED})


@dataclass(slots=True)
class Verdicts:
    """What one rule says of all resources of its type; ``details`` holds problems and gap by the resource's position.

    ``questions`` holds, for a rule that asks the world, what each evaluation asked, ``suppressions`` why failures are
    accepted.
    """

    rule: Rule
    resources: list[Resource]
    codes: bytearray
    details: dict[int, tuple[tuple[str, ...], Gap | None]] = field(default_factory=dict)
    questions: dict[int, tuple[Question, ...]] = field(default_factory=dict)
    suppressions: dict[int, Suppression] = field(default_factory=dict)

    def failures(self) -> Iterator[tuple[int, Resource]]:
        """The resources that fail, with their positions."""
        return self.those(Status.FAIL)

    def those(self, *statuses: Status) -> Iterator[tuple[int, Resource]]:
        """The resources that have one of these statuses, with their positions."""
        wanted = {_STATUSES.index(status) for status in statuses}
        return ((position, self.resources[position]) for position, code in enumerate(self.codes) if code in wanted)

    def suppress(self, position: int, suppression: Suppression) -> None:
        """Accept the failure at a position."""
        self.codes[position] = _SUPPRESSED
        self.suppressions[position] = suppression

    def count(self) -> Counter[Status]:
        """How many resources have which status."""
        return Counter({status: self.codes.count(code) for code, status in enumerate(_STATUSES)})

    def findings(self, snapshot: Snapshot, *statuses: Status) -> Iterator[Finding]:
        """The findings with one of these statuses (all, where none is named), in the order of the resources."""
        wanted = {_STATUSES.index(status) for status in statuses or _STATUSES}
        for position, code in enumerate(self.codes):
            if code in wanted:
                yield self._finding(position, _STATUSES[code], snapshot)

    def _finding(self, position: int, status: Status, snapshot: Snapshot) -> Finding:
        resource = self.resources[position]
        problems, gap = self.details.get(position, ((), None))
        return Finding(
            rule=self.rule.id,
            title=self.rule.title,
            severity=self.rule.severity,
            status=status,
            service=self.rule.service,
            resource_type=resource.cfn_type,
            resource=resource.key,
            name=resource.name,
            account=resource.account,
            region=resource.region,
            problems=problems,
            evidence=evidence(self.rule, resource, snapshot) if status in _WITH_EVIDENCE else {},
            gap=gap,
            place=resource.place,
            suppression=self.suppressions.get(position),
        )


@dataclass(slots=True)
class Evaluation:
    """All verdicts of a run, over the snapshot that they judge."""

    snapshot: Snapshot
    verdicts: list[Verdicts]

    lists_passes: ClassVar[bool] = True

    @property
    def resources(self) -> int:
        """How many resources were read."""
        return len(self.snapshot)

    def tally(self) -> dict[str, Counter[Status]]:
        """How many verdicts of each rule have which status, by the rule's id."""
        return {each.rule.id: each.count() for each in self.verdicts}

    def count(self) -> Counter[Status]:
        """How many evaluations have which status."""
        total: Counter[Status] = Counter()
        for each in self.verdicts:
            total.update(each.count())
        return total

    def findings(self, *statuses: Status) -> Iterator[Finding]:
        """The findings with one of these statuses (all, where none is named), rule by rule."""
        for each in self.verdicts:
            yield from each.findings(self.snapshot, *statuses)


def evaluate(
    rules: Iterable[Rule], snapshot: Snapshot, fits: Callable[[Rule, Resource], bool] | None = None
) -> Evaluation:
    """Judge the resources of a snapshot; never raises for what a rule does: a rule that crashes gives ``error``.

    A rule does not judge a resource that it does not fit.
    """
    return Evaluation(snapshot, [_judge(rule, snapshot, fits) for rule in rules])


def _judge(rule: Rule, snapshot: Snapshot, fits: Callable[[Rule, Resource], bool] | None) -> Verdicts:
    resources = snapshot.by_type.get(rule.resource, [])
    if fits is not None:
        resources = [each for each in resources if fits(rule, each)]
    verdicts = Verdicts(rule, resources, bytearray(len(resources)))
    view = snapshot.view(rule.reads)
    world: tuple[Any, ...] = (view,) if rule.uses_world else ()
    check, position = rule.check, -1
    failed = _ADVICE if rule.advice else _FAIL
    problems: list[str] = []
    # The loop is inside the try, and entered again after a failure, since a million resources pass through it.
    remaining = iter(resources)
    while True:
        try:
            for resource in remaining:
                position += 1
                for problem in check(resource, *world):
                    problems.append(problem)  # noqa: PERF402 - what came before an Unknown must stay
                if problems:
                    verdicts.codes[position] = failed
                    verdicts.details[position] = (tuple(problems), None)
                    problems = []
                if world:
                    verdicts.questions[position] = view.taken()
            return verdicts  # noqa: TRY300 - the way out of the loop
        except Unknown as unknown:
            # What is wrong already stays wrong, whatever else is not known.
            verdicts.codes[position] = failed if problems else _UNKNOWN
            verdicts.details[position] = (tuple(problems) or (str(unknown),), unknown.gap)
        except Exception as crash:  # noqa: BLE001 - the one boundary: a broken rule is a visible finding, not a lost scan
            verdicts.codes[position] = _ERROR
            verdicts.details[position] = ((f"the rule crashed: {type(crash).__name__}: {crash}",), None)
        problems = []
        if world:
            verdicts.questions[position] = view.taken()
