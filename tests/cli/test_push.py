"""``bartizan push securityhub`` as a user runs it: it says what it does, and writes only when told to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bartizan.demo.emulator import emulator
from bartizan.engine.catalog import Catalog
from bartizan.report.content import document
from bartizan.resources.sqs import Queue
from report.sample import made

ACCOUNT = "123456789012"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with emulator() as address:
        yield address


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    queue = Queue(queue_name="jobs", arn=f"arn:aws:sqs:eu-west-1:{ACCOUNT}:\x1b[2Jjobs", account=ACCOUNT)
    given = made(Catalog.load().select(rules=["sqs.no-dead-letter-queue"]), [queue])
    path = tmp_path_factory.mktemp("push") / "report.json"
    path.write_text(json.dumps(document(given) | {"regions": ["eu-west-1"]}))
    return path


def run(report: Path | str, address: str, *options: str, given: str = "") -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    clean |= {"AWS_ACCESS_KEY_ID": "demo", "AWS_SECRET_ACCESS_KEY": "demo", "AWS_CONFIG_FILE": os.devnull}
    command = [sys.executable, "-m", "bartizan", "push", "securityhub", str(report), "--endpoint-url", address]
    return subprocess.run(
        [*command, *options], input=given, capture_output=True, text=True, env=clean, timeout=60, check=False
    )


def test_it_says_what_it_will_do_and_needs_a_yes(report: Path, address: str) -> None:
    said = f"To Security Hub of account {ACCOUNT}, by securityhub:BatchImportFindings:\n"
    planned = run(report, address, "--dry-run")
    assert planned.returncode == 0
    assert planned.stdout.startswith(said)
    assert planned.stdout.endswith(": 1 finding (1 new)\n")
    silent = run(report, address)
    assert silent.returncode == 2
    assert "nothing was sent, since nobody can be asked here: add --yes" in silent.stderr
    sent = run(report, address, "--yes")
    assert (sent.returncode, sent.stderr) == (0, "")
    assert sent.stdout == f"{planned.stdout}Sent 1 finding.\n", "the dry run and the refusal had sent nothing"
    again = run("-", address, "--yes", given=report.read_text())
    assert ": 1 finding (0 new)\nSent 1 finding.\n" in again.stdout


def test_wrong_input_is_one_line(address: str, tmp_path: Path) -> None:
    ran = run(tmp_path / "none.json", address, "--yes")
    assert ran.returncode == 2
    assert ran.stderr.startswith("Error: ")
    assert "none.json cannot be read" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_the_permissions_are_named() -> None:
    command = [sys.executable, "-m", "bartizan", "push", "securityhub", "--help"]
    text = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    assert "securityhub:BatchImportFindings and securityhub:GetFindings" in " ".join(text.split())
