# ruff: noqa: A005 - run as a script, and named for what it measures
"""Checks of the same infrastructure code by Bartizan and by Checkov, side by side.

    python bench/code.py [--copies 1] [--checkov PATH]

The code is that of the contracts: the templates, plans and folders of Terraform's language that stand in
``tests/contracts``. Start-up is included. Without ``--checkov`` only Bartizan runs; Checkov is best installed in an
environment of its own (``pip install checkov``), since it pins its dependencies. It downloads nothing here.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_CONTRACTS = Path(__file__).parent.parent / "tests" / "contracts"
_KINDS = {"templates": "template.yaml", "plans": "plan.json", "terraform": "main.tf"}
_FRAMEWORKS = {"templates": "cloudformation", "plans": "terraform_plan", "terraform": "terraform"}


@dataclass(frozen=True, slots=True)
class Run:
    """What one run took, in seconds, and what it found."""

    wall: float
    cpu: float
    passed: int
    failed: int
    unknown: int


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--copies", type=int, default=1, help="how often each file is there")
    arguments.add_argument("--checkov", help="the command of Checkov")
    options = arguments.parse_args()
    print("| code | files | tool | wall s | CPU s | passed | failed | unknown |\n|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for kind, name in _KINDS.items():
            place = Path(folder) / kind
            files = _spread(place, name, options.copies)
            _print(kind, files, "Bartizan", _bartizan(place))
            if options.checkov:
                _print(kind, files, "Checkov", _checkov(options.checkov, place, _FRAMEWORKS[kind]))


def _spread(place: Path, name: str, copies: int) -> int:
    found = sorted(_CONTRACTS.glob(f"*/{name}"))
    for number in range(copies):
        for each in found:
            target = place / f"{each.parent.name}-{number}"
            target.mkdir(parents=True)
            shutil.copy(each, target / name)
    return len(found) * copies


def _print(kind: str, files: int, tool: str, run: Run) -> None:
    print(
        f"| {kind} | {files} | {tool} | {run.wall:.1f} | {run.cpu:.1f} | {run.passed} | {run.failed} | {run.unknown} |"
    )


def _bartizan(place: Path) -> Run:
    output, wall, cpu = _timed([sys.executable, "-m", "bartizan", "check", str(place), "--json"])
    statuses = json.loads(output)["summary"]["statuses"]
    return Run(wall, cpu, statuses["pass"], statuses["fail"], statuses["unknown"])


def _checkov(command: str, place: Path, framework: str) -> Run:
    output, wall, cpu = _timed(
        [command, "-d", str(place), "--framework", framework, "-o", "json", "--quiet", "--skip-download"]
    )
    counts = list(_summaries(json.loads(output)))
    return Run(wall, cpu, sum(each["passed"] for each in counts), sum(each["failed"] for each in counts), 0)


def _summaries(report: Any) -> Iterator[Any]:
    for each in report if isinstance(report, list) else [report]:
        yield each.get("summary", each)


def _timed(command: list[str]) -> tuple[str, float, float]:
    before, clock = os.times(), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, timeout=1800, check=False)
    wall, after = time.perf_counter() - clock, os.times()
    if not done.stdout.strip():
        raise SystemExit(f"{command[0]} gave no report: {done.stderr[-500:]}")
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return done.stdout, wall, used


if __name__ == "__main__":
    main()
