"""Whether the pattern of an EventBridge rule matches an event.

Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

from __future__ import annotations

import ipaddress
import json
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any


class PatternError(ValueError):
    """A pattern that is not understood; says what of it."""


def parse(text: str) -> Mapping[str, Any]:
    """The pattern in a text; raises ``PatternError`` where it is none."""
    try:
        pattern = json.loads(text)
    except ValueError as wrong:
        raise PatternError(str(wrong)) from None
    if not isinstance(pattern, dict):
        raise PatternError("a pattern is an object")
    return pattern


def matches(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Whether an event has all that the pattern asks for; raises ``PatternError``."""
    return all(_meets(name, wanted, event) for name, wanted in pattern.items())


def _meets(name: str, wanted: Any, event: Mapping[str, Any]) -> bool:
    if name == "$or":
        return any(matches(each, event) for each in wanted)
    value = event.get(name)
    if isinstance(wanted, dict):
        parts = value if isinstance(value, list) else [value]
        return any(matches(wanted, each if isinstance(each, dict) else {}) for each in parts)
    if not isinstance(wanted, list):
        raise PatternError(f"{name} asks for {wanted!r}, which is no list")
    there = name in event and not isinstance(value, dict)
    values = value if isinstance(value, list) else [value]
    return any(_exists(each, there=there) or (there and _any(each, values)) for each in wanted)


def _exists(wanted: Any, *, there: bool) -> bool:
    return isinstance(wanted, dict) and "exists" in wanted and wanted["exists"] is there


def _any(wanted: Any, values: Iterable[Any]) -> bool:
    return any(_is(wanted, each) for each in values)


def _is(wanted: Any, value: Any) -> bool:
    """Whether a value is what one entry of a list asks for."""
    if not isinstance(wanted, dict):
        return isinstance(wanted, bool) is isinstance(value, bool) and wanted == value  # to Python, true is 1
    if "exists" in wanted:
        return False  # decided by what is there, before any value is looked at
    ((name, argument),) = wanted.items() if len(wanted) == 1 else (("", None),)
    if name == "anything-but":
        return not _is_among(argument, value)
    if name not in _OPERATORS:
        raise PatternError(f"the operator {name or wanted} is not known here")
    return _OPERATORS[name](argument, value)


def _is_among(argument: Any, value: Any) -> bool:
    if isinstance(argument, dict):
        ((name, given),) = argument.items()
        return any(_is({name: each}, value) for each in (given if isinstance(given, list) else [given]))
    return any(_is(each, value) for each in (argument if isinstance(argument, list) else [argument]))


def _begins(argument: Any, value: Any) -> bool:
    return _affix(argument, value, str.startswith)


def _ends(argument: Any, value: Any) -> bool:
    return _affix(argument, value, str.endswith)


def _affix(argument: Any, value: Any, test: Callable[[str, str], bool]) -> bool:
    if not isinstance(value, str):
        return False
    if isinstance(argument, dict):
        return test(value.lower(), str(argument["equals-ignore-case"]).lower())
    return test(value, argument)


def _is_whatever_case(argument: Any, value: Any) -> bool:
    return isinstance(value, str) and value.lower() == str(argument).lower()


def _is_like(argument: Any, value: Any) -> bool:
    return isinstance(value, str) and _wildcard(argument).fullmatch(value) is not None


@lru_cache(maxsize=1024)
def _wildcard(text: str) -> re.Pattern[str]:
    """A text with stars as a regular expression; a backslash makes the next character stand for itself."""
    parts = re.findall(r"\\.|\*|[^\\*]+", text, re.DOTALL)
    return re.compile("".join(".*" if part == "*" else re.escape(part.removeprefix("\\")) for part in parts), re.DOTALL)


_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = MappingProxyType(
    {"=": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
)


def _compares(argument: Any, value: Any) -> bool:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return False
    return all(_COMPARED[name](value, limit) for name, limit in zip(argument[::2], argument[1::2], strict=True))


def _lies_in(argument: Any, value: Any) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(argument, strict=False)
    except ValueError:
        return False


_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = MappingProxyType(
    {
        "prefix": _begins,
        "suffix": _ends,
        "equals-ignore-case": _is_whatever_case,
        "wildcard": _is_like,
        "numeric": _compares,
        "cidr": _lies_in,
    }
)
