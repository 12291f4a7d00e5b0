"""Scans of organizations of more and more accounts: wall and CPU time, and memory of the parent and of its workers.

    python bench/organization.py [--accounts 10,50,200] [--workers 2] [--regions 1] [--cluster 2] [--service s3]

The organization is emulated. One account of it, the demo's company, is read once, and its answers are kept; every other
account is answered by the same, under its own number, from memory. With ``--cluster`` the accounts are read by a
Dask cluster on this machine of so many workers instead of the local pool.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pickle
import re
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
from aiohttp import web

from bartizan.app.organization.cluster import cluster
from bartizan.app.organization.pool import Engine
from bartizan.app.organization.run import OrganizationScan, Reach, scan_organization
from bartizan.app.selection import Selection
from bartizan.aws.session import Access
from bartizan.demo.company import build
from bartizan.demo.emulator import emulator
from bartizan.model import Status
from proxy import Proxy
from wire import Answer, scope_of

_HOME = "123456789012"
_REGIONS = ("us-east-1", "eu-west-1", "eu-central-1", "us-west-2")
# Whose call it is can be read from the access key that the role was given.
_SIGNED_BY = re.compile(r"Credential=ASIA(\d{12})0000/")
_ASSUMED = re.compile(rb"arn%3Aaws%3Aiam%3A%3A(\d{12})%3Arole")
_TAKEN = """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>ASIA{account}0000</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>
<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"""


class Accounts(Proxy):
    """Answers every account as the first one was answered, with its own number in place of that one's."""

    async def _handle(self, request: web.Request) -> web.Response:
        self.calls += 1
        body = await request.read()
        assumed = _ASSUMED.search(body) if b"Action=AssumeRole" in body else None
        if assumed:
            return web.Response(text=_TAKEN.format(account=assumed[1].decode()), content_type="text/xml")
        signed = _SIGNED_BY.search(request.headers.get("Authorization", ""))
        account = signed[1] if signed else _HOME
        service, region = scope_of(request.headers)
        asked = body.replace(account.encode(), _HOME.encode())
        path = request.raw_path.replace(account, _HOME)
        target = request.headers.get("X-Amz-Target", "")
        key = (service, region, request.method, path, target, asked.decode("latin-1"))
        if key not in self._recorded:
            self._recorded[key] = await self._ask(request, path, asked)
        reply = self._recorded[key]
        body = reply.body.replace(_HOME.encode(), account.encode()) if account != _HOME else reply.body
        return web.Response(status=reply.status, body=body, headers=reply.headers)

    async def _ask(self, request: web.Request, path: str, body: bytes) -> Answer:
        left = {"transfer-encoding", "content-length", "x-amz-security-token"}
        headers = {name: value for name, value in request.headers.items() if name.lower() not in left}
        headers["Authorization"] = _SIGNED_BY.sub("Credential=test/", headers.get("Authorization", ""))
        url = self._target + path
        async with self._client.request(request.method, url, data=body, headers=headers, allow_redirects=False) as got:
            left = {"transfer-encoding", "content-length", "connection"}
            kept = {name: value for name, value in got.headers.items() if name.lower() not in left}
            return Answer(got.status, kept, await got.read())


def serve(accounts: int) -> None:
    """Serve an organization of so many accounts, print where, and end when standard input closes."""
    with emulator() as url, Accounts(url) as proxy:
        build(url)
        given: dict[str, Any] = {"endpoint_url": url, "region_name": "us-east-1"}
        given |= {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        organizations = boto3.client("organizations", **given)
        organizations.create_organization(FeatureSet="ALL")
        for number in range(accounts - 1):
            organizations.create_account(Email=f"team{number}@example.com", AccountName=f"team-{number}")
        sys.stdout.write(f"{proxy.url}\n")
        sys.stdout.flush()
        sys.stdin.read()


def measure(url: str, options: argparse.Namespace) -> None:
    """Scan once, and print what it took as JSON."""
    reach = Reach(access=Access(endpoint_url=url, credentials=("test", "test")), role="Audit")
    selection = Selection(services=tuple(options.service))
    regions = _REGIONS[: options.regions]
    clock = time.monotonic()
    with cluster(options.at) if options.at else contextlib.nullcontext(Engine(workers=options.workers)) as engine:
        result = scan_organization(reach, selection, None, regions, engine=engine)
    wall = time.monotonic() - clock
    ours, theirs = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    said = {
        "accounts": len(result.accounts),
        "wall": wall,
        "parent_cpu": ours.ru_utime + ours.ru_stime,
        "workers_cpu": theirs.ru_utime + theirs.ru_stime,
        "parent_mb": ours.ru_maxrss / 1024,
        "worker_mb": theirs.ru_maxrss / 1024,
        "calls": result.calls,
        "failures": len(list(result.outcome.findings(Status.FAIL))),
        "unreached": sum(1 for each in result.accounts if each.unreached),
        "result_mb": _held(result),
    }
    sys.stdout.write(json.dumps(said) + "\n")


def _held(result: OrganizationScan) -> float:
    """Megabytes that the findings and gaps would take, pickled: what memory of the parent is to be held against."""
    return len(pickle.dumps((result.outcome, result.gaps, result.accounts))) / 2**20


@contextlib.contextmanager
def served(accounts: int) -> Iterator[str]:
    """The address of an organization, in a process of its own."""
    command = [sys.executable, __file__, "--serve", str(accounts)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process.stdout.readline().strip() if process.stdout else ""
        process.communicate()


@contextlib.contextmanager
def dask(workers: int) -> Iterator[str]:
    """The address of a scheduler on this machine with so many workers, started as the recipe starts them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    start = [sys.executable, "-m", "dask"]
    scheduler = [*start, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    worker = [*start, "worker", address, "--host", "127.0.0.1", "--nworkers", str(workers), "--nthreads", "1"]
    environment = {**os.environ, "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment}
    running = [subprocess.Popen(each, **quiet) for each in (scheduler, [*worker, "--no-dashboard"])]
    try:
        from distributed import Client  # noqa: PLC0415 - only with --cluster

        with Client(address, timeout=30, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=30)
        yield address
    finally:
        for each in reversed(running):
            each.terminate()
            each.wait(15)


def main() -> None:
    """Measure each size in processes of its own, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--accounts", default="10,50,200", help="sizes, separated by commas")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--regions", type=int, default=1, choices=range(1, len(_REGIONS) + 1))
    parser.add_argument("--service", action="append", default=[])
    parser.add_argument("--cluster", type=int, default=0, help="so many workers of a Dask cluster on this machine")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--at", default="", help=argparse.SUPPRESS)
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve)
        return
    if options.measure:
        measure(options.measure, options)
        return
    os.environ["PYTHONPATH"] = os.pathsep.join(map(str, filter(None, (Path(__file__).parent, *sys.path))))
    print(
        "accounts | wall s | CPU s of parent | of workers | MB of parent | of a worker | calls | failures | result MB"
    )
    for size in map(int, options.accounts.split(",")):
        with served(size) as url, dask(options.cluster) if options.cluster else contextlib.nullcontext("") as at:
            command = [sys.executable, __file__, "--measure", url, "--at", at, "--workers", str(options.workers)]
            command += ["--regions", str(options.regions), *(f"--service={each}" for each in options.service)]
            said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        if said["unreached"]:
            sys.exit(f"{said['unreached']} accounts could not be reached: the emulator answers too slowly")
        names = ("parent_cpu", "workers_cpu", "parent_mb", "worker_mb")
        numbers = " | ".join(f"{said[name]:.1f}" for name in names)
        row = f"{said['accounts']} | {said['wall']:.1f} | {numbers} | {said['calls']} | {said['failures']}"
        print(f"{row} | {said['result_mb']:.1f}", flush=True)


if __name__ == "__main__":
    main()
