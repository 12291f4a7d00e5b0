"""The tables of a snapshot as Athena and Spark declare them, so that they read the same files."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping

from bartizan.model import InputError
from bartizan.store.manifest import Manifest, path_of
from bartizan.store.records import all_tables
from bartizan.store.store import Store
from bartizan.store.tables import Column, Kind, Table

DIALECTS = ("athena", "spark")

_TYPES: Mapping[Kind, str] = types.MappingProxyType(
    {
        Kind.BOOL: "boolean",
        Kind.INT: "bigint",
        Kind.DOUBLE: "double",
        Kind.TEXT: "string",
        Kind.TIMESTAMP: "timestamp",
        Kind.TEXTS: "array<string>",
        Kind.MAP: "map<string, string>",
        Kind.JSON: "string",
    }
)


def declarations(store: Store, manifest: Manifest, dialect: str) -> Iterator[str]:
    """A statement or two for each table that the snapshot holds rows of.

    For Athena a snapshot is a partition, so that more of them can be added and compared. Raises ``InputError`` where
    the store is none that Athena reads.
    """
    if dialect == "athena" and not store.address.startswith("s3://"):
        raise InputError(f"Athena reads S3, and {store.address} is a folder: give --store s3://bucket/prefix")
    held = {file.table for file in manifest.stored}
    for name, table in all_tables().items():
        if name in held:
            place = f"{store.address}/{path_of(manifest.id, name)}"
            yield from _athena(table, manifest, place) if dialect == "athena" else _spark(table, place)


def _athena(table: Table, manifest: Manifest, place: str) -> Iterator[str]:
    # A table is declared once and lies nowhere by itself: each of its partitions has its place.
    above = place.rpartition("/snapshots/")[0]
    yield (
        f"CREATE EXTERNAL TABLE IF NOT EXISTS `{table.name}` (\n{_columns(table)}\n)\n"
        f"COMMENT {_quoted(table.doc)}\nPARTITIONED BY (`snapshot` string)\nSTORED AS PARQUET\n"
        f"LOCATION {_quoted(f'{above}/none/')};"
    )
    yield (
        f"ALTER TABLE `{table.name}` ADD IF NOT EXISTS PARTITION (`snapshot` = '{manifest.id}')\n"
        f"LOCATION {_quoted(f'{place}/')};"
    )


def _spark(table: Table, place: str) -> Iterator[str]:
    where = place.replace("s3://", "s3a://", 1)
    yield (
        f"CREATE TABLE IF NOT EXISTS `{table.name}` (\n{_columns(table)}\n)\n"
        f"USING PARQUET\nCOMMENT {_quoted(table.doc)}\nLOCATION {_quoted(where)};"
    )


def _columns(table: Table) -> str:
    return ",\n".join(f"  `{each.name}` {_TYPES[each.kind]} COMMENT {_quoted(_doc(each))}" for each in table.columns)


def _doc(column: Column) -> str:
    return f"{column.doc} (JSON)" if column.kind is Kind.JSON else column.doc


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
