"""What AWS Config's item says of a resource is what AWS says of it directly, and what it does not say is asked for."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from bartizan.aws.collect import Collection, collect, plan
from bartizan.aws.known import Answered
from bartizan.resources.reading import Call, Reply, Scope
from bartizan.resources.recorded import Recorded as Item

from .test_contracts import (
    CONTRACTS,
    HERE,
    INDEX,
    SCOPE,
    Recorded,
    dated,
    facts,
    from_aws,
    load,
    ordered,
    output_of,
)

WITH_ITEMS = [name for name in CONTRACTS if INDEX.types[name].cfn_type in INDEX.config_readers]
LISTED = [name for name in CONTRACTS if INDEX.types[name].cfn_type in INDEX.config_listings]
PROPERTIES = load("", "config_properties.json")
SPARED = {
    "athena.WorkGroup": {"athena:ListTagsForResource": 1},
    "backup.BackupVault": {"backup:ListTags": 1},
    "codeartifact.Repository": {"codeartifact:ListTagsForResource": 1},
    "elbv2.LoadBalancer": {"elbv2:DescribeTags": 1},
    "glue.Job": {"glue:GetTags": 1},
    "kinesis.Stream": {"kinesis:ListTagsForResource": 1},
    "lambda.Function": {"lambda:GetFunctionConcurrency": 1, "lambda:GetPolicy": 1, "lambda:ListTags": 1},
    "sns.Topic": {"sns:ListTagsForResource": 1},
    "sqs.Queue": {"sqs:ListQueueTags": 1},
    "dynamodb.Table": {"dynamodb:ListTagsOfResource": 1},
    "s3.Bucket": {
        "s3:GetBucketAcl": 2,
        "s3:GetBucketEncryption": 1,
        "s3:GetBucketLifecycleConfiguration": 1,
        "s3:GetBucketLogging": 2,
        "s3:GetBucketPolicy": 2,
        "s3:GetBucketReplication": 1,
        "s3:GetBucketTagging": 1,
        "s3:GetBucketVersioning": 2,
        "s3:GetBucketWebsite": 1,
        "s3:GetObjectLockConfiguration": 1,
        "s3:GetPublicAccessBlock": 1,
    },
}


class Counting(Recorded):
    """The recorded answers, with their calls counted."""

    def __init__(self, replies: Mapping[str, Any]) -> None:
        super().__init__(replies)
        self.calls: Counter[str] = Counter()

    async def call(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> Reply:
        self.calls[call.name] += 1
        return await super().call(call, scope, params)


def items_of(contract: str) -> dict[str, Item]:
    reader = INDEX.config_readers[INDEX.types[contract].cfn_type]
    read = {each["arn"]: reader.read(each) for each in load(contract, "config.json")}
    return {arn: each for arn, each in read.items() if each is not None}


def collected(contract: str, items: Mapping[str, Item]) -> tuple[Collection, Counter[str]]:
    kind, api = INDEX.types[contract], Counting(load(contract, "aws.json"))
    tasks = plan(INDEX.readers_of(frozenset({kind})), SCOPE, [SCOPE])
    return asyncio.run(collect(api, tasks, {kind: None}, recorded=items)), api.calls


def test_every_type_that_config_tells_of_has_items() -> None:
    told = {name for name in CONTRACTS if (HERE / name / "config.json").exists()}
    assert told == {*WITH_ITEMS, *LISTED}
    assert len(told) == len(INDEX.config_readers) + len(INDEX.config_listings)
    assert set(SPARED) == set(WITH_ITEMS)


def answers_in(items: list[Any]) -> dict[tuple[str, str], Reply]:
    """The replies that items make, as read over all of them; nothing in them may be missing."""
    told: dict[str, list[Any]] = {}
    for item in items:
        told.setdefault(item["resourceType"], []).append(INDEX.config_listings[item["resourceType"]].told(item))
    assert None not in [each for found in told.values() for each in found]
    listings = INDEX.config_listings
    return {(listings[name].call, SCOPE.region): listings[name].reply(found) for name, found in told.items()}


@pytest.mark.parametrize("contract", LISTED)
def test_a_listing_that_items_answer_gives_the_same_resources(contract: str) -> None:
    kind, api = INDEX.types[contract], Counting(load(contract, "aws.json"))
    answers = answers_in(load(contract, "config.json"))
    tasks = plan(INDEX.readers_of(frozenset({kind})), SCOPE, [SCOPE])
    found = asyncio.run(collect(Answered(api, answers), tasks, {kind: None}))
    assert [facts(each) for each in ordered(found.resources)] == load(contract, "expected.json")
    assert not found.gaps
    # What remains is what the listing does not tell, such as the user data of instances.
    assert not api.calls.keys() & {call for call, _ in answers}
    assert set(api.calls) <= {detail.call.name for task in tasks for detail in getattr(task.reader, "details", ())}


@pytest.mark.parametrize("contract", LISTED)
def test_items_are_told_in_the_shape_of_the_api(contract: str) -> None:
    for (call, _), reply in answers_in(load(contract, "config.json")).items():
        assert dated(reply, output_of(call))


def paths(value: Any, path: str = "") -> set[str]:
    if isinstance(value, Mapping):
        return {found for name, each in value.items() for found in paths(each, f"{path}.{name}" if path else name)}
    if isinstance(value, list) and value:
        return {found for each in value for found in paths(each, path)}
    return {path}


@pytest.mark.parametrize("contract", LISTED)
def test_items_hold_only_what_aws_promises_of_them(contract: str) -> None:
    for item in load(contract, "config.json"):
        promised = set(PROPERTIES[item["resourceType"]])
        strange = {
            path
            for path in paths(item["configuration"])
            if path not in promised and not any(each.startswith(f"{path}.") for each in promised)
        }
        assert not strange


def changed(contract: str, change: Mapping[str, Any]) -> Any:
    item = load(contract, "config.json")[0]
    return INDEX.config_listings[item["resourceType"]].told({**item, **change})


@pytest.mark.parametrize(
    ("contract", "change"),
    [
        ("ec2.Vpc", {"configurationItemStatus": "ResourceDeleted"}),
        ("ec2.Vpc", {"configuration": None}),
        ("ec2.Vpc", {"configuration": "no JSON"}),
        ("ec2.Vpc", {"tags": None}),
        ("ec2.SecurityGroup", {"configuration": {"groupId": "sg-1"}}),
        (
            "ec2.SecurityGroup",
            {"configuration": {"ipPermissions": [{"ipRanges": ["10.0.0.0/8"]}], "ipPermissionsEgress": []}},
        ),
        ("ec2.RouteTable", {"configuration": {"routes": [{"destinationCidrBlock": "10.0.0.0/8", "state": "active"}]}}),
    ],
)
def test_an_item_that_lacks_something_answers_nothing(contract: str, change: Mapping[str, Any]) -> None:
    assert changed(contract, {}) is not None
    assert changed(contract, change) is None


def test_a_configuration_may_also_be_text() -> None:
    item = load("ec2.Vpc", "config.json")[0]
    assert changed("ec2.Vpc", {"configuration": json.dumps(item["configuration"])}) == changed("ec2.Vpc", {})


@pytest.mark.parametrize("contract", WITH_ITEMS)
def test_a_resource_is_the_same_with_its_item_as_without(contract: str) -> None:
    found, _ = collected(contract, items_of(contract))
    assert [facts(each) for each in ordered(found.resources)] == load(contract, "expected.json")
    assert not found.gaps


@pytest.mark.parametrize("contract", WITH_ITEMS)
def test_every_field_of_an_item_is_told_as_aws_tells_it_and_none_is_made_up(contract: str) -> None:
    direct = {each.arn: each.known() for each in from_aws(contract)}
    items = items_of(contract)
    for arn, item in items.items():
        assert {name: direct[arn][name] for name in item.values} == item.values
    told = {name for each in items.values() for name in each.values}
    assert told == set(INDEX.config_readers[INDEX.types[contract].cfn_type].fields)


@pytest.mark.parametrize("contract", WITH_ITEMS)
def test_only_calls_are_spared_whose_fields_the_item_tells(contract: str) -> None:
    _, without = collected(contract, {})
    _, with_items = collected(contract, items_of(contract))
    assert dict(without - with_items) == SPARED[contract]


@pytest.mark.parametrize("contract", WITH_ITEMS)
def test_a_resource_is_as_old_as_its_item(contract: str) -> None:
    items = items_of(contract)
    found, _ = collected(contract, items)
    told = {arn for arn, each in items.items() if each.values}
    for each in found.resources:
        assert each.read_at == (items[each.arn].captured if each.arn in told else SCOPE.now)
    assert found.recorded == len(told)


def test_no_type_that_config_tells_of_has_a_time_to_count_days_from() -> None:
    for reader in INDEX.config_readers.values():
        assert not [name for name, hint in reader.kind.__annotations__.items() if "datetime" in str(hint)]


@pytest.mark.parametrize("status", ["ResourceDeleted", "ResourceNotRecorded", "ResourceDeletedNotRecorded", ""])
def test_an_item_that_is_not_of_the_present_tells_nothing(status: str) -> None:
    item = load("s3.Bucket", "config.json")[0]
    reader = INDEX.config_readers[item["resourceType"]]
    now = reader.read(item)
    assert now is not None
    assert now.captured == dt.datetime(2025, 12, 30, 5, 0, 23, 319000, tzinfo=dt.UTC)
    assert reader.read({**item, "configurationItemStatus": status}) is None
    assert reader.read({**item, "configurationItemCaptureTime": "yesterday"}) is None


@pytest.mark.parametrize(
    ("part", "said", "fields"),
    [
        (
            "BucketVersioningConfiguration",
            {"status": "On", "isMfaDeleteEnabled": "Disabled"},
            {"versioning", "mfa_delete"},
        ),
        ("BucketLoggingConfiguration", {}, {"logging_bucket"}),
        ("PublicAccessBlockConfiguration", {"blockPublicAcls": True}, {"public_access_block"}),
        ("AccessControlList", "{", {"foreign_grants"}),
        ("AccessControlList", {"owner": {"id": "1"}, "grantList": None}, {"foreign_grants"}),
        ("BucketPolicy", {"policyText": "{"}, {"policy"}),
    ],
)
def test_what_is_not_understood_is_left_to_be_asked_for(part: str, said: Any, fields: set[str]) -> None:
    item = load("s3.Bucket", "config.json")[0]
    reader = INDEX.config_readers[item["resourceType"]]
    whole, changed = (
        reader.read(item),
        reader.read({**item, "supplementaryConfiguration": {**item["supplementaryConfiguration"], part: said}}),
    )
    assert whole is not None
    assert changed is not None
    assert whole.values.keys() - changed.values.keys() == fields


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({"Policy": None, "Concurrency": {"reservedConcurrentExecutions": 10}}, {"policy"}),
        (
            {"Policy": {"Version": "2012-10-17", "Statement": []}, "Concurrency": None},
            {"reserved_concurrent_executions"},
        ),
        ({}, {"policy", "reserved_concurrent_executions"}),
    ],
)
def test_what_a_function_s_item_leaves_open_is_asked_for(said: Mapping[str, Any], fields: set[str]) -> None:
    item = load("lambda.Function", "config.json")[0]
    reader = INDEX.config_readers[item["resourceType"]]
    read = reader.read({**item, "supplementaryConfiguration": said})
    assert read is not None
    assert reader.fields.keys() - read.values.keys() == fields
