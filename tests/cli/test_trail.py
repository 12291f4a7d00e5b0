"""``bartizan trail`` as users run it."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from bartizan.cli.trail import trail_group
from trail.events import event, log


def test_logs_become_answers(tmp_path: Path) -> None:
    logs, past = tmp_path / "logs", str(tmp_path / "past")
    logs.mkdir()
    (logs / "a.json.gz").write_bytes(log(event("iam", "ListRoles"), event("nobody", "Knows\x1b[31m")))
    (logs / "b.json.gz").write_bytes(log(event())[:-9])
    run = CliRunner().invoke
    taken = run(trail_group, ["ingest", str(logs), "--store", past, "--processes", "1"])
    assert taken.exit_code == 3
    assert "Took 2 events of 1 files" in taken.output
    assert "b.json.gz: it is cut off" in taken.output
    assert "nobody.amazonaws.com  Knows" in taken.output
    assert "\x1b" not in taken.output
    (logs / "b.json.gz").unlink()
    again = run(trail_group, ["ingest", str(logs), "--store", past, "--processes", "1", "--json"])
    assert again.exit_code == 0
    assert json.loads(again.output)["known_files"] == 1
    assert "1 accounts" in run(trail_group, ["summary", "--store", past]).output
    shown = run(trail_group, ["show", "--store", past, "--action", "iam:*"])
    assert "iam:ListRoles  *" in shown.output
    assert run(trail_group, ["show", "--store", past, "--action", "sqs:*"]).output == "Nothing of that was seen.\n"


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    for given, words in (
        (["ingest", str(tmp_path / "gone")], "does not exist"),
        (["ingest", str(tmp_path), "--memory", "'; DROP"], "is no size"),
        (["ingest", "ftp://x"], "is no store"),
        (["summary"], "there is no past in"),
    ):
        result = CliRunner().invoke(trail_group, [*given, "--store", str(tmp_path / "past")])
        assert result.exit_code != 0
        assert words in f"{result.output}{result.exception}"
