"""`bartizan baseline check` and `apply` against an emulated account."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bartizan.app.baseline.answers import NAME
from bartizan.app.baseline.code import files
from bartizan.app.baseline.standing import standings
from bartizan.app.harden.plan_file import read
from bartizan.baseline import Kind, pieces
from bartizan.cli.main import cli
from bartizan.demo.emulator import emulator
from bartizan.engine.catalog import Catalog
from bartizan.engine.evaluate import evaluate
from bartizan.model import Snapshot
from bartizan.resources.macie2 import Session
from baseline.generated import answers

NOT_IN_MOTO = {
    "public-access": "the emulator does not know the blocks of snapshots and images",
    "machine-defaults": "the emulator does not know the defaults of instance metadata",
}
BY_API = {"password-policy", "default-network"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / NAME).write_text(files(answers(Kind.ACCOUNT, NOT_IN_MOTO))[NAME])
    with emulator() as url:
        monkeypatch.chdir(tmp_path)
        for name, value in (
            ("AWS_ACCESS_KEY_ID", "demo"),
            ("AWS_SECRET_ACCESS_KEY", "demo"),
            ("AWS_DEFAULT_REGION", "eu-west-1"),
            ("AWS_ENDPOINT_URL", url),
        ):
            monkeypatch.setenv(name, value)
        yield tmp_path


def run(*arguments: str) -> Result:
    done = CliRunner().invoke(cli, list(arguments))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def stand() -> tuple[int, dict[str, dict[str, Any]]]:
    done = run("baseline", "check", "--answers", NAME, "--json")
    return done.exit_code, {each["piece"]: each for each in json.loads(done.stdout)}


def test_what_code_cannot_do_is_planned_applied_and_then_in_place(folder: Path) -> None:
    code, before = stand()
    assert code == 1
    assert before.keys() == {each.id for each in pieces().values() if Kind.ACCOUNT in each.kinds}
    assert {name for name, each in before.items() if each["standing"] == "left out"} == set(NOT_IN_MOTO)
    assert before["machine-defaults"]["left_out"] == NOT_IN_MOTO["machine-defaults"]
    assert {before[name]["standing"] for name in BY_API} == {"missing"}

    planned = run("baseline", "apply", "--answers", NAME)
    assert planned.exit_code == 0
    plan, _ = read(folder / "bartizan-plan.json")
    rules = {fixing.rule for change in plan.changes for fixing in change.fixes}
    assert {each.split(".")[0] for each in rules} == {"account", "ec2"}
    assert {each for each in rules if each.startswith("ec2.")} == {"ec2.default-group-has-rules"}
    assert stand()[1] == before

    assert run("apply", "bartizan-plan.json", "--yes").exit_code == 0
    after = stand()[1]
    assert {after[name]["standing"] for name in BY_API} == {"in place"}
    assert after["trail"] == before["trail"]
    assert after["trail"]["standing"] == "missing"


def test_with_yes_it_is_applied_at_once_and_can_be_undone(folder: Path) -> None:
    before = stand()[1]
    done = run("baseline", "apply", "--answers", NAME, "--yes")
    assert done.exit_code == 0, done.output
    assert {stand()[1][name]["standing"] for name in BY_API} == {"in place"}
    again = run("baseline", "apply", "--answers", NAME, "--yes")
    assert again.exit_code == 0
    (journal,) = [each.name for each in (folder / "bartizan-runs").iterdir() if each.name[:2] == "20"]
    assert run("undo", journal.partition(".")[0], "--yes").exit_code == 0
    assert {name: stand()[1][name] for name in BY_API} == {name: before[name] for name in BY_API}


def test_what_is_advice_to_others_is_missing_in_a_baseline() -> None:
    catalog = Catalog.load().only({"macie2.macie-off"})
    given = answers(Kind.ACCOUNT)
    words = {}
    for enabled in (True, False):
        judged = evaluate(catalog, Snapshot([Session(enabled=enabled)]))
        words[enabled] = {each.piece.id: each.word for each in standings(given, judged, catalog)}["macie"]
    assert words == {True: "in place", False: "missing"}
