"""What every report says, and that nothing from an account gets out of its place."""

from __future__ import annotations

import csv
import io
import json

from rich.console import Console

from bartizan.report.csv_ import COLUMNS, write_csv
from bartizan.report.html import write_html
from bartizan.report.json_ import write_json
from bartizan.report.terminal import print_summary
from report.sample import HOSTILE, report


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


def test_the_terminal_gets_no_escapes_and_no_markup() -> None:
    stream = io.StringIO()
    print_summary(Console(file=stream, width=80, force_terminal=False), report())
    text = stream.getvalue()
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert max(map(len, text.splitlines())) <= 80
    for part in (
        "Worst first",
        "Not seen",
        "sqs:GetQueueAttributes",
        "none of them counts as passed",
        "bartizan rule sqs.",
    ):
        assert part in text


def test_names_that_look_like_markup_stay_as_they_are() -> None:
    stream = io.StringIO()
    given = report(0)
    print_summary(Console(file=stream, width=200, force_terminal=True), given)
    assert "\x1b[2J" not in stream.getvalue()
    assert "\x1b]0;" not in stream.getvalue()


def test_a_clean_account_is_told_so() -> None:
    stream = io.StringIO()
    given = report(0, hostile=False)
    print_summary(Console(file=stream, width=80), given)
    assert "Nothing is wrong." in stream.getvalue()
    assert "Not seen" not in stream.getvalue()


def test_the_page_refers_to_nothing_outside_and_escapes_what_it_shows() -> None:
    page = written(write_html, report())
    head = page.partition('<script type="application/json"')[0]
    assert "&lt;b&gt;auditor" in head
    assert page.count("</script>") == 2
    assert "<img" not in page
    assert 'src="http' not in page
    assert "@import" not in page
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
