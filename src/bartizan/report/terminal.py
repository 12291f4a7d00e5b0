"""The summary on the terminal: posture, the worst things first with what to do, and what was not seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bartizan.model import Finding, Severity, Status, counted
from bartizan.report.content import ReportInput
from bartizan.report.safe import printable
from bartizan.report.unseen import amount, lacking, unseen

if TYPE_CHECKING:
    from bartizan.engine.compliance import Compliance

_COLOURS = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan", "info": "dim"}
_RULES_SHOWN = 10
_GROUPS_SHOWN = 6
_NAMES_SHOWN = 3
_CONTROLS_SHOWN = 10
_READ_SHOWN = 12
_INDENT = 10
_WIDEST = 120


def print_summary(console: Console, report: ReportInput, written: Sequence[Path] = ()) -> None:
    """Print what a person wants to know first; names from the account are printed as plain, harmless text."""
    counts = report.counts
    facts = ", ".join(f"{name} {printable(value)}" for name, value in report.facts.items())
    judged = (
        f"{counted(report.results.resources, 'resource')}, {counted(len(report.catalog), 'rule')}: "
        f"{counts[Status.PASS]:,} passed, "
        f"{counts[Status.FAIL]:,} failed, {counts[Status.UNKNOWN]:,} unknown"
        + (f", {counted(counts[Status.ERROR], 'error')}" if counts[Status.ERROR] else "")
        + (f", {counts[Status.ADVICE]:,} with advice" if counts[Status.ADVICE] else "")
        + (f", {counts[Status.SUPPRESSED]:,} suppressed" if counts[Status.SUPPRESSED] else "")
    )
    for line in (Text(printable(report.subject), style="bold"), Text(facts, style="dim"), Text(judged)):
        _print_indented(console, line, indent=0)
    console.print()
    console.print(_posture(report))
    if report.services is not None:
        from bartizan.report.services import print_services  # noqa: PLC0415 - only the scan of an organization has them

        print_services(console, report.services)
    failures = [each for each in report.findings if each.status is Status.FAIL]
    if failures:
        _print_worst(console, failures, report)
    elif not unseen(report.gaps, report.findings) and not counts[Status.ERROR]:
        console.print("\nNothing is wrong.")
    _print_unseen(console, report)
    for each in report.compliance:
        _print_compliance(console, each)
    _print_suppressions(console, report)
    _print_read(console, report)
    for path in written:
        console.print(Text(f"Report: {path}"), soft_wrap=True)  # A path that is broken in two cannot be copied.


def _print_read(console: Console, report: ReportInput) -> None:
    """What was read as what, where there was a choice; what was passed over, and why."""
    for title, lines in (
        ("Read", [f"{path}: {kind}, {counted(number, 'resource')}" for path, kind, number in report.read]),
        ("Not read", [f"{path}: {why}" for path, why in report.not_read]),
    ):
        if lines:
            console.print(Text(title, style="bold"))
        for each in lines[:_READ_SHOWN]:
            _print_indented(console, Text(printable(each)), indent=2)
        if len(lines) > _READ_SHOWN:
            console.print(f"  and {len(lines) - _READ_SHOWN} more; --json names them all")


def _print_suppressions(console: Console, report: ReportInput) -> None:
    """Suppressions to clean up: what was accepted for a time that is over, and what nothing needs."""
    stale = [("expired", each) for each in report.accepted.expired]
    stale += [("covers nothing", each) for each in report.accepted.unused]
    if stale:
        console.print(Text("Suppressions to review", style="bold"))
        for why, each in stale[:_GROUPS_SHOWN]:
            _print_indented(console, Text(f"{why}: {printable(str(each))}"), indent=2)
        if len(stale) > _GROUPS_SHOWN:
            _print_indented(console, Text(f"... and {len(stale) - _GROUPS_SHOWN} more", style="dim"), indent=2)
        console.print()


def _print_compliance(console: Console, compliance: Compliance) -> None:
    """What came of a framework: how many controls stand how, and the ones that fail."""
    from bartizan.engine.compliance import Standing  # noqa: PLC0415 - takes time, and few ask for a framework

    standing = compliance.count()
    console.print(Text(compliance.framework.name, style="bold"))
    standings = ", ".join(f"{standing[each]} {each}" for each in Standing if standing[each])
    _print_indented(console, Text(f"{counted(len(compliance.answers), 'control')}: {standings}"), indent=2)
    failing = [each for each in compliance.answers if each.standing is Standing.FAIL]
    for each in failing[:_CONTROLS_SHOWN]:
        told = f"{each.control.id}  {each.control.title}: {counted(each.failures, 'finding')}"
        _print_indented(console, Text(told), indent=4)
    for each in compliance.answers:
        for lapsed in each.lapsed:
            told = f"{each.control.id}: evidence that no longer counts: {printable(str(lapsed))}"
            _print_indented(console, Text(told, style="yellow"), indent=4)
    if len(failing) > _CONTROLS_SHOWN:
        left = f"... and {len(failing) - _CONTROLS_SHOWN} more that fail; the reports list all controls"
        _print_indented(console, Text(left, style="dim"), indent=4)
    console.print()


def _posture(report: ReportInput) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Service")
    severities = [str(each) for each in reversed(Severity)]
    for name in severities:
        table.add_column(name, justify="right", style=_COLOURS[name])
    table.add_column("unknown", justify="right")
    table.add_column("passed", justify="right", style="green")
    failed = report.failures_by_service()
    for service, counts in report.counts_by_service().items():
        if not sum(counts.values()):
            continue
        cells = [_number(failed[service][name]) for name in severities]
        unknown = counts[Status.UNKNOWN] + counts[Status.ERROR]
        table.add_row(service, *cells, _number(unknown), _number(counts[Status.PASS]))
    return table


def _number(value: int) -> str:
    return f"{value:,}" if value else "·"


def _print_worst(console: Console, failures: Iterable[Finding], report: ReportInput) -> None:
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for each in failures:
        by_rule[each.rule].append(each)
    ranked = sorted(by_rule.items(), key=lambda item: (-item[1][0].severity, -len(item[1]), item[0]))
    console.print(Text("\nWorst first", style="bold"))
    for rule_id, found in ranked[:_RULES_SHOWN]:
        severity = str(found[0].severity)
        how = _first_sentence(report.catalog.rules[rule_id].doc.how_to_fix)
        _print_item(
            console,
            Text(severity, style=_COLOURS[severity]),
            Text(found[0].title, style="bold"),
            # Code is found by its address, what lives in AWS by its name.
            Text(_listed([_called(each, report) for each in found])),
            Text(f"→ {printable(how)}"),
            Text(f"bartizan rule {rule_id}", style="dim"),
        )
    left = len(ranked) - _RULES_SHOWN
    if left > 0:
        _print_indented(
            console,
            Text(
                f"... and {left} more kind{'' if left == 1 else 's'} of problem; the reports list them all", style="dim"
            ),
        )


def _called(finding: Finding, report: ReportInput) -> str:
    """What the reader knows it by, with its account where there are many."""
    if finding.place:
        return finding.resource
    account = report.accounts.get(finding.account, "")
    return f"{finding.name} ({account})" if account and account != finding.name else finding.name


def _print_unseen(console: Console, report: ReportInput) -> None:
    groups, lacked = unseen(report.gaps, report.findings), lacking(report.gaps)
    if groups:
        listings, verdicts = sum(each.listings for each in groups), sum(each.verdicts for each in groups)
        missing = amount((listings, "failed listing"), (verdicts, "unknown verdict"))
        console.print(Text("\nNot seen", style="bold"))
        _print_indented(console, Text(f"{missing}; none of them counts as passed."), indent=0)
    for each in groups[:_GROUPS_SHOWN]:
        what = f"{each.call}: {each.words}" if each.call else each.words
        where = f" in {_listed(each.where)}" if each.where else ""
        _print_item(
            console,
            Text("-", style="dim"),
            Text(f"{printable(what)}, {each.counted}{where}"),
            *(
                [Text(_short(" ".join(each.detail.split()), 140), style="dim")]
                if each.detail and not each.needs
                else []
            ),
            indent=2,
        )
    if len(groups) > _GROUPS_SHOWN:
        _print_indented(
            console, Text(f"... and {counted(len(groups) - _GROUPS_SHOWN, 'more reason')}", style="dim"), indent=2
        )
    if needed := sorted({each.needs for each in groups if each.needs}):
        _print_indented(console, Text(f"Missing permissions: {', '.join(needed)}"), indent=2)
    broken = sorted({each.rule for each in report.findings if each.status is Status.ERROR})
    if broken:
        _print_indented(
            console, Text(f"These rules crashed, which is a bug of Bartizan: {', '.join(broken)}"), indent=2
        )
    if lacked:
        console.print(Text("\nNot offered", style="bold"))
        for service, regions in lacked.items():
            _print_indented(console, Text(f"{service} in {_listed(regions)}", style="dim"), indent=2)
    console.print()


def _print_item(console: Console, label: Text, *lines: Text, indent: int = _INDENT) -> None:
    """Lines beside a label; what is wrapped stays in its column."""
    for number, line in enumerate(lines):
        _print_indented(console, line, indent=indent, label=label if number == 0 else None)


def _print_indented(console: Console, line: Text, *, indent: int = _INDENT, label: Text | None = None) -> None:
    width = max(20, min(console.width, _WIDEST) - indent)
    for number, part in enumerate(line.wrap(console, width)):
        part.rstrip()
        head = label.copy() if label and number == 0 else Text()
        head.pad_right(indent - head.cell_len)
        console.print(Text.assemble(head, part))


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMES_SHOWN:,} more" if len(names) > _NAMES_SHOWN else ""
    return ", ".join(_short(each, 64) for each in names[:_NAMES_SHOWN]) + more


def _short(text: str, most: int) -> str:
    harmless = printable(text)
    return harmless if len(harmless) <= most else harmless[: most - 1] + "…"


def _first_sentence(text: str) -> str:
    flat = " ".join(text.split())
    end = flat.find(". ")
    return flat if end < 0 else flat[: end + 1]
