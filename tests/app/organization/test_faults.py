"""``bartizan scan --org`` where something goes wrong in one account, over HTTP as AWS sends it."""

from __future__ import annotations

import csv
import json
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner, Result

from bartizan.app.organization.pool import Engine
from bartizan.app.organization.run import Reach, scan_organization
from bartizan.app.selection import Selection
from bartizan.aws.client import Patience
from bartizan.aws.session import Access
from bartizan.cli import scan
from bartizan.cli.main import cli
from bartizan.demo.emulator import emulator
from bartizan.model import InputError, Reason
from proxy import Asked, FaultsOf, Proxy
from wire import Fault

KEYS: dict[str, Any] = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
THREADS = Engine(workers=2, make=ThreadPoolExecutor)
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
TRAIL, BUCKETS = "organizations.no-organization-trail", "s3.no-versioning"
SERVICES = ("cloudtrail", "ec2", "organizations", "s3", "sqs", "sts")


@dataclass(frozen=True)
class Company:
    url: str
    accounts: dict[str, str]


def inside(url: str, account: str) -> dict[str, Any]:
    """Keys of an account of the emulator."""
    role = f"arn:aws:iam::{account}:role/Audit"
    sts = boto3.client("sts", endpoint_url=url, **KEYS)
    taken = sts.assume_role(RoleArn=role, RoleSessionName="seed")["Credentials"]
    return {
        "aws_access_key_id": taken["AccessKeyId"],
        "aws_secret_access_key": taken["SecretAccessKey"],
        "aws_session_token": taken["SessionToken"],
        "region_name": "us-east-1",
        "endpoint_url": url,
    }


def founded(url: str, *names: str) -> Company:
    """An organization with accounts of these names, a bucket in each."""
    organizations = boto3.client("organizations", endpoint_url=url, **KEYS)
    organizations.create_organization(FeatureSet="ALL")
    accounts = {}
    for number, name in enumerate(names):
        made = organizations.create_account(Email=f"a{number}@example.com", AccountName=name)["CreateAccountStatus"]
        accounts[name] = made["AccountId"]
        boto3.client("s3", **inside(url, made["AccountId"])).create_bucket(Bucket=f"files-{number}-of-ours")
    return Company(url, accounts)


@pytest.fixture(scope="module")
def company() -> Iterator[Company]:
    with emulator() as url:
        yield founded(url, "shop", "mail")


@pytest.fixture(scope="module")
def between(company: Company) -> Iterator[Proxy]:
    with Proxy(company.url, services=SERVICES) as proxy:
        yield proxy


@pytest.fixture
def proxy(between: Proxy, monkeypatch: pytest.MonkeyPatch) -> Proxy:
    between.reset()
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    # Processes of their own take seconds to start; tests/app/organization/test_broken_off.py has them.
    monkeypatch.setattr(scan, "engine", lambda address, workers: nullcontext(THREADS))
    return between


def run(proxy: Proxy, folder: Path, *more: str, faults: FaultsOf | None = None) -> tuple[Result, dict[str, Any]]:
    """The command's result, and its report."""
    proxy.faults_of = faults
    given = ["scan", "--org", "--org-role", "Audit", "--endpoint-url", proxy.url, "--region", "us-east-1"]
    rules = ["--rule", TRAIL, "--rule", BUCKETS, "--fail-on", "never", "--output", str(folder), "--format", "json"]
    result = CliRunner().invoke(cli, [*given, *rules, *more])
    report = folder / "report.json"
    return result, json.loads(report.read_text()) if report.exists() else {}


def statuses(report: dict[str, Any], rule: str) -> dict[str, str]:
    return {each["account"]: each["status"] for each in report["findings"] if each["rule"] == rule}


def test_a_role_that_is_denied_costs_its_account_alone(company: Company, proxy: Proxy, tmp_path: Path) -> None:
    shop, mail = company.accounts["shop"], company.accounts["mail"]

    def denied(asked: Asked) -> Fault | None:
        return Fault.DENIED if asked.operation == "sts:AssumeRole" and asked.account == shop else None

    result, report = run(proxy, tmp_path, faults=denied)
    assert result.exit_code == 3, result.output
    assert statuses(report, BUCKETS) == {mail: "fail"}
    (trail,) = statuses(report, TRAIL).values()
    assert trail == "unknown", "the account that was not reached may have the trail"
    said = " ".join(result.output.split())
    assert f"Not reached: account {shop} (shop): access denied (needs sts:AssumeRole)" in said
    assert "Missing permissions: sts:AssumeRole" in said
    assert "not reached 1" in said


def test_an_external_id_that_the_role_does_not_know(company: Company, proxy: Proxy, tmp_path: Path) -> None:
    def asks_for_another(asked: Asked) -> Fault | None:
        return Fault.DENIED if asked.operation == "sts:AssumeRole" and b"ExternalId=right" not in asked.body else None

    wrong, report = run(proxy, tmp_path, "--org-external-id", "wrong", faults=asks_for_another)
    assert wrong.exit_code == 3
    gaps = {each["account"] for each in report["coverage_gaps"] if each["missing_permission"] == "sts:AssumeRole"}
    assert gaps == set(company.accounts.values())
    right, report = run(proxy, tmp_path, "--org-external-id", "right", faults=asks_for_another)
    assert right.exit_code == 0, right.output
    assert set(statuses(report, BUCKETS)) == set(company.accounts.values())


def test_a_role_that_is_throttled_is_asked_for_again(company: Company, proxy: Proxy, tmp_path: Path) -> None:
    met: Counter[str] = Counter()

    def twice(asked: Asked) -> Fault | None:
        if asked.operation != "sts:AssumeRole":
            return None
        met[asked.account] += 1
        return Fault.THROTTLED if met[asked.account] <= 2 else None

    result, report = run(proxy, tmp_path, faults=twice)
    assert result.exit_code == 0, result.output
    assert set(statuses(report, BUCKETS)) == set(company.accounts.values())
    assert set(met.values()) == {3}


@pytest.mark.parametrize(("fault", "word"), [(Fault.SUSPENDED, "failed"), (Fault.EXPIRED, "expired")])
def test_an_account_that_ends_in_the_middle_is_unknown(
    company: Company, proxy: Proxy, tmp_path: Path, fault: Fault, word: str
) -> None:
    shop, mail = company.accounts["shop"], company.accounts["mail"]
    served: Counter[str] = Counter()

    def ends(asked: Asked) -> Fault | None:
        served[asked.account] += asked.operation != "sts:AssumeRole"
        return fault if asked.account == shop and served[shop] > 2 else None

    result, report = run(proxy, tmp_path, faults=ends)
    assert result.exit_code == 3, result.output
    assert statuses(report, BUCKETS)[mail] == "fail"
    assert statuses(report, BUCKETS).get(shop) in {None, "unknown"}
    assert set(statuses(report, TRAIL).values()) == {"unknown"}
    gaps = [each for each in report["coverage_gaps"] if each["account"] == shop]
    assert {each["reason"] for each in gaps} == {word}
    assert not any(each["missing_permission"] for each in gaps), "no permission would help"
    assert {each["account"] for each in report["coverage_gaps"]} == {shop}


def test_a_chain_whose_first_credentials_expire_names_the_accounts_behind_it(
    company: Company, proxy: Proxy, tmp_path: Path
) -> None:
    shop = company.accounts["shop"]

    def expired(asked: Asked) -> Fault | None:
        return Fault.EXPIRED if asked.operation == "sts:AssumeRole" and asked.account == shop else None

    result, report = run(proxy, tmp_path, faults=expired)
    assert result.exit_code == 3
    assert {(each["account"], each["reason"]) for each in report["coverage_gaps"]} == {(shop, "expired")}
    assert "the credentials expired" in result.output


def test_a_region_that_never_answers_costs_itself_alone(
    company: Company, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = company.accounts["shop"]

    def hangs(asked: Asked) -> Fault | None:
        return Fault.HANG if asked.account == shop and asked.region == "eu-west-1" else None

    proxy.faults_of = hangs
    monkeypatch.setattr(Patience.__init__, "__defaults__", (2, 14, 75, 0.1, 0.1))
    access = Access(endpoint_url=proxy.url, credentials=("test", "test"), read_timeout=0.5)
    started = time.monotonic()
    result = scan_organization(
        Reach(access=access, role="Audit"),
        Selection(rules=("sqs.*", "sns.*")),
        regions=("eu-west-1", "us-east-1"),
        engine=THREADS,
    )
    assert time.monotonic() - started < 15
    assert {(each.account, each.region, each.gap.reason) for each in result.gaps} == {
        (shop, "eu-west-1", Reason.TIMED_OUT)
    }
    assert all(each.regions == ("eu-west-1", "us-east-1") for each in result.accounts)
    assert result.partial


def test_credentials_that_see_no_organization_say_what_to_do(proxy: Proxy, tmp_path: Path) -> None:
    def denied(asked: Asked) -> Fault | None:
        return Fault.DENIED if asked.operation.startswith("organizations:") else None

    result, _ = run(proxy, tmp_path, faults=denied)
    assert isinstance(result.exception, InputError)
    said = str(result.exception)
    assert "does not see the accounts of an organization" in said
    assert "needs organizations:" in said
    assert "use credentials of the management account" in said


def test_an_organization_of_one_and_an_account_in_none(proxy: Proxy, tmp_path: Path) -> None:
    with emulator(**ENVIRONMENT) as url, Proxy(url) as alone:
        result, _ = run(alone, tmp_path / "none")
        assert "does not see the accounts of an organization" in str(result.exception)
        founded(url)
        result, report = run(alone, tmp_path / "one")
    assert result.exit_code == 0, result.output
    assert "accounts 1," in result.output
    assert set(statuses(report, TRAIL).values()) == {"fail"}


HOSTILE = ("<script>alert(1)</script>", "=HYPERLINK(1)", "../../x", "[red]`x`|\x1b[31m\u202e")


def test_hostile_names_do_no_harm(proxy: Proxy, tmp_path: Path) -> None:
    with emulator(**ENVIRONMENT) as url, Proxy(url) as alone:
        founded(url, *HOSTILE)
        store = tmp_path / "store"
        rules = ("--rule", "organizations.*", "--rule", "account.*", "--store", str(store))
        result, _ = run(alone, tmp_path / "out", *rules, "--format", "html", "--format", "csv", "--format", "markdown")
    assert result.exit_code in {0, 3}, (result.output, result.exception)
    out = tmp_path / "out"
    page = (out / "report.html").read_text()
    assert "<script>alert(1)" not in page
    assert "\x1b" not in result.output
    assert "\u202e" not in result.output
    with (out / "findings.csv").open(newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    assert any("HYPERLINK" in each for each in cells)
    assert not [each for each in cells if each.startswith(("=", "+", "-", "@"))]
    assert {each.name for each in tmp_path.iterdir()} == {"out", "store"}
    named = [each.relative_to(store).as_posix() for each in store.rglob("*")]
    assert not [each for each in named if "HYPERLINK" in each or "script" in each or "/x" in each]
