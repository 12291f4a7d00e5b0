"""Acceptance of findings: which failures the suppressions cover, and which suppressions are of no use any more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bartizan.engine.evaluate import Evaluation
from bartizan.engine.settings import Settings
from bartizan.model import Resource, Suppression, Unknown

_BY_TAG = "tag of the resource"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What came of applying suppressions: how many failures are accepted, and what is to be cleaned up."""

    count: int = 0
    expired: tuple[Suppression, ...] = ()
    unused: tuple[Suppression, ...] = ()

    @classmethod
    def together(cls, several: Iterable[Accepted]) -> Accepted:
        """Those of several accounts as one: a suppression is unused if no account has a use for it."""
        listed = list(several)
        if not listed:
            return cls()
        unused = [each for each in listed[0].unused if all(each in other.unused for other in listed)]
        return cls(count=sum(each.count for each in listed), expired=listed[0].expired, unused=tuple(unused))


def accept(evaluation: Evaluation, settings: Settings, today: dt.date) -> Accepted:
    """Accept what the settings accept."""
    return suppress(evaluation, settings.suppressions, today, tag=settings.suppression_tag)


def suppress(evaluation: Evaluation, suppressions: Iterable[Suppression], today: dt.date, *, tag: str = "") -> Accepted:
    """Accept the failures that a suppression covers; one that has expired covers nothing.

    With ``tag``, a resource accepts by itself what that tag of it names: rule ids or patterns, parted by spaces.
    """
    listed = tuple(suppressions)
    valid = [each for each in listed if not each.expired(today)]
    used: set[int] = set()
    count = 0
    for verdicts in evaluation.verdicts:
        concerned = [(number, each) for number, each in enumerate(valid) if each.concerns(verdicts.rule.id)]
        if not concerned and not tag:
            continue
        for position, resource in list(verdicts.failures()):
            found = next(((number, each) for number, each in concerned if each.covers(resource)), None)
            if found is None and tag:
                found = _by_tag(resource, tag, verdicts.rule.id)
            if found is not None:
                used.add(found[0])
                verdicts.suppress(position, found[1])
                count += 1
    return Accepted(
        count=count,
        expired=tuple(each for each in listed if each.expired(today)),
        unused=tuple(each for number, each in enumerate(valid) if number not in used),
    )


def _by_tag(resource: Resource, tag: str, rule: str) -> tuple[int, Suppression] | None:
    none: Mapping[str, Any] = {}
    try:
        tags = resource.tags if "tags" in type(resource).defaults else none
    except Unknown:
        tags = none
    for pattern in str(tags.get(tag, "")).split():
        made = Suppression(rule=pattern, resource=resource.key, reason=f"tag {tag}", owner=_BY_TAG)
        if made.concerns(rule):
            return -1, made
    return None
