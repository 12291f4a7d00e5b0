"""The report as one HTML page without remote assets.

The data travel as JSON in the page, and its script writes them as text, never as markup. A content security policy
allows this page's own style and script, by their hashes, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from importlib.resources import files
from typing import IO, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bartizan.model import Severity, Status, counted
from bartizan.report.content import ReportInput, document
from bartizan.report.safe import printable
from bartizan.report.unseen import amount, lacking, unseen

_PASSES_LISTED = 20_000
_TONES: Mapping[str, str] = {
    "fail": "high",
    "unknown": "unknown",
    "advice": "advice",
    "accepted": "suppressed",
    "pass": "passed",
    "attested": "passed",
}
"""The class of each standing of a control that has a colour."""

_SEVERITIES = tuple(str(each) for each in reversed(Severity))


def write_html(report: ReportInput, stream: IO[str]) -> None:
    """Write the page; the passes are listed only where there are fewer than 20,000, to bound its size."""
    style, script = _asset("report.css"), _asset("report.js")
    facts, groups = _page_facts(report), unseen(report.gaps, report.findings)
    environment = Environment(
        loader=PackageLoader("bartizan.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["printable"] = printable
    environment.filters["counted"] = counted
    listings, verdicts = sum(each.listings for each in groups), sum(each.verdicts for each in groups)
    page = environment.get_template("report.html.j2").stream(
        report=report,
        facts=facts,
        compliance=facts.pop("compliance"),
        service_titles=(facts.pop("security_services") or {}).get("services", ()),
        service_rows=_services(report),
        tones=_TONES,
        severities=_SEVERITIES,
        failures=report.failures_by_severity(),
        unknown=report.counts[Status.UNKNOWN] + report.counts[Status.ERROR],
        services=_service_rows(report),
        unseen=groups,
        missing=amount((listings, "failed listing"), (verdicts, "unknown verdict")),
        lacking=lacking(report.gaps),
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        style_hash=_hash(style),
        script_hash=_hash(script),
        data=Markup(_embedded(facts)),  # noqa: S704 - escaped for the place where it stands
    )
    stream.writelines(page)


def _page_facts(report: ReportInput) -> dict[str, Any]:
    """The report's document, with the rules that are shown, and the passes as lists with what the filters ask for."""
    facts = document(report)
    passed = report.results.findings(Status.PASS) if len(facts["passed"]) < _PASSES_LISTED else ()
    facts["passed"] = [[each.rule, each.resource, each.name, each.account, each.region] for each in passed]
    shown = {each["rule"] for each in facts["findings"]} | {each[0] for each in facts["passed"]}
    facts["rules"] = {name: rule for name, rule in facts["rules"].items() if name in shown}
    return facts


def _service_rows(report: ReportInput) -> list[dict[str, Any]]:
    """Per service that was judged: failures by severity, unknowns, passes, and the bar of its failures."""
    rows: dict[str, dict[str, Any]] = {}
    for service, counts in report.counts_by_service().items():
        unknown = counts[Status.UNKNOWN] + counts[Status.ERROR]
        if sum(counts.values()):
            rows[service] = {"service": service, "failed": {}, "unknown": unknown, "passed": counts[Status.PASS]}
    for service, by_severity in report.failures_by_service().items():
        if service in rows:
            rows[service]["failed"] = {name: number for name, number in by_severity.items() if number}
    most = max((sum(row["failed"].values()) for row in rows.values()), default=0)
    for row in rows.values():
        row |= {"all_failed": sum(row["failed"].values()), "bar": _bar(row["failed"], most)}
    return list(rows.values())


def _services(report: ReportInput) -> list[dict[str, Any]]:
    if report.services is None:
        return []
    from bartizan.report.services import service_rows  # noqa: PLC0415 - only the scan of an organization has them

    return service_rows(report.services)


def _bar(failed: dict[str, int], most: int) -> list[dict[str, Any]]:
    """Its parts, the worst first, in hundredths of the longest bar; the root keeps short bars beside long ones seen."""
    total = sum(failed.values())
    length = 100 * (total / most) ** 0.5 if total else 0.0
    parts, at = [], 0.0
    for severity in _SEVERITIES:
        width = length * failed.get(severity, 0) / total if total else 0.0
        if width:
            parts.append({"severity": severity, "x": f"{at:.2f}", "width": f"{width:.2f}"})
            at += width
    return parts


def _embedded(facts: dict[str, Any]) -> str:
    """JSON that can neither end the script element nor start a comment in it."""
    text = json.dumps(facts, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _asset(name: str) -> str:
    return (files("bartizan.report") / "templates" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
