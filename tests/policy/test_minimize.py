"""What is minimised is shorter and means the same, by the solver's word and by single requests."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.policy import Layer, Policy, PolicyDocument, parse_policy
from bartizan.policy.minimize import minimize
from bartizan.policy.reference import Reference
from bartizan.policy.shortening import shortened
from bartizan.policy.symbolic import RequestSet

READ: dict[str, Any] = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}


def policy(*statements: dict[str, Any]) -> PolicyDocument:
    return parse_policy({"Version": "2012-10-17", "Statement": list(statements)})


def statements(document: PolicyDocument, layer: Layer = Layer.IDENTITY) -> list[dict[str, Any]]:
    raw = json.loads(minimize(document, layer).text)["Statement"]
    return raw if isinstance(raw, list) else [raw]


def when(**conditions: Any) -> dict[str, Any]:
    return {**READ, "Condition": conditions}


GET_OR_LIST = {**READ, "Action": ["s3:Get*", "s3:List*"]}
NARROW = {**READ, "Action": ["s3:GetObject", "s3:List*"]}
WIDE = {**READ, "Action": ["s3:Get*", "s3:Put*"], "Resource": "*"}
ALL_BUT = [{"Effect": "Allow", "NotAction": f"{service}:*", "Resource": "*"} for service in ("s3", "sqs")]


def from_vpc(operator: str, *vpcs: str) -> dict[str, Any]:
    return when(**{operator: {"aws:SourceVpc": vpcs[0] if len(vpcs) == 1 else list(vpcs)}})


@pytest.mark.parametrize(
    ("given_", "becomes"),
    [
        ([READ, {**READ, "Action": "s3:PutObject"}], [{**READ, "Action": ["s3:GetObject", "s3:PutObject"]}]),
        ([{**READ, "Resource": "a"}, {**READ, "Resource": "b"}], [{**READ, "Resource": ["a", "b"]}]),
        ([{**READ, "Action": ["s3:GetObject", "s3:get*"]}], [{**READ, "Action": "s3:get*"}]),
        ([{**READ, "Action": ["s3:Get*", "s3:Get*"]}], [{**READ, "Action": "s3:Get*"}]),
        ([{**READ, "Action": "s3:Get*"}, READ], [{**READ, "Action": "s3:Get*"}]),
        ([READ, {**READ, "Resource": ["arn:aws:s3:::b/*", "*"]}], [{**READ, "Resource": "*"}]),
        ([GET_OR_LIST, {**WIDE, "Action": "s3:GetObject"}], [GET_OR_LIST, {**WIDE, "Action": "s3:GetObject"}]),
        ([NARROW, WIDE], [{**READ, "Action": "s3:List*"}, WIDE]),
        ([READ, {**READ, "Effect": "Deny", "Resource": "*"}], [{**READ, "Effect": "Deny", "Resource": "*"}]),
        ([from_vpc("StringEquals", "a"), from_vpc("StringEquals", "b")], [from_vpc("StringEquals", "a", "b")]),
        # Joined values of a negated operator mean less than the two statements do: everything from anywhere.
        (
            [from_vpc("StringNotEquals", "a"), from_vpc("StringNotEquals", "b")],
            [from_vpc("StringNotEquals", "a"), from_vpc("StringNotEquals", "b")],
        ),
        ([when(Null={"aws:SourceVpc": "true"}, StringEquals={"aws:SourceVpc": "a"}), READ], [READ]),
        (ALL_BUT, ALL_BUT),
        ([{**READ, "Sid": "One", "Action": ["s3:GetObject"]}], [{**READ, "Sid": "One"}]),
    ],
)
def test_what_becomes_of_statements(given_: list[dict[str, Any]], becomes: list[dict[str, Any]]) -> None:
    assert statements(policy(*given_)) == becomes


def test_principals_are_joined_by_kind() -> None:
    one, two = ({**READ, "Principal": each} for each in ({"AWS": "111122223333"}, {"Service": "s3.amazonaws.com"}))
    joined = {**READ, "Principal": {"AWS": "111122223333", "Service": "s3.amazonaws.com"}}
    assert statements(policy(one, two), Layer.RESOURCE) == [joined]


def test_sids_are_dropped_only_when_asked_to() -> None:
    document = policy({**READ, "Sid": "One"})
    assert '"Sid":"One"' in minimize(document, Layer.IDENTITY).text
    dropped = minimize(document, Layer.IDENTITY, drop_sids=True)
    assert "Sid" not in dropped.text
    assert dropped.changes == ("removed the Sids",)
    assert dropped.after == len(dropped.text) == dropped.before - len('[]"Sid":"One",')


def test_what_cannot_be_shortened_stays_as_it_is_written() -> None:
    raw = {"Statement": {**READ, "Condition": {"Bool": {"aws:SecureTransport": True}}}}
    made = minimize(parse_policy(raw), Layer.IDENTITY)
    assert json.loads(made.text) == raw
    assert made.before == made.after == len(made.text)


def test_a_vocabulary_makes_patterns_for_the_same_of_todays_actions() -> None:
    reference = Reference.load()
    every = tuple(str(each) for each in reference.expand("s3:GetBucket*"))
    assert shortened((*every, "s3:PutObject", "no:Such"), reference) == ("no:Such", "s3:GetBucket*", "s3:PutObject")
    assert shortened(("s3:GetObject",), reference) == ("s3:GetObject",)
    made = minimize(policy({**READ, "Action": list(every)}), Layer.IDENTITY, vocabulary=reference)
    assert json.loads(made.text)["Statement"]["Action"] == "s3:GetBucket*"
    assert len(minimize(policy({**READ, "Action": list(every)}), Layer.IDENTITY).text) > made.after


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_patterns_of_a_vocabulary_fit_what_was_named_and_nothing_else(data: st.DataObject) -> None:
    reference = Reference.load()
    service = data.draw(st.sampled_from(["sqs", "sns", "kms", "s3"]))
    known = [str(each) for each in reference.expand(f"{service}:*")]
    named = tuple(data.draw(st.lists(st.sampled_from(known), min_size=1, max_size=40, unique=True)))
    made = shortened(named, reference)
    assert sorted({str(each) for pattern in made for each in reference.expand(pattern)}) == sorted(named)


ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:Get*", "s3:*", "*", "sqs:SendMessage")
RESOURCES = ("arn:aws:s3:::b/*", "arn:aws:s3:::b/c/*", "arn:aws:s3:::*", "*", "arn:aws:s3:::b/${aws:username}")
VPCS = st.lists(st.sampled_from(["vpc-1", "vpc-2"]), min_size=1, max_size=2, unique=True)


@st.composite
def _statement(draw: st.DrawFn) -> dict[str, Any]:
    made: dict[str, Any] = {"Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"]))}
    made[draw(st.sampled_from(["Action", "Action", "NotAction"]))] = draw(
        st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=3)
    )
    made[draw(st.sampled_from(["Resource", "Resource", "NotResource"]))] = draw(
        st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=3)
    )
    if draw(st.booleans()):
        operator = draw(st.sampled_from(["StringEquals", "StringNotEquals", "StringEqualsIfExists", "StringLike"]))
        made["Condition"] = {operator: {"aws:SourceVpc": draw(VPCS)}}
    return made


REQUESTS = [
    {"action": (action,), "resource": (resource,), **vpc, **name}
    for action, resource, vpc, name in itertools.product(
        ("s3:getobject", "s3:putobject", "s3:deletebucket", "sqs:sendmessage", "ec2:runinstances"),
        ("arn:aws:s3:::b/c/d", "arn:aws:s3:::b/x", "arn:aws:s3:::b/me", "arn:aws:s3:::z", "*"),
        ({}, {"aws:sourcevpc": ("vpc-1",)}, {"aws:sourcevpc": ("vpc-2",)}, {"aws:sourcevpc": ("vpc-3",)}),
        ({}, {"aws:username": ("me",)}),
    )
]


@settings(max_examples=150, deadline=None)
@given(st.lists(_statement(), min_size=1, max_size=5))
def test_whatever_is_minimised_means_the_same(raw: list[dict[str, Any]]) -> None:
    document = policy(*raw)
    made = minimize(document, Layer.IDENTITY)
    assert made.after <= made.before
    before, after = ([Policy(each, Layer.IDENTITY)] for each in (document, made.document))
    for ask in (RequestSet.granted, RequestSet.denied):
        old, new = ask(before), ask(after)
        assert [each for each in REQUESTS if (each in old) is not (each in new)] == []


def test_many_statements_take_bounded_time() -> None:
    many = policy(*({**READ, "Resource": f"arn:aws:s3:::b{number}/*"} for number in range(120)))
    assert len(statements(many)) == 1
    more = policy(*({**READ, "Resource": [f"arn:aws:s3:::b{number}/*"]} for number in range(5_000)))
    assert len(statements(more)) == 5_000
