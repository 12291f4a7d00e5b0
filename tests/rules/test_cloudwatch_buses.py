"""Whether somebody is told by a rule of EventBridge."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bartizan.engine.evaluate import evaluate
from bartizan.model import Finding, Resource, Rule, Snapshot, Status, without
from bartizan.resources.account import Account
from bartizan.resources.cloudtrail import Trail
from bartizan.resources.ec2.compute import RegionSettings
from bartizan.resources.events import EventRule, Target
from bartizan.resources.sns import Topic
from bartizan.rules.cloudwatch import access

ACCOUNT = "111122223333"
HOME, MAIN = "eu-west-1", "us-east-1"
KEYS = {"source": ["aws.kms"], "detail": {"eventName": ["DisableKey", "ScheduleKeyDeletion"]}}
POLICIES = {"source": ["aws.iam"], "detail": {"eventName": [{"wildcard": "*Policy*"}]}}


def topic(region: str, account: str = ACCOUNT) -> str:
    return f"arn:aws:sns:{region}:{account}:security"


def bus(region: str, account: str = ACCOUNT, name: str = "default") -> str:
    return f"arn:aws:events:{region}:{account}:event-bus/{name}"


def told(region: str, *targets: str, pattern: Any = KEYS, **more: Any) -> EventRule:
    text = pattern if isinstance(pattern, str) else json.dumps(pattern)
    fields = {"rule_name": f"tell-{region}", "event_pattern": text, "targets": tuple(map(Target, targets)), **more}
    return EventRule(account=ACCOUNT, region=region, **fields)


def judged(
    *resources: Resource, rule: Rule = access.key_removal_unwatched, regions: tuple[str, ...] = (HOME, MAIN)
) -> Finding:
    given = [each for each in resources if isinstance(each, Trail)]
    world = [
        Account(account_id=ACCOUNT, account=ACCOUNT),
        *([] if given else [Trail(account=ACCOUNT, region=HOME)]),
        *(RegionSettings(account=ACCOUNT, region=each) for each in regions),
        *(Topic(topic_name="security", arn=topic(each), account=ACCOUNT, region=each) for each in (HOME, MAIN)),
        *resources,
    ]
    (finding,) = evaluate([rule], Snapshot(world)).findings()
    return finding


def test_a_rule_in_each_region_tells() -> None:
    assert judged(told(HOME, topic(HOME)), told(MAIN, topic(MAIN))).status is Status.PASS


def test_a_region_without_a_rule_is_named() -> None:
    finding = judged(told(HOME, topic(HOME)))
    assert finding.status is Status.FAIL
    assert "a rule tells of DisableKey, but none does in us-east-1" in finding.problems


def test_calls_of_global_services_are_told_in_the_main_region() -> None:
    rule = access.policy_changes_unwatched
    assert judged(told(MAIN, topic(MAIN), pattern=POLICIES), rule=rule).status is Status.PASS
    assert judged(told(HOME, topic(HOME), pattern=POLICIES), rule=rule).status is Status.FAIL
    assert judged(told(HOME, topic(HOME), pattern=POLICIES), rule=rule, regions=(HOME,)).status is Status.UNKNOWN


def test_events_may_be_sent_on_to_one_bus_where_a_rule_tells() -> None:
    sent_on = told(MAIN, bus(HOME, name="security"))
    central = told(HOME, topic(HOME), event_bus_name="security")
    own = told(HOME, bus(HOME, name="security"))
    assert judged(sent_on, central, own).status is Status.PASS
    assert judged(sent_on, own).status is Status.FAIL


def test_buses_that_send_to_each_other_tell_nobody() -> None:
    assert judged(told(HOME, bus(MAIN)), told(MAIN, bus(HOME))).status is Status.FAIL


def test_what_another_account_is_sent_counts_as_heard() -> None:
    assert judged(told(HOME, bus(HOME, "444455556666")), told(MAIN, topic(MAIN, "444455556666"))).status is Status.PASS


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"enabled": False}, "nobody is told"),
        ({"event_bus_name": "other"}, "nobody is told"),
        ({"pattern": {"source": ["aws.s3"]}}, "nobody is told"),
        ({"pattern": {"source": [{"prefix": "aws."}]}}, "nobody is told"),
        ({"targets": (Target(topic(HOME) + "-old"),)}, "topic security-old of rule tell-eu-west-1 does not exist"),
        ({"targets": (Target(f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q"),)}, "none of its targets tells anybody"),
        ({"targets": ()}, "none of its targets tells anybody"),
    ],
)
def test_every_link_counts(changes: dict[str, Any], said: str) -> None:
    finding = judged(told(HOME, topic(HOME), **changes), told(MAIN, topic(MAIN)))
    assert finding.status is Status.FAIL
    assert any(said in each for each in finding.problems), finding.problems


def test_without_a_trail_no_rule_gets_anything() -> None:
    rules = (told(HOME, topic(HOME)), told(MAIN, topic(MAIN)))
    off = Trail(account=ACCOUNT, region=HOME, is_logging=False)
    assert judged(*rules, off).status is Status.FAIL
    shadow = Trail(
        arn="arn:aws:cloudtrail:us-east-1:444455556666:trail/all", account=ACCOUNT, is_organization_trail=True
    )
    assert judged(*rules, without(shadow, "is_logging")).status is Status.PASS


def test_what_is_not_known_of_a_rule_makes_it_unknown_unless_another_tells() -> None:
    strange = told(HOME, topic(HOME), pattern={"source": [{"like": "x"}]}, rule_name="strange")
    hidden = without(told(HOME, topic(HOME), rule_name="hidden"), "targets")
    main = told(MAIN, topic(MAIN))
    for each in (strange, hidden):
        assert judged(each, main).status is Status.UNKNOWN
        assert judged(each, main, told(HOME, topic(HOME))).status is Status.PASS
