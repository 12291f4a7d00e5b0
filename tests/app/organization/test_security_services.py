"""The security services of a whole organization, scanned in an emulator."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from bartizan.app.organization.pool import Engine
from bartizan.app.organization.run import OrganizationScan, Reach, scan_organization
from bartizan.app.scan import wanted_by
from bartizan.app.selection import Selection
from bartizan.aws.session import Access
from bartizan.cli.reporting import of_organization
from bartizan.demo.emulator import emulator
from bartizan.engine.catalog import Catalog
from bartizan.engine.services import State
from bartizan.model import Status
from bartizan.resources.config import ConfigurationAggregator
from bartizan.resources.guardduty import Detector
from bartizan.resources.inspector2 import AccountStatus
from bartizan.resources.macie2 import Session
from bartizan.resources.securityhub import Hub

RULES = (
    "guardduty.detector-administered-elsewhere", "securityhub.hub-administered-elsewhere",
    "config.no-organization-aggregator", "sso.administration-not-delegated",
)  # fmt: skip

THREAD = Engine(make=ThreadPoolExecutor, workers=1)


@dataclass(frozen=True)
class Company:
    url: str
    accounts: dict[str, str]


@pytest.fixture(scope="module")
def company() -> Iterator[Company]:
    with emulator() as url:
        keys: dict[str, Any] = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        given: dict[str, Any] = {"endpoint_url": url, "region_name": "us-east-1"}
        organizations = boto3.client("organizations", **given, **keys)
        organizations.create_organization(FeatureSet="ALL")
        accounts: dict[str, str] = {}
        for name in ("shop", "security"):
            made = organizations.create_account(Email=f"{name}@example.com", AccountName=name)
            accounts[name] = made["CreateAccountStatus"]["AccountId"]
        # The emulator knows no delegation of Security Hub.
        organizations.register_delegated_administrator(
            AccountId=accounts["security"], ServicePrincipal="guardduty.amazonaws.com"
        )
        for account in accounts.values():
            role = f"arn:aws:iam::{account}:role/Audit"
            taken = boto3.client("sts", **given, **keys).assume_role(RoleArn=role, RoleSessionName="seed")
            inside = {
                "aws_access_key_id": taken["Credentials"]["AccessKeyId"],
                "aws_secret_access_key": taken["Credentials"]["SecretAccessKey"],
                "aws_session_token": taken["Credentials"]["SessionToken"],
            }
            boto3.client("guardduty", **given, **inside).create_detector(Enable=True)
            if account == accounts["security"]:
                boto3.client("securityhub", **given, **inside).enable_security_hub()
        yield Company(url, accounts)


@pytest.fixture(scope="module")
def result(company: Company) -> OrganizationScan:
    reach = Reach(access=Access(endpoint_url=company.url, credentials=("test", "test")), role="Audit")
    selection = Selection(rules=RULES)
    return scan_organization(reach, selection, None, ("us-east-1",), engine=THREAD)


def test_a_detector_that_nobody_administers_is_found_in_its_account_only(
    company: Company, result: OrganizationScan
) -> None:
    found = [each for each in result.outcome.findings(Status.FAIL) if each.service == "guardduty"]
    assert [each.account for each in found] == [company.accounts["shop"]]
    assert company.accounts["security"] in found[0].problems[0]


def test_the_matrix_says_what_is_on_where(company: Company, result: OrganizationScan) -> None:
    services = of_organization(result).services
    assert services is not None
    assert services.titles == ("Config", "GuardDuty", "Security Hub")
    by_account = {each.account: each for each in services.accounts}
    assert len(by_account) == 3
    shop, security = (by_account[company.accounts[name]] for name in ("shop", "security"))
    assert shop.state("GuardDuty") is State.APART
    assert shop.state("Security Hub") is State.OFF
    assert security.state("GuardDuty") is State.ON
    assert security.state("Security Hub") is State.APART
    assert {each.state("Config") for each in services.accounts} == {State.OFF}


def test_what_only_the_organization_asks_costs_the_scan_of_one_account_nothing() -> None:
    alone, together = wanted_by(Catalog.load().of_one_account()), wanted_by(Catalog.load())
    assert ConfigurationAggregator in together
    assert ConfigurationAggregator not in alone
    for kind in (Detector, Hub, Session, AccountStatus):
        assert {"administrator", "auto_enable"} <= (together[kind] or frozenset())
        assert "auto_enable" not in (alone[kind] or frozenset())
    for kind in (Session, AccountStatus):
        assert "administrator" not in (alone[kind] or frozenset())
