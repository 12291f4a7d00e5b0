"""The findings as CSV: one row each, passes left out."""

from __future__ import annotations

import csv
from typing import IO

from bartizan.frameworks import controls_of
from bartizan.report.content import ReportInput
from bartizan.report.safe import csv_cell, printable

COLUMNS = (
    "fingerprint", "status", "severity", "service", "rule", "title", "account", "region", "resource_type", "resource",
    "name", "problems", "missing_permission", "place",
    "controls",
)  # fmt: skip


def write_csv(report: ReportInput, stream: IO[str]) -> None:
    """Write a row for each finding that is not a pass; cells cannot become formulas.

    Its last cell names the controls that it concerns: of the frameworks that were asked for, or of all.
    """
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    asked = {each.framework.id for each in report.compliance}
    for each in report.findings:
        cells = (
            each.fingerprint,
            str(each.status),
            str(each.severity),
            each.service,
            each.rule,
            each.title,
            each.account,
            each.region,
            each.resource_type,
            each.resource,
            each.name,
            "; ".join(each.problems),
            each.gap.needs if each.gap else "",
            str(each.place) if each.place else "",
            "; ".join(f"{name} {control}" for name, control in controls_of(each.rule) if not asked or name in asked),
        )
        writer.writerow([csv_cell(printable(cell)) for cell in cells])
