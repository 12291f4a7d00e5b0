"""Verdicts of Bartizan and of Prowler on the same things of one emulated account, side by side.

    python bench/agree.py [--prowler PATH] [--keep FOLDER] [--write] | --page

The account is the demo's company and ``variety`` beside it. ``agree.toml`` says which checks ask the same, and explains
where the verdicts differ. What is not explained is printed, with both reasons; ``--write`` keeps the outcome in
``agree.json`` and writes ``docs/agreement.md``. Without ``--prowler``, Prowler is installed in an environment of its
own.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import agreement
import prowler
from agreement import Verdict
from bartizan import __version__
from bartizan.demo.company import build
from bartizan.demo.emulator import emulator
from variety import build as build_variety

_REGIONS = ["eu-west-1", "us-east-1"]
_STATUSES = {
    "FAIL": "fail",
    "PASS": "pass",
    "MANUAL": "unknown",
    "fail": "fail",
    "advice": "fail",
    "unknown": "unknown",
}


def scan(command: str, folder: Path) -> None:
    """Fill an account and let both tools scan it: ``report.json`` and ``prowler.ocsf.json`` in the folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment = kept | {
        "AWS_ACCESS_KEY_ID": "demo",
        "AWS_SECRET_ACCESS_KEY": "demo",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    with emulator(MOTO_IAM_LOAD_MANAGED_POLICIES="true") as address:
        build(address)
        build_variety(address)
        chosen = [part for region in _REGIONS for part in ("--region", region)]
        ours = [sys.executable, "-m", "bartizan", "scan", "--endpoint-url", address, "--output", str(folder), *chosen]
        theirs = prowler.scan_command(command, _REGIONS, folder, "--scan-unused-services")
        for tool, line in (("bartizan", ours), ("prowler", theirs)):
            with (folder / f"{tool}.log").open("w") as log:
                subprocess.run(
                    line, env=environment | {"AWS_ENDPOINT_URL": address}, stdout=log, stderr=log, check=False
                )


def our_verdicts(report: dict[str, Any]) -> tuple[dict[str, dict[str, Verdict]], dict[str, str]]:
    """By rule and ARN, and the names of things by ARN."""
    found: dict[str, dict[str, Verdict]] = defaultdict(dict)
    for each in report["passed"]:
        found[each["rule"]][_place(each["resource"], "")] = Verdict("pass")
    for each in report["findings"]:
        reason = "; ".join(each["problems"]) or each["reason"]
        status = _STATUSES.get(each["status"], "unknown")
        found[each["rule"]][_place(each["resource"], each["region"])] = Verdict(status, reason)
    return found, {each["resource"]: each["name"] for each in report["findings"]}


def _place(arn: str, region: str) -> str:
    """The ARN, with the region that a finding stands in where the ARN names none."""
    parts = arn.split(":")
    if region and len(parts) > 3 and not parts[3] and parts[2] not in {"iam", "s3", "cloudfront", "route53", "account"}:
        parts[3] = region
    return ":".join(parts)


def their_verdicts(found: list[dict[str, Any]]) -> dict[str, dict[str, Verdict]]:
    """By check and ARN; of several findings of a check on one thing, one that fails."""
    verdicts: dict[str, dict[str, Verdict]] = defaultdict(dict)
    for each in found:
        check, thing = each["metadata"]["event_code"], each["resources"][0]
        arn = _place(thing["uid"], thing.get("region", ""))
        known = verdicts[check].get(arn)
        if known is None or known.status != "fail":
            verdicts[check][arn] = Verdict(_STATUSES.get(each["status_code"], "unknown"), each["status_detail"])
    return verdicts


def show(check: str, difference: dict[str, str]) -> None:
    """Print a difference."""
    print(f"{check}: {difference['thing']}")
    print(f"    Prowler  {difference['theirs']:<8} {difference['their reason']}")
    print(f"    Bartizan {difference['ours']:<8} {difference['our reason']}")


def main() -> None:
    """Compare, print, and keep."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--prowler", help="path of Prowler's command; installed where it is not given")
    parser.add_argument("--keep", type=Path, help="a folder for both reports; if they are there, nothing is scanned")
    parser.add_argument("--write", action="store_true", help="keep the outcome and write the page")
    parser.add_argument("--page", action="store_true", help="write the page anew from what was kept, without a scan")
    given = parser.parse_args()
    if given.page:
        agreement.PAGE.write_text(agreement.page())
        return
    command = given.prowler or prowler.installed()
    with tempfile.TemporaryDirectory() as name:
        folder = given.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "prowler.ocsf.json").exists():
            scan(command, folder)
        report, found = json.loads((folder / "report.json").read_text()), prowler.findings(folder)
    topics, _, explanations = agreement.load()
    ours, names = our_verdicts(report)
    compared = agreement.compare(topics, their_verdicts(found), ours, names)
    for check, difference in agreement.unexplained(compared, explanations):
        show(check, difference)
    for each in agreement.unused(compared, explanations):
        print(f"no longer differs: {each.check}, {each.theirs} and {each.ours}, {', '.join(each.things)}")
    agreed = sum(each.passed + each.failed for each in compared)
    print(f"{len(compared)} topics, {agreed} verdicts agree, {sum(len(each.differences) for each in compared)} differ")
    if given.write:
        run = {"bartizan": __version__, "prowler": found[0]["metadata"]["product"]["version"],
               "date": dt.datetime.now(dt.UTC).date().isoformat(), "checks": prowler.checks(command)}  # fmt: skip
        agreement.save(run, compared)
        agreement.PAGE.write_text(agreement.page())


if __name__ == "__main__":
    main()
