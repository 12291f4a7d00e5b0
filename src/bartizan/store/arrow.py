"""Tables as Arrow's columns, which DuckDB reads in place and Parquet stores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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


_BATCH = 5_000
_GROUP_ROWS = 50_000
_GROUP_BYTES = 32 * 2**20


def in_batches(data: bytes) -> Iterator[pa.Table]:
    """The rows of a Parquet file, some at a time; raises ``OSError`` or ``ValueError`` where it is none."""
    with pq.ParquetFile(pa.BufferReader(data)) as file:
        # Most files are small: handing their columns to threads takes longer than to decode them.
        for each in file.iter_batches(batch_size=_BATCH, use_threads=False):
            yield pa.Table.from_batches([each])


class Merger:
    """A Parquet file of a table, written in memory by groups of rows.

    Groups are as large as they are cheap to scan. Each knows its first and last account, by which most are passed over
    where one account is asked for.
    """

    def __init__(self, table: Table) -> None:
        """Begin it, without rows."""
        self._schema = schema(table)
        self._sink = pa.BufferOutputStream()
        self._writer = pq.ParquetWriter(self._sink, self._schema, compression="zstd")
        self._pending: list[pa.Table] = []
        self._waiting = self._bytes = self._rows = 0

    @property
    def size(self) -> int:
        """How many bytes it has so far, without the group that is not yet full."""
        size: int = self._sink.tell()
        return size

    def add(self, rows: pa.Table) -> None:
        """Add rows; a column that they lack is NULL, one that the table lacks is left out."""
        self._pending.append(rows)
        self._waiting += rows.num_rows
        self._bytes += rows.nbytes
        if self._waiting >= _GROUP_ROWS or self._bytes >= _GROUP_BYTES:
            self._flush()

    def finish(self) -> tuple[bytes, int]:
        """The file, and how many rows it has."""
        self._flush()
        self._writer.close()
        return self._sink.getvalue().to_pybytes(), self._rows

    def _flush(self) -> None:
        joined = pa.concat_tables([self._schema.empty_table(), *self._pending], promote_options="default")
        if joined.num_rows:
            self._writer.write_table(joined.select(self._schema.names))
        self._rows += joined.num_rows
        self._pending.clear()
        self._waiting = self._bytes = 0


def parquet_columns(path: Path, columns: Iterable[str], among: Mapping[str, Iterable[str]]) -> dict[str, list[Any]]:
    """The values of some columns of a Parquet file, of the rows whose columns named in ``among`` have such a value.

    Raises ``OSError`` or ``ValueError`` where it is none.
    """
    fitting = [(name, "in", sorted(values)) for name, values in among.items()]
    held: dict[str, list[Any]] = pq.read_table(
        path, columns=list(columns), partitioning=None, filters=fitting
    ).to_pydict()
    return held
