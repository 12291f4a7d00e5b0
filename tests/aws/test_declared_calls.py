"""What the readers declare exists in botocore and in AWS's service authorization data, and only reads."""

from __future__ import annotations

import json

import botocore.session
import pytest

from bartizan.app.permissions import POLICY_LIMIT, actions_for, policies
from bartizan.aws.regions import DESCRIBE_REGIONS
from bartizan.engine.catalog import Catalog
from bartizan.policy.reference import AccessLevel, Reference
from bartizan.resources.index import ResourceIndex
from bartizan.resources.reading import Call, Reader

INDEX = ResourceIndex.load()
CALLS = sorted({call for reader in INDEX.readers for call in reader.calls()} | {DESCRIBE_REGIONS}, key=lambda c: c.name)
BOTOCORE = botocore.session.get_session()
READ_ONLY = ("BatchGet", "Get", "List", "Describe", "GenerateCredentialReport")


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_the_operation_exists_and_reads(call: Call) -> None:
    assert call.operation in BOTOCORE.get_service_model(call.service).operation_names
    assert call.operation.startswith(READ_ONLY)


@pytest.mark.parametrize("action", sorted({action for call in CALLS for action in call.actions}))
def test_the_action_exists_and_does_not_write(action: str) -> None:
    known = Reference.load().find(action)
    assert known, f"AWS knows no action {action}"
    assert known.access in {AccessLevel.READ, AccessLevel.LIST}


@pytest.mark.parametrize("reader", [each for each in INDEX.readers if isinstance(each, Reader)], ids=lambda r: r.kind)
def test_a_reader_fills_only_fields_of_its_type_each_from_one_place(reader: Reader) -> None:
    sources = [reader.listing.fields, *(join.fields for join in reader.joins), *(one.fields for one in reader.details)]
    if reader.batch:
        sources.append(reader.batch.fields)
        assert set(reader.batch.otherwise) <= set(reader.batch.fields)
    filled = [name for fields in sources for name in fields]
    assert len(filled) == len(set(filled))
    assert set(filled) <= set(reader.kind.defaults)
    for detail in reader.details:
        known = set(detail.fields)
        assert all(set(values) == known for values in detail.absent.values())
        assert detail.when is None or set(detail.otherwise) == known


def test_the_policy_holds_every_action_once_within_the_limit() -> None:
    actions = actions_for(Catalog.load())
    for limit in (POLICY_LIMIT, 400):
        documents = list(policies(actions, limit))
        assert [each for document in documents for each in document["Statement"][0]["Action"]] == actions
        assert all(len(json.dumps(each, separators=(",", ":"))) <= limit for each in documents)


def test_a_selection_needs_less() -> None:
    catalog = Catalog.load()
    assert actions_for(catalog.select(rules=["sqs.unencrypted-queue"])) == [
        "ec2:DescribeRegions",
        "sqs:GetQueueAttributes",
        "sqs:ListQueues",
    ]
