"""Reading some resources again: the same readers, for some ARNs alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bartizan.aws.collect import Task, collect
from bartizan.model import CoverageGap, Resource
from bartizan.resources.reading import AnyReader, Api, Scope


@dataclass(frozen=True, slots=True)
class Again:
    """What was read again, by ARN, and what could not be listed."""

    resources: Mapping[str, Resource]
    gaps: tuple[CoverageGap, ...]


async def read_again(api: Api, readers: Iterable[AnyReader], resources: Sequence[Resource], main: Scope) -> Again:
    """Read these resources again, which are of one type, with all their fields.

    ``main`` is the scope in which the partition's global services answer. What is not there any more is not in the
    result, and neither is what could not be listed: then there is a gap. A service of which each region has one is
    found by its region where its ARN is another since it was turned on or off.
    """
    kind = type(resources[0])
    places = sorted({each.region for each in resources})
    tasks = [
        Task(reader, scope)
        for reader in readers
        if kind in reader.types
        for scope in (
            [main]
            if reader.where == "account"
            else [Scope(main.partition, main.account, region, main.now) for region in places]
        )
    ]
    wanted = frozenset(each.arn for each in resources)
    found = await collect(api, tasks, {kind: None}, only=wanted)
    by_arn = {each.arn: each for each in found.resources}
    by_place: dict[str, list[Resource]] = defaultdict(list)
    for each in found.resources:
        by_place[each.region].append(each)
    for each in resources:
        if each.arn not in by_arn and len(by_place[each.region]) == 1 and by_place[each.region][0].arn not in wanted:
            by_arn[each.arn] = by_place[each.region][0]
    return Again(by_arn, tuple(each for each in found.gaps if each.hides))
