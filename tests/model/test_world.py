"""The world: questions, gaps, and which changes matter."""

from __future__ import annotations

import pytest

from bartizan.model import CoverageGap, DeclarationError, Gap, Reason, Snapshot, Unknown, World, touches, without
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


def test_where_a_region_lacks_the_service_none_is_the_answer() -> None:
    lacking = Gap(Reason.UNSUPPORTED)
    gap = CoverageGap(types=("AWS::SQS::Queue",), account="111122223333", region="us-east-1", gap=lacking)
    assert len(Snapshot([queue("jobs")], [gap]).view([Queue]).all(Queue)) == 1


def test_what_was_listed_can_be_had_after_a_failed_listing_but_only_by_that_name() -> None:
    gap = CoverageGap(types=("AWS::SQS::Queue",), account="111122223333", region="us-east-1", gap=DENIED)
    view = Snapshot([queue("jobs")], [gap]).view([Queue])
    assert [each.name for each in view.listed(Queue)] == ["jobs"]
    assert view.taken() == ((Queue, "", None),)
    with pytest.raises(DeclarationError, match="without declaring"):
        Snapshot([]).view([]).listed(Queue)


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


def test_what_is_derived_is_made_once_and_its_questions_count_for_everyone_who_uses_it() -> None:
    made: list[int] = []

    def targets(world: World) -> frozenset[str | None]:
        made.append(1)
        return frozenset(each.dead_letter_target_arn for each in world.all(Queue))

    snapshot = Snapshot([queue("jobs", target="t")])
    first, second = snapshot.view([Queue]), snapshot.view([Queue])
    assert first.derived(targets) == second.derived(targets) == {"t"}
    assert made == [1]
    for view in (first, second):
        (question,) = view.taken()
        assert touches(queue("new"), question)


def test_what_is_derived_from_a_failed_listing_is_unknown_to_everyone() -> None:
    made: list[int] = []

    def count(world: World) -> int:
        made.append(1)
        return len(world.all(Queue))

    gap = CoverageGap(types=("AWS::SQS::Queue",), account="", region="", gap=DENIED)
    snapshot = Snapshot([], [gap])
    for _ in range(2):
        view = snapshot.view([Queue])
        with pytest.raises(Unknown, match="needs sqs:ListQueues"):
            view.derived(count)
        assert len(view.taken()) == 1
    assert made == [1]


def test_who_uses_what_is_derived_declares_what_it_was_made_from() -> None:
    snapshot = Snapshot([queue("jobs")])

    def count(world: World) -> int:
        return len(world.all(Queue))

    assert snapshot.view([Queue]).derived(count) == 1
    with pytest.raises(DeclarationError, match="without declaring"):
        snapshot.view([]).derived(count)
