"""What an aggregator of AWS Config knows of one account, as far as it can be believed.

Of it come three things: of which types there is nothing in a region, so that they need not be listed there; what items
tell of resources, so that their details need not be asked for; and listings that items answer whole.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bartizan.aws.aggregator import PAGE, Aggregator, items_of, present_in
from bartizan.aws.collect import Task, Wanted, collect
from bartizan.model import Resource, Unknown
from bartizan.resources.config import RECORDERS, ConfigurationRecorder
from bartizan.resources.counted import counted_as, recorded_in
from bartizan.resources.index import ResourceIndex
from bartizan.resources.reading import Api, Call, Failed, Item, Reader, Reply, Scope, take
from bartizan.resources.recorded import ConfigListing, ConfigReader, ConfigurationItem, Recorded

_OF_RECORDERS = frozenset(
    {"recording", "last_error", "all_supported", "excluded_types", "included_types", "continuous", "last_started"}
)
_TO_FIND_ALL = dt.timedelta(days=1)
"""How long a recorder must have been at work until what it has not found counts as not there."""

_VPC, _INTERFACE = "AWS::EC2::VPC", "AWS::EC2::NetworkInterface"
_MAY_BE_SHARED = frozenset(
    {_VPC, "AWS::EC2::NetworkAcl", "AWS::EC2::RouteTable", "AWS::EC2::SecurityGroup", "AWS::EC2::Subnet"}
)
"""What an account is also shown of a VPC that another shares with it, but its recorder does not record."""


@dataclass(slots=True)
class Known:
    """What an aggregator says of an account's resources, by ARN, and where it is not believed: region → why.

    The region is empty where it is all of them. ``absent`` are the types, as Config names them, of which there are
    none, by region; ``answers`` the replies of whole listings, by operation and region.
    """

    resources: dict[str, Recorded] = field(default_factory=dict)
    unused: dict[str, str] = field(default_factory=dict)
    absent: dict[str, frozenset[str]] = field(default_factory=dict)
    answers: dict[tuple[str, str], Reply] = field(default_factory=dict)

    def lacks(self, task: Task) -> bool:
        """Whether the task would find nothing."""
        names = counted_as(task.reader)
        return bool(names) and names <= self.absent.get(task.scope.region, frozenset())

    def lists(self, task: Task) -> bool:
        """Whether the listing of the task is answered."""
        return isinstance(task.reader, Reader) and (task.reader.listing.call.name, task.scope.region) in self.answers


@dataclass(frozen=True, slots=True)
class Answered:
    """The port ``Api`` where some listings are answered already, and all else by another port."""

    api: Api
    answers: Mapping[tuple[str, str], Reply]

    async def call(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> Reply:
        """One reply of the other port; raises ``Failed``."""
        return await self.api.call(call, scope, params)

    async def pages(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> AsyncIterator[Reply]:
        """The answer, if there is one, or the replies of the other port; raises ``Failed``."""
        answer = self.answers.get((call.name, scope.region))
        if answer is not None:
            yield answer
            return
        async for reply in self.api.pages(call, scope, params):
            yield reply


async def read_known(  # noqa: PLR0913 - both ends of the way, and what is wanted
    aggregator: Aggregator,
    declared: ResourceIndex,
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
    asking = _Asking(aggregator, declared, wanted, tuple(tasks), home, api, main)
    try:
        return await asking.all()
    except Failed as failed:
        return Known(unused={"": f"the aggregator does not answer: {failed.gap}"})


@dataclass(frozen=True, slots=True)
class _Asking:
    """The questions about one account."""

    aggregator: Aggregator
    declared: ResourceIndex
    wanted: Wanted
    tasks: Sequence[Task]
    home: Api
    api: Api
    main: Scope

    async def all(self) -> Known:
        """Ask everything; raises ``Failed``."""
        known = Known()
        regions = {each.scope.region for each in self.tasks if counted_as(each.reader)}
        present = await present_in(self.home, self.aggregator, self.main.account) if regions else {}
        useful = {name: each for name, each in self.declared.config_readers.items() if _tells(each, self.wanted)}
        if regions:
            useful = {name: each for name, each in useful.items() if any(name in types for types in present.values())}
        items = await self._items(useful, "supplementaryConfiguration") if useful else {}
        known.unused |= dict.fromkeys(regions - present.keys(), "the aggregator knows nothing of it")
        believed = await self._believed(items.keys() | (regions & present.keys()), known)
        for region, recorder in believed.items():
            kinds = {name: each for name, each in useful.items() if _records(recorder, name)}
            known.resources |= _read(items.get(region, ()), kinds)
        sure = {region: each for region, each in believed.items() if region in regions and self._knows_all(each)}
        for region, recorder in sure.items():
            shown = self.aggregator.seen.get(region, frozenset()) | recorded_in(region)
            recorded = frozenset(each for each in shown if _records(recorder, each))
            known.absent[region] = recorded - present[region].keys()
        await self._answer(sure, present, known)
        return known

    async def _items(self, types: Iterable[str], part: str) -> dict[str, list[ConfigurationItem]]:
        return await items_of(self.home, self.aggregator, self.main.account, types, part)

    async def _believed(self, regions: Iterable[str], known: Known) -> dict[str, Any]:
        """The recorders of the regions in which Config is believed; of the others ``known`` learns why it is not."""
        behind = {region for region in regions if self.aggregator.is_behind(region)}
        known.unused |= dict.fromkeys(behind, "the aggregator is not up to date")
        tasks = [Task(RECORDERS, replace(self.main, region=each)) for each in regions if each not in behind]
        found = await collect(self.api, tasks, {ConfigurationRecorder: _OF_RECORDERS})
        recorders = {each.region: each for each in found.resources}
        reasons = {each.scope.region: _why_not(recorders.get(each.scope.region)) for each in tasks}
        known.unused |= {region: why for region, why in reasons.items() if why}
        return {region: recorders[region] for region, why in reasons.items() if not why}

    def _knows_all(self, recorder: Any) -> bool:
        """Whether what the recorder does not know of is not there: it records all the time, and has for a while."""
        try:
            started = recorder.last_started
            return bool(recorder.continuous and started and self.main.now - started >= _TO_FIND_ALL)
        except Unknown:
            return False

    async def _answer(self, sure: Mapping[str, Any], present: Mapping[str, Counter[str]], known: Known) -> None:
        """Answer the listings whose items tell all, where the items are fewer calls than the listings."""
        listings = {each.call: each for each in self.declared.config_listings.values()}
        due: set[tuple[ConfigListing, str]] = set()
        for task in self.tasks:
            region, listed = task.scope.region, {listings.get(each.name) for each in self._calls(task)} - {None}
            if region in sure:
                due |= {(each, region) for each in listed if each is not None}
        for each, region in due:
            if each.type in known.absent[region]:
                known.answers[each.call, region] = each.reply([])
        due = {(each, region) for each, region in due if present[region][each.type]}
        types = {each.type for each, _ in due} | {_VPC, _INTERFACE}
        pages = -(-sum(counted[each] for counted in present.values() for each in types) // PAGE)
        if pages >= len(due):
            return
        items = await self._items(types, "configuration")
        for region in {region for _, region in due}:
            recorded = {each for each in types if _records(sure[region], each)}
            told = _told(items.get(region, ()), self.declared.config_listings, present[region])
            for name in _sound(told, recorded, present[region]) & {each.type for each, there in due if there == region}:
                listing = self.declared.config_listings[name]
                if self._is_whole(listing, told[name]):
                    known.answers[listing.call, region] = listing.reply(told[name])

    def _calls(self, task: Task) -> Iterable[Call]:
        return task.reader.calls(self.wanted.get(task.reader.kind)) if isinstance(task.reader, Reader) else ()

    def _is_whole(self, listing: ConfigListing, told: Iterable[Item]) -> bool:
        """Whether all readers of the listing find their fields in what was told."""
        readers = {id(each.reader): each.reader for each in self.tasks}.values()
        of_it = [each for each in readers if isinstance(each, Reader) and each.listing.call.name == listing.call]
        return not any(take(each.listing.fields, item)[1] for each in of_it for item in told)


def _told(
    items: Iterable[ConfigurationItem], listings: Mapping[str, ConfigListing], present: Mapping[str, int]
) -> dict[str, list[Item]]:
    """What items of a region tell, of the types of which they tell all that there is."""
    told: defaultdict[str, list[Item]] = defaultdict(list)
    for item in items:
        name = item.get("resourceType", "")
        if name in listings:
            told[name].append(listings[name].told(item))
    return {name: found for name, found in told.items() if None not in found and len(found) == present[name]}


def _sound(told: Mapping[str, Sequence[Item]], recorded: set[str], present: Mapping[str, int]) -> set[str]:
    """The types that may be answered: what may be shared, only where all that is there is in the account's own VPCs."""
    own = {each.get("VpcId", "") for each in told.get(_VPC, ())}
    known = {_VPC, _INTERFACE} <= recorded and all(name in told for name in (_VPC, _INTERFACE) if present[name])
    alone = known and all(each.get("VpcId", "") in own for name in told for each in told[name] if "VpcId" in each)
    return {name for name in told if name in recorded and (alone or name not in _MAY_BE_SHARED)}


def _tells(reader: ConfigReader, wanted: Wanted) -> bool:
    if reader.kind not in wanted:
        return False
    fields = wanted[reader.kind]
    return fields is None or bool(fields & reader.fields.keys())


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
