"""Checks of conditions: keys that exist, operators that fit them, and values that can be compared.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from __future__ import annotations

import base64
import binascii
import difflib
import ipaddress
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from bartizan.policy.conditions import Operator
from bartizan.policy.lint.actions import actions_of, has_key
from bartizan.policy.lint.check import Level, Located, Problem, Subject, check
from bartizan.policy.places import Path, shown
from bartizan.policy.reference import GLOBAL_KEYS, Reference, ValueType
from bartizan.policy.reference.values import PLACEHOLDER
from bartizan.policy.values import Networks, parse_date, parse_network, parse_number

_TYPES: Mapping[str, frozenset[ValueType]] = MappingProxyType(
    {
        "string": frozenset({ValueType.STRING, ValueType.ARN}),
        "numeric": frozenset({ValueType.NUMERIC}),
        "date": frozenset({ValueType.DATE}),
        "bool": frozenset({ValueType.BOOL}),
        "binary": frozenset({ValueType.BINARY}),
        "ip": frozenset({ValueType.IP}),
        "arn": frozenset({ValueType.ARN}),
    }
)
_OPERATOR_FOR: Mapping[ValueType, str] = MappingProxyType(
    {
        ValueType.STRING: "StringEquals or StringLike", ValueType.NUMERIC: "NumericEquals and its like",
        ValueType.DATE: "DateLessThan and its like", ValueType.BOOL: "Bool", ValueType.BINARY: "BinaryEquals",
        ValueType.IP: "IpAddress or NotIpAddress", ValueType.ARN: "ArnEquals or ArnLike",
    }
)  # fmt: skip


def _lines(subject: Subject) -> Iterator[tuple[Located, str, str, tuple[str, ...], Path]]:
    for each in subject.statements:
        for operator, key, values in each.statement.conditions:
            yield each, operator, key, values, each.at("Condition", operator, key)


def _family(operator: Operator) -> str:
    return next((name for name in _TYPES if operator.base.startswith(name)), "")


def _values(subject: Subject) -> Iterator[tuple[str, str, Path]]:
    """Every value that conditions compare with and that has no variable: the family of its operator, and its place."""
    for each, operator, key, values, _ in _lines(subject):
        family = "null" if operator.lower().endswith("null") else _family(Operator.parse(operator))
        for position, value in enumerate(values):
            if "${" not in value:
                yield family, value, each.at("Condition", operator, key, position)


@check(Level.WARNING)
def unknown_condition_key(subject: Subject) -> Iterator[Problem]:
    """AWS has no such condition key, so that no request ever has it: most conditions on it never hold."""
    for each, _, key, _, path in _lines(subject):
        if subject.reference.condition_key(key) is None:
            near = difflib.get_close_matches(shown(key).lower(), _known(each, subject.reference), n=1, cutoff=0.75)
            yield Problem(path, f"AWS has no condition key {shown(key)}",
                          f"did you mean {near[0]}?" if near else "look it up in the service's reference")  # fmt: skip


def _known(located: Located, reference: Reference) -> list[str]:
    prefixes = {action.partition(":")[0] for action in located.statement.actions}
    services = [service for service in map(reference.service, prefixes) if service]
    keys = [*GLOBAL_KEYS, *(key for service in services for key in service.condition_keys.values())]
    return [each.name.lower() for each in keys]


@check(Level.WARNING)
def key_not_for_action(subject: Subject) -> Iterator[Problem]:
    """None of the statement's actions has the key in its request, so that the condition tests what is never there."""
    for each, operator, key, _, path in _lines(subject):
        parsed = Operator.parse(operator)
        known = subject.reference.condition_key(key)
        if known is None or key.lower().startswith("aws:") or parsed.if_exists or parsed.base == "null":
            continue
        if each.statement.not_actions or known in GLOBAL_KEYS or "." in key.partition(":")[0]:
            continue
        listed = [actions_of(pattern, subject.reference) for pattern in each.statement.actions]
        if all(listed) and not any(has_key(action, key, subject.reference) for actions in listed for action in actions):
            yield Problem(path, f"no action of {each.name} has the condition key {shown(key)}",
                          "bartizan action NAME shows the keys of an action")  # fmt: skip


@check(Level.WARNING)
def operator_for_other_type(subject: Subject) -> Iterator[Problem]:
    """The operator compares values of another type than the key's: an address compared as a text knows no networks."""
    for _, operator, key, _, path in _lines(subject):
        known, parsed = subject.reference.condition_key(key), Operator.parse(operator)
        fitting = _TYPES.get(_family(parsed))
        if known is None or fitting is None or fitting & set(known.types) or PLACEHOLDER.search(known.name):
            continue
        if parsed.base.startswith("bool") and ValueType.STRING in known.types:
            continue  # documented so for some keys that are texts "true" and "false"
        yield Problem(path, f"{operator} does not compare values of the type {known.type}, which {shown(key)} has",
                      f"use {_OPERATOR_FOR[known.type]}")  # fmt: skip


@check(Level.ERROR)
def value_of_other_type(subject: Subject) -> Iterator[Problem]:
    """The operator cannot read the value, which therefore matches nothing."""
    for family, value, path in _values(subject):
        said = _unreadable(family, value)
        if said:
            yield Problem(path, f"{shown(value) or 'an empty text'} is {said[0]}", said[1])


def _unreadable(family: str, value: str) -> tuple[str, str] | None:
    """What the value is not, and how it is written; ``None`` where it is right."""
    known = _READABLE.get(family)
    return known[1:] if known and not known[0](value) else None


def _is_arn(value: str) -> bool:
    return value.startswith(("arn:", "*", "?")) and (":" in value or set(value) <= {"*", "?"})


def _is_base64(value: str) -> bool:
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _is_truth(value: str) -> bool:
    return value.lower() in {"true", "false"}


_READABLE: Mapping[str, tuple[Callable[[str], bool], str, str]] = MappingProxyType(
    {
        "numeric": (lambda value: parse_number(value) is not None, "no number", "write one, as in 3600"),
        "date": (
            lambda value: parse_date(value) is not None,
            "no date",
            "write it as in 2026-01-31T00:00:00Z, or in seconds since 1970",
        ),
        "ip": (
            lambda value: parse_network(value) is not None,
            "neither an address nor a network",
            "write it as in 203.0.113.0/24 or 2001:db8::/32",
        ),
        "bool": (_is_truth, "neither true nor false", "write true or false"),
        "null": (_is_truth, "neither true nor false", "write true or false"),
        "arn": (_is_arn, "no ARN", "write an ARN; * and ? stand for parts of it"),
        "binary": (_is_base64, "no base64", "encode it in base64"),
    }
)
"""By family of operators: whether a value can be read, what it is otherwise, and how it is written."""


@check(Level.WARNING)
def network_with_host_bits(subject: Subject) -> Iterator[Problem]:
    """The address is not the first of its network, so that one of the two may be meant otherwise."""
    for family, value, path in _values(subject):
        network = parse_network(value) if family == "ip" and "/" in value else None
        if network is not None and ipaddress.ip_address(value.partition("/")[0]) != network.network_address:
            yield Problem(path, f"{value} is not the first address of its network", f"write {network}")


@check(Level.WARNING)
def private_source_address(subject: Subject) -> Iterator[Problem]:
    """`aws:SourceIp` is the public address of a request; for one through an endpoint in a VPC the key is missing.

    A private network therefore never matches. The key for those addresses is `aws:VpcSourceIp`.
    """
    for each, operator, key, values, _ in _lines(subject):
        if key.lower() == "aws:sourceip" and Operator.parse(operator).base == "ipaddress":
            for position, value in enumerate(values):
                if _PRIVATE.has(value, {}):
                    yield Problem(each.at("Condition", operator, key, position),
                                  f"{value} is private, and aws:SourceIp never is", "use aws:VpcSourceIp")  # fmt: skip


_PRIVATE = Networks(tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))))


@check(Level.SECURITY)
def all_values_without_guard(subject: Subject) -> Iterator[Problem]:
    """`ForAllValues` holds where the key is missing, so that an allowance also allows requests without any value."""
    for each, operator, key, _, path in _lines(subject):
        parsed = Operator.parse(operator)
        if key.lower() == "aws:tagkeys":
            continue  # what is allowed without one sets no tags
        if each.statement.allows and parsed.some is False and parsed.base != "null" and not _guarded(each, key):
            yield Problem(path, f"{operator} also holds for a request without {shown(key)}",
                          f'add "Null": {{"{shown(key)}": "false"}} to the condition')  # fmt: skip


def _guarded(located: Located, key: str) -> bool:
    """Whether another line of the condition fails where the key is missing."""
    for operator, other, values in located.statement.conditions:
        parsed = Operator.parse(operator)
        if other.lower() == key.lower():
            if parsed.base == "null" and {value.lower() for value in values} == {"false"}:
                return True
            if parsed.base != "null" and parsed.some is not False and not parsed.if_exists and not parsed.negated:
                return True
    return False


@check(Level.SECURITY)
def set_operator_on_single_value(subject: Subject) -> Iterator[Problem]:
    """The key has one value at most. With `ForAllValues` a request without it passes, which is rarely meant."""
    for each, operator, key, _, path in _lines(subject):
        known, parsed = subject.reference.condition_key(key), Operator.parse(operator)
        if known is not None and not known.multivalued and parsed.some is False and each.statement.allows:
            yield Problem(path, f"{shown(key)} has a single value, for which {operator} is not made",
                          f"write {operator.partition(':')[2]}")  # fmt: skip


@check(Level.WARNING)
def many_values_without_set_operator(subject: Subject) -> Iterator[Problem]:
    """The key may have several values, and AWS says what comes of comparing them only with a set operator."""
    for _, operator, key, _, path in _lines(subject):
        known, parsed = subject.reference.condition_key(key), Operator.parse(operator)
        if known is not None and known.multivalued and parsed.some is None and parsed.base != "null":
            yield Problem(path, f"{shown(key)} may have several values", f"write ForAnyValue:{operator}")


@check(Level.WARNING)
def wildcard_without_like(subject: Subject) -> Iterator[Problem]:
    """`StringEquals` takes `*` and `?` for what they are; `StringLike` takes them for wildcards."""
    for each, operator, key, values, _ in _lines(subject):
        parsed = Operator.parse(operator)
        if parsed.base in {"stringequals", "stringequalsignorecase"}:
            for position, value in enumerate(values):
                if "*" in value or ("?" in value and "://" not in value):
                    yield Problem(each.at("Condition", operator, key, position),
                                  f"{operator} takes the wildcard in {shown(value)} for plain text",
                                  f"use {'StringNotLike' if parsed.negated else 'StringLike'}")  # fmt: skip
