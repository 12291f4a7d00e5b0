"""Scans of one emulated account by Bartizan and by Prowler, side by side.

    python bench/scan.py [--size 1] [--latency 40] [--regions 17] [--prowler PATH]

The account is the demo's company with ``--size`` times a batch of plain buckets, queues, users and groups beside it.
Both tools read the same services over the same proxy, one after the other. Without ``--prowler`` only Bartizan runs;
Prowler is best installed in an environment of its own (``pip install prowler``), since it pins its dependencies.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import boto3

from bartizan.demo.emulator import company_account
from proxy import Proxy

_SERVICES = ("account", "iam", "s3", "ec2", "vpc", "kms", "cloudtrail", "sqs", "sns", "dynamodb", "awslambda")
_BATCH = 10
_REGIONS = (
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ap-south-1", "ap-northeast-1", "ap-northeast-2",
    "ap-northeast-3", "ap-southeast-1", "ap-southeast-2", "ca-central-1", "eu-central-1", "eu-west-1", "eu-west-2",
    "eu-west-3", "eu-north-1", "sa-east-1",
)  # fmt: skip


@dataclass(frozen=True)
class Run:
    """What one tool took: seconds of wall and CPU time, calls, bytes at the peak, findings that fail."""

    wall: float
    cpu: float
    calls: int
    peak: int
    failures: int


def seed(address: str, size: int) -> None:
    """Add plain resources to the company's account."""
    session = boto3.Session(aws_access_key_id="demo", aws_secret_access_key="demo")  # noqa: S106 - an emulator takes any
    made = {name: session.client(name, region_name="eu-west-1", endpoint_url=address) for name in ("sqs", "iam", "ec2")}
    s3 = session.client("s3", region_name="us-east-1", endpoint_url=address)
    for number in range(size * _BATCH):
        s3.create_bucket(Bucket=f"plain-{number}")
        made["sqs"].create_queue(QueueName=f"plain-{number}")
        made["iam"].create_user(UserName=f"plain-{number}")
        made["ec2"].create_security_group(GroupName=f"plain-{number}", Description="plain")


def measure(command: list[str], proxy: Proxy, environment: dict[str, str], log: Path) -> tuple[float, float, int, int]:
    """Wall and CPU seconds, calls, and peak bytes of a command with its children."""
    proxy.calls = 0
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    with log.open("w") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        _, _, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, proxy.calls, usage.ru_maxrss * 1024


def run_bartizan(proxy: Proxy, environment: dict[str, str], regions: list[str], folder: Path) -> Run:
    """Scan with Bartizan, all rules."""
    chosen = [part for region in regions for part in ("--region", region)]
    command = [sys.executable, "-m", "bartizan", "scan", "--endpoint-url", proxy.url, "--output", str(folder), *chosen]
    figures = measure(command, proxy, environment, folder / "bartizan.log")
    report = json.loads((folder / "report.json").read_text())
    return Run(*figures, report["summary"]["statuses"]["fail"])


def run_prowler(prowler: str, proxy: Proxy, environment: dict[str, str], regions: list[str], folder: Path) -> Run:
    """Scan with Prowler, the same services and regions."""
    command = [
        prowler, "aws", "--services", *_SERVICES, "--region", *regions, "-M", "json-ocsf", "-o", str(folder), "-F",
        "prowler", "--no-banner", "--ignore-exit-code-3",
    ]  # fmt: skip
    figures = measure(command, proxy, {**environment, "AWS_ENDPOINT_URL": proxy.url}, folder / "prowler.log")
    report = folder / "prowler.ocsf.json"
    found = json.loads(report.read_text()) if report.exists() else []
    return Run(*figures, sum(each.get("status_code") == "FAIL" for each in found))


def bound(latency: float) -> float:
    """The least time that the longest chain of dependent calls takes, in seconds.

    Identity, regions, listing, the joined listing, details, and the details that wait for those.
    """
    return 6 * latency


def main() -> None:
    """Print the figures and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=1, help="batches of 10 buckets, queues, users and groups")
    parser.add_argument("--latency", type=float, default=0, help="milliseconds added to each call")
    parser.add_argument("--regions", type=int, default=17, help="how many regions are scanned")
    parser.add_argument("--prowler", help="path of Prowler's command")
    given = parser.parse_args()
    regions = list(_REGIONS[: given.regions])
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {"AWS_ACCESS_KEY_ID": "demo", "AWS_SECRET_ACCESS_KEY": "demo", "AWS_DEFAULT_REGION": "us-east-1"}
    with company_account() as access, tempfile.TemporaryDirectory() as name:
        seed(str(access.endpoint_url), given.size)
        with Proxy(str(access.endpoint_url), given.latency / 1000) as proxy:
            runs = {"bartizan": run_bartizan(proxy, environment, regions, Path(name))}
            if given.prowler:
                runs["prowler"] = run_prowler(given.prowler, proxy, environment, regions, Path(name))
                print(Path(name, "prowler.log").read_text()[-600:], file=sys.stderr)
    print(f"{'':<10} {'wall s':>8} {'CPU s':>8} {'calls':>8} {'peak MB':>8} {'failures':>9}")
    for tool, run in runs.items():
        print(f"{tool:<10} {run.wall:>8.1f} {run.cpu:>8.1f} {run.calls:>8,} {run.peak / 1e6:>8.0f} {run.failures:>9,}")
    if "prowler" in runs:
        ours, theirs = runs["bartizan"], runs["prowler"]
        ratios = (theirs.wall / ours.wall, theirs.cpu / ours.cpu, theirs.calls / ours.calls, theirs.peak / ours.peak)
        print("ratio      " + " ".join(f"{each:>8.1f}" for each in ratios))
    if given.latency:
        least = bound(given.latency / 1000)
        print(f"bound      {least:>8.2f} s for the longest chain of dependent calls at {given.latency:g} ms each;")
        print("           the emulator's own time for the calls is not in it")


if __name__ == "__main__":
    main()
