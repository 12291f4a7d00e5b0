"""Decisions against a second, naive evaluator on random policies, and what must hold of every decision."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.policy import Outcome, Request, decide, parse_policy
from policy.oracle import Documents, oracle_decide
from policy.strategies import authorization, conditions, documents, requests


@settings(max_examples=400, deadline=None)
@given(requests(), documents)
def test_both_evaluators_agree(request: Request, documents: Documents) -> None:
    decision = decide(request, authorization(documents))
    assert decision.allowed is oracle_decide(request, documents), decision


@settings(max_examples=600, deadline=None)
@given(requests(), conditions(1), st.sampled_from(["2012-10-17", "2012-10-17", "2008-10-17"]))
def test_both_evaluators_read_conditions_alike(request: Request, condition: dict[str, Any], version: str) -> None:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*", "Condition": condition}
    only = Documents(resource=(parse_policy({"Version": version, "Statement": statement}),))
    asked = replace(request, resource_account=request.principal.account)
    assert decide(asked, authorization(only)).allowed is oracle_decide(asked, only), condition


@settings(max_examples=150, deadline=None)
@given(requests(), documents)
def test_a_decision_gives_its_reasons(request: Request, documents: Documents) -> None:
    decision = decide(request, authorization(documents))
    if decision.outcome is Outcome.EXPLICITLY_DENIED:
        assert [each.allows for each in decision.statements] == [False]
    else:
        assert all(each.allows for each in decision.statements)
        assert bool(decision.missing) is (decision.outcome is Outcome.IMPLICITLY_DENIED)


@settings(max_examples=150, deadline=None)
@given(requests(), documents)
def test_organizations_and_limits_only_take_away(request: Request, documents: Documents) -> None:
    if request.principal.kind == "federated-user":
        return  # A session policy gives, where its absence takes all.
    free = replace(documents, boundary=None, session=None, endpoint=None, scps=(), rcps=())
    if decide(request, authorization(documents)).allowed:
        assert decide(request, authorization(free)).allowed
