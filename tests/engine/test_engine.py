"""The engine: statuses, the one boundary, selection, evidence."""

from __future__ import annotations

import pytest

from bartizan.engine.catalog import Catalog
from bartizan.engine.evaluate import evaluate
from bartizan.engine.trace import fields_asked, fields_read
from bartizan.model import (
    DeclarationError,
    Gap,
    InputError,
    Problems,
    Reason,
    Rule,
    Severity,
    Snapshot,
    Status,
    World,
    rule,
    without,
)
from bartizan.resources.cloudtrail import Trail
from bartizan.resources.ec2.network import FlowLog
from bartizan.resources.sqs import Queue

DENIED = Gap(Reason.DENIED, needs="sqs:GetQueueAttributes")


@rule("low")
def fussy(queue: Queue) -> Problems:
    """A queue is not to a fussy taste.

    ## Why it matters
    It does not.

    ## How to fix
    Rename it.
    """
    if queue.queue_name == "crash":
        raise ZeroDivisionError("oops")
    if queue.queue_name != "good":
        yield "the name is bad"
    if queue.kms_master_key_id:
        yield "it has a key"


def statuses(*queues: Queue) -> list[Status]:
    return [each.status for each in evaluate([fussy], Snapshot(queues)).findings()]


def test_each_resource_gets_its_own_verdict_whatever_happens_to_the_others() -> None:
    unread = without(Queue(queue_name="good"), "kms_master_key_id", gap=DENIED)
    found = statuses(
        Queue(queue_name="good"), Queue(queue_name="crash"), unread, Queue(queue_name="bad"), Queue(queue_name="good")
    )
    assert found == [Status.PASS, Status.ERROR, Status.UNKNOWN, Status.FAIL, Status.PASS]


def test_a_crash_names_the_rule_and_the_error() -> None:
    (finding,) = evaluate([fussy], Snapshot([Queue(queue_name="crash")])).findings(Status.ERROR)
    assert finding.rule == "test_engine.fussy"
    assert "ZeroDivisionError: oops" in finding.problems[0]


def test_what_is_wrong_stays_wrong_though_something_else_is_unknown() -> None:
    unread = without(Queue(queue_name="bad"), "kms_master_key_id", gap=DENIED)
    (finding,) = evaluate([fussy], Snapshot([unread])).findings()
    assert (finding.status, finding.problems) == (Status.FAIL, ("the name is bad",))


def test_a_rule_without_resources_has_no_verdicts() -> None:
    assert sum(evaluate([fussy], Snapshot([])).count().values()) == 0


def test_the_fingerprint_depends_on_rule_and_resource_only() -> None:
    one = Queue(queue_name="bad", arn="arn:1")
    other = Queue(queue_name="bad", arn="arn:1", kms_master_key_id="alias/x")
    prints = [next(evaluate([fussy], Snapshot([each])).findings()).fingerprint for each in (one, other)]
    assert prints[0] == prints[1]
    assert prints[0] != next(evaluate([fussy], Snapshot([Queue(queue_name="bad", arn="arn:2")])).findings()).fingerprint


def test_evidence_is_what_the_rule_looked_at() -> None:
    (finding,) = evaluate([fussy], Snapshot([Queue(queue_name="bad", kms_master_key_id="k")])).findings()
    assert finding.evidence == {"queue_name": "bad", "kms_master_key_id": "k"}


def test_selection_by_pattern_service_and_severity() -> None:
    catalog = Catalog.load()
    assert set(catalog.select(rules=["sqs.public-*"]).rules) == {"sqs.public-queue"}
    assert {each.service for each in catalog.select(services=["sqs"])} == {"sqs"}
    assert all(each.severity >= Severity.HIGH for each in catalog.select(severity=Severity.HIGH))
    with pytest.raises(InputError, match=r"did you mean sqs\.public-queue"):
        catalog.select(rules=["sqs.public-queu"])
    with pytest.raises(InputError, match="no rules for service 'sqss'"):
        catalog.select(services=["sqss"])


def declared(check) -> Rule:
    return rule("low")(check)


def test_broken_declarations_are_told_when_loaded() -> None:
    def no_annotation(queue) -> Problems:
        """T.

        ## Why it matters
        W.

        ## How to fix
        F.
        """
        yield from ()

    def no_doc(queue: Queue) -> Problems:
        """Only a title."""
        yield from ()

    def undeclared_world(queue: Queue, world: World) -> Problems:
        """T.

        ## Why it matters
        W.

        ## How to fix
        F.
        """
        yield from ()

    for check, message in ((no_annotation, "annotate"), (no_doc, "lacks"), (undeclared_world, "names what it reads")):
        with pytest.raises(DeclarationError, match=message):
            declared(check)
    with pytest.raises(InputError, match="choose one of critical"):
        rule("severe")(no_doc)


def test_fields_read_come_from_the_samples() -> None:
    assert fields_read(Catalog.load().get("sqs.unencrypted-queue")) == {"sqs_managed_sse_enabled", "kms_master_key_id"}


def test_what_a_rule_reads_of_the_world_is_found_by_its_samples() -> None:
    catalog = Catalog.load()
    rules = {rule.id: rule for rule in catalog}
    assert fields_asked(rules["sqs.no-dead-letter-queue"]) == {Queue: {"dead_letter_target_arn"}}
    assert fields_asked(rules["ec2.no-flow-log"]) == {FlowLog: {"resource_id", "active"}}
    trails = fields_asked(rules["cloudtrail.account-not-recorded"])[Trail]
    assert {"is_logging", "is_multi_region_trail", "management_events"} <= trails
    assert "kms_key_id" not in trails
    assert not fields_asked(rules["s3.no-versioning"])
