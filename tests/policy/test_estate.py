"""From identities, resources and organization to the authorization of a request."""

from __future__ import annotations

from typing import Any

from bartizan.policy import (
    Estate,
    GuardedResource,
    Identity,
    Layer,
    Organization,
    Outcome,
    Policy,
    Principal,
    PrincipalKind,
    parse_policy,
)

OWN, OTHER = "111122223333", "444455556666"
ROLE = f"arn:aws:iam::{OWN}:role/teams/app"
FULL: dict[str, Any] = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def _policy(layer: Layer, *statements: dict[str, Any]) -> Policy:
    return Policy(parse_policy({"Version": "2012-10-17", "Statement": list(statements)}), layer, "p")


def _estate(**more: Any) -> Estate:
    role = Identity(
        principal=Principal(kind=PrincipalKind.ROLE, arn=ROLE, account=OWN, tags={"team": "web"}),
        policies=(_policy(Layer.IDENTITY, {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}),),
        trust=_policy(Layer.RESOURCE, {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": OTHER}}),
    )
    return Estate([role], **more)


def test_a_session_has_its_roles_policies_path_and_tags() -> None:
    session = Principal.parse(f"arn:aws:sts::{OWN}:assumed-role/app/build")
    estate = _estate()
    assert estate.decide(session, "s3:GetObject", "arn:aws:s3:::b/k").allowed
    attributes = estate.request(session, "s3:GetObject").attributes()
    assert attributes["aws:principalarn"] == (ROLE,)
    assert attributes["aws:principaltag/team"] == ("web",)


def test_what_lies_within_a_resource_is_guarded_by_it() -> None:
    denial = _policy(
        Layer.RESOURCE, {"Effect": "Deny", "Action": "*", "Principal": "*", "Resource": "arn:aws:s3:::b/*"}
    )
    estate = _estate(resources=[GuardedResource(arn="arn:aws:s3:::b", account=OWN, policies=(denial,))])
    decision = estate.decide(Principal.parse(ROLE), "s3:GetObject", "arn:aws:s3:::b/deep/key")
    assert decision.outcome is Outcome.EXPLICITLY_DENIED
    assert decision.layer is Layer.RESOURCE


def test_a_bucket_of_another_account_needs_its_policy_too() -> None:
    estate = _estate(resources=[GuardedResource(arn="arn:aws:s3:::b", account=OTHER)])
    decision = estate.decide(Principal.parse(ROLE), "s3:GetObject", "arn:aws:s3:::b/key")
    assert decision.outcome is Outcome.IMPLICITLY_DENIED
    assert decision.missing == ("resource-based policy",)


def test_scps_bind_the_callers_account_but_not_the_management_account() -> None:
    levels = ((_policy(Layer.SCP, FULL),), (_policy(Layer.SCP, {**FULL, "Action": "ec2:*"}),))
    bound = _estate(organization=Organization(id="o-1", management_account=OTHER, scps={OWN: levels}))
    decision = bound.decide(Principal.parse(ROLE), "s3:GetObject", "arn:aws:s3:::b/key")
    assert decision.missing == ("service control policy at level 2",)
    free = _estate(organization=Organization(id="o-1", management_account=OWN, scps={OWN: levels}))
    assert free.decide(Principal.parse(ROLE), "s3:GetObject", "arn:aws:s3:::b/key").allowed


def test_a_role_is_guarded_by_its_trust() -> None:
    allowed = _policy(Layer.IDENTITY, {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"})
    callers = {
        account: Identity(principal=Principal.parse(f"arn:aws:iam::{account}:user/deployer"), policies=(allowed,))
        for account in (OTHER, "222233334444")
    }
    estate = Estate([*_estate().identities.values(), *callers.values()])
    assert estate.decide(callers[OTHER].principal, "sts:AssumeRole", ROLE).allowed
    assert not estate.decide(callers["222233334444"].principal, "sts:AssumeRole", ROLE).allowed
    # AWS lets no root user assume a role.
    assert not estate.decide(Principal.parse(OTHER), "sts:AssumeRole", ROLE).allowed
