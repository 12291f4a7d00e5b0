"""Files of CloudTrail taken into a store: read a few ahead, reduced by processes, and merged batch by batch.

A batch is in the store whole or not at all, so that a run that is killed is taken up where its last batch ended.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Protocol

import pyarrow.parquet as pq

from bartizan.store.files import Files, StoreError
from bartizan.store.trail.ledger import Ledger
from bartizan.store.trail.merging import Partition, merged
from bartizan.store.trail.reducing import Input, Reduced, Taken, reduce_files, start
from bartizan.trail.formats import holds_events

_TASK_FILES, _TASK_BYTES = 256, 8 * 2**20
_READERS = 8
_LOG = re.compile(r"\d{12}_CloudTrail_[a-z0-9-]+_\d{8}T\d{4}Z_\w+\.json\.gz")
"""What CloudTrail calls its files.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
"""


class Source(Protocol):
    """Where files of CloudTrail lie."""

    @property
    def address(self) -> str:
        """What the user calls it."""

    def listed(self) -> dict[str, int]:
        """All files by path, with their sizes."""

    def read(self, path: str) -> bytes:
        """What a file holds; raises ``StoreError``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is done at once: processes, what a batch may hold, and the memory for merging."""

    processes: int = field(default_factory=lambda: os.cpu_count() or 1)
    batch_files: int = 50_000
    batch_bytes: int = 2 * 2**30
    memory: str = "2GB"


@dataclass(slots=True)
class Ingested:
    """What a run took, what it passed over, and why."""

    files: int = 0
    events: int = 0
    malformed: int = 0
    bytes: int = 0
    known: int = 0
    no_events: int = 0
    problems: list[tuple[str, str]] = field(default_factory=list)


Progress = Callable[[int, int], None]
"""Told of how many files are done, of how many."""


def ingest(source: Source, files: Files, limits: Limits, progress: Progress = lambda _done, _all: None) -> Ingested:
    """Take what is new in a source into a store.

    Raises ``StoreError`` where the store cannot be read or written, or another run writes it.
    """
    files.require_writable()
    claim = files.claim("lock")
    if claim is None:
        raise StoreError(f"{files.address} is written by another run: wait until it has ended")
    try:
        ledger = Ledger.read(files)
        ledger.tidy(files)
        return _ingest(source, files, ledger, limits, progress)
    finally:
        claim.release()


def _ingest(source: Source, files: Files, ledger: Ledger, limits: Limits, progress: Progress) -> Ingested:
    done = Ingested()
    wanted = list[tuple[str, str, int]]()
    taken = ledger.taken(files)
    for path, size in source.listed().items():
        known = _id(source.address, path)
        if not holds_events(path):
            done.no_events += 1
        elif known not in taken:
            wanted.append((known, path, size))
            taken[known] = size  # the same file twice, under two folders
        elif taken[known] == size:
            done.known += 1
        else:
            done.problems.append(
                (path, "it is another than the one of this name that was taken: it is not taken again")
            )
    handled = 0
    # Spawned, so that no thread's lock is copied locked, and on every system alike.
    with ProcessPoolExecutor(limits.processes, get_context("spawn"), start) as pool:
        for batch in _batches(wanted, limits):
            with tempfile.TemporaryDirectory(prefix="bartizan-trail-") as folder:
                outcome = list(_reduced(source, batch, folder, pool, limits.processes))
                ledger = _merge(files, ledger, outcome, folder, limits)
            _count(done, (each for some in outcome for each in some.taken))
            handled += len(batch)
            progress(handled, len(wanted))
    return done


def _reduced(
    source: Source,
    batch: Sequence[tuple[str, str, int]],
    folder: str,
    pool: ProcessPoolExecutor,
    width: int,
) -> Iterator[Reduced]:
    """What became of the files of a batch; each process has one task before it and one behind."""
    waiting = deque[Future[Reduced]]()
    try:
        for task in _tasks(_inputs(source, batch)):
            waiting.append(pool.submit(reduce_files, task, folder))
            if len(waiting) > width + 1:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool:
        raise StoreError(
            "a process that reads logs was killed, perhaps for want of memory: try fewer --processes"
        ) from None


def _inputs(source: Source, batch: Sequence[tuple[str, str, int]]) -> Iterator[Input]:
    """The files of a batch, some read ahead; one that cannot be read says why."""

    def read(known: str, path: str, size: int) -> Input:
        try:
            return Input(known, path, size, source.read(path))
        except StoreError as failed:
            return Input(known, path, size, b"", problem=str(failed))

    with ThreadPoolExecutor(_READERS) as readers:
        ahead = deque[Future[Input]]()
        for each in batch:
            ahead.append(readers.submit(read, *each))
            if len(ahead) > _READERS:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _tasks(inputs: Iterable[Input]) -> Iterator[list[Input]]:
    task, size = list[Input](), 0
    for each in inputs:
        task.append(each)
        size += len(each.data)
        if len(task) >= _TASK_FILES or size >= _TASK_BYTES:
            yield task
            task, size = [], 0
    if task:
        yield task


def _batches(wanted: Sequence[tuple[str, str, int]], limits: Limits) -> Iterator[list[tuple[str, str, int]]]:
    # By path, so that a batch holds few accounts and months, whose files alone it writes anew.
    batch, size = list[tuple[str, str, int]](), 0
    for each in sorted(wanted, key=lambda one: one[1]):
        batch.append(each)
        size += each[2]
        if len(batch) >= limits.batch_files or size >= limits.batch_bytes:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _merge(files: Files, ledger: Ledger, outcome: Sequence[Reduced], folder: str, limits: Limits) -> Ledger:
    new = [each for some in outcome for each in some.files]
    taken = [each for some in outcome for each in some.taken]
    if all(each.problem for each in taken):
        return ledger
    partitions = set[Partition]().union(*map(_partitions, new))
    kept = files.local(each.path for each in ledger.within(partitions))
    tables = merged(new, kept, folder, limits.memory) if new else ()
    following = ledger.with_batch(files, tables, taken)
    following.write(files)
    following.tidy(files)
    return following


def _partitions(path: str) -> set[Partition]:
    table = pq.read_table(path, columns=["account", "month"], partitioning=None)
    found = table.group_by(["account", "month"]).aggregate([]).to_pylist()
    return {(each["account"] or "", each["month"]) for each in found}


def _count(done: Ingested, taken: Iterable[Taken]) -> None:
    for each in taken:
        if each.problem:
            done.problems.append((each.path, each.problem))
        else:
            done.files += 1
            done.events += each.events
            done.malformed += each.malformed
            done.bytes += each.size


def _id(address: str, path: str) -> str:
    """What tells a file from all others: CloudTrail's own names are unique, wherever a copy lies."""
    name = path.rpartition("/")[2]
    return name if _LOG.fullmatch(name) else f"{address}/{path}"
