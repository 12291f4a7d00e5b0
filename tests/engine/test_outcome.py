"""Outcomes: what is kept of an account's verdicts, and how those of several accounts fit together."""

from __future__ import annotations

import pickle

from tests.report.sample import queue

from bartizan.engine.catalog import Catalog
from bartizan.engine.evaluate import Evaluation, evaluate
from bartizan.engine.outcome import LISTED, Outcome
from bartizan.model import Snapshot, Status

CATALOG = Catalog.load().select(services=["sqs"])


def judged(*names: str) -> Evaluation:
    return evaluate(CATALOG, Snapshot([queue(number, name) for number, name in enumerate(names)]))


def test_an_outcome_keeps_the_counts_of_all_and_the_findings_that_are_no_pass() -> None:
    evaluation = judged("jobs", "mail")
    outcome = Outcome.of(evaluation)
    assert outcome.resources == 2
    assert outcome.tally() == evaluation.tally()
    kept = [(each.rule, each.resource, each.fingerprint) for each in outcome.findings()]
    assert kept == [(each.rule, each.resource, each.fingerprint) for each in evaluation.findings(*LISTED)]
    assert not list(outcome.findings(Status.PASS))


def test_an_outcome_travels() -> None:
    outcome = Outcome.of(judged("jobs"))
    assert pickle.loads(pickle.dumps(outcome)) == outcome  # noqa: S301 - our own


def test_outcomes_together_count_and_list_all_by_rule() -> None:
    one, other = Outcome.of(judged("jobs")), Outcome.of(judged("mail", "logs"))
    both = Outcome.together([one, other])
    assert both.resources == 3
    for rule in both.tally():
        assert both.tally()[rule] == one.tally()[rule] + other.tally()[rule] or not both.tally()[rule].total()
    rules = [each.rule for each in both.findings()]
    assert rules == sorted(rules)
    assert len(rules) == len(one.listed) + len(other.listed)


def test_nothing_together_is_nothing() -> None:
    assert Outcome.together([]) == Outcome()
