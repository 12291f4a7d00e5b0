"""Rules of the user's own: loaded, tested by their samples, and at work in a check."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from bartizan.cli.main import cli
from bartizan.engine.catalog import Catalog
from bartizan.engine.samples import defects, fix_defects
from bartizan.model import InputError

ROOT = Path(__file__).parents[2]
DOCUMENTED = re.findall(
    r"```python\n# checks/acme.py\n(.*?)```", (ROOT / "docs/custom-rules.md").read_text(), re.DOTALL
)
IN_SQL = re.findall(
    r"```sql\n(-- # checks/acme-versions.sql\n.*?)```", (ROOT / "docs/custom-rules.md").read_text(), re.DOTALL
)[0]
BUCKET = "Resources:\n  Data:\n    Type: AWS::S3::Bucket\n    Properties: {BucketName: data}\n"
TEMPLATE = "Resources:\n  Jobs:\n    Type: AWS::SQS::Queue\n    Properties: {QueueName: jobs}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "acme.py").write_text(DOCUMENTED[0])
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    return tmp_path


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, list(arguments))
    assert not isinstance(result.exception, (AttributeError, KeyError)), result.exception
    return (2 if isinstance(result.exception, InputError) else result.exit_code), result.output + str(result.exception)


def test_the_documented_rule_holds_and_works(folder: Path) -> None:
    assert run("rules", "test", "acme.py")[0] == 0
    code, output = run(
        "check", "template.yaml", "--custom", "acme.py", "--rule", "acme.*", "--json", "--fail-on", "low"
    )
    assert code == 1
    assert json.loads(output.rpartition("}")[0] + "}")["findings"][0]["rule"] == "acme.queue-without-owner"


def test_the_documented_rule_in_sql_holds_and_works(folder: Path) -> None:
    checks = folder / "checks"
    checks.mkdir()
    (checks / "acme-versions.sql").write_text(IN_SQL)
    (checks / "acme.py").write_text(DOCUMENTED[0])
    (checks / "notes.txt").write_text("no rule")
    (folder / "template.yaml").write_text(BUCKET)
    code, output = run("rules", "test", "checks")
    assert code == 0
    assert "acme.bucket-without-versions: holds" in output
    assert "acme.queue-without-owner: holds" in output
    assert "s3:GetBucketVersioning" in run("rule", "--custom", "checks", "acme.bucket-without-versions")[1]
    assert "acme.bucket-without-versions  medium" in run("rules", "--custom", "checks", "--rule", "acme.*")[1]
    policy = run("permissions", "--custom", "checks", "--rule", "acme.bucket-*")[1]
    assert "s3:GetBucketVersioning" in policy
    assert "s3:GetBucketPolicy" not in policy
    chosen = ("template.yaml", "--custom", "checks", "--rule", "acme.bucket-*", "--json")
    code, output = run("check", *chosen, "--fail-on", "low")
    assert code == 1
    (found,) = json.loads(output.rpartition("}")[0] + "}")["findings"]
    assert (found["rule"], found["status"], found["name"]) == ("acme.bucket-without-versions", "fail", "data")
    assert found["problems"] == ["it keeps no versions"]
    accepted = (
        "suppress",
        found["rule"],
        found["resource"],
        "--reason",
        "scratch",
        "--owner",
        "web",
        "--custom",
        "checks",
    )
    assert run(*accepted)[0] == 0
    assert run("check", *chosen, "--fail-on", "low")[0] == 0


def test_rules_in_sql_are_refused_with_their_place(folder: Path) -> None:
    (folder / "bad.sql").write_text(IN_SQL.replace("FROM s3_bucket", "FROM s3_buckets"))
    code, output = run("rules", "--custom", "bad.sql")
    assert code == 2
    assert re.search(r"bad\.sql:\d+: .*did you mean s3_bucket", output)
    (folder / "empty").mkdir()
    assert run("rules", "--custom", "empty")[0] == 2


def test_a_rule_that_does_not_hold_is_told_with_its_sample(folder: Path) -> None:
    (folder / "acme.py").write_text(DOCUMENTED[0].replace('"owner" not in queue.tags', '"owner" in queue.tags'))
    code, output = run("rules", "test", "acme.py")
    assert code == 1
    assert "passes[0] gives fail" in output
    assert "fails[0] gives pass" in output


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def broken(:\n", r"acme\.py:1: SyntaxError"),
        ("\nimport no_such_module\n", r"acme\.py:2: ModuleNotFoundError"),
        ("x = 1\ny = [][2]\n", r"acme\.py:2: IndexError"),
        (DOCUMENTED[0].replace("## How to fix", "## How"), r"acme\.py:\d+: the docstring of .* lacks"),
        (DOCUMENTED[0].replace('"medium"', '"bad"'), r"choose one of"),
        ("", "no rule is in these files"),
    ],
)
def test_a_broken_file_is_told_with_its_place(folder: Path, text: str, said: str) -> None:
    (folder / "acme.py").write_text(text)
    code, output = run("rules", "test", "acme.py")
    assert code == 2
    assert re.search(said, output), output


def test_what_is_no_file_of_rules_is_refused(folder: Path) -> None:
    assert run("rules", "--custom", "missing.py")[0] == 2
    assert run("rules", "--custom", "template.yaml")[0] == 2


def test_settings_cannot_name_code_to_run(folder: Path) -> None:
    (folder / "bartizan.toml").write_text('custom = ["acme.py"]')
    assert run("check", "template.yaml")[0] == 2


def test_the_rules_that_come_along_hold_by_the_same_measure() -> None:
    catalog = Catalog.load().select(services=["sqs", "kms"])
    assert [found for rule in catalog for found in defects(rule)] == []
    assert [found for fix in catalog.fixes.values() for found in fix_defects(fix)] == []
