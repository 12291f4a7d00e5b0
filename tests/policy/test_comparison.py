"""Comparisons say what is new and what is gone, with requests that the policies themselves confirm."""

from __future__ import annotations

from typing import Any

import pytest

from bartizan.policy import Layer, Policy, parse_policy
from bartizan.policy.comparison import Difference, compare
from bartizan.policy.reference import Reference
from bartizan.policy.symbolic import RequestSet

REFERENCE = Reference.load()
READ: dict[str, Any] = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
DENY: dict[str, Any] = {**READ, "Effect": "Deny"}


@pytest.mark.parametrize(
    ("before", "after", "differences"),
    [
        ([READ], [READ], (False, False, False, False)),
        ([READ], [{**READ, "Action": ["s3:getobject"]}], (False, False, False, False)),
        ([READ], [{**READ, "Action": "s3:Get*"}], (True, False, False, False)),
        ([{**READ, "Resource": "*"}], [READ], (False, True, False, False)),
        ([READ], [{**READ, "Action": "s3:PutObject"}], (True, True, False, False)),
        ([READ], [READ, {**DENY, "Resource": "arn:aws:s3:::b/x"}], (False, True, True, False)),
        ([DENY], [{**DENY, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}], (False, False, False, True)),
        (
            [{**READ, "Condition": {"StringLike": {"aws:SourceVpc": "*"}}}],
            [{**READ, "Condition": {"Null": {"aws:SourceVpc": "false"}}}],
            (False, False, False, False),
        ),
    ],
)
def test_what_is_more_and_what_is_less(
    before: list[dict[str, Any]], after: list[dict[str, Any]], differences: tuple[bool, ...]
) -> None:
    old, new = (parse_policy({"Version": "2012-10-17", "Statement": each}) for each in (before, after))
    found = compare(old, new, Layer.IDENTITY, REFERENCE)
    assert tuple(each.request is not None for each in found.differences) == differences
    assert found.equal is (not any(differences))
    assert found.wider is (differences[0] or differences[3])
    first, second = ([Policy(each, Layer.IDENTITY)] for each in (old, new))
    for ask, (more, less) in (
        (RequestSet.granted, found.differences[:2]),
        (RequestSet.denied, found.differences[2:]),
    ):
        for one, other, each in ((second, first, more), (first, second, less)):
            if each.request is not None:
                request = {**each.request, "action": tuple(map(str.lower, each.request["action"]))}
                assert request in ask(one)
                assert request not in ask(other)


def test_the_proof_is_a_request_that_aws_has() -> None:
    wider = parse_policy({"Statement": {**READ, "Action": "s3:PutObjectA*"}})
    request = compare(parse_policy({"Statement": READ}), wider, Layer.IDENTITY, REFERENCE).allows_more.request
    assert request is not None
    assert list(request)[:2] == ["action", "resource"]
    assert request["action"] == ("s3:PutObjectAcl",)
    assert request["resource"][0].startswith("arn:aws:s3:::b/")


def test_what_is_undecided_is_neither_equal_nor_wider() -> None:
    undecided = Difference(undecided="too many ways")
    assert not undecided.proven_empty
    assert Difference().proven_empty


def test_the_proof_is_on_a_resource_that_the_action_takes() -> None:
    before, after = (
        parse_policy({"Statement": {"Effect": "Allow", "Action": each, "Resource": "arn:aws:s3:::b"}})
        for each in ("s3:ListBucket", ["s3:ListBucket", "s3:Get*"])
    )
    more = compare(before, after, Layer.IDENTITY, REFERENCE).allows_more
    assert more.request is not None
    assert not more.hypothetical
    (action,) = more.request["action"]
    found = REFERENCE.find(action)
    assert found is not None
    assert "bucket" in {each.type for each in found.resources}
    assert more.request["resource"] == ("arn:aws:s3:::b",)


@pytest.mark.parametrize(
    ("action", "resource"), [("s3:Frobnicate*", "*"), ("s3:ListBucket", "arn:aws:s3:::b/*"), ("nosuch:*", "*")]
)
def test_where_only_the_patterns_differ_that_is_said(action: str, resource: str) -> None:
    wider = parse_policy({"Statement": [READ, {"Effect": "Allow", "Action": action, "Resource": resource}]})
    found = compare(parse_policy({"Statement": READ}), wider, Layer.IDENTITY, REFERENCE)
    assert found.allows_more.hypothetical
    assert found.allows_more.request is not None
    assert found.wider
    assert not found.equal
