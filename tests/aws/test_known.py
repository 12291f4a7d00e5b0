"""When listings are answered by the items of an aggregator, and when the account is asked."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from bartizan.aws.aggregator import Aggregator
from bartizan.aws.collect import Task, collect, plan
from bartizan.aws.known import Answered, Known, read_known
from bartizan.aws.session import Access
from bartizan.model import Gap, Reason
from bartizan.resources.index import ResourceIndex
from bartizan.resources.reading import Call, Failed, Reply, Scope

INDEX = ResourceIndex.load()
MAIN = Scope("aws", "111122223333", "us-east-1", dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
HERE = Scope("aws", MAIN.account, "eu-west-1", MAIN.now)
NETWORK = ("ec2.Vpc", "ec2.Subnet", "ec2.SecurityGroup", "ec2.Volume", "ec2.NetworkInterface")
RECORDER = {"name": "default", "recordingGroup": {"allSupported": True}}
LONG_AGO = MAIN.now - dt.timedelta(days=9)
STATUS = {"name": "default", "recording": True, "lastStatus": "SUCCESS", "lastStartTime": LONG_AGO}


def item(kind: str, number: int, **configuration: Any) -> dict[str, Any]:
    return {
        "accountId": MAIN.account,
        "arn": f"arn:aws:ec2:eu-west-1:{MAIN.account}:{kind}/{number}",
        "awsRegion": "eu-west-1",
        "resourceType": f"AWS::EC2::{kind}",
        "configurationItemCaptureTime": "2025-12-30T05:00:23.319Z",
        "configurationItemStatus": "OK",
        "configuration": configuration,
        "tags": [],
    }


VPC = item("VPC", 1, vpcId="vpc-1", cidrBlock="10.0.0.0/16", isDefault=False)
SUBNET = item("Subnet", 1, subnetId="subnet-1", vpcId="vpc-1", mapPublicIpOnLaunch=False, defaultForAz=False)
GROUP = item(
    "SecurityGroup", 1, groupId="sg-1", groupName="web", vpcId="vpc-1", ipPermissions=[], ipPermissionsEgress=[]
)
VOLUME = item("Volume", 1, volumeId="vol-1", encrypted=True, attachments=[])
INTERFACE = item("NetworkInterface", 1, networkInterfaceId="eni-1", vpcId="vpc-1", subnetId="subnet-1")
ALL = [VPC, SUBNET, GROUP, VOLUME, INTERFACE]


class Home:
    """The port to the aggregator: its items, and how many more of a type it counts than it shows."""

    def __init__(self, items: list[dict[str, Any]], more: Mapping[str, int] | None = None, *, broken: str = "") -> None:
        self.items, self.more, self.broken = items, more or {}, broken
        self.asked: list[str] = []

    async def call(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> Reply:
        return await anext(self.pages(call, scope, params))

    async def pages(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> AsyncIterator[Reply]:
        sql = params["Expression"]
        self.asked.append(sql)
        if self.broken and self.broken in sql:
            raise Failed("ThrottlingException", Gap(Reason.FAILED, detail="ThrottlingException"))
        if "GROUP BY" in sql:
            kinds = [each["resourceType"] for each in self.items]
            counts = {each: kinds.count(each) + self.more.get(each, 0) for each in {*kinds, *self.more}}
            groups = [{"awsRegion": "eu-west-1", "resourceType": each, "COUNT(*)": n} for each, n in counts.items()]
            yield {"Results": [json.dumps(each) for each in groups]}
        else:
            yield {"Results": [json.dumps(each) for each in self.items if f"'{each['resourceType']}'" in sql]}


class Account:
    """The port to the account: its recorder, and nothing else to find."""

    def __init__(self, recorder: Mapping[str, Any]) -> None:
        self.recorder = recorder
        self.asked: set[str] = set()

    async def call(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> Reply:
        if call.operation == "DescribeConfigurationRecorders":
            return {"ConfigurationRecorders": [self.recorder]}
        if call.operation == "DescribeConfigurationRecorderStatus":
            return {"ConfigurationRecordersStatus": [STATUS]}
        self.asked.add(call.operation)
        return {}

    async def pages(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> AsyncIterator[Reply]:
        yield await self.call(call, scope, params)


def tasks_of(*names: str) -> list[Task]:
    return plan(INDEX.readers_of(frozenset(INDEX.type_named(each) for each in names)), MAIN, [HERE])


def known(home: Home, recorder: Mapping[str, Any] = RECORDER, names: tuple[str, ...] = NETWORK) -> Known:
    given = Aggregator(name="all", scope=MAIN, access=Access())
    read = read_known(given, INDEX, {}, tasks_of(*names), home=home, api=Account(recorder), main=MAIN)
    return asyncio.run(read)


def answered(home: Home, recorder: Mapping[str, Any] = RECORDER, names: tuple[str, ...] = NETWORK) -> set[str]:
    found = known(home, recorder, names)
    assert all(region == "eu-west-1" for _, region in found.answers)
    return {call.removeprefix("ec2:Describe") for call, _ in found.answers}


EVERYTHING = {"Vpcs", "Subnets", "SecurityGroups", "Volumes", "NetworkInterfaces"}


def test_a_page_of_items_answers_the_listings_of_all_types() -> None:
    home = Home(ALL)
    found = known(home)
    assert {call.removeprefix("ec2:Describe") for call, _ in found.answers} == EVERYTHING
    assert all(found.lists(each) for each in tasks_of(*NETWORK))
    assert len([sql for sql in home.asked if ", configuration WHERE" in sql]) == 1
    account = Account(RECORDER)
    wanted = dict.fromkeys(INDEX.type_named(each) for each in NETWORK)
    read = asyncio.run(collect(Answered(account, found.answers), tasks_of(*NETWORK), wanted))
    assert len(read.resources) == len(ALL)
    assert not account.asked
    assert all(each.read_at == MAIN.now for each in read.resources)
    (group,) = (each for each in read.resources if type(each).__name__ == "SecurityGroup")
    assert group.known()["interfaces"] == 0


def test_interfaces_that_are_joined_need_not_be_listed_where_there_are_none() -> None:
    home = Home([VPC, SUBNET, GROUP])
    assert answered(home, names=("ec2.Vpc", "ec2.SecurityGroup")) == {"Vpcs", "SecurityGroups", "NetworkInterfaces"}


def test_all_is_listed_where_the_items_would_be_more_calls() -> None:
    assert answered(Home(ALL, {"AWS::EC2::Volume": 395})) == EVERYTHING - {"Volumes"}
    assert not answered(Home(ALL, {"AWS::EC2::Volume": 396}))
    assert not answered(Home(ALL), names=("ec2.Volume",))


def test_what_a_vpc_of_another_account_shows_is_listed() -> None:
    foreign = item("NetworkInterface", 2, networkInterfaceId="eni-2", vpcId="vpc-9", subnetId="subnet-9")
    assert answered(Home([*ALL, foreign])) == {"Volumes", "NetworkInterfaces"}
    without = {"name": "default", "recordingGroup": {"exclusionByResourceTypes": {"resourceTypes": [NIC]}}}
    assert answered(Home(ALL), without) == {"Volumes"}
    assert answered(Home(ALL, {NIC: 1})) == {"Volumes"}


NIC = "AWS::EC2::NetworkInterface"


@pytest.mark.parametrize(
    ("changed", "listed"),
    [
        ({**VOLUME, "configurationItemStatus": "ResourceNotRecorded"}, "Volumes"),
        ({**VOLUME, "configuration": {"volumeId": "vol-1", "encrypted": True}}, "Volumes"),
        ({**SUBNET, "configuration": {"subnetId": "subnet-1", "vpcId": "vpc-1"}}, "Subnets"),
        ({**GROUP, "configuration": None}, "SecurityGroups"),
        ({**GROUP, "tags": None}, "SecurityGroups"),
    ],
)
def test_a_type_of_which_an_item_lacks_something_is_listed(changed: dict[str, Any], listed: str) -> None:
    items = [changed if each["arn"] == changed["arn"] else each for each in ALL]
    assert answered(Home(items)) == EVERYTHING - {listed}


@pytest.mark.parametrize("mode", [{"recordingFrequency": "DAILY"}, None])
def test_all_is_listed_unless_everything_is_recorded_all_the_time(mode: Any) -> None:
    assert bool(answered(Home(ALL), {**RECORDER, "recordingMode": mode})) is (mode is None)


def test_an_aggregator_that_gives_counts_but_no_items_is_not_believed() -> None:
    found = known(Home(ALL, broken=", configuration WHERE"))
    assert "ThrottlingException" in found.unused[""]
    assert not found.answers
    assert not found.absent
