"""An organization that is scanned with an aggregator of AWS Config, over the wire of an emulator."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest
from click.testing import CliRunner
from moto.config.responses import ConfigResponse
from moto.server import ThreadedMotoServer

from bartizan.app.organization.pool import Engine
from bartizan.app.organization.run import OrganizationScan, Reach, scan_organization
from bartizan.app.selection import Selection
from bartizan.aws.session import Access
from bartizan.cli.main import cli
from bartizan.model import InputError, Status

RULES = ("s3.no-versioning",)
KEYS: dict[str, Any] = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
BUCKETS = 5


@pytest.fixture
def company() -> Iterator[tuple[Access, str, ThreadedMotoServer]]:
    """An organization of two accounts, of which ``shop`` has buckets, and a recorder that records them."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    given: dict[str, Any] = {"endpoint_url": f"http://{host}:{port}", "region_name": "us-east-1"}
    try:
        # In this process the emulator keeps what an earlier test made.
        urlopen(Request(f"{given['endpoint_url']}/moto-api/reset", method="POST")).close()  # noqa: S310 - our own
        organizations = boto3.client("organizations", **given, **KEYS)
        organizations.create_organization(FeatureSet="ALL")
        made = organizations.create_account(Email="shop@example.com", AccountName="shop")["CreateAccountStatus"]
        role = f"arn:aws:iam::{made['AccountId']}:role/Audit"
        taken = boto3.client("sts", **given, **KEYS).assume_role(RoleArn=role, RoleSessionName="seed")["Credentials"]
        inside: dict[str, Any] = {
            "aws_access_key_id": taken["AccessKeyId"],
            "aws_secret_access_key": taken["SecretAccessKey"],
            "aws_session_token": taken["SessionToken"],
        }
        s3 = boto3.client("s3", **given, **inside)
        boto3.client("sqs", **given, **inside).create_queue(QueueName="orders")
        for number in range(BUCKETS):
            s3.create_bucket(Bucket=f"shop-{number}")
        config = boto3.client("config", **given, **inside)
        group = {"allSupported": True, "includeGlobalResourceTypes": False}
        config.put_configuration_recorder(
            ConfigurationRecorder={"name": "default", "roleARN": role, "recordingGroup": group}
        )
        config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "shop-0"})
        config.start_configuration_recorder(ConfigurationRecorderName="default")
        access = Access(endpoint_url=given["endpoint_url"], credentials=("test", "test"))
        yield access, made["AccountId"], server
    finally:
        server.stop()


def bucket_item(account: str, number: int) -> str:
    # What is recorded differs from what the emulator holds, to show where it came from.
    status = "Enabled" if number % 2 else "Off"
    item = {
        "accountId": account,
        "arn": f"arn:aws:s3:::shop-{number}",
        "awsRegion": "us-east-1",
        "resourceType": "AWS::S3::Bucket",
        "configurationItemCaptureTime": "2025-12-30T05:00:23.319Z",
        "configurationItemStatus": "OK",
        "supplementaryConfiguration": {"BucketVersioningConfiguration": {"status": status, "isMfaDeleteEnabled": None}},
        "tags": [],
    }
    return json.dumps(item)


@pytest.fixture
def aggregator(company: tuple[Access, str, ThreadedMotoServer], monkeypatch: pytest.MonkeyPatch) -> None:
    """An aggregator in the emulator, which has none that answers: of all buckets but the last, two on a page."""
    _, account, _ = company

    def select(self: ConfigResponse) -> str:
        assert self._get_param("ConfigurationAggregatorName") == "all"
        if f"accountId = '{account}'" not in self._get_param("Expression"):
            return json.dumps({"Results": []})
        first = int(self._get_param("NextToken") or 0)
        numbers = range(first, min(first + 2, BUCKETS - 1))
        more = {"NextToken": str(first + 2)} if first + 2 < BUCKETS - 1 else {}
        return json.dumps({"Results": [bucket_item(account, each) for each in numbers], **more})

    def sources(self: ConfigResponse) -> str:
        return json.dumps({"AggregatedSourceStatusList": []})

    monkeypatch.setattr(ConfigResponse, "select_aggregate_resource_config", select, raising=False)
    name = "describe_configuration_aggregator_sources_status"
    monkeypatch.setattr(ConfigResponse, name, sources, raising=False)


def scanned(access: Access, aggregator: str = "", selection: Selection = Selection(rules=RULES)) -> OrganizationScan:  # noqa: B008 - frozen
    reach = Reach(access=access, role="Audit")
    engine = Engine(make=ThreadPoolExecutor, workers=1)
    return scan_organization(reach, selection, None, ("us-east-1",), engine=engine, aggregator=aggregator)


@pytest.mark.usefixtures("aggregator")
def test_details_come_from_the_aggregator_and_what_it_lacks_from_the_account(
    company: tuple[Access, str, ThreadedMotoServer],
) -> None:
    access, _, _ = company
    direct, result = scanned(access), scanned(access, "all@us-east-1")
    assert len(list(direct.outcome.findings(Status.FAIL))) == BUCKETS
    failed = {each.resource.rpartition(":")[2] for each in result.outcome.findings(Status.FAIL)}
    assert failed == {"shop-0", "shop-2", "shop-4"}
    assert not result.partial
    assert (direct.recorded, result.recorded) == (0, BUCKETS - 1)
    assert not result.unrecorded
    # A call less for each bucket; two pages and one that is empty, and two calls about the recorder.
    assert direct.calls - result.calls == (BUCKETS - 1) - 3 - 2


@pytest.mark.usefixtures("aggregator")
def test_a_recorder_that_stopped_is_told_and_the_account_is_read_itself(
    company: tuple[Access, str, ThreadedMotoServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    access, _, _ = company

    def stopped(self: ConfigResponse) -> str:
        return json.dumps({"ConfigurationRecordersStatus": [{"name": "default", "recording": False}]})

    monkeypatch.setattr(ConfigResponse, "describe_configuration_recorder_status", stopped)
    result = scanned(access, "all")
    assert len(list(result.outcome.findings(Status.FAIL))) == BUCKETS
    assert result.recorded == 0
    assert result.unrecorded == {"its recorder is not recording": 1}


def test_what_is_not_listed_changes_no_verdict(
    company: tuple[Access, str, ThreadedMotoServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    access, shop, _ = company
    recorded = ("AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::Kinesis::Stream")
    asked: list[str] = []

    def select(self: ConfigResponse) -> str:
        asked.append(self._get_param("Expression"))
        kinds = recorded[:1] if f"accountId = '{shop}'" in asked[-1] else recorded
        groups = [{"awsRegion": "us-east-1", "resourceType": each, "COUNT(*)": 1} for each in kinds]
        return json.dumps({"Results": [json.dumps(each) for each in groups]})

    def status(self: ConfigResponse) -> str:
        long_ago = {"name": "default", "recording": True, "lastStatus": "SUCCESS", "lastStartTime": 1_700_000_000}
        return json.dumps({"ConfigurationRecordersStatus": [long_ago]})

    def sources(self: ConfigResponse) -> str:
        return json.dumps({"AggregatedSourceStatusList": []})

    monkeypatch.setattr(ConfigResponse, "select_aggregate_resource_config", select, raising=False)
    monkeypatch.setattr(ConfigResponse, "describe_configuration_recorder_status", status)
    monkeypatch.setattr(ConfigResponse, "describe_configuration_aggregator_sources_status", sources, raising=False)
    selection = Selection(services=("sqs", "sns", "kinesis"))
    direct, result = scanned(access, "", selection), scanned(access, "all", selection)
    # Those of the topics and the streams of one account; the other has no recorder, and all of it is listed.
    assert (direct.unlisted, result.unlisted) == (0, 2)
    assert result.unrecorded == {"its recorder is not recording": 1}
    assert [sql for sql in asked if "accountId" not in sql] == [
        "SELECT resourceType, awsRegion, COUNT(*) GROUP BY resourceType, awsRegion"
    ]
    assert result.outcome.counts == direct.outcome.counts
    assert list(result.outcome.findings(Status.FAIL)) == list(direct.outcome.findings(Status.FAIL))
    assert list(direct.outcome.findings(Status.FAIL))
    assert result.partial is direct.partial is False


@pytest.mark.usefixtures("aggregator")
def test_recorders_are_asked_once_for_what_they_do(
    company: tuple[Access, str, ThreadedMotoServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    access, _, _ = company
    asked: list[str] = []
    tell = ConfigResponse.describe_configuration_recorders

    def told(self: ConfigResponse) -> str:
        asked.append(self.current_account)
        return tell(self)

    monkeypatch.setattr(ConfigResponse, "describe_configuration_recorders", told)
    selection = Selection(services=("config", "sqs"))
    direct = scanned(access, "", selection)
    before, asked[:] = sorted(asked), []
    result = scanned(access, "all", selection)
    # Of both accounts the aggregator shows something, or nothing, in the region: neither is asked twice.
    assert sorted(asked) == before
    assert result.outcome.counts == direct.outcome.counts


def test_an_aggregator_that_does_not_answer_stops_before_accounts_are_read(
    company: tuple[Access, str, ThreadedMotoServer],
) -> None:
    access, _, _ = company
    with pytest.raises(InputError, match="'all' of AWS Config in eu-west-1 cannot be asked"):
        scanned(access, "all@eu-west-1")


@pytest.mark.usefixtures("aggregator")
def test_the_command_says_what_came_from_the_aggregator(
    company: tuple[Access, str, ThreadedMotoServer], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    access, _, _ = company
    for name, value in KEYS.items():
        monkeypatch.setenv(name.upper(), value)
    arguments = ["scan", "--org", "--org-role", "Audit", "--region", "us-east-1", "--rule", RULES[0], "--workers", "1"]
    where = ["--endpoint-url", str(access.endpoint_url), "--output", str(tmp_path / "report"), "--format", "json"]
    done = CliRunner().invoke(cli, [*arguments, *where, "--aggregator", "all@us-east-1"])
    assert done.exit_code == 0, done.output
    assert f"{BUCKETS - 1} resources read in part from the aggregator" in done.stderr
    assert "0 listings left out, since it knows what they would show" in done.stderr


def test_an_aggregator_is_for_organizations_only() -> None:
    done = CliRunner().invoke(cli, ["scan", "--aggregator", "all"])
    assert done.exit_code == 2
    assert "--org" in done.stderr
