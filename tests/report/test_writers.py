"""What every report says, and that nothing from an account gets out of its place."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from bartizan.engine.catalog import Catalog
from bartizan.frameworks import framework
from bartizan.model import Gap, Reason, without
from bartizan.report.csv_ import COLUMNS, write_csv
from bartizan.report.html import write_html
from bartizan.report.json_ import write_json
from bartizan.report.terminal import print_summary
from bartizan.resources.sqs import Queue
from report.sample import GAPS, HOSTILE, gap, judged, made, report


def written(writer, given) -> str:
    stream = io.StringIO()
    writer(given, stream)
    return stream.getvalue()


def test_json_holds_every_verdict_and_gap() -> None:
    given = report()
    data = json.loads(written(write_json, given))
    statuses = data["summary"]["statuses"]
    assert len(data["findings"]) == statuses["fail"] + statuses["unknown"] + statuses["error"]
    assert len(data["passed"]) == statuses["pass"]
    assert {each["rule"] for each in data["findings"]} <= set(data["rules"])
    assert {each["name"] for each in data["findings"]} >= set(HOSTILE)
    hidden = [each for each in data["findings"] if each["status"] == "unknown"]
    assert hidden
    assert all(each["missing_permission"] == "sqs:GetQueueAttributes" for each in hidden)
    assert data["coverage_gaps"][0]["missing_permission"] == "sns:ListTopics"
    assert len({each["fingerprint"] for each in data["findings"]}) == len(data["findings"])


def test_csv_has_a_row_for_each_finding_and_no_cell_is_a_formula() -> None:
    given = report()
    rows = list(csv.reader(io.StringIO(written(write_csv, given))))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 1 + len(given.findings)
    assert all(not cell.startswith(("=", "+", "-", "@", "\t")) for row in rows for cell in row)
    assert all(ord(letter) >= 32 for row in rows for cell in row for letter in cell)


def printed(given, width: int = 80, *, terminal: bool = False) -> str:
    stream = io.StringIO()
    print_summary(Console(file=stream, width=width, force_terminal=terminal), given)
    return stream.getvalue()


@pytest.mark.parametrize("width", [80, 200])
def test_the_terminal_gets_no_escapes_and_no_markup(width: int) -> None:
    text = printed(report(), width)
    assert not set(text) & set("\x1b\x07\u202e\u2028")
    assert all(line == line.rstrip() for line in text.splitlines())
    assert max(map(len, text.splitlines())) <= min(width, 120)
    for part in ("Worst first", "Not seen", "sqs:GetQueueAttributes", "bartizan rule sqs.no-dead-letter-queue"):
        assert part in text


def test_wrapped_lines_stay_in_their_column() -> None:
    lines = printed(report()).splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("medium"))
    end = lines.index("", start)
    below = [line for line in lines[start:end] if not line.startswith(("medium", "low"))]
    assert any(line.startswith("          with a small") for line in below), "this one is wrapped"
    assert all(line.startswith(" " * 10) and line[10] != " " for line in below)


def test_colours_are_for_terminals_and_names_bring_none() -> None:
    given = report(0)
    coloured = printed(given, 200, terminal=True)
    assert "\x1b[1m" in coloured
    assert "\x1b[2J" not in coloured
    assert "\x1b]0;" not in coloured
    assert "\x1b[31m<i>" not in coloured, "the colour that AWS's answer brought"
    assert "\x1b[33mmedium" in coloured
    assert "\x1b[1mSQS queue stores messages unencrypted\x1b[0m" in coloured, "the colour of the label ends with it"
    named = [each.name for each in given.findings][:3]
    assert "</script>" in named[1]
    assert ", ".join(named[:2]) in printed(given, 200), "what looks like markup stays as it is"
    marked = replace(given, subject="[red]shop[/red]", facts={"by": "[bold]me[/bold]"})
    assert printed(marked).startswith("[red]shop[/red]\nby [bold]me[/bold]\n")


def test_gaps_are_one_line_for_a_call_and_reason() -> None:
    text = " ".join(printed(report()).split())
    assert "7 failed listings and 2 unknown verdicts; none of them counts as passed." in text
    assert text.count("sns:ListTopics: access denied") == 1
    assert "6 listings in ap-south-1, eu-north-1, eu-west-1 and 3 more" in text
    assert r"kms:ListKeys: no answer in time, 1 listing in ap-south-1 Refused: in ap-south-1 \x202e\x1b[31m" in text
    assert "sqs:GetQueueAttributes: access denied, 2 verdicts in eu-west-1" in text
    assert "Missing permissions: sns:ListTopics, sqs:GetQueueAttributes" in text


def test_a_service_that_a_region_lacks_is_information_and_no_failure() -> None:
    given = report(0, hostile=False, gaps=tuple(each for each in GAPS if each.gap.reason is Reason.UNSUPPORTED))
    text = printed(given)
    assert "Nothing is wrong." in text
    assert "Not seen" not in text
    assert "Not offered\n  lambda in eu-west-1, sa-east-1\n" in text
    assert 'id="unseen"' not in written(write_html, given)
    assert 'id="lacking"' in written(write_html, given)


def test_a_listing_without_region_is_of_all_and_code_has_none() -> None:
    everywhere = printed(report(0, hostile=False, gaps=(gap("iam:ListUsers", ""),)))
    assert "iam:ListUsers: access denied, 1 listing in all regions" in everywhere
    planned = without(Queue(queue_name="q", region=""), "policy", gap=Gap(Reason.COMPUTED, detail="aws_sqs_queue.q.id"))
    text = printed(made(Catalog.load().select(rules=["sqs.public-queue"]), [planned]))
    assert "- not known before it is applied, 1 verdict\n  aws_sqs_queue.q.id\n" in text


def test_many_reasons_are_cut_and_counted() -> None:
    gaps = tuple(gap(f"sns:List{letter}", "eu-west-1", Reason.FAILED) for letter in "ABCDEFGHIJ")
    text = printed(report(0, hostile=False, gaps=gaps))
    assert text.count("the call failed") == 6
    assert "... and 4 more reasons" in text


def test_a_clean_account_is_told_so() -> None:
    text = printed(report(0, hostile=False))
    assert "Nothing is wrong." in text
    assert "Not seen" not in text
    assert "Not offered" not in text


def test_the_page_refers_to_nothing_outside_and_escapes_what_it_shows() -> None:
    page = written(write_html, report())
    head = page.partition('<script type="application/json"')[0]
    assert "&lt;b&gt;auditor" in head
    assert page.count("</script>") == 2
    assert "<img" not in page
    assert 'src="http' not in page
    assert "@import" not in page
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page


def test_json_holds_each_control_of_the_frameworks_that_were_asked_for() -> None:
    assert json.loads(written(write_json, report()))["compliance"] == []
    (own,) = json.loads(written(write_json, judged(report())))["compliance"]
    assert own["framework"] == "own"
    assert own["coverage"] == {"automated": 2, "partly": 0, "manual": 1, "not covered": 1}
    assert [each["status"] for each in own["controls"]] == ["fail", "unknown", "manual", "not covered"]
    first = own["controls"][0]
    assert first["failing"] == first["rules"] == ["sqs.unencrypted-queue"]
    assert first["left_out"] == ["s3.public-policy"]
    assert first["failures"] == 10
    assert first["unknown"] == 1
    assert own["controls"][2]["check"] == "Turn the handle."
    assert own["counts"]["fail"] == 1


def test_csv_names_the_controls_of_each_finding() -> None:
    rows = list(csv.DictReader(io.StringIO(written(write_csv, report()))))
    found = {each["rule"]: each["controls"] for each in rows}
    assert "mission C-MSG.encryption" in found["sqs.unencrypted-queue"]
    assert "; " in found["sqs.public-queue"], "several frameworks ask for it"
    asked = replace(judged(report()).compliance[0], framework=framework("mission"))
    narrowed = list(csv.DictReader(io.StringIO(written(write_csv, replace(report(), compliance=(asked,))))))
    assert {each["controls"] for each in narrowed if each["rule"] == "sqs.no-dead-letter-queue"} == {
        "mission C-MSG.dead-letters"
    }


def test_the_terminal_tells_of_frameworks_only_where_asked() -> None:
    assert "controls:" not in printed(report())
    text = printed(judged(report()))
    assert "Own <i>standard</i> 1" in text
    assert "4 controls: 1 fail, 1 unknown, 1 manual, 1 not covered" in text
    assert "1.1  Queues are encrypted: 10 findings" in text


def test_the_page_has_a_section_for_frameworks_only_where_asked() -> None:
    assert 'id="compliance"' not in written(write_html, report())
    page = written(write_html, judged(report()))
    assert "Own &lt;i&gt;standard&lt;/i&gt; 1" in page
    assert "Doors &lt;b&gt;are&lt;/b&gt; locked" in page
    assert "<b>are</b>" not in page
    assert "A person checks: Turn the handle." in page
