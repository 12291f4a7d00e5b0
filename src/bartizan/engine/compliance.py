"""Compliance: what an evaluation says of the controls of a framework."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from bartizan.engine.evidence import Evidence
from bartizan.engine.outcome import Results
from bartizan.frameworks import Control, Framework, Kind
from bartizan.model import CoverageGap, Rule, Status


class Standing(StrEnum):
    """What came of a control, by what its rules say; the first that fits, in this order.

    ``ADVICE``: what is left takes judgement. ``ACCEPTED``: what fails is suppressed. ``ATTESTED``: no rule judges it,
    and there is evidence of a person. ``NOTHING``: there is no resource to judge. ``NOT_JUDGED``: it has rules, none of
    which took part.
    """

    FAIL = "fail"
    UNKNOWN = "unknown"
    ADVICE = "advice"
    ACCEPTED = "accepted"
    PASS = "pass"  # noqa: S105 - a verdict, no password
    ATTESTED = "attested"
    NOTHING = "nothing to judge"
    NOT_JUDGED = "not judged"
    MANUAL = "manual"
    NOT_COVERED = "not covered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of one control: by which rules, how many of their verdicts fail or are unknown.

    ``left_out`` are rules that answer it too and took no part. A listing that failed counts as one unknown verdict.
    ``evidence`` is what people say of it, ``lapsed`` what of that no longer counts.
    """

    control: Control
    standing: Standing
    rules: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    failures: int = 0
    unknown: int = 0
    evidence: tuple[Evidence, ...] = ()
    lapsed: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compliance:
    """What an evaluation says of a framework, control by control."""

    framework: Framework
    answers: tuple[Answer, ...]

    def count(self) -> Counter[Standing]:
        """How many controls stand how."""
        return Counter(each.standing for each in self.answers)


def assess(  # noqa: PLR0913 - most can be left out
    framework: Framework,
    results: Results,
    rules: Iterable[Rule],
    gaps: Iterable[CoverageGap] = (),
    known: Iterable[str] = (),
    *,
    attested: Attested | None = None,
) -> Compliance:
    """What the verdicts of these rules say of each control; ``known`` are the ids of all rules that there are.

    ``attested`` is the evidence of people that there is.
    A control whose resources could not be listed never passes: it is unknown.
    """
    unseen = {kind for each in gaps if each.hides for kind in each.types}
    tally = results.tally()
    judged = {each.id: _Judged(tally[each.id], _hidden(each, unseen)) for each in rules if each.id in tally}
    left_out = [each for each in known if each not in judged]
    answers = (_answer(each, judged, left_out) for each in framework.controls)
    told = attested or Attested()
    return Compliance(framework=framework, answers=tuple(told.added(framework.id, each) for each in answers))


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """The evidence that there is, and as of which day; what stands on a file that has ``changed`` does not count."""

    evidence: tuple[Evidence, ...] = ()
    today: dt.date = dt.date.min
    changed: frozenset[str] = frozenset()

    def added(self, framework_id: str, answer: Answer) -> Answer:
        """The answer with the evidence of its control, which stands for a person's check that no rule makes."""
        concerned = [each for each in self.evidence if each.control == f"{framework_id}/{answer.control.id}"]
        if not concerned:
            return answer
        valid = tuple(each for each in concerned if each.holds(self.today) and each.file not in self.changed)
        attested = bool(valid) and answer.standing in {Standing.MANUAL, Standing.NOT_COVERED}
        return replace(
            answer,
            standing=Standing.ATTESTED if attested else answer.standing,
            evidence=valid,
            lapsed=tuple(each for each in concerned if each not in valid),
        )


@dataclass(frozen=True, slots=True)
class _Judged:
    """How many verdicts of a rule have which status, and whether there is what it could not see."""

    counts: Counter[Status]
    hidden: bool


def _answer(control: Control, judged: dict[str, _Judged], left_out: list[str]) -> Answer:
    rules = control.of(judged)
    counts: Counter[Status] = Counter()
    for each in rules:
        counts.update(judged[each].counts)
    unknown = counts[Status.UNKNOWN] + counts[Status.ERROR] + sum(judged[each].hidden for each in rules)
    return Answer(
        control=control,
        standing=_standing(control, bool(rules), counts, unknown),
        rules=tuple(rules),
        failing=tuple(each for each in rules if judged[each].counts[Status.FAIL]),
        left_out=control.of(left_out),
        failures=counts[Status.FAIL],
        unknown=unknown,
    )


def _hidden(rule: Rule, unseen: set[str]) -> bool:
    """Whether resources that the rule judges or asks about could not be listed."""
    return any(kind.cfn_type in unseen for kind in (rule.resource, *rule.reads))


def _standing(control: Control, judged: bool, counts: Counter[Status], unknown: int) -> Standing:
    if not judged:
        by_kind = {Kind.MANUAL: Standing.MANUAL, Kind.NOT_COVERED: Standing.NOT_COVERED}
        return by_kind.get(control.kind, Standing.NOT_JUDGED)
    ranked = (
        (counts[Status.FAIL], Standing.FAIL),
        (unknown, Standing.UNKNOWN),
        (counts[Status.ADVICE], Standing.ADVICE),
        (counts[Status.SUPPRESSED], Standing.ACCEPTED),
        (counts[Status.PASS], Standing.PASS),
    )
    return next((standing for number, standing in ranked if number), Standing.NOTHING)
