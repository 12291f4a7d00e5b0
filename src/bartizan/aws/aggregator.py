"""AWS Config's aggregator as a source: the configuration items of one account, as far as they can be trusted.

It is asked for two things: of which types an account has nothing in a region, so that they need not be listed there,
and what items tell of resources, so that their details need not be asked for.

Sources: https://docs.aws.amazon.com/config/latest/APIReference/API_SelectAggregateResourceConfig.html,
https://docs.aws.amazon.com/config/latest/developerguide/querying-AWS-resources.html and
https://docs.aws.amazon.com/config/latest/APIReference/API_AggregatedSourceStatus.html
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bartizan.aws.collect import Task, Wanted, collect
from bartizan.aws.session import Access
from bartizan.model import InputError, Resource, Unknown
from bartizan.resources.config import RECORDERS, ConfigurationRecorder
from bartizan.resources.counted import COUNTED, counted_as, recorded_in
from bartizan.resources.reading import Api, Call, Failed, Scope
from bartizan.resources.recorded import ConfigReader, ConfigurationItem, Recorded

SELECT = Call("config:SelectAggregateResourceConfig")
SOURCES = Call("config:DescribeConfigurationAggregatorSourcesStatus")

_PAGE = 100
_COLUMNS = (
    "accountId", "arn", "awsRegion", "resourceType", "configurationItemCaptureTime", "configurationItemStatus",
    "supplementaryConfiguration", "tags",
)  # fmt: skip
_OF_RECORDERS = frozenset(
    {"recording", "last_error", "all_supported", "excluded_types", "included_types", "continuous", "last_started"}
)
_TO_FIND_ALL = dt.timedelta(days=1)
"""How long a recorder must have been at work until what it has not found counts as not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregator:
    """An aggregator of AWS Config: its name, where it is, and the way there.

    ``behind`` are its sources whose copy is not up to date, as account or organization and region; the region is empty
    where it is all of them. ``seen`` are the counted types of which any account has something, by region, which shows
    that Config records them there: it does not know every type in every region.
    """

    name: str
    scope: Scope
    access: Access
    behind: frozenset[tuple[str, str]] = frozenset()
    seen: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def for_account(self, account: str, organization: str) -> Aggregator:
        """The same for one account: only what is behind of it, or of the whole organization."""
        of_it = frozenset((account, region) for source, region in self.behind if source in {account, organization})
        return replace(self, behind=of_it)


@dataclass(slots=True)
class Known:
    """What an aggregator says of an account's resources, by ARN, and where it is not believed: region → why.

    The region is empty where it is all of them. ``absent`` are the types, as Config names them, of which there are
    none, by region.
    """

    resources: dict[str, Recorded] = field(default_factory=dict)
    unused: dict[str, str] = field(default_factory=dict)
    absent: dict[str, frozenset[str]] = field(default_factory=dict)

    def lacks(self, task: Task) -> bool:
        """Whether the task would find nothing."""
        names = counted_as(task.reader)
        return bool(names) and names <= self.absent.get(task.scope.region, frozenset())


async def find_aggregator(api: Api, named: str, scope: Scope, access: Access) -> Aggregator:
    """The aggregator that is called ``name@region``, by default in the region of ``scope``.

    Raises ``InputError`` where there is none, or AWS does not show it.
    """
    name, _, region = named.partition("@")
    there = replace(scope, region=region or scope.region)
    asked = {"ConfigurationAggregatorName": name, "UpdateStatus": ["FAILED", "OUTDATED"]}
    behind: set[tuple[str, str]] = set()
    try:
        async for reply in api.pages(SOURCES, there, asked):
            found = reply.get("AggregatedSourceStatusList") or ()
            behind |= {(each["SourceId"], each.get("AwsRegion", "")) for each in found}
    except Failed as failed:
        raise InputError(
            f"the aggregator {name!r} of AWS Config in {there.region} cannot be asked: {failed.gap}; name it as"
            " NAME@REGION, with credentials of the account that it is in"
        ) from None
    found = Aggregator(name=name, scope=there, access=access, behind=frozenset(behind))
    try:
        present = await _present(api, found)
    except Failed:
        # Each account is read without it, and says why.
        return found
    # The names are those of the table, so that thousands of tasks do not carry copies of them.
    names = {each: each for each in COUNTED}
    seen = {region: frozenset(names[each] for each in types & COUNTED) for region, types in present.items()}
    return replace(found, seen=seen)


async def read_known(  # noqa: PLR0913 - both ends of the way, and what is wanted
    aggregator: Aggregator,
    readers: Mapping[str, ConfigReader],
    wanted: Wanted,
    tasks: Iterable[Task] = (),
    *,
    home: Api,
    api: Api,
    main: Scope,
) -> Known:
    """What the aggregator, reached by ``home``, says of the account of ``main``, reached by ``api``.

    ``tasks`` are those of which some may have nothing to find. What fails is a reason not to believe it, no error.
    A region's items are taken only where its recorder works now, which the account itself is asked for.
    """
    useful = {name: each for name, each in readers.items() if _tells(each, wanted)}
    to_count = {each.scope.region for each in tasks if counted_as(each.reader)}
    known = Known()
    try:
        present = await _present(home, aggregator, main.account) if to_count else {}
        if to_count:
            here = frozenset[str]().union(*present.values())
            useful = {name: each for name, each in useful.items() if name in here}
        items = await _select(home, aggregator, main.account, useful) if useful else []
    except Failed as failed:
        known.unused[""] = f"the aggregator does not answer: {failed.gap}"
        return known
    by_region: defaultdict[str, list[ConfigurationItem]] = defaultdict(list)
    for item in items:
        if item.get("accountId") == main.account:
            by_region[item.get("awsRegion", "")].append(item)
    known.unused |= dict.fromkeys(to_count - present.keys(), "the aggregator knows nothing of it")
    places = by_region.keys() | (to_count & present.keys())
    recorders = await _recorders(api, [replace(main, region=each) for each in places if not _behind(aggregator, each)])
    for region in places:
        recorder = recorders.get(region)
        if _behind(aggregator, region):
            known.unused[region] = "the aggregator is not up to date"
        elif why := _why_not(recorder):
            known.unused[region] = why
        else:
            kinds = {name: each for name, each in useful.items() if _records(recorder, name)}
            known.resources |= _read(by_region[region], kinds)
            if region in to_count and _knows_all(recorder, main.now):
                sure = aggregator.seen.get(region, frozenset()) | recorded_in(region)
                known.absent[region] = frozenset(each for each in sure if _records(recorder, each)) - present[region]
    return known


async def _recorders(api: Api, scopes: Iterable[Scope]) -> dict[str, Resource]:
    found = await collect(api, [Task(RECORDERS, each) for each in scopes], {ConfigurationRecorder: _OF_RECORDERS})
    return {each.region: each for each in found.resources}


async def _present(api: Api, aggregator: Aggregator, account: str = "") -> dict[str, frozenset[str]]:
    """The types of which there is something in the account, or in any, by region; raises ``Failed``.

    No limit is given, since without one AWS gives 500 groups at once.
    """
    where = f" WHERE accountId = '{account}'" if account else ""
    asked = {
        "Expression": f"SELECT resourceType, awsRegion, COUNT(*){where} GROUP BY resourceType, awsRegion",
        "ConfigurationAggregatorName": aggregator.name,
    }
    found: defaultdict[str, set[str]] = defaultdict(set)
    async for reply in api.pages(SELECT, aggregator.scope, asked):
        for group in map(_parsed, reply.get("Results") or ()):
            found[group.get("awsRegion", "")].add(group.get("resourceType", ""))
    return {region: frozenset(types) for region, types in found.items()}


def _tells(reader: ConfigReader, wanted: Wanted) -> bool:
    if reader.kind not in wanted:
        return False
    fields = wanted[reader.kind]
    return fields is None or bool(fields & reader.fields.keys())


def _behind(aggregator: Aggregator, region: str) -> bool:
    return any(each in {"", region} for _, each in aggregator.behind)


async def _select(api: Api, aggregator: Aggregator, account: str, types: Iterable[str]) -> list[ConfigurationItem]:
    listed = ", ".join(f"'{each}'" for each in types)
    asked = {
        "Expression": f"SELECT {', '.join(_COLUMNS)} WHERE accountId = '{account}' AND resourceType IN ({listed})",
        "ConfigurationAggregatorName": aggregator.name,
        "Limit": _PAGE,
    }
    return [
        item
        async for reply in api.pages(SELECT, aggregator.scope, asked)
        for item in map(_parsed, reply.get("Results") or ())
    ]


def _parsed(text: str) -> dict[str, Any]:
    try:
        item = json.loads(text)
    except ValueError:
        return {}
    return item if isinstance(item, dict) else {}


def _why_not(recorder: Resource | None) -> str:
    """Why the items of a region are not believed; empty where they are."""
    try:
        if not isinstance(recorder, ConfigurationRecorder) or not recorder.recording:
            return "its recorder is not recording"
        error = recorder.last_error
    except Unknown as unread:
        return f"whether its recorder works is not known: {unread.gap}"
    return f"its recorder fails: {error}" if error else ""


def _knows_all(recorder: Any, now: dt.datetime) -> bool:
    """Whether what the recorder does not know of is not there: it records all the time, and has for a while."""
    try:
        started = recorder.last_started
        return bool(recorder.continuous and started and now - started >= _TO_FIND_ALL)
    except Unknown:
        return False


def _records(recorder: Any, name: str) -> bool:
    if recorder.included_types:
        return name in recorder.included_types
    return name not in recorder.excluded_types and bool(recorder.all_supported or recorder.excluded_types)


def _read(items: Iterable[ConfigurationItem], readers: Mapping[str, ConfigReader]) -> dict[str, Recorded]:
    found: dict[str, Recorded] = {}
    for item in items:
        reader = readers.get(item.get("resourceType", ""))
        recorded = reader.read(item) if reader else None
        if recorded is not None and item.get("arn"):
            found[item["arn"]] = recorded
    return found
