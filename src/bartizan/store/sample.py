"""Samples of SQL rules: resources from the plain values of a header."""

from __future__ import annotations

import dataclasses
import datetime as dt
import types
import typing
from collections.abc import Mapping
from typing import Any

from bartizan.engine.catalog import suggestion
from bartizan.model import Resource, Sample
from bartizan.model.resource import BASE_FIELDS
from bartizan.policy.document import PolicyDocument, parse_policy
from bartizan.store.query import QueryError
from bartizan.store.tables import Table, kind_of

_BESIDE = "beside"


def sample_of(values: Mapping[str, Any], judged: Table, tables: Mapping[str, Table], where: str) -> Sample:
    """The resource that the values describe, with those of ``beside`` around it; raises ``QueryError``.

    What is not named has the default that it has in code. An ARN is made up where none is given.
    """
    first = _resource({each: values[each] for each in values if each != _BESIDE}, judged, f"{where}-1", where)
    others = values.get(_BESIDE, [])
    if not isinstance(others, list) or not all(isinstance(each, Mapping) for each in others):
        raise QueryError(f'{where}: {_BESIDE} is a list of tables, as [{{table = "{judged.name}"}}]')
    around = []
    for number, each in enumerate(others, 2):
        name = str(each.get("table", ""))
        if name not in tables:
            raise QueryError(f"{where}: there is no table {name!r}{suggestion(name, tables)}")
        rest = {key: value for key, value in each.items() if key != "table"}
        around.append(_resource(rest, tables[name], f"{where}-{number}", where))
    return (first, *around) if around else first


def _resource(values: Mapping[str, Any], table: Table, arn: str, where: str) -> Resource:
    kind = kind_of(table)
    hints = {**dict.fromkeys(("arn", "account", "region"), str), "read_at": dt.datetime}
    hints |= {name: hint for name, hint in typing.get_type_hints(kind).items() if name not in BASE_FIELDS}
    made = {}
    for name, value in values.items():
        if name not in hints or name not in kind.defaults:
            near = suggestion(name, table.names)
            raise QueryError(f"{where}: {table.name} has no column {name!r} that a sample can set{near}")
        try:
            made[name] = _value(hints[name], value)
        except (TypeError, ValueError, KeyError) as wrong:
            raise QueryError(f"{where}: {name}: {wrong}") from None
    return kind(**{"arn": arn, **made})


def _value(hint: Any, value: Any) -> Any:
    """The value as the field holds it: lists as tuples, tables as what they describe."""
    if hint is Any:
        return value
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in {typing.Union, types.UnionType}:
        return _value(next(each for each in inner if each is not type(None)), value)
    if hint is PolicyDocument:
        return parse_policy(value)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        hints = typing.get_type_hints(hint)
        return hint(**{name: _value(hints[name], each) for name, each in dict(value).items()})
    if origin is tuple and isinstance(value, list):
        each_of = inner[:1] * len(value) if inner[-1] is ... else inner
        return tuple(_value(one, each) for one, each in zip(each_of, value, strict=True))
    expected = origin or hint
    if not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
        raise TypeError(f"must be of the kind {getattr(expected, '__name__', expected)}")
    return value
