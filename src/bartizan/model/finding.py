"""Findings: what a rule says of a resource."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any

from bartizan.model.errors import Gap, InputError, Reason
from bartizan.model.resource import Place
from bartizan.model.suppression import Suppression


class Severity(IntEnum):
    """How bad a finding is; larger is worse."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    def __str__(self) -> str:
        return self.name.lower()

    @classmethod
    def parse(cls, text: str) -> Severity:
        """The severity called ``text``; raises ``InputError`` with the choices where there is none."""
        try:
            return cls[text.strip().upper()]
        except KeyError:
            choices = ", ".join(str(each) for each in reversed(cls))
            raise InputError(f"there is no severity {text!r}; choose one of {choices}") from None


class Status(StrEnum):
    """What came of judging one resource by one rule.

    ``ADVICE`` is what a rule yields that takes judgement, and no failure; ``SUPPRESSED`` is a failure that is accepted.
    """

    PASS = "pass"  # noqa: S105 - a verdict, no password
    FAIL = "fail"
    UNKNOWN = "unknown"
    ERROR = "error"
    ADVICE = "advice"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One rule's verdict on one resource.

    ``problems`` says what is wrong, a sentence each (``fail``), or what could not be known or broke (``unknown``,
    ``error``). ``evidence`` holds the fields of the resource that the rule looked at. ``gap`` says what was missing,
    ``suppression`` why a failure is accepted.
    """

    rule: str
    title: str
    severity: Severity
    status: Status
    service: str
    resource_type: str
    resource: str
    name: str
    account: str
    region: str
    problems: tuple[str, ...] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)
    gap: Gap | None = None
    place: Place | None = None
    suppression: Suppression | None = None

    @property
    def fingerprint(self) -> str:
        """32 hex digits that stay the same from scan to scan for the same rule on the same resource."""
        identity = "\x1f".join((self.rule, self.account, self.region, self.resource_type, self.resource))
        return hashlib.sha256(identity.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageGap:
    """A listing that could not be read: the resources of these types, in this account and region, are not known.

    An empty ``region`` means all regions, an empty ``account`` all accounts.
    """

    types: tuple[str, ...]
    account: str
    region: str
    gap: Gap
    call: str = ""

    @property
    def hides(self) -> bool:
        """Whether there may be something that was not seen; a service that a region lacks hides nothing."""
        return self.gap.reason is not Reason.UNSUPPORTED
