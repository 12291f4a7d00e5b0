"""The files of snapshots as views of DuckDB: only those of the tables that a query reads are opened."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bartizan.store.duck import Connection, DuckError, lock, opened, words_of
from bartizan.store.files import Files, StoreError
from bartizan.store.manifest import Manifest, path_of
from bartizan.store.records import all_tables
from bartizan.store.tables import Kind, Table

DUCK_TYPES: Mapping[Kind, str] = types.MappingProxyType(
    {
        Kind.BOOL: "BOOLEAN",
        Kind.INT: "BIGINT",
        Kind.DOUBLE: "DOUBLE",
        Kind.TEXT: "VARCHAR",
        Kind.TIMESTAMP: "TIMESTAMPTZ",
        Kind.TEXTS: "VARCHAR[]",
        Kind.MAP: "MAP(VARCHAR, VARCHAR)",
        Kind.JSON: "VARCHAR",
    }
)
"""DuckDB's type for each kind of column."""


@contextmanager
def viewing(files: Files, snapshots: Mapping[str, Manifest], names: Iterable[str]) -> Iterator[Connection]:
    """A connection, locked down, in which each schema shows a snapshot's tables of these names.

    Raises ``StoreError`` that names the snapshot where a file of it is broken or gone.
    """
    wanted = list(names)
    with opened() as connection:
        folders = set[str]()
        for schema, manifest in snapshots.items():
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
            for name in wanted:
                paths = files.local(manifest.files(name))
                folders.update(str(each.parent) for each in paths)
                try:
                    _view(connection, schema, name, paths)
                except DuckError as broken:
                    raise broken_snapshot(files, manifest, broken) from None
        lock(connection, sorted(folders))
        yield connection


def _view(connection: Connection, schema: str, name: str, paths: list[Path]) -> None:
    # What an older snapshot lacks is NULL, and a table without rows is there too.
    parts = [_empty(all_tables()[name]), *([f"FROM {_parquet(paths)}"] if paths else [])]
    # Names of tables and schemas are ours; those of files are quoted.
    connection.execute(f"CREATE VIEW {schema}.{name} AS {' UNION ALL BY NAME '.join(parts)}")


def broken_snapshot(files: Files, manifest: Manifest, error: DuckError) -> StoreError:
    """What to say where a file of a snapshot cannot be read."""
    place = f"{files.address}/{path_of(manifest.id, '')}".rstrip("/")
    return StoreError(f"the snapshot {manifest.id} is broken: {words_of(error)}; it lies in {place}")


def _parquet(paths: Iterable[Path]) -> str:
    listed = ", ".join("'" + str(each).replace("'", "''") + "'" for each in paths)
    # One version of the code writes all files of a snapshot, so that those of a table have the same columns.
    return f"read_parquet([{listed}], hive_partitioning = false)"


def _empty(table: Table) -> str:
    """No rows, with the columns of a table."""
    columns = ", ".join(f"CAST(NULL AS {DUCK_TYPES[each.kind]}) AS {each.name}" for each in table.columns)
    return f"SELECT {columns} WHERE false"
