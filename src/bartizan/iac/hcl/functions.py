"""Functions of Terraform's language that are pure; one that is not here makes its value unknown.

A function is given known values only: the evaluator answers for unknown ones.

They are: https://developer.hashicorp.com/terraform/language/functions
"""

from __future__ import annotations

import base64
import itertools
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from bartizan.iac.hcl.values import Budget
from bartizan.resources.code import Computed

_VERB = re.compile(r"%(?:%|([-+ #0]*\d*(?:\.\d+)?)([sdqvtfg]))")


def text_of(value: Any) -> str:
    """A known value as Terraform writes it into a text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def format_text(spec: str, texts: list[str]) -> str | None:
    """The text of ``format`` with its arguments as texts; ``None`` where it uses what is not known here."""
    waiting = iter(texts)

    def put(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        given = next(waiting)
        if found[2] == "q":
            return json.dumps(given)
        width = found[1]
        if not width or found[2] in "vst":
            return given
        return f"%{width}{found[2]}" % (float(given) if found[2] in "fg" else int(given))

    if len(spec) > 10_000 or re.search(r"%\S*\d{4}", spec):
        return None
    made = _VERB.sub(put, spec)
    return made if next(waiting, None) is None else None


def call(name: str, arguments: list[Any], budget: Budget) -> Any:
    """The value of a function of known values; ``Computed`` where it is not one of those here or does not fit."""
    known = _FUNCTIONS.get(name)
    if known is None:
        return Computed(f"{name}()")
    try:
        made = known(*arguments)
    except (TypeError, ValueError, LookupError, AttributeError, OverflowError):
        return Computed(f"{name}()")
    if isinstance(made, str):
        return budget.text(made)
    if isinstance(made, list | dict):
        budget.spend(len(made))
    return made


def _merge(*maps: Any) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for each in maps:
        merged.update(each or {})
    return merged


def _concat(*lists: Any) -> list[Any]:
    return [each for one in lists for each in one]


def _lookup(where: Mapping[str, Any], key: str, *default: Any) -> Any:
    return where.get(key, *default) if default else where[key]


def _flatten(values: list[Any]) -> list[Any]:
    flat: list[Any] = []
    for each in values:
        flat += _flatten(each) if isinstance(each, list) else [each]
    return flat


def _distinct(values: list[Any]) -> list[Any]:
    seen: dict[str, Any] = {}
    for each in values:
        seen.setdefault(json.dumps(each, sort_keys=True), each)
    return list(seen.values())


def _set(values: Any) -> list[Any]:
    # A set of texts is in their order, wherever it came from.
    return sorted(_distinct(list(values)), key=text_of)


def _coalesce(*values: Any) -> Any:
    return next(each for each in values if each not in (None, ""))


def _one(values: list[Any]) -> Any:
    (only,) = values or [None]
    return only


def _number(value: Any) -> int | float:
    number = float(value)
    return int(number) if number.is_integer() else number


def _bool(value: Any) -> bool:
    return {"true": True, "false": False}[text_of(value)]


def _range(*numbers: int) -> list[int]:
    found = range(*numbers)
    if len(found) > 10_000:
        raise ValueError
    return list(found)


def _replace(text: str, old: str, new: str) -> str:
    # Between slashes it is a regular expression, which may take forever.
    if (old[:1] == "/" == old[-1:] and len(old) > 1) or len(text) * max(1, len(new)) > 1_000_000:
        raise ValueError
    return text.replace(old, new)


def _join(separator: str, *lists: list[Any]) -> str:
    return separator.join(text_of(each) for each in _concat(*lists))


def _product(*lists: list[Any]) -> list[list[Any]]:
    size = 1
    for each in lists:
        size *= len(each)
    if size > 10_000:
        raise ValueError
    return [list(each) for each in itertools.product(*lists)]


def _same(value: Any) -> Any:
    return value


def _element(values: list[Any], index: int) -> Any:
    return values[index % len(values)]


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "abs": abs,
    "alltrue": all,
    "anytrue": any,
    "base64decode": lambda text: base64.b64decode(text).decode(),
    "base64encode": lambda text: base64.b64encode(text.encode()).decode(),
    "coalesce": _coalesce,
    "coalescelist": lambda *lists: next(each for each in lists if each),
    "compact": lambda values: [each for each in values if each not in (None, "")],
    "concat": _concat,
    "contains": lambda values, value: value in values,
    "distinct": _distinct,
    "element": _element,
    "endswith": lambda text, end: text.endswith(end),
    "flatten": _flatten,
    "index": lambda values, value: values.index(value),
    "join": _join,
    "jsondecode": json.loads,
    "keys": sorted,
    "length": len,
    "lookup": _lookup,
    "lower": lambda text: text.lower(),
    "max": max,
    "merge": _merge,
    "min": min,
    "nonsensitive": _same,
    "one": _one,
    "range": _range,
    "replace": _replace,
    "reverse": lambda values: values[::-1],
    "sensitive": _same,
    "setintersection": lambda one, *more: [each for each in _set(one) if all(each in other for other in more)],
    "setproduct": _product,
    "setsubtract": lambda one, other: [each for each in _set(one) if each not in other],
    "setunion": lambda *sets: _set(_concat(*sets)),
    "slice": lambda values, start, end: values[start:end],
    "sort": sorted,
    "split": lambda separator, text: text.split(separator) if text else [],
    "startswith": lambda text, start: text.startswith(start),
    "substr": lambda text, at, size: text[at:] if size < 0 else text[at : at + size],
    "sum": sum,
    "title": lambda text: text.title(),
    "tobool": _bool,
    "tolist": list,
    "tomap": dict,
    "tonumber": _number,
    "toset": _set,
    "tostring": text_of,
    "trimprefix": lambda text, start: text.removeprefix(start),
    "trimspace": lambda text: text.strip(),
    "trimsuffix": lambda text, end: text.removesuffix(end),
    "upper": lambda text: text.upper(),
    "values": lambda found: [found[name] for name in sorted(found)],
    "zipmap": lambda names, values: dict(zip(names, values, strict=True)),
}
