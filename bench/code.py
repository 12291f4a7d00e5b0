# ruff: noqa: A005 - run as a script, and named for what it measures
"""Checks of the same infrastructure code by Bartizan and by Checkov, side by side.

    python bench/code.py [--copies 1] [--checkov PATH] [FOLDER...]

The code is one template of a bucket, that of the contracts (the templates, plans and folders of Terraform's language
that stand in ``tests/contracts``), and the templates of folders that are named, as far as they can be read: broken ones
are passed over, and counted. Start-up is included. Without ``--checkov`` only Bartizan runs; Checkov is best installed
in an environment of its own (``pip install checkov``), since it pins its dependencies. It downloads nothing here.
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
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bartizan.app.check import check
from bartizan.engine.catalog import Catalog
from bartizan.model import InputError

_CONTRACTS = Path(__file__).parent.parent / "tests" / "contracts"
_KINDS = {"templates": "template.yaml", "plans": "plan.json", "terraform": "main.tf"}
_FRAMEWORKS = {"plans": "terraform_plan", "terraform": "terraform"}
_ENDINGS = {".json", ".yaml", ".yml", ".template"}


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
    arguments.add_argument("folders", nargs="*", type=Path, help="more templates")
    arguments.add_argument("--copies", type=int, default=1, help="how often each file of the contracts is there")
    arguments.add_argument("--times", type=int, default=3, help="how often each runs, of which the median counts")
    arguments.add_argument("--checkov", help="the command of Checkov")
    options = arguments.parse_args()
    print("| code | files | tool | wall s | CPU s | passed | failed | unknown |\n|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for kind, place, files in _corpora(Path(folder), options.folders, options.copies):
            ours = _median(options.times, _bartizan, place)
            _print(kind, files, "Bartizan", ours)
            if options.checkov:
                theirs = _median(
                    options.times, _checkov, options.checkov, place, _FRAMEWORKS.get(kind, "cloudformation")
                )
                _print(kind, files, "Checkov", theirs)
                print(f"| {kind} | | ratio | {theirs.wall / ours.wall:.1f} | {theirs.cpu / ours.cpu:.1f} | | | |")


def _corpora(folder: Path, more: list[Path], copies: int) -> Iterator[tuple[str, Path, int]]:
    """Each kind of code with the folder that it was put in, and its number of files."""
    one = folder / "one template"
    one.mkdir()
    shutil.copy(_CONTRACTS / "s3.Bucket" / "template.yaml", one / "template.yaml")
    yield one.name, one, 1
    for kind, name in _KINDS.items():
        yield kind, folder / kind, _spread(folder / kind, name, copies)
    for each in more:
        place = folder / f"of {each.name}"
        kept, broken = _readable(each, place)
        print(f"{broken} files of {each} are no template, or a broken one", file=sys.stderr)
        yield place.name, place, kept


def _readable(source: Path, place: Path) -> tuple[int, int]:
    """Copy the templates of a folder that can be read; how many those are, and how many files are not."""
    kept = broken = 0
    for path in sorted(each for each in source.rglob("*") if each.suffix in _ENDINGS):
        try:
            check([path], Catalog({}, {}))
        except InputError:
            broken += 1
            continue
        target = place / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
        kept += 1
    return kept, broken


def _median(times: int, run: Callable[..., Run], *given: Any) -> Run:
    return sorted((run(*given) for _ in range(times)), key=lambda each: each.wall)[times // 2]


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
        f"| {kind} | {files} | {tool} | {run.wall:.2f} | {run.cpu:.2f} | {run.passed} | {run.failed} | {run.unknown} |"
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
