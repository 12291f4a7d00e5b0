"""The GitHub action and the pre-commit hook: what they run exists and works."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from bartizan.cli.main import cli

ROOT = Path(__file__).parents[2]
BAD = "Resources:\n  Jobs:\n    Type: AWS::SQS::Queue\n    Properties: {SqsManagedSseEnabled: false}\n"
RULE = "sqs.unencrypted-queue"
SETTINGS = f'[rules."{RULE}"]\nseverity = "high"\n'


@pytest.fixture(scope="module")
def action() -> Any:
    return yaml.safe_load((ROOT / "action.yml").read_text())


@pytest.fixture(scope="module")
def hook() -> Any:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    return hook


def test_inputs_and_outputs_are_declared_and_used(action: Any) -> None:
    text = (ROOT / "action.yml").read_text()
    assert set(re.findall(r"\$\{\{ inputs\.([a-z-]+) \}\}", text)) == set(action["inputs"])
    assert all(each["description"] and "default" in each for each in action["inputs"].values())
    scripts = [each["run"] for each in action["runs"]["steps"]]
    assert not any("${{" in each for each in scripts), "an input in a script would be run by it"
    written = set(re.findall(r'echo "([a-z-]+)=', "".join(scripts)))
    assert written == set(action["outputs"])


def checked(action: Any, folder: Path, **inputs: str) -> tuple[int, dict[str, str], str]:
    """Run the action's check in a folder as a runner would; gives exit code, outputs and the job's summary."""
    (folder / "temp" / "bartizan" / "bin").mkdir(parents=True, exist_ok=True)
    command = folder / "temp" / "bartizan" / "bin" / "bartizan"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m bartizan "$@"\n')
    command.chmod(0o755)
    (step,) = [each for each in action["runs"]["steps"] if each.get("id") == "check"]
    environment = {**os.environ, "RUNNER_TEMP": str(folder / "temp")}
    for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
        environment[name] = str(folder / "temp" / name)
        Path(environment[name]).write_text("")
    for name, value in step["env"].items():
        wanted = value.removeprefix("${{ inputs.").removesuffix(" }}")
        environment[name] = inputs.get(wanted, action["inputs"][wanted]["default"])
    ran = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", step["run"]],
        cwd=folder / "code", env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    lines = Path(environment["GITHUB_OUTPUT"]).read_text().splitlines()
    outputs = dict(line.split("=", 1) for line in lines)
    return ran.returncode, outputs, Path(environment["GITHUB_STEP_SUMMARY"]).read_text()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "bartizan.toml").write_text(SETTINGS)
    return tmp_path


def test_the_action_writes_sarif_and_fails_on_findings(action: Any, folder: Path) -> None:
    (folder / "code" / "a b.yaml").write_text(BAD)
    code, outputs, summary = checked(action, folder)
    assert (code, outputs["exit-code"]) == (1, "1")
    run = json.loads((folder / "code" / outputs["sarif"]).read_text())["runs"][0]
    (result,) = [each for each in run["results"] if each["ruleId"] == RULE]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b.yaml"
    assert summary == (folder / "code" / outputs["markdown"]).read_text()
    failing = [each for each in run["results"] if each["kind"] == "fail"]
    assert summary.startswith(f"## Bartizan: {len(failing)} finding")
    assert checked(action, folder, **{"fail-on": "critical"})[0] == 0


def test_the_action_takes_paths_by_line_and_runs_none_of_them(action: Any, folder: Path) -> None:
    good = BAD.replace("false", "true")
    (folder / "code" / "a b.yaml").write_text(good)
    (folder / "code" / "$(touch owned).yaml").write_text(good)
    assert checked(action, folder, paths="a b.yaml\n$(touch owned).yaml\n")[0] == 0
    assert not (folder / "code" / "owned").exists()
    (folder / "code" / "a b.yaml").write_text(BAD.replace("false", "!Ref Whether"))
    assert checked(action, folder, paths="a b.yaml")[0] == 0
    assert checked(action, folder, paths="a b.yaml", **{"fail-on-unknown": "true"})[0] == 3
    assert checked(action, folder, paths="missing.yaml")[0] == 2
    assert checked(action, folder, config="missing.toml")[0] == 2


def test_the_hook_is_valid_and_what_it_runs_exists(hook: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")]
    environment = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "home")}
    subprocess.run(command, check=True, timeout=60, env=environment)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bartizan.toml").write_text(SETTINGS)
    (tmp_path / "template.yaml").write_text(BAD)
    program, *arguments = [*hook["entry"].split(), *hook["args"]]
    assert program == "bartizan"
    assert CliRunner().invoke(cli, arguments).exit_code == 1
    (tmp_path / "template.yaml").write_text(BAD.replace("false", "!Ref Whether"))
    assert CliRunner().invoke(cli, arguments).exit_code == 0
    assert CliRunner().invoke(cli, arguments[:1] + arguments[2:]).exit_code == 3
    assert all(re.search(hook["files"], name) for name in ("a.yaml", "b.yml", "c.json", "d.template"))


def test_the_examples_are_valid_and_use_what_there_is(action: Any, hook: Any) -> None:
    text = (ROOT / "docs" / "ci.md").read_text()
    blocks = [yaml.safe_load(each) for each in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]
    assert len(blocks) == 6
    steps = [step for job in blocks[0]["jobs"].values() for step in job["steps"]] + blocks[1]
    ours = [each for each in steps if "bartizan@" in each.get("uses", "")]
    assert len(ours) == 2
    assert all(set(each["with"]) <= set(action["inputs"]) for each in ours)
    assert set(re.findall(r"steps\.bartizan\.outputs\.([a-z-]+)", text)) <= set(action["outputs"])
    assert [each["id"] for repo in blocks[4]["repos"] for each in repo["hooks"]] == [hook["id"]]
