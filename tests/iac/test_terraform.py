"""Plans: parts find their owner by reference, and leave the field unknown where they cannot."""

from __future__ import annotations

from typing import Any

from bartizan.iac.terraform import planned
from bartizan.resources.index import ResourceIndex
from bartizan.resources.reading import take

PART = "aws_sqs_queue_policy.p"


def _managed(address: str, values: dict[str, Any]) -> dict[str, Any]:
    return {"address": address, "type": address.partition(".")[0], "mode": "managed", "values": values}


def _policies(configuration: dict[str, Any]) -> dict[str, Any]:
    resources = [_managed(f"aws_sqs_queue.{name}", {"name": name}) for name in "ab"]
    resources.append(_managed(PART, {"policy": '{"Statement": []}'}))
    plan = {
        "planned_values": {"root_module": {"resources": resources}},
        "resource_changes": [{"address": PART, "change": {"after_unknown": {"queue_url": True}}}],
        "configuration": configuration,
    }
    read = planned(plan, ResourceIndex.load().code_readers)
    return {address: take(reader.fields, block)[0].get("policy", "unknown") for reader, address, block in read}


def test_a_part_belongs_to_the_resource_that_it_refers_to() -> None:
    expressions = {"queue_url": {"references": ["aws_sqs_queue.a.id", "aws_sqs_queue.a"]}}
    found = _policies({"root_module": {"resources": [{"address": PART, "expressions": expressions}]}})
    assert found["aws_sqs_queue.a"] not in {None, "unknown"}
    assert found["aws_sqs_queue.b"] is None


def test_a_part_that_cannot_be_tied_leaves_the_field_unknown() -> None:
    assert set(_policies({}).values()) == {"unknown"}
