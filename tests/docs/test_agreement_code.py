"""The comparison with Checkov: its checks and our rules are there, and every difference is explained."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

from bartizan.engine.catalog import Catalog
from code_agree import KNOWN, compared

PAGE = Path(__file__).parent.parent.parent / "docs" / "agreement-code.md"
AGREE = tomllib.loads(KNOWN.read_text(encoding="utf-8"))


def test_a_check_is_named_once_with_rules_that_there_are_or_with_the_reason_why_there_is_none() -> None:
    known = Catalog.load().rules
    assert {rule for rules in AGREE["same"].values() for rule in rules} <= known.keys()
    ids = [*AGREE["same"], *(each for listed in AGREE["none"].values() for each in listed)]
    assert [each for each, number in Counter(ids).items() if number > 1] == []
    assert len(ids) > 340


def test_a_difference_is_of_a_check_that_has_rules_and_says_whose_it_is() -> None:
    assert AGREE["apart"].keys() <= AGREE["same"].keys()
    assert {why.partition(": ")[0] for why in AGREE["apart"].values()} == {"theirs", "scope"}


def test_the_page_has_every_difference_and_every_check_without_a_rule() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for check_id, why in AGREE["apart"].items():
        rules = ", ".join(f"`{each}`" for each in AGREE["same"][check_id])
        assert any(
            line.startswith(f"| {check_id} | {rules} |") and line.endswith(f"| {why} |") for line in page.splitlines()
        ), check_id
    for why, ids in AGREE["none"].items():
        assert f"- {why} {len(ids)}: {', '.join(ids)}" in page


def test_a_check_fails_with_any_of_its_rules_and_what_is_unknown_is_neither() -> None:
    same = {"A": ["x", "y"]}
    theirs = {("f", "1"): {"A": True}, ("f", "2"): {"A": False}, ("f", "3"): {"A": True}, ("f", "4"): {"A": True}}
    ours = {
        ("f", "1"): {"x": True, "y": False},
        ("f", "2"): {"x": False},
        ("f", "3"): {"x": True, "y": None},
        ("f", "5"): {"x": False},
    }
    counts, differing = compared(same, theirs, ours)
    assert counts == {"A": Counter({"ours alone": 1, "agree": 1, "unknown": 1})}
    assert differing == {"A": ["ours alone: 1 in f"]}
