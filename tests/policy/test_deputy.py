"""For whom a policy lets a service act."""

from __future__ import annotations

from typing import Any

import pytest

from bartizan.policy import parse_policy, reach
from bartizan.policy.deputy import bound_to

SERVICES = frozenset({"s3", "logs", "states"})
ACCOUNT = "111122223333"


def allow(service: Any, **condition: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sqs:SendMessage", "Resource": "*"}
    return {**statement, "Condition": condition} if condition else statement


def loose(*statements: Any) -> list[str]:
    document = parse_policy({"Statement": list(statements)})
    return [each.split(" to ")[1].split(",")[0] for each in reach.deputies(document, "", ACCOUNT, SERVICES)]


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        {"StringEquals": {"AWS:sourceaccount": [ACCOUNT, "444455556666"]}},
        {"StringEquals": {"aws:SourceOrgID": "o-1234567890"}},
        {"ForAnyValue:StringLike": {"aws:SourceOrgPaths": "o-1234567890/r-1/ou-1/*"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::shop-media"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:logs:*:111122223333:*"}},
        {"StringLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:111122223333:log-group:*"}},
        {"StringEquals": {"sts:ExternalId": "x7"}},
        # No service belongs to an organization, so that this shuts all of them out.
        {"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}},
    ],
)
def test_a_condition_that_names_the_source_binds_the_service(condition: dict[str, Any]) -> None:
    assert loose(allow("s3.amazonaws.com", **condition)) == []


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"Bool": {"aws:SecureTransport": "true"}},
        {"StringLike": {"aws:SourceAccount": "*"}},
        {"StringNotEquals": {"aws:SourceAccount": ACCOUNT}},
        {"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}},
        {"ForAllValues:StringEquals": {"aws:SourceAccount": ACCOUNT}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:states:*:*:stateMachine:*"}},
        {"ArnLike": {"aws:SourceArn": ["arn:aws:s3:::shop-media", "arn:aws:sns:*:*:*"]}},
        {"StringLike": {"kms:EncryptionContext:aws:logs:arn": "*"}},
    ],
)
def test_one_that_does_not_leaves_it_to_anyone(condition: dict[str, Any]) -> None:
    assert loose(allow("s3.amazonaws.com", **condition)) == ["s3.amazonaws.com"]


def test_only_the_services_that_are_asked_about_count() -> None:
    assert loose(allow(["lambda.amazonaws.com", "logs.eu-west-1.amazonaws.com"])) == ["logs.eu-west-1.amazonaws.com"]
    assert reach.service_of("logs.cn-north-1.amazonaws.com.cn") == "logs"
    assert reach.service_of("delivery.logs.amazonaws.com") == "delivery.logs"
    assert reach.service_of("s3.us-gov-west-1.amazonaws.com") == "s3"
    assert not list(reach.deputies(None, "", ACCOUNT, SERVICES))


def test_a_denial_by_source_speaks_for_the_whole_policy() -> None:
    elsewhere = {"StringNotEquals": {"aws:SourceAccount": ACCOUNT}}
    deny = {**allow("s3.amazonaws.com", **elsewhere), "Effect": "Deny"}
    assert loose(allow("s3.amazonaws.com"), deny) == []
    assert loose(allow("s3.amazonaws.com"), {**deny, "Condition": {"Bool": {"aws:SecureTransport": "false"}}})


def test_binding_splits_off_who_is_not_concerned_and_keeps_what_else_was_asked() -> None:
    mixed = {
        "Sid": "Mixed",
        "Effect": "Allow",
        "Principal": {"Service": ["ec2.amazonaws.com", "states.amazonaws.com"], "AWS": ACCOUNT},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}, "Bool": {"aws:SecureTransport": "true"}},
    }
    bound = bound_to(ACCOUNT, parse_policy({"Version": "2012-10-17", "Statement": mixed}), SERVICES)
    kept, split = bound.source["Statement"]
    assert kept == {**mixed, "Principal": {"Service": ["ec2.amazonaws.com"], "AWS": ACCOUNT}}
    assert split["Principal"] == {"Service": ["states.amazonaws.com"]}
    assert split["Sid"] != mixed["Sid"]
    assert split["Condition"] == {
        "StringEquals": {"aws:RequestedRegion": "eu-west-1", "aws:SourceAccount": ACCOUNT},
        "Bool": {"aws:SecureTransport": "true"},
    }
    assert bound.version == "2012-10-17"
    assert bound_to(ACCOUNT, bound, SERVICES) == bound
