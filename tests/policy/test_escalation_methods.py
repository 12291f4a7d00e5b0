"""Every method works where all that it needs is there, and does not where anything is missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bartizan.policy import Layer
from bartizan.policy.escalation import METHODS, Hop, Method, Need, On, Target, build_graph
from bartizan.policy.escalation.method import Result
from policy.escalation_samples import (
    ADMIN_ARN,
    OTHER,
    OWN,
    SHAPES,
    Sample,
    allow,
    deny,
    needed,
    policy,
    role,
    sample,
    trust,
)

by_id = pytest.mark.parametrize("method", METHODS, ids=lambda method: method.id)
NEEDS = [(method, need) for method in METHODS for need in method.needs if not need.trusted]
by_need = pytest.mark.parametrize(
    ("method", "need"), NEEDS, ids=lambda each: getattr(each, "id", getattr(each, "action", ""))
)


def hops(made: Sample) -> list[Hop]:
    graph = build_graph(made.estate(), [made.method], SHAPES)
    return [hop for hop in graph.hops(made.caller.arn) if hop.method == made.method.id]


@by_id
def test_it_works_where_all_is_there(method: Method) -> None:
    made = sample(method)
    found = [hop for hop in hops(made) if hop.target == made.target]
    assert found
    assert not found[0].unknown
    assert not found[0].conditions
    actions = {step.action for step in found[0].steps}
    assert actions >= {need.action for need in method.needs}
    assert all(step.statements for step in found[0].steps)


@by_need
def test_it_stops_where_a_permission_is_missing(method: Method, need: Need) -> None:
    assert hops(sample(method).with_policy(*needed(method, without=need), allow("s3:*"))) == []


@by_need
def test_it_stops_where_a_permission_is_denied(method: Method, need: Need) -> None:
    assert hops(sample(method).with_policy(*needed(method), deny(need.action))) == []


@by_id
def test_a_boundary_stops_it(method: Method) -> None:
    made = sample(method)
    bound = (policy(allow("s3:*"), layer=Layer.BOUNDARY),)
    assert hops(replace(made, caller=replace(made.caller, boundary=bound))) == []


@by_id
def test_an_organization_stops_it(method: Method) -> None:
    made = sample(method)
    last = method.needs[-1]
    assert hops(replace(made, scps=(deny("s3:*"),)))
    assert hops(replace(made, scps=(deny(last.action),))) == []


@by_id
def test_it_needs_mfa_where_its_permissions_do(method: Method) -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    statements = [{**each, "Condition": mfa} for each in needed(method)]
    found = hops(sample(method).with_policy(*statements))
    assert found
    assert ("aws:multifactorauthpresent", ("true",)) in found[0].conditions


@pytest.mark.parametrize(
    "method", [each for each in METHODS if each.target not in {Target.SELF, Target.NOTHING}], ids=lambda each: each.id
)
def test_it_stops_without_what_it_is_used_on(method: Method) -> None:
    made = sample(method)
    bare = replace(made, others=(), groups=(), workloads=(), versions={})
    assert hops(replace(bare, caller=replace(made.caller, groups=(), attached=()))) == []


@pytest.mark.parametrize(
    "method", [each for each in METHODS if each.target is Target.PASSED_ROLE], ids=lambda each: each.id
)
def test_a_role_is_passed_only_where_service_and_trust_agree(method: Method) -> None:
    made = sample(method)
    passing = next(need for need in method.needs if need.action == "iam:PassRole")
    assert passing.context == (("iam:passedtoservice", (method.service,)),)
    strangers = role("boss", trust({"Service": "example.amazonaws.com"}))
    assert hops(replace(made, others=(strangers,))) == []
    elsewhere = {"StringEquals": {"iam:PassedToService": "example.amazonaws.com"}}
    rest = needed(method, without=passing)
    assert hops(made.with_policy(*rest, {**allow("iam:PassRole"), "Condition": elsewhere})) == []
    there = {"StringEquals": {"iam:PassedToService": method.service}}
    assert hops(made.with_policy(*rest, {**allow("iam:PassRole"), "Condition": there}))
    assert hops(made.with_policy(*rest, allow("iam:PassRole", f"arn:aws:iam::{OWN}:role/other"))) == []
    assert hops(made.with_policy(*rest, allow("iam:PassRole", f"arn:aws:iam::{OWN}:role/bo*")))


@pytest.mark.parametrize(
    "method", [each for each in METHODS if each.target is Target.WORKLOAD], ids=lambda each: each.id
)
def test_it_is_not_certain_where_workloads_were_not_read(method: Method) -> None:
    made = sample(method)
    estate = made.estate()
    estate.workloads = None
    graph = build_graph(estate, [method], SHAPES)
    found = [hop for hop in graph.hops(made.caller.arn) if hop.target == made.target]
    assert found
    assert method.workload in found[0].unknown


@pytest.mark.parametrize(
    "method", [each for each in METHODS if each.result is Result.ANYTHING], ids=lambda each: each.id
)
def test_what_it_gives_ends_at_the_boundary(method: Method) -> None:
    """Whoever keeps a boundary that allows no more gains nothing by writing its own policies."""
    made = sample(method)
    allowed = [need.action for need in method.needs]
    bound = (policy(allow(allowed), layer=Layer.BOUNDARY, name=f"arn:aws:iam::{OWN}:policy/bound"),)
    caller = replace(made.caller, boundary=bound)
    others = tuple(replace(each, boundary=bound) for each in made.others)
    found = hops(replace(made, caller=caller, others=others))
    # A new identity has no boundary, and who is rid of it has none either.
    assert bool(found) is (method.target is Target.NOTHING or method.lifts_boundary)


def test_entries_are_whole() -> None:
    assert len({each.id for each in METHODS}) == len(METHODS) >= 150
    for method in METHODS:
        assert method.id == method.id.lower().strip("-")
        assert method.title
        assert method.source.startswith("https://")
        for need in method.needs:
            found = SHAPES.reference.find(need.action)
            assert found is not None, need.action
            assert str(found) == need.action
            assert need.on is On.ANY or found.resources or need.on is On.WORKLOAD, need.action
        assert bool(method.service) is (method.target in {Target.PASSED_ROLE, Target.WORKLOAD})
        assert bool(method.workload) is (method.target is Target.WORKLOAD)


@pytest.mark.parametrize("method", [each for each in METHODS if each.profiled], ids=lambda each: each.id)
def test_a_role_without_an_instance_profile_is_given_to_no_instance(method: Method) -> None:
    made = sample(method)
    profile = f"arn:aws:iam::{OWN}:instance-profile/boss"
    assert hops(replace(made, others=(replace(made.others[0], profiles=(profile,)),)))
    assert hops(replace(made, others=(replace(made.others[0], profiles=()),))) == []


def test_only_administrator_access_counts_as_what_is_attached() -> None:
    method = next(each for each in METHODS if each.id == "attach-user-policy")
    made = sample(method)
    narrow = {"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/ReadOnlyAccess"}}
    assert hops(made.with_policy(allow("iam:AttachUserPolicy", **narrow))) == []
    wide = {"ArnLike": {"iam:PolicyARN": "arn:aws:iam::aws:policy/*"}}
    assert hops(made.with_policy(allow("iam:AttachUserPolicy", **wide)))
    denied = deny("iam:AttachUserPolicy", ArnEquals={"iam:PolicyARN": ADMIN_ARN})
    assert hops(made.with_policy(allow("iam:AttachUserPolicy"), denied)) == []


def test_new_roles_must_be_bounded_where_a_condition_says_so() -> None:
    method = next(each for each in METHODS if each.id == "create-role-and-put-policy")
    bounded = {"StringEquals": {"iam:PermissionsBoundary": f"arn:aws:iam::{OWN}:policy/bound"}}
    made = sample(method).with_policy(allow("iam:CreateRole", **bounded), allow("iam:PutRolePolicy"))
    assert hops(made) == []


def test_roles_of_other_accounts_are_not_passed() -> None:
    method = next(each for each in METHODS if each.id == "ec2-run-instances")
    made = sample(method)
    foreign = role("boss", trust({"Service": "ec2.amazonaws.com"}), account=OTHER)
    assert hops(replace(made, others=(foreign,))) == []


def test_an_instance_needs_every_resource_that_it_is_started_with() -> None:
    method = next(each for each in METHODS if each.id == "ec2-run-instances")
    only_instances = allow("ec2:RunInstances", f"arn:aws:ec2:*:{OWN}:instance/*")
    made = sample(method).with_policy(allow("iam:PassRole"), only_instances)
    assert hops(made) == []
    resources = ["instance/*", "network-interface/*", "security-group/*", "subnet/*", "volume/*"]
    every = allow(
        "ec2:RunInstances", [f"arn:aws:ec2:*:{OWN}:{each}" for each in resources] + ["arn:aws:ec2:*::image/*"]
    )
    assert hops(made.with_policy(allow("iam:PassRole"), every))
