"""What became of a finding between two scans; nothing is fixed because it was not looked at."""

from __future__ import annotations

import pytest

from bartizan.engine.diff import Change, Seen, changed_fields, compare, flat
from bartizan.model import Severity, Status

GOOD = {"versioning": True}
BAD = {"versioning": False}
FAILS = Seen(status=Status.FAIL, severity=Severity.HIGH, problems=("off",), fields=BAD)
PASSES = Seen(fields=GOOD)


@pytest.mark.parametrize(
    ("before", "after", "change", "why"),
    [
        (PASSES, FAILS, Change.NEW, "the resource changed"),
        (Seen(), FAILS, Change.NEW, "the resource is new"),
        (Seen(hidden="denied"), FAILS, Change.NEW, "it was not seen before: denied"),
        (Seen(fields=BAD), FAILS, Change.NEW, "nothing that the rule looks at in the resource changed"),
        (Seen(judged=False, hidden="the rule took no part"), FAILS, Change.NEW, "the rule took no part"),
        (Seen(status=Status.SUPPRESSED, fields=BAD), FAILS, Change.NEW, "it was accepted before"),
        (Seen(status=Status.UNKNOWN, fields={}), FAILS, Change.NEW, "it could not be judged before"),
        (FAILS, PASSES, Change.FIXED, "the resource changed"),
        (FAILS, Seen(), Change.FIXED, "the resource is gone"),
        (FAILS, Seen(hidden="the list was denied"), Change.UNSEEN, "the list was denied"),
        (FAILS, Seen(judged=False, hidden="the account was not scanned"), Change.UNSEEN, "the account was not scanned"),
        (FAILS, Seen(judged=False, fields=BAD), Change.UNSEEN, "it was not judged"),
        (
            FAILS, Seen(status=Status.UNKNOWN, problems=("denied",), fields={}), Change.UNSEEN,
            "it cannot be judged any more: denied",
        ),
        (FAILS, Seen(status=Status.SUPPRESSED, fields=BAD), Change.ACCEPTED, "it is accepted now"),
        (FAILS, Seen(status=Status.ADVICE, fields=BAD), Change.CHANGED, "it is advice now"),
        (FAILS, FAILS, Change.OPEN, "nothing that the rule looks at in the resource changed"),
        (
            FAILS, Seen(status=Status.FAIL, severity=Severity.LOW, problems=("off",), fields=BAD), Change.CHANGED,
            "nothing that the rule looks at in the resource changed",
        ),
        (
            FAILS, Seen(status=Status.FAIL, severity=Severity.HIGH, problems=("other",), fields=GOOD), Change.CHANGED,
            "the resource changed",
        ),
    ],
)  # fmt: skip
def test_what_became_of_a_failure_and_why(before: Seen, after: Seen, change: Change, why: str) -> None:
    found = compare(before, after)
    assert (found.change, found.why) == (change, why)


def test_the_fields_that_made_it_so_are_told_with_both_values() -> None:
    (field,) = compare(PASSES, FAILS).fields
    assert (field.name, field.before, field.after) == ("versioning", True, False)
    hidden = Seen(fields={"versioning": None}, unread=frozenset({"versioning"}))
    assert compare(hidden, FAILS).fields == ()


def test_the_order_of_lists_is_no_change() -> None:
    old = {"a": [{"x": [2, 1]}, {"y": 1}], "b": 1, "gone": 1}
    new = {"a": [{"y": 1}, {"x": [1, 2]}], "b": 2, "come": 1}
    assert [each.name for each in changed_fields(old, new)] == ["b", "come", "gone"]


def test_nested_settings_are_named_by_their_way() -> None:
    assert flat({"a": {"b": {"c": 1}, "d": []}, "e": {}}) == {"a.b.c": 1, "a.d": [], "e": {}}
