"""Files of CloudTrail reduced to Parquet by a process of their own, some files at a time."""

from __future__ import annotations

import datetime as dt
import gc
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bartizan.trail.context import CONTEXT
from bartizan.trail.formats import UnreadableError, decode, organization_of
from bartizan.trail.reduction import COLUMNS, KEYS, Reduction

_FLAGS = {"read_only", *(each.column for each in CONTEXT if each.is_flag)}
_TIMES = ("first_seen", "last_seen")
_TIME = pa.timestamp("s", tz="UTC")
DISTINCT = 200_000
"""The distinct events that a process holds before it writes them down."""


def _type(column: str) -> pa.DataType:
    if column in _TIMES:
        return _TIME
    if column == "events":
        return pa.int64()
    return pa.bool_() if column in _FLAGS else pa.string()


ROWS = pa.schema([(each, _type(each)) for each in COLUMNS])
"""The columns of what processes write."""

KEPT = pa.schema([*((each, _type(each)) for each in KEYS), ("held", pa.int8()), *map(ROWS.field, ("events", *_TIMES))])
"""The columns of what is kept; ``held`` is 0 where the resource is one, 1 or 2 where it stands for many."""


@dataclass(frozen=True, slots=True)
class Input:
    """A file to take: what tells it from all others, its path, its bytes there, and what it holds, or why not."""

    id: str
    path: str
    size: int
    data: bytes = field(repr=False)
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of one file: how many events, of how many bytes, or why it was passed over."""

    id: str
    path: str
    size: int
    events: int = 0
    malformed: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Reduced:
    """What came of some files, and the Parquet files in which their rows lie."""

    taken: tuple[Taken, ...]
    files: tuple[str, ...]


def start() -> None:
    """Prepare a process: what it makes has no cycles, so looking for them is time lost."""
    gc.disable()


def reduce_files(inputs: Sequence[Input], folder: str) -> Reduced:
    """Reduce some files into Parquet files in a folder of this machine."""
    reduction, taken, written = Reduction(), list[Taken](), list[str]()
    for each in inputs:
        try:
            decoded = decode(each.data)
        except UnreadableError as broken:
            taken.append(Taken(each.id, each.path, each.size, problem=each.problem or str(broken)))
            continue
        reduction.add(decoded.events, organization_of(f"/{each.path}"))
        taken.append(Taken(each.id, each.path, each.size, len(decoded.events), decoded.malformed))
        if len(reduction) >= DISTINCT:
            written.append(_written(reduction, folder))
            reduction = Reduction()
    if len(reduction):
        written.append(_written(reduction, folder))
    return Reduced(tuple(taken), tuple(written))


def _written(reduction: Reduction, folder: str) -> str:
    columns = zip(*reduction.rows(), strict=True)
    arrays = [_array(name, list(values)) for name, values in zip(COLUMNS, columns, strict=True)]
    path = str(Path(folder) / f"{uuid.uuid4().hex}.parquet")
    pq.write_table(pa.Table.from_arrays(arrays, schema=ROWS), path, compression="zstd")
    return path


def _array(name: str, values: list[Any]) -> pa.Array:
    return pa.array([_moment(each) for each in values] if name in _TIMES else values, _type(name))


def _moment(text: str) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
