"""Reports show the fix of the first resource that fails a rule as code."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import IO

from bartizan.report.content import ReportInput
from bartizan.report.html import write_html
from bartizan.report.json_ import write_json
from bartizan.report.markdown import write_markdown
from bartizan.report.safe import fenced
from bartizan.report.sarif import write_sarif
from report.sample import report

RULE = "sqs.unencrypted-queue"
CODE = 'resource "aws_sqs_queue" "jobs" {\n  name = "</script>```\x1b[31m"\n}'
GIVEN = replace(report(), code={RULE: {"terraform": CODE}})


def written(given: ReportInput, writer: Callable[[ReportInput, IO[str]], None]) -> str:
    stream = io.StringIO()
    writer(given, stream)
    return stream.getvalue()


def test_json_has_it_by_rule_and_by_finding_only_where_asked() -> None:
    found = json.loads(written(GIVEN, write_json))
    assert found["rules"][RULE]["fix_code"] == {"terraform": CODE}
    assert all("fix_code" not in each for each in found["findings"])
    each = json.loads(written(replace(GIVEN, code_of=lambda finding: {"terraform": finding.name}), write_json))
    assert [one["fix_code"]["terraform"] for one in each["findings"]] == [one["name"] for one in each["findings"]]


def test_sarif_has_it_in_the_help_of_the_rule() -> None:
    (run,) = json.loads(written(GIVEN, write_sarif))["runs"]
    helped = {each["id"]: each["help"]["markdown"] for each in run["tool"]["driver"]["rules"]}
    assert f"## As Terraform\n\n{fenced(CODE)}" in helped[RULE]
    assert all("As Terraform" not in text for name, text in helped.items() if name != RULE)


def test_markdown_has_it_in_the_block_of_the_rule_unless_it_is_long() -> None:
    assert f"As Terraform:\n\n{fenced(CODE)}" in written(GIVEN, write_markdown)
    long = replace(report(), code={RULE: {"terraform": "# x\n" * 1000}})
    assert "As Terraform" not in written(long, write_markdown)


def test_the_page_carries_it_as_data_that_cannot_end_the_script() -> None:
    page = written(GIVEN, write_html)
    assert "aws_sqs_queue" in page
    assert 'name = \\"</script>' not in page


def test_a_fence_is_longer_than_what_is_inside() -> None:
    lines = fenced(CODE).split("\n")
    assert lines[0] == lines[-1] == "````"
    assert "\x1b" not in fenced(CODE)
