"""The security services of an organization in the reports."""

from __future__ import annotations

import io
import json
from dataclasses import replace

from markdown_it import MarkdownIt
from rich.console import Console

from bartizan.engine.services import AccountServices, Services, State
from bartizan.report.content import ReportInput
from bartizan.report.html import write_html
from bartizan.report.json_ import write_json
from bartizan.report.markdown import markdown
from bartizan.report.terminal import print_summary
from report.sample import HOSTILE, report

REGIONS = ("eu-west-1", "us-east-1")


def account(number: int, name: str, **states: tuple[str, ...]) -> AccountServices:
    found = {State[key.upper()]: regions for key, regions in states.items()}
    return AccountServices(account=f"{number:012}", name=name, services={"GuardDuty": found, "Macie": found})


def of(*accounts: AccountServices) -> ReportInput:
    return replace(report(), services=Services(titles=("GuardDuty", "Macie"), accounts=accounts))


def test_json_names_the_regions_of_each_state() -> None:
    stream = io.StringIO()
    write_json(of(account(1, "shop", on=REGIONS[:1], off=REGIONS[1:])), stream)
    found = json.loads(stream.getvalue())["security_services"]
    assert found["services"] == ["GuardDuty", "Macie"]
    assert found["accounts"][0]["services"]["Macie"] == {"on": ["eu-west-1"], "off": ["us-east-1"]}
    plain = io.StringIO()
    write_json(report(), plain)
    assert json.loads(plain.getvalue())["security_services"] is None


def test_the_terminal_has_a_line_for_accounts_that_stand_alike_the_worst_first() -> None:
    good = [account(number, f"team{number}", on=REGIONS) for number in range(200)]
    stream = io.StringIO()
    print_summary(Console(file=stream, width=120), of(*good, account(999, "shop", off=REGIONS[:1], apart=REGIONS[1:])))
    lines = stream.getvalue().splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("Security services"))
    assert lines[start + 2].startswith("shop")
    assert "off 1" in lines[start + 2]
    assert "apart 1" in lines[start + 3]
    assert lines[start + 4].startswith("team0, team1, team2 and 197 more")
    assert "does not come to the account" in lines[start + 5]


def test_the_page_has_a_row_for_accounts_that_stand_alike_and_names_stay_text() -> None:
    stream = io.StringIO()
    hostile = [account(number, name, on=REGIONS) for number, name in enumerate(HOSTILE)]
    gone = AccountServices(account="9", name="gone", unreached="denied")
    write_html(of(*hostile, account(99, "shop", on=REGIONS[:1], off=REGIONS[1:]), gone), stream)
    page = stream.getvalue()
    section = page.partition('<section aria-labelledby="services-title"')[2].partition("</section>")[0]
    assert f"<summary>{len(HOSTILE)} accounts</summary>" in section
    assert "off: us-east-1" in section
    assert section.index("gone") < section.index("shop") < section.index(f"{len(HOSTILE)} accounts")
    assert "not reached" in section
    assert "<img" not in section
    assert "<script" not in section
    assert "style=" not in section


def test_other_reports_have_no_such_section() -> None:
    stream = io.StringIO()
    write_html(report(), stream)
    assert "services-title" not in stream.getvalue()


def test_markdown_has_a_table_of_them_before_the_findings_in_which_names_are_only_text() -> None:
    many = [account(number, f"team{number}", on=REGIONS) for number in range(5)]
    strange = account(77, "a | b `c", off=REGIONS)
    gone = AccountServices(account="9", name="gone", unreached="denied")
    text = markdown(of(*many, strange, account(99, "shop", on=REGIONS[:1], off=REGIONS[1:]), gone))
    lines = text.splitlines()
    start = lines.index("| Accounts | GuardDuty | Macie |")
    assert lines[start - 2] == "<details><summary>Security services, by account</summary>"
    assert text.index("| Accounts |") < text.index("<b>medium</b>")
    assert lines[start + 2] == "| `gone (9)` (not reached) | unknown | unknown |"
    assert "| `shop (000000000099)` | 1 on, 1 off | 1 on, 1 off |" in lines
    assert "| `team0 (000000000000)`, `team1 (000000000001)`, `team2 (000000000002)` and 2 more | on | on |" in lines
    rows = [
        each for each in MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(text) if each.type == "inline"
    ]
    assert any(each.children and each.children[0].content == "a | b `c (000000000077)" for each in rows)


def test_findings_of_many_accounts_are_told_with_their_account() -> None:
    named = replace(report(2), accounts={"111122223333": "shop", "444455556666": "security"})
    assert "`arn:aws:sqs:eu-west-1:111122223333:0-jobs-0` in `shop`: " in markdown(named)
    assert " in `shop`" not in markdown(report(2))
    stream = io.StringIO()
    print_summary(Console(file=stream, width=120), named)
    assert "jobs-0 (shop), jobs-1 (shop), " in stream.getvalue()
