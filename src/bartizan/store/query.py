"""What a query reads: its tables and columns, as DuckDB's own parser sees it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bartizan.engine.catalog import suggestion
from bartizan.model import InputError
from bartizan.store.duck import Connection, DuckError, line_of, selects, words_of
from bartizan.store.tables import Table

_FUNCTIONS = frozenset({"unnest", "range", "generate_series", "json_each", "json_tree"})
"""The functions that may stand for a table; others read files, settings, or a table by a name made up on the way."""


@dataclass(frozen=True, slots=True)
class Reads:
    """The tables that a query reads, in order of name, and for each the columns that it names.

    ``repeated`` are the tables that it reads more than once, as where a table is joined with itself.
    """

    columns: Mapping[str, tuple[str, ...]]
    repeated: frozenset[str] = frozenset()


class QueryError(InputError):
    """A query that cannot be run; ``line`` counts from 1 and is 0 where it cannot be told."""

    def __init__(self, why: str, line: int = 0) -> None:
        super().__init__(why)
        self.line = line


def reads_of(connection: Connection, sql: str, tables: Mapping[str, Table]) -> Reads:
    """What one SELECT reads of these tables; raises ``QueryError`` for anything else.

    Where it cannot be told which of a table's columns are read, as with ``*``, all are.
    """
    _require_one_select(sql)
    ((told,),) = connection.execute("SELECT json_serialize_sql(?)", [sql]).fetchall()
    tree = json.loads(told)
    if tree.get("error", True):
        raise QueryError(str(tree.get("error_message", "it cannot be understood")))
    nodes = [*_nodes(tree)]
    own = {each["key"] for node in nodes for each in _named(node.get("cte_map"))}
    for name in own & tables.keys():
        raise QueryError(f"it calls a part of itself {name}, which is a table: choose another name")
    aliases: dict[str, set[str]] = {}
    counted: Counter[str] = Counter()
    for node in nodes:
        if node.get("type") == "BASE_TABLE" and node["table_name"] not in own:
            name = _known(node, tables, sql)
            aliases.setdefault(node["alias"] or name, set()).add(name)
            counted[name] += 1
        elif node.get("type") == "TABLE_FUNCTION":
            _require_harmless(node, sql)
    repeated = frozenset(name for name, number in counted.items() if number > 1)
    return Reads(_columns(nodes, aliases, own, tables), repeated)


def _require_one_select(sql: str) -> None:
    try:
        fitting = selects(sql)
    except DuckError as wrong:
        raise QueryError(words_of(wrong), line_of(wrong)) from None
    if fitting != [True]:
        raise QueryError("it must be one SELECT, and nothing else")


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    remaining = [value]
    while remaining:
        each = remaining.pop()
        if isinstance(each, dict):
            yield each
            remaining.extend(each.values())
        elif isinstance(each, list):
            remaining.extend(each)


def _named(cte_map: Any) -> list[dict[str, Any]]:
    return cte_map["map"] if isinstance(cte_map, dict) else []


def _known(node: Mapping[str, Any], tables: Mapping[str, Table], sql: str) -> str:
    name = str(node["table_name"])
    if node.get("schema_name") or node.get("catalog_name") or name.lower() not in tables:
        near = suggestion(name, tables) or "; `bartizan tables` lists them all"
        raise QueryError(f"there is no table {name!r}{near}", _line(node, sql))
    return name.lower()


def _require_harmless(node: Mapping[str, Any], sql: str) -> None:
    name = str(node["function"].get("function_name", ""))
    if name.lower() not in _FUNCTIONS:
        raise QueryError(f"the function {name} cannot stand for a table here", _line(node, sql))


def _line(node: Mapping[str, Any], sql: str) -> int:
    where = node.get("query_location")
    # DuckDB counts bytes.
    return sql.encode()[:where].count(b"\n") + 1 if isinstance(where, int) and where < len(sql.encode()) else 0


def _columns(
    nodes: list[dict[str, Any]], aliases: Mapping[str, set[str]], own: set[str], tables: Mapping[str, Table]
) -> dict[str, tuple[str, ...]]:
    read = {name: set[str]() for names in aliases.values() for name in names}

    def note(words: list[str], of: set[str]) -> None:
        for table in of:
            read[table].update(word.lower() for word in words if word.lower() in tables[table].names)

    everything = set(read)
    for node in nodes:
        if node.get("type") == "COLUMN_REF":
            words = node["column_names"]
            if len(words) == 1 and (words[0] in aliases or words[0] in own):
                _note_all(read, aliases.get(words[0], everything), tables)
            note(words, aliases.get(words[0], everything) if len(words) > 1 else everything)
        elif node.get("type") == "STAR":
            _note_all(read, aliases.get(node["relation_name"], everything), tables)
        elif node.get("type") == "JOIN":
            note(node["using_columns"], everything)
            if node["ref_type"] == "NATURAL":
                _note_all(read, everything, tables)
    return {name: tuple(each for each in tables[name].names if each in read[name]) for name in sorted(read)}


def _note_all(read: dict[str, set[str]], names: set[str], tables: Mapping[str, Table]) -> None:
    for name in names:
        # Whoever takes all columns has not thought of what is unknown.
        read[name].update(each for each in tables[name].names if each != "unknown")
