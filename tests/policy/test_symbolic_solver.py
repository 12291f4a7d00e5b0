"""The solver against brute force: what it finds holds, and where it finds nothing, nothing holds."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.policy.conditions import Constraint, compile_condition, texts
from bartizan.policy.patterns import Pattern, parse_pattern
from bartizan.policy.symbolic import FALSE, TRUE, Formula, Undecided, both, either, holds, opposite, solve
from bartizan.policy.symbolic.inclusion import covers, may_meet
from bartizan.policy.symbolic.known import simplified
from bartizan.policy.symbolic.language import find_text
from bartizan.policy.values import Texts

ALPHABET = "ab:"
WORDS = tuple("".join(letters) for length in range(5) for letters in itertools.product(ALPHABET, repeat=length))

patterns = st.text(alphabet="ab:*?", max_size=5)
unions = st.lists(patterns, min_size=1, max_size=3).flatmap(
    lambda some: st.tuples(st.just(some), st.booleans(), st.booleans())
)


def _texts(drawn: tuple[list[str], bool, bool]) -> Texts:
    some, arn, nocase = drawn
    return texts(some, arn=arn, nocase=nocase)


@settings(max_examples=400, deadline=None)
@given(st.lists(unions, max_size=3), st.lists(unions, max_size=3))
def test_a_text_is_found_exactly_where_there_is_one(
    positive: list[tuple[list[str], bool, bool]], negative: list[tuple[list[str], bool, bool]]
) -> None:
    wanted, unwanted = list(map(_texts, positive)), list(map(_texts, negative))
    found = find_text(wanted, unwanted)
    if found is not None:
        assert all(each.has(found, {}) for each in wanted)
        assert not any(each.has(found, {}) for each in unwanted)
    else:
        fitting = [
            word
            for word in WORDS
            if all(each.has(word, {}) for each in wanted) and not any(each.has(word, {}) for each in unwanted)
        ]
        assert fitting == []


SINGLE = {
    "x:text": [(), *((word,) for word in WORDS if len(word) < 3), ("zz",)],
    "x:number": [(), ("1",), ("1.5",), ("2",), ("3",), ("9",), ("-9",), ("2.5",)],
    "x:net": [(), ("10.0.0.0",), ("10.0.0.9",), ("10.0.1.0",), ("192.0.2.1",), ("::1",), ("9.255.255.255",)],
    "x:flag": [(), ("true",), ("false",)],
}
SETS = [(), *((one,) for one in "ab"), ("c",), ("a", "b"), ("a", "c"), ("b", "c"), ("a", "b", "c")]
DOMAIN = {**SINGLE, "aws:tagkeys": SETS}

small = st.lists(st.text(alphabet="ab*?", max_size=2), min_size=1, max_size=2)
conditions = st.one_of(
    st.tuples(
        st.sampled_from(
            [
                "StringEquals",
                "StringNotEquals",
                "StringLike",
                "StringNotLike",
                "StringLikeIfExists",
                "StringEqualsIgnoreCase",
            ]
        ),
        st.just("x:text"),
        small,
    ),
    st.tuples(
        st.sampled_from(["NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericGreaterThanEqualsIfExists"]),
        st.just("x:number"),
        st.lists(st.sampled_from(["1", "2", "3"]), min_size=1, max_size=2),
    ),
    st.tuples(
        st.sampled_from(["IpAddress", "NotIpAddress", "IpAddressIfExists"]),
        st.just("x:net"),
        st.lists(
            st.sampled_from(["10.0.0.0/8", "10.0.0.0/24", "0.0.0.0/0", "::/0", "10.0.0.9"]), min_size=1, max_size=2
        ),
    ),
    st.tuples(st.sampled_from(["Bool", "BoolIfExists"]), st.just("x:flag"), st.sampled_from([["true"], ["false"]])),
    st.tuples(
        st.sampled_from(
            [
                "ForAnyValue:StringEquals",
                "ForAllValues:StringEquals",
                "ForAnyValue:StringNotEquals",
                "ForAllValues:StringNotLike",
                "ForAllValues:StringEqualsIfExists",
            ]
        ),
        st.just("aws:TagKeys"),
        st.lists(st.sampled_from(["a", "b", "c", "d", "?"]), min_size=1, max_size=2),
    ),
    st.tuples(
        st.just("Null"), st.sampled_from(["x:text", "aws:TagKeys", "x:net"]), st.sampled_from([["true"], ["false"]])
    ),
)


def _condition(drawn: tuple[str, str, list[str]]) -> Constraint:
    operator, key, values = drawn
    return compile_condition(operator, key, values, variables=True)


formulas: st.SearchStrategy[Formula] = st.recursive(
    st.builds(_condition, conditions),
    lambda inner: st.one_of(
        st.builds(lambda parts: both(*parts), st.lists(inner, min_size=1, max_size=4)),
        st.builds(lambda parts: either(*parts), st.lists(inner, min_size=1, max_size=4)),
        st.builds(opposite, inner),
    ),
    max_leaves=8,
)


def _requests(formula: Formula) -> list[dict[str, tuple[str, ...]]]:
    keys = sorted({each.key for each in _leaves(formula)})
    return [
        {key: values for key, values in zip(keys, chosen, strict=True) if values}
        for chosen in itertools.product(*(DOMAIN[key] for key in keys))
    ]


def _leaves(formula: Formula) -> list[Constraint]:
    if isinstance(formula, Constraint):
        return [formula]
    return [leaf for part in formula.parts for leaf in _leaves(part)]


@settings(max_examples=300, deadline=None)
@given(formulas)
def test_a_request_is_found_exactly_where_there_is_one(formula: Formula) -> None:
    found = solve(formula)
    if found is None:
        assert not any(holds(formula, each) for each in _requests(formula))
    else:
        assert holds(formula, found)
        assert all(len(values) == 1 or key == "aws:tagkeys" for key, values in found.items())


@settings(max_examples=200, deadline=None)
@given(formulas, st.data())
def test_the_opposite_holds_exactly_where_the_formula_does_not(formula: Formula, data: st.DataObject) -> None:
    request = {key: data.draw(st.sampled_from(values)) for key, values in DOMAIN.items()}
    request = {key: values for key, values in request.items() if values}
    assert holds(opposite(formula), request) is not holds(formula, request)


def test_contradictions_and_certainties() -> None:
    key = _condition(("StringLike", "x:text", ["a*"]))
    assert solve(both(key, key.negate())) is None
    assert solve(FALSE) is None
    assert solve(TRUE) == {}


def _linked(operator: str, key: str, value: str) -> Constraint:
    return compile_condition(operator, key, [value], variables=True)


def test_variables_link_attributes() -> None:
    same = _linked("StringEquals", "x:owner", "${aws:username}")
    found = solve(both(same, _linked("StringEquals", "aws:username", "ann")))
    assert found == {"x:owner": ("ann",), "aws:username": ("ann",)}
    ann, bob = _linked("StringEquals", "aws:username", "ann"), _linked("StringEquals", "x:owner", "bob")
    assert solve(both(same, ann, bob)) is None, "ann is not bob"
    assert solve(both(same, same.negate())) is None


def test_a_variable_whose_value_is_known_is_put_in() -> None:
    within = _linked("StringLike", "s3:prefix", "home/${aws:username}/*")
    other = _linked("StringLike", "s3:prefix", "home/bob/*")
    assert solve(both(within, other), {"aws:username": ("ann",)}) is None
    assert solve(both(within, other), {"aws:username": ("bob",)}) is not None
    assert solve(within, {"aws:username": ()}) is None, "a variable that is missing matches nothing"


def test_what_cannot_be_told_is_undecided() -> None:
    text = _linked("StringLike", "x:mixed", "12*")
    number = _linked("NumericGreaterThan", "x:mixed", "1000")
    with pytest.raises(Undecided):
        solve(both(text, number))


one_pattern = st.builds(
    lambda text, arn, nocase: parse_pattern(text, variables=False, arn=arn, nocase=nocase),
    st.text(alphabet="abA:*?", max_size=5),
    st.booleans(),
    st.booleans(),
)
MIXED = (*WORDS, *("".join(letters) for length in range(4) for letters in itertools.product("aA:z", repeat=length)))


@settings(max_examples=1500, deadline=None)
@given(one_pattern, one_pattern)
def test_quick_answers_about_two_patterns_are_true(one: Pattern, other: Pattern) -> None:
    if covers(one, other):
        assert all(one.matches(word) for word in MIXED if other.matches(word))
    if not may_meet(one, other):
        assert not any(one.matches(word) and other.matches(word) for word in MIXED)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from(["a*", "${x:v}", "*${x:v}b", "a${x:v}?", "${x:v, 'b'}a", "${x:v}${x:v}"]), max_size=3),
    st.booleans(),
    st.text(alphabet="ab", max_size=4),
    st.sampled_from([(), *((word,) for word in ("a", "b", "ab", "ba", "aa", "zz"))]),
)
def test_a_known_text_says_what_its_variables_are(
    written: list[str], negated: bool, text: str, value: tuple[str, ...]
) -> None:
    operator = "StringNotLike" if negated else "StringLike"
    constraint = compile_condition(operator, "x:t", written, variables=True)
    left = simplified(constraint, {"x:t": (text,)})
    assert all(each.key == "x:v" for each in _leaves(left))
    request = {"x:t": (text,), **({"x:v": value} if value else {})}
    assert holds(left, request) is constraint.holds(request)


def test_a_policy_of_a_thousand_actions_is_compared_at_once() -> None:
    many = texts((f"s{number}:Get{number}*" for number in range(1000)), nocase=True)
    more = texts((f"s{number}:G*" for number in range(1000)), nocase=True)
    less = texts((f"s{number}:Get{number}*" for number in range(999)), nocase=True)
    one = Constraint("action", many)
    assert solve(both(one, Constraint("action", more).negate())) is None
    assert solve(both(one, Constraint("action", less).negate())) == {"action": ("s999:get999example",)}


def test_what_grows_beyond_all_bounds_is_undecided() -> None:
    words = ["".join(letters) for letters in itertools.product("abc", repeat=7)]
    crossing = texts(f"*{'*'.join(word)}*?" for word in words[:300])
    wanted = texts([f"*{'*'.join(word)}*" for word in words[300:310]])
    also = texts([f"?*{'*'.join(word)}*a" for word in words[310:340]])
    with pytest.raises(Undecided, match="cross"):
        find_text([wanted, also], [crossing, texts(["?*z*", "*a"])])
