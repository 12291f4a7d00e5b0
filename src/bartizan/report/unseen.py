"""What was not seen, grouped: one entry for a call that failed alike in many regions, accounts or resources."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from bartizan.model import CoverageGap, Finding, Gap, Reason, Status, counted

_CALL = re.compile(r"([a-z0-9-]+:[A-Z]\w+): ")


@dataclass(slots=True, kw_only=True)
class Unseen:
    """What one call did not give for one reason: listings that failed, and verdicts that are unknown for it.

    ``needs`` is the missing permission and ``detail`` the first answer in AWS's own words. No region means all of them.
    """

    reason: Reason
    call: str
    needs: str
    detail: str
    listings: int = 0
    verdicts: int = 0
    accounts: set[str] = field(default_factory=set)
    regions: set[str] = field(default_factory=set)

    @property
    def words(self) -> str:
        """The reason in words, such as ``access denied``."""
        return str(Gap(self.reason))

    @property
    def counted(self) -> str:
        """How much is missing, such as ``1 listing and 12 verdicts``."""
        return amount((self.listings, "listing"), (self.verdicts, "verdict"))

    @property
    def where(self) -> list[str]:
        """The regions in order; a listing without one is of them all, and code has none."""
        return sorted(self.regions) or (["all regions"] if self.listings else [])


def amount(*given: tuple[int, str]) -> str:
    """Numbers with their nouns, such as ``1 listing and 12 verdicts``; what there is none of is left out."""
    return " and ".join(counted(number, noun) for number, noun in given if number)


def unseen(gaps: Iterable[CoverageGap], findings: Iterable[Finding]) -> list[Unseen]:
    """Failed listings and unknown verdicts by reason and call, what hides most first.

    A listing in a region that lacks the service hides nothing, and is left to :func:`lacking`.
    """
    groups: dict[tuple[Reason, str, str], Unseen] = {}
    for gap in gaps:
        if gap.hides:
            group = _group(groups, gap.gap, gap.call)
            group.listings += 1
            group.accounts.add(gap.account)
            group.regions.add(gap.region)
    for each in findings:
        if each.status is Status.UNKNOWN and each.gap:
            found = _CALL.match(each.gap.detail)
            group = _group(groups, each.gap, found.group(1) if found else each.gap.needs)
            group.verdicts += 1
            group.accounts.add(each.account)
            group.regions.add(each.region)
    for group in groups.values():
        group.accounts.discard("")
        group.regions.discard("")
    return sorted(groups.values(), key=lambda group: (-group.listings, -group.verdicts, group.reason, group.call))


def lacking(gaps: Iterable[CoverageGap]) -> dict[str, list[str]]:
    """The regions in which a service does not exist, by service; nothing is hidden there."""
    regions: dict[str, set[str]] = {}
    for gap in gaps:
        if not gap.hides:
            regions.setdefault(gap.call.partition(":")[0], set()).add(gap.region)
    return {service: sorted(regions[service] - {""}) for service in sorted(regions)}


def _group(groups: dict[tuple[Reason, str, str], Unseen], gap: Gap, call: str) -> Unseen:
    # Without a call the words of the source tell one from another, as the expressions of a plan.
    key = (gap.reason, call or gap.detail, gap.needs)
    if key not in groups:
        groups[key] = Unseen(reason=gap.reason, call=call, needs=gap.needs, detail=gap.detail.removeprefix(f"{call}: "))
    return groups[key]
