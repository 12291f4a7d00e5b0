"""Settings and suppressions from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bartizan.cli.main import cli

TEMPLATE = """
Resources:
  Jobs:
    Type: AWS::SQS::Queue
    Properties: {QueueName: jobs, SqsManagedSseEnabled: false}
"""
ARGUMENTS = ["--reason", "test data", "--owner", "shop", "--expires", "2099-12-31"]


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    return CliRunner()


def check(runner: CliRunner, *more: str) -> tuple[int, dict[str, int]]:
    result = runner.invoke(cli, ["check", "template.yaml", "--rule", "sqs.unencrypted-queue", "--json", *more])
    return result.exit_code, json.loads(result.stdout)["summary"]["statuses"] if result.stdout else {}


def test_a_suppression_is_written_and_takes_effect(runner: CliRunner) -> None:
    assert check(runner, "--fail-on", "low")[0] == 1
    Path("bartizan.toml").write_text("# ours\n[parameters]\nmax_age = 60")
    written = runner.invoke(cli, ["suppress", "sqs.unencrypted-queue", "*Jobs", *ARGUMENTS])
    assert written.exit_code == 0, written.output
    assert Path("bartizan.toml").read_text().startswith("# ours\n[parameters]\nmax_age = 60\n\n[[suppress]]\n")
    code, statuses = check(runner, "--fail-on", "low")
    assert (code, statuses["fail"], statuses["suppressed"]) == (0, 0, 1)
    again = runner.invoke(cli, ["suppress", "sqs.unencrypted-queue", "*Jobs", *ARGUMENTS])
    assert again.exit_code != 0


def test_hostile_reasons_stay_texts(runner: CliRunner) -> None:
    reason = 'x"\nowner = "evil" # \\ \u202e\x1b[31m'
    assert runner.invoke(cli, ["suppress", "s3.*", "*", "--reason", reason, "--owner", "me"]).exit_code == 0
    assert check(runner)[0] in {0, 1}


def test_settings_of_a_project_are_found(runner: CliRunner) -> None:
    Path("pyproject.toml").write_text('[tool.bartizan.rules."sqs.unencrypted-queue"]\nseverity = "critical"\n')
    assert check(runner)[0] == 1
    Path("other.toml").write_text('[rules."sqs.unencrypted-queue"]\nseverity = "low"\n')
    assert check(runner, "--config", "other.toml")[0] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["suppress", "s3.no-such-rule", "*", "--reason", "r", "--owner", "o"],
        ["suppress", "s3.*", "*", "--reason", "r", "--owner", "o", "--expires", "2001-01-01"],
        ["check", "template.yaml", "--config", "missing.toml"],
        ["rules", "--config", "broken.toml"],
    ],
)
def test_what_cannot_be_used_is_refused(runner: CliRunner, arguments: list[str]) -> None:
    Path("broken.toml").write_text("[rules\n")
    result = runner.invoke(cli, arguments)
    assert result.exit_code != 0
    assert result.exception is not None
    assert "Traceback" not in result.output
