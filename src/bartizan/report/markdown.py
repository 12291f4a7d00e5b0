"""The findings as Markdown for a comment on a pull request: a summary, and the details folded below it.

Whatever came from an account or from code stands in code spans, in which nothing is markup, link or mention.

Source: https://github.github.com/gfm/#code-spans
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, TYPE_CHECKING, Any

from bartizan.model import Finding, Severity, Status, counted
from bartizan.report.content import LANGUAGES, ReportInput
from bartizan.report.safe import fenced, printable
from bartizan.report.unseen import amount, unseen

if TYPE_CHECKING:
    from bartizan.engine.services import Services

MOST_BYTES = 65_000
"""A little less than the 65,536 characters that a comment on GitHub may have, counted in bytes to be on the safe side.

Source: https://github.com/dead-claudia/github-limits
"""

_LISTED = 25
_NAMED = 3
_LONGEST = 300
_LONGEST_CODE = 1_500
_ROOM_FOR_THE_END = 300
_BACKTICKS = re.compile("`+")


def write_markdown(report: ReportInput, stream: IO[str]) -> None:
    """Write as much as a comment holds, the worst first; the last line counts what was left out."""
    stream.write(markdown(report))


def markdown(report: ReportInput, most: int = MOST_BYTES) -> str:
    """The text, of at most so many bytes in UTF-8."""
    head = "\n".join([f"## Bartizan: {_verdict(report)}", "", f"{code(report.subject)}", "", *_table(report)])
    parts, room = [head], most - len(head.encode()) - _ROOM_FOR_THE_END
    blocks = list(_blocks(report))
    for block in blocks:
        room -= len(block.encode()) + 2
        if room < 0:
            break
        parts.append(block)
    if left := len(blocks) - len(parts) + 1:
        kinds = "kind" if left == 1 else "kinds"
        parts.append(f"... and {left:,} more {kinds} of finding than a comment holds; the other reports list them all.")
    return "\n\n".join(parts) + "\n"


def code(text: str) -> str:
    """The text as a code span that it cannot end: its fence is longer than any run of backticks inside."""
    shown = printable(text)
    shown = shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
    if not shown.strip():
        return "(no name)"
    fence = "`" * (max((len(each) for each in _BACKTICKS.findall(shown)), default=0) + 1)
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _verdict(report: ReportInput) -> str:
    failed = report.counts[Status.FAIL]
    return amount((failed, "finding")) or "no findings"


def _table(report: ReportInput) -> Iterator[str]:
    failures = report.failures_by_severity()
    names = [str(each) for each in reversed(Severity)]
    unknown = report.counts[Status.UNKNOWN] + report.counts[Status.ERROR]
    others = {
        "unknown": unknown,
        "advice": report.counts[Status.ADVICE],
        "accepted": report.counts[Status.SUPPRESSED],
        "passed": report.counts[Status.PASS],
    }
    yield f"| {' | '.join([*names, *others])} |"
    yield f"|{'--:|' * (len(names) + len(others))}"
    yield f"| {' | '.join(f'{each:,}' for each in (*(failures[name] for name in names), *others.values()))} |"


def _blocks(report: ReportInput) -> Iterator[str]:
    """A folded block for the security services of an organization, for each rule with failures, and for the rest.

    That is what was not seen, advice, and what is accepted.
    """
    if report.services is not None:
        yield _folded("Security services, by account", _matrix(report.services))
    by_rule: dict[tuple[Status, str], list[Finding]] = defaultdict(list)
    for each in report.findings:
        by_rule[each.status, each.rule].append(each)
    failed = [found for (status, _), found in by_rule.items() if status is Status.FAIL]
    for found in sorted(failed, key=lambda found: (-found[0].severity, -len(found), found[0].rule)):
        yield _rule_block(found, report)
    groups = unseen(report.gaps, report.findings)
    notes = [f"{each.call or each.detail}: {each.words}, {each.counted}" for each in groups]
    if notes:
        yield _folded(f"Not seen: {len(notes):,}", _items(code(each) for each in notes))
    for status, title in ((Status.ERROR, "Crashed"), (Status.ADVICE, "Advice"), (Status.SUPPRESSED, "Accepted")):
        listed = [each for each in report.findings if each.status is status]
        if listed:
            yield _folded(f"{title}: {len(listed):,}", _items(_item(each, report, named=True) for each in listed))


def _rule_block(found: list[Finding], report: ReportInput) -> str:
    rule = report.catalog.rules[found[0].rule]
    head = f"<b>{rule.severity}</b>: {_escaped(rule.doc.title)} ({len(found):,})"
    how = f"{rule.doc.how_to_fix}\n\nRule `{rule.id}`"
    code = [f"As {LANGUAGES[name]}:\n\n{fenced(text)}" for name, text in report.code.get(rule.id, {}).items()]
    # A fix of a page's length would take the place of other findings.
    shown = [each for each in code if len(each) <= _LONGEST_CODE]
    return _folded(head, "\n\n".join([_items(_item(each, report) for each in found), how, *shown]))


def _matrix(services: Services) -> str:
    """How each service stands in each account; accounts that stand alike share a row, the worst first."""
    from bartizan.report.services import service_rows  # noqa: PLC0415 - only the scan of an organization has them

    rows = service_rows(services)
    lines = [f"| Accounts | {' | '.join(services.titles)} |", f"|---|{'---|' * len(services.titles)}"]
    lines += [
        f"| {_row_name(each)} | {' | '.join(cell['text'] for cell in each['cells'])} |" for each in rows[:_LISTED]
    ]
    left = sum(len(each["accounts"]) for each in rows[_LISTED:])
    return "\n".join(lines) + (f"\n\n... and {counted(left, 'more account')}" if left else "")


def _row_name(row: Mapping[str, Any]) -> str:
    accounts = row["accounts"]
    shown = ", ".join(_in_cell(code(each)) for each in accounts[:_NAMED])
    more = f" and {len(accounts) - _NAMED} more" if len(accounts) > _NAMED else ""
    return f"{shown}{more}{' (not reached)' if row['unreached'] else ''}"


def _in_cell(text: str) -> str:
    """A code span within a table, whose bars end the cell unless they are escaped."""
    return text.replace("|", "\\|")


def _item(finding: Finding, report: ReportInput, *, named: bool = False) -> str:
    account = report.accounts.get(finding.account, "")
    whose = f" in {code(account)}" if account else ""
    where = f" {code(str(finding.place))}" if finding.place else ""
    rule = f" `{finding.rule}`" if named else ""
    said = str(finding.suppression) if finding.suppression else "; ".join(finding.problems)
    return f"{code(finding.resource)}{whose}{where}{rule}: {code(said)}"


def _items(texts: Iterable[str]) -> str:
    listed = list(texts)
    shown = [f"- {each}" for each in listed[:_LISTED]]
    more = [f"- ... and {len(listed) - _LISTED:,} more"] if len(listed) > _LISTED else []
    return "\n".join([*shown, *more])


def _folded(head: str, body: str) -> str:
    return f"<details><summary>{head}</summary>\n\n{body}\n\n</details>"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
