"""A whole organization in an emulator: many accounts, each with its own resources."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from bartizan.app.keep import store_at
from bartizan.app.organization import keep as keep_module
from bartizan.app.organization.keep import begin, purpose_of
from bartizan.app.organization.members import Choice
from bartizan.app.organization.pool import Engine
from bartizan.app.organization.run import OrganizationScan, Reach, scan_organization
from bartizan.app.organization.unit import Task
from bartizan.app.organization.work import work
from bartizan.app.reading import Progress, no_progress
from bartizan.app.selection import Selection
from bartizan.aws.session import Access
from bartizan.demo.emulator import emulator
from bartizan.engine.settings import Settings
from bartizan.model import Reason, Status, Suppression
from bartizan.store.files import StoreError

STARTED = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
THREAD = Engine(make=ThreadPoolExecutor, workers=1)
SELECTION = Selection(rules=("s3.no-versioning", "sqs.unencrypted-queue"))


@dataclass(frozen=True)
class Company:
    url: str
    accounts: dict[str, str]

    @property
    def access(self) -> Access:
        return Access(endpoint_url=self.url, credentials=("test", "test"))


@pytest.fixture(scope="module")
def company() -> Iterator[Company]:
    with emulator() as url:
        keys: dict[str, Any] = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        given: dict[str, Any] = {"endpoint_url": url, "region_name": "us-east-1"}
        organizations = boto3.client("organizations", **given, **keys)
        organizations.create_organization(FeatureSet="ALL")
        root = organizations.list_roots()["Roots"][0]["Id"]
        unit = organizations.create_organizational_unit(ParentId=root, Name="Workloads")["OrganizationalUnit"]["Id"]
        accounts: dict[str, str] = {}
        for name in ("shop", "mail"):
            made = organizations.create_account(Email=f"{name}@example.com", AccountName=name)
            accounts[name] = made["CreateAccountStatus"]["AccountId"]
        organizations.move_account(AccountId=accounts["shop"], SourceParentId=root, DestinationParentId=unit)
        organizations.tag_resource(ResourceId=accounts["mail"], Tags=[{"Key": "env", "Value": "prod"}])
        for name, account in accounts.items():
            role = f"arn:aws:iam::{account}:role/Audit"
            taken = boto3.client("sts", **given, **keys).assume_role(RoleArn=role, RoleSessionName="seed")
            inside = {
                "aws_access_key_id": taken["Credentials"]["AccessKeyId"],
                "aws_secret_access_key": taken["Credentials"]["SecretAccessKey"],
                "aws_session_token": taken["Credentials"]["SessionToken"],
            }
            boto3.client("s3", **given, **inside).create_bucket(Bucket=f"files-of-{name}")
        yield Company(url, accounts)


def scanned(company: Company, choice: Choice | None = None, selection: Selection = SELECTION) -> OrganizationScan:
    reach = Reach(access=company.access, role="Audit")
    return scan_organization(reach, selection, choice, ("us-east-1",), engine=THREAD)


def test_every_account_is_read_under_its_own_number(company: Company) -> None:
    result = scanned(company)
    assert {each.name for each in result.accounts} == {"management", "shop", "mail"}
    buckets = {(each.account, each.resource) for each in result.outcome.findings(Status.FAIL)}
    assert buckets == {(account, f"arn:aws:s3:::files-of-{name}") for name, account in company.accounts.items()}
    assert result.names == {"123456789012": "management"} | {number: name for name, number in company.accounts.items()}
    assert not result.partial
    assert result.calls > 10


def test_units_and_tags_choose(company: Company) -> None:
    assert [each.name for each in scanned(company, Choice(units=("Workloads",))).accounts] == ["shop"]
    result = scanned(company, Choice(tags={"env": "prod"}))
    assert [each.name for each in result.accounts] == ["mail"]
    assert len(result.left_out) == 2


def test_a_suppression_is_unused_only_if_no_account_uses_it(company: Company) -> None:
    used = Suppression(rule="s3.no-versioning", resource="*files-of-shop", reason="scratch", owner="shop")
    unused = Suppression(rule="s3.no-versioning", resource="*nowhere", reason="scratch", owner="shop")
    selection = Selection(rules=SELECTION.rules, settings=Settings(suppressions=(used, unused)))
    result = scanned(company, selection=selection)
    assert result.accepted.count == 1
    assert result.accepted.unused == (unused,)


def test_an_account_that_cannot_be_reached_is_a_gap_and_nothing_in_it_passes() -> None:
    nowhere = Access(endpoint_url="http://127.0.0.1:9", credentials=("test", "test"))
    result = work(Task(account="222222222222", name="shop", access=nowhere, selection=SELECTION))
    assert result.unreached is not None
    assert result.unreached.reason is Reason.FAILED
    (gap,) = result.gaps
    assert gap.account == "222222222222"
    assert set(gap.types) >= {"AWS::S3::Bucket", "AWS::SQS::Queue"}
    assert not result.outcome.tally()


def kept_in(
    folder: Path, company: Company, *, resume: bool = False, progress: Progress = no_progress
) -> OrganizationScan:
    reach = Reach(access=company.access, role="Audit")
    how: dict[str, Any] = {"engine": THREAD, "store": store_at(str(folder)), "resume": resume}
    return scan_organization(reach, SELECTION, None, ("us-east-1",), progress, **how)


def test_a_snapshot_holds_all_accounts_and_the_organization(company: Company, tmp_path: Path) -> None:
    result = kept_in(tmp_path, company)
    manifest = store_at(str(tmp_path)).get("latest")
    assert manifest.id == result.kept
    assert set(manifest.accounts) == {*(each.account for each in result.accounts), result.organization}
    assert not [each for each in tmp_path.rglob("*") if each.name == "begun.json" or each.suffix == ".gz"]
    failed = sum(each.statuses.get("fail", 0) for each in manifest.parts)
    assert failed == len(list(result.outcome.findings(Status.FAIL)))


def breaks_off(done: int, total: int, label: str) -> None:
    raise KeyboardInterrupt


def test_a_scan_that_was_broken_off_is_taken_up(company: Company, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        kept_in(tmp_path, company, progress=breaks_off)
    assert not list(store_at(str(tmp_path)).snapshots())
    whole = kept_in(tmp_path, company, resume=True)
    assert whole.taken_up >= 1
    again = scanned(company)
    assert whole.outcome.tally() == again.outcome.tally()
    assert {each.fingerprint for each in whole.outcome.listed} == {each.fingerprint for each in again.outcome.listed}
    (manifest,) = store_at(str(tmp_path)).snapshots()
    assert manifest.id == whole.kept
    # What is whole is not taken up again.
    assert kept_in(tmp_path, company, resume=True).taken_up == 0


def test_a_scan_of_other_rules_is_not_taken_up(company: Company, tmp_path: Path) -> None:
    store = store_at(str(tmp_path))
    with begin(store, company.access, [], purpose_of("o-1", SELECTION, ()), STARTED, resume=False) as first:
        pass
    other = Selection(rules=("s3.no-versioning",))
    for purpose, same in ((purpose_of("o-1", SELECTION, ()), True), (purpose_of("o-1", other, ()), False)):
        with begin(store, company.access, [], purpose, STARTED, resume=True) as begun:
            assert (begun.snapshot == first.snapshot) is same


def test_a_store_that_cannot_be_written_costs_the_snapshot_and_not_the_report(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(keep_module, "write_account", full)
    result = kept_in(tmp_path, company)
    assert result.unkept == "the disk is full"
    assert not result.kept
    assert list(result.outcome.findings(Status.FAIL))
    assert not list(store_at(str(tmp_path)).snapshots())
