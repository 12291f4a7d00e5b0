"""The files of snapshots as views of DuckDB: only those of the tables that a query reads are opened."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bartizan.store.duck import Connection, DuckError, lock, opened, words_of
from bartizan.store.files import Files, StoreError
from bartizan.store.manifest import Manifest, path_of
from bartizan.store.records import RESOURCES, all_tables
from bartizan.store.tables import Kind, Table, resource_tables

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

_SHARED = ("account", "region", "arn", "name", "read_at")


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
                paths = _paths(files, manifest, name)
                folders.update(str(each.parent) for some in paths.values() for each in some)
                _view(connection, schema, name, paths, manifest, files)
        lock(connection, sorted(folders))
        yield connection


def _paths(files: Files, manifest: Manifest, name: str) -> dict[str, list[Path]]:
    """The files that a table is made of, by the table that they hold."""
    listed = {file.table for part in manifest.parts for file in part.files}
    sources = sorted(listed & resource_tables().keys()) if name == RESOURCES.name else [name]
    return {each: files.local(manifest.files(each)) for each in sources}


def _view(  # noqa: PLR0913, PLR0917 - what a view is made from, and what its errors name
    connection: Connection, schema: str, name: str, paths: Mapping[str, list[Path]], manifest: Manifest, files: Files
) -> None:
    if name == RESOURCES.name:
        parts = [_of_resources(table, some) for table, some in paths.items() if some]
    else:
        parts = [f"FROM {_parquet(some)}" for some in paths.values() if some]
    query = " UNION ALL BY NAME ".join([_empty(all_tables()[name]), *parts])
    try:
        # Names of tables and schemas are ours; those of files are quoted.
        connection.execute(f"CREATE VIEW {schema}.{name} AS {query}")
    except DuckError as broken:
        raise broken_snapshot(files, manifest, broken) from None


def broken_snapshot(files: Files, manifest: Manifest, error: DuckError) -> StoreError:
    """What to say where a file of a snapshot cannot be read."""
    place = f"{files.address}/{path_of(manifest.id, '')}".rstrip("/")
    return StoreError(f"the snapshot {manifest.id} is broken: {words_of(error)}; it lies in {place}")


def _of_resources(table: str, paths: list[Path]) -> str:
    made = resource_tables()[table]
    columns = [*_SHARED, *(["tags"] if "tags" in made.names else [])]
    kind = made.resource.cfn_type if made.resource else ""
    literal = f"'{table}' AS resource_table, '{kind}' AS resource_type"
    return f"SELECT {literal}, {', '.join(columns)} FROM {_parquet(paths)}"  # noqa: S608 - names that are ours


def _parquet(paths: Iterable[Path]) -> str:
    listed = ", ".join("'" + str(each).replace("'", "''") + "'" for each in paths)
    return f"read_parquet([{listed}], union_by_name = true, hive_partitioning = false)"


def _empty(table: Table) -> str:
    """No rows, with the columns of a table: what an older snapshot lacks is NULL, and what has no rows is there too."""
    columns = ", ".join(f"CAST(NULL AS {DUCK_TYPES[each.kind]}) AS {each.name}" for each in table.columns)
    return f"SELECT {columns} WHERE false"
