"""The solver against the naive evaluator: what it finds is so decided there, and where it finds nothing, nothing is."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import event, given, settings
from hypothesis import strategies as st

from bartizan.policy import Principal, Request
from bartizan.policy.conditions import Constraint, texts
from bartizan.policy.symbolic import Formula, Undecided, both, opposite, permitted, request_of, solve
from bartizan.policy.symbolic.formula import constraints_in
from policy.oracle import Documents, oracle_decide
from policy.strategies import ACTIONS, OTHER, OWN, authorization, documents, principals, requests


def _known(principal: Principal, owner: str, formula: Formula) -> dict[str, tuple[str, ...]]:
    """What holds of each request of this caller: what it is, and that it is nothing else."""
    missing = {key: () for key in _keys(formula) if key.startswith(_OF_CALLER)}
    of_resource = {key: () for key in _keys(formula) if key.startswith(("aws:resourcetag/", "aws:resourceorg"))}
    return {**missing, **of_resource, **principal.attributes, "aws:resourceaccount": (owner,)}


_OF_CALLER = ("aws:principal", "aws:user", "kms:calleraccount", "aws:federatedprovider", "nothing:")


_ASKED = Constraint("action", texts(sorted({each.lower() for each in ACTIONS}), wildcards=False, variables=False))
"""The oracle knows the services of these actions only."""


def _keys(formula: Formula) -> set[str]:
    return {key for each in constraints_in(formula) for key in (each.key, *each.values.keys)}


@settings(max_examples=120, deadline=None)
@given(documents, principals, st.sampled_from([OWN, OTHER]), st.lists(requests(), max_size=12))
def test_what_is_found_is_allowed_by_the_oracle_and_where_nothing_is_nothing_is(
    documents: Documents, principal: Principal, owner: str, asked: list[Request]
) -> None:
    formula = both(permitted(principal, authorization(documents), owner=owner), _ASKED)
    known = _known(principal, owner, formula)
    try:
        found = solve(formula, known)
    except Undecided:
        event("undecided")
        return
    event("found" if found else "none")
    if found is not None:
        assert oracle_decide(request_of(found, principal, owner), documents)
        return
    for each in asked:
        mine = replace(each, principal=principal, resource_account=owner, resource_tags={}, resource_organization="")
        assert not oracle_decide(mine, documents)


@settings(max_examples=120, deadline=None)
@given(documents, documents, principals, st.lists(requests(), max_size=12))
def test_what_one_allows_beyond_another_is_so_decided_by_the_oracle(
    some: Documents, others: Documents, principal: Principal, asked: list[Request]
) -> None:
    owner = principal.account or OWN
    one, other = (permitted(principal, authorization(each), owner=owner) for each in (some, others))
    formula = both(one, opposite(other), _ASKED)
    try:
        found = solve(formula, _known(principal, owner, formula))
    except Undecided:
        event("undecided")
        return
    event("found" if found else "none")
    if found is not None:
        request = request_of(found, principal, owner)
        assert oracle_decide(request, some)
        assert not oracle_decide(request, others)
        return
    for each in asked:
        mine = replace(each, principal=principal, resource_account=owner, resource_tags={}, resource_organization="")
        assert not oracle_decide(mine, some) or oracle_decide(mine, others)


@settings(max_examples=100, deadline=None)
@given(documents, principals, st.sampled_from([OWN, OTHER]))
def test_nothing_is_allowed_beyond_itself(documents: Documents, principal: Principal, owner: str) -> None:
    formula = permitted(principal, authorization(documents), owner=owner)
    assert solve(both(formula, opposite(formula)), _known(principal, owner, formula)) is None
