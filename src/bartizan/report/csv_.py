"""The findings as CSV: one row each, passes left out."""

from __future__ import annotations

import csv
from typing import IO

from bartizan.report.content import ReportInput
from bartizan.report.safe import csv_cell, printable

COLUMNS = (
    "fingerprint", "status", "severity", "service", "rule", "title", "account", "region", "resource_type", "resource",
    "name", "problems", "missing_permission", "place",
)  # fmt: skip


def write_csv(report: ReportInput, stream: IO[str]) -> None:
    """Write a row for each finding that is not a pass; cells cannot become formulas."""
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
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
        )
        writer.writerow([csv_cell(printable(cell)) for cell in cells])
