"""Each format can be asked for, and its file is written."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from bartizan.cli.main import cli
from bartizan.cli.options import FORMATS
from bartizan.cli.reporting import WRITERS

TEMPLATE = "Resources:\n  Jobs:\n    Type: AWS::SQS::Queue\n    Properties: {SqsManagedSseEnabled: false}\n"


def test_each_format_has_a_writer_and_a_file_of_its_own() -> None:
    assert list(WRITERS) == list(FORMATS)
    assert len(set(FORMATS.values())) == len(FORMATS)


def test_a_check_writes_all_formats_but_that_of_accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("template.yaml").write_text(TEMPLATE)
    wanted = [name for name in FORMATS if name != "asff"]
    options = [word for name in wanted for word in ("--format", name)]
    ran = CliRunner().invoke(
        cli, ["check", "template.yaml", "--output", "out", "--fail-on", "never", "--passes", *options]
    )
    assert ran.exit_code in {0, 3}, ran.output
    assert sorted(each.name for each in Path("out").iterdir()) == sorted(FORMATS[name] for name in wanted)
    run = json.loads(Path("out/report.sarif").read_text())["runs"][0]
    assert "sqs.unencrypted-queue" in {each["ruleId"] for each in run["results"]}
    suites = ET.fromstring(Path("out/junit.xml").read_text())  # noqa: S314 - our own output
    assert "sqs.unencrypted-queue" in {each.attrib["name"] for each in suites}
    assert "`Jobs` `template.yaml:2`" in Path("out/report.md").read_text()
    events = json.loads(Path("out/findings.ocsf.json").read_text())
    assert "Pass" in {each["compliance"]["status"] for each in events}
    refused = CliRunner().invoke(cli, ["check", "template.yaml", "--format", "asff"])
    assert refused.exit_code == 2
