"""Apply a plan, take up a run, undo one: from the credentials to the journal."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bartizan.app.harden.apply import Application, GoOn
from bartizan.app.harden.journal import Journal, Run, begin, go_on
from bartizan.app.harden.lock import locked
from bartizan.app.harden.steps import Waits
from bartizan.app.harden.undo import Undoing
from bartizan.app.harden.work import Bench, Tell
from bartizan.app.reading import connect, read_account, readers_of
from bartizan.app.scan import wanted_by
from bartizan.aws.client import AwsApi
from bartizan.aws.session import Access, Identity, Session
from bartizan.engine.catalog import Catalog
from bartizan.engine.hardening import Change, Plan
from bartizan.model import InputError, Snapshot
from bartizan.resources.reading import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """What applies and undoes: with which credentials, journals in which folder, and whom it tells."""

    access: Access
    catalog: Catalog
    folder: Path
    tell: Tell = lambda *_: None
    waits: Waits = field(default_factory=Waits)
    connect: Callable[[Session], AwsApi] = connect

    async def apply(self, plan: Plan, *, canary: int = 0, proceed: GoOn = lambda: True) -> Run:
        """Apply a plan as a new run; raises ``InputError`` where the account is another, or another run holds it."""
        with locked(self.folder, plan.account):
            async with Session(self.access) as session:
                identity = await _same_account(session, plan)
                async with self._bench(session, identity, begin(plan, self.folder, identity.arn), plan) as bench:
                    await Application(bench, self.tell).run(canary=canary, go_on=proceed)
                    return bench.journal.run

    async def resume(self, run: Run) -> Run:
        """Go on with a run that was broken off."""
        with locked(self.folder, run.plan.account):
            async with Session(self.access) as session:
                identity = await _same_account(session, run.plan)
                async with self._bench(session, identity, go_on(run), run.plan) as bench:
                    await Application(bench, self.tell).run()
                    return bench.journal.run

    async def undo(self, run: Run) -> tuple[Run, list[Change]]:
        """Undo a run; gives the changes that stay too."""
        with locked(self.folder, run.plan.account):
            async with Session(self.access) as session:
                identity = await _same_account(session, run.plan)
                async with self._bench(session, identity, go_on(run), None) as bench:
                    kept = await Undoing(bench, self.tell).run()
                    return bench.journal.run, kept

    @asynccontextmanager
    async def _bench(
        self, session: Session, identity: Identity, opened: AbstractContextManager[Journal], judging: Plan | None
    ) -> AsyncIterator[Bench]:
        main = Scope(identity.partition, identity.account, identity.main_region, dt.datetime.now(dt.UTC))
        world = await self._world(judging) if judging else Snapshot([])
        with opened as journal:
            yield Bench(self.connect(session), main, journal, self.catalog, self.waits, world)

    async def _world(self, plan: Plan) -> Snapshot:
        """What the plan's rules ask about beside the resource itself."""
        ids = {fixing.rule for change in plan.changes for fixing in change.fixes}
        asking = [self.catalog.rules[each] for each in ids & self.catalog.rules.keys()]
        wanted = wanted_by(rule for rule in asking if rule.uses_world)
        if not wanted:
            return Snapshot([])
        read = await read_account(
            self.access, wanted, readers_of(wanted), regions=plan.regions, all_must_exist=False, connect=self.connect
        )
        return Snapshot(read.resources, read.gaps)


async def _same_account(session: Session, plan: Plan) -> Identity:
    identity = await session.identity()
    if identity.account != plan.account:
        raise InputError(
            f"the plan is for account {plan.account}, and the credentials are of {identity.account}; nothing was done"
        )
    return identity
