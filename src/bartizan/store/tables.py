"""What the tables are: one for each resource type, with a column for each of its fields. Pure, and without DuckDB.

A table is called after service and type (``s3_bucket``, ``ec2_security_group``). NULL never stands for "no": a field
that was not read is NULL and has its reason in the column ``unknown``.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from bartizan.model import InputError, Resource, field_docs, plain
from bartizan.model.errors import NOT_READ
from bartizan.model.resource import BASE_FIELDS
from bartizan.resources.code import service_of
from bartizan.resources.index import ResourceIndex


class Kind(StrEnum):
    """The kind of a column's values; ``JSON`` is a text that holds JSON, for what is nested."""

    BOOL = "bool"
    INT = "int"
    DOUBLE = "double"
    TEXT = "text"
    TIMESTAMP = "timestamp"
    TEXTS = "list of text"
    MAP = "map of text"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, the kind of its values, and what it says."""

    name: str
    kind: Kind
    doc: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its name, what a row is, and its columns; ``resource`` is the type whose fields it holds, if any."""

    name: str
    doc: str
    columns: tuple[Column, ...]
    resource: type[Resource] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its columns, in order."""
        return tuple(each.name for each in self.columns)

    def field_of(self, column: str) -> str | None:
        """The field of the resource that a column is made from; ``None`` for what every resource knows."""
        if self.resource is None or column in _KNOWN:
            return None
        return (self.resource.name_field or None) if column == "name" else column


BASE_COLUMNS = (
    Column("account", Kind.TEXT, BASE_FIELDS["account"][1]),
    Column("region", Kind.TEXT, BASE_FIELDS["region"][1]),
    Column("arn", Kind.TEXT, "Its Amazon Resource Name, or its address where it comes from code."),
    Column("name", Kind.TEXT, "What people call it."),
    Column("read_at", Kind.TIMESTAMP, BASE_FIELDS["read_at"][1]),
)
"""The columns with which every table of resources begins."""

UNKNOWN = Column("unknown", Kind.MAP, "The columns that are NULL because they could not be read, each with the reason.")
"""The column with which every table of resources ends."""

_KNOWN = frozenset({"account", "region", "arn", "read_at", "unknown"})


def table_of(kind: type[Resource]) -> Table:
    """The table of a resource type."""
    hints = typing.get_type_hints(kind)
    own = tuple(Column(name, _kind(hints[name]), doc) for name, _, doc in field_docs(kind) if name not in BASE_FIELDS)
    doc = " ".join((kind.__doc__ or "").partition("\n\n")[0].split())
    return Table(table_name(kind), doc, (*BASE_COLUMNS, *own, UNKNOWN), kind)


def table_name(kind: type[Resource]) -> str:
    """The name of the table of a type: ``appsync.GraphQLApi`` gives ``appsync_graph_ql_api``."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", kind.__name__)
    return f"{service_of(kind)}_{words}".lower()


def kind_of(table: Table) -> type[Resource]:
    """The resource type of a table of resources."""
    assert table.resource is not None, f"{table.name} holds no resources"  # noqa: S101 - which table it is, is ours
    return table.resource


@cache
def resource_tables() -> Mapping[str, Table]:
    """The tables of all resource types, by name."""
    made = (table_of(kind) for kind in ResourceIndex.load().types.values())
    return types.MappingProxyType({each.name: each for each in made})


def rows(table: Table, resources: Iterable[Resource], columns: Iterable[str]) -> Iterator[list[Any]]:
    """The values of these columns, a list for each column, of all the resources."""
    given = list(resources)
    kinds = {each.name: each.kind for each in table.columns}
    for name in columns:
        yield [*map(_getter(name, kinds[name]), given)]


def _getter(name: str, kind: Kind) -> Callable[[Resource], Any]:
    special: Mapping[str, Callable[[Resource], Any]] = {"arn": _key, "name": _name, "unknown": _unknown}
    if name in special:
        return special[name]
    into = _INTO[kind]
    read = object.__getattribute__

    def get(resource: Resource) -> Any:
        try:
            value = read(resource, name)
        except AttributeError:
            return None
        return None if value is None else into(value)

    return get


def _key(resource: Resource) -> str:
    return resource.key


def _name(resource: Resource) -> str:
    return resource.name


def _unknown(resource: Resource) -> list[tuple[str, str]]:
    known = resource.known()
    return [(name, str(resource.gaps.get(name, NOT_READ))) for name in resource.defaults if name not in known]


def _same(value: Any) -> Any:
    return value


def _moment(value: dt.datetime) -> dt.datetime:
    return value.astimezone(dt.UTC)


def as_json(value: Any) -> str:
    """A nested value as JSON, the same text for the same value."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


_INTO: Mapping[Kind, Callable[[Any], Any]] = types.MappingProxyType(
    {
        Kind.BOOL: _same,
        Kind.INT: _same,
        Kind.DOUBLE: float,
        Kind.TEXT: str,
        Kind.TIMESTAMP: _moment,
        Kind.TEXTS: list,
        Kind.MAP: lambda value: sorted(value.items()),  # the order of tags is chance
        Kind.JSON: as_json,
    }
)


def _kind(hint: Any) -> Kind:
    inner = _without_none(hint)
    plain_kinds = {bool: Kind.BOOL, int: Kind.INT, float: Kind.DOUBLE, str: Kind.TEXT, dt.datetime: Kind.TIMESTAMP}
    if inner in plain_kinds:
        return plain_kinds[inner]
    origin, arguments = typing.get_origin(inner), typing.get_args(inner)
    if origin is tuple and arguments == (str, ...):
        return Kind.TEXTS
    if isinstance(origin, type) and issubclass(origin, Mapping) and arguments == (str, str):
        return Kind.MAP
    return Kind.JSON


def _without_none(hint: Any) -> Any:
    if typing.get_origin(hint) in {typing.Union, types.UnionType}:
        others = [each for each in typing.get_args(hint) if each is not type(None)]
        return others[0] if len(others) == 1 else hint
    return hint


def require_extra(error: ImportError) -> InputError:
    """What to tell where DuckDB or Arrow is not installed."""
    return InputError(
        f"snapshots, queries and SQL rules need an extra: pip install 'bartizan[store]' ({error.name} is missing)"
    )
