"""When the items of an aggregator of AWS Config are believed, and when an account is asked itself."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import botocore.session
import pytest

from bartizan.aws.aggregator import SELECT, SOURCES, Aggregator, find_aggregator
from bartizan.aws.collect import Task, plan
from bartizan.aws.known import Known, read_known
from bartizan.aws.session import Access
from bartizan.model import Gap, InputError, Reason
from bartizan.resources.counted import COUNTED, counted_as
from bartizan.resources.dynamodb import Table
from bartizan.resources.index import ResourceIndex
from bartizan.resources.reading import Call, Failed, Reader, Reply, Scope
from bartizan.resources.s3 import Bucket

INDEX = ResourceIndex.load()
READERS = INDEX.config_readers
MAIN = Scope("aws", "111122223333", "us-east-1", dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
HOME = Scope("aws", "999988887777", "eu-central-1", MAIN.now)
EVERYTHING = {"name": "default", "recordingGroup": {"allSupported": True}}
WORKS = {
    "name": "default",
    "recording": True,
    "lastStatus": "SUCCESS",
    "lastStartTime": MAIN.now - dt.timedelta(days=9),
}


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
    """The port to the aggregator: its items, some to a page, the sources that are behind, and what is where.

    ``present`` are triples of account, region and type.
    """

    def __init__(
        self,
        items: list[Any],
        behind: list[dict[str, Any]] | None = None,
        *,
        error: str = "",
        present: Iterable[tuple[str, str, str]] = (),
    ) -> None:
        self.items, self.behind, self.error, self.present = items, behind or [], error, list(present)
        self.asked: list[tuple[str, str, Mapping[str, Any]]] = []

    async def call(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> Reply:
        return await anext(self.pages(call, scope, params))

    async def pages(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> AsyncIterator[Reply]:
        self.asked.append((call.name, scope.region, params))
        if self.error:
            raise Failed(self.error, Gap(Reason.FAILED, detail=self.error))
        if call is SOURCES:
            yield {"AggregatedSourceStatusList": self.behind}
            return
        if "GROUP BY" in params["Expression"]:
            for reply in self.counted(params):
                yield reply
            return
        for first in range(0, len(self.items), 2):
            some = self.items[first : first + 2]
            yield {"Results": [each if isinstance(each, str) else json.dumps(each) for each in some]}

    def counted(self, params: Mapping[str, Any]) -> Iterator[Reply]:
        """A page for each group; with a limit AWS would give fewer than the 500 that it gives without."""
        assert "Limit" not in params
        sql = params["Expression"]
        assert sql.startswith("SELECT resourceType, awsRegion, COUNT(*)")
        assert sql.endswith("GROUP BY resourceType, awsRegion")
        account = sql.partition("accountId = '")[2][:12]
        places = Counter((region, kind) for of, region, kind in self.present if account in {"", of})
        for (region, kind), count in places.items():
            yield {"Results": [json.dumps({"awsRegion": region, "resourceType": kind, "COUNT(*)": count})]}


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
    return asyncio.run(read_known(given or aggregator(), INDEX, wanted, home=home, api=account, main=MAIN))


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
    (_, region, asked), _ = home.asked
    assert region == "eu-central-1"
    assert asked == {"ConfigurationAggregatorName": "all", "UpdateStatus": ["FAILED", "OUTDATED"]}
    assert asyncio.run(find_aggregator(home, "all", MAIN, Access())).scope.region == "us-east-1"


def test_an_aggregator_that_there_is_not_stops_the_scan_with_what_to_do() -> None:
    home = Home([], error="NoSuchConfigurationAggregatorException")
    with pytest.raises(InputError, match=r"'all' of AWS Config in us-east-1 .* NAME@REGION"):
        asyncio.run(find_aggregator(home, "all", MAIN, Access()))


OTHER = "222222222222"
TASK, STREAM, SECRET, QUEUE = (
    "AWS::ECS::TaskDefinition", "AWS::Kinesis::Stream", "AWS::SecretsManager::Secret", "AWS::SQS::Queue"
)  # fmt: skip


def tasks_of(*names: str, regions: tuple[str, ...] = ("eu-west-1",)) -> list[Task]:
    kinds = frozenset(INDEX.type_named(each) for each in names)
    return plan(INDEX.readers_of(kinds), MAIN, [replace(MAIN, region=each) for each in regions])


def spared(
    home: Home,
    tasks: list[Task],
    recorder: Mapping[str, Any] = EVERYTHING,
    status: Mapping[str, Any] = WORKS,
    behind: frozenset[tuple[str, str]] = frozenset(),
) -> set[str]:
    """What need not be listed, as type@region, of an account of the aggregator."""
    given = replace(asyncio.run(find_aggregator(home, "all@eu-central-1", MAIN, Access())), behind=behind)
    read = read_known(given, INDEX, {}, tasks, home=home, api=Account(recorder, status), main=MAIN)
    found = asyncio.run(read)
    return {f"{each.reader.types[0].cfn_type}@{each.scope.region}" for each in tasks if found.lacks(each)}


def present(*kinds: str, account: str = OTHER, region: str = "eu-west-1") -> list[tuple[str, str, str]]:
    return [(account, region, each) for each in kinds]


VPC = present("AWS::EC2::VPC", account=MAIN.account)


def test_what_an_account_has_not_is_not_listed_where_others_show_that_it_is_recorded() -> None:
    home = Home([], present=[*VPC, *present(STREAM, SECRET), *present(SECRET, account=MAIN.account)])
    tasks = tasks_of("kinesis.Stream", "secretsmanager.Secret", "ecs.TaskDefinition", "ec2.Vpc", "kms.Key")
    assert spared(home, tasks) == {f"{STREAM}@eu-west-1"}


def test_what_is_recorded_in_all_regions_of_old_needs_no_others_to_show_it() -> None:
    there = [*VPC, *present("AWS::EC2::VPC", account=MAIN.account, region="mx-central-1")]
    tasks = tasks_of("sqs.Queue", "kinesis.Stream", regions=("eu-west-1", "mx-central-1"))
    assert spared(Home([], present=there), tasks) == {f"{QUEUE}@eu-west-1"}
    there += present(QUEUE, region="mx-central-1")
    assert spared(Home([], present=there), tasks) == {f"{QUEUE}@eu-west-1", f"{QUEUE}@mx-central-1"}


def test_some_types_are_recorded_in_the_regions_that_need_not_be_enabled() -> None:
    regions = ("eu-west-1", "sa-east-1", "ap-northeast-3", "me-south-1")
    there = [each for region in regions for each in present("AWS::EC2::VPC", account=MAIN.account, region=region)]
    tasks = tasks_of("ec2.FlowLog", "rds.DbCluster", "codepipeline.Pipeline", regions=regions)
    flow_log, cluster, pipeline = "AWS::EC2::FlowLog", "AWS::RDS::DBCluster", "AWS::CodePipeline::Pipeline"
    assert spared(Home([], present=there), tasks) == {
        *(f"{each}@eu-west-1" for each in (flow_log, cluster, pipeline)),
        *(f"{each}@sa-east-1" for each in (flow_log, pipeline)),
        *(f"{each}@ap-northeast-3" for each in (flow_log, cluster)),
    }


def test_each_region_stands_for_itself() -> None:
    there = [*VPC, *present(STREAM), *present(STREAM, region="eu-north-1")]
    tasks = tasks_of("kinesis.Stream", regions=("eu-west-1", "eu-north-1"))
    assert spared(Home([], present=there), tasks) == {f"{STREAM}@eu-west-1"}
    there += present(SECRET, account=MAIN.account, region="eu-north-1")
    assert spared(Home([], present=there), tasks) == {f"{STREAM}@eu-west-1", f"{STREAM}@eu-north-1"}


def test_networks_are_listed_where_an_interface_may_be_in_one_that_is_shared() -> None:
    tasks = tasks_of("ec2.Subnet")
    assert spared(Home([], present=present(QUEUE, account=MAIN.account)), tasks) == {"AWS::EC2::Subnet@eu-west-1"}
    assert not spared(Home([], present=present("AWS::EC2::NetworkInterface", account=MAIN.account)), tasks)


def test_what_is_within_others_is_not_listed_without_them() -> None:
    home = Home([], present=[*VPC, *present("AWS::ECS::Cluster")])
    assert spared(home, tasks_of("ecs.Service", "ecs.Cluster")) == {
        "AWS::ECS::Service@eu-west-1",
        "AWS::ECS::Cluster@eu-west-1",
    }


@pytest.mark.parametrize(
    ("recorder", "status"),
    [
        ({**EVERYTHING, "recordingMode": {"recordingFrequency": "DAILY"}}, WORKS),
        (
            {
                **EVERYTHING,
                "recordingMode": {
                    "recordingFrequency": "CONTINUOUS",
                    "recordingModeOverrides": [{"resourceTypes": [SECRET], "recordingFrequency": "DAILY"}],
                },
            },
            WORKS,
        ),
        (EVERYTHING, {**WORKS, "lastStartTime": MAIN.now - dt.timedelta(hours=23)}),
        (EVERYTHING, {**WORKS, "lastStartTime": None}),
        (EVERYTHING, {**WORKS, "recording": False}),
        (EVERYTHING, {**WORKS, "lastStatus": "FAILURE"}),
        ({"name": "default", "recordingGroup": {"resourceTypes": [SECRET]}}, WORKS),
        ({"name": "default", "recordingGroup": {"exclusionByResourceTypes": {"resourceTypes": [STREAM]}}}, WORKS),
    ],
)
def test_all_is_listed_where_the_recorder_may_not_know_of_it(
    recorder: Mapping[str, Any], status: Mapping[str, Any]
) -> None:
    home, tasks = Home([], present=[*VPC, *present(STREAM)]), tasks_of("kinesis.Stream")
    assert spared(home, tasks)
    assert not spared(home, tasks, recorder, status)


def test_all_is_listed_where_the_aggregator_is_behind_or_knows_nothing() -> None:
    home, tasks = Home([], present=[*VPC, *present(STREAM)]), tasks_of("kinesis.Stream")
    assert not spared(home, tasks, behind=frozenset({(MAIN.account, "eu-west-1")}))
    empty = Home([], present=present(STREAM))
    assert not spared(empty, tasks)
    given = asyncio.run(find_aggregator(empty, "all@eu-central-1", MAIN, Access()))
    read = read_known(given, INDEX, {}, tasks, home=empty, api=Account(EVERYTHING, WORKS), main=MAIN)
    assert asyncio.run(read).unused == {"eu-west-1": "the aggregator knows nothing of it"}


def test_items_are_only_asked_for_of_types_that_are_there() -> None:
    tasks = tasks_of("kinesis.Stream")
    for there, asked in ((VPC, 1), ([*VPC, *present("AWS::S3::Bucket", account=MAIN.account)], 2)):
        home = Home([item("one")], present=there)
        read = read_known(
            aggregator(), INDEX, {Bucket: None}, tasks, home=home, api=Account(EVERYTHING, WORKS), main=MAIN
        )
        assert bool(asyncio.run(read).resources) is (asked == 2)
        assert len(home.asked) == asked


def test_config_knows_every_type_that_is_counted() -> None:
    model = botocore.session.get_session().get_service_model("config")
    assert set(model.shape_for("ResourceType").enum) >= COUNTED
    counted = [each for each in INDEX.readers if counted_as(each)]
    assert len(counted) == len({each.types[0] for each in counted}) == 70
    for each in counted:
        assert isinstance(each, Reader)
        # What stands for there being none is something to report.
        assert not each.listing.stand_ins
