"""Snapshots as a user keeps, lists, asks and prunes them."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from click.testing import CliRunner, Result

from bartizan.app.ask import named_queries
from bartizan.cli.main import cli
from bartizan.demo.emulator import emulator
from bartizan.model import InputError
from bartizan.store.files import Folder
from bartizan.store.store import Store
from store.kept import bucket, keep, kept


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.chdir(tmp_path)
    made = Store(Folder(tmp_path / "kept"))
    keep(made, kept([bucket("=data", versioning=False), bucket("new\x1b[2J", versioning=True, tags={"team": "web"})]))
    (tmp_path / "bartizan.toml").write_text('[store]\naddress = "kept"\n')
    return made


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(cli, list(arguments))
    assert result.exception is None or isinstance(result.exception, (InputError, SystemExit)), result.exception
    return result


def test_a_query_answers_as_text_json_and_csv(store: Store) -> None:
    sql = "SELECT name, versioning, tags, read_at FROM s3_bucket ORDER BY name"
    lines = run("query", sql).output.splitlines()
    assert lines[0].split() == ["name", "versioning", "tags", "read_at"]
    assert lines[-1] == "2 rows"
    assert "new\\x1b[2J" in lines[3]
    (first, second) = json.loads(run("query", sql, "--json").output)
    assert first == {"name": "=data", "versioning": False, "tags": {}, "read_at": "2026-03-01T00:00:00+00:00"}
    assert second["tags"] == {"team": "web"}
    rows = list(csv.reader(io.StringIO(run("query", sql, "--csv").output)))
    assert rows[1][:2] == ["'=data", "false"]
    assert rows[2][0] == "new\\x1b[2J"


@pytest.mark.parametrize("name", sorted(named_queries()))
def test_every_query_that_comes_along_runs_and_says_what_it_tells(store: Store, name: str) -> None:
    assert name in run("query", "--list").output
    assert named_queries()[name][0].endswith(".")
    found = run("query", "--named", name, "--json")
    assert found.exit_code == 0, found.exception
    assert isinstance(json.loads(found.output), list)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("query", "SELECT nope FROM s3_bucket"), "line 1 of the query: Referenced column"),
        (("query", "SELECT 1\nFROM s3_buckets"), "line 2 of the query: there is no table"),
        (("query", "--named", "bucket"), "did you mean buckets"),
        (("query", "SELECT 1", "--snapshot", "nope"), "no snapshot is called 'nope'"),
        (("tables", "s3_buckets"), "did you mean s3_bucket"),
    ],
)
def test_what_cannot_be_asked_is_told(store: Store, arguments: tuple[str, ...], said: str) -> None:
    assert said in str(run(*arguments).exception)


def test_a_query_needs_sql_or_a_name_and_a_store(store: Store, tmp_path: Path) -> None:
    assert run("query").exit_code == 2
    assert run("query", "SELECT 1", "--named", "buckets").exit_code == 2
    (tmp_path / "bartizan.toml").write_text("[store]\nadress = 'x'")
    assert "there is no such setting; there is address" in str(run("query", "SELECT 1").exception)
    (tmp_path / "bartizan.toml").unlink()
    assert "say where the snapshots are" in run("query", "SELECT 1").output


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("tables", "s3_bucket"), 0), (("query", "--list"), 0), (("query", "SELECT 1"), 2), (("diff",), 2),
        (("snapshots",), 2), (("rules",), 0),
    ],
)  # fmt: skip
def test_without_the_extra_it_says_which_one_is_missing(store: Store, arguments: tuple[str, ...], code: int) -> None:
    program = (
        "import sys; sys.modules['duckdb'] = sys.modules['pyarrow'] = None\n"
        f"sys.argv = ['bartizan', *{arguments!r}]\n"
        "from bartizan.cli.main import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == code, done.stderr
    assert ("pip install 'bartizan[store]'" in done.stderr) is (code == 2)


def test_tables_say_what_their_columns_hold() -> None:
    assert "s3_bucket" in run("tables").output
    said = run("tables", "S3_Bucket").output
    assert "versioning: bool" in said
    assert "unknown: map of text" in said
    assert json.loads(run("tables", "findings", "--json").output)["columns"][0]["name"] == "account"


def test_snapshots_are_listed_and_pruned_only_when_told_to(store: Store) -> None:
    keep(store, kept([bucket("data")], day=1))
    first, second = json.loads(run("snapshots", "--json").output)
    assert (first["resources"], second["resources"], second["statuses"]["fail"]) == (1, 2, 3)
    assert second["id"] in run("snapshots").output
    dry = run("snapshots", "prune")
    assert second["id"] in dry.output
    assert "1 would be removed; --yes does it" in dry.output
    assert len(json.loads(run("snapshots", "--json").output)) == 2
    assert run("snapshots", "prune", "--keep", "2").output == "Nothing to remove.\n"
    assert "Removed 1." in run("snapshots", "prune", "--yes").output
    assert [each["id"] for each in json.loads(run("snapshots", "--json").output)] == [first["id"]]


def test_a_broken_snapshot_hides_no_other_and_is_pruned(store: Store) -> None:
    path = f"snapshots/{store.get('latest').id}/manifest.json"
    keep(store, kept([bucket("data")], day=1))
    store.files.write(path, b"{")
    listed = run("snapshots")
    assert listed.exit_code == 0
    assert re.search(rf"^Passed over: \S+/{path} is broken", listed.stderr)
    assert "`bartizan snapshots prune --yes` remove it" in listed.stderr
    assert listed.stdout.count("resources") == 1
    assert f"{path.split('/')[1]}  broken" in run("snapshots", "prune").output
    assert "Removed 1." in run("snapshots", "prune", "--yes").output
    assert not run("snapshots").stderr


def test_the_difference_says_what_became_of_each_failure(store: Store) -> None:
    assert "holds only one snapshot" in str(run("diff").exception)
    keep(store, kept([bucket("=data", versioning=True), bucket("new", versioning=False)], day=2))
    said = run("diff").output
    assert "New" in said
    assert "s3.no-versioning  111122223333  eu-west-1  new" in said
    assert "versioning: false -> true" in said
    facts = json.loads(run("diff", "previous", "latest", "--json", "--severity", "medium").output)
    assert facts["counts"] == {
        "new": 1, "fixed": 1, "changed": 0, "still open": 0, "accepted": 0, "unseen": 0,
    }  # fmt: skip
    assert [(each["change"], each["name"], each["days"]) for each in facts["findings"]] == [
        ("new", "new", 0), ("fixed", "=data", 2),
    ]  # fmt: skip
    assert run("diff", "--fail-on", "new").exit_code == 1
    assert run("diff", "--fail-on", "new", "--severity", "critical").exit_code == 0
    assert run("diff").exit_code == 0


def test_drift_is_from_what_was_approved(store: Store) -> None:
    assert "no approved baseline" in str(run("drift").exception)
    assert "is the approved baseline" in run("approve", "--by", "ann").output
    assert run("drift").exit_code == 0
    keep(store, kept([bucket("=data", versioning=True)], day=2))
    found = run("drift")
    assert found.exit_code == 1
    assert "versioning: false -> true" in found.output
    assert "Removed" in found.output
    assert json.loads(run("drift", "--json").output)["counts"] == {
        "added": 0, "changed": 1, "removed": 1, "unseen": 0,
    }  # fmt: skip
    (latest, approved) = json.loads(run("snapshots", "--json").output)
    assert (latest["approved"], approved["approved"]) == (False, True)
    assert run("snapshots", "prune").output == "Nothing to remove.\n"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with emulator() as address:
        s3 = boto3.client(
            "s3", endpoint_url=address, aws_access_key_id="demo", aws_secret_access_key="demo", region_name="us-east-1"
        )
        s3.create_bucket(Bucket="shop-data")
        s3.create_bucket(Bucket="audit-bucket")
        yield address


@pytest.mark.parametrize("where", ["kept", "s3://audit-bucket/bartizan"])
def test_a_scan_keeps_what_it_found(address: str, where: str, tmp_path: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    clean |= {"AWS_ACCESS_KEY_ID": "demo", "AWS_SECRET_ACCESS_KEY": "demo", "AWS_CONFIG_FILE": os.devnull}

    def bartizan(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "bartizan", *arguments, "--store", where, "--endpoint-url", address]
        return subprocess.run(
            command, capture_output=True, text=True, env=clean, timeout=120, check=False, cwd=tmp_path
        )

    scan = bartizan("scan", "--rule", "s3.no-versioning", "--region", "us-east-1", "--json", "--fail-on", "medium")
    assert scan.returncode in {1, 3}, scan.stderr
    assert "Kept as snapshot " in scan.stderr
    json.loads(scan.stdout)
    asked = bartizan("query", "SELECT name, versioning FROM s3_bucket ORDER BY name", "--json")
    assert json.loads(asked.stdout) == [
        {"name": "audit-bucket", "versioning": False}, {"name": "shop-data", "versioning": False},
    ]  # fmt: skip
    unread = bartizan("query", "SELECT policy, unknown['policy'] AS why FROM s3_bucket LIMIT 1", "--json")
    assert json.loads(unread.stdout) == [{"policy": None, "why": "not read"}]


def test_a_store_that_cannot_be_written_is_refused_before_the_scan(address: str, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file")
    refused = run("scan", "--store", str(tmp_path / "kept"), "--endpoint-url", address)
    assert "cannot be" in str(refused.exception)
