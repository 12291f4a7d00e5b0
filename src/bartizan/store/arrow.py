"""Tables as Arrow's columns, which DuckDB reads in place and Parquet stores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bartizan.model import Resource
from bartizan.store.tables import Kind, Table, require_extra, rows

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError as missing:
    raise require_extra(missing) from None

Rows = pa.Table

TYPES: Mapping[Kind, pa.DataType] = MappingProxyType(
    {
        Kind.BOOL: pa.bool_(),
        Kind.INT: pa.int64(),
        Kind.DOUBLE: pa.float64(),
        Kind.TEXT: pa.string(),
        Kind.TIMESTAMP: pa.timestamp("us", tz="UTC"),
        Kind.TEXTS: pa.list_(pa.string()),
        Kind.MAP: pa.map_(pa.string(), pa.string()),
        Kind.JSON: pa.string(),
    }
)
"""Arrow's type for each kind of column."""


def schema(table: Table, columns: Iterable[str] | None = None) -> pa.Schema:
    """Arrow's schema of a table, or of some of its columns."""
    wanted = set(table.names if columns is None else columns)
    return pa.schema([(each.name, TYPES[each.kind]) for each in table.columns if each.name in wanted])


def filled(table: Table, resources: Iterable[Resource], columns: Iterable[str] | None = None) -> pa.Table:
    """The resources, all of the table's type, as its rows; with ``columns`` only those."""
    wanted = schema(table, columns)
    arrays = rows(table, resources, wanted.names)
    return pa.Table.from_arrays(
        [pa.array(values, each.type) for values, each in zip(arrays, wanted, strict=True)], schema=wanted
    )


def from_rows(table: Table, made: Iterable[Sequence[Any]]) -> pa.Table:
    """Rows, each with a value for every column, as a table."""
    columns = [*zip(*made, strict=True)] or [()] * len(table.columns)
    arrays = [pa.array(values, TYPES[each.kind]) for values, each in zip(columns, table.columns, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema(table))


def texts(columns: Sequence[str], made: Iterable[Sequence[str]]) -> pa.Table:
    """Rows of texts under these names."""
    values = [*zip(*made, strict=True)] or [()] * len(columns)
    return pa.table({name: pa.array(each, pa.string()) for name, each in zip(columns, values, strict=True)})


def as_parquet(rows: pa.Table) -> bytes:
    """The rows as a Parquet file."""
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, compression="zstd")
    held: bytes = sink.getvalue().to_pybytes()
    return held


def parquet_columns(path: Path, columns: Iterable[str]) -> dict[str, list[Any]]:
    """The values of some columns of a Parquet file; raises ``OSError`` or ``ValueError`` where it is none."""
    held: dict[str, list[Any]] = pq.read_table(path, columns=list(columns), partitioning=None).to_pydict()
    return held
