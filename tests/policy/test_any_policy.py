"""Whatever policy is read, it can be linted, explained, minimised and compared: no input makes them stumble."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.policy import parse_policy
from bartizan.policy.comparison import compare
from bartizan.policy.document import OPERATORS
from bartizan.policy.explain import explain
from bartizan.policy.lint import FACTS, Kind, lint_policy
from bartizan.policy.minimize import minimize
from bartizan.policy.reference import Reference

REFERENCE = Reference.load()

_odd = st.text(alphabet="a:*?/${}., 0-Ł'\\", max_size=12)
_actions = st.sampled_from(
    ["*", "*:*", "s3:*", "s3:GetObject", "S3:get*", "iam:PassRole", "nope:x", "sts:AssumeRole", ""]
)
_arns = st.sampled_from(
    ["*", "arn:aws:s3:::b/*", "arn:aws:s3", "arn:*", "arn:::::", "arn:aws:iam::1:role/${aws:username}", "${a}", "${"]
)
_principals = st.sampled_from(
    [
        "*",
        "111122223333",
        "1",
        "arn:aws:iam::111122223333:root",
        "arn:aws:iam::111122223333:role/r",
        "AROAEXAMPLE123456",
    ]
)
_keys = st.sampled_from(
    [
        "aws:SourceIp",
        "aws:TagKeys",
        "aws:PrincipalTag/a",
        "s3:prefix",
        "aws:CurrentTime",
        "aws:SecureTransport",
        "a",
        "",
    ]
)
_values = st.sampled_from(
    ["", "*", "true", "10.0.0.0/8", "::1", "2026-01-01", "7", "${aws:username}", "a?", "arn:aws:s3:::b"]
)


def _names(usual: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    one = usual | _odd
    return one | st.lists(one, max_size=3)


@st.composite
def _statement(draw: st.DrawFn) -> dict[str, Any]:
    made: dict[str, Any] = {"Effect": draw(st.sampled_from(["Allow", "Deny"]))}
    made[draw(st.sampled_from(["Action", "NotAction", "action"]))] = draw(_names(_actions))
    if draw(st.booleans()):
        made[draw(st.sampled_from(["Resource", "NotResource"]))] = draw(_names(_arns))
    if draw(st.booleans()):
        kinds = st.sampled_from(["AWS", "Service", "Federated", "CanonicalUser"])
        named = draw(st.just("*") | st.dictionaries(kinds, _names(_principals), max_size=3))
        made[draw(st.sampled_from(["Principal", "NotPrincipal"]))] = named
    if draw(st.booleans()):
        prefix = draw(st.sampled_from(["", "", "ForAnyValue:", "ForAllValues:"]))
        tests = st.dictionaries(_keys | _odd, _names(_values) | st.integers() | st.booleans(), max_size=2)
        made["Condition"] = draw(
            st.dictionaries(st.sampled_from(OPERATORS).map(lambda each: prefix + each), tests, max_size=3)
        )
    if draw(st.booleans()):
        made["Sid"] = draw(_odd)
    return made


_documents = st.fixed_dictionaries(
    {"Statement": st.lists(_statement(), max_size=4) | _statement()},
    optional={"Version": st.sampled_from(["2012-10-17", "2008-10-17", "x"]), "Id": _odd},
)


@settings(max_examples=250, deadline=None)
@given(_documents, _documents, st.sampled_from(Kind))
def test_every_policy_that_is_read_can_be_worked_on(raw: dict[str, Any], other: dict[str, Any], kind: Kind) -> None:
    text = json.dumps(raw, indent=1)
    document, layer = parse_policy(text), FACTS[kind].layer
    for remark in lint_policy(document, kind, REFERENCE, text=text):
        assert remark.message
        assert remark.cure
        assert 0 < remark.line <= text.count("\n") + 1 or remark.path in {"$", "$.Version"}
    assert len(explain(document, REFERENCE)) == max(1, len(document.statements))
    made = minimize(document, layer, vocabulary=REFERENCE)
    assert made.after == len(made.text) <= made.before
    assert not made.changes or made.after < made.before
    compared = compare(document, minimize(document, layer).document, layer, REFERENCE)
    assert all(each.request is None for each in compared.differences)
    compare(document, parse_policy(other), layer, REFERENCE)
