"""Hostile policies: an answer, or none, in bounded time."""

from __future__ import annotations

import random
from typing import Any

import pytest

from bartizan.policy import Layer, Policy, parse_policy
from bartizan.policy.symbolic import RequestSet, Undecided, solver


def _policy(*statements: dict[str, Any]) -> Policy:
    return Policy(parse_policy({"Version": "2012-10-17", "Statement": list(statements)}), Layer.IDENTITY)


def _statement(effect: str = "Allow", action: str = "*", resource: Any = "*", **condition: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, "Condition": condition}


def _beyond(one: Policy, other: Policy) -> dict[str, tuple[str, ...]] | None:
    return (RequestSet.granted([one]) - RequestSet.granted([other])).witness()


def _clauses(count: int, variables: int) -> list[dict[str, Any]]:
    """A puzzle of three literals a clause, each clause a statement that denies its opposite."""
    chance = random.Random(1)  # noqa: S311 - no secret
    tags = [f"aws:PrincipalTag/v{number}" for number in range(variables)]
    return [
        _statement("Deny", Null={tag: chance.choice(["true", "false"]) for tag in chance.sample(tags, 3)})
        for _ in range(count)
    ]


def test_hundreds_of_stars() -> None:
    stars = "*".join("abcdefghij" * 30)
    wide, narrow = _policy(_statement(resource=f"*{stars}*")), _policy(_statement(resource=f"*{stars}*x"))
    assert _beyond(narrow, wide) is None
    assert _beyond(wide, narrow) is not None
    marks = _policy(_statement(resource="arn:" + "?" * 300))
    assert _beyond(marks, _policy(_statement(resource="arn:*" + "?" * 299 + "*"))) is None


def test_thousands_of_statements_against_themselves() -> None:
    statements = [
        _statement(
            action=f"s{number % 50}:Get{number}*",
            resource=f"arn:aws:s3:::b{number}*",
            StringLike={"aws:PrincipalTag/team": f"t{number}-*"},
        )
        for number in range(2000)
    ]
    policy = _policy(*statements)
    assert _beyond(policy, policy) is None
    found = _beyond(policy, _policy(*statements[:-1]))
    assert found is not None
    assert found["aws:principaltag/team"][0].startswith("t1999-")


def test_megabytes_of_resources() -> None:
    named = [f"arn:aws:s3:::bucket-{number:06}-{'x' * 60}/*" for number in range(20_000)]
    assert _beyond(_policy(_statement(resource=named)), _policy(_statement(resource="arn:aws:s3:::bucket-0*"))) is None


def test_a_small_puzzle_is_solved() -> None:
    assert RequestSet.granted([_policy(_statement(), *_clauses(60, 20))]).witness() is not None
    assert RequestSet.granted([_policy(_statement(), *_clauses(140, 20))]).witness() is None


def test_a_large_puzzle_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solver, "_MOST_WORK", 20_000)
    with pytest.raises(Undecided, match="overlap"):
        RequestSet.granted([_policy(_statement(), *_clauses(430, 100))]).witness()


def test_what_is_nested_too_deeply_is_given_up() -> None:
    denials = [
        _statement("Deny", StringNotLike={f"aws:PrincipalTag/k{number}": "x*", f"aws:PrincipalTag/l{number}": "y*"})
        for number in range(520)
    ]
    with pytest.raises(Undecided, match="deeply"):
        RequestSet.granted([_policy(_statement(), *denials)]).witness()
