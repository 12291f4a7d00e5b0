"""Exposures against brute force: a class is found exactly where some caller of it gets a request through."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from bartizan.policy import GuardedResource, Layer, Organization, Policy, parse_policy
from bartizan.policy.symbolic import Exposures, Reach, exposures
from policy.oracle import Documents, oracle_decide
from policy.outsiders import MEMBER, ORGANIZATION, OWN, Class, Outsiders, Thing, from_anywhere, resource_policies

ALL = parse_policy({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
HOME = Organization(id=ORGANIZATION, paths={OWN: "", MEMBER: ""})
OWN_WAYS = (Reach.SERVICE, Reach.FEDERATED)


def _brute(outsiders: Outsiders, documents: Documents) -> dict[tuple[Class, str], bool]:
    """The classes that get in, and whether from anywhere; each with the organization by which alone it does."""
    found: dict[tuple[Class, str], bool] = {}
    for who, within, requests in outsiders.calls():
        if found.get((who, within)):
            continue
        passed = [from_anywhere(each) for each in requests if oracle_decide(each, documents)]
        if passed:
            found[who, within] = any(passed)
    return found


def _expected(brute: dict[tuple[Class, str], bool]) -> dict[Class, bool]:
    """What is to be told: nobody who is among those that have been told."""
    public = any(brute.get(((reach, ""), "")) for reach in (Reach.ANYONE, Reach.ANY_ACCOUNT))
    expected: dict[Class, bool] = {}
    for (who, within), openly in brute.items():
        if who[0] is Reach.ANY_ACCOUNT and brute.get(((Reach.ANYONE, ""), "")):
            continue
        if public and who[0] not in (*OWN_WAYS, Reach.ANYONE, Reach.ANY_ACCOUNT):
            continue
        whole = brute.get(((Reach.ORGANIZATION, within), "")) if within else None
        if whole is None or (openly and not whole):
            expected[who] = expected.get(who, False) or openly
    return expected


def _told(answer: Exposures) -> dict[Class, bool]:
    return {(each.reach, each.who): not each.limits for each in answer.found}


@settings(max_examples=60, deadline=None)
@given(resource_policies(), st.booleans())
def test_a_class_is_found_exactly_where_brute_force_finds_a_request(
    guarded: tuple[Thing, dict[str, Any]], at_home: bool
) -> None:
    thing, policy = guarded
    document = parse_policy(policy)
    resource = GuardedResource(arn=thing.arn, account=OWN, policies=(Policy(document, Layer.RESOURCE),))
    answer = exposures(resource, organization=HOME if at_home else None, actions=thing.actions)
    brute = _brute(Outsiders(thing, policy, at_home), Documents(identity=(ALL,), resource=(document,)))
    event("nobody" if not brute else "public" if answer.public else "some")
    assert answer.undecided == ()
    assert _told(answer) == _expected(brute), json.dumps(policy)
    for each in answer.found:
        assert each.witness.principal.account != OWN or each.reach is Reach.FEDERATED
        assert oracle_decide(each.witness, Documents(identity=(ALL,), resource=(document,)))
