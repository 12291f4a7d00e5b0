"""Questions of users, in SQL, about a snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bartizan.model import InputError
from bartizan.store.duck import Connection, DuckError, limited, line_of, opened, words_of
from bartizan.store.manifest import Manifest
from bartizan.store.query import QueryError, reads_of
from bartizan.store.records import all_tables
from bartizan.store.store import Store
from bartizan.store.views import broken_snapshot, viewing

_SECONDS = 600.0
_BROKEN = ("Invalid", "IO Error", "No magic bytes", "Parquet")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query returned: the names of its columns, and its rows."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]


def ask(store: Store, manifest: Manifest, sql: str) -> Answer:
    """What one SELECT says of a snapshot; raises ``InputError`` for a bad query, and where the snapshot is broken."""
    try:
        with opened() as connection:
            names = reads_of(connection, sql, all_tables()).columns
    except QueryError as wrong:
        where = f"line {wrong.line} of the query: " if wrong.line else "the query: "
        raise InputError(where + str(wrong)) from None
    with viewing(store.files, {"main": manifest}, names) as connection:
        try:
            with limited(connection, _SECONDS):
                return _answer(connection, sql)
        except DuckError as wrong:
            if line_of(wrong) == 0 and any(word in str(wrong) for word in _BROKEN):
                raise broken_snapshot(store.files, manifest, wrong) from None
            raise InputError(f"line {line_of(wrong) or 1} of the query: {words_of(wrong)}") from None


def _answer(connection: Connection, sql: str) -> Answer:
    connection.execute(sql)
    columns = tuple(str(each[0]) for each in connection.description or ())
    return Answer(columns, connection.fetchall())
