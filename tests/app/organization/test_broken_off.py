"""``bartizan scan --org`` in processes of its own that is broken off: they end, and another run takes it up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import boto3
import pytest

from app.organization.test_faults import ENVIRONMENT, KEYS, SERVICES, founded
from bartizan.app.keep import store_at
from bartizan.aws.session import Access
from bartizan.demo.emulator import emulator
from bartizan.store.store import Store
from proxy import Asked, Proxy
from wire import Fault

_STARTS_WITHIN = 60


def workers_of(process: int) -> list[int]:
    """The processes that were started by a process, as Linux tells them."""
    return [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def command_of(proxy: Proxy, store: Store, folder: Path) -> tuple[str, ...]:
    return (
        sys.executable, "-m", "bartizan", "scan", "--org", "--org-role", "Audit", "--endpoint-url", proxy.url,
        "--region", "us-east-1", "--rule", "s3.no-versioning", "--store", store.address, "--workers", "1",
        "--output", str(folder / "out"), "--fail-on", "never",
    )  # fmt: skip


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes as Linux shows them")
def test_ctrl_c_ends_all_processes_and_the_scan_is_taken_up(tmp_path: Path) -> None:
    with emulator(**ENVIRONMENT) as url, Proxy(url, services=SERVICES) as proxy:
        company = founded(url, "shop")
        hung: list[str] = []

        def hangs(asked: Asked) -> Fault | None:
            if asked.account != company.accounts["shop"] or asked.operation == "sts:AssumeRole":
                return None
            hung.append(asked.operation)
            return Fault.HANG

        proxy.faults_of = hangs
        store = store_at(str(tmp_path / "store"))
        command = command_of(proxy, store, tmp_path)
        scan = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        try:
            late = time.monotonic() + _STARTS_WITHIN
            while not (hung and any("results/" in each for each in store.files.sizes("snapshots"))):
                assert time.monotonic() < late
                assert scan.poll() is None, scan.communicate()
                time.sleep(0.05)
            workers = workers_of(scan.pid)
            assert workers
            # As the terminal does: to all processes of the group.
            os.killpg(scan.pid, signal.SIGINT)
            began = time.monotonic()
            _, said = scan.communicate(timeout=30)
        finally:
            scan.kill()
        assert time.monotonic() - began < 15, "what hangs is not waited for"
        assert scan.returncode == 130
        assert "Traceback" not in said
        assert "--resume" in said
        assert said.endswith("Interrupted.\n")
        late = time.monotonic() + 5
        while any(map(alive, workers)) and time.monotonic() < late:
            time.sleep(0.05)
        assert not any(map(alive, workers))
        assert not list(store.snapshots())
        proxy.faults_of = None
        again = subprocess.run((*command, "--resume"), capture_output=True, text=True, timeout=60, check=False)
    assert again.returncode == 0, again.stderr
    assert "1 account read by an earlier run" in again.stderr
    (manifest,) = store.snapshots()
    assert company.accounts["shop"] in manifest.accounts


def test_a_scan_that_is_killed_while_it_merges_is_taken_up(tmp_path: Path) -> None:
    with emulator(**ENVIRONMENT) as url, Proxy(url, services=SERVICES) as proxy:
        company = founded(url, "shop")
        boto3.client("s3", endpoint_url=url, **KEYS).create_bucket(Bucket="snapshots-of-ours")
        store = store_at("s3://snapshots-of-ours", Access(endpoint_url=url, credentials=("test", "test")))
        merging: list[str] = []

        def hangs(asked: Asked) -> Fault | None:
            if asked.operation != "s3:PutObject" or "/resources/all-" not in asked.path:
                return None
            merging.append(asked.path)
            return Fault.HANG

        proxy.faults_of = hangs
        command = command_of(proxy, store, tmp_path)
        scan = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            late = time.monotonic() + _STARTS_WITHIN
            while not merging:
                assert time.monotonic() < late
                assert scan.poll() is None, scan.communicate()
                time.sleep(0.05)
        finally:
            scan.kill()
            scan.communicate(timeout=30)
        assert not list(store.snapshots()), "what is half merged is no snapshot"
        proxy.faults_of = None
        # As if a minute had passed, after which the lease of the process that was killed is over.
        store.files.remove([each for each in store.files.sizes("snapshots") if each.endswith("/lock")])
        again = subprocess.run((*command, "--resume"), capture_output=True, text=True, timeout=60, check=False)
        assert again.returncode == 0, again.stderr
        assert "2 accounts read by an earlier run" in again.stderr
        (manifest,) = store.snapshots()
        assert company.accounts["shop"] in manifest.accounts
        lying = store.files.sizes("snapshots")
    assert not [each for each in lying if "/parts/" in each or "/results/" in each]
