"""Suppressions: findings that somebody has looked at and accepts, for a reason and for a time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fnmatch import fnmatchcase

from bartizan.model.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """One accepted finding, or a group of them.

    ``rule`` is an id or a pattern (``s3.*``); ``resource`` a pattern of ARNs, addresses or names. ``account`` and
    ``region`` narrow it; empty means all. ``expires`` is the last day on which it holds, ``None`` where it is for good.
    """

    rule: str
    resource: str
    reason: str
    owner: str
    expires: dt.date | None = None
    account: str = ""
    region: str = ""

    def concerns(self, rule: str) -> bool:
        """Whether it speaks of a rule."""
        return fnmatchcase(rule, self.rule)

    def covers(self, resource: Resource) -> bool:
        """Whether it speaks of a resource."""
        named = fnmatchcase(resource.key, self.resource) or fnmatchcase(resource.name, self.resource)
        return named and self.account in {"", resource.account} and self.region in {"", resource.region}

    def expired(self, today: dt.date) -> bool:
        """Whether its time is over."""
        return self.expires is not None and self.expires < today

    def __str__(self) -> str:
        until = f" until {self.expires}" if self.expires else ""
        return f"{self.rule} on {self.resource} ({self.reason}; {self.owner}{until})"
