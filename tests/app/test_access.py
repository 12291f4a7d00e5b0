"""What somebody may do: held against single decisions, and fast for the largest policies there are."""

from __future__ import annotations

import datetime as dt
import json
import time
from pathlib import Path
from typing import Any

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from app.export_sample import (
    ADMIN,
    ANNA,
    APP,
    BOB,
    MEDIA,
    OWN,
    PUBLIC,
    READ_ONLY,
    SHARED,
    attached,
    details,
    found_in,
    inline,
    managed,
    statement,
)
from bartizan.app.access import Access, access
from bartizan.app.asking import default_context
from bartizan.app.estate import FoundEstate
from bartizan.model import InputError

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> FoundEstate:
    return found_in(tmp_path_factory.mktemp("export"))


def actions(answer: Access) -> set[str]:
    return {str(action) for service in answer.services for grant in service.grants for action in grant.actions}


def test_group_policies_are_counted_by_level(found: FoundEstate) -> None:
    answer = access(found, ANNA, NOW)
    assert [each.prefix for each in answer.services] == ["ec2", "s3", "sqs"]
    s3 = answer.services[1].facts()["levels"]
    assert s3["Read"]["allowed"] > 50
    assert s3["Write"]["allowed"] == 0
    assert {"s3:GetObject", "sqs:GetQueueUrl", "ec2:DescribeVpcs"} <= actions(answer)
    assert not answer.administrator


def test_a_boundary_takes_away(found: FoundEstate) -> None:
    assert actions(access(found, BOB, NOW)) == {each for each in actions(access(found, ANNA, NOW)) if "s3:Get" in each}


def test_resources_and_conditions_are_told(found: FoundEstate) -> None:
    (service,) = access(found, APP, NOW).services
    (grant,) = service.grants
    assert [str(each) for each in grant.actions] == ["s3:GetObject"]
    assert grant.resources == (f"{MEDIA}/a/*",)
    assert grant.how.context == {"aws:sourceip": ("203.0.113.0",)}


def test_an_administrator_is_one_but_for_what_an_scp_denies(found: FoundEstate, tmp_path: Path) -> None:
    bounded = access(found, ADMIN, NOW)
    assert bounded.missing == ("s3:DeleteBucket",)
    assert not bounded.administrator
    free = access(found_in(tmp_path, organization={"Accounts": []}), ADMIN, NOW)
    assert free.administrator
    assert free.facts()["actions"] == {"allowed": free.total, "of": free.total}


def test_what_resources_give_is_told(found: FoundEstate) -> None:
    given = {
        guarded.arn: [str(each) for each in grant.actions] for guarded, grant in access(found, APP, NOW).by_resource
    }
    assert given == {PUBLIC: ["s3:GetObject"]}
    session = access(found, f"arn:aws:sts::{OWN}:assumed-role/app/build", NOW)
    assert {guarded.arn for guarded, _ in session.by_resource} == {PUBLIC, SHARED}


def test_roles_that_may_be_assumed_are_told(tmp_path: Path) -> None:
    own = details()
    own["RoleDetailList"][1]["AssumeRolePolicyDocument"] = {
        "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": OWN}}
    }
    own["UserDetailList"][0]["UserPolicyList"] = inline("assume", statement("Allow", "sts:AssumeRole", ADMIN))
    found = found_in(tmp_path, details=own)
    assert ADMIN in {guarded.arn for guarded, _ in access(found, ANNA, NOW).by_resource}
    assert ADMIN not in {guarded.arn for guarded, _ in access(found, BOB, NOW).by_resource}


def test_an_action_on_a_resource_of_another_type_is_not_allowed(tmp_path: Path) -> None:
    own = details()
    bucket_only = statement("Allow", ["s3:GetObject", "s3:ListBucket"], MEDIA)
    own["RoleDetailList"][0]["RolePolicyList"] = inline("bucket", bucket_only)
    assert actions(access(found_in(tmp_path, details=own), APP, NOW)) == {"s3:ListBucket"}


def test_denials_are_weighed(tmp_path: Path) -> None:
    own = details()
    own["RoleDetailList"][0]["RolePolicyList"] = inline(
        "mixed",
        statement("Allow", "sqs:*"),
        statement("Deny", "sqs:DeleteQueue"),
        statement("Deny", "sqs:SendMessage", "arn:aws:sqs:*:*:prod-*"),
    )
    answer = access(found_in(tmp_path, details=own), APP, NOW, ["sqs"])
    assert "sqs:DeleteQueue" not in actions(answer)
    (send,) = (grant for grant in answer.services[0].grants if "sqs:SendMessage" in map(str, grant.actions))
    assert [each.index for each in send.denied] == [2]
    assert not send.everywhere


@pytest.mark.parametrize("principal", [ANNA, BOB, APP, ADMIN])
def test_every_single_decision_on_its_own_witness_agrees(found: FoundEstate, principal: str) -> None:
    answer = access(found, principal, NOW, ["s3"])
    identity = found.estate.identities[principal]
    allowed = actions(answer)
    for service in answer.services:
        for grant in service.grants:
            context = {**default_context(NOW), **grant.how.context}
            for action in grant.actions:
                assert found.estate.decide(identity.principal, str(action), grant.how.request.resource, context).allowed
    for action in ("s3:PutObject", "s3:GetObject", "s3:DeleteBucket", "s3:ListAllMyBuckets"):
        if action not in allowed:
            assert not found.estate.decide(identity.principal, action, f"{MEDIA}/a/b", default_context(NOW)).allowed


def test_what_was_not_read_is_told(tmp_path: Path) -> None:
    answer = access(found_in(tmp_path, details={**details(), "Policies": []}), ANNA, NOW)
    assert answer.unread == (f"{READ_ONLY} (not read)",)
    assert not answer.services


@pytest.mark.parametrize(
    ("principal", "services", "said"),
    [("nobody", (), "there is no user or role"), ("*", (), "no policies of its own"), ("anna", ("s4",), "no service")],
)
def test_what_cannot_be_understood_is_refused(
    found: FoundEstate, principal: str, services: tuple[str, ...], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        access(found, principal, NOW, services)


def _of_aws(name: str) -> dict[str, Any]:
    document = json.loads(aws_managed_policies_data)[name]["Document"]
    return managed(f"arn:aws:iam::aws:policy/{name}", *document["Statement"])


@pytest.mark.parametrize("name", ["AdministratorAccess", "ReadOnlyAccess", "PowerUserAccess", "SecurityAudit"])
def test_the_largest_policies_take_less_than_two_seconds(tmp_path: Path, name: str) -> None:
    policy = _of_aws(name)
    own = {**details(), "Policies": [policy]}
    own["UserDetailList"][0] |= {"GroupList": [], "AttachedManagedPolicies": attached(policy["Arn"])}
    found = found_in(tmp_path, details=own)
    start = time.process_time()
    answer = access(found, ANNA, NOW)
    assert time.process_time() - start < 2
    assert answer.count > 1000
    assert not answer.undecided


def test_an_rcp_that_denies_everything_binds_only_the_services_that_know_rcps(tmp_path: Path) -> None:
    deny = {"Statement": statement("Deny", "*", Principal="*")}
    around = {"Accounts": [{"Id": OWN, "ResourceControlPolicies": [["RCPFullAWSAccess", deny]]}]}
    answer = access(found_in(tmp_path, organization=around), ADMIN, NOW, ["ec2", "s3", "sqs"])
    assert [each.prefix for each in answer.services] == ["ec2"]
