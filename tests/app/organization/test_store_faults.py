"""``bartizan scan --org --store`` where the store fails, and thousands of accounts to choose from."""

from __future__ import annotations

import datetime as dt
import errno
import os
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import boto3
import pytest

from app.organization.test_faults import KEYS, SERVICES, THREADS, Company, founded
from app.organization.test_members import HOME, reading
from bartizan.app.keep import store_at
from bartizan.app.organization.members import Choice, choose
from bartizan.app.organization.run import OrganizationScan, Reach, _Run, scan_organization
from bartizan.app.reading import Progress, no_progress
from bartizan.app.selection import Selection
from bartizan.aws.objects import Objects
from bartizan.aws.session import Access
from bartizan.demo.emulator import emulator
from bartizan.engine.settings import Settings
from bartizan.model import Status
from bartizan.resources.organizations import MemberAccount, OrganizationalUnit
from bartizan.store.asking import ask
from bartizan.store.drifting import drift
from bartizan.store.files import Folder, StoreError
from bartizan.store.manifest import NAME, path_of
from bartizan.store.store import Store
from proxy import Asked, Proxy
from wire import Fault

SELECTION = Selection(rules=("s3.no-versioning",))


@pytest.fixture(scope="module")
def company() -> Iterator[Company]:
    with emulator() as url:
        yield founded(url, "shop", "mail")


@pytest.fixture(scope="module")
def proxy(company: Company) -> Iterator[Proxy]:
    boto3.client("s3", endpoint_url=company.url, **KEYS).create_bucket(Bucket="snapshots-of-ours")
    with Proxy(company.url, services=SERVICES) as between:
        yield between


def breaks_off(done: int, total: int, label: str) -> None:
    raise KeyboardInterrupt


def scanned(
    url: str, store: Store, *, resume: bool = False, progress: Progress = no_progress, selection: Selection = SELECTION
) -> OrganizationScan:
    reach = Reach(access=Access(endpoint_url=url, credentials=("test", "test")), role="Audit")
    return scan_organization(
        reach, selection, None, ("us-east-1",), progress, engine=THREADS, store=store, resume=resume
    )


def test_s3_that_refuses_in_the_middle_costs_the_snapshot_and_is_taken_up(company: Company, proxy: Proxy) -> None:
    store = store_at("s3://snapshots-of-ours/x", Access(endpoint_url=proxy.url, credentials=("test", "test")))
    written: list[str] = []

    def refuses(asked: Asked) -> Fault | None:
        if asked.operation != "s3:PutObject":
            return None
        written.append(asked.operation)
        return Fault.DENIED if len(written) > 8 else None

    proxy.faults_of = refuses
    result = scanned(proxy.url, store)
    assert not result.kept
    assert "S3 refuses s3://snapshots-of-ours/x/snapshots/" in result.unkept
    assert list(result.outcome.findings(Status.FAIL)), "the report loses nothing"
    assert not list(store.snapshots())
    proxy.faults_of = None
    again = scanned(proxy.url, store, resume=True)
    (manifest,) = store.snapshots()
    assert manifest.id == again.kept
    assert set(company.accounts.values()) < set(manifest.accounts)
    assert again.outcome.tally() == result.outcome.tally()


def test_s3_that_refuses_while_accounts_are_merged_costs_the_snapshot_alone(company: Company, proxy: Proxy) -> None:
    store = store_at("s3://snapshots-of-ours/merged", Access(endpoint_url=proxy.url, credentials=("test", "test")))
    proxy.faults_of = lambda asked: (
        Fault.DENIED if asked.operation == "s3:PutObject" and "/resources/all-" in asked.path else None
    )
    result = scanned(proxy.url, store)
    assert not result.kept
    assert re.search(
        r"S3 refuses s3://snapshots-of-ours/merged/snapshots/[^/]+/resources/all-0001.parquet", result.unkept
    )
    assert list(result.outcome.findings(Status.FAIL)), "the report loses nothing"
    assert not list(store.snapshots())
    assert any("/findings/all-" in each for each in store.files.sizes("snapshots")), "it was in the middle"
    proxy.faults_of = None
    again = scanned(proxy.url, store, resume=True)
    assert again.taken_up == len(company.accounts) + 1
    whole_and_nothing_else(store, again)


def test_a_disk_that_is_full_while_accounts_are_merged_costs_the_snapshot_alone(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, write = store_at(str(tmp_path)), Folder.write

    def full(files: Folder, path: str, data: bytes) -> None:
        if "/rules/all-" in path:
            raise StoreError(f"{files.root / path} cannot be written: {os.strerror(errno.ENOSPC)}")
        write(files, path, data)

    monkeypatch.setattr(Folder, "write", full)
    result = scanned(company.url, store)
    assert "rules/all-0001.parquet cannot be written: No space left on device" in result.unkept
    assert not list(store.snapshots())
    monkeypatch.undo()
    again = scanned(company.url, store, resume=True)
    assert again.taken_up == len(company.accounts) + 1
    whole_and_nothing_else(store, again)


def test_an_account_whose_files_broke_meanwhile_is_read_again(company: Company, tmp_path: Path) -> None:
    store = store_at(str(tmp_path))
    with pytest.raises(KeyboardInterrupt):
        scanned(company.url, store, progress=breaks_off)
    (result, *_) = sorted(tmp_path.rglob("results/*.json.gz"))
    account = result.name.partition(".")[0]
    (broken,) = tmp_path.rglob(f"parts/findings/{account}.parquet")
    broken.write_bytes(b"PAR1")
    refused = scanned(company.url, store, resume=True)
    assert f"findings/{account}.parquet is broken" in refused.unkept
    assert f"{account} must be read again" in refused.unkept
    again = scanned(company.url, store, resume=True)
    assert again.taken_up == len(company.accounts)
    whole_and_nothing_else(store, again)


def whole_and_nothing_else(store: Store, result: OrganizationScan) -> None:
    """The snapshot is whole, and nothing lies beside it."""
    (manifest,) = store.snapshots()
    assert manifest.id == result.kept
    assert {each.account for each in result.accounts} < set(manifest.accounts)
    assert not any(each.files for each in manifest.parts)
    named = {path_of(manifest.id, each) for each in (NAME, *(file.path for file in manifest.stored))}
    assert set(store.files.sizes("snapshots")) == named
    held = ask(store, manifest, "SELECT account FROM rules ORDER BY account").rows
    assert [account for (account,) in held] == [each.account for each in result.accounts]


def test_an_older_snapshot_that_is_broken_stops_no_scan(company: Company, tmp_path: Path) -> None:
    told: list[str] = []
    store = store_at(str(tmp_path), told=told.append)
    broken = tmp_path / "snapshots" / scanned(company.url, store).kept / NAME
    broken.write_bytes(broken.read_bytes()[:100])
    with pytest.raises(KeyboardInterrupt):
        scanned(company.url, store, progress=breaks_off)
    again = scanned(company.url, store, resume=True)
    assert again.taken_up > 0
    assert [each.id for each in store.readable()] == [again.kept]
    assert {each.partition(" is broken")[0] for each in told} == {f"Passed over: {broken}"}


def test_a_broken_result_of_an_earlier_run_is_read_again(company: Company, tmp_path: Path) -> None:
    store = store_at(str(tmp_path))
    with pytest.raises(KeyboardInterrupt):
        scanned(company.url, store, progress=breaks_off)
    results = list(tmp_path.rglob("results/*.json.gz"))
    assert results
    for each in results:
        each.write_bytes(each.read_bytes()[:40])
    again = scanned(company.url, store, resume=True)
    assert again.taken_up == 0
    (manifest,) = store.snapshots()
    assert set(company.accounts.values()) < set(manifest.accounts)


def test_an_account_that_joins_is_no_drift_of_settings_nor_another_purpose(tmp_path: Path) -> None:
    parameters = {"trusted_accounts": ["999988887777"]}
    mine = Selection(
        rules=("sqs.queue-shared-with-other-account", *SELECTION.rules), settings=Settings(parameters=parameters)
    )
    with emulator() as url:
        company, store = founded(url, "shop"), store_at(str(tmp_path))
        before = store.get(scanned(url, store, selection=mine).kept)
        with pytest.raises(KeyboardInterrupt):
            scanned(url, store, progress=breaks_off, selection=mine)
        organizations = boto3.client("organizations", endpoint_url=url, **KEYS)
        late = organizations.create_account(Email="late@example.com", AccountName="late")["CreateAccountStatus"]
        again = scanned(url, store, resume=True, selection=mine)
    assert again.taken_up > 0, "it is the same scan although an account joined"
    after = store.get(again.kept)
    assert before.settings == after.settings
    assert after.settings["parameters"] == parameters
    assert set(after.members) - set(before.members) == {late["AccountId"]}
    assert set(before.members) > set(company.accounts.values())
    drifted = drift(store, before, after)
    assert not drifted.settings
    assert store.get(after.id) == after


@pytest.mark.parametrize("address", ["folder", "s3://snapshots-of-ours/claimed"])
def test_a_scan_that_still_runs_is_not_taken_up(company: Company, proxy: Proxy, tmp_path: Path, address: str) -> None:
    address = str(tmp_path) if address == "folder" else address
    access = Access(endpoint_url=company.url, credentials=("test", "test"))
    store, refused = store_at(address, access), list[str]()
    if isinstance(store.files, Objects):
        store = Store(replace(store.files, lease=2))

    def second(done: int, total: int, label: str) -> None:
        with pytest.raises(StoreError) as taken:
            scanned(company.url, store, resume=True)
        refused.append(str(taken.value))

    first = scanned(company.url, store, progress=second)
    assert len(refused) == len(first.accounts)
    said = f"another scan is writing the snapshot {first.kept} in {address}: wait until it has ended, or scan without"
    assert set(refused) == {f"{said} --resume"}
    again = scanned(company.url, store, resume=True)
    assert again.taken_up == 0, "what is finished is not taken up"
    assert {each.id for each in store.snapshots()} == {first.kept, again.kept}
    assert not [each for each in store.files.sizes("snapshots") if each.endswith("/lock")]


def test_a_scan_whose_snapshot_another_one_took_up_keeps_nothing(company: Company, proxy: Proxy) -> None:
    access = Access(endpoint_url=company.url, credentials=("test", "test"))
    store = store_at("s3://snapshots-of-ours/lost", access)

    def lost(done: int, total: int, label: str) -> None:
        (lock,) = (each for each in store.files.sizes("snapshots") if each.endswith("/lock"))
        store.files.write(lock, b"another")

    result = scanned(company.url, store, progress=lost)
    assert "another scan has taken up the snapshot" in result.unkept
    assert not list(store.snapshots())


def test_two_scans_at_once_keep_both(company: Company, tmp_path: Path) -> None:
    store = store_at(str(tmp_path))
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda _: scanned(company.url, store), range(2)))
    assert {each.id for each in store.snapshots()} == {each.kept for each in made}
    assert len({each.kept for each in made}) == 2


def test_thousands_of_accounts_are_chosen_and_handed_out_quickly() -> None:
    units = [OrganizationalUnit(unit_id="r-1", unit_name="Root", parent_id="")]
    units += [OrganizationalUnit(unit_id=f"ou-{each}", unit_name=f"u{each}", parent_id="r-1") for each in range(50)]
    accounts = [
        MemberAccount(
            account_id=f"{number:012d}",
            account_name=f"name-{number}",
            parents=("r-1", f"ou-{number % 50}"),
            management_account_id=HOME,
            arn=f"arn:aws:organizations::{HOME}:account/o-1/{number:012d}",
        )
        for number in range(2000)
    ]
    began = time.monotonic()
    choice = Choice(units=tuple(f"u{each}" for each in range(25)), without=("*7",))
    members = choose(reading(*units, *accounts), choice)
    assert len(members.chosen) + len(members.left_out) == 2000
    assert len(members.chosen) == sum(1 for each in range(2000) if each % 50 < 25 and each % 10 != 7)
    run = _Run(Reach(access=Access()), SELECTION, (), members, dt.datetime.now(dt.UTC))
    tasks = run.tasks()
    assert [each.account for each in tasks] == [each.account_id for each in members.chosen]
    assert time.monotonic() - began < 5
