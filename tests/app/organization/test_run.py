"""A whole organization in an emulator: many accounts, each with its own resources."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from bartizan.app.organization.members import Choice
from bartizan.app.organization.run import OrganizationScan, Reach, scan_organization
from bartizan.app.organization.work import Task, work
from bartizan.app.selection import Selection
from bartizan.aws.session import Access
from bartizan.demo.emulator import emulator
from bartizan.engine.settings import Settings
from bartizan.model import Reason, Status, Suppression

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
    return scan_organization(reach, selection, choice, ("us-east-1",), workers=1, make=ThreadPoolExecutor)


def test_every_account_is_read_under_its_own_number(company: Company) -> None:
    result = scanned(company)
    assert {each.name for each in result.accounts} == {"master", "shop", "mail"}
    buckets = {(each.account, each.resource) for each in result.outcome.findings(Status.FAIL)}
    assert buckets == {(account, f"arn:aws:s3:::files-of-{name}") for name, account in company.accounts.items()}
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
