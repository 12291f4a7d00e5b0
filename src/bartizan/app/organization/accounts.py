"""All accounts of an organization read for one question: side by side in one process, since what they hold is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bartizan.app.organization.members import Members, find_members
from bartizan.app.organization.pool import usual_workers
from bartizan.app.reading import Progress, Reading, no_progress, read_account
from bartizan.aws.collect import Wanted
from bartizan.aws.session import UnreachableError
from bartizan.model import CoverageGap, Resource
from bartizan.resources.iam import AwsManagedPolicy
from bartizan.resources.organizations import MemberAccount
from bartizan.resources.reading import AnyReader

if TYPE_CHECKING:
    from bartizan.app.organization.members import Choice
    from bartizan.app.organization.run import Reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Across:
    """Which accounts of which organization to read, and how to get into them.

    ``at_once`` are the accounts to read at the same time, two for each core where it is 0.
    """

    reach: Reach
    choice: Choice
    at_once: int = 0


@dataclass(slots=True, kw_only=True)
class Accounts:
    """What was read of an organization's accounts; ``unreached`` are those that could not be, with the reason."""

    members: Members
    resources: list[Resource] = field(default_factory=list)
    gaps: list[CoverageGap] = field(default_factory=list)
    unreached: dict[str, str] = field(default_factory=dict)

    @property
    def left_out(self) -> Mapping[str, str]:
        """The accounts that were not chosen, or are closed, with the reason."""
        return self.members.left_out

    def add(self, reading: Reading, shared: set[str]) -> None:
        """Keep what was read of one account; ``shared`` are the policies of AWS's own that were kept before."""
        self.gaps.extend(reading.gaps)
        for each in reading.resources:
            if isinstance(each, AwsManagedPolicy):
                # The same in all accounts.
                if each.arn in shared:
                    continue
                shared.add(each.arn)
            self.resources.append(each)

    def miss(self, account: MemberAccount, refused: UnreachableError, wanted: Wanted) -> None:
        """Keep why nothing was read of an account."""
        types = tuple(kind.cfn_type for kind in wanted)
        self.gaps.append(CoverageGap(types=types, account=account.account_id, region="", gap=refused.gap))
        self.unreached[account.account_id] = str(refused.gap)


async def read_accounts(
    across: Across,
    wanted: Wanted,
    readers: Iterable[AnyReader],
    regions: Iterable[str] = (),
    progress: Progress = no_progress,
) -> Accounts:
    """Read the wanted types of all chosen accounts; one that cannot be reached does not stop the others.

    Raises ``InputError`` as ``find_members`` does.
    """
    reach, listed, chosen_regions = across.reach, tuple(readers), tuple(regions)
    members = await find_members(reach.access, across.choice)
    found = Accounts(members=members, gaps=list(members.reading.gaps))
    places = asyncio.Semaphore(across.at_once or usual_workers())
    shared: set[str] = set()
    done = 0

    async def read(account: MemberAccount) -> None:
        nonlocal done
        access = reach.into(account.account_id, members.reading.account, members.reading.partition)
        async with places:
            try:
                reading = await read_account(access, wanted, listed, regions=chosen_regions, all_must_exist=False)
            except UnreachableError as refused:
                found.miss(account, refused, wanted)
            else:
                found.add(reading, shared)
        done += 1
        progress(done, len(members.chosen), f"{account.account_name} ({account.account_id})")

    await asyncio.gather(*map(read, members.chosen))
    return found


def told(reasons: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each reason once, with the accounts that it holds for, in words."""
    by_reason: dict[str, list[str]] = {}
    for account, why in sorted(reasons.items()):
        by_reason.setdefault(why, []).append(account)
    for why, accounts in by_reason.items():
        named = ", ".join(accounts[:_NAMED]) + (f" and {len(accounts) - _NAMED} more" if accounts[_NAMED:] else "")
        yield f"account{'s' if len(accounts) > 1 else ''} {named}", why


_NAMED = 5
"""How many accounts are named where a reason holds for many."""
