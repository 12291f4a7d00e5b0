"""Differences between two scans: what is new, fixed, changed or still open, and what in the resource made it so. Pure.

Nothing counts as fixed because it was not looked at: where a listing failed, a rule took no part or an account was not
scanned, a finding that is missing is *unseen*.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bartizan.model import Severity, Status


class Change(StrEnum):
    """What became of a failure; ``CHANGED`` is one whose severity or problems are others now."""

    NEW = "new"
    FIXED = "fixed"
    CHANGED = "changed"
    OPEN = "still open"
    ACCEPTED = "accepted"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """A field that differs, with its values as they were and are."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a scan knew of a rule on a resource.

    ``status`` is ``None`` where there is no finding: it passed, or was not looked at, which ``judged`` tells.
    ``fields`` are those of the resource, ``None`` where there is none; ``hidden`` says why there may be one all the
    same. ``unread`` are the fields that could not be read. Only fields that the rule looks at matter.
    """

    status: Status | None = None
    severity: Severity = Severity.INFO
    problems: tuple[str, ...] = ()
    judged: bool = True
    fields: Mapping[str, Any] | None = None
    unread: frozenset[str] = frozenset()
    hidden: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What became of one finding, why, and which of the fields that the rule looks at changed."""

    change: Change
    why: str
    fields: tuple[FieldChange, ...] = ()


def compare(before: Seen, after: Seen) -> Difference:
    """What became of a rule on a resource, of which at least one scan says that it fails."""
    fields = _fields(before, after)
    if after.status is Status.FAIL:
        if before.status is Status.FAIL:
            same = (before.severity, before.problems) == (after.severity, after.problems)
            return Difference(change=Change.OPEN if same else Change.CHANGED, why=_of_resource(fields), fields=fields)
        return Difference(change=Change.NEW, why=_why_new(before, fields), fields=fields)
    if after.status is Status.SUPPRESSED:
        return Difference(change=Change.ACCEPTED, why="it is accepted now", fields=fields)
    if after.status is Status.ADVICE:
        return Difference(change=Change.CHANGED, why="it is advice now", fields=fields)
    unseen = _why_unseen(after)
    if unseen:
        return Difference(change=Change.UNSEEN, why=unseen)
    why = "the resource is gone" if after.fields is None else _of_resource(fields)
    return Difference(change=Change.FIXED, why=why, fields=fields)


def _why_new(before: Seen, fields: tuple[FieldChange, ...]) -> str:
    by_status = {
        Status.SUPPRESSED: "it was accepted before",
        Status.ADVICE: "it was advice before",
        Status.UNKNOWN: "it could not be judged before",
        Status.ERROR: "it could not be judged before",
    }
    if before.status in by_status:
        return by_status[before.status]
    if not before.judged:
        return before.hidden or "it was not judged before"
    if before.fields is None:
        return f"it was not seen before: {before.hidden}" if before.hidden else "the resource is new"
    return _of_resource(fields)


def _why_unseen(after: Seen) -> str:
    if after.status in {Status.UNKNOWN, Status.ERROR}:
        return f"it cannot be judged any more: {'; '.join(after.problems)}"
    if not after.judged:
        return after.hidden or "it was not judged"
    return after.hidden if after.fields is None else ""


def _of_resource(fields: tuple[FieldChange, ...]) -> str:
    return "the resource changed" if fields else "nothing that the rule looks at in the resource changed"


def _fields(before: Seen, after: Seen) -> tuple[FieldChange, ...]:
    if before.fields is None or after.fields is None:
        return ()
    return tuple(changed_fields(before.fields, after.fields, before.unread | after.unread))


def changed_fields(
    before: Mapping[str, Any], after: Mapping[str, Any], ignored: Iterable[str] = ()
) -> Iterable[FieldChange]:
    """The fields that differ, in order of name; in which order a list stands makes no difference."""
    left_out = set(ignored)
    for name in sorted((before.keys() | after.keys()) - left_out):
        old, new = before.get(name), after.get(name)
        if old != new and _canonical(old) != _canonical(new):
            yield FieldChange(name=name, before=old, after=new)


def flat(values: Mapping[str, Any], start: str = "") -> dict[str, Any]:
    """Nested mappings as one, with the names on the way joined by dots."""
    made: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            made |= flat(value, f"{start}{name}.")
        else:
            made[f"{start}{name}"] = value
    return made


def _canonical(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _canonical(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return sorted((_canonical(each) for each in value), key=_sort_key)
    return value


def _sort_key(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=dt.datetime.isoformat)
