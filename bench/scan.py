"""Scans of one emulated account by Bartizan and by Prowler, side by side.

    python bench/scan.py [--size 1] [--regions 17] [--latency 40] [--recorded] [--prowler PATH] [--services all]
    python bench/scan.py --throttled 0.3 | --denied s3:GetBucketAcl

The account is the demo's company with ``--size`` times a batch of plain buckets, queues, users and groups beside it.
Both tools read over the same proxy, one after the other: Bartizan all services that it knows, Prowler some that it has
in common with Bartizan, or all of its own with ``--services all``. Without ``--prowler`` only Bartizan runs; with
``--prowler install``, Prowler is installed in an environment of its own.
"""

from __future__ import annotations

import argparse
import compileall
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

import bartizan
import prowler
import variety
from bartizan.aws.limits import DEFAULT_RATE, RATES
from bartizan.demo.emulator import company_account
from bartizan.resources.index import ResourceIndex
from proxy import Proxy, only, share
from wire import Fault

_SERVICES = ("account", "iam", "s3", "ec2", "vpc", "kms", "cloudtrail", "sqs", "sns", "dynamodb", "awslambda")
_BATCH = 10
_REGIONS = (
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ap-south-1", "ap-northeast-1", "ap-northeast-2",
    "ap-northeast-3", "ap-southeast-1", "ap-southeast-2", "ca-central-1", "eu-central-1", "eu-west-1", "eu-west-2",
    "eu-west-3", "eu-north-1", "sa-east-1",
)  # fmt: skip


@dataclass(frozen=True)
class Run:
    """What one tool took: seconds of wall and CPU time, calls, bytes at the peak, findings that fail.

    ``failed`` are the calls that the emulator could not serve, and ``waits`` is the least time in seconds that the
    rate limits of AWS allow for the calls.
    """

    wall: float
    cpu: float
    calls: int
    failed: int
    peak: int
    waits: float
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


def measure(command: list[str], proxy: Proxy, environment: dict[str, str], log: Path) -> tuple[float, ...]:
    """All figures of a run but its failures, of a command with its children."""
    proxy.count_anew()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    with log.open("w") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        _, _, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, proxy.calls, proxy.failed, usage.ru_maxrss * 1024, waits(proxy)


def waits(proxy: Proxy) -> float:
    """The least time in which the calls of the fullest token bucket get through, in seconds."""
    rates = ((RATES.get(service, DEFAULT_RATE), calls) for (service, _), calls in proxy.by_bucket.items())
    return max((max(0.0, calls - rate.burst) / rate.per_second for rate, calls in rates), default=0.0)


def run_bartizan(proxy: Proxy, environment: dict[str, str], regions: list[str], folder: Path) -> Run:
    """Scan with Bartizan, all rules."""
    chosen = [part for region in regions for part in ("--region", region)]
    command = [sys.executable, "-m", "bartizan", "scan", "--endpoint-url", proxy.url, "--output", str(folder), *chosen]
    figures = measure(command, proxy, environment, folder / "bartizan.log")
    report = json.loads((folder / "report.json").read_text())
    return Run(*figures, report["summary"]["statuses"]["fail"])


def run_prowler(
    given: argparse.Namespace, proxy: Proxy, environment: dict[str, str], regions: list[str], folder: Path
) -> Run:
    """Scan with Prowler, the same regions."""
    folder = prowler.empty_folder(folder)
    chosen = [] if given.services == "all" else ["--services", *_SERVICES]
    command = prowler.scan_command(given.prowler, regions, folder, *chosen)
    figures = measure(command, proxy, {**environment, "AWS_ENDPOINT_URL": proxy.url}, folder / "prowler.log")
    return Run(*figures, sum(each.get("status_code") == "FAIL" for each in prowler.findings(folder)))


def bound(run: Run, latency: float) -> str:
    """The least wall time that the calls need, and how far the run is from it.

    The longest chain of dependent calls is identity, regions, listing, the joined listing, details, and the details
    that wait for those. The emulator's own time is in the wall time unless the answers are recorded.
    """
    chain = 6 * latency
    least = max(chain, run.waits)
    return (
        f"bound      {least:>8.2f} s: {chain:.2f} s for the longest chain of dependent calls, "
        f"{run.waits:.2f} s for the rate limits\n"
        f"wall/bound {run.wall / least:>8.1f}; {run.wall / max(least, run.cpu):.1f} with our CPU time as a bound too"
    )


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=1, help="batches of 10 buckets, queues, users and groups")
    parser.add_argument("--latency", type=float, default=0, help="milliseconds added to each call")
    parser.add_argument("--recorded", action="store_true", help="measure a second run, answered from memory")
    faults = parser.add_mutually_exclusive_group()
    faults.add_argument("--throttled", type=float, default=0, help="part of the calls that are throttled, from 0 to 1")
    faults.add_argument("--denied", metavar="CALL", help="an operation that is denied, such as s3:GetBucketAcl")
    parser.add_argument("--regions", type=int, default=17, help="how many regions are scanned")
    parser.add_argument("--prowler", help="path of Prowler's command, or `install`")
    parser.add_argument("--services", choices=("common", "all"), default="common", help="what Prowler reads")
    parser.add_argument("--variety", action="store_true", help="an account with most services in use")
    given = parser.parse_args()
    if given.prowler == "install":
        given.prowler = prowler.installed()
    return given


def compare(given: argparse.Namespace, proxy: Proxy, folder: Path) -> dict[str, Run]:
    """The runs by tool."""
    regions = list(_REGIONS[: given.regions])
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHONDONT"))}
    environment |= {"AWS_ACCESS_KEY_ID": "demo", "AWS_SECRET_ACCESS_KEY": "demo", "AWS_DEFAULT_REGION": "us-east-1"}
    tools = {"bartizan": lambda: run_bartizan(proxy, environment, regions, folder)}
    if given.prowler:
        tools["prowler"] = lambda: run_prowler(given, proxy, environment, regions, folder)
    if given.recorded:
        for run in tools.values():
            run()
        proxy.replay = True
    proxy.latency = given.latency / 1000
    if given.throttled:
        proxy.faults = share(given.throttled, Fault.THROTTLED)
    if given.denied:
        proxy.faults = only(given.denied, Fault.DENIED)
    return {tool: run() for tool, run in tools.items()}


def main() -> None:
    """Print the figures and their ratios."""
    given = arguments()
    # As pip does of what it installs, Prowler included.
    compileall.compile_dir(Path(bartizan.__file__).parent, quiet=2)
    services = {call.service for reader in ResourceIndex.load().readers for call in reader.calls()} | {"ec2", "sts"}
    with company_account() as access, tempfile.TemporaryDirectory() as name:
        seed(str(access.endpoint_url), given.size)
        if given.variety:
            variety.build(str(access.endpoint_url))
        with Proxy(str(access.endpoint_url), services=services) as proxy:
            runs = compare(given, proxy, Path(name))
    print(f"{'':<10} {'wall s':>8} {'CPU s':>8} {'calls':>8} {'served':>8} {'peak MB':>8} {'failures':>9}")
    for tool, run in runs.items():
        served = run.calls - run.failed
        figures = f"{run.wall:>8.1f} {run.cpu:>8.1f} {run.calls:>8,} {served:>8,} {run.peak / 1e6:>8.0f}"
        print(f"{tool:<10} {figures} {run.failures:>9,}")
    if "prowler" in runs:
        ours, theirs = runs["bartizan"], runs["prowler"]
        pairs = ((theirs.wall, ours.wall), (theirs.cpu, ours.cpu), (theirs.calls, ours.calls))
        pairs += ((theirs.calls - theirs.failed, ours.calls - ours.failed), (theirs.peak, ours.peak))
        print("ratio      " + " ".join(f"{one / other:>8.1f}" for one, other in pairs))
    if given.latency:
        print(bound(runs["bartizan"], given.latency / 1000))


if __name__ == "__main__":
    main()
