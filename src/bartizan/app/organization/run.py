"""Scan an organization: choose its accounts, work on each, and judge what concerns them together."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING

from bartizan.app.organization.members import NOT_CHOSEN, Choice, Members, find_members
from bartizan.app.organization.pool import Engine
from bartizan.app.organization.pool import run as worked
from bartizan.app.organization.unit import AccountResult, Task
from bartizan.app.organization.work import Plan, plan_of, work
from bartizan.app.reading import Progress, connect, no_progress
from bartizan.app.selection import Selection
from bartizan.aws.aggregator import Aggregator, find_aggregator
from bartizan.aws.session import Access, Session
from bartizan.engine.catalog import Catalog
from bartizan.engine.evaluate import Evaluation, evaluate
from bartizan.engine.outcome import Outcome
from bartizan.engine.suppress import Accepted, accept
from bartizan.model import CoverageGap, Gap, InputError, Reason, Resource, Snapshot
from bartizan.resources.organizations import MemberAccount
from bartizan.resources.reading import Scope
from bartizan.store.manifest import Part

if TYPE_CHECKING:
    from bartizan.app.organization.keep import Begun
    from bartizan.store.store import Store

ROLE = "BartizanAudit"
"""The role that is assumed in each account where the user names no other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How to get into the accounts: the name of the role in each, with its path if it has one, and its external id.

    ``elsewhere`` says that accounts are read on other machines, by credentials that are there: a profile of this one
    means nothing to them, and they may belong to another account.
    """

    access: Access
    role: str = ROLE
    external_id: str | None = None
    elsewhere: bool = False

    @property
    def start(self) -> Access:
        """What whoever reads an account begins with."""
        return replace(self.access, profile=None) if self.elsewhere else self.access

    def into(self, account: str, home: str, partition: str) -> Access:
        """The way into an account; into the one that the credentials belong to there is nothing to assume."""
        if account == home and not self.elsewhere:
            return self.access
        return self.start.into(f"arn:{partition}:iam::{account}:role/{self.role}", self.external_id)


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
    """The result of scanning an organization; ``left_out`` holds the accounts that were not read, with the reason.

    ``kept`` is the id of its snapshot, ``unkept`` why it could not be kept, ``taken_up`` how many accounts an earlier
    run that was broken off had read. Of ``recorded`` resources an aggregator told a part, ``unlisted`` listings it
    spared; ``unrecorded`` counts the regions of accounts where it was not believed, by the reason.
    """

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
    kept: str = ""
    unkept: str = ""
    taken_up: int = 0
    recorded: int = 0
    unlisted: int = 0
    unrecorded: dict[str, int] = field(default_factory=dict)
    world: Snapshot = field(default_factory=lambda: Snapshot(()))

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions that were read in at least one account."""
        return tuple(sorted({region for each in self.accounts for region in each.regions}))

    @property
    def names(self) -> dict[str, str]:
        """The names of the organization's accounts by number, those that were not read included."""
        of_tree = {each.account_id: each.account_name for each in self.world if isinstance(each, MemberAccount)}
        return of_tree | {each.account: each.name for each in self.accounts}

    @property
    def partial(self) -> bool:
        """Whether something exists, or may exist, that was not seen."""
        return any(each.hides for each in self.gaps)


def scan_organization(  # noqa: PLR0913 - all but two can be left out
    reach: Reach,
    selection: Selection,
    choice: Choice | None = None,
    regions: tuple[str, ...] = (),
    progress: Progress = no_progress,
    *,
    engine: Engine | None = None,
    store: Store | None = None,
    resume: bool = False,
    aggregator: str = "",
) -> OrganizationScan:
    """Read and judge the chosen accounts of the organization that these credentials see.

    Raises ``InputError`` where they see none. An account that cannot be reached does not stop the others. ``engine`` is
    what the accounts are worked on by, processes of this machine if there is none. With a ``store`` everything is kept
    there as one snapshot; with ``resume`` a run that was broken off is taken up. ``aggregator`` is one of
    AWS Config (``name@region``) that is asked first for what it knows; ``InputError`` where it cannot be.
    """
    started, clock = dt.datetime.now(dt.UTC), time.monotonic()
    members = asyncio.run(find_members(reach.access, choice or Choice()))
    run = _Run(reach, selection, regions, members, started)
    if aggregator:
        run.aggregator = asyncio.run(_found(aggregator, reach, members, started))
    with run.begun_in(store, resume=resume) if store is not None else nullcontext():
        done, tasks = run.done(), run.tasks()
        with closing(worked(tasks, work, engine or Engine())) as results:
            for number, result in enumerate(chain(done, results), 1):
                run.add(result)
                progress(number, len(done) + len(tasks), f"{result.name} ({result.account})")
        return replace(run.finish(), seconds=time.monotonic() - clock, taken_up=len(done))


async def _found(named: str, reach: Reach, members: Members, started: dt.datetime) -> Aggregator:
    async with Session(reach.access) as session:
        identity = await session.identity()
        scope = Scope(identity.partition, members.reading.account, identity.main_region, started)
        return await find_aggregator(connect(session), named, scope, reach.start)


@dataclass(slots=True)
class _Run:
    """A scan at work: what it is of, and the results so far, reduced as they come.

    ``selection`` is the user's, which is what is kept; by ``among`` the accounts are judged.
    """

    reach: Reach
    selection: Selection
    asked: tuple[str, ...]
    members: Members
    started: dt.datetime
    among: Selection = field(init=False)
    aggregator: Aggregator | None = None
    begun: Begun | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    accepted: list[Accepted] = field(default_factory=list)
    gaps: list[CoverageGap] = field(default_factory=list)
    shared: list[Resource] = field(default_factory=list)
    lines: list[AccountLine] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    unkept: str = ""
    calls: int = 0
    recorded: int = 0
    unlisted: int = 0
    unrecorded: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """To the rules of a single account the organization's other accounts are no strangers."""
        known = self.selection.settings.trusting(self.members.accounts, [self.organization])
        self.among = replace(self.selection, settings=known)

    @property
    def organization(self) -> str:
        """The organization's id."""
        return self.members.organization

    @contextmanager
    def begun_in(self, store: Store, *, resume: bool) -> Iterator[None]:
        """Begin a snapshot, or take one up, which is claimed until this ends."""
        # The store is an extra, which a scan that keeps nothing does without.
        from bartizan.app.organization.keep import begin, purpose_of  # noqa: PLC0415 - as the comment says

        aggregator = f"{self.aggregator.name}@{self.aggregator.scope.region}" if self.aggregator else ""
        purpose = purpose_of(self.organization, self.selection, self.asked, aggregator)
        accounts = [self.organization, *(each.account_id for each in self.members.chosen)]
        with begin(store, self.reach.start, accounts, purpose, self.started, resume=resume) as self.begun:
            yield

    def done(self) -> list[AccountResult]:
        """What an earlier run did already."""
        before = self.begun.done if self.begun else {}
        return [before[each.account_id] for each in self.members.chosen if each.account_id in before]

    def tasks(self) -> list[Task]:
        """What is to do."""
        before = self.begun.done if self.begun else {}
        home, partition = self.members.reading.account, self.members.reading.partition
        given = self.aggregator
        return [
            Task(
                account=each.account_id,
                name=each.account_name,
                access=self.reach.into(each.account_id, home, partition),
                selection=self.among,
                regions=self.asked,
                keeping=self.begun.keeping(each.account_id) if self.begun else None,
                aggregator=given.for_account(each.account_id, self.organization) if given else None,
            )
            for each in self.members.chosen
            if each.account_id not in before
        ]

    def add(self, result: AccountResult) -> None:
        """Take in the result of an account."""
        self.outcomes.append(result.outcome)
        if result.unreached is None:
            self.accepted.append(result.accepted)
        self.gaps.extend(result.gaps)
        self.shared.extend(result.shared)
        self.unkept = self.unkept or result.unkept
        if result.part is not None:
            self.parts.append(result.part)
        calls = sum(result.calls.values())
        self.calls += calls
        self.recorded += result.recorded
        self.unlisted += result.unlisted
        self.unrecorded.update(result.unrecorded.values())
        self.lines.append(
            AccountLine(
                account=result.account,
                name=result.name,
                regions=result.regions,
                calls=calls,
                seconds=result.seconds,
                unreached=str(result.unreached) if result.unreached else "",
            )
        )

    def finish(self) -> OrganizationScan:
        """Judge what concerns all accounts together, and keep it."""
        plan = plan_of(self.among)
        reading = self.members.reading
        gaps = (*reading.gaps, *self.gaps)
        world = self._world(plan, gaps)
        evaluation = evaluate(plan.of_organization, world)
        accepted = accept(evaluation, self.selection.settings, self.started.date())
        kept, unkept = self._keep(evaluation, plan)
        return OrganizationScan(
            organization=self.organization,
            partition=reading.partition,
            caller=reading.caller,
            started=self.started,
            seconds=0.0,
            catalog=plan.catalog,
            outcome=Outcome.together([*self.outcomes, Outcome.of(evaluation)]),
            gaps=gaps,
            accepted=Accepted.together([*self.accepted, accepted]),
            accounts=tuple(sorted(self.lines, key=lambda each: each.account)),
            left_out=dict(self.members.left_out),
            calls=self.calls + sum(reading.calls.values()),
            kept=kept,
            unkept=unkept,
            recorded=self.recorded,
            unlisted=self.unlisted,
            unrecorded=dict(self.unrecorded),
            world=world,
        )

    def _keep(self, evaluation: Evaluation, plan: Plan) -> tuple[str, str]:
        """The id of the snapshot, or why there is none; what was written stays, for a run that takes it up."""
        if self.begun is None or self.unkept:
            return "", self.unkept
        from bartizan.app.organization.keep import Whole, finish  # noqa: PLC0415 - as in begin

        whole = Whole(
            organization=self.organization,
            caller=self.members.reading.caller,
            started=self.started,
            evaluation=evaluation,
            gaps=self.members.reading.gaps,
            rules=tuple(plan.catalog),
            settings=self.selection.settings,
            members=self.members.accounts,
            failed={each.account: each.unreached for each in self.lines if each.unreached},
        )
        try:
            return finish(self.begun, whole, self.parts).id, ""
        except InputError as refused:
            return "", str(refused)

    def _world(self, plan: Plan, gaps: tuple[CoverageGap, ...]) -> Snapshot:
        """What rules about the organization see; of an account that was left out they know that they do not know it."""
        left_out = self.members.left_out
        unread = {account: why for account, why in left_out.items() if why == NOT_CHOSEN}
        tree = [
            each
            for each in self.members.reading.resources
            if not isinstance(each, MemberAccount) or each.account_id not in unread
        ]
        kinds = (MemberAccount.cfn_type, *(kind.cfn_type for kind in plan.shared))
        unseen = tuple(
            CoverageGap(types=kinds, account=account, region="", gap=Gap(Reason.NOT_READ, detail=why))
            for account, why in unread.items()
        )
        return Snapshot([*tree, *self.shared], [*gaps, *unseen])
