"""From a result to what the user gets: progress, the summary on the terminal, report files."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import IO, TYPE_CHECKING

from bartizan import __version__
from bartizan.cli.options import FORMATS
from bartizan.model import InputError
from bartizan.report.content import ReportInput

if TYPE_CHECKING:
    from bartizan.app.check import CodeCheck
    from bartizan.app.organization.run import OrganizationScan
    from bartizan.app.scan import Scan
    from bartizan.engine.catalog import Catalog
    from bartizan.engine.compliance import Compliance
    from bartizan.engine.outcome import Results
    from bartizan.engine.services import Services
    from bartizan.engine.settings import Settings
    from bartizan.model import CoverageGap

WRITERS: Mapping[str, str] = MappingProxyType(
    {
        "html": "bartizan.report.html:write_html",
        "json": "bartizan.report.json_:write_json",
        "csv": "bartizan.report.csv_:write_csv",
        "sarif": "bartizan.report.sarif:write_sarif",
        "junit": "bartizan.report.junit:write_junit",
        "markdown": "bartizan.report.markdown:write_markdown",
        "ocsf": "bartizan.report.ocsf:write_ocsf",
        "asff": "bartizan.report.asff:write_asff",
        "terraform": "bartizan.app.fixing:write_terraform",
        "cloudformation": "bartizan.app.fixing:write_cloudformation",
    }
)
"""What writes each format, and where it is defined: like a command, it is imported when it is asked for."""


_CODED = frozenset({"html", "json", "sarif", "markdown"})  # they show fixes as code


def writer(name: str) -> Callable[[ReportInput, IO[str]], None]:
    """What writes a format, imported now."""
    module, _, function = WRITERS[name].partition(":")
    found: Callable[[ReportInput, IO[str]], None] = getattr(importlib.import_module(module), function)
    return found


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int, str], None]]:
    """A bar on a terminal, silence in a pipe; gives a function that takes steps done, steps in all, and a label."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[label]}", markup=False),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=None, label="")
        yield lambda done, total, label: bar.update(task, completed=done, total=total, label=label)


def of_scan(result: Scan, frameworks: Iterable[str] = (), settings: Settings | None = None) -> ReportInput:
    """What the reports say of a scan, and of the controls of these frameworks."""
    return ReportInput(
        subject=f"AWS account {result.account}",
        facts={
            "by": result.caller,
            "regions": str(len(result.regions)),
            "calls": f"{sum(result.calls.values()):,}",
            "seconds": f"{result.seconds:.1f}",
        },
        started=result.started,
        seconds=result.seconds,
        version=__version__,
        catalog=result.catalog,
        results=result.evaluation,
        gaps=result.gaps,
        accepted=result.accepted,
        regions=result.regions,
        compliance=_compliance(frameworks, result.evaluation, result.catalog, result.gaps, settings),
    )


def of_organization(
    result: OrganizationScan, frameworks: Iterable[str] = (), settings: Settings | None = None
) -> ReportInput:
    """What the reports say of the scan of an organization, and of the controls of these frameworks."""
    unreached = sum(1 for each in result.accounts if each.unreached)
    return ReportInput(
        subject=f"AWS organization {result.organization}",
        facts={
            "by": result.caller,
            "accounts": str(len(result.accounts)),
            **({"not reached": str(unreached)} if unreached else {}),
            **({"left out": str(len(result.left_out))} if result.left_out else {}),
            "regions": str(len(result.regions)),
            "calls": f"{result.calls:,}",
            "seconds": f"{result.seconds:.1f}",
        },
        started=result.started,
        seconds=result.seconds,
        version=__version__,
        catalog=result.catalog,
        results=result.outcome,
        gaps=result.gaps,
        accepted=result.accepted,
        regions=result.regions,
        compliance=_compliance(frameworks, result.outcome, result.catalog, result.gaps, settings),
        accounts=result.names,
        services=_services(result),
    )


def _services(result: OrganizationScan) -> Services | None:
    from bartizan.engine.services import Place, security_services

    places = [
        Place(account=each.account, name=each.name, regions=each.regions, unreached=each.unreached)
        for each in result.accounts
    ]
    return security_services(result.world, places, result.catalog)


def of_check(result: CodeCheck, frameworks: Iterable[str] = (), settings: Settings | None = None) -> ReportInput:
    """What the reports say of a check of code, and of the controls of these frameworks."""
    files = [each.path for each in result.readings]
    return ReportInput(
        subject=", ".join(files[:3]) + (f" and {len(files) - 3} more" if len(files) > 3 else ""),
        facts={"files": str(len(files))},
        read=tuple((each.path, each.kind, each.resources) for each in result.readings),
        not_read=tuple(result.not_read.items()),
        started=result.started,
        seconds=result.seconds,
        version=__version__,
        catalog=result.catalog,
        results=result.evaluation,
        accepted=result.accepted,
        compliance=_compliance(frameworks, result.evaluation, result.catalog, (), settings),
    )


def _compliance(
    frameworks: Iterable[str],
    results: Results,
    catalog: Catalog,
    gaps: Iterable[CoverageGap],
    settings: Settings | None,
) -> tuple[Compliance, ...]:
    asked = list(frameworks)
    if not asked:
        return ()
    from bartizan.app.compliance import assessed

    return assessed(asked, results, catalog, gaps, settings)


def deliver(  # noqa: PLR0913 - one argument per option
    report: ReportInput,
    *,
    default_output: str | None,
    output: str | None,
    formats: tuple[str, ...],
    as_json: bool,
    passes: bool,
    fixes: bool,
) -> None:
    """Write the reports that were asked for, and print the summary, or with ``as_json`` the report itself.

    Without ``--output`` the reports go to ``default_output``; with ``--json`` only where files are asked for.
    Raises ``InputError`` where a file cannot be written.
    """
    report = replace(report, list_passes=passes)
    folder = output or (default_output if formats or not as_json else None) or ("." if formats else None)
    if as_json or (folder and _CODED.intersection(formats or ("html",))):
        from bartizan.app.fixing import with_code

        report = with_code(report, each=fixes)
    written: list[Path] = []
    try:
        if folder:
            _write(report, Path(folder), formats or ("html", "json"), written)
    finally:
        # What took minutes to read is told even where it cannot be kept.
        if as_json:
            writer("json")(report, sys.stdout)
        else:
            from rich.console import Console

            from bartizan.report.terminal import print_summary

            print_summary(Console(), report, written)


def _write(report: ReportInput, folder: Path, formats: tuple[str, ...], written: list[Path]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in dict.fromkeys(formats):
            path = folder / FORMATS[name]
            with path.open("w", encoding="utf-8", newline="") as stream:
                writer(name)(report, stream)
            written.append(path)
    except OSError as failed:
        raise InputError(f"the report cannot be written to {folder}: {failed.strerror or failed}") from None
