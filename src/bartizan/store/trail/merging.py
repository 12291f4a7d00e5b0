"""What many files were reduced to, merged with what is kept: equal rows become one, and crowds are held together.

A principal that calls from many addresses, or on many resources, would be as many rows. Beyond a bound its addresses
are kept by their network, its resources by what is before the last part of their ARN, and if that is still too many by
their kind. What was held together once stays so, so that it does not matter in which order files are taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from bartizan.store.duck import DuckError, opened, words_of
from bartizan.store.files import StoreError
from bartizan.store.trail.reducing import KEPT
from bartizan.trail.reduction import KEYS

ADDRESSES = 32
"""The addresses of one principal in one month that are kept one by one."""

RESOURCES = 256
"""The resources below one name, on which a principal calls one action in one month, that are kept one by one."""

_WHO = "account, month, principal_kind, principal"
_KEYS = ", ".join(KEYS)
_REST = ", ".join(each for each in KEYS if each not in ("source_ip", "resource"))
_SUMS = "sum(events)::BIGINT AS events, min(first_seen) AS first_seen, max(last_seen) AS last_seen"
_PARENT = "regexp_replace(resource, '[^/:]+$', '*')"
_TOP = r"regexp_replace(resource, '^((?:[^:]*:){5}[^/:]+[/:]).+$', '\1*')"
_ROWS = 100_000

Partition = tuple[str, str]
"""An account, empty where the events do not say it, and a month."""


def merged(new: Sequence[str], kept: Sequence[Path], folder: str, memory: str) -> Iterator[tuple[Partition, pa.Table]]:
    """The rows of all these Parquet files, by account and month; what does not fit into memory goes to the folder.

    Raises ``StoreError`` where that fails, as for want of memory or disk.
    """
    given = [_read(new, "source_network, 0::TINYINT AS held")]
    if kept:
        given.append(_read(kept, "source_ip AS source_network, held"))
    try:
        with opened() as connection:
            connection.execute(f"SET memory_limit = '{memory}'")
            connection.execute("SET max_temp_directory_size = '100TB'")
            connection.execute("SET temp_directory = ?", [folder])
            connection.execute("SET preserve_insertion_order = false")
            reader: Any = connection.sql(_merging(" UNION ALL ".join(given))).to_arrow_reader(_ROWS)
            yield from _partitioned(reader)
    except DuckError as failed:
        raise StoreError(f"what is new cannot be merged with what is kept: {words_of(failed)}") from None


def _partitioned(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[Partition, pa.Table]]:
    """Rows in order of account and month, as one table of each."""
    pending, current = list[pa.RecordBatch](), None
    for batch in batches:
        accounts, months = batch.column("account").to_pylist(), batch.column("month").to_pylist()
        begin = 0
        for index, partition in enumerate(zip(accounts, months, strict=True)):
            if partition != current:
                if current is not None:
                    pending.append(batch.slice(begin, index - begin))
                    yield _named(current), pa.Table.from_batches(pending).cast(KEPT)
                pending, begin, current = [], index, partition
        pending.append(batch.slice(begin))
    if current is not None:
        yield _named(current), pa.Table.from_batches(pending).cast(KEPT)


def _named(partition: tuple[str | None, str]) -> Partition:
    return partition[0] or "", partition[1]


def _read(paths: Iterable[str | Path], more: str) -> str:
    listed = ", ".join("'" + str(each).replace("'", "''") + "'" for each in paths)
    return f"SELECT {_KEYS}, {more}, events, first_seen, last_seen FROM read_parquet([{listed}])"  # noqa: S608


def _merging(given: str) -> str:
    return f"""
    WITH given AS ({given}),
    crowded AS (
        SELECT {_WHO} FROM given GROUP BY ALL
        HAVING count(DISTINCT source_ip) > {ADDRESSES} OR bool_or(contains(source_ip, '/'))
    ),
    addressed AS (
        SELECT {_of("given", _REST)}, resource, max(held) AS held, {_SUMS},
            CASE WHEN crowded.month IS NULL THEN source_ip ELSE source_network END AS source_ip
        FROM given LEFT JOIN crowded ON {_same("given", "crowded", _WHO)}
        GROUP BY ALL
    ),
    {_held_together("low", "addressed", _PARENT, "resource", 1)},
    {_held_together("high", "low", _TOP, _PARENT, 2)}
    SELECT {_KEYS}, held, events, first_seen, last_seen FROM high ORDER BY ALL
    """  # noqa: S608 - all of it is ours


def _held_together(name: str, source: str, whole: str, counted: str, level: int) -> str:
    """Resources become ``whole`` where more than the bound are below it, or were before."""
    return f"""
    {name}_crowded AS (
        SELECT {_WHO}, action, {whole} AS whole FROM {source} WHERE resource LIKE 'arn:%' GROUP BY ALL
        HAVING count(DISTINCT {counted}) > {RESOURCES} OR max(held) >= {level}
    ),
    {name} AS (
        SELECT {_of(source, _REST)}, {_of(source, "source_ip")}, {_SUMS},
            max(CASE WHEN whole IS NULL THEN held ELSE greatest(held, {level}) END)::TINYINT AS held,
            CASE WHEN whole IS NULL THEN {source}.resource ELSE whole END AS resource
        FROM {source} LEFT JOIN {name}_crowded
            ON {_same(source, f"{name}_crowded", f"{_WHO}, action")} AND whole = {whole}
        GROUP BY ALL
    )"""  # noqa: S608 - all of it is ours


def _of(table: str, columns: str) -> str:
    return ", ".join(f"{table}.{each}" for each in columns.split(", "))


def _same(left: str, right: str, columns: str) -> str:
    return " AND ".join(f"{left}.{each} IS NOT DISTINCT FROM {right}.{each}" for each in columns.split(", "))
