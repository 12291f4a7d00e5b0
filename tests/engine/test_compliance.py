"""What an evaluation says of the controls of a framework."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from bartizan.engine.catalog import Catalog
from bartizan.engine.compliance import Answer, Standing, assess
from bartizan.engine.evaluate import evaluate
from bartizan.engine.suppress import suppress
from bartizan.frameworks import Control, Framework
from bartizan.model import CoverageGap, Gap, Reason, Snapshot, Suppression, without
from bartizan.resources.sqs import Queue
from report.sample import queue

CATALOG = Catalog.load().select(rules=["sqs.unencrypted-queue", "sqs.no-dead-letter-queue"])
GOOD = replace(queue(1, "good"), sqs_managed_sse_enabled=True)
BAD = replace(queue(2, "bad"), sqs_managed_sse_enabled=False)
HIDDEN = without(queue(3, "hidden"), "sqs_managed_sse_enabled", gap=Gap(Reason.DENIED))
ENCRYPTED = Control(id="1", title="Queues are encrypted", rules=("sqs.unencrypted-*",))


def framework(*controls: Control) -> Framework:
    return Framework(id="own", title="Own", version="1", url="", controls=controls)


def answer(control: Control, *queues: Queue, gaps: tuple[CoverageGap, ...] = (), catalog: Catalog = CATALOG) -> Answer:
    evaluation = evaluate(catalog, Snapshot(queues, gaps))
    return assess(framework(control), evaluation, catalog, gaps, Catalog.load().rules).answers[0]


def gap(reason: Reason, kind: str = "AWS::SQS::Queue") -> CoverageGap:
    return CoverageGap(types=(kind,), account="1", region="eu-west-1", gap=Gap(reason))


@pytest.mark.parametrize(
    ("queues", "standing"),
    [
        ((GOOD,), Standing.PASS),
        ((GOOD, BAD), Standing.FAIL),
        ((GOOD, HIDDEN), Standing.UNKNOWN),
        ((BAD, HIDDEN), Standing.FAIL),
        ((), Standing.NOTHING),
    ],
)
def test_a_control_stands_as_its_worst_verdict(queues: tuple[Queue, ...], standing: Standing) -> None:
    assert answer(ENCRYPTED, *queues).standing is standing


def test_numbers_and_rules_of_an_answer() -> None:
    found = answer(Control(id="1", title="x", rules=("sqs.*",)), GOOD, BAD, HIDDEN)
    assert found.rules == ("sqs.no-dead-letter-queue", "sqs.unencrypted-queue")
    assert found.failing == found.rules
    assert found.failures == 1 + 3
    assert found.unknown == 1
    assert "sqs.public-queue" in found.left_out
    assert not set(found.left_out) & set(found.rules)


@pytest.mark.parametrize("queues", [(GOOD,), ()])
def test_a_listing_that_failed_never_passes(queues: tuple[Queue, ...]) -> None:
    assert answer(ENCRYPTED, *queues, gaps=(gap(Reason.DENIED),)).standing is Standing.UNKNOWN
    assert answer(ENCRYPTED, GOOD, gaps=(gap(Reason.UNSUPPORTED),)).standing is Standing.PASS
    assert answer(ENCRYPTED, GOOD, gaps=(gap(Reason.DENIED, "AWS::SNS::Topic"),)).standing is Standing.PASS


def test_what_is_accepted_is_told_apart_from_a_pass() -> None:
    evaluation = evaluate(CATALOG, Snapshot([BAD]))
    accepted = Suppression(rule="sqs.*", resource=BAD.arn, reason="r", owner="o")
    suppress(evaluation, [accepted], dt.date(2026, 1, 1))
    assert assess(framework(ENCRYPTED), evaluation, CATALOG).answers[0].standing is Standing.ACCEPTED


def test_advice_is_no_pass() -> None:
    catalog = Catalog.load()
    advice = next(each for each in catalog if each.advice and each.service == "dynamodb")
    judged = advice.fails[0]
    evaluation = evaluate([advice], Snapshot(judged if isinstance(judged, tuple) else [judged]))
    control = Control(id="1", title="x", rules=(advice.id,))
    assert assess(framework(control), evaluation, [advice]).answers[0].standing is Standing.ADVICE


@pytest.mark.parametrize(
    ("control", "standing"),
    [
        (Control(id="1", title="x", check="Look."), Standing.MANUAL),
        (Control(id="1", title="x"), Standing.NOT_COVERED),
        (Control(id="1", title="x", rules=("s3.public-policy",)), Standing.NOT_JUDGED),
        (Control(id="1", title="x", rules=("s3.public-policy",), check="Look."), Standing.NOT_JUDGED),
    ],
)
def test_a_control_that_no_rule_judged_says_why(control: Control, standing: Standing) -> None:
    assert answer(control, GOOD).standing is standing


def test_counts_hold_every_control_once() -> None:
    evaluation = evaluate(CATALOG, Snapshot([BAD]))
    found = assess(
        framework(ENCRYPTED, Control(id="2", title="y"), Control(id="3", title="z", check="Look.")), evaluation, CATALOG
    )
    assert found.count() == {Standing.FAIL: 1, Standing.NOT_COVERED: 1, Standing.MANUAL: 1}
