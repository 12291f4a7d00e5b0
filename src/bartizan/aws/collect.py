"""Collection: runs the readers that resource types declare, and gives resources and coverage gaps."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from bartizan.model import CoverageGap, Gap, Reason, Resource
from bartizan.resources.reading import (
    AnyReader,
    Api,
    Batch,
    Call,
    CustomReader,
    Detail,
    Failed,
    Item,
    Listing,
    Reader,
    Reply,
    Scope,
    Within,
    take,
)
from bartizan.resources.recorded import Recorded

Wanted = Mapping[type[Resource], frozenset[str] | None]
"""The types that are wanted, and the fields of each; ``None`` stands for all of them."""

Progress = Callable[[str], None]
"""Called with a short text after each finished listing."""

_ITEMS_AT_ONCE = 48
_NOT_TOLD = Gap(Reason.NOT_READ, detail="AWS listed it, and said nothing more of it")

NOTHING_RECORDED: Mapping[str, Recorded] = MappingProxyType({})
"""What AWS Config says where it is not asked."""

_Told = tuple[dict[str, Any], dict[str, Gap]]
"""Values by field, and gaps by field."""


@dataclass(slots=True)
class Collection:
    """What was read, and what could not be listed; of ``recorded`` resources AWS Config told a part."""

    resources: list[Resource] = field(default_factory=list)
    gaps: list[CoverageGap] = field(default_factory=list)
    recorded: int = 0


@dataclass(frozen=True, slots=True)
class Task:
    """One reader in one scope."""

    reader: AnyReader
    scope: Scope

    @property
    def label(self) -> str:
        """What it reads and where, for people."""
        kinds = ", ".join(kind.__name__ for kind in self.reader.types)
        return f"{kinds} in {self.scope.region}" if self.reader.where == "region" else kinds


def plan(readers: Iterable[AnyReader], main: Scope, regions: Iterable[Scope]) -> list[Task]:
    """The tasks of a scan: global readers once, in the main scope; the others in each region."""
    regional = list(regions)
    return [Task(reader, scope) for reader in readers for scope in ([main] if reader.where == "account" else regional)]


def askers(tasks: Iterable[Task], wanted: Wanted) -> Mapping[tuple[Call, str], int]:
    """How many of the tasks make which call in which region, where it is more than one."""
    counted: Counter[tuple[Call, str]] = Counter()
    for task in tasks:
        fields = wanted.get(task.reader.kind) if isinstance(task.reader, Reader) else None
        counted.update((call, task.scope.region) for call in set(task.reader.calls(fields)))
    return {key: count for key, count in counted.items() if count > 1}


async def collect(  # noqa: PLR0913 - all but three can be left out
    api: Api,
    tasks: Iterable[Task],
    wanted: Wanted,
    progress: Progress = lambda _: None,
    recorded: Mapping[str, Recorded] = NOTHING_RECORDED,
    *,
    only: frozenset[str] | None = None,
) -> Collection:
    """Run all tasks at once, within the limits of the port; what fails becomes a gap, never an exception.

    ``recorded`` is what AWS Config says of resources, by ARN, for which their details are not asked for. With ``only``
    no other ARNs than these are read, but of what each place has one of.
    """
    collection = Collection()
    elsewhere: set[str] = set()

    def read(task: Task) -> AsyncIterator[Resource | CoverageGap]:
        if isinstance(task.reader, CustomReader):
            return _custom(api, task.reader, task.scope, only)
        fields = wanted.get(task.reader.kind)
        return _Listing(api, task.reader, task.scope, fields, elsewhere, recorded, only).read()

    async def run(task: Task) -> None:
        async for found in read(task):
            if isinstance(found, CoverageGap):
                collection.gaps.append(found)
            elif type(found) in wanted and (only is None or found.arn in only or _alone(task.reader)):
                collection.resources.append(found)
                collection.recorded += found.arn in recorded and found.read_at == recorded[found.arn].captured
        progress(task.label)

    async with asyncio.TaskGroup() as group:
        for task in tasks:
            group.create_task(run(task))
    return collection


def _alone(reader: AnyReader) -> bool:
    """Whether it reads what each place has one of, on or off: it may have another ARN once it is on."""
    return isinstance(reader, Reader) and bool(reader.listing.stand_ins)


async def _custom(
    api: Api, reader: CustomReader, scope: Scope, only: frozenset[str] | None
) -> AsyncIterator[Resource | CoverageGap]:
    try:
        async for found in (
            reader.again(api, scope, only) if reader.again and only is not None else reader.read(api, scope)
        ):
            yield found
    except Failed as failed:
        yield _coverage(reader, scope, failed.gap, reader.declared[0].name)


@dataclass(slots=True)
class _Listing:
    """One reader at work in one scope.

    ``elsewhere`` holds the ARNs of items that name their own region, which the listings of several regions may show.
    """

    api: Api
    reader: Reader
    scope: Scope
    fields: frozenset[str] | None
    elsewhere: set[str]
    recorded: Mapping[str, Recorded]
    only: frozenset[str] | None = None
    joined: dict[str, Callable[[Item], Any]] = field(default_factory=dict)
    join_gaps: dict[str, Gap] = field(default_factory=dict)

    async def read(self) -> AsyncIterator[Resource | CoverageGap]:
        """The resources as they are done, some items at a time; a gap at the end where a page failed."""
        running: set[asyncio.Future[Resource]] = set()
        joins_read = False
        async for found in self._told():
            if isinstance(found, CoverageGap):
                yield found
                continue
            if not joins_read:
                joins_read = True
                await self._read_joins()
            running.add(asyncio.ensure_future(self._resource(*found)))
            if len(running) >= _ITEMS_AT_ONCE:
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for each in done:
                    yield each.result()
        for finished in asyncio.as_completed(running):
            yield await finished

    async def _told(self) -> AsyncIterator[tuple[Item, _Told] | CoverageGap]:
        """Each new item, with what a call for several of them says of it."""
        batch = self.reader.batch
        if batch and self.fields is not None and not self.fields & batch.fields.keys():
            batch = None
        waiting: dict[Any, list[Item]] = defaultdict(list)
        async for found in self._new():
            if isinstance(found, CoverageGap):
                yield found
            elif batch is None:
                yield found, ({}, {})
            else:
                some = waiting[batch.apart(found)]
                some.append(found)
                if len(some) == batch.size:
                    waiting.pop(batch.apart(found))
                    for each in await self._batched(batch, some):
                        yield each
        # Without a batch nothing waits.
        for batch, some in [(batch, some) for some in waiting.values() if batch]:
            for each in await self._batched(batch, some):
                yield each

    async def _new(self) -> AsyncIterator[Item | CoverageGap]:
        """The items that no other region's listing showed, and gaps."""
        within = self.reader.listing.within
        async for found in self._outer(within) if within else self._items(self.reader.listing, {}):
            if isinstance(found, CoverageGap) or (self._asked(found) and not self._known(found)):
                yield found

    async def _batched(self, batch: Batch, some: list[Item]) -> list[tuple[Item, _Told]]:
        """The items of one call, with what it says of each."""
        asked = [each for each in some if batch.when(each)]
        gap, described = _NOT_TOLD, {}
        try:
            reply = await self.api.call(batch.call, self.scope, batch.params(asked)) if asked else {}
            described = {batch.found(each): each for each in reply.get(batch.items) or ()}
        except Failed as failed:
            gap = failed.gap
        told: list[tuple[Item, _Told]] = []
        for each in some:
            if not batch.when(each):
                told.append((each, (dict(batch.otherwise), {})))
            elif batch.key(each) in described:
                told.append((each, take(batch.fields, described[batch.key(each)])))
            else:
                told.append((each, ({}, dict.fromkeys(batch.fields, gap))))
        return told

    async def _items(self, listing: Listing, params: Mapping[str, Any]) -> AsyncIterator[Item | CoverageGap]:
        """The items of a listing, or what stands for there being none, and a gap at the end where a page failed."""
        none = True
        try:
            async for reply in self.api.pages(listing.call, self.scope, {**listing.params, **params}):
                for item in listing.found(reply):
                    none = False
                    yield item
        except Failed as failed:
            if not failed.among(listing.absent):
                none = False
                yield _coverage(self.reader, self.scope, failed.gap, listing.call.name)
        for item in listing.stand_ins if none else ():
            yield item

    async def _outer(self, within: Within) -> AsyncIterator[Item | CoverageGap]:
        """The items that are listed by what holds them, some of those at once; one gap for all that failed."""
        holders: list[Item] = []
        told = False
        async for found in self._items(within.listing, {}):
            if isinstance(found, CoverageGap):
                yield found
            elif within.when is None or within.when(found):
                holders.append(found)
        for first in range(0, len(holders), _ITEMS_AT_ONCE):
            some = holders[first : first + _ITEMS_AT_ONCE]
            for inner in await asyncio.gather(*(self._inner(within, each) for each in some)):
                for item in inner:
                    if isinstance(item, CoverageGap):
                        if told:
                            continue
                        told = True
                    yield item

    async def _inner(self, within: Within, holder: Item) -> list[Item | CoverageGap]:
        given = {name: each for name, each in holder.items() if within.keys is None or name in within.keys}
        return [
            each if isinstance(each, CoverageGap) else {**given, **each}
            async for each in self._items(self.reader.listing, within.params(holder))
        ]

    def _asked(self, item: Item) -> bool:
        if self.only is None or _alone(self.reader):
            return True
        region = self.reader.region(item, self.scope) if self.reader.region else self.scope.region
        scope = Scope(self.scope.partition, self.scope.account, region, self.scope.now)
        return self.reader.arn(item, scope) in self.only

    def _known(self, item: Item) -> bool:
        """Whether another region's listing showed the item already; from here on it counts as shown."""
        if self.reader.region is None:
            return False
        arn = self.reader.arn(item, self.scope)
        known = arn in self.elsewhere
        self.elsewhere.add(arn)
        return known

    async def _read_joins(self) -> None:
        for join in self.reader.joins:
            if self.fields is not None and not self.fields & join.fields.keys():
                continue
            items: list[Item] = []
            try:
                async for reply in self.api.pages(join.listing.call, self.scope, join.listing.params):
                    items.extend(join.listing.found(reply))
            except Failed as failed:
                if not failed.among(join.listing.absent):
                    self.join_gaps |= dict.fromkeys(join.fields, failed.gap)
                    continue
            index = join.index(items)
            for name, function in join.fields.items():
                self.joined[name] = _bound(function, index)

    async def _resource(self, item: Item, told: _Told) -> Resource:
        region = self.reader.region(item, self.scope) if self.reader.region else self.scope.region
        scope = Scope(self.scope.partition, self.scope.account, region, self.scope.now)
        values, gaps = take({**self.reader.listing.fields, **self.joined}, item)
        gaps |= self.join_gaps | told[1]
        values |= {
            **told[0],
            "arn": self.reader.arn(item, scope),
            "account": scope.account,
            "region": region,
            "read_at": scope.now,
        }
        chosen = [each for each in self.reader.details if self.fields is None or self.fields & each.fields.keys()]
        for late in (False, True):
            made = self.reader.kind.of(values, gaps)
            due = [each for each in chosen if (each.when is not None) is late]
            for more, missing in await asyncio.gather(*(self._detail(each, scope, item, made) for each in due)):
                values |= more
                gaps |= missing
        return self.reader.kind.of(values, gaps)

    async def _detail(
        self, detail: Detail, scope: Scope, item: Item, made: Resource
    ) -> tuple[dict[str, Any], dict[str, Gap]]:
        if detail.when is not None:
            sensible, gap = _sensible(detail.when, made)
            if gap:
                return {}, dict.fromkeys(detail.fields, gap)
            if not sensible:
                return dict(detail.otherwise), {}
        known = self.recorded.get(made.arn)
        asked = detail.fields.keys() if self.fields is None else detail.fields.keys() & self.fields
        if known is not None and asked <= known.values.keys():
            return {**{name: known.values[name] for name in asked}, "read_at": known.captured}, {}
        arn = {detail.arn_as: made.arn} if detail.arn_as else {}
        try:
            reply = await self._reply(detail, scope, {**detail.params(item), **arn})
        except Failed as failed:
            if failed.code in detail.absent:
                return dict(detail.absent[failed.code]), {}
            return {}, dict.fromkeys(detail.fields, failed.gap)
        return take(detail.fields, reply)

    async def _reply(self, detail: Detail, scope: Scope, params: Mapping[str, Any]) -> Reply:
        if not detail.whole:
            return await self.api.call(detail.call, scope, params)
        pages = [page async for page in self.api.pages(detail.call, scope, params)]
        return {detail.whole: [each for page in pages for each in page.get(detail.whole) or ()]}


def _bound(function: Callable[[Item, Any], Any], index: Any) -> Callable[[Item], Any]:
    return lambda item: function(item, index)


def _sensible(when: Callable[[Resource], bool], made: Resource) -> tuple[bool, Gap | None]:
    values, gaps = take({"when": when}, made)
    return bool(values.get("when")), gaps.get("when")


def _coverage(reader: AnyReader, scope: Scope, gap: Gap, call: str) -> CoverageGap:
    return CoverageGap(
        types=tuple(kind.cfn_type for kind in reader.types),
        account=scope.account,
        region=scope.region if reader.where == "region" else "",
        gap=gap,
        call=call,
    )
