"""Questions of access across the accounts of an organization, in an emulator."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from click.testing import CliRunner

from bartizan.app.estate import FoundEstate, Source, find_estate
from bartizan.app.exposed import exposed
from bartizan.app.organization.accounts import Across
from bartizan.app.organization.members import Choice
from bartizan.app.organization.pool import Engine
from bartizan.app.organization.run import Reach, scan_organization
from bartizan.app.paths import find_paths
from bartizan.app.selection import Selection
from bartizan.aws.session import Access
from bartizan.cli.main import cli
from bartizan.demo.emulator import emulator
from bartizan.model import Status
from bartizan.resources.sqs import Queue

REGION = "us-east-1"
THREAD = Engine(make=ThreadPoolExecutor, workers=1)
KEYS: dict[str, Any] = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": REGION}


@dataclass(frozen=True)
class Company:
    url: str
    shop: str
    mail: str

    def source(self, choice: Choice | None = None) -> Source:
        access = Access(endpoint_url=self.url, credentials=("test", "test"))
        across = Across(reach=Reach(access=access, role="Audit"), choice=choice or Choice(), at_once=2)
        return Source(across=across, regions=(REGION,))


def document(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", **statement}})


def client(url: str, service: str, account: str = "") -> Any:
    keys = dict(KEYS)
    if account:
        role = f"arn:aws:iam::{account}:role/Audit"
        sts = boto3.client("sts", endpoint_url=url, **KEYS)
        taken = sts.assume_role(RoleArn=role, RoleSessionName="seed")["Credentials"]
        keys |= {
            "aws_access_key_id": taken["AccessKeyId"],
            "aws_secret_access_key": taken["SecretAccessKey"],
            "aws_session_token": taken["SessionToken"],
        }
    return boto3.client(service, endpoint_url=url, **keys)


@pytest.fixture(scope="module")
def company() -> Iterator[Company]:
    with emulator() as url:
        organizations = client(url, "organizations")
        organizations.create_organization(FeatureSet="ALL")
        root = organizations.list_roots()["Roots"][0]["Id"]
        organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
        created = [
            organizations.create_account(Email=f"{name}@example.com", AccountName=name)["CreateAccountStatus"]
            for name in ("shop", "mail")
        ]
        shop, mail = (each["AccountId"] for each in created)
        denial = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:*", "Resource": "*"}}
        content = json.dumps(denial)
        scp = organizations.create_policy(
            Name="no-queues", Description="", Type="SERVICE_CONTROL_POLICY", Content=content
        )
        organizations.attach_policy(PolicyId=scp["Policy"]["PolicySummary"]["Id"], TargetId=mail)

        iam = client(url, "iam", shop)
        iam.create_user(UserName="dev")
        deploy = f"arn:aws:iam::{mail}:role/deploy"
        iam.put_user_policy(
            UserName="dev", PolicyName="deploys", PolicyDocument=document(Action="sts:AssumeRole", Resource=deploy)
        )
        iam = client(url, "iam", mail)
        trust = document(Action="sts:AssumeRole", Principal={"AWS": f"arn:aws:iam::{shop}:root"})
        iam.create_role(RoleName="deploy", AssumeRolePolicyDocument=trust)
        anything = document(Action="*", Resource="*")
        made = iam.create_policy(PolicyName="anything", PolicyDocument=anything)
        iam.attach_role_policy(RoleName="deploy", PolicyArn=made["Policy"]["Arn"])
        sqs = client(url, "sqs", shop)
        queue = sqs.create_queue(QueueName="jobs")["QueueUrl"]
        arn = f"arn:aws:sqs:{REGION}:{shop}:jobs"
        statements = [
            json.loads(document(Action="sqs:SendMessage", Resource=arn, Principal={"AWS": account}))["Statement"]
            for account in (mail, "999988887777")
        ]
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
        yield Company(url, shop, mail)


@pytest.fixture(scope="module")
def found(company: Company) -> FoundEstate:
    return find_estate(company.source(), guarded=(Queue,), workloads=True)


def test_a_path_leads_from_one_account_into_another(company: Company, found: FoundEstate) -> None:
    answer = find_paths(found, source=f"arn:aws:iam::{company.shop}:user/dev").answer
    assert [path.nodes for path in answer.paths] == [
        (f"arn:aws:iam::{company.shop}:user/dev", f"arn:aws:iam::{company.mail}:role/deploy")
    ]
    assert not found.partial
    assert not any("no organization was given" in each for each in found.notes)


def test_policies_of_the_organization_have_a_say(company: Company, found: FoundEstate) -> None:
    estate = found.estate
    deploy = estate.identities[f"arn:aws:iam::{company.mail}:role/deploy"].principal
    assert deploy.organization == estate.organization.id != ""
    assert estate.decide(deploy, "s3:ListAllMyBuckets").allowed
    refused = estate.decide(deploy, "sqs:ListQueues")
    assert [each.policy for each in refused.statements] == ["no-queues"]


def test_members_are_told_from_who_is_outside(company: Company, found: FoundEstate) -> None:
    (queue,) = [each for each in exposed(found) if each.guarded.type == Queue.cfn_type]
    assert {each.account: (each.level, each.inside) for each in queue.outsiders} == {
        company.mail: ("organization", True),
        "999988887777": ("outside account", False),
    }


def test_what_was_not_chosen_is_said(company: Company) -> None:
    found = find_estate(company.source(Choice(accounts=("shop",))), guarded=())
    assert found.estate.accounts == {company.shop}
    assert company.mail in found.estate.organization.accounts
    assert any(company.mail in each and "nothing in it was asked" in each for each in found.notes)


def test_a_scan_tells_whose_account_can_be_taken_over(company: Company) -> None:
    access = Access(endpoint_url=company.url, credentials=("test", "test"))
    rules = ("organizations.account-can-be-taken-over", "iam.other-account-without-external-id")
    reach = Reach(access=access, role="Audit")
    result = scan_organization(reach, Selection(rules=rules), None, (REGION,), engine=THREAD)
    found = list(result.outcome.findings(Status.FAIL))
    # The role trusts an account of the same organization, which is no stranger to it.
    assert [(each.rule, each.account) for each in found] == [("organizations.account-can-be-taken-over", company.mail)]
    assert found[0].problems == (
        f"user/dev of account {company.shop}: assume-role (sts:AssumeRole) to role/deploy of account {company.mail}",
    )


def test_the_command_reads_them_all(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("aws_access_key_id", "aws_secret_access_key"):
        monkeypatch.setenv(name.upper(), "test")
    reaching = ("--org", "--org-role", "Audit", "--region", REGION, "--endpoint-url", company.url)
    dev = f"arn:aws:iam::{company.shop}:user/dev"
    result = CliRunner().invoke(cli, ["paths", "--from", dev, "--json", *reaching])
    assert result.exit_code == 1, result.output
    (path,) = json.loads(result.stdout)["paths"]
    assert [each["crosses_accounts"] for each in path["hops"]] == [True]
    clash = CliRunner().invoke(cli, ["paths", "--file", "x.json", *reaching])
    assert clash.exit_code == 2
    alone = CliRunner().invoke(cli, ["can", "dev", "s3:GetObject", "--account", "shop"])
    assert alone.exit_code == 2
    assert "--org" in alone.output
