"""Snapshots: whole or not there, many accounts, retention, and questions about them; in a folder and in S3."""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import boto3
import pyarrow.parquet as pq
import pytest
import sqlglot

from bartizan.app.keep import store_at
from bartizan.aws.objects import Objects
from bartizan.aws.session import Access
from bartizan.demo.emulator import emulator
from bartizan.engine.catalog import Catalog
from bartizan.model import CoverageGap, Gap, InputError, Reason, without
from bartizan.store.asking import ask
from bartizan.store.ddl import declarations
from bartizan.store.files import Folder, StoreError
from bartizan.store.manifest import NAME, Manifest, path_of
from bartizan.store.records import all_tables
from bartizan.store.store import Store
from bartizan.store.writing import write_account
from contracts.test_contracts import HERE, from_aws
from store.kept import ACCOUNT, DAY, RULES, bucket, keep, kept

OTHER = "444455556666"
PLAIN = bucket("data", versioning=False)


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with emulator() as address:
        session = boto3.Session(aws_access_key_id="demo", aws_secret_access_key="demo")
        session.client("s3", region_name="us-east-1", endpoint_url=address).create_bucket(Bucket="audit-bucket")
        yield address


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "folder":
        return store_at(str(tmp_path / "snapshots of ours"))
    access = Access(endpoint_url=request.getfixturevalue("s3"), credentials=("demo", "demo"))
    return store_at(f"s3://audit-bucket/{tmp_path.name}/it's", access)


def rows(store: Store, sql: str, name: str = "latest") -> list[tuple[object, ...]]:
    return list(ask(store, store.get(name), sql).rows)


def test_a_snapshot_can_be_asked_for_all_that_was_kept(store: Store) -> None:
    gap = CoverageGap(
        types=("AWS::SQS::Queue",), account=ACCOUNT, region="eu-west-1", call="sqs:ListQueues",
        gap=Gap(Reason.DENIED, needs="sqs:ListQueues"),
    )  # fmt: skip
    hidden = without(bucket("hidden"), "versioning", gap=Gap(Reason.DENIED, needs="s3:GetBucketVersioning"))
    made = keep(
        store,
        kept([PLAIN, hidden, bucket("safe", versioning=True, tags={"team": "web"})], gaps=(gap,)),
        kept([bucket("theirs", OTHER, versioning=False)], account=OTHER),
    )
    assert made.accounts == (ACCOUNT, OTHER)
    assert [each.resources for each in made.parts] == [3, 1]
    assert rows(store, "SELECT account, name, versioning FROM s3_bucket ORDER BY name") == [
        (ACCOUNT, "data", False), (ACCOUNT, "hidden", None), (ACCOUNT, "safe", True), (OTHER, "theirs", False),
    ]  # fmt: skip
    failing = "SELECT name FROM findings WHERE rule = 's3.no-versioning' AND status = '{}' ORDER BY name"
    assert rows(store, failing.format("fail")) == [("data",), ("theirs",)]
    assert rows(store, failing.format("unknown")) == [("hidden",)]
    assert rows(store, "SELECT resource_table, missing_permission FROM coverage") == [("sqs_queue", "sqs:ListQueues")]
    assert rows(store, "SELECT tags['team'] FROM resources WHERE name = 'safe'") == [("web",)]
    assert rows(store, "SELECT pass_count FROM rules WHERE rule = 's3.no-versioning' ORDER BY account") == [(1,), (0,)]
    assert rows(store, "SELECT count(*) FROM sqs_queue") == [(0,)], "a table without rows is there"
    evidence = "SELECT evidence->>'$.versioning' FROM findings WHERE name = 'data' AND rule = 's3.no-versioning'"
    assert rows(store, evidence) == [("false",)]


def test_the_first_time_that_a_finding_was_seen_is_kept(store: Store) -> None:
    keep(store, kept([PLAIN]))
    keep(store, kept([PLAIN, bucket("new", versioning=False)], day=1))
    keep(store, kept([PLAIN, bucket("new", versioning=False)], day=5))
    ages = "SELECT name, date_diff('day', first_seen, seen_at) FROM findings WHERE rule = 's3.no-versioning' ORDER BY 1"
    assert rows(store, ages) == [("data", 5), ("new", 4)]
    keep(store, kept([bucket("data", versioning=True)], day=6))
    keep(store, kept([PLAIN], day=7))
    assert rows(store, ages) == [("data", 0)], "what was mended in between is new"


def test_what_has_no_manifest_does_not_exist(store: Store) -> None:
    whole = keep(store, kept([PLAIN]))
    begun = store.begin(DAY + dt.timedelta(days=1))
    write_account(store.files, begun, kept([PLAIN, bucket("more")], day=1))
    assert begun in store.ids()
    assert [each.id for each in store.snapshots()] == [whole.id]
    assert store.get("latest").id == whole.id
    with pytest.raises(StoreError, match="no snapshot is called"):
        store.get(begun)
    store.abandon(begun)
    assert store.ids() == [whole.id]


def test_two_scans_at_once_keep_both(store: Store) -> None:
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda name: keep(store, kept([bucket(name)])), ("one", "two")))
    assert {each.id for each in store.snapshots()} == {each.id for each in made}
    assert {rows(store, "SELECT name FROM s3_bucket", each.id)[0][0] for each in made} == {"one", "two"}


def test_old_ones_go_but_neither_the_newest_nor_the_approved_one(store: Store) -> None:
    made = [keep(store, kept([PLAIN], day=day)) for day in range(5)]
    broken_off = store.begin(DAY)
    write_account(store.files, broken_off, kept([PLAIN]))
    running = store.begin(DAY + dt.timedelta(days=5))
    write_account(store.files, running, kept([PLAIN]))
    store.approve(made[0], "ann")
    removal = store.removal(DAY + dt.timedelta(days=6), keep=2, older_than=dt.timedelta(days=3))
    assert [each.id for each in removal.snapshots] == [made[2].id, made[1].id]
    assert removal.unfinished == (broken_off,)
    assert store.removal(DAY + dt.timedelta(days=6), keep=1, older_than=dt.timedelta(days=30)).snapshots == ()
    store.remove(removal)
    assert [each.id for each in store.snapshots()] == [made[4].id, made[3].id, made[0].id]
    assert set(store.ids()) == {made[0].id, made[3].id, made[4].id, running}
    assert not [path for path in store.files.sizes("snapshots") if made[1].id in path]


def test_one_process_at_a_time_claims_a_file(store: Store) -> None:
    files = replace(store.files, lease=1.2) if isinstance(store.files, Objects) else store.files
    claim = files.claim("snapshots/lock")
    assert claim
    assert files.claim("snapshots/lock") is None
    time.sleep(2)  # longer than a lease is, so that it must have been renewed
    assert files.claim("snapshots/lock") is None
    assert claim.held()
    claim.release()
    again = files.claim("snapshots/lock")
    assert again
    assert again.held()
    again.release()


def test_a_lease_ends_when_its_process_is_gone(s3: str, tmp_path: Path) -> None:
    files = store_at(f"s3://audit-bucket/{tmp_path.name}", Access(endpoint_url=s3, credentials=("demo", "demo"))).files
    assert isinstance(files, Objects)
    files.write("lock", b"of a process that was killed")
    began = time.monotonic()
    claim = replace(files, lease=1.5).claim("lock")
    assert claim
    assert time.monotonic() - began < 10
    files.write("lock", b"of one that took it up")
    assert not claim.held()
    claim.release()
    assert files.read("lock") == b"of one that took it up", "it is no longer its to give back"


def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    code = f"""
import os, pathlib
from bartizan.store.files import Folder
claim = Folder(pathlib.Path({str(tmp_path)!r})).claim("lock")
assert claim
print("held", flush=True)
input()
"""
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        assert Folder(tmp_path).claim("lock") is None
        process.kill()
        process.wait()
    claim = Folder(tmp_path).claim("lock")
    assert claim
    claim.release()


def test_names_of_snapshots(store: Store) -> None:
    with pytest.raises(StoreError, match="holds no snapshot"):
        store.get("latest")
    first = keep(store, kept([PLAIN]))
    with pytest.raises(StoreError, match="holds only one snapshot"):
        store.get("previous")
    with pytest.raises(StoreError, match="no approved baseline"):
        store.get("approved")
    second = keep(store, kept([PLAIN], day=1))
    store.approve(first, "ann")
    assert store.get("approved").id == store.get("previous").id == first.id
    assert store.get(second.id[:10]).id == second.id
    with pytest.raises(StoreError, match="several snapshots begin with '2026'"):
        store.get("2026")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data[: len(data) // 2], "broken"),
        (lambda _: b"", "broken"),
        (lambda _: b"[]", "broken"),
        (lambda data: data.replace(b'"schema_version": 2', b'"schema_version": 99'), "newer Bartizan"),
        (lambda data: data.replace(b"s3_bucket/", b"../../etc/"), "broken"),
    ],
)
def test_a_broken_manifest_is_named(store: Store, change: object, said: str) -> None:
    made = keep(store, kept([PLAIN]))
    path = path_of(made.id, NAME)
    store.files.write(path, change(store.files.read(path)))  # type: ignore[operator]  # a function of the table
    with pytest.raises(StoreError, match=rf"{made.id}/manifest\.json .*{said}"):
        store.get("latest")
    told: list[str] = []
    telling = Store(store.files, told.append)
    assert telling.last_of([ACCOUNT]) == {}
    assert list(telling.readable()) == []
    assert all(path in each and said in each for each in told)
    assert len(told) == 2
    again = keep(telling, kept([PLAIN], day=1))
    assert [each.id for each in telling.readable()] == [again.id], "a scan goes on without it"
    removal = telling.removal(DAY + dt.timedelta(days=2), keep=9, older_than=dt.timedelta(0))
    assert removal.broken == ((made.id,) if said == "broken" else ()), "what a newer version wrote stays"
    telling.remove(removal)
    assert telling.ids() == [again.id, *([] if said == "broken" else [made.id])]


@pytest.mark.parametrize("data", [b"", b"PAR1 and no more"])
def test_a_broken_or_missing_file_is_named(tmp_path: Path, data: bytes) -> None:
    store = Store(Folder(tmp_path))
    made = keep(store, kept([PLAIN]))
    path = path_of(made.id, f"s3_bucket/{ACCOUNT}.parquet")
    store.files.write(path, data)
    with pytest.raises(StoreError, match=f"the snapshot {made.id} is broken"):
        ask(store, made, "SELECT name FROM s3_bucket")
    (tmp_path / path).unlink()
    with pytest.raises(StoreError, match=f"the snapshot {made.id} is broken"):
        ask(store, made, "SELECT name FROM s3_bucket")
    assert ask(store, made, "SELECT count(*) FROM findings").rows


def test_a_full_disk_leaves_nothing_that_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(Folder(tmp_path))
    written = 0

    def full(descriptor: int) -> None:
        nonlocal written
        written += 1
        if written > 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match=r"cannot be written: No space left on device"):
        keep(store, kept([PLAIN]))
    assert list(store.snapshots()) == []
    assert not [each for each in tmp_path.rglob(".*") if each.is_file()], "no half of a file is left"


def test_a_store_that_cannot_be_written_is_told_early(tmp_path: Path, s3: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be made"):
        store_at(str(tmp_path / "file" / "store")).files.require_writable()
    access = Access(endpoint_url=s3, credentials=("demo", "demo"))
    with pytest.raises(StoreError, match="S3 refuses s3://no-such-bucket"):
        store_at("s3://no-such-bucket/x", access).files.require_writable()
    with pytest.raises(StoreError, match="cannot be reached"):
        store_at("s3://audit-bucket", Access(endpoint_url="http://127.0.0.1:9", credentials=("a", "b"))).ids()
    with pytest.raises(InputError, match="is no store"):
        store_at("gs://bucket")


def test_an_older_snapshot_lacks_columns_and_is_read_all_the_same(tmp_path: Path) -> None:
    store = Store(Folder(tmp_path))
    made = keep(store, kept([PLAIN]))
    path = tmp_path / path_of(made.id, f"s3_bucket/{ACCOUNT}.parquet")
    pq.write_table(pq.read_table(path, partitioning=None).drop_columns(["object_lock"]), path)
    assert ask(store, made, "SELECT name, object_lock FROM s3_bucket").rows == [("data", None)]


@pytest.mark.parametrize(
    "sql", ["SELECT * FROM read_text('/etc/hostname')", "COPY s3_bucket TO 'x'", "SELECT 1; SELECT 2"]
)
def test_a_query_reads_the_snapshot_only(tmp_path: Path, sql: str) -> None:
    store = Store(Folder(tmp_path))
    keep(store, kept([PLAIN]))
    with pytest.raises(InputError, match="the query"):
        ask(store, store.get("latest"), sql)


def test_no_secret_gets_into_a_snapshot_by_a_finding_either(tmp_path: Path) -> None:
    holders = (
        "lambda.Function",
        "codebuild.Project",
        "ecs.TaskDefinition",
        "glue.Job",
        "events.EventRule",
        "amplify.Branch",
    )
    sent = "".join((HERE / each / "aws.json").read_text() for each in holders)
    secrets = ("made-up-hunter2", "AKIAMADEUPFORTHETEST", "correct-horse", "made-up-one")
    assert all(each in sent for each in secrets)
    store = Store(Folder(tmp_path))
    resources = [each for holder in holders for each in from_aws(holder)]
    made = keep(
        store, kept(resources, catalog=Catalog.load().select(services=[each.split(".")[0] for each in holders]))
    )
    found = rows(store, "SELECT count(*) FROM findings WHERE status = 'fail' AND rule LIKE '%secret%'")
    assert found[0] > (0,), "the rules find them"
    held = [pq.read_table(tmp_path / path_of(made.id, each.path), partitioning=None) for each in made.parts[0].files]
    text = "".join(json.dumps(each.to_pylist(), default=str) for each in held)
    assert resources[0].arn in text
    assert not [each for each in secrets if each in text]


def test_manifests_come_back_as_they_were(tmp_path: Path) -> None:
    made = keep(Store(Folder(tmp_path)), kept([PLAIN]), settings={"suppression_tag": "x"})
    again = Manifest.parse(made.written(), "here")
    assert again == made
    assert json.loads(made.written())["settings_digest"] == again.settings_digest
    assert made.rules["s3.no-versioning"] == ("versioning",)
    assert set(made.rules) == set(RULES.rules)


def test_other_engines_get_statements_that_parse(store: Store) -> None:
    made = keep(store, kept([PLAIN]))
    for dialect in ("spark", "athena") if store.address.startswith("s3://") else ("spark",):
        text = "\n".join(declarations(store, made, dialect))
        parsed = sqlglot.parse(text, read=dialect)
        assert len(parsed) == (5 if dialect == "spark" else 10)
        table = next(each for each in parsed if each is not None and each.find(sqlglot.exp.Table).name == "s3_bucket")
        columns = {each.name: each.kind.sql("spark").lower() for each in table.find_all(sqlglot.exp.ColumnDef)}
        assert {*all_tables()["s3_bucket"].names} <= {*columns}
        assert (columns["tags"], columns["versioning"]) == ("map<string, string>", "boolean")
        assert f"{made.id}/s3_bucket" in text
    if not store.address.startswith("s3://"):
        with pytest.raises(InputError, match="Athena reads S3"):
            list(declarations(store, made, "athena"))
