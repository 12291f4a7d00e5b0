"""``bartizan fix`` as a user runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bartizan.app.editing import Edited
from bartizan.app.writing import write_all
from bartizan.model import InputError

QUEUE = """# The orders.
resource "aws_sqs_queue" "orders" {
  name                    = "orders" # as others know it
  sqs_managed_sse_enabled = false
}
"""
VARIABLE = (
    'variable "sse" {\n  default = false\n}\n\nresource "aws_sqs_queue" "v" {\n  sqs_managed_sse_enabled = var.sse\n}\n'
)
ONLY = ("--rule", "sqs.unencrypted-queue")


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    """Run ``bartizan fix``."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run(
        [sys.executable, "-m", "bartizan", "fix", *arguments],
        capture_output=True, env=clean, cwd=cwd, timeout=60, check=False,
    )  # fmt: skip


def applied(tool: list[str], diff: bytes, cwd: Path) -> None:
    ran = subprocess.run(tool, input=diff, cwd=cwd, capture_output=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("tool", [["git", "apply"], ["patch", "-p1"]], ids=lambda each: each[0])
@pytest.mark.parametrize(
    ("folder", "name"),
    [("infra", "main.tf"), ("my infra", 'odd "ö" name.tf'), ("a\tb", "x.tf")],
    ids=["plain", "odd", "tab"],
)
@pytest.mark.parametrize("ending", ["", "\n# no line feed at the end"], ids=["line feed", "none"])
def test_the_diff_is_one_that_tools_take(tool: list[str], folder: str, name: str, ending: str, tmp_path: Path) -> None:
    if not shutil.which(tool[0]):
        pytest.skip(f"needs {tool[0]}")
    path = tmp_path / folder / name
    path.parent.mkdir()
    text = (QUEUE + ending).replace("\n", "\r\n") if ending else QUEUE
    path.write_bytes(text.encode())
    ran = run(folder, *ONLY, cwd=tmp_path)
    assert ran.returncode == 1, ran.stderr
    assert path.read_bytes() == text.encode()
    applied(tool if tool[0] == "git" else [*tool, "--binary"], ran.stdout, tmp_path)
    assert path.read_bytes() == text.replace("false", "true").encode()
    again = run(folder, *ONLY, cwd=tmp_path)
    assert (again.returncode, again.stdout) == (0, b"")


def test_files_are_written_only_when_that_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "main.tf"
    path.write_text(QUEUE)
    path.chmod(0o640)
    (tmp_path / "link.d").mkdir()
    ran = run(".", *ONLY, "--write", cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (0, b"")
    assert b"Wrote 1 files" in ran.stderr
    assert path.read_text() == QUEUE.replace("false", "true")
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(each.name for each in tmp_path.iterdir()) == ["link.d", "main.tf"]


def test_what_is_left_is_said_with_place_and_reason(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(VARIABLE)
    ran = run("main.tf", *ONLY, cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (3, b"")
    assert b"main.tf:5: sqs.unencrypted-queue: aws_sqs_queue.v: sqs_managed_sse_enabled is var.sse" in ran.stderr
    (tmp_path / "main.tf").write_text(VARIABLE + QUEUE)
    assert run("main.tf", *ONLY, cwd=tmp_path).returncode == 1
    assert run("main.tf", *ONLY, "--write", cwd=tmp_path).returncode == 3


def test_json_holds_diffs_and_what_is_left(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(VARIABLE + QUEUE)
    ran = run(".", "--rule", "sqs.*", "--json", cwd=tmp_path)
    assert ran.returncode == 1
    said = json.loads(ran.stdout)
    assert [each["path"] for each in said["files"]] == ["main.tf"]
    assert "+  sqs_managed_sse_enabled = true\n" in said["files"][0]["diff"]
    assert {"rule": "sqs.unencrypted-queue", "resource": "aws_sqs_queue.orders"}.items() <= said["settled"][-1].items()
    (left,) = (each for each in said["left"] if each["has_fix"])
    assert left["why"] == "sqs_managed_sse_enabled is var.sse"
    assert left["place"] == "main.tf:5"
    assert any(not each["has_fix"] for each in said["left"])


def test_what_may_break_is_named_and_can_be_left_out(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(QUEUE)
    ran = run(".", "--rule", "sqs.plain-http-allowed", cwd=tmp_path)
    assert b"sqs.plain-http-allowed may break: " in ran.stderr
    assert run(".", "--rule", "sqs.plain-http-allowed", "--safe-only", cwd=tmp_path).returncode == 3


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("main.tf", "resource {", "main.tf:1"),
        ("none", "", "neither a Terraform plan"),
        ("t.yaml", "Resources: [", "t.yaml"),
    ],
)
def test_input_that_is_none_is_one_line(name: str, text: str, why: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    ran = run(name, cwd=tmp_path)
    assert ran.returncode == 2
    assert ran.stderr.count(b"\n") == 1
    assert why.encode() in ran.stderr


def test_a_file_that_cannot_be_written_is_named_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "main.tf"
    path.write_text("changed meanwhile")
    with pytest.raises(InputError, match="has changed since it was read"):
        write_all([Edited(path, QUEUE, QUEUE)])
    assert path.read_text() == "changed meanwhile"
    with pytest.raises(InputError, match="cannot be written"):
        write_all([Edited(tmp_path / "gone.tf", QUEUE, QUEUE)])
