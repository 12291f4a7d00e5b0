"""When the items of an aggregator of AWS Config are believed, and when an account is asked itself."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from bartizan.aws.aggregator import SELECT, SOURCES, Aggregator, Known, find_aggregator, read_known
from bartizan.aws.session import Access
from bartizan.model import Gap, InputError, Reason
from bartizan.resources.dynamodb import Table
from bartizan.resources.index import ResourceIndex
from bartizan.resources.reading import Call, Failed, Reply, Scope
from bartizan.resources.s3 import Bucket

READERS = ResourceIndex.load().config_readers
MAIN = Scope("aws", "111122223333", "us-east-1", dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
HOME = Scope("aws", "999988887777", "eu-central-1", MAIN.now)
EVERYTHING = {"name": "default", "recordingGroup": {"allSupported": True}}
WORKS = {"name": "default", "recording": True, "lastStatus": "SUCCESS"}


def item(name: str, region: str = "eu-west-1", **more: Any) -> dict[str, Any]:
    return {
        "accountId": MAIN.account,
        "arn": f"arn:aws:s3:::{name}",
        "awsRegion": region,
        "resourceType": "AWS::S3::Bucket",
        "configurationItemCaptureTime": "2025-12-30T05:00:23.319Z",
        "configurationItemStatus": "OK",
        "supplementaryConfiguration": {"BucketVersioningConfiguration": {"status": "Off", "isMfaDeleteEnabled": None}},
        "tags": [],
        **more,
    }


class Home:
    """The port to the aggregator: its items, some to a page, and the sources that are behind."""

    def __init__(self, items: list[Any], behind: list[dict[str, Any]] | None = None, *, error: str = "") -> None:
        self.items, self.behind, self.error = items, behind or [], error
        self.asked: list[tuple[str, str, Mapping[str, Any]]] = []

    async def call(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> Reply:
        return await anext(self.pages(call, scope, params))

    async def pages(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> AsyncIterator[Reply]:
        self.asked.append((call.name, scope.region, params))
        if self.error:
            raise Failed(self.error, Gap(Reason.FAILED, detail=self.error))
        if call is SOURCES:
            yield {"AggregatedSourceStatusList": self.behind}
        for first in range(0, len(self.items), 2) if call is SELECT else ():
            some = self.items[first : first + 2]
            yield {"Results": [each if isinstance(each, str) else json.dumps(each) for each in some]}


class Account:
    """The port to the account, which is asked for nothing but its recorders."""

    def __init__(self, recorder: Mapping[str, Any] | None, status: Mapping[str, Any], *, denied: str = "") -> None:
        self.recorder, self.status, self.denied = recorder, status, denied
        self.asked: list[tuple[str, str]] = []

    async def call(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> Reply:
        self.asked.append((call.operation, scope.region))
        if call.operation == self.denied:
            raise Failed("AccessDenied", Gap(Reason.DENIED, needs=call.name))
        if call.operation == "DescribeConfigurationRecorders":
            return {"ConfigurationRecorders": [self.recorder] if self.recorder else []}
        assert call.operation == "DescribeConfigurationRecorderStatus"
        return {"ConfigurationRecordersStatus": [self.status]}

    async def pages(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> AsyncIterator[Reply]:
        yield await self.call(call, scope, params)


def aggregator(*behind: tuple[str, str]) -> Aggregator:
    return Aggregator(name="all", scope=HOME, access=Access(), behind=frozenset(behind))


def known(home: Home, account: Account, wanted: Any = None, given: Aggregator | None = None) -> Known:
    wanted = {Bucket: None} if wanted is None else wanted
    return asyncio.run(read_known(given or aggregator(), READERS, wanted, home=home, api=account, main=MAIN))


def test_items_are_asked_for_by_account_and_taken_where_the_recorder_works() -> None:
    home = Home([item("one"), item("two", "eu-north-1"), item("three")])
    account = Account(EVERYTHING, WORKS)
    found = known(home, account, {Bucket: frozenset({"versioning"}), Table: frozenset({"tags"})})
    assert set(found.resources) == {"arn:aws:s3:::one", "arn:aws:s3:::two", "arn:aws:s3:::three"}
    assert found.resources["arn:aws:s3:::one"].values == {"versioning": False, "mfa_delete": False}
    assert not found.unused
    ((call, region, asked),) = home.asked
    assert (call, region) == (SELECT.name, "eu-central-1")
    assert asked["ConfigurationAggregatorName"] == "all"
    assert asked["Limit"] == 100
    sql = asked["Expression"]
    assert sql.startswith("SELECT accountId, arn, ")
    assert "WHERE accountId = '111122223333'" in sql
    assert {each for each in READERS if f"'{each}'" in sql} == {"AWS::S3::Bucket", "AWS::DynamoDB::Table"}
    assert sorted(account.asked) == sorted(
        (operation, region)
        for operation in ("DescribeConfigurationRecorders", "DescribeConfigurationRecorderStatus")
        for region in ("eu-west-1", "eu-north-1")
    )


def test_nothing_is_asked_where_no_wanted_field_is_told() -> None:
    home = Home([item("one")])
    assert not known(home, Account(EVERYTHING, WORKS), {Bucket: frozenset({"object_ownership"})}).resources
    assert not home.asked


@pytest.mark.parametrize(
    ("account", "why"),
    [
        (Account(None, WORKS), "not recording"),
        (Account(EVERYTHING, {**WORKS, "recording": False}), "not recording"),
        (Account(EVERYTHING, {**WORKS, "lastStatus": "FAILURE", "lastErrorCode": "NoRole"}), "fails: NoRole"),
        (Account(EVERYTHING, WORKS, denied="DescribeConfigurationRecorderStatus"), "not known"),
        (Account(EVERYTHING, WORKS, denied="DescribeConfigurationRecorders"), "not recording"),
    ],
)
def test_items_are_not_believed_where_the_recorder_does_not_work(account: Account, why: str) -> None:
    found = known(Home([item("one")]), account)
    assert not found.resources
    assert why in found.unused["eu-west-1"]


@pytest.mark.parametrize(
    ("group", "taken"),
    [
        ({"allSupported": True}, True),
        ({"allSupported": False, "resourceTypes": ["AWS::S3::Bucket"]}, True),
        ({"allSupported": False, "resourceTypes": ["AWS::EC2::Instance"]}, False),
        ({"allSupported": False, "exclusionByResourceTypes": {"resourceTypes": ["AWS::S3::Bucket"]}}, False),
        ({"allSupported": False, "exclusionByResourceTypes": {"resourceTypes": ["AWS::EC2::Instance"]}}, True),
        ({"allSupported": False}, False),
    ],
)
def test_items_are_taken_of_the_types_that_are_recorded(group: dict[str, Any], taken: bool) -> None:
    found = known(Home([item("one")]), Account({"name": "default", "recordingGroup": group}, WORKS))
    assert bool(found.resources) is taken


def test_a_region_whose_copy_is_behind_is_not_believed_nor_asked_about() -> None:
    account = Account(EVERYTHING, WORKS)
    given = aggregator((MAIN.account, "eu-west-1"), ("222222222222", "eu-north-1"))
    home = Home([item("one"), item("two", "eu-north-1")])
    found = known(home, account, given=given.for_account(MAIN.account, "o-1"))
    assert set(found.resources) == {"arn:aws:s3:::two"}
    assert found.unused == {"eu-west-1": "the aggregator is not up to date"}
    assert {region for _, region in account.asked} == {"eu-north-1"}


def test_an_organization_that_is_behind_is_all_of_its_accounts() -> None:
    given = aggregator(("o-1", "")).for_account(MAIN.account, "o-1")
    assert not known(Home([item("one")]), Account(EVERYTHING, WORKS), given=given).resources
    assert not aggregator(("o-1", "")).for_account(MAIN.account, "o-2").behind


def test_what_is_of_another_account_or_no_item_is_left_out() -> None:
    strange = [item("one", accountId="222222222222"), "no JSON", "[]", item("two", arn="")]
    found = known(Home(strange), Account(EVERYTHING, WORKS))
    assert not found.resources


def test_an_aggregator_that_does_not_answer_is_a_reason_and_no_error() -> None:
    account = Account(EVERYTHING, WORKS)
    found = known(Home([], error="ThrottlingException"), account)
    assert "ThrottlingException" in found.unused[""]
    assert not account.asked


def test_an_aggregator_is_found_with_what_is_behind() -> None:
    behind = [{"SourceId": "111122223333", "AwsRegion": "eu-west-1"}, {"SourceId": "o-1"}]
    home = Home([], behind)
    found = asyncio.run(find_aggregator(home, "all@eu-central-1", MAIN, Access()))
    assert (found.name, found.scope.region) == ("all", "eu-central-1")
    assert found.behind == {("111122223333", "eu-west-1"), ("o-1", "")}
    ((_, region, asked),) = home.asked
    assert region == "eu-central-1"
    assert asked == {"ConfigurationAggregatorName": "all", "UpdateStatus": ["FAILED", "OUTDATED"]}
    assert asyncio.run(find_aggregator(home, "all", MAIN, Access())).scope.region == "us-east-1"


def test_an_aggregator_that_there_is_not_stops_the_scan_with_what_to_do() -> None:
    home = Home([], error="NoSuchConfigurationAggregatorException")
    with pytest.raises(InputError, match=r"'all' of AWS Config in us-east-1 .* NAME@REGION"):
        asyncio.run(find_aggregator(home, "all", MAIN, Access()))
