"""Conditions: what one key of a request must be, for each of IAM's operators.

Every operator comes down to a ``Constraint``: a set of values, whether belonging or not belonging is asked for, of some
value of the key or of all of them, and what a missing key means. The negation of a constraint is a constraint. Sources:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bartizan.policy.document import MalformedPolicy
from bartizan.policy.patterns import Attributes, parse_pattern
from bartizan.policy.values import Networks, Numbers, Texts, Values, flags, parse_date, parse_network, parse_number


@dataclass(frozen=True, slots=True)
class Constraint:
    """A question to one attribute of a request.

    ``some``: one value must belong (``negated``: one must not); otherwise all must (must not). ``absent`` is the answer
    where the attribute is missing.
    """

    key: str
    values: Values
    negated: bool = False
    some: bool = True
    absent: bool = False

    def holds(self, attributes: Attributes) -> bool:
        """The answer for a request."""
        found = attributes.get(self.key)
        if not found:
            return self.absent
        has, negated, some = self.values.has, self.negated, self.some
        for each in found:
            if (has(each, attributes) is not negated) is some:
                return some
        return not some

    def negate(self) -> Constraint:
        """The constraint that holds exactly where this one does not."""
        return Constraint(self.key, self.values, not self.negated, not self.some, not self.absent)


NOTHING = Texts(())
"""The set without any value."""

_NEGATED = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "numericnotequals": "numericequals",
    "datenotequals": "dateequals",
    "notipaddress": "ipaddress",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
}
_SETS = {"forallvalues:": False, "foranyvalue:": True}
_COMPARISONS = ("equals", "lessthan", "lessthanequals", "greaterthan", "greaterthanequals")
OPERATORS = frozenset(
    {
        "stringequals",
        "stringequalsignorecase",
        "stringlike",
        "bool",
        "binaryequals",
        "ipaddress",
        "arnequals",
        "arnlike",
    }
    | set(_NEGATED)
    | {kind + comparison for kind in ("numeric", "date") for comparison in _COMPARISONS}
)
"""The operators that compare, in lower case; ``Null`` asks only whether the key is there."""


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator of a condition, taken apart: ``ForAnyValue:StringNotLikeIfExists``.

    ``base`` is its positive form in lower case (``stringlike``); ``some`` is ``None`` without a set prefix.
    """

    base: str
    negated: bool = False
    some: bool | None = None
    if_exists: bool = False

    @classmethod
    def parse(cls, text: str) -> Operator:
        """Take an operator apart; raises ``MalformedPolicy`` where IAM has none of that name."""
        name = text.lower()
        some = next((quantifier for prefix, quantifier in _SETS.items() if name.startswith(prefix)), None)
        if some is not None:
            name = name.partition(":")[2]
        if name == "null":
            return cls("null", some=some)
        if_exists = name.endswith("ifexists")
        name = name.removesuffix("ifexists")
        if name not in OPERATORS:
            raise MalformedPolicy(f"IAM has no condition operator {text!r}")
        return cls(_NEGATED.get(name, name), name in _NEGATED, some, if_exists)


def compile_condition(operator: str, key: str, values: Sequence[str], *, variables: bool) -> Constraint:
    """The constraint of one line of a condition; raises ``MalformedPolicy`` where there is no such operator.

    A value that is not of the operator's kind (a number that is none) matches nothing. ``variables`` as in
    ``parse_pattern``.
    """
    parsed = Operator.parse(operator)
    lower = key.lower()
    if parsed.base == "null":
        return _null(lower, {value.lower() for value in values})
    some = parsed.some if parsed.some is not None else not parsed.negated
    absent = parsed.if_exists or (parsed.negated if parsed.some is None else not parsed.some)
    return Constraint(lower, _values(parsed.base, values, variables=variables), parsed.negated, some, absent)


def present(key: str) -> Constraint:
    """The constraint that an attribute, named in lower case, has a value."""
    return _null(key, {"false"})


def resolvable(values: Values) -> Iterator[Constraint]:
    """That the variables of texts which must not match have values: without one the whole statement is void.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    if isinstance(values, Texts):
        yield from map(present, dict.fromkeys(key for each in values.templates for key in each.required))


def _null(key: str, wanted: set[str]) -> Constraint:
    present = "false" in wanted
    return Constraint(key, NOTHING, negated=present, some=not present, absent="true" in wanted)


def _values(base: str, values: Sequence[str], *, variables: bool) -> Values:
    if base == "bool":
        return flags(values)
    if base == "binaryequals":
        return flags(values, binary=True)
    if base == "ipaddress":
        return Networks(tuple(network for network in map(parse_network, values) if network is not None))
    for kind, parse in (("numeric", parse_number), ("date", parse_date)):
        if base.startswith(kind):
            bounds = tuple(bound for bound in map(parse, values) if bound is not None)
            return Numbers(base.removeprefix(kind), bounds, dates=kind == "date")
    return texts(
        values,
        wildcards=base not in {"stringequals", "stringequalsignorecase"},
        variables=variables,
        arn=base.startswith("arn"),
        nocase=base == "stringequalsignorecase",
    )


def texts(
    values: Iterable[str], *, wildcards: bool = True, variables: bool = True, arn: bool = False, nocase: bool = False
) -> Texts:
    """The set of what these texts match, read as ``parse_pattern`` reads them."""
    return Texts(
        parse_pattern(value, wildcards=wildcards, variables=variables, arn=arn, nocase=nocase) for value in values
    )
