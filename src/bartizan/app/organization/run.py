"""Scan an organization: choose its accounts, work on each, and judge what concerns them together."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace

from bartizan.app.organization.members import NOT_CHOSEN, Choice, Members, find_members
from bartizan.app.organization.pool import processes, run, usual_workers
from bartizan.app.organization.work import AccountResult, Plan, Task, work
from bartizan.app.reading import Progress, no_progress
from bartizan.app.selection import Selection
from bartizan.aws.session import Access
from bartizan.engine.catalog import Catalog
from bartizan.engine.evaluate import evaluate
from bartizan.engine.outcome import Outcome
from bartizan.engine.suppress import Accepted, accept
from bartizan.model import CoverageGap, Gap, Reason, Resource, Snapshot
from bartizan.resources.organizations import MemberAccount

ROLE = "BartizanAudit"
"""The role that is assumed in each account where the user names no other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How to get into the accounts: the name of the role in each, with its path if it has one, and its external id."""

    access: Access
    role: str = ROLE
    external_id: str | None = None

    def into(self, account: str, home: str, partition: str) -> Access:
        """The way into an account; into the one that the credentials belong to there is nothing to assume."""
        if account == home:
            return self.access
        return self.access.into(f"arn:{partition}:iam::{account}:role/{self.role}", self.external_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """What a summary says of one account; ``unreached`` is why it could not be read, ``seconds`` the wall time."""

    account: str
    name: str
    regions: tuple[str, ...]
    calls: int
    seconds: float
    unreached: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationScan:
    """The result of scanning an organization; ``left_out`` holds the accounts that were not read, with the reason."""

    organization: str
    partition: str
    caller: str
    started: dt.datetime
    seconds: float
    catalog: Catalog
    outcome: Outcome
    gaps: tuple[CoverageGap, ...] = ()
    accepted: Accepted = field(default_factory=Accepted)
    accounts: tuple[AccountLine, ...] = ()
    left_out: dict[str, str] = field(default_factory=dict)
    calls: int = 0
    world: Snapshot = field(default_factory=lambda: Snapshot(()))

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions that were read in at least one account."""
        return tuple(sorted({region for each in self.accounts for region in each.regions}))

    @property
    def partial(self) -> bool:
        """Whether something exists, or may exist, that was not seen."""
        return any(each.gap.reason is not Reason.UNSUPPORTED for each in self.gaps)


@dataclass(slots=True)
class _Together:
    """The results so far, reduced as they come."""

    outcomes: list[Outcome] = field(default_factory=list)
    accepted: list[Accepted] = field(default_factory=list)
    gaps: list[CoverageGap] = field(default_factory=list)
    shared: list[Resource] = field(default_factory=list)
    lines: list[AccountLine] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)

    def add(self, result: AccountResult) -> None:
        self.outcomes.append(result.outcome)
        if result.unreached is None:
            self.accepted.append(result.accepted)
        self.gaps.extend(result.gaps)
        self.shared.extend(result.shared)
        self.calls.update(result.calls)
        self.lines.append(
            AccountLine(
                account=result.account,
                name=result.name,
                regions=result.regions,
                calls=sum(result.calls.values()),
                seconds=result.seconds,
                unreached=str(result.unreached) if result.unreached else "",
            )
        )


def scan_organization(  # noqa: PLR0913 - all but two can be left out
    reach: Reach,
    selection: Selection,
    choice: Choice | None = None,
    regions: tuple[str, ...] = (),
    progress: Progress = no_progress,
    *,
    workers: int = 0,
    make: Callable[[int], Executor] = processes,
) -> OrganizationScan:
    """Read and judge the chosen accounts of the organization that these credentials see.

    Raises ``InputError`` where they see none. An account that cannot be reached does not stop the others. ``make``
    makes what the accounts are worked on by, ``workers`` at once (two for each core, where it is 0).
    """
    started, clock = dt.datetime.now(dt.UTC), time.monotonic()
    plan = Plan.of(selection.catalog())
    members = asyncio.run(find_members(reach.access, choice or Choice()))
    together = _Together()
    tasks = list(_tasks(reach, members, selection, regions))
    for done, result in enumerate(run(tasks, work, make, min(workers or usual_workers(), len(tasks))), 1):
        together.add(result)
        progress(done, len(tasks), f"{result.name} ({result.account})")
    return _judged(plan, members, together, selection, OrganizationScan(
        organization=_organization_id(members),
        partition=members.reading.partition,
        caller=members.reading.caller,
        started=started,
        seconds=time.monotonic() - clock,
        catalog=selection.catalog(),
        outcome=Outcome(),
        left_out=dict(members.left_out),
    ))  # fmt: skip


def _tasks(reach: Reach, members: Members, selection: Selection, regions: tuple[str, ...]) -> Iterator[Task]:
    home, partition = members.reading.account, members.reading.partition
    for each in members.chosen:
        access = reach.into(each.account_id, home, partition)
        yield Task(account=each.account_id, name=each.account_name, access=access, selection=selection, regions=regions)


def _organization_id(members: Members) -> str:
    # arn:aws:organizations::111122223333:account/o-abcdefghij/222233334444
    return members.chosen[0].arn.split("/")[1]


def _judged(
    plan: Plan, members: Members, together: _Together, selection: Selection, scan: OrganizationScan
) -> OrganizationScan:
    """The scan with what the rules about the organization say, and the outcomes of all accounts in one."""
    gaps = (*members.reading.gaps, *together.gaps)
    world = _world(plan, members, together, gaps)
    evaluation = evaluate(plan.of_organization, world)
    accepted = accept(evaluation, selection.settings, scan.started.date())
    return replace(
        scan,
        outcome=Outcome.together([*together.outcomes, Outcome.of(evaluation)]),
        gaps=gaps,
        accepted=Accepted.together([*together.accepted, accepted]),
        accounts=tuple(sorted(together.lines, key=lambda each: each.account)),
        calls=sum(together.calls.values()) + sum(members.reading.calls.values()),
        world=world,
    )


def _world(plan: Plan, members: Members, together: _Together, gaps: tuple[CoverageGap, ...]) -> Snapshot:
    """What rules about the organization see; of an account that was left out they know that they do not know it."""
    closed = {each for each in members.left_out if members.left_out[each] != NOT_CHOSEN}
    tree = [
        each
        for each in members.reading.resources
        if not isinstance(each, MemberAccount) or each.account_id not in members.left_out or each.account_id in closed
    ]
    kinds = (MemberAccount.cfn_type, *(kind.cfn_type for kind in plan.shared))
    unseen = tuple(
        CoverageGap(types=kinds, account=account, region="", gap=Gap(Reason.NOT_READ, detail=why))
        for account, why in members.left_out.items()
        if account not in closed
    )
    return Snapshot([*tree, *together.shared], [*gaps, *unseen])
