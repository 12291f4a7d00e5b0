"""The calls of one edit: what its looks see, what its puts send."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from bartizan.engine.hardening import PlannedCall
from bartizan.model import Gap, Reason, Resource, plain
from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put, masked, shown
from bartizan.resources.reading import Api, Call, Failed, Scope

Seen = Mapping[str, Any]
"""What looks saw, by their key; None where there was nothing."""


@dataclass(frozen=True, slots=True)
class Waits:
    """How long to wait for what takes its time, in seconds: ``first`` before the second try, ``longest`` in all."""

    first: float = 0.5
    longest: float = 60

    def spans(self, times: int = 1) -> Iterator[float]:
        """The waits between tries, each twice the one before, as long as there is time: so many times the longest."""
        spent, span = 0.0, self.first
        while spent < self.longest * times:
            yield span
            spent += span
            span = min(span * 2, 8)


def scope_of(resource: Resource, main: Scope) -> Scope:
    """Where the calls for a resource go."""
    return Scope(main.partition, main.account, resource.region or main.region, main.now)


async def look(api: Api, scope: Scope, resource: Resource, looks: Sequence[Look | None]) -> Seen:
    """What these looks see, each asked once; raises ``Failed``."""
    wanted = {each.key: each for each in looks if each is not None}
    seen = await asyncio.gather(*(_look(api, scope, resource, each) for each in wanted.values()))
    return dict(zip(wanted, seen, strict=True))


def remembered(seen: Seen, looks: Sequence[Look | None]) -> Seen:
    """What looks saw, as a journal may hold it."""
    hidden = {each.key: each.hidden for each in looks if each is not None}
    return {name: masked(kept, hidden[name]) for name, kept in seen.items()}


async def _look(api: Api, scope: Scope, resource: Resource, wanted: Look) -> Any:
    try:
        reply = await api.call(wanted.call, scope, wanted.params(resource))
    except Failed as failed:
        if failed.among(wanted.gone):
            return None
        raise
    with _understood(wanted.call):
        return wanted.keep(reply)


@contextmanager
def _understood(call: Call) -> Iterator[None]:
    """Take a reply that is not as AWS documents it for a failure of the call, and not of the run."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError) as wrong:
        gap = Gap(Reason.MALFORMED, detail=f"{call.name}: {type(wrong).__name__}: {wrong}")
        raise Failed("Malformed", gap) from wrong


@dataclass(frozen=True, slots=True)
class Step:
    """One call to make, by which put."""

    put: Put
    params: Params

    @property
    def planned(self) -> PlannedCall:
        """The call as plans and journals show it."""
        return PlannedCall(self.put.call.name, plain(shown(self.put, self.params)))


def steps(writer: ApiWriter, edit: Edit, seen: Seen, was: Seen | None = None) -> list[Step]:
    """The calls of an edit, in their order; of an undo, which has ``was``, in the opposite one.

    What makes again what was deleted is in its own order. Raises ``Failed`` where a look saw what it should not.
    """
    puts = writer.steps(edit)
    found: list[Step] = []
    for put in puts if was is None or edit.before is None else reversed(puts):
        with _understood(put.look.call if put.look else put.call):
            found += [Step(put, params) for params in put.calls(informed(put, edit, seen, was))]
    return found


def informed(put: Put, edit: Edit, seen: Seen, was: Seen | None = None) -> Edit:
    """The edit with what the put's look sees, and saw."""
    name = put.look.key if put.look else ""
    return replace(edit, now=seen.get(name), undoing=was is not None, was=(was or {}).get(name))


def looks_of(writer: ApiWriter, edit: Edit) -> list[Look | None]:
    """All that must be looked at before an edit, for it and for its undo."""
    puts = [*writer.steps(edit), *(writer.creates if edit.after is None else ())]
    return [each.look for each in puts]
