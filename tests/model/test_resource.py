"""Resources: absent fields, equality, replacement."""

from __future__ import annotations

import copy
import dataclasses
import pickle

import pytest

from bartizan.model import DeclarationError, Gap, Reason, Resource, Unknown, field, replace, resource, without
from bartizan.resources.sqs import Queue

DENIED = Gap(Reason.DENIED, needs="sqs:GetQueueAttributes")


def test_an_absent_field_raises_with_its_reason() -> None:
    queue = Queue.of({"queue_name": "jobs"}, {"policy": DENIED})
    with pytest.raises(Unknown, match=r"Queue\.policy is unknown: access denied \(needs sqs:GetQueueAttributes\)"):
        _ = queue.policy


def test_a_reader_s_resource_has_no_defaults() -> None:
    with pytest.raises(Unknown, match="not read"):
        _ = Queue.of({"queue_name": "jobs"}).kms_master_key_id


def test_a_name_that_is_no_field_is_an_ordinary_error() -> None:
    with pytest.raises(AttributeError, match="no field 'colour'"):
        _ = Queue().colour  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match="colour"):
        Queue(colour="red")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="colour"):
        replace(Queue(), colour="red")


def test_it_never_changes() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Queue().queue_name = "other"  # type: ignore[misc]


def test_replace_keeps_what_is_absent_and_forgets_the_gap_of_what_it_sets() -> None:
    queue = replace(Queue.of({"queue_name": "jobs"}, {"policy": DENIED, "kms_master_key_id": DENIED}), policy=None)
    assert queue.policy is None
    assert dict(queue.gaps) == {"kms_master_key_id": DENIED}


@pytest.mark.parametrize("copied", [lambda q: pickle.loads(pickle.dumps(q)), copy.deepcopy, copy.copy])  # noqa: S301 - our own
def test_copies_keep_absence(copied) -> None:
    queue = without(Queue(queue_name="jobs", arn="arn:aws:sqs:eu-west-1:111122223333:jobs"), "policy", gap=DENIED)
    assert copied(queue) == queue
    with pytest.raises(Unknown, match="access denied"):
        _ = copied(queue).policy


def test_where_it_was_read_does_not_matter_for_equality_but_what_is_absent_does() -> None:
    assert Queue(queue_name="jobs", region="eu-west-1") == Queue(queue_name="jobs", region="us-east-1")
    assert without(Queue(queue_name="jobs"), "policy") != Queue(queue_name="jobs")


def test_a_field_needs_documentation() -> None:
    with pytest.raises(DeclarationError, match=r"Bare\.size has no documentation"):

        @resource("Test::Bare")
        class Bare(Resource):
            """A resource."""

            size: int = field("")


def test_the_name_falls_back_to_the_end_of_the_key() -> None:
    assert Queue.of({"arn": "arn:aws:sqs:eu-west-1:111122223333:jobs"}).name == "jobs"
    assert Queue.of({"address": "module.shop.aws_sqs_queue.jobs"}).name == "module.shop.aws_sqs_queue.jobs"
