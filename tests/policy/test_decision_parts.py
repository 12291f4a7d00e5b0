"""The parts of the evaluator by themselves: patterns, values, constraints, callers, clauses."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.model import InputError
from bartizan.policy import (
    Authorization,
    Layer,
    MalformedPolicy,
    Outcome,
    Policy,
    Principal,
    PrincipalKind,
    Request,
    decide,
    parse_policy,
)
from bartizan.policy.compiled import compile_policies
from bartizan.policy.conditions import NOTHING, Constraint, Operator, compile_condition, present, texts
from bartizan.policy.decision import Strength, grant_strength
from bartizan.policy.document import PolicyDocument
from bartizan.policy.patterns import Pattern, Template, Variable, Wild, parse_pattern
from bartizan.policy.requests import account_in
from bartizan.policy.values import (
    Flags,
    Networks,
    Numbers,
    Texts,
    candidates,
    flags,
    parse_date,
    parse_network,
    parse_number,
    written,
)
from policy import strategies
from policy.oracle import _glob, _letters

OWN, OTHER = "111122223333", "444455556666"


# Patterns


@settings(max_examples=400, deadline=None)
@given(st.text("ab:*?", max_size=8), st.text("ab:", max_size=8))
def test_a_pattern_matches_as_its_letters_do(pattern: str, text: str) -> None:
    made = parse_pattern(pattern)
    assert isinstance(made, Pattern)
    assert made.matches(text) is _glob(_letters(pattern), text)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text("ab*?", max_size=3), min_size=6, max_size=6), st.lists(st.text("ab", max_size=3), min_size=6))
def test_wildcards_stay_within_the_parts_of_an_arn(pattern: list[str], text: list[str]) -> None:
    made = parse_pattern(":".join(pattern), arn=True)
    assert isinstance(made, Pattern)
    parts = ":".join(text).split(":", 5)
    assert made.matches(":".join(text)) is all(
        _glob(_letters(each), part) for each, part in zip(pattern, parts, strict=True)
    )


def test_long_texts_with_many_stars_are_matched_in_no_time() -> None:
    made = parse_pattern("*a" * 30 + "b")
    assert isinstance(made, Pattern)
    assert not made.matches("a" * 20_000)
    within = parse_pattern("*a*a*a*a*a*ab:*:*:*:*:*", arn=True)
    assert isinstance(within, Pattern)
    assert not within.matches("a" * 3_000)


@pytest.mark.parametrize(
    ("text", "literal", "prefix", "starts"),
    [("abc", "abc", "abc", False), ("abc*", None, "abc", True), ("*", None, "", True), ("a?c", None, "a", False),
     ("*c", None, "", False), ("", "", "", False), ("a*c*", None, "a", False), ("?", None, "", False)],
)  # fmt: skip
def test_what_a_pattern_begins_with(text: str, literal: str | None, prefix: str, starts: bool) -> None:
    made = parse_pattern(text)
    assert isinstance(made, Pattern)
    assert (made.literal, made.prefix, made.starts) == (literal, prefix, starts)
    assert str(made) == text
    assert repr(made) == f"Pattern({text!r})"


def test_patterns_are_equal_where_they_are_written_alike() -> None:
    assert parse_pattern("a**b") == parse_pattern("a*b")
    assert hash(parse_pattern("a**b")) == hash(parse_pattern("a*b"))
    assert parse_pattern("a??b") != parse_pattern("a?b")
    assert parse_pattern("A", nocase=True) == parse_pattern("a", nocase=True)
    assert parse_pattern("a", nocase=True) != parse_pattern("a")
    assert parse_pattern("*", arn=True) == parse_pattern("*")
    assert parse_pattern("*:a", arn=True) != parse_pattern("*:a")
    assert parse_pattern("a") != "a"
    assert Pattern(["a", "", "b"]) == Pattern(["ab"])
    assert Pattern([Wild.MANY, Wild.MANY_IN_PART, Wild.MANY_IN_PART]).tokens == (Wild.MANY, Wild.MANY_IN_PART)


def test_case_counts_but_where_it_is_ignored() -> None:
    assert parse_pattern("aB*").matches("aBc")  # type: ignore[union-attr]
    assert not parse_pattern("aB*").matches("abc")  # type: ignore[union-attr]
    assert parse_pattern("aB*", nocase=True).matches("AbC")  # type: ignore[union-attr]


def _template(text: str, **more: bool) -> Template:
    made = parse_pattern(text, **more)
    assert isinstance(made, Template)
    return made


def test_a_template_takes_its_values_from_the_request() -> None:
    made = _template("a/${aws:UserName}/${k, 'd'}?")
    assert made.keys == ("aws:username", "k")
    assert made.required == ("aws:username",)
    assert made.parts == ("a/", Variable("aws:username"), "/", Variable("k", "d"), Wild.ONE)
    assert made.resolve({}) is None
    assert made.resolve({"aws:username": ("u", "v")}) is None
    assert made.resolve({"aws:username": ("*",)}) == Pattern(["a/*/d", Wild.ONE])
    assert made.resolve({"aws:username": ("u",), "k": ("v",)}) == Pattern(["a/u/v", Wild.ONE])
    assert made.resolve({"aws:username": ("u",), "k": ("v",)}) is made.resolve({"aws:username": ("u",), "k": ("v",)})
    assert made.widened() == Pattern(["a/", Wild.MANY, "/", Wild.MANY, Wild.ONE])
    assert str(made) == "a/${aws:username}/${k, 'd'}?"
    assert repr(made) == f"Template({str(made)!r})"


def test_a_template_remembers_a_limited_number_of_values() -> None:
    made = _template("${k}")
    for number in range(1000):
        assert made.resolve({"k": (str(number),)}) == Pattern([str(number)])
    assert 0 < len(made._made) <= 256


def test_a_template_with_what_is_known_in_place() -> None:
    made = _template("${a}-${b}-${c, 'x'}")
    assert str(made.specialised({"a": ("1",)})) == "1-${b}-${c, 'x'}"
    assert made.specialised({"a": ("1",), "b": ("2",), "c": ()}) == Pattern(["1-2-x"])
    assert made.specialised({"a": ()}) is None
    assert made.specialised({"a": ("1",), "b": ("2",), "c": ("3",)}) == Pattern(["1-2-3"])
    folded = _template("X${a}${b}", nocase=True)
    assert folded.specialised({"a": ("A",)}).nocase  # type: ignore[union-attr]
    assert folded.specialised({"a": ("A",), "b": ("B",)}) == Pattern(["xab"], nocase=True)
    assert folded.widened().nocase
    assert folded.resolve({"a": ("A",), "b": ("B",)}) == Pattern(["xab"], nocase=True)
    assert not Template(["a"]).nocase


def test_templates_are_equal_where_they_are_written_alike() -> None:
    assert _template("${a}") == _template("${A}")
    assert hash(_template("${a}")) == hash(_template("${A}"))
    assert _template("${a}") != _template("${a}", nocase=True)
    assert _template("${a}") != _template("${b}")
    assert _template("${a}") != Pattern(["a"])


def test_what_is_special_may_be_switched_off() -> None:
    assert parse_pattern("a*?", wildcards=False) == Pattern(["a*?"])
    assert parse_pattern("${a}", variables=False) == Pattern(["${a}"])
    assert parse_pattern("${*}${?}${$}") == Pattern(["*?$"])
    assert parse_pattern("${*}", wildcards=False) == Pattern(["*"])
    assert parse_pattern("x${a", variables=True) == Pattern(["x${a"])
    assert _template("${ a }").keys == ("a",)
    assert _template("${a,'b, c'}").parts == (Variable("a", "b, c"),)


# Values


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1970", 0), ("1970-02", 2_678_400), ("1970-01-02", 86_400), ("1970-01-01T00:01Z", 60),
        ("1970-01-01T00:00:01Z", 1), ("1970-01-01T01:30:00+01:30", 0), ("1970-01-01T00:00:00-02:00", 7200),
        ("1970-01-01T00:00:00.25Z", Fraction(1, 4)), ("1970-01-01T00:00:00", 0), ("1969-12-31T23:59:59Z", -1),
        ("12345", 12345), ("-5", -5), ("1.5", Fraction(3, 2)), ("1970-13", None), ("1970-02-30", None), ("", None),
        ("1970-01-01 00:00:00", None), ("19700101", 19_700_101), ("1970-01-01T00Z", None), ("1e3", None),
    ],
)  # fmt: skip
def test_dates(text: str, moment: Fraction | None) -> None:
    assert parse_date(text) == moment


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1), ("+1.50", Fraction(3, 2)), (".5", Fraction(1, 2)), ("1e2", 100), ("-2", -2), ("1.", 1), ("one", None),
     ("", None), ("1/2", None), ("1_0", None), ("1" * 41, None), ("1e1000", None)],
)  # fmt: skip
def test_numbers(text: str, number: Fraction | None) -> None:
    assert parse_number(text) == number


def test_networks() -> None:
    made = Networks(tuple(filter(None, map(parse_network, ["10.0.0.0/8", "2001:db8::/32", "192.0.2.7"]))))
    for inside in (
        "10.0.0.0",
        "10.255.255.255",
        "10.1.0.0/16",
        "10.0.0.0/8",
        "2001:db8::",
        "2001:db8:1::/48",
        "192.0.2.7",
    ):
        assert made.has(inside, {}), inside
    for outside in (
        "9.255.255.255",
        "11.0.0.0",
        "10.0.0.0/7",
        "::",
        "2001:db9::",
        "2001:db8::/31",
        "192.0.2.8",
        "x",
        "",
    ):
        assert not made.has(outside, {}), outside
    assert not made.has("\0", {})
    assert made.keys == ()
    assert parse_network("10.0.0.1/8") == parse_network("10.0.0.0/8")
    assert parse_network("10.0.0.0/33") is None


def test_flags() -> None:
    assert flags(["TRUE"]) == Flags(frozenset({"true"}))
    assert flags(["TRUE"]).has("True", {})
    assert not flags(["TRUE"]).has("false", {})
    binary = flags(["QQ==", "no base 64"], binary=True)
    assert binary == Flags(frozenset({"41"}), binary=True)
    assert binary.has("QQ==", {})
    assert not binary.has("qq==", {})
    assert not binary.has("no base 64", {})
    assert flags([]).keys == ()


def test_texts() -> None:
    made = texts(["a", "b*", "c?", "${k}"])
    assert made.keys == ("k",)
    assert made.literals is None
    assert texts(["a", "b"]).literals == {"a", "b"}
    assert texts(["a*"]).literals is None
    assert texts(["a?"]).literals is None
    assert [made.has(each, {"k": ("z",)}) for each in ("a", "bx", "cx", "z", "c", "cxx", "ab", "")] == [
        True, True, True, True, False, False, False, False,
    ]  # fmt: skip
    assert texts(["A", "a", "b?", "${k}"], nocase=True).has("BX", {})
    assert texts(["${k}"], nocase=True).has("Z", {"k": ("z",)})
    assert texts(["a", "a"]) == texts(["a"])
    assert hash(texts(["a", "a"])) == hash(texts(["a"]))
    assert texts(["a", "${k}"]) != texts(["a"])
    assert texts(["a"]) != texts(["b"])
    assert texts(["a"]) != "a"
    assert repr(texts(["a", "${k}"])) == "Texts(a, ${k})"
    assert Texts(()) == NOTHING
    assert texts(["a*:c"]).has("a:b:c", {})


comparisons = st.sampled_from(["equals", "lessthan", "lessthanequals", "greaterthan", "greaterthanequals"])


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(comparisons, st.integers(-3, 3), st.booleans()), min_size=1, max_size=3),
    st.booleans(),
)
def test_what_numbers_share_is_among_the_candidates(sides: list[tuple[str, int, bool]], dates: bool) -> None:
    sets = [(Numbers(name, (Fraction(bound),), dates=dates), wanted) for name, bound, wanted in sides]

    def fits(text: str) -> bool:
        return all(each.has(text, {}) is wanted for each, wanted in sets)

    steps = [written(Fraction(number, 4), dates=dates) for number in range(-20, 21)]
    assert any(map(fits, candidates(each for each, _ in sets))) is any(map(fits, steps))


def test_candidates_of_addresses_and_flags() -> None:
    inner, outer = (Networks((parse_network(each),)) for each in ("10.0.0.0/9", "10.0.0.0/8"))  # type: ignore[arg-type]
    found = candidates([inner, outer])
    assert any(outer.has(each, {}) and not inner.has(each, {}) for each in found)
    assert any(not outer.has(each, {}) for each in found)
    whole = Networks((parse_network("0.0.0.0/0"),))  # type: ignore[arg-type]
    assert any(not whole.has(each, {}) for each in candidates([whole]))
    assert candidates([inner])[-2:] == ("10.0.0.0", "10.128.0.0")
    assert candidates([flags(["true"])]) == ("true", "false")
    assert candidates([flags([], binary=True)]) == ("eA==",)
    assert candidates([flags(["QUI="], binary=True)])[0] == "QUI="
    binary = flags(["QQ=="], binary=True)
    assert {binary.has(each, {}) for each in candidates([binary])} == {True, False}
    assert candidates([]) == ()


def test_numbers_are_written_exactly() -> None:
    assert written(Fraction(3, 2), dates=False) == "1.5"
    assert written(Fraction(10**30), dates=False) == "1" + "0" * 30
    assert written(Fraction(0), dates=True) == "1970-01-01T00:00:00Z"
    assert written(Fraction(3, 2), dates=True) == "1.5"
    assert written(Fraction(-62_135_596_800), dates=True) == "0001-01-01T00:00:00Z"
    assert written(Fraction(253_402_300_799), dates=True) == "9999-12-31T23:59:59Z"
    assert written(Fraction(253_402_300_800), dates=True) == "253402300800"
    assert written(Fraction(-62_135_596_801), dates=True) == "-62135596801"


# Constraints


@settings(max_examples=200, deadline=None)
@given(
    st.builds(
        Constraint, key=st.just("k"), values=st.sampled_from([texts(["a"]), texts(["a*", "b"]), NOTHING]),
        negated=st.booleans(), some=st.booleans(), absent=st.booleans(),
    ),
    st.lists(st.sampled_from(["a", "ab", "b", "c"]), max_size=3),
)  # fmt: skip
def test_a_negated_constraint_holds_where_the_other_does_not(made: Constraint, values: list[str]) -> None:
    attributes = {"k": tuple(values)}
    assert made.negate().holds(attributes) is not made.holds(attributes)
    assert made.negate().negate() == made
    assert made.holds({}) is made.absent


def test_a_constraint_asks_some_value_or_all() -> None:
    a = texts(["a"])
    both, one = {"k": ("a", "b")}, {"k": ("a",)}
    assert [Constraint("k", a).holds(each) for each in (both, one, {"k": ("b",)}, {"k": ()})] == [
        True,
        True,
        False,
        False,
    ]
    assert [Constraint("k", a, some=False).holds(each) for each in (both, one)] == [False, True]
    assert [Constraint("k", a, negated=True).holds(each) for each in (both, one)] == [True, False]
    assert [present("k").holds(each) for each in (both, {}, {"k": ()})] == [True, False, False]


def test_operators_are_taken_apart() -> None:
    assert Operator.parse("ForAnyValue:StringNotLikeIfExists") == Operator("stringlike", True, True, True)
    assert Operator.parse("forallvalues:NumericLessThan") == Operator("numericlessthan", False, False, False)
    assert Operator.parse("Null") == Operator("null")
    assert Operator.parse("ForAllValues:Null") == Operator("null", some=False)
    for wrong in ("StringEqual", "", "NullIfExists", "ForSomeValue:StringEquals", "NotBool"):
        with pytest.raises(MalformedPolicy, match=re.escape(f"IAM has no condition operator {wrong!r}")):
            Operator.parse(wrong)


def test_conditions_become_constraints() -> None:
    made = compile_condition("ArnNotLike", "AWS:SourceArn", ["arn:aws:s3:::*"], variables=True)
    assert made == Constraint("aws:sourcearn", texts(["arn:aws:s3:::*"], arn=True), True, False, True)
    assert compile_condition("DateLessThan", "k", ["1970", "x"], variables=True).values == Numbers(
        "lessthan", (Fraction(0),), dates=True
    )
    assert compile_condition("NumericEquals", "k", ["1970"], variables=True).values == Numbers(
        "equals", (Fraction(1970),)
    )
    assert compile_condition("StringEquals", "k", ["${a}"], variables=False).values == texts(["${a}"], variables=False)
    assert compile_condition("BinaryEquals", "k", ["QQ=="], variables=True).values == flags(["QQ=="], binary=True)
    assert compile_condition("StringEqualsIgnoreCase", "k", ["A*"], variables=True).values == texts(
        ["a*"], wildcards=False, nocase=True
    )
    assert present("k") == Constraint("k", NOTHING, negated=True, some=False, absent=False)
    assert compile_condition("Null", "k", ["true", "False"], variables=True).holds({})
    assert compile_condition("Null", "k", ["true", "False"], variables=True).holds({"k": ("v",)})
    assert not compile_condition("Null", "k", ["maybe"], variables=True).holds({})
    assert not compile_condition("Null", "k", ["maybe"], variables=True).holds({"k": ("v",)})


# Callers and requests


@pytest.mark.parametrize(
    ("text", "kind", "account", "arn"),
    [
        ("*", PrincipalKind.ANONYMOUS, "", ""),
        ("anonymous", PrincipalKind.ANONYMOUS, "", ""),
        (OWN, PrincipalKind.ROOT, OWN, f"arn:aws:iam::{OWN}:root"),
        (f"arn:aws-cn:iam::{OWN}:root", PrincipalKind.ROOT, OWN, f"arn:aws-cn:iam::{OWN}:root"),
        ("lambda.amazonaws.com", PrincipalKind.SERVICE, "", "lambda.amazonaws.com"),
        ("ec2.amazonaws.com.cn", PrincipalKind.SERVICE, "", "ec2.amazonaws.com.cn"),
        (f"arn:aws:iam::{OWN}:user/a/b", PrincipalKind.USER, OWN, f"arn:aws:iam::{OWN}:user/a/b"),
        (f"arn:aws:iam::{OWN}:role/r", PrincipalKind.ROLE, OWN, f"arn:aws:iam::{OWN}:role/r"),
        (f"arn:aws:sts::{OWN}:assumed-role/r/s", PrincipalKind.ROLE, OWN, f"arn:aws:iam::{OWN}:role/r"),
        (
            f"arn:aws:sts::{OWN}:federated-user/f",
            PrincipalKind.FEDERATED_USER,
            OWN,
            f"arn:aws:sts::{OWN}:federated-user/f",
        ),
        (f"arn:aws:iam::{OWN}:saml-provider/p", PrincipalKind.FEDERATED, OWN, f"arn:aws:iam::{OWN}:saml-provider/p"),
        (f"arn:aws:iam::{OWN}:oidc-provider/p", PrincipalKind.FEDERATED, OWN, f"arn:aws:iam::{OWN}:oidc-provider/p"),
    ],
)
def test_callers_are_read_from_text(text: str, kind: PrincipalKind, account: str, arn: str) -> None:
    made = Principal.parse(text)
    assert (made.kind, made.account, made.arn) == (kind, account, arn)
    assert made.session == (text if "assumed-role" in text else "")
    assert not made.service_linked


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("bob", "'bob' is no principal; give the ARN of a user, role or session, an account id, a service such as lam"),
        ("x", "bda.amazonaws.com, or * for anyone"),
        (f"arn:aws:iam::{OWN}:user", "is no principal"),
        (f"arn:aws:iam::{OWN}:root/x", "is no principal"),
        ("arn:aws:iam::123:user/a", "is no principal"),
        (f"arn:aws:sts::{OWN}:assumed-role/r", f"'arn:aws:sts::{OWN}:assumed-role/r' lacks the name of the session"),
    ],
)  # fmt: skip
def test_what_is_no_caller_is_bad_input(text: str, said: str) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        Principal.parse(text)


def test_a_service_linked_role_is_known_by_its_path() -> None:
    assert Principal.parse(
        f"arn:aws:iam::{OWN}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
    ).service_linked
    assert not Principal.parse(f"arn:aws:iam::{OWN}:user/aws-service-role/x").service_linked


def test_names_of_callers() -> None:
    session = Principal.parse(f"arn:aws:sts::{OWN}:assumed-role/r/s")
    account = {OWN, f"arn:aws:iam::{OWN}:root"}
    assert session.account_names == account
    assert session.names == {"*", session.arn, session.session} | account
    assert session.direct_names == {"*", session.session}
    assert Principal.parse(f"arn:aws-us-gov:iam::{OWN}:user/u").account_names == {
        OWN,
        f"arn:aws-us-gov:iam::{OWN}:root",
    }
    assert Principal.parse("s3.amazonaws.com").names == {"*", "service:s3.amazonaws.com"}
    assert Principal.parse("*").names == {"*"}
    assert Principal.parse("*").account_names == frozenset()
    assert Principal.parse("*").root_arn == ""


def test_what_policies_see_of_a_request() -> None:
    request = Request(
        principal=Principal.parse(f"arn:aws:iam::{OWN}:user/u"),
        action="S3:GetObject",
        resource="arn:aws:s3:::b",
        context={"AWS:UserName": ("told",), "X": ("1", "2")},
        resource_account=OTHER,
        resource_organization="o-1",
        resource_organization_path="o-1/r/",
        resource_tags={"Team": "red"},
    )
    seen = request.attributes()
    assert seen["action"] == ("s3:getobject",)
    assert seen["resource"] == ("arn:aws:s3:::b",)
    assert seen["aws:username"] == ("told",)
    assert seen["x"] == ("1", "2")
    assert seen["aws:resourceaccount"] == (OTHER,)
    assert seen["aws:resourceorgid"] == ("o-1",)
    assert seen["aws:resourceorgpaths"] == ("o-1/r/",)
    assert seen["aws:resourcetag/team"] == ("red",)
    assert set(seen["principal"]) == request.principal.names
    unsigned = Request(principal=Principal.parse("*"), action="s3:GetObject").attributes()
    assert not {"aws:resourceaccount", "aws:resourceorgid", "aws:userid", "aws:principalarn"} & unsigned.keys()


@pytest.mark.parametrize(
    ("arn", "account"),
    [(f"arn:aws:sqs:eu-west-1:{OWN}:q", OWN), ("arn:aws:s3:::b", ""), ("*", ""), (f"arn:aws:sqs:eu-west-1:{OWN}", ""),
     ("arn:aws:sqs:eu-west-1:12345678901x:q", ""), ("arn:aws:sqs:eu-west-1:1234:q", ""), (f"a:b:c:d:{OWN}:f:g", OWN)],
)  # fmt: skip
def test_the_account_of_an_arn(arn: str, account: str) -> None:
    assert account_in(arn) == account


# Clauses, policies, decisions


def _policy(layer: Layer, *statements: dict[str, Any], name: str = "p") -> Policy:
    return Policy(parse_policy({"Version": "2012-10-17", "Statement": list(statements)}), layer, name)


FULL: dict[str, Any] = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def test_policies_find_statements_by_action() -> None:
    made = _policy(Layer.IDENTITY, FULL, {**FULL, "Effect": "Deny", "Action": "s3:*", "Sid": "NoS3"})
    denying, allowing = made.concerning("s3:getobject")
    assert [str(each) for each in denying] == ["NoS3 of p (identity-based policy)"]
    assert [str(each) for each in allowing] == ["statement 1 of p (identity-based policy)"]
    assert made.concerning("ec2:runinstances") == ((), allowing)
    assert made.denies
    assert not _policy(Layer.IDENTITY, FULL).denies
    assert made.document.statements[1].sid == "NoS3"
    assert Policy(made.document, Layer.SCP).name == ""
    assert repr(made) == "Policy('p', identity-based policy, 2 statements)"
    assert str(_policy(Layer.SCP, FULL, name="").clauses[0]) == "statement 1 of a policy (service control policy)"


def test_what_policies_remember_of_actions_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bartizan.policy.compiled._REMEMBERED", 3)
    made = _policy(Layer.IDENTITY, FULL)
    for number in range(10):
        assert len(made.allowing[f"s3:{number}"]) == 1
    assert len(made.allowing) <= 3


def test_a_clause_has_all_its_constraints() -> None:
    named = {**FULL, "Action": "s3:*", "Resource": "a", "Principal": "*", "Condition": {"Bool": {"k": "true"}}}
    clause = _policy(Layer.RESOURCE, named).clauses[0]
    assert [each.key for each in clause.constraints] == ["action", "resource", "k", "principal"]
    assert clause.names == {"*"}
    assert clause.index == 0
    assert [each.key for each in _policy(Layer.IDENTITY, FULL).clauses[0].constraints] == ["action"]
    assert clause.action == Constraint("action", texts(["s3:*"], nocase=True))
    excepting = {"Effect": "Deny", "NotAction": "${a}", "NotResource": "*", "NotPrincipal": {"AWS": OWN}}
    clause = _policy(Layer.RESOURCE, excepting).clauses[0]
    assert clause.action == Constraint("action", texts(["${a}"], variables=False, nocase=True), True, False, True)
    assert clause.rest == (Constraint("resource", texts(["*"]), True, False, True),)
    assert clause.principal == Constraint("principal", texts([OWN]), True, False, True)
    unplaced = {"Effect": "Allow", "Action": "*:*"}
    clause = _policy(Layer.IDENTITY, unplaced).clauses[0]
    assert clause.rest == (Constraint("resource", NOTHING),)
    assert clause.action == Constraint("action", texts(["*"], nocase=True))
    assert clause.principal is None


@settings(max_examples=150, deadline=None)
@given(strategies.policies(Layer.RESOURCE), strategies.requests())
def test_a_clause_applies_where_its_constraints_hold(document: PolicyDocument, request: Request) -> None:
    attributes = request.attributes()
    for clause in Policy(document, Layer.RESOURCE).clauses:
        together = all(each.holds(attributes) for each in clause.constraints if each is not clause.action)
        assert clause.applies(attributes) is together


def test_policies_of_one_layer_are_compiled_together() -> None:
    (made,) = compile_policies([("one", parse_policy({"Statement": [FULL]}))], Layer.SCP)
    assert (made.name, made.layer, len(made.clauses)) == ("one", Layer.SCP, 1)


def test_an_unknown_operator_is_bad_input() -> None:
    with pytest.raises(MalformedPolicy):
        _policy(Layer.IDENTITY, {**FULL, "Condition": {"StringIs": {"k": "v"}}})


def test_how_far_a_resource_gives() -> None:
    session = Principal.parse(f"arn:aws:sts::{OWN}:assumed-role/r/s")

    def strength(name: Any, **more: Any) -> Strength:
        return grant_strength(_policy(Layer.RESOURCE, {**FULL, "Principal": name, **more}).clauses[0], session)

    assert strength("*") is Strength.DIRECT
    assert strength({"AWS": session.session}) is Strength.DIRECT
    assert strength({"AWS": [session.arn, OWN]}) is Strength.ROLE
    assert strength({"AWS": OWN}) is Strength.ACCOUNT
    assert strength({"AWS": [OWN, f"arn:aws:iam::{OWN}:root"]}) is Strength.ACCOUNT
    unnamed = _policy(Layer.IDENTITY, FULL).clauses[0]
    assert grant_strength(unnamed, session) is Strength.DIRECT


def test_an_allowance_names_every_statement_that_gave_leave() -> None:
    user = Principal.parse(f"arn:aws:iam::{OWN}:user/u")
    key = f"arn:aws:kms:eu-west-1:{OWN}:key/1"
    authorization = Authorization(
        identity=(_policy(Layer.IDENTITY, FULL, name="own"),),
        resource=(_policy(Layer.RESOURCE, {**FULL, "Principal": {"AWS": OWN}}, name="key"),),
        boundary=(_policy(Layer.BOUNDARY, FULL, name="bound"),),
        session=(_policy(Layer.SESSION, FULL, name="session"),),
        endpoint=(_policy(Layer.ENDPOINT, {**FULL, "Principal": "*"}, name="endpoint"),),
        scps=((_policy(Layer.SCP, FULL, name="scp"),),),
        rcps=((_policy(Layer.RCP, {**FULL, "Principal": "*"}, name="rcp"),),),
    )
    decision = decide(Request(principal=user, action="kms:Decrypt", resource=key), authorization)
    assert decision.outcome is Outcome.ALLOWED
    assert [each.policy for each in decision.statements] == ["session", "bound", "own", "key", "endpoint", "scp", "rcp"]
    assert decision.layer is Layer.SESSION
    assert decide(Request(principal=user, action="kms:Decrypt", resource=key), Authorization()).layer is None


def test_an_allowance_by_the_resource_names_its_statement() -> None:
    session = Principal.parse(f"arn:aws:sts::{OWN}:assumed-role/r/s")
    own = _policy(Layer.IDENTITY, FULL, name="own")
    bound = _policy(Layer.BOUNDARY, FULL, name="bound")

    def reasons(name: str) -> list[str]:
        guard = _policy(Layer.RESOURCE, {**FULL, "Principal": {"AWS": name}}, name="bucket")
        authorization = Authorization(identity=(own,), resource=(guard,), boundary=(bound,))
        decision = decide(Request(principal=session, action="s3:GetObject", resource="arn:aws:s3:::b"), authorization)
        return [each.policy for each in decision.statements]

    assert reasons(session.session) == ["bucket"]
    assert reasons(session.arn) == ["bucket", "bound"]
    assert reasons(OWN) == ["bound", "own"]


def test_an_exception_counts_but_for_callers_with_a_boundary() -> None:
    denial = {**FULL, "Effect": "Deny", "NotPrincipal": {"AWS": OWN}}
    clause = _policy(Layer.RESOURCE, denial).clauses[0]
    attributes = Request(principal=Principal.parse(f"arn:aws:iam::{OWN}:user/u"), action="a:b").attributes()
    assert clause.excepts
    assert not clause.applies(attributes)
    assert clause.applies(attributes, bounded=True)
    allowing = _policy(Layer.RESOURCE, {**denial, "Effect": "Allow"}).clauses[0]
    assert not allowing.excepts
    assert not allowing.applies(attributes, bounded=True)


def test_a_star_among_services_or_providers_is_everybody() -> None:
    for kind, prefix in (("Service", "service:"), ("Federated", "federated:")):
        clause = _policy(Layer.RESOURCE, {**FULL, "Principal": {kind: ["*", "x"]}}).clauses[0]
        assert clause.names == {"*", f"{prefix}x"}


@pytest.mark.parametrize(
    ("pattern", "resource", "matched"),
    [("*/key", "arn:aws:s3:::b/key", True), ("arn:aws:s3:::b/${a:b:c, 'k'}", "arn:aws:s3:::b/k", True),
     ("arn:aws:s3::${a:b, 'b'}", "arn:aws:s3::b:c", True), ("arn:aws:s3:::b", "arn:aws:s3:::b:c", False)],
)  # fmt: skip
def test_only_incomplete_arns_are_completed(pattern: str, resource: str, matched: bool) -> None:
    clause = _policy(Layer.IDENTITY, {**FULL, "Resource": pattern}).clauses[0]
    assert clause.applies({"resource": (resource,)}) is matched


@pytest.mark.parametrize("name", ["role/ap?", "role/*", "role/${aws:PrincipalTag/team}"])
def test_a_name_in_the_element_principal_has_neither_wildcards_nor_variables(name: str) -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::111122223333:{name}"}, "Action": "s3:GetObject"}
    document = parse_policy({"Version": "2012-10-17", "Statement": {**statement, "Resource": "*"}})
    role = Principal.parse("arn:aws:iam::111122223333:role/app")
    request = Request(
        principal=role, action="s3:GetObject", resource="arn:aws:s3:::b/k", resource_account="444455556666",
        context={"aws:PrincipalTag/team": ("app",)},
    )  # fmt: skip
    (clause,) = Policy(document, Layer.RESOURCE).clauses
    assert not clause.applies(request.attributes())
    exact = Principal(kind=role.kind, arn=f"arn:aws:iam::111122223333:{name}", account=role.account)
    assert clause.applies(replace(request, principal=exact).attributes())
