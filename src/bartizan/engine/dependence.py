"""What of a plan goes before what, and who uses what is changed: by the references between resources. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from typing import Any

from bartizan.engine.hardening import Change
from bartizan.model import Resource, plain
from bartizan.model.resource import BASE_DEFAULTS

_ID = re.compile(r"[a-z]+-[0-9a-f]{8,17}")
_SHOWN = 10


def names_of(resource: Resource) -> frozenset[str]:
    """What others refer to it by: its ARN, and its id where that alone says which it is (``sg-0123456789abcdef0``)."""
    last = re.split("[:/]", resource.arn)[-1]
    return frozenset({resource.key, last} if _ID.fullmatch(last) else {resource.key})


def references(resource: Resource) -> frozenset[str]:
    """The texts that stand in its fields, in mappings and lists too; its own names and policies are left out."""
    own = names_of(resource)
    found = {
        text
        for name, value in resource.known().items()
        if name not in BASE_DEFAULTS
        for text in _texts(value if isinstance(value, str) else plain(value))
    }
    return frozenset(found - own)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def affected(resource: Resource, users: Mapping[str, Sequence[Resource]]) -> tuple[str, ...]:
    """Who uses a resource, as far as that was read: what refers to it, and when it was last used."""
    found: dict[str, None] = {}
    for name in names_of(resource):
        for each in users.get(name, ()):
            found[f"{type(each).__name__} {each.name} refers to it"] = None
    used = [
        f"{name.replace('_', ' ')} {value:%Y-%m-%d}"
        for name, value in resource.known().items()
        if name.startswith("last_") and isinstance(value, (dt.datetime, dt.date))
    ]
    more = [f"and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
    return (*list(found)[:_SHOWN], *more, *used)


def users_of(resources: Iterable[Resource], changed: Iterable[Resource]) -> Mapping[str, Sequence[Resource]]:
    """The resources that refer to one of the changed ones, by the name by which they do."""
    wanted = {name for each in changed for name in names_of(each)}
    found: defaultdict[str, list[Resource]] = defaultdict(list)
    for each in resources:
        for name in references(each) & wanted:
            found[name].append(each)
    return found


def in_order(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes in an order in which they can be made, numbered so.

    What is referred to is changed before what refers to it, but deleted after that. Where the references go round in
    a circle, the order is that in which they came.
    """
    given = list(changes)
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for position, each in enumerate(given):
        for name in names_of(each.before):
            holders[name].append(position)
    before: dict[int, set[int]] = {position: set() for position in range(len(given))}
    for position, each in enumerate(given):
        for name in references(each.before) & holders.keys():
            for other in holders[name]:
                if other != position:
                    first, then = (position, other) if given[other].after is None else (other, position)
                    before[then].add(first)
    try:
        order = list(TopologicalSorter(before).static_order())
    except CycleError:
        order, before = list(range(len(given))), {}
    numbers = {position: number for number, position in enumerate(order, 1)}
    return tuple(
        replace(
            given[position],
            number=numbers[position],
            needs=tuple(sorted(numbers[each] for each in before.get(position, ()))),
        )
        for position in order
    )
