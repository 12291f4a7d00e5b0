"""The files of many accounts merged into few of each table, so that a query opens a handful instead of thousands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from bartizan.store.arrow import Merger, Rows, in_batches
from bartizan.store.files import Files, MissingError, StoreError
from bartizan.store.manifest import Part, StoredFile, path_of
from bartizan.store.records import all_tables

LARGEST = 64 * 2**20
"""The bytes after which a merged file ends; it is held in memory until it is written."""

_AT_ONCE = 16
_AHEAD = 256
_AHEAD_BYTES = 32 * 2**20
"""How many files of accounts, and how large ones together, are in memory at once, as compressed as they lie."""


class BrokenPartError(StoreError):
    """A file of an account that is broken or gone; ``account`` is whose."""

    def __init__(self, message: str, account: str) -> None:
        super().__init__(message)
        self.account = account


def merge(files: Files, snapshot: str, parts: Iterable[Part], largest: int = LARGEST) -> tuple[StoredFile, ...]:
    """Write the rows of all parts into few files of each table, in the order of accounts, and say which those are.

    The files of the parts stay; merged files of a run that was broken off go. Memory holds one merged file and a few of
    accounts, however many there are. Raises ``BrokenPartError``, or ``StoreError`` where something cannot be written.
    """
    by_table = defaultdict[str, list[tuple[str, StoredFile]]](list)
    for part in sorted(parts, key=lambda each: each.account):
        for file in part.files:
            by_table[file.table].append((part.account, file))
    # A part of another version may hold a table that this one does not know, for which nobody can ask.
    known = sorted(by_table.keys() & all_tables().keys())
    made = list[StoredFile]()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for table in known:
            written = list(_merged(files, snapshot, table, _rows(files, snapshot, by_table[table], pool), largest))
            # Other engines read all that lies in the folder of a table.
            lying = files.sizes(path_of(snapshot, table))
            files.remove(lying.keys() - {path_of(snapshot, each.path) for each in written})
            made += written
    return tuple(made)


def _merged(files: Files, snapshot: str, table: str, given: Iterable[Rows], largest: int) -> Iterator[StoredFile]:
    number, merger = 1, Merger(all_tables()[table])

    def written() -> StoredFile:
        data, rows = merger.finish()
        path = f"{table}/all-{number:04}.parquet"
        files.write(path_of(snapshot, path), data)
        return StoredFile(path=path, table=table, rows=rows, bytes=len(data))

    for rows in given:
        if merger.size >= largest:
            yield written()
            number, merger = number + 1, Merger(all_tables()[table])
        merger.add(rows)
    yield written()


def _rows(
    files: Files, snapshot: str, stored: Sequence[tuple[str, StoredFile]], pool: ThreadPoolExecutor
) -> Iterator[Rows]:
    """The rows of these files of accounts, in order."""

    def read(path: str) -> bytes | MissingError:
        try:
            return files.read(path)
        except MissingError as gone:
            return gone

    for some in _chunks(stored):
        paths = [path_of(snapshot, file.path) for _, file in some]
        for (account, _), path, data in zip(some, paths, pool.map(read, paths), strict=True):
            if isinstance(data, MissingError):
                raise BrokenPartError(str(data), account)
            try:
                yield from in_batches(data)
            except (OSError, ValueError) as broken:
                why = " ".join(str(broken).split())
                raise BrokenPartError(f"{files.address}/{path} is broken: {why}", account) from None


def _chunks(stored: Iterable[tuple[str, StoredFile]]) -> Iterator[list[tuple[str, StoredFile]]]:
    """The files in bunches that memory holds at once."""
    chunk, size = list[tuple[str, StoredFile]](), 0
    for each in stored:
        if chunk and (len(chunk) == _AHEAD or size + each[1].bytes > _AHEAD_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(each)
        size += each[1].bytes
    if chunk:
        yield chunk
