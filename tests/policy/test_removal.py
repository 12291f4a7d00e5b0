"""Statements taken out of a policy."""

from __future__ import annotations

from bartizan.model import replace
from bartizan.policy import parse_policy, reach
from bartizan.policy.removal import without_statements
from bartizan.resources.sqs import Queue
from bartizan.rules.sqs import close_queue

OPEN = {"Sid": "Open", "Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"}
OWN = {**OPEN, "Sid": "Own", "Principal": {"AWS": "111122223333"}}


def test_the_others_stay_as_they_were_written() -> None:
    deny = {**OPEN, "Effect": "Deny", "Action": "sqs:DeleteQueue"}
    policy = parse_policy({"Version": "2012-10-17", "Id": "queue", "Statement": [OPEN, OWN, deny]})
    left = without_statements(policy, reach.opening(policy, "", "111122223333"))
    assert left is not None
    assert left.source == {"Version": "2012-10-17", "Id": "queue", "Statement": [OWN, deny]}
    assert without_statements(left, reach.opening(left, "", "111122223333")) is left


def test_nothing_is_left_of_a_policy_that_only_opened() -> None:
    policy = parse_policy({"Statement": OPEN})
    assert without_statements(policy, reach.opening(policy, "", "")) is None
    assert without_statements(None, ()) is None


def test_the_fix_of_an_open_queue_keeps_who_else_was_let_in() -> None:
    queue = Queue(queue_name="jobs", policy=parse_policy({"Statement": [OWN, OPEN]}))
    assert close_queue.change(queue) == replace(queue, policy=parse_policy({"Statement": [OWN]}))
