"""AWS Config's aggregator as a source: the configuration items of one account, as far as they can be trusted.

Sources: https://docs.aws.amazon.com/config/latest/APIReference/API_SelectAggregateResourceConfig.html and
https://docs.aws.amazon.com/config/latest/APIReference/API_AggregatedSourceStatus.html
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bartizan.aws.collect import Task, Wanted, collect
from bartizan.aws.session import Access
from bartizan.model import InputError, Resource, Unknown
from bartizan.resources.config import RECORDERS, ConfigurationRecorder
from bartizan.resources.reading import Api, Call, Failed, Scope
from bartizan.resources.recorded import ConfigReader, ConfigurationItem, Recorded

SELECT = Call("config:SelectAggregateResourceConfig")
SOURCES = Call("config:DescribeConfigurationAggregatorSourcesStatus")

_PAGE = 100
_COLUMNS = (
    "accountId", "arn", "awsRegion", "resourceType", "configurationItemCaptureTime", "configurationItemStatus",
    "supplementaryConfiguration", "tags",
)  # fmt: skip
_OF_RECORDERS = frozenset({"recording", "last_error", "all_supported", "excluded_types", "included_types"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregator:
    """An aggregator of AWS Config: its name, where it is, and the way there.

    ``behind`` are its sources whose copy is not up to date, as account or organization and region; the region is empty
    where it is all of them.
    """

    name: str
    scope: Scope
    access: Access
    behind: frozenset[tuple[str, str]] = frozenset()

    def for_account(self, account: str, organization: str) -> Aggregator:
        """The same for one account: only what is behind of it, or of the whole organization."""
        of_it = frozenset((account, region) for source, region in self.behind if source in {account, organization})
        return replace(self, behind=of_it)


@dataclass(slots=True)
class Known:
    """What an aggregator says of an account's resources, by ARN, and where it is not believed: region → why.

    The region is empty where it is all of them.
    """

    resources: dict[str, Recorded] = field(default_factory=dict)
    unused: dict[str, str] = field(default_factory=dict)


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
    return Aggregator(name=name, scope=there, access=access, behind=frozenset(behind))


async def read_known(  # noqa: PLR0913 - both ends of the way, and what is wanted
    aggregator: Aggregator,
    readers: Mapping[str, ConfigReader],
    wanted: Wanted,
    *,
    home: Api,
    api: Api,
    main: Scope,
) -> Known:
    """What the aggregator, reached by ``home``, says of the account of ``main``, reached by ``api``.

    What fails is a reason not to believe it, no error.
    A region's items are taken only where its recorder works now, which the account itself is asked for.
    """
    useful = {name: each for name, each in readers.items() if _tells(each, wanted)}
    known = Known()
    if not useful:
        return known
    try:
        items = await _select(home, aggregator, main.account, useful)
    except Failed as failed:
        known.unused[""] = f"the aggregator does not answer: {failed.gap}"
        return known
    by_region: defaultdict[str, list[ConfigurationItem]] = defaultdict(list)
    for item in items:
        if item.get("accountId") == main.account:
            by_region[item.get("awsRegion", "")].append(item)
    scopes = [replace(main, region=region) for region in by_region if not _behind(aggregator, region)]
    found = await collect(api, [Task(RECORDERS, each) for each in scopes], {ConfigurationRecorder: _OF_RECORDERS})
    recorders = {each.region: each for each in found.resources}
    for region, there in by_region.items():
        if _behind(aggregator, region):
            known.unused[region] = "the aggregator is not up to date"
        elif why := _why_not(recorders.get(region)):
            known.unused[region] = why
        else:
            kinds = {name: each for name, each in useful.items() if _records(recorders[region], name)}
            known.resources |= _read(there, kinds)
    return known


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
