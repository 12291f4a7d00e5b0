"""The summary on the terminal: posture, the worst things first with what to do, and what was not seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bartizan.model import CoverageGap, Finding, Reason, Severity, Status
from bartizan.report.content import ReportInput
from bartizan.report.safe import printable

_COLOURS = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan", "info": "dim"}
_RULES_SHOWN = 10
_NAMES_SHOWN = 3


def print_summary(console: Console, report: ReportInput, written: Sequence[Path] = ()) -> None:
    """Print what a person wants to know first; names from the account are printed as plain, harmless text."""
    counts = report.counts
    console.print(Text(f"{printable(report.subject)}", style="bold"))
    console.print(Text(", ".join(f"{name} {printable(value)}" for name, value in report.facts.items()), style="dim"))
    console.print(
        f"{len(report.evaluation.snapshot):,} resources, {len(report.catalog)} rules: {counts[Status.PASS]:,} passed, "
        f"{counts[Status.FAIL]:,} failed, {counts[Status.UNKNOWN]:,} unknown"
        + (f", {counts[Status.ERROR]:,} errors" if counts[Status.ERROR] else "")
    )
    console.print()
    console.print(_posture(report))
    failures = [each for each in report.findings if each.status is Status.FAIL]
    if failures:
        _print_worst(console, failures, report)
    elif not counts[Status.UNKNOWN] and not report.gaps:
        console.print("\nNothing is wrong.")
    _print_unseen(console, report)
    for path in written:
        console.print(Text(f"Report: {path}"))


def _posture(report: ReportInput) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Service")
    severities = [str(each) for each in reversed(Severity)]
    for name in severities:
        table.add_column(name, justify="right", style=_COLOURS[name])
    table.add_column("unknown", justify="right")
    table.add_column("passed", justify="right", style="green")
    failed: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for each in report.evaluation.verdicts:
        failed[each.rule.service][str(each.rule.severity)] += each.count()[Status.FAIL]
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
        names = ", ".join(printable(each.name) for each in found[:_NAMES_SHOWN])
        more = f" and {len(found) - _NAMES_SHOWN:,} more" if len(found) > _NAMES_SHOWN else ""
        console.print(Text.assemble((f"{severity:<8} ", _COLOURS[severity]), (found[0].title, "bold")))
        console.print(Text(f"         {names}{more}"), soft_wrap=False)
        console.print(Text(f"         → {_first_sentence(report.catalog.rules[rule_id].doc.how_to_fix)}"))
        console.print(Text(f"           bartizan rule {rule_id}", style="dim"))
    left = len(ranked) - _RULES_SHOWN
    if left > 0:
        console.print(Text(f"... and {left} more kinds of problem; the reports list all of them.", style="dim"))


def _print_unseen(console: Console, report: ReportInput) -> None:
    unknown = [each.gap for each in report.findings if each.status is Status.UNKNOWN and each.gap]
    hidden = [each for each in report.gaps if each.gap.reason is not Reason.UNSUPPORTED]
    needed = {each.needs for each in unknown if each.needs} | {each.gap.needs for each in hidden if each.gap.needs}
    if unknown or hidden:
        console.print(Text("\nNot seen", style="bold"))
        console.print(
            f"{len(unknown):,} verdicts are unknown and {len(hidden):,} listings failed; none of them counts as passed."
        )
    for line in sorted({_gap_line(each) for each in hidden})[:_RULES_SHOWN]:
        console.print(Text(f"  {line}"))
    if needed:
        console.print(Text(f"  Missing permissions: {', '.join(sorted(needed))}"))
    broken = sorted({each.rule for each in report.findings if each.status is Status.ERROR})
    if broken:
        console.print(Text(f"  These rules crashed, which is a bug of Bartizan: {', '.join(broken)}"))
    lacking = {each.region for each in report.gaps if each.gap.reason is Reason.UNSUPPORTED}
    if lacking:
        console.print(
            Text(f"  Services that a region lacks were left out in: {', '.join(sorted(lacking))}", style="dim")
        )
    console.print()


def _gap_line(each: CoverageGap) -> str:
    where = each.region or "all regions"
    return printable(f"{each.call} in {where}: {each.gap}")[:160]


def _first_sentence(text: str) -> str:
    flat = " ".join(text.split())
    end = flat.find(". ")
    return flat if end < 0 else flat[: end + 1]
