"""Sentences say what the statement says."""

from __future__ import annotations

from typing import Any

import pytest

from bartizan.policy import parse_policy
from bartizan.policy.explain import explain
from bartizan.policy.reference import Reference

READ: dict[str, Any] = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}


def said(statement: dict[str, Any], reference: Reference | None = None) -> str:
    [sentence] = explain(parse_policy({"Version": "2012-10-17", "Statement": statement}), reference)
    return sentence


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (READ, "Whoever has this policy may do s3:GetObject on arn:aws:s3:::b/*."),
        ({**READ, "Action": "*", "Resource": "*"}, "Whoever has this policy may do everything on all resources."),
        (
            {"Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "NotResource": "arn:aws:s3:::b"},
            (
                "Whoever has this policy must not do everything except iam:* and sts:* on everything except "
                "arn:aws:s3:::b, whatever else allows it."
            ),
        ),
        ({**READ, "Principal": "*"}, "Anyone may do s3:GetObject on arn:aws:s3:::b/*."),
        (
            {**READ, "Principal": {"AWS": ["111122223333", "arn:aws:iam::111122223333:role/x/r"],
                                   "Service": "s3.amazonaws.com"}},
            (
                "Account 111122223333, the role x/r of account 111122223333 and the service s3.amazonaws.com may do "
                "s3:GetObject on arn:aws:s3:::b/*."
            ),
        ),
        (
            {**READ, "Effect": "Deny", "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:root"}},
            (
                "Everybody except account 111122223333 must not do s3:GetObject on arn:aws:s3:::b/*, whatever else "
                "allows it."
            ),
        ),
        (
            {"Effect": "Allow", "Principal": {"Federated": "accounts.google.com"}, "Action": "sts:AssumeRole"},
            (
                "Users of the identity provider accounts.google.com may do sts:AssumeRole on what the policy is "
                "attached to."
            ),
        ),
    ],
)  # fmt: skip
def test_who_may_do_what_on_what(statement: dict[str, Any], sentence: str) -> None:
    assert said(statement) == sentence


@pytest.mark.parametrize(
    ("operator", "key", "values", "words"),
    [
        ("IpAddress", "aws:SourceIp", "203.0.113.0/24", "from the network 203.0.113.0/24"),
        ("NotIpAddress", "aws:SourceIp", ["10.0.0.0/8", "::/8"], "from outside the networks 10.0.0.0/8 or ::/8"),
        ("Bool", "aws:SecureTransport", "true", "over HTTPS"),
        ("Bool", "aws:SecureTransport", False, "over plain HTTP"),
        ("BoolIfExists", "aws:MultiFactorAuthPresent", True,
         "with multi-factor authentication or where that is not known"),
        ("StringEquals", "aws:PrincipalTag/team", ["a", "b"], "if the tag team of the caller is a or b"),
        ("StringNotEquals", "aws:ResourceTag/team", "a", "if the tag team of the resource is not a"),
        ("StringNotLike", "aws:RequestTag/team", ["a*", "b*"],
         "if the tag team in the request is like neither a* nor b*"),
        ("StringNotLike", "s3:prefix", "a*", "if s3:prefix is not like a*"),
        ("StringEqualsIfExists", "s3:prefix", "a", "if s3:prefix is a or it is absent"),
        ("ForAllValues:StringLike", "aws:TagKeys", "a*", "if every value of aws:TagKeys, if it has any, is like a*"),
        ("ForAnyValue:StringEquals", "aws:CalledVia", "x", "if one value of aws:CalledVia is x"),
        ("NumericLessThanEquals", "s3:max-keys", 10, "if s3:max-keys is at most 10"),
        ("DateLessThan", "aws:CurrentTime", "2026-01-01", "if the time is before 2026-01-01"),
        ("Null", "aws:SourceVpc", "true", "if aws:SourceVpc is absent"),
        ("Null", "aws:SourceVpc", "false", "if aws:SourceVpc is present"),
        ("StringEquals", "aws:PrincipalOrgID", "o-1", "by members of the organization o-1"),
        ("StringNotEquals", "aws:RequestedRegion", "eu-west-1", "outside the region eu-west-1"),
        ("ArnLike", "aws:SourceArn", "arn:aws:sns:*:*:t", "on behalf of the resource arn:aws:sns:*:*:t"),
        ("StringEquals", "sts:ExternalId", "x", "if the external id is x"),
    ],
)  # fmt: skip
def test_conditions_in_words(operator: str, key: str, values: Any, words: str) -> None:
    assert said({**READ, "Condition": {operator: {key: values}}}).endswith(f"b/*, but only {words}.")
    assert said({**READ, "Effect": "Deny", "Condition": {operator: {key: values}}}).endswith(
        f"b/*, {words}, whatever else allows it."
    )


def test_several_conditions_are_joined_and_long_lists_cut() -> None:
    conditions = {"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"s3:prefix": "a"}}
    assert said({**READ, "Condition": conditions}).endswith(", but only over HTTPS and if s3:prefix is a.")
    assert "s3:A6 and 94 more on" in said({**READ, "Action": [f"s3:A{number}" for number in range(101)]})


def test_with_the_reference_services_and_patterns_are_told() -> None:
    sentence = said({**READ, "Action": ["sqs:*", "s3:GetObjectA*"]}, Reference.load())
    assert sentence.startswith("Whoever has this policy may do all of Amazon SQS and s3:GetObjectA* (")


def test_a_policy_without_statements() -> None:
    assert explain(parse_policy({"Statement": []})) == ["It has no statement, and so allows and denies nothing."]
