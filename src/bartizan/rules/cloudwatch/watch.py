"""Whether somebody is told of an event: from the trail by its log group, a filter, a metric and an alarm to a person.

Or by a rule of EventBridge. It is decided by running the patterns of filters and rules on events, not by comparing
their text.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bartizan.model import Gap, Problems, Reason, Resource, Sample, Unknown, World
from bartizan.resources.account import Account
from bartizan.resources.cloudtrail import Trail
from bartizan.resources.cloudwatch import Alarm, CompositeAlarm
from bartizan.resources.ec2.compute import RegionSettings
from bartizan.resources.events import EventRule, Target
from bartizan.resources.logs import MetricFilter, group_of
from bartizan.resources.logs.pattern import PatternError, matches
from bartizan.resources.sns import Topic
from bartizan.rules.cloudwatch.buses import untold
from bartizan.rules.cloudwatch.events import HARMLESS, Event
from bartizan.rules.cloudwatch.people import deaf, tells

READS: tuple[type[Resource], ...] = (Trail, MetricFilter, Alarm, CompositeAlarm, Topic, EventRule, RegionSettings)
"""The types that lie between an event and a person."""

_ACCOUNT = "111122223333"
_TOPIC_ARN = f"arn:aws:sns:eu-west-1:{_ACCOUNT}:security"
_GROUP_ARN = f"arn:aws:logs:eu-west-1:{_ACCOUNT}:log-group:trail:*"
_HERE: Mapping[str, Any] = {"account": _ACCOUNT, "region": "eu-west-1"}
_SHOWN = 6
_REGIONS = ("eu-west-1", "us-east-1")


@dataclass(frozen=True, slots=True)
class Watcher:
    """A filter on a trail's events; ``silent`` says why nobody hears of what it counts, and is empty if one does."""

    name: str
    pattern: str
    silent: str


@dataclass(slots=True)
class Watched:
    """What watches an account: its trails with a log group, the account whose trail covers it besides, the filters.

    ``recorded``: whether a trail records all Regions, without which EventBridge gets no events of CloudTrail.
    """

    trails: int = 0
    recorded: bool = False
    foreign: str = ""
    watchers: list[Watcher] = field(default_factory=list)


def unnoticed(account: Account, world: World, events: Sequence[Event]) -> Problems:
    """The events of which nobody is told, and why; none if all are noticed.

    Raises ``Unknown`` where a filter is not understood, or where only the organization's trail, whose filters are in
    another account, could see them.
    """
    watched = world.derived(_by_account).get(account.account_id, Watched())
    rest = list(events)
    doubts: list[str] = []
    silent: list[str] = []
    for each in watched.watchers:
        try:
            caught = [event for event in rest if _matches(each, event)]
        except PatternError as wrong:
            doubts.append(f"filter {each.name}: {wrong}")
            continue
        if caught and each.silent:
            silent.append(f"filter {each.name} counts them, but {each.silent}")
        elif caught:
            rest = [event for event in rest if event not in caught]
    if rest and (watched.recorded or watched.foreign):
        rest, unheard = untold(account.account_id, world, rest)
        silent += unheard
    if not rest:
        return
    if doubts:
        raise Unknown("what the metric filters match", Gap(Reason.MALFORMED, detail="; ".join(doubts)))
    if watched.foreign and not watched.trails:
        where = f"the organization's trail and what watches it are in account {watched.foreign}: see its verdict"
        raise Unknown("who is told", Gap(Reason.NOT_READ, detail=where))
    if not watched.trails:
        yield "no multi-Region trail that is logging writes to a log group"
    yield f"nobody is told of {_named(rest)}"
    yield from silent


def _matches(watcher: Watcher, event: Event) -> bool:
    return matches(watcher.pattern, event) and not any(matches(watcher.pattern, each) for each in HARMLESS)


def _named(events: Iterable[Event]) -> str:
    names = list(dict.fromkeys(str(each["eventName"]) for each in events))
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _by_account(world: World) -> Mapping[str, Watched]:
    found: dict[str, Watched] = defaultdict(Watched)
    for trail in world.all(Trail):
        if trail.foreign:
            if trail.is_organization_trail:
                found[trail.account].foreign = trail.arn.split(":")[4]
            continue
        if trail.is_multi_region_trail and trail.is_logging:
            watched = found[trail.account]
            watched.recorded = True
            if trail.cloud_watch_logs_log_group_arn:
                watched.trails += 1
                watched.watchers.extend(_watchers(world, trail.account, trail.cloud_watch_logs_log_group_arn))
    return found


def _watchers(world: World, account: str, group_arn: str) -> Iterator[Watcher]:
    region, group = group_of(group_arn)
    for each in world.find(MetricFilter, log_group_name=group):
        if (each.account, each.region) == (account, region):
            yield Watcher(each.filter_name, each.filter_pattern, _silent(world, each))


def _silent(world: World, counted: MetricFilter) -> str:
    metrics = {(each.namespace, each.name) for each in counted.metrics if each.value != "0"}
    alarms = [
        alarm
        for _, name in sorted(metrics)
        for alarm in world.find(Alarm, near=counted, metric_name=name)
        if (alarm.namespace, name) in metrics
    ]
    reasons = [reason_for_silence(world, alarm) for alarm in alarms]
    if not all(reasons):
        return ""
    return reasons[0] if reasons else "no alarm is set on its metric"


def reason_for_silence(world: World, alarm: Alarm) -> str:
    """Why nobody hears of an alarm that goes off; empty if somebody does, as far as can be seen from its account.

    A composite alarm may speak for it.
    """
    own = _silence(world, alarm)
    if not own:
        return ""
    speakers = (each for each in world.all(CompositeAlarm, near=alarm) if alarm.name in each.children)
    return own if all(_silence(world, each) for each in speakers) else ""


def _silence(world: World, alarm: Alarm | CompositeAlarm) -> str:
    if not alarm.actions_enabled:
        return f"the actions of alarm {alarm.name} are off"
    reasons = [deaf(world, alarm.account, f"alarm {alarm.name}", each) for each in alarm.alarm_actions if tells(each)]
    if not reasons:
        return f"alarm {alarm.name} tells nobody when it goes off"
    return reasons[0] if all(reasons) else ""


HERE = Account(account_id=_ACCOUNT, account=_ACCOUNT)


def watching(pattern: str, *, subscribers: int = 1) -> Sample:
    """A sample in which a filter with this pattern watches the account's trail."""
    return (
        HERE,
        Trail(cloud_watch_logs_log_group_arn=_GROUP_ARN, **_HERE),
        MetricFilter(filter_name="watch", log_group_name="trail", filter_pattern=pattern, **_HERE),
        Alarm(alarm_name="watch", alarm_actions=(_TOPIC_ARN,), **_HERE),
        Topic(topic_name="security", arn=_TOPIC_ARN, subscriptions_confirmed=subscribers, **_HERE),
    )


def ruled(pattern: Mapping[str, Any], *, regions: Sequence[str] = _REGIONS, reads: bool = False) -> Sample:
    """A sample in which rules of EventBridge with this pattern watch an account that uses two Regions."""
    return (
        HERE,
        Trail(**_HERE),
        *(RegionSettings(account=_ACCOUNT, region=region) for region in _REGIONS),
        *(
            EventRule(
                rule_name="watch",
                event_pattern=json.dumps(pattern),
                all_management_events=reads,
                targets=(Target(_topic(region)),),
                account=_ACCOUNT,
                region=region,
            )
            for region in regions
        ),
        *(
            Topic(topic_name="security", arn=_topic(region), subscriptions_confirmed=1, account=_ACCOUNT, region=region)
            for region in _REGIONS
        ),
    )


def _topic(region: str) -> str:
    return f"arn:aws:sns:{region}:{_ACCOUNT}:security"


def by_name(events: Sequence[Event]) -> Mapping[str, Any]:
    """A pattern of EventBridge that matches events by name, for samples."""
    return {
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {"eventName": [each["eventName"] for each in events]},
    }


def named(events: Sequence[Event], *, but: int = 0) -> str:
    """A pattern that matches events by name, for samples; ``but`` leaves out so many at the end."""
    chosen = events[: len(events) - but]
    return "{ " + " || ".join(f"($.eventName = {each['eventName']})" for each in chosen) + " }"


def noticed(events: Sequence[Event]) -> list[Sample]:
    """The passing samples of a watch over calls by name: by a metric filter, and by rules of EventBridge."""
    return [watching(named(events)), ruled(by_name(events))]


def samples(events: Sequence[Event]) -> list[Sample]:
    """The failing samples of a watch over calls by name: nothing watches, something is left out, nobody listens."""
    return [
        HERE,
        watching(named(events, but=1)),
        watching(named(events), subscribers=0),
        ruled(by_name(events[:-1])),
        ruled(by_name(events), regions=_REGIONS[:1]),
    ]
