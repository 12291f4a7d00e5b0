"""Prowler, in an environment of its own, since it pins its dependencies, and how it is run."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

_VERSION = "5.46.0"
_ENVIRONMENT = Path.home() / ".cache" / "bartizan-bench" / f"prowler-{_VERSION}"


def installed() -> str:
    """The path of Prowler's command, which is installed from PyPI where it is not yet."""
    command = _ENVIRONMENT / "bin" / "prowler"
    if not command.exists():
        print(f"installing Prowler {_VERSION} in {_ENVIRONMENT}", file=sys.stderr)
        venv.create(_ENVIRONMENT, with_pip=True, clear=True)
        subprocess.run([_ENVIRONMENT / "bin" / "pip", "install", "--quiet", f"prowler=={_VERSION}"], check=True)
    return str(command)


def scan_command(prowler: str, regions: list[str], folder: Path, *more: str) -> list[str]:
    """The command that scans regions and writes ``prowler.ocsf.json`` into a folder; ``more`` are further options."""
    return [
        prowler, "aws", "--region", *regions, "-M", "json-ocsf", "-o", str(folder), "-F", "prowler", "--no-banner",
        "--ignore-exit-code-3", *more,
    ]  # fmt: skip


def findings(folder: Path) -> list[dict[str, Any]]:
    """What a scan found, as OCSF's findings; nothing where it wrote no report."""
    report = folder / "prowler.ocsf.json"
    return json.loads(report.read_text()) if report.exists() else []


def empty_folder(within: Path) -> Path:
    """A new folder: Prowler adds to the reports of an earlier run."""
    return Path(tempfile.mkdtemp(dir=within))


def checks(prowler: str) -> list[str]:
    """The ids of all checks of AWS."""
    said = subprocess.run(
        [prowler, "aws", "--list-checks-json", "--no-banner"], check=True, capture_output=True, text=True
    ).stdout
    listed: dict[str, list[str]] = json.loads(said[said.index("{") :])
    return sorted(listed["aws"])
