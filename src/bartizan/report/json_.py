"""The report as JSON."""

from __future__ import annotations

import json
from typing import IO

from bartizan.report.content import ReportInput, document


def write_json(report: ReportInput, stream: IO[str]) -> None:
    """Write the whole report as one JSON document."""
    json.dump(document(report), stream, indent=2, ensure_ascii=True)
    stream.write("\n")
