"""The report as one HTML page without remote assets.

The data travel as JSON in the page, and its script writes them as text, never as markup. A content security policy
allows this page's own style and script, by their hashes, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import json
from importlib.resources import files
from typing import IO, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bartizan.model import Severity, Status
from bartizan.report.content import ReportInput, document

_PASSES_LISTED = 20_000


def write_html(report: ReportInput, stream: IO[str]) -> None:
    """Write the page; the passes are listed only where there are fewer than 20,000, to bound its size."""
    style, script = _asset("report.css"), _asset("report.js")
    facts = document(report)
    if len(facts["passed"]) > _PASSES_LISTED:
        facts["passed"] = []
    template = Environment(
        loader=PackageLoader("bartizan.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    ).get_template("report.html.j2")
    page = template.stream(
        report=report,
        facts=facts,
        severities=[str(each) for each in reversed(Severity)],
        statuses=Status,
        failures=report.failures_by_severity(),
        services=_service_rows(report),
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        style_hash=_hash(style),
        script_hash=_hash(script),
        data=Markup(_embedded(facts)),  # noqa: S704 - escaped for the place where it stands
    )
    stream.writelines(page)


def _service_rows(report: ReportInput) -> list[dict[str, Any]]:
    """Per service: failures by severity, unknowns and passes."""
    rows: dict[str, dict[str, Any]] = {}
    for each in report.evaluation.verdicts:
        counted = each.count()
        row = rows.setdefault(
            each.rule.service, {"service": each.rule.service, "failed": {}, "unknown": 0, "passed": 0}
        )
        severity = str(each.rule.severity)
        row["failed"][severity] = row["failed"].get(severity, 0) + counted[Status.FAIL]
        row["unknown"] += counted[Status.UNKNOWN] + counted[Status.ERROR]
        row["passed"] += counted[Status.PASS]
    judged = (row for row in rows.values() if row["unknown"] or row["passed"] or any(row["failed"].values()))
    return sorted(judged, key=lambda row: str(row["service"]))


def _embedded(facts: dict[str, Any]) -> str:
    """JSON that can neither end the script element nor start a comment in it."""
    text = json.dumps(facts, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _asset(name: str) -> str:
    return (files("bartizan.report") / "templates" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
