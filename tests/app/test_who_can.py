"""Everybody who may do something, by groups, boundaries, SCPs, sessions and from outside; and nobody else."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.export_sample import (
    ADMIN,
    ANNA,
    APP,
    BOB,
    KEY,
    MEDIA,
    OWN,
    PUBLIC,
    SESSION,
    SHARED,
    VENDOR,
    details,
    document,
    found_in,
    inline,
    resource_policies,
    statement,
)
from bartizan.app.asking import default_context
from bartizan.app.estate import FoundEstate
from bartizan.app.who_can import Entry, WhoCan, who_can
from bartizan.model import InputError

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
ROOT = f"arn:aws:iam::{OWN}:root"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> FoundEstate:
    return found_in(tmp_path_factory.mktemp("export"))


def names(entries: tuple[Entry, ...]) -> set[str]:
    return {each.principal.session or each.principal.arn for each in entries}


def asked(found: FoundEstate, action: str, resource: str) -> WhoCan:
    return who_can(found, action, resource, NOW)


@pytest.mark.parametrize(
    ("action", "resource", "definite", "conditional"),
    [
        ("s3:GetObject", f"{MEDIA}/a/x", {ROOT, ANNA, BOB, ADMIN}, {APP}),
        ("s3:GetObject", f"{MEDIA}/b/x", {ROOT, ANNA, BOB, ADMIN}, set()),
        ("s3:PutObject", f"{MEDIA}/a/x", {ROOT, ADMIN}, set()),
        ("s3:PutObject", f"{SHARED}/x", {ROOT, ADMIN, SESSION}, set()),
        ("s3:GetObject", f"{PUBLIC}/x", {ROOT, ANNA, BOB, ADMIN, APP}, set()),
        ("s3:DeleteBucket", MEDIA, set(), set()),
        ("kms:Decrypt", KEY, {ROOT, ADMIN}, set()),
        ("sqs:GetQueueUrl", f"arn:aws:sqs:eu-west-1:{OWN}:*", {ROOT, ANNA, ADMIN}, set()),
        ("iam:CreateUser", f"arn:aws:iam::{OWN}:user/new", {ROOT, ADMIN}, set()),
    ],
)
def test_who_may(found: FoundEstate, action: str, resource: str, definite: set[str], conditional: set[str]) -> None:
    answer = asked(found, action, resource)
    assert names(answer.definite) == definite
    assert names(answer.conditional) == conditional
    assert not answer.unknown
    assert not answer.undecided


def test_a_condition_is_told_by_a_request_that_meets_it(found: FoundEstate) -> None:
    (app,) = asked(found, "s3:GetObject", f"{MEDIA}/*").conditional
    assert app.how is not None
    assert app.how.context == {"aws:sourceip": ("203.0.113.0",)}
    assert app.how.request.resource.startswith(f"{MEDIA}/a/")
    assert app.facts()["statements"][0]["policy"] == "inline policy folder"


def test_outsiders_are_told_with_their_names(found: FoundEstate) -> None:
    (vendor,) = asked(found, "s3:GetObject", f"{SHARED}/x").outside
    assert (vendor.account, vendor.vendor, vendor.level) == (VENDOR, "Datadog", "vendor")
    assert not asked(found, "s3:PutObject", f"{SHARED}/x").outside
    assert [each.level for each in asked(found, "s3:GetObject", f"{PUBLIC}/x").outside] == ["public"]


def test_an_account_of_the_estate_is_no_outsider(tmp_path: Path) -> None:
    other = f"arn:aws:iam::{VENDOR}:role/reader"
    more = details()
    trust = document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": VENDOR}})
    more["RoleDetailList"].append(
        {
            "Path": "/", "RoleName": "reader", "RoleId": "AROA9", "Arn": other, "AssumeRolePolicyDocument": trust,
            "AttachedManagedPolicies": [], "RolePolicyList": inline("get", statement("Allow", "s3:Get*")),
        }
    )  # fmt: skip
    owned = {arn: {"Policy": policy, "Account": OWN} for arn, policy in resource_policies().items() if "s3" in arn}
    answer = asked(found_in(tmp_path, details=more, resources=owned), "s3:GetObject", f"{SHARED}/x")
    assert other in names(answer.definite)
    assert not answer.outside


def test_what_was_not_read_is_perhaps(tmp_path: Path) -> None:
    found = found_in(tmp_path, details={**details(), "Policies": []})
    answer = asked(found, "s3:GetObject", f"{MEDIA}/b")
    assert names(answer.unknown) == {ANNA}
    bob = next(each for each in answer.definite if each.principal.arn == BOB)
    assert "policy/bound (not read)" in bob.doubts[0]


def test_variables_and_tags_are_those_of_the_identity(tmp_path: Path) -> None:
    own = details()
    folder = statement("Allow", "s3:GetObject", f"{MEDIA}/${{aws:username}}/*")
    tagged = statement("Allow", "s3:PutObject", Condition={"StringEquals": {"aws:PrincipalTag/team": "web"}})
    own["UserDetailList"][0]["UserPolicyList"] = inline("own", folder, tagged)
    own["UserDetailList"][0]["GroupList"] = []
    own["RoleDetailList"][0]["RolePolicyList"] = inline("own", folder, tagged)
    found = found_in(tmp_path, details=own)
    assert ANNA in names(asked(found, "s3:GetObject", f"{MEDIA}/anna/x").definite)
    assert ANNA not in names(asked(found, "s3:GetObject", f"{MEDIA}/bob/x").definite)
    put = asked(found, "s3:PutObject", f"{MEDIA}/anna/x")
    assert names(put.conditional) == {APP}, "a session may bring the tag, a user has only its own"


@pytest.mark.parametrize(
    ("action", "resource", "said"),
    [
        ("s3:*", "*", "stands for many actions"),
        ("GetObject", "*", "write the service"),
        ("s3:GetObject", "b", "no resource"),
    ],
)
def test_what_cannot_be_understood_is_refused(found: FoundEstate, action: str, resource: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        asked(found, action, resource)


RESOURCES = [f"{MEDIA}/a/x", f"{SHARED}/x", f"{PUBLIC}/x", MEDIA, KEY, ADMIN]
ACTIONS = ["s3:GetObject", "s3:PutObject", "s3:DeleteBucket", "kms:Decrypt", "sts:AssumeRole"]


@settings(max_examples=40, deadline=None)
@given(action=st.sampled_from(ACTIONS), resource=st.sampled_from(RESOURCES))
def test_the_answer_is_that_of_single_decisions(found: FoundEstate, action: str, resource: str) -> None:
    definite = names(asked(found, action, resource).definite)
    for arn, identity in found.estate.identities.items():
        single = found.estate.decide(identity.principal, action, resource, default_context(NOW))
        assert (arn in definite) is single.allowed, arn
