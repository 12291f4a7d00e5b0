"""Merged files: the same rows as those of the accounts, and what a crash between two steps leaves."""

# ruff: noqa: F811 - the fixture and what it makes are both called store

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bartizan.engine.trace import fields_read
from bartizan.store.arrow import Merger, from_rows, in_batches
from bartizan.store.asking import ask
from bartizan.store.compare import compared
from bartizan.store.drifting import drift
from bartizan.store.files import Folder, StoreError
from bartizan.store.manifest import NAME, Manifest, Part, path_of
from bartizan.store.merging import BrokenPartError, merge
from bartizan.store.records import FINDINGS, RECORDS
from bartizan.store.store import Store
from bartizan.store.writing import write_account
from store.kept import DAY, RULES, bucket, keep, kept
from store.test_snapshots import s3, store  # noqa: F401 - fixtures

ACCOUNTS = tuple(f"{number:012}" for number in range(1, 6))
ALL = ("SELECT * EXCLUDE (first_seen, seen_at) FROM findings ORDER BY fingerprint",
       "SELECT * FROM s3_bucket ORDER BY arn", "SELECT * FROM resources ORDER BY arn",
       "SELECT * FROM rules ORDER BY account, rule")  # fmt: skip


def written(store: Store, snapshot: str, day: int = 0) -> list[Part]:
    earlier = store.last_of(ACCOUNTS)
    made = [kept([bucket(f"of-{each}", each, versioning=False)], account=each, day=day) for each in ACCOUNTS]
    return [write_account(store.files, snapshot, each, earlier.get(each.account, ()), "parts/") for each in made]


def merged(store: Store, day: int = 0, largest: int = 2**20) -> Manifest:
    started = DAY + dt.timedelta(days=day)
    snapshot = store.begin(started)
    parts = written(store, snapshot, day)
    return committed(store, snapshot, parts, started, largest)


def committed(store: Store, snapshot: str, parts: list[Part], started: dt.datetime, largest: int = 2**20) -> Manifest:
    shared = merge(store.files, snapshot, parts, largest)
    rules = {each.id: fields_read(each) for each in RULES}
    bare = [replace(each, files=()) for each in parts]
    return store.commit(snapshot, started, bare, rules=rules, tables=["s3_bucket"], settings={}, shared=shared)


@pytest.mark.parametrize("largest", [1, 2**20])
def test_merged_files_hold_the_rows_of_the_accounts(store: Store, largest: int) -> None:
    apart = keep(store, *(kept([bucket(f"of-{a}", a, versioning=False)], account=a) for a in ACCOUNTS))
    one = merged(store, largest=largest)
    for sql in ALL:
        rows = ask(store, one, sql).rows
        assert rows == ask(store, apart, sql).rows
        assert len(rows) >= len(ACCOUNTS)
    assert not compared(store, apart, one).changed
    assert sum(compared(store, apart, one).still_open.values()) == len(ACCOUNTS) * len(RULES.rules)
    assert not drift(store, apart, one).resources
    if largest > 1:
        assert {each.path for each in one.stored} == {f"{each.table}/all-0001.parquet" for each in one.stored}
    rows_of = {each.table: 0 for each in one.stored}
    for each in one.stored:
        rows_of[each.table] += each.rows
    assert rows_of["s3_bucket"] == len(ACCOUNTS)


def test_since_when_a_finding_is_open_comes_from_merged_files(store: Store) -> None:
    merged(store)
    later = merged(store, day=4)
    ages = "SELECT DISTINCT date_diff('day', first_seen, seen_at) FROM findings"
    assert ask(store, later, ages).rows == [(4,)]
    # A scan of one of the accounts alone goes on from there.
    alone = keep(store, kept([bucket(f"of-{ACCOUNTS[2]}", ACCOUNTS[2], versioning=False)], account=ACCOUNTS[2], day=6))
    assert ask(store, alone, ages).rows == [(6,)]


class Failing(Folder):
    """A folder that takes so many writes and no more."""

    __slots__ = ("left", "writes")

    def __init__(self, root: Path, left: int) -> None:
        super().__init__(root)
        object.__setattr__(self, "left", left)
        object.__setattr__(self, "writes", 0)

    def write(self, path: str, data: bytes) -> None:
        object.__setattr__(self, "writes", self.writes + 1)
        if self.writes > self.left:
            raise StoreError("the machine is gone")
        super().write(path, data)


@pytest.mark.parametrize("writes", range(6))
def test_a_crash_in_the_merge_leaves_the_parts_and_no_snapshot(tmp_path: Path, writes: int) -> None:
    sound = Store(Folder(tmp_path))
    snapshot = sound.begin(DAY)
    parts = written(sound, snapshot)
    tables = {file.table for part in parts for file in part.files}
    with pytest.raises(StoreError, match="the machine is gone"):
        committed(Store(Failing(tmp_path, min(writes, len(tables)))), snapshot, parts, DAY)
    assert not list(sound.snapshots())
    whole = committed(sound, snapshot, parts, DAY)
    assert [each.id for each in sound.snapshots()] == [snapshot]
    assert ask(sound, whole, "SELECT count(*) FROM s3_bucket").rows == [(len(ACCOUNTS),)]


def test_what_a_broken_off_merge_left_is_not_read_by_other_engines(tmp_path: Path) -> None:
    store = Store(Folder(tmp_path))
    snapshot = store.begin(DAY)
    parts = written(store, snapshot)
    many = merge(store.files, snapshot, parts, largest=1)
    few = merge(store.files, snapshot, parts[:1])
    tables = {each.table for each in many}
    lying = {path for table in tables for path in store.files.sizes(path_of(snapshot, table))}
    assert lying == {path_of(snapshot, each.path) for each in few}
    assert len(few) < len(many)


def test_memory_holds_a_few_accounts_however_many_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(Folder(tmp_path))
    snapshot = store.begin(DAY)
    (part,) = written(store, snapshot)[:1]
    copies = [replace(part, account=f"{number:012}") for number in range(700)]
    held, most = Counter[str](), 0

    class Counting(Folder):
        def read(self, path: str) -> bytes:
            held["read"] += 1
            return super().read(path)

    def batches(data: bytes) -> Iterator[pa.Table]:
        nonlocal most
        held["used"] += 1
        most = max(most, held["read"] - held["used"])
        yield from in_batches(data)

    monkeypatch.setattr("bartizan.store.merging.in_batches", batches)
    shared = merge(Counting(tmp_path), snapshot, copies)
    assert sum(each.rows for each in shared if each.table == "s3_bucket") == 700
    assert held["read"] == 700 * len(shared)
    assert most < 256


def test_groups_of_rows_stay_small(tmp_path: Path) -> None:
    table = RECORDS["rules"]
    merger = Merger(table)
    row = (ACCOUNTS[0], "s3.no-versioning", "title", "high", "s3", "AWS::S3::Bucket", *(range(6)))
    for _ in range(30):
        merger.add(from_rows(table, [row] * 5000))
    data, rows = merger.finish()
    about = pq.ParquetFile(pa.BufferReader(data)).metadata
    sizes = [about.row_group(number).num_rows for number in range(about.num_row_groups)]
    assert (rows, sizes) == (150_000, [50_000] * 3)
    assert [each.num_rows for each in in_batches(data)] == [5000] * 30


def test_parts_that_a_crash_left_beside_a_whole_snapshot_are_pruned(store: Store) -> None:
    made = merged(store)
    running = store.begin(DAY + dt.timedelta(days=1))
    unfinished = written(store, running, 1)
    removal = store.removal(DAY + dt.timedelta(days=2), keep=9, older_than=dt.timedelta(days=9))
    assert removal.leftover
    assert all(each.startswith(path_of(made.id, "parts/")) for each in removal.leftover)
    store.remove(removal)
    named = {path_of(made.id, each) for each in (NAME, *(file.path for file in made.stored))}
    theirs = {path_of(running, file.path) for part in unfinished for file in part.files}
    assert set(store.files.sizes("snapshots")) == named | theirs
    assert ask(store, made, "SELECT count(*) FROM s3_bucket").rows == [(len(ACCOUNTS),)]


def test_a_broken_part_is_named(tmp_path: Path) -> None:
    store = Store(Folder(tmp_path))
    snapshot = store.begin(DAY)
    parts = written(store, snapshot)
    path = path_of(snapshot, parts[1].files[0].path)
    store.files.write(path, b"PAR1")
    with pytest.raises(BrokenPartError, match=rf"{ACCOUNTS[1]}\.parquet is broken") as broken:
        merge(store.files, snapshot, parts)
    assert broken.value.account == ACCOUNTS[1]
    store.files.remove([path])
    with pytest.raises(BrokenPartError, match=rf"{ACCOUNTS[1]}\.parquet does not exist"):
        merge(store.files, snapshot, parts)


def test_a_manifest_of_the_first_version_is_read(tmp_path: Path) -> None:
    stored = (Path(__file__).parent / "manifest-1.json").read_bytes()
    assert b"shared" not in stored
    read = Manifest.parse(stored, "here")
    assert (read.schema_version, read.shared) == (1, ())
    assert read.files(FINDINGS.name) == [path_of(read.id, "findings/111122223333.parquet")]
    store = Store(Folder(tmp_path))
    store.files.write(path_of(read.id, NAME), stored)
    assert store.last_of(["111122223333"]) == {"111122223333": tuple(read.files(FINDINGS.name))}
    newer = json.dumps({**json.loads(stored), "schema_version": 2}).encode()
    with pytest.raises(StoreError, match="broken"):
        Manifest.parse(newer, "here")
