"""The world: questions, gaps, and which changes matter."""

from __future__ import annotations

import pytest

from bartizan.model import CoverageGap, DeclarationError, Gap, Reason, Snapshot, Unknown, touches, without
from bartizan.resources.sqs import Queue

DENIED = Gap(Reason.DENIED, needs="sqs:ListQueues")


def queue(name: str, region: str = "eu-west-1", target: str | None = None) -> Queue:
    return Queue(
        queue_name=name,
        arn=f"arn:aws:sqs:{region}:111122223333:{name}",
        account="111122223333",
        region=region,
        dead_letter_target_arn=target,
    )


def test_find_looks_by_value_and_near_narrows_to_account_and_region() -> None:
    here, there = queue("jobs", target="t"), queue("jobs", "us-east-1", target="t")
    view = Snapshot([here, there]).view([Queue])
    assert list(view.find(Queue, dead_letter_target_arn="t")) == [here, there]
    assert [each.region for each in view.find(Queue, near=there, dead_letter_target_arn="t")] == ["us-east-1"]
    assert list(view.find(Queue, queue_name="none")) == []


def test_a_failed_listing_is_no_answer_but_only_where_it_failed() -> None:
    gap = CoverageGap(types=("AWS::SQS::Queue",), account="111122223333", region="us-east-1", gap=DENIED)
    view = Snapshot([queue("jobs")], [gap]).view([Queue])
    assert len(view.all(Queue, near=queue("jobs"))) == 1
    with pytest.raises(Unknown, match="needs sqs:ListQueues"):
        view.all(Queue)
    with pytest.raises(Unknown, match="needs sqs:ListQueues"):
        view.find(Queue, near=queue("x", "us-east-1"), queue_name="jobs")


def test_a_resource_whose_value_was_not_read_might_be_the_one() -> None:
    hidden = without(queue("jobs"), "dead_letter_target_arn", gap=DENIED)
    view = Snapshot([hidden, queue("other", "us-east-1", "t")]).view([Queue])
    with pytest.raises(Unknown, match="dead_letter_target_arn"):
        view.find(Queue, dead_letter_target_arn="t")
    assert len(view.find(Queue, near=queue("x", "us-east-1"), dead_letter_target_arn="t")) == 1


def test_only_declared_types_and_known_fields_may_be_asked_for() -> None:
    with pytest.raises(DeclarationError, match="without declaring"):
        Snapshot([]).view([]).all(Queue)
    with pytest.raises(DeclarationError, match="no field 'colour'"):
        Snapshot([]).view([Queue]).find(Queue, colour="red")


def test_the_questions_say_which_changes_matter() -> None:
    view = Snapshot([]).view([Queue])
    view.find(Queue, dead_letter_target_arn="t")
    (question,) = view.taken()
    assert touches(queue("new", target="t"), question)
    assert not touches(queue("new", target="else"), question)
    assert touches(without(queue("new"), "dead_letter_target_arn"), question)
    assert view.taken() == ()
