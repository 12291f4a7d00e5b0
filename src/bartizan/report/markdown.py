"""The findings as Markdown for a comment on a pull request: a summary, and the details folded below it.

Whatever came from an account or from code stands in code spans, in which nothing is markup, link or mention.

Source: https://github.github.com/gfm/#code-spans
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import IO

from bartizan.model import Finding, Severity, Status
from bartizan.report.content import LANGUAGES, ReportInput
from bartizan.report.safe import fenced, printable
from bartizan.report.unseen import amount, unseen

MOST_BYTES = 65_000
"""A little less than the 65,536 characters that a comment on GitHub may have, counted in bytes to be on the safe side.

Source: https://github.com/dead-claudia/github-limits
"""

_LISTED = 25
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
        parts.append(f"... and {left:,} more kinds of finding than a comment holds; the other reports list them all.")
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
    """A folded block for each rule with failures, then for what was not seen, advice, and what is accepted."""
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
            yield _folded(f"{title}: {len(listed):,}", _items(_item(each, named=True) for each in listed))


def _rule_block(found: list[Finding], report: ReportInput) -> str:
    rule = report.catalog.rules[found[0].rule]
    head = f"<b>{rule.severity}</b>: {_escaped(rule.doc.title)} ({len(found):,})"
    how = f"{rule.doc.how_to_fix}\n\nRule `{rule.id}`"
    code = [f"As {LANGUAGES[name]}:\n\n{fenced(text)}" for name, text in report.code.get(rule.id, {}).items()]
    # A fix of a page's length would take the place of other findings.
    shown = [each for each in code if len(each) <= _LONGEST_CODE]
    return _folded(head, "\n\n".join([_items(_item(each) for each in found), how, *shown]))


def _item(finding: Finding, *, named: bool = False) -> str:
    where = f" {code(str(finding.place))}" if finding.place else ""
    rule = f" `{finding.rule}`" if named else ""
    said = str(finding.suppression) if finding.suppression else "; ".join(finding.problems)
    return f"{code(finding.resource)}{where}{rule}: {code(said)}"


def _items(texts: Iterable[str]) -> str:
    listed = list(texts)
    shown = [f"- {each}" for each in listed[:_LISTED]]
    more = [f"- ... and {len(listed) - _LISTED:,} more"] if len(listed) > _LISTED else []
    return "\n".join([*shown, *more])


def _folded(head: str, body: str) -> str:
    return f"<details><summary>{head}</summary>\n\n{body}\n\n</details>"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
