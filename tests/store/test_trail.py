"""The past of accounts: taken once, whole or not at all, from wherever it lies."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import boto3
import pytest

from bartizan.app.keep import files_at
from bartizan.app.trail import Chosen, rows, source_at, summary
from bartizan.aws.session import Access
from bartizan.demo.emulator import emulator
from bartizan.store.files import Files, Folder, StoreError
from bartizan.store.trail import merging
from bartizan.store.trail.asking import ask
from bartizan.store.trail.ingest import Ingested, Limits, ingest
from bartizan.store.trail.ledger import Ledger
from trail.events import ACCOUNT, ROLE, SESSION, event, log

OTHER = "444455556666"
ONE = Limits(processes=1)
NAME = "{}_CloudTrail_eu-west-1_20260301T10{:02}Z_aBcDeFgH{}.json.gz"
ALL = """SELECT * EXCLUDE (first_seen, last_seen), first_seen::VARCHAR AS first, last_seen::VARCHAR AS last FROM seen
    ORDER BY ALL"""


def object_read(key: str, bucket: str = "data", **changed: Any) -> dict[str, Any]:
    return event(
        "s3", "GetObject", resources=[{"type": "AWS::S3::Object", "ARN": f"arn:aws:s3:::{bucket}/{key}"}], **changed
    )


def put(root: Path, data: bytes, number: int, account: str = ACCOUNT, within: str = "AWSLogs/o-exampleorgid") -> Path:
    folder = root / within / account / "CloudTrail" / "eu-west-1" / "2026" / "03" / "01"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / NAME.format(account, number % 60, number)
    path.write_bytes(data)
    return path


def take(root: Path, store: Files, limits: Limits = ONE) -> Ingested:
    return ingest(source_at(str(root), Access()), store, limits)


def everything(store: Files) -> list[dict[str, Any]]:
    return ask(store, Ledger.read(store), ALL)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    root = tmp_path / "logs"
    put(root, log(event("iam", "ListRoles"), object_read("a/1"), event("nobody", "Knows")), 1)
    put(root, log(event("iam", "ListRoles", recipientAccountId=OTHER, eventTime="2026-02-28T23:59:59Z")), 2, OTHER)
    return root


@pytest.fixture
def store(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "past")


def test_logs_are_taken_once(logs: Path, store: Folder) -> None:
    first = take(logs, store)
    assert (first.files, first.events, first.known, first.problems) == (2, 4, 0, [])
    kept, lying = everything(store), store.sizes("")
    assert {(each["account"], each["month"], each["action"], each["events"]) for each in kept} == {
        (ACCOUNT, "2026-03", "iam:ListRoles", 1),
        (ACCOUNT, "2026-03", "s3:GetObject", 1),
        (ACCOUNT, "2026-03", None, 1),
        (OTHER, "2026-02", "iam:ListRoles", 1),
    }
    assert {each["principal_org_id"] for each in kept if each["account"] == ACCOUNT} == {"o-exampleorgid"}
    second = take(logs, store)
    assert (second.files, second.known) == (0, 2)
    assert store.sizes("") == lying
    # A copy elsewhere is the same log, by CloudTrail's own name for it.
    copy = logs.parent / "copy"
    put(copy, log(event("iam", "ListRoles"), object_read("a/1"), event("nobody", "Knows")), 1, within="elsewhere")
    assert take(copy, store).known == 1
    assert everything(store) == kept


def test_what_is_new_joins_what_is_kept(logs: Path, store: Folder) -> None:
    take(logs, store)
    put(logs, log(event("iam", "ListRoles", eventTime="2026-03-05T00:00:00Z")), 3)
    assert take(logs, store).files == 1
    (row,) = [each for each in everything(store) if each["account"] == ACCOUNT and each["action"] == "iam:ListRoles"]
    assert (row["events"], row["first"], row["last"]) == (2, "2026-03-01 10:00:00+00", "2026-03-05 00:00:00+00")
    assert Ledger.read(store).events == 5


def test_a_log_that_changed_is_told_of_and_not_taken_again(logs: Path, store: Folder) -> None:
    take(logs, store)
    kept = everything(store)
    put(logs, log(*[event("iam", "ListUsers")] * 50, event("iam", "DeleteUser")), 1)
    ((path, problem),) = take(logs, store).problems
    assert path.endswith(".json.gz")
    assert "not taken again" in problem
    assert everything(store) == kept


def test_what_cannot_be_read_is_named_and_spoils_nothing(logs: Path, store: Folder) -> None:
    whole = log(object_read("x"), object_read("y"))
    put(logs, whole[:-15], 11)
    put(logs, whole[:30] + b"\xff" * 8 + whole[38:], 12)
    put(logs, b"", 13)
    put(logs, gzip.compress(b"no json"), 14)
    (logs / "gone.json").symlink_to("/nowhere")
    (logs / "quotes'\u202e\n.json").write_bytes(b"{")
    Path(os.fsdecode(os.fsencode(logs) + b"/\xff\xfe.json")).write_bytes(log(event("iam", "ListUsers")))
    os.mkfifo(logs / "pipe.json")
    digest = logs / "AWSLogs" / ACCOUNT / "CloudTrail-Digest" / "d.json.gz"
    digest.parent.mkdir(parents=True)
    digest.write_bytes(gzip.compress(b"{}"))
    done = take(logs, store)
    assert (done.files, done.events, done.no_events) == (3, 5, 1)
    names = [path.rpartition("/")[2] for path, _ in done.problems]
    assert sorted(names) == sorted([*(NAME.format(ACCOUNT, n, n) for n in (11, 12, 13, 14)), "quotes'\u202e\n.json"])
    # What was cut off may come whole the next time.
    put(logs, whole, 11)
    assert take(logs, store).files == 1


class Killed(BaseException):
    """The end of the process."""


class Dying(Folder):
    """A folder whose writer is killed at its n-th write."""

    left = 0

    def write(self, path: str, data: bytes) -> None:
        Dying.left -= 1
        if Dying.left < 0:
            raise Killed
        Folder.write(self, path, data)


@pytest.mark.parametrize("writes", range(4))
def test_a_run_that_is_killed_leaves_what_was_there(logs: Path, store: Folder, writes: int) -> None:
    take(logs, store)
    kept = everything(store)
    put(logs, log(event("iam", "ListUsers")), 3)
    put(logs, log(event("iam", "ListUsers", recipientAccountId=OTHER)), 4, OTHER)
    Dying.left = writes
    with pytest.raises(Killed):
        take(logs, Dying(store.root))
    assert everything(store) == kept
    assert take(logs, store).files == 2
    held = Ledger.read(store)
    assert {*held.inputs, *(each.path for each in held.kept), "trail.json", "lock"} == set(store.sizes(""))


def test_it_does_not_matter_in_which_batches_logs_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "ADDRESSES", 3)
    monkeypatch.setattr(merging, "RESOURCES", 4)
    root = tmp_path / "logs"
    for number in range(12):
        calls = [
            object_read(
                f"in/{number}/{each}/x",
                sourceIPAddress=f"10.0.{number}.{each}",
                eventTime=f"2026-03-{number + 1:02}T00:00:00Z",
            )
            for each in range(3)
        ]
        few = event("iam", "GetRole", requestParameters={"roleName": f"r{number % 3}"})
        put(root, log(*calls, few, object_read("top"), object_read(f"{number}/x", bucket="other")), number)
    at_once, one_by_one = Folder(tmp_path / "a"), Folder(tmp_path / "b")
    assert take(root, at_once).files == 12
    assert take(root, one_by_one, Limits(processes=2, batch_files=1)).files == 12
    assert everything(at_once) == everything(one_by_one)
    assert sum(each["events"] for each in everything(at_once)) == 12 * 6
    found = {(each["resource"], each["held"]) for each in everything(at_once)}
    assert found == {
        ("arn:aws:s3:::data/*", 2),
        ("arn:aws:s3:::other/*", 2),
        *((f"arn:aws:iam::{ACCOUNT}:role/r{number}", 0) for number in range(3)),
    }
    addresses = {each["source_ip"] for each in everything(at_once)}
    assert addresses == {*(f"10.0.{number}.0/24" for number in range(12)), "203.0.113.0/24"}


def test_the_past_lies_in_s3_and_comes_from_there(logs: Path, tmp_path: Path, store: Folder) -> None:
    take(logs, store)
    with emulator() as address:
        session = boto3.Session(aws_access_key_id="demo", aws_secret_access_key="demo")
        client = session.client("s3", region_name="us-east-1", endpoint_url=address)
        client.create_bucket(Bucket="org-trail-logs")
        keys = [path.relative_to(logs).as_posix() for path in sorted(logs.rglob("*.gz"))]
        for key in keys:
            client.put_object(Bucket="org-trail-logs", Key=key, Body=(logs / key).read_bytes())
        access = Access(endpoint_url=address, credentials=("demo", "demo"))
        past = files_at("s3://org-trail-logs/past", access)
        assert ingest(source_at("s3://org-trail-logs/AWSLogs", access), past, ONE).files == 2
        assert everything(past) == everything(store)
        assert ingest(source_at(f"s3://org-trail-logs/{keys[0]}", access), past, ONE).known == 1
        with pytest.raises(StoreError, match="refuses s3://no-such-bucket"):
            ingest(source_at("s3://no-such-bucket", access), past, ONE)


def test_two_runs_do_not_meet(logs: Path, store: Folder) -> None:
    claim = store.claim("lock")
    with pytest.raises(StoreError, match="another run"):
        take(logs, store)
    assert claim
    claim.release()
    assert take(logs, store).files == 2


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"version": 9, "tool_version": "9"}', json.dumps({"version": 1, "kept": [{"path": "../../x"}]})],
)
def test_a_manifest_that_is_none_is_refused(logs: Path, store: Folder, text: str) -> None:
    take(logs, store)
    store.write("trail.json", text.encode())
    with pytest.raises(StoreError, match=r"trail\.json (is broken|was written by a newer)"):
        take(logs, store)


def test_what_was_seen_can_be_asked(logs: Path, store: Folder) -> None:
    put(logs, log(event("kms", "Decrypt", errorCode="AccessDenied", userIdentity={**SESSION, "invokedBy": "x"})), 5)
    put(
        logs,
        log(event("iam", "ListRoles", userIdentity={"type": "AWSService", "invokedBy": "config.amazonaws.com"})),
        6,
    )
    take(logs, store)
    found = summary(store)
    assert (found["events"], found["files"], found["accounts"]) == (6, 4, 2)
    assert found["unmapped"] == [{"event_source": "nobody.amazonaws.com", "event_name": "Knows", "events": 1}]
    assert found["principal_kinds"] == [
        {"principal_kind": "role", "events": 5},
        {"principal_kind": "service", "events": 1},
    ]
    denied = rows(store, Chosen(denied=True, principal="*:role/team/*"))
    assert [(each["action"], each["principal"], each["error"]) for each in denied] == [
        ("kms:Decrypt", ROLE, "AccessDenied")
    ]
    assert len(rows(store, Chosen(action="iam:List*", account=ACCOUNT))) == 1
    assert rows(store, Chosen(action="iam_List*")) == []
    assert len(rows(store, Chosen(principal="config.amazonaws.com"))) == 1
