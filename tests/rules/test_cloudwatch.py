"""Whether somebody is told: the CIS benchmark's patterns, and all that can lie between event and person."""

from __future__ import annotations

from typing import Any

import pytest

from bartizan.engine.evaluate import evaluate
from bartizan.model import Finding, Resource, Rule, Snapshot, Status, without
from bartizan.resources.account import Account
from bartizan.resources.cloudtrail import Trail
from bartizan.resources.cloudwatch import Alarm, CompositeAlarm
from bartizan.resources.logs import Metric, MetricFilter
from bartizan.resources.sns import Topic
from bartizan.rules.cloudwatch import access, networks

ACCOUNT = "111122223333"
TOPIC = f"arn:aws:sns:eu-west-1:{ACCOUNT}:security"
HERE: dict[str, Any] = {"account": ACCOUNT, "region": "eu-west-1"}
ROOT = '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }'


def names(*of: str) -> str:
    return "||".join(f"($.eventName={each})" for each in of)


BENCHMARK: list[tuple[Rule, str]] = [
    (access.root_use_unwatched, ROOT),
    (
        access.refused_calls_unwatched,
        ('{ ($.errorCode ="*UnauthorizedOperation") || ($.errorCode ="AccessDenied*") && '
        '($.sourceIPAddress!="delivery.logs.amazonaws.com") && ($.eventName!="HeadBucket") }'),
    ),
    (
        access.sign_in_without_mfa_unwatched,
        ('{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && '
        '($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }'),
    ),
    (
        access.key_removal_unwatched,
        "{($.eventSource = kms.amazonaws.com) && (($.eventName=DisableKey)||($.eventName=ScheduleKeyDeletion)) }",
    ),
    (
        access.bucket_changes_unwatched,
        "{ ($.eventSource = s3.amazonaws.com) && ("
        + names(
            "PutBucketAcl", "PutBucketPolicy", "PutBucketCors", "PutBucketLifecycle", "PutBucketReplication",
            "DeleteBucketPolicy", "DeleteBucketCors", "DeleteBucketLifecycle", "DeleteBucketReplication",
        )
        + ") }",
    ),
    (
        networks.config_changes_unwatched,
        "{ ($.eventSource = config.amazonaws.com) && ("
        + names(
            "StopConfigurationRecorder", "DeleteDeliveryChannel", "PutDeliveryChannel", "PutConfigurationRecorder"
        )
        + ") }",
    ),
    (
        networks.route_changes_unwatched,
        "{($.eventSource = ec2.amazonaws.com) && ("
        + names(
            "CreateRoute", "CreateRouteTable", "ReplaceRoute", "ReplaceRouteTableAssociation", "DeleteRouteTable",
            "DeleteRoute", "DisassociateRouteTable",
        )
        + ") }",
    ),
]  # fmt: skip


def chain(pattern: str = ROOT, **changes: Any) -> list[Resource]:
    """An account, and all that lies between an event and a person; ``changes`` to fields by ``type_field``."""

    def of(kind: str) -> dict[str, Any]:
        return {
            **HERE,
            **{name.removeprefix(kind): value for name, value in changes.items() if name.startswith(kind)},
        }

    group = f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:trail:*"
    return [
        Account(account_id=ACCOUNT, account=ACCOUNT),
        Trail(**{"trail_name": "all", "cloud_watch_logs_log_group_arn": group, **of("trail_")}),
        MetricFilter(**{"filter_name": "root", "filter_pattern": pattern, **of("filter_")}),
        Alarm(**{"alarm_name": "root", "alarm_actions": (TOPIC,), **of("alarm_")}),
        Topic(**{"topic_name": "security", "arn": TOPIC, **of("topic_")}),
    ]


def judged(resources: list[Resource], rule: Rule = access.root_use_unwatched) -> Finding:
    (finding,) = evaluate([rule], Snapshot(resources)).findings()
    return finding


@pytest.mark.parametrize(("rule", "pattern"), BENCHMARK, ids=lambda value: value.id if isinstance(value, Rule) else "")
def test_the_benchmark_s_patterns_catch_what_they_should(rule: Rule, pattern: str) -> None:
    assert judged(chain(pattern), rule).status is Status.PASS


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"trail_is_logging": False}, "no multi-Region trail"),
        ({"trail_is_multi_region_trail": False}, "no multi-Region trail"),
        ({"trail_cloud_watch_logs_log_group_arn": None}, "no multi-Region trail"),
        ({"filter_log_group_name": "other"}, "nobody is told"),
        ({"filter_region": "us-east-1"}, "nobody is told"),
        ({"filter_account": "444455556666"}, "nobody is told"),
        ({"filter_metrics": (Metric("Watch", "events", "0"),)}, "no alarm is set on its metric"),
        ({"alarm_metric_name": "other"}, "no alarm is set on its metric"),
        ({"alarm_namespace": "Other"}, "no alarm is set on its metric"),
        ({"alarm_region": "us-east-1"}, "no alarm is set on its metric"),
        ({"alarm_actions_enabled": False}, "the actions of alarm root are off"),
        ({"alarm_alarm_actions": ()}, "alarm root tells nobody"),
        ({"alarm_alarm_actions": ("arn:aws:automate:eu-west-1:ec2:stop",)}, "alarm root tells nobody"),
        ({"topic_arn": TOPIC + "-old"}, "topic security of alarm root does not exist"),
        ({"topic_subscriptions_confirmed": 0}, "nobody has subscribed to topic security"),
    ],
)
def test_every_link_of_the_chain_counts(changes: dict[str, Any], said: str) -> None:
    assert judged(chain()).status is Status.PASS
    finding = judged(chain(**changes))
    assert finding.status is Status.FAIL
    assert any(said in each for each in finding.problems), finding.problems


def test_a_filter_may_leave_out_the_role_that_deploys() -> None:
    pattern = f'{{ ($.userIdentity.sessionContext.sessionIssuer.userName != "deploy") && ({names("DisableKey")} || '
    pattern += f"{names('ScheduleKeyDeletion')}) }}"
    assert judged(chain(pattern), access.key_removal_unwatched).status is Status.PASS


def test_an_alarm_that_writes_to_another_account_s_topic_is_heard() -> None:
    elsewhere = TOPIC.replace(ACCOUNT, "444455556666")
    assert judged(chain(alarm_alarm_actions=(elsewhere,))).status is Status.PASS


@pytest.mark.parametrize(
    ("composite", "status"),
    [
        (CompositeAlarm(children=("root",), alarm_actions=(TOPIC,), **HERE), Status.PASS),
        (CompositeAlarm(children=("other",), alarm_actions=(TOPIC,), **HERE), Status.FAIL),
        (CompositeAlarm(children=("root",), **HERE), Status.FAIL),
        (CompositeAlarm(children=("root",), alarm_actions=(TOPIC,), actions_enabled=False, **HERE), Status.FAIL),
        (CompositeAlarm(children=("root",), alarm_actions=(TOPIC,), account=ACCOUNT, region="us-east-1"), Status.FAIL),
    ],
)
def test_a_composite_alarm_may_speak_for_an_alarm_without_actions(composite: CompositeAlarm, status: Status) -> None:
    assert judged([*chain(alarm_alarm_actions=()), composite]).status is status


def test_several_filters_may_share_the_events() -> None:
    first, second = names("DisableKey"), names("ScheduleKeyDeletion")
    both = [*chain(f"{{ {first} }}"), MetricFilter(filter_name="b", filter_pattern=f"{{ {second} }}", **HERE)]
    assert judged(both, access.key_removal_unwatched).status is Status.PASS
    one = judged(both[:-1], access.key_removal_unwatched)
    assert one.problems == ("nobody is told of ScheduleKeyDeletion",)


@pytest.mark.parametrize("pattern", ["", "{ $.eventName = * }", "{ $.awsRegion = eu-west-1 }"])
def test_a_filter_that_counts_everything_watches_nothing(pattern: str) -> None:
    assert judged(chain(pattern)).status is Status.FAIL


def test_a_pattern_that_is_not_understood_makes_it_unknown_unless_another_filter_watches() -> None:
    assert judged(chain("{ $.x ~ y }")).status is Status.UNKNOWN
    other = MetricFilter(filter_name="b", filter_pattern=ROOT, **HERE)
    assert judged([*chain("{ $.x ~ y }"), other]).status is Status.PASS


def test_what_watches_the_organization_s_trail_is_not_seen_from_a_member() -> None:
    shadow = Trail(
        trail_name="organization",
        arn="arn:aws:cloudtrail:us-east-1:444455556666:trail/organization",
        account=ACCOUNT,
        is_organization_trail=True,
    )
    hidden = without(shadow, "is_logging", "cloud_watch_logs_log_group_arn")
    finding = judged([Account(account_id=ACCOUNT, account=ACCOUNT), hidden])
    assert finding.status is Status.UNKNOWN
    assert finding.gap is not None
    assert "in account 444455556666: see its verdict" in finding.gap.detail
    assert judged([*chain(), hidden]).status is Status.PASS
