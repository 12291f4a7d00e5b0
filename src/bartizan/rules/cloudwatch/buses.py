"""Whether a rule of EventBridge tells somebody of an event that CloudTrail records.

CloudTrail hands an event to the default bus of its Region, those of global services to that of the partition's main
Region, and read-only calls only to rules that ask for all. A rule may send it on to a bus elsewhere. Source:
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bartizan.model import Gap, Reason, Unknown, World
from bartizan.resources.ec2.compute import RegionSettings
from bartizan.resources.events import EventRule
from bartizan.resources.events.pattern import PatternError, matches, parse
from bartizan.rules.cloudwatch.events import HARMLESS, Event
from bartizan.rules.cloudwatch.people import deaf, tells

Place = tuple[str, str, str]
"""Account, Region and name of an event bus."""

_GLOBAL = frozenset({"iam.amazonaws.com", "organizations.amazonaws.com"})
_MAIN = {"cn": "cn-north-1", "us-gov": "us-gov-west-1"}


@dataclass(frozen=True, slots=True)
class _Told:
    """Whether somebody hears of an event, and if not, of what rules that match it nothing is heard, and why."""

    heard: bool
    reasons: tuple[str, ...] = ()


def untold(account: str, world: World, events: Sequence[Event]) -> tuple[list[Event], list[str]]:
    """The events of which no rule tells anybody in some scanned Region where they may happen, and why.

    Raises ``Unknown`` where a Region that matters was not scanned, or a rule is not understood.
    """
    regions = world.derived(_regions).get(account, ())
    rest: list[Event] = []
    reasons: list[str] = []
    for event in events:
        missed = []
        for region in _places(event, regions):
            told = _told(world, _handed(event, account, region), (account, region, "default"), frozenset())
            reasons += told.reasons
            if not told.heard:
                missed.append(region)
        if missed or not regions:
            rest.append(event)
        if missed and len(missed) < len(regions) and not _is_global(event):
            reasons.append(f"a rule tells of {event['eventName']}, but none does in {', '.join(missed)}")
    return rest, list(dict.fromkeys(reasons))


def _regions(world: World) -> Mapping[str, tuple[str, ...]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for each in world.all(RegionSettings):
        found[each.account].add(each.region)
    return {account: tuple(sorted(regions)) for account, regions in found.items()}


def _is_global(event: Event) -> bool:
    # People sign in where they like, and root in the main Region.
    by_root = event["eventName"] == "ConsoleLogin" and event["userIdentity"]["type"] == "Root"
    return event["eventSource"] in _GLOBAL or by_root


def _places(event: Event, regions: Sequence[str]) -> Sequence[str]:
    if not regions or not _is_global(event):
        return regions
    main = _MAIN.get(regions[0].rsplit("-", 2)[0], "us-east-1")
    if main not in regions:
        raise Unknown(f"who is told in {main}", Gap(Reason.NOT_READ, detail=f"{main} was not scanned"))
    return (main,)


@dataclass(frozen=True, slots=True)
class _Watch:
    """A rule that is on, with its pattern; ``doubt`` says what of it is not understood."""

    rule: EventRule
    pattern: Mapping[str, Any]
    doubt: str = ""


def _watches(world: World) -> Mapping[Place, Sequence[_Watch]]:
    """The rules by the bus that they look at, but for those that match what happens every day."""
    found: defaultdict[Place, list[_Watch]] = defaultdict(list)
    for each in world.all(EventRule):
        if each.enabled and each.event_pattern:
            watch = _watch(each, each.event_pattern)
            if watch:
                found[each.account, each.region, each.event_bus_name].append(watch)
    return found


def _watch(rule: EventRule, text: str) -> _Watch | None:
    try:
        pattern = parse(text)
        if any(matches(pattern, _handed(each, rule.account, rule.region)) for each in HARMLESS):
            return None
    except PatternError as wrong:
        return _Watch(rule, {}, str(wrong))
    return _Watch(rule, pattern)


def _told(world: World, handed: Event, place: Place, passed: frozenset[Place]) -> _Told:
    """Whether somebody hears of an event that arrives at a bus; ``passed`` are the buses that it came by."""
    reasons: list[str] = []
    unknown: Unknown | None = None
    for watch in world.derived(_watches).get(place, ()):
        try:
            if _catches(watch, handed):
                told = _sent(world, watch.rule, handed, passed | {place})
                if told.heard:
                    return told
                reasons += told.reasons
        except Unknown as missing:
            unknown = missing
    if unknown is not None:
        raise unknown
    return _Told(heard=False, reasons=tuple(reasons))


def _catches(watch: _Watch, handed: Event) -> bool:
    doubt, caught = watch.doubt, False
    if not doubt:
        try:
            caught = matches(watch.pattern, handed)
        except PatternError as wrong:
            doubt = str(wrong)
    if doubt:
        raise Unknown("what the rules match", Gap(Reason.MALFORMED, detail=f"rule {watch.rule.rule_name}: {doubt}"))
    return caught and (not handed["detail"]["readOnly"] or watch.rule.all_management_events)


def _sent(world: World, rule: EventRule, handed: Event, passed: frozenset[Place]) -> _Told:
    """Whether a target of a rule that matches reaches somebody."""
    reasons: list[str] = []
    for target in rule.targets:
        arn = target.target_arn
        parts = arn.split(":", 5)
        if len(parts) == 6 and parts[5].startswith("event-bus/"):
            beyond = (parts[4], parts[3], parts[5].removeprefix("event-bus/"))
            if beyond[0] != rule.account:
                return _Told(heard=True)  # whom another account tells cannot be seen
            told = _Told(heard=False) if beyond in passed else _told(world, handed, beyond, passed)
            if told.heard:
                return told
            reasons += told.reasons
        elif tells(arn) or ":api-destination/" in arn:
            reason = deaf(world, rule.account, f"rule {rule.rule_name}", arn)
            if not reason:
                return _Told(heard=True)
            reasons.append(reason)
    what = "; ".join(dict.fromkeys(reasons)) or "none of its targets tells anybody"
    return _Told(heard=False, reasons=(f"rule {rule.rule_name} matches {handed['detail']['eventName']}, but {what}",))


def _handed(event: Event, account: str, region: str) -> Event:
    """An event of CloudTrail as EventBridge hands it to rules."""
    by_sign_in = event["eventType"] == "AwsConsoleSignIn"
    return {
        "version": "0",
        "id": "00000000-0000-0000-0000-000000000000",
        "detail-type": f"AWS {'Console Sign In' if by_sign_in else 'API Call'} via CloudTrail",
        "source": f"aws.{event['eventSource'].removesuffix('.amazonaws.com')}",
        "account": account,
        "time": "2026-01-01T00:00:00Z",
        "region": region,
        "resources": [],
        "detail": {**event, "awsRegion": region, "recipientAccountId": account},
    }
