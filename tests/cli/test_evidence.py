"""Evidence from the command line to the reports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bartizan.cli.main import cli

TEMPLATE = """
Resources:
  Jobs:
    Type: AWS::SQS::Queue
    Properties: {QueueName: jobs, SqsManagedSseEnabled: true}
"""
ARGUMENTS = ["--reason", "MFA at every sign-in", "--owner", "identity team", "--expires", "2099-12-31"]


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    return CliRunner()


def control(runner: CliRunner) -> dict[str, Any]:
    result = runner.invoke(cli, ["check", "template.yaml", "--framework", "mission", "--json"])
    (framework,) = json.loads(result.stdout)["compliance"]
    (found,) = [each for each in framework["controls"] if each["id"] == "C-SSO.mfa"]
    return found


def test_evidence_is_written_answers_its_control_and_falls_with_its_file(runner: CliRunner) -> None:
    assert control(runner)["status"] == "manual"
    Path("proof.png").write_bytes(b"a picture")
    Path("bartizan.toml").write_text("# ours\n")
    added = runner.invoke(cli, ["evidence", "add", "mission/C-SSO.mfa", *ARGUMENTS, "--file", "proof.png"])
    assert added.exit_code == 0, added.output
    assert Path("bartizan.toml").read_text().startswith("# ours\n\n[[evidence]]\n")
    found = control(runner)
    assert found["status"] == "attested"
    (told,) = found["evidence"]
    assert (told["owner"], told["file"], len(told["sha256"])) == ("identity team", "proof.png", 64)

    Path("proof.png").write_bytes(b"another picture")
    found = control(runner)
    assert (found["status"], found["evidence"]) == ("manual", [])
    assert found["lapsed_evidence"][0]["statement"] == "MFA at every sign-in"
    page = runner.invoke(cli, ["check", "template.yaml", "--framework", "mission", "--output", "out"])
    assert "evidence that no longer counts" in " ".join(page.output.split())
    assert "Evidence that no longer counts: MFA at every sign-in" in Path("out/report.html").read_text()

    Path("proof.png").unlink()
    assert control(runner)["status"] == "attested"


@pytest.mark.parametrize(
    "arguments",
    [
        ["mission/C-SSO.none", *ARGUMENTS],
        ["mission", *ARGUMENTS],
        ["mission/C-SSO.mfa", *ARGUMENTS[:-1], "2001-01-01"],
        ["mission/C-SSO.mfa", *ARGUMENTS, "--file", "missing.png"],
    ],
)
def test_what_cannot_be_evidence_is_refused(runner: CliRunner, arguments: list[str]) -> None:
    result = runner.invoke(cli, ["evidence", "add", *arguments])
    assert result.exit_code != 0
    assert "Traceback" not in result.output
    assert not Path("bartizan.toml").exists()
