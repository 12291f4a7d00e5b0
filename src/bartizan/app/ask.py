"""Questions in SQL about what was kept: the queries that come along, and the tables that can be asked."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from bartizan.engine.catalog import suggestion
from bartizan.model import InputError
from bartizan.store.records import all_tables


def named_queries() -> dict[str, tuple[str, str]]:
    """The queries that come along: by name, what each tells, and its SQL."""
    found = {}
    for each in sorted(files("bartizan.store").joinpath("queries").iterdir(), key=lambda file: file.name):
        if each.name.endswith(".sql"):
            text = each.read_text(encoding="utf-8")
            found[each.name.removesuffix(".sql")] = (text.partition("\n")[0].removeprefix("-- "), text)
    return found


def named_query(name: str) -> str:
    """The SQL of the query of that name; raises ``InputError`` where there is none."""
    known = named_queries()
    if name not in known:
        near = suggestion(name, known) or "; `bartizan query --list` shows them all"
        raise InputError(f"there is no query {name!r}{near}")
    return known[name][1]


def describe_table(name: str) -> Mapping[str, Any]:
    """What a table and its columns hold, as plain JSON values; raises ``InputError`` where there is none."""
    tables = all_tables()
    table = tables.get(name.lower())
    if table is None:
        near = suggestion(name, tables) or "; `bartizan tables` lists them all"
        raise InputError(f"there is no table {name!r}{near}")
    return {
        "table": table.name,
        "doc": table.doc,
        "type": table.resource.cfn_type if table.resource else "",
        "columns": [{"name": each.name, "kind": str(each.kind), "doc": each.doc} for each in table.columns],
    }
