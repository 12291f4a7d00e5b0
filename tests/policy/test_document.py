"""Policies are read in every form that AWS stores, and what is none is named with its path and place."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.policy import MalformedPolicy, PolicyDocument, Principals, parse_policy
from bartizan.policy.conditions import Operator
from bartizan.policy.document import OPERATORS
from bartizan.policy.places import Place, place_of, statement_lines

ALLOW: dict[str, Any] = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def _policy(**elements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{**ALLOW, **elements}]}, indent=2)


def test_the_forms_of_elements() -> None:
    document = parse_policy(
        {
            "Version": "2012-10-17",
            "Id": "p",
            "Statement": {
                "Sid": "One",
                "Effect": "Deny",
                "NotAction": ["s3:Get*", "s3:List*"],
                "NotResource": "arn:aws:s3:::a/*",
                "NotPrincipal": {"AWS": ["111122223333"], "Service": "s3.amazonaws.com", "CanonicalUser": "79a5"},
                "Condition": {"Bool": {"aws:SecureTransport": False}, "NumericLessThan": {"s3:max-keys": [10, 1.5]}},
            },
        }
    )
    (statement,) = document.statements
    assert (document.version, document.id) == ("2012-10-17", "p")
    assert (statement.sid, statement.effect, statement.line) == ("One", "Deny", 0)
    assert (statement.actions, statement.not_actions) == (("s3:Get*", "s3:List*"), True)
    assert (statement.resources, statement.not_resources) == (("arn:aws:s3:::a/*",), True)
    assert statement.not_principals
    assert statement.principals == Principals(aws=("111122223333",), service=("s3.amazonaws.com",), canonical=("79a5",))
    assert statement.conditions == (
        ("Bool", "aws:SecureTransport", ("false",)),
        ("NumericLessThan", "s3:max-keys", ("10", "1.5")),
    )


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}])
def test_the_star_is_anyone_in_both_forms(principal: object) -> None:
    (statement,) = parse_policy(_policy(Principal=principal)).statements
    assert statement.principals is not None
    assert statement.principals.anyone


def test_names_of_elements_may_be_in_any_case_and_a_policy_may_be_empty() -> None:
    document = parse_policy('{"version": "2012-10-17", "statement": [{"effect": "Allow", "action": "s3:*"}]}')
    assert document.version == "2012-10-17"
    assert document.statements[0].actions == ("s3:*",)
    assert parse_policy('{"Statement": []}').statements == ()
    assert parse_policy('{"Statement":\n[]}').statements == ()


def test_statements_know_their_lines() -> None:
    alone, spread = json.dumps(ALLOW), json.dumps(ALLOW, indent=1)
    text = f'{{"Version": "2012-10-17",\n "Statement": [\n  {alone},\n\n  {spread}]}}'
    assert [each.line for each in parse_policy(text)] == [3, 5]
    assert [each.line for each in parse_policy('{\n"Statement":\n' + json.dumps(ALLOW) + "}")] == [3]
    assert [each.line for each in parse_policy(json.dumps({"Statement": [ALLOW, ALLOW]}))] == [1, 1]


def test_lines_do_not_make_statements_differ() -> None:
    assert parse_policy('{"Statement":\n\n' + json.dumps(ALLOW) + "}") == parse_policy({"Statement": ALLOW})


@pytest.mark.parametrize(
    ("statement", "path", "says"),
    [
        ({**ALLOW, "Actions": "s3:*"}, "$.Statement[0].Actions", "did you mean Action?"),
        ({**ALLOW, "Resourse": "*"}, "$.Statement[0].Resourse", "did you mean Resource?"),
        ({"Effect": "Allow", "Resource": "*"}, "$.Statement[0]", "neither Action nor NotAction"),
        ({**ALLOW, "NotAction": "s3:*"}, "$.Statement[0]", "both Action and NotAction"),
        ({**ALLOW, "Principal": "*", "NotPrincipal": "*"}, "$.Statement[0]", "both Principal and NotPrincipal"),
        ({**ALLOW, "Effect": "allow"}, "$.Statement[0].Effect", 'must be "Allow" or "Deny", not "allow"'),
        ({"Action": "s3:*"}, "$.Statement[0].Effect", 'must be "Allow" or "Deny"'),
        ({**ALLOW, "Action": ["s3:*", 5]}, "$.Statement[0].Action[1]", "a text, not a number"),
        ({**ALLOW, "Sid": ["a"]}, "$.Statement[0].Sid", "a text, not a list"),
        ({**ALLOW, "Principal": "me"}, "$.Statement[0].Principal", 'must be "*" or an object'),
        ({**ALLOW, "Principal": {"aws": "*"}}, "$.Statement[0].Principal.aws", "did you mean AWS?"),
        ({**ALLOW, "NotPrincipal": {"AWS": {}}}, "$.Statement[0].NotPrincipal.AWS", "not an object"),
        (
            {**ALLOW, "Condition": {"StringEqual": {"a": "b"}}},
            "$.Statement[0].Condition.StringEqual",
            "is no condition operator; did you mean StringEquals?",
        ),
        (
            {**ALLOW, "Condition": {"ForAnyValues:StringLike": {"a": "b"}}},
            "$.Statement[0].Condition.ForAnyValues:StringLike",
            "did you mean ForAnyValue:StringLike?",
        ),
        ({**ALLOW, "Condition": {"Bool": "b"}}, "$.Statement[0].Condition.Bool", "must be an object, not a text"),
        (
            {**ALLOW, "Condition": {"Bool": {"a": [True, None]}}},
            "$.Statement[0].Condition.Bool.a[1]",
            "must be a text, a number or a truth value, not null",
        ),
        ("text", "$.Statement[0]", "must be an object, not a text"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(statement: object, path: str, says: str) -> None:
    with pytest.raises(MalformedPolicy) as caught:
        parse_policy({"Statement": [statement]})
    assert caught.value.message.startswith(f"{path} ")
    assert says in caught.value.message
    assert caught.value.place is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            '{"Statement": [\n  {"Effect": "Allow",\n   "Actions": "s3:*"}]}',
            "line 3, column 15: $.Statement[0].Actions",
        ),
        ('{"Statement": [\n  {"Effect": "Allow"}]}', "line 2, column 3: $.Statement[0] has neither"),
        (
            '{"Statement":\n {"Effect": "Allow", "Action": "a:b",\n  "Action": "c:d"}}',
            "line 3, column 13: Action stands",
        ),
        ('{"Statement": [],\n "Statment": []}', "line 2, column 14: $.Statment is no element of a policy; did you"),
        ('{"Statement": [],\n "statement": []}', "line 2, column 15: $.statement stands twice, in different cases"),
        ('{"Statement": [\n}', "line 2, column 1: Expecting value"),
        ('{"a\\nb": 1}', "line 1, column 10: $.a\\nb is no element"),
        ("{}", "line 1, column 1: $ has no Statement"),
        ("[]", "line 1, column 1: $ must be an object, not a list"),
        ("", "line 1, column 1: Expecting value"),
        ('{"Statement": NaN}', "a number that is none: NaN"),
        ('{"Id": "\\ud800", "Statement": []}', "half a letter"),
        ('{"Id": "\ud800", "Statement": []}', "half a letter"),
    ],
)
def test_in_a_text_what_is_wrong_is_named_by_its_place(text: str, says: str) -> None:
    with pytest.raises(MalformedPolicy) as caught:
        parse_policy(text)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 1_000_000,
        '{"Statement":' * 500_000,
        "1" * 1_000_000,
        '{"' + "x" * 5_000_000 + '": 1}',
        '{"Statement": [' + "".join(["[" * 300 + "]" * 300 + ","] * 3_000) + "1]}",
        '"' + '\\"' * 2_000_000,
        '{"Statement": [' + (json.dumps(ALLOW) + ",\n") * 20_000 + "5]}",
    ],
    ids=["deep", "deep objects", "digits", "long name", "nested lists", "escapes", "many statements"],
)
def test_hostile_texts_are_refused_in_bounded_time(text: str) -> None:
    started = time.monotonic()
    with pytest.raises(MalformedPolicy) as caught:
        parse_policy(text)
    assert time.monotonic() - started < 20
    assert len(str(caught.value)) < 300


def test_a_huge_policy_is_read() -> None:
    text = '{"Statement": [' + ",\n".join([json.dumps(ALLOW)] * 30_000) + "]}"
    document = parse_policy(text)
    assert (len(document.statements), document.statements[-1].line) == (30_000, 30_000)


_NAMES = st.sampled_from(
    [
        "Version",
        "Statement",
        "Effect",
        "Action",
        "NotAction",
        "Resource",
        "Principal",
        "AWS",
        "Condition",
        "Bool",
        "Sid",
    ]
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(_NAMES | st.text(), inside, max_size=5),
    max_leaves=25,
)
_VALID = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {**ALLOW, "Principal": {"AWS": ["*"]}, "Condition": {"Bool": {"aws:SecureTransport": [True]}}},
            {"Effect": "Deny", "NotAction": ["s3:*"], "NotResource": ["*"], "Sid": "x"},
        ],
    },
    indent=1,
)


@st.composite
def _mutated(draw: st.DrawFn) -> str:
    text = _VALID
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 12)))
        text = text[:start] + draw(st.text(max_size=3) | st.sampled_from('{}[]",:\\')) + text[end:]
    return text


@settings(max_examples=300)
@given(st.one_of(_JSON.map(json.dumps), st.text(), _mutated(), st.dictionaries(_NAMES, _JSON)))
def test_whatever_comes_is_a_policy_or_malformed(given_: Any) -> None:
    wrong = ""
    try:
        document = parse_policy(given_)
    except MalformedPolicy as caught:
        wrong = str(caught)
    assert wrong or isinstance(document, PolicyDocument)
    assert wrong.isprintable()


@settings(max_examples=200)
@given(st.data())
def test_every_value_is_found_at_its_place(data: st.DataObject) -> None:
    value = data.draw(st.dictionaries(st.text(max_size=4), _JSON, max_size=4))
    text = json.dumps(value, indent=data.draw(st.sampled_from([None, 0, 2])))
    path: list[str | int] = []
    inner: Any = value
    while isinstance(inner, (dict, list)) and inner and len(path) < 7:
        step = data.draw(st.sampled_from(sorted(inner) if isinstance(inner, dict) else range(len(inner))))
        path.append(step)
        inner = inner[step]
    place = place_of(text, tuple(path))
    assert isinstance(place, Place)
    offset = sum(len(each) + 1 for each in text.split("\n")[: place.line - 1]) + place.column - 1
    decoded, _ = json.JSONDecoder().raw_decode(text, offset)
    assert json.dumps(decoded) == json.dumps(inner)


def test_lines_of_a_text_without_a_newline_are_not_looked_for() -> None:
    assert statement_lines(json.dumps({"Statement": [ALLOW]})) == ()


@pytest.mark.parametrize("prefix", ["", "ForAnyValue:", "ForAllValues:"])
@pytest.mark.parametrize("operator", OPERATORS)
def test_every_operator_is_read_and_compiled(operator: str, prefix: str) -> None:
    for name in (prefix + operator, (prefix + operator).lower()):
        (statement,) = parse_policy({"Statement": {**ALLOW, "Condition": {name: {"a:b": "c"}}}}).statements
        assert statement.conditions == ((name, "a:b", ("c",)),)
        assert Operator.parse(name)
