"""Events reduced to what is distinct in them, with how often and when it was seen.

Two steps keep it quick: what an event has of the fields below is counted as it is, and only what is distinct is made
into actions, principals and resources.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any

import msgspec

from bartizan.policy.reference import Action
from bartizan.trail.actions import How, needed
from bartizan.trail.context import CONTEXT, address, network
from bartizan.trail.event import Event, parameters, whole
from bartizan.trail.principal import principal
from bartizan.trail.resource import AT_MOST, Told, filled, folder_of, listed, members, named

Row = tuple[Any, ...]
"""A value for each of ``COLUMNS``."""

KEYS = (
    "account",
    "month",
    "principal_kind",
    "principal",
    "principal_account",
    "principal_org_id",
    "action",
    "resource",
    "resource_account",
    "error",
    "mapping",
    "event_source",
    "event_name",
    "event_category",
    "read_only",
    *(each.column for each in CONTEXT),
)
"""The columns by which rows are distinct."""

COLUMNS = (*KEYS, "source_network", "events", "first_seen", "last_seen")
"""``source_network`` is for merging only; times are texts as CloudTrail writes them."""

_IDENTITY = (
    "userIdentity.type",
    "userIdentity.arn",
    "userIdentity.sessionContext.sessionIssuer.arn",
    "userIdentity.accountId",
    "userIdentity.invokedBy",
    "userIdentity.identityProvider",
)
_OTHER = (
    "eventSource",
    "eventName",
    "eventType",
    "recipientAccountId",
    "errorCode",
    "eventCategory",
    "readOnly",
    "awsRegion",
)
_PATHS = tuple(dict.fromkeys(each.path for each in CONTEXT))
_taken = attrgetter(*_OTHER, *_PATHS, *_IDENTITY)
_issued = attrgetter("userIdentity.sessionContext.sessionIssuer.arn")
_Resources = tuple[tuple[str | None, str | None], ...]
_NOT_TOLD: _Resources = ((None, None),)


@dataclass(slots=True)
class _Seen:
    events: int
    first: str
    last: str


class Reduction:
    """What has been seen, of the events that were added; ``organization`` is whose trail delivered them."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._seen: dict[tuple[Any, ...], _Seen] = {}
        self.events = 0
        self.malformed = 0

    def __len__(self) -> int:
        """How many distinct things were seen, which is what takes memory."""
        return len(self._seen)

    def add(self, events: Iterable[Event], organization: str | None = None) -> None:
        """Count events."""
        seen = self._seen
        for event in events:
            at = event.eventTime
            try:
                key = (organization, at[:7], _told(event), *_fields(event))
            except AttributeError:
                event = whole(event)  # noqa: PLW2901 - the same, with nothing null
                key = (organization, at[:7], _told(event), *_fields(event))
            held = seen.get(key)
            if held is None:
                seen[key] = _Seen(1, at, at)
            else:
                held.events += 1
                if at < held.first:
                    held.first = at
                elif at > held.last:
                    held.last = at
            self.events += 1

    def rows(self) -> Iterator[Row]:
        """What was seen, one row for each action and resource of it; rows may repeat, and are merged by the store."""
        for (organization, month, told, *fields), held in self._seen.items():
            yield from _rows(organization, month, told, fields, held)


def _fields(event: Event) -> tuple[Any, ...]:
    """The fields by which events are distinct; a session's ARN gives way to that of its role."""
    *fields, kind, arn, issuer, account, invoked_by, provider = _taken(event)
    if issuer is not None and kind == "AssumedRole":
        arn = None
    return (*fields, kind, arn, issuer, account, invoked_by, provider)


def _told(event: Event) -> Told | None:
    """What the event says of resources."""
    if event.resources:
        return tuple(
            (folder_of(each.ARN) if each.ARN else f"{each.ARNPrefix}*", each.accountId)
            for each in event.resources[:AT_MOST]
            if each.ARN or each.ARNPrefix
        )
    wanted = _wanted(event.eventSource, event.eventName, event.eventType)
    if not wanted:
        return None
    try:
        return named(wanted, parameters(event))
    except msgspec.DecodeError:
        return None


@cache
def _wanted(source: str, name: str, kind: str | None) -> frozenset[str]:
    return members(needed(source, name, kind).actions)


def _rows(organization: str | None, month: str, told: Told | None, fields: list[Any], held: _Seen) -> Iterator[Row]:
    source, name, kind, account, error, category, read_only, region = fields[: len(_OTHER)]
    who = principal(*fields[len(_OTHER) + len(_PATHS) :])
    account = account or who.account
    own = organization if organization and who.account == account else None
    context, origin = _context(*fields[len(_OTHER) : len(_OTHER) + len(_PATHS)])
    what = needed(source, name, kind)
    for action in what.actions or (None,):
        resources = _resources(action, told, region or "", account or "") if action else _NOT_TOLD
        for resource, owner in resources:
            yield (
                account,
                month,
                str(who.kind),
                who.name,
                who.account,
                own,
                str(action) if action else None,
                resource,
                owner,
                error,
                str(what.how),
                source,
                name,
                category,
                read_only if isinstance(read_only, bool) else {"true": True, "false": False}.get(read_only),
                *context,
                origin,
                held.events,
                held.first,
                held.last,
            )


@lru_cache(maxsize=1 << 16)
def _context(*values: Any) -> tuple[tuple[str | bool | None, ...], str | None]:
    """The columns of the context, from the values at ``_PATHS``, and the network of the address."""
    held = dict(zip(_PATHS, values, strict=True))
    return tuple(each.take(held[each.path]) for each in CONTEXT), network(address(held["sourceIPAddress"]))


@lru_cache(maxsize=1 << 16)
def _resources(action: Action, told: Told | None, region: str, account: str) -> _Resources:
    """The ARNs on which an action was called, and whose they are; one that is ``None`` where the event does not say."""
    if not action.resources:
        return (("*", None),)
    if not told:
        return _NOT_TOLD
    by_list = tuple(listed(action, told)) if told[0][0].startswith("arn:") else ()
    by_name = () if by_list else tuple((each, None) for each in filled(action, told, region, account))
    return by_list or by_name or tuple(_any_arn(told)) or _NOT_TOLD


def _any_arn(told: Told) -> Iterator[tuple[str | None, str | None]]:
    """The first ARN that the event lists: AWS calls it the resource, though the reference knows no such type."""
    yield from ((arn, account) for arn, account in told[:1] if arn.startswith("arn:"))


__all__ = ["COLUMNS", "KEYS", "How", "Reduction", "Row"]
