"""The comparison with Prowler: every check of theirs has its place, and every difference its explanation."""

from __future__ import annotations

from collections import Counter

import pytest

import agreement
from agreement import Apart, Compared, Explanation, Topic, Verdict
from bartizan.engine.catalog import Catalog

TOPICS, APART, EXPLANATIONS = agreement.load()
RUN, COMPARED = agreement.last_run()


def test_every_check_of_theirs_stands_in_one_place() -> None:
    placed = Counter(check for group in (*TOPICS, *APART) for check in _checks(group))
    assert [check for check, times in placed.items() if times > 1] == []
    assert set(placed) == set(RUN["checks"])


def _checks(group: Topic | Apart) -> tuple[str, ...]:
    return group.theirs if isinstance(group, Topic) else group.checks


def test_every_rule_that_is_named_exists() -> None:
    named = {rule for topic in TOPICS for rule in topic.ours}
    assert named <= {rule.id for rule in Catalog.load()}


def test_every_difference_of_the_last_run_is_explained() -> None:
    assert list(agreement.unexplained(COMPARED, EXPLANATIONS)) == []


def test_nothing_is_explained_that_does_not_differ() -> None:
    assert agreement.unused(COMPARED, EXPLANATIONS) == []


def test_no_difference_is_left_as_ours() -> None:
    assert {each.whose for each in EXPLANATIONS} <= set(agreement.WHOSE) - {"ours"}


def test_the_page_says_what_the_last_run_found() -> None:
    assert agreement.PAGE.read_text() == agreement.page(), "python bench/agree.py --page writes it anew"


_QUEUE = "arn:aws:sqs:eu-west-1:111122223333:orders"


@pytest.mark.parametrize(
    ("theirs", "ours", "passed", "failed", "alone", "differ"),
    [
        ("pass", "pass", 1, 0, 0, 0),
        ("fail", "fail", 0, 1, 0, 0),
        ("fail", "pass", 0, 0, 0, 1),
        ("pass", "unknown", 0, 0, 0, 1),
        (None, "pass", 0, 0, 1, 0),
        (None, "fail", 0, 0, 0, 1),
    ],
)
def test_verdicts_on_a_thing_are_compared(  # noqa: PLR0917 - a row of the table
    theirs: str | None, ours: str, passed: int, failed: int, alone: int, differ: int
) -> None:
    said = {"check": {_QUEUE: Verdict(theirs)}} if theirs else {}
    (found,) = agreement.compare(
        [Topic(("check",), ("rule",))], said, {"rule": {_QUEUE: Verdict(ours, "why")}}, {_QUEUE: "orders"}
    )
    assert (found.passed, found.failed, found.alone, len(found.differences)) == (passed, failed, alone, differ)
    assert all(each["thing"] == "orders" and each["our reason"] == "why" for each in found.differences)


def test_of_several_checks_the_worst_verdict_counts() -> None:
    said = {"one": {_QUEUE: Verdict("pass")}, "two": {_QUEUE: Verdict("fail")}}
    (found,) = agreement.compare([Topic(("one", "two"), ("rule",))], said, {"rule": {_QUEUE: Verdict("fail")}}, {})
    assert found.failed == 1


@pytest.mark.parametrize(
    ("by", "theirs", "ours"),
    [
        ("region", "arn:aws:guardduty:eu-west-1:111122223333:detector/7", "arn:aws:guardduty:eu-west-1::detector"),
        ("account", "arn:aws:iam::111122223333:root", "arn:aws:account::111122223333:account"),
        ("name", "arn:aws:ec2:eu-west-1:1:eip-allocation/eipalloc-1", "arn:aws:ec2:eu-west-1:1:elastic-ip/eipalloc-1"),
        ("arn", "arn:aws:ec2:eu-west-1:111122223333:snapshot/snap-1", "arn:aws:ec2:eu-west-1::snapshot/snap-1"),
        (
            "task-definition/([^:]+)",
            "arn:aws:ecs:eu-west-1:1:task-definition/web:3",
            "arn:aws:ecs:::task-definition/web",
        ),
    ],
)
def test_things_are_matched_by_what_the_topic_says(by: str, theirs: str, ours: str) -> None:
    said, judged = {"check": {theirs: Verdict("pass")}}, {"rule": {ours: Verdict("pass")}}
    (found,) = agreement.compare([Topic(("check",), ("rule",), by)], said, judged, {})
    assert (found.passed, found.alone) == (1, 0)


def test_an_explanation_covers_its_check_its_verdicts_and_its_things() -> None:
    explanation = Explanation("sqs_*", "pass", "fail", "theirs", "it is so", ("orders-*",))
    differs = {"thing": "orders-1", "theirs": "pass", "ours": "fail"}
    assert explanation.covers("sqs_public", differs)
    assert not explanation.covers("sns_public", differs)
    assert not explanation.covers("sqs_public", {**differs, "ours": "unknown"})
    assert not explanation.covers("sqs_public", {**differs, "thing": "mail"})
    compared = [Compared("sqs_public", ("sqs.public-queue",), differences=[differs])]
    assert not list(agreement.unexplained(compared, [explanation]))
    assert agreement.unused([], [explanation]) == [explanation]
