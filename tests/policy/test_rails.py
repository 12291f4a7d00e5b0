"""What the policies of an organization leave possible."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bartizan.policy import PolicyDocument, parse_policy
from bartizan.policy.rails import Attempt, Rails, deny_nothing, gets_through

ACCOUNT = "222233334444"
FULL = parse_policy({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
STOP = ("cloudtrail:StopLogging", "cloudtrail:DeleteTrail")
STOPPING = Attempt(actions=STOP)
S3_ONLY = parse_policy({"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}})


def deny(action: Any, **more: Any) -> PolicyDocument:
    statement = {"Effect": "Deny", "Action": action, "Resource": "*", **more}
    return parse_policy({"Version": "2012-10-17", "Statement": [statement]})


def but(*principals: str, operator: str = "ArnNotLike") -> dict[str, Any]:
    return {"Condition": {operator: {"aws:PrincipalArn": list(principals)}}}


def test_full_access_denies_nothing_and_one_denial_is_something() -> None:
    assert deny_nothing(((FULL,), (FULL,)))
    assert deny_nothing(())
    assert not deny_nothing(((FULL,), (FULL, deny("cloudtrail:StopLogging"))))
    assert not deny_nothing(((FULL,), (S3_ONLY,)))


@pytest.mark.parametrize(
    "rails",
    [
        ((FULL, deny("cloudtrail:*")), (FULL,)),
        ((FULL,), (FULL, deny(list(STOP)))),
        ((FULL, deny(STOP[0])), (FULL, deny(STOP[1]))),
        # Nothing but S3 is allowed at the second level.
        ((FULL,), (S3_ONLY,)),
        ((FULL, deny("cloudtrail:*", **but("arn:aws:iam::*:role/aws-service-role/*"))),),
    ],
)
def test_a_denial_at_any_level_is_a_proof(rails: Rails) -> None:
    assert gets_through(rails, ACCOUNT, STOPPING) is None


def test_what_gets_through_is_named() -> None:
    assert gets_through((), ACCOUNT, STOPPING) == (f"arn:aws:iam::{ACCOUNT}:role/admin", STOP[0])
    assert gets_through(((FULL, deny(STOP[0])),), ACCOUNT, STOPPING) == (f"arn:aws:iam::{ACCOUNT}:role/admin", STOP[1])


def test_an_exception_is_named_unless_it_is_meant() -> None:
    rails = ((FULL, deny("cloudtrail:*", **but("arn:aws:iam::*:role/break-glass"))),)
    found = gets_through(rails, ACCOUNT, STOPPING)
    assert found is not None
    assert found[0] == f"arn:aws:iam::{ACCOUNT}:role/break-glass"
    assert gets_through(rails, ACCOUNT, Attempt(actions=STOP, exempt=("arn:aws:iam::*:role/break-glass",))) is None
    assert gets_through(rails, ACCOUNT, Attempt(actions=STOP, exempt=("arn:aws:iam::*:role/other",))) is not None


def test_an_exception_for_another_account_is_none_for_this_one() -> None:
    rails = ((FULL, deny("cloudtrail:*", **but("arn:aws:iam::999999999999:role/admin"))),)
    assert gets_through(rails, ACCOUNT, STOPPING) is None
    assert gets_through(rails, "999999999999", STOPPING) == ("arn:aws:iam::999999999999:role/admin", STOP[0])


def test_a_condition_that_a_caller_can_choose_is_no_rail() -> None:
    rails = ((FULL, deny("cloudtrail:*", Condition={"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}})),)
    assert gets_through(rails, ACCOUNT, STOPPING) is not None


def test_a_resource_and_keys_that_are_missing_narrow_the_question() -> None:
    bucket = "arn:aws:s3:::log-archive"
    statement = {"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": bucket}
    rails = ((FULL, parse_policy({"Statement": statement})),)
    delete = Attempt(actions=("s3:DeleteBucket",), resource=bucket)
    assert gets_through(rails, ACCOUNT, delete) is None
    assert gets_through(rails, ACCOUNT, replace(delete, resource="arn:aws:s3:::other")) is not None
    tagged = ((FULL, deny("ec2:RunInstances", Condition={"Null": {"aws:RequestTag/data": "true"}})),)
    run = Attempt(actions=("ec2:RunInstances",), lacking=("aws:RequestTag/data",))
    assert gets_through(tagged, ACCOUNT, run) is None
    assert gets_through(tagged, ACCOUNT, replace(run, lacking=("aws:RequestTag/owner",))) is not None
