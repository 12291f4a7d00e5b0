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
from bartizan.app.harden.work import Bench, Expired, Tell
from bartizan.app.reading import connect, read_account, readers_of
from bartizan.app.scan import wanted_by
from bartizan.aws.client import AwsApi
from bartizan.aws.session import Access, Session
from bartizan.engine.catalog import Catalog
from bartizan.engine.hardening import Change, Plan
from bartizan.model import InputError, Snapshot
from bartizan.resources.reading import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """What applies and undoes: with which credentials, and journals in which folder.

    ``tell`` is told of each change that is over, ``begun`` of the run before its first change.
    """

    access: Access
    catalog: Catalog
    folder: Path
    tell: Tell = lambda *_: None
    begun: Callable[[Run], None] = lambda _: None
    waits: Waits = field(default_factory=Waits)
    connect: Callable[[Session], AwsApi] = connect

    async def apply(self, plan: Plan, *, canary: int = 0, proceed: GoOn = lambda: True) -> Run:
        """Apply a plan as a new run.

        With ``canary`` that many changes are made, and ``proceed`` decides on the others. Raises ``InputError`` where
        the account is another, another run holds it, the journal cannot be written, or the credentials expired.
        """
        async with self._bench(plan, lambda by: begin(plan, self.folder, by), judging=True) as bench:
            self.begun(bench.journal.run)
            await Application(bench, self.tell).run(canary=canary, go_on=proceed)
            return bench.journal.run

    async def resume(self, run: Run) -> Run:
        """Go on with a run that was broken off; raises as ``apply`` does."""
        async with self._bench(run.plan, lambda _: go_on(run), judging=True) as bench:
            await Application(bench, self.tell).run()
            return bench.journal.run

    async def undo(self, run: Run) -> tuple[Run, list[Change]]:
        """Undo a run; gives the changes that stay too. Raises as ``apply`` does."""
        async with self._bench(run.plan, lambda _: go_on(run), judging=False) as bench:
            kept = await Undoing(bench, self.tell).run()
            return bench.journal.run, kept

    @asynccontextmanager
    async def _bench(
        self, plan: Plan, opened: Callable[[str], AbstractContextManager[Journal]], *, judging: bool
    ) -> AsyncIterator[Bench]:
        with locked(self.folder, plan.account):
            async with Session(self.access) as session:
                identity = await session.identity()
                if identity.account != plan.account:
                    raise InputError(
                        f"the plan is for account {plan.account}, and the credentials are of {identity.account}; "
                        "nothing was done"
                    )
                main = Scope(identity.partition, identity.account, identity.main_region, dt.datetime.now(dt.UTC))
                world = await self._world(plan) if judging else Snapshot([])
                with opened(identity.arn) as journal:
                    try:
                        yield Bench(self.connect(session), main, journal, self.catalog, self.waits, world)
                    except Expired as expired:
                        name = journal.run.id
                        raise InputError(
                            f"the credentials are taken no longer ({expired}); with new ones, `bartizan apply --resume "
                            f"{name}` goes on, and `bartizan undo {name}` puts back what was changed"
                        ) from None

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
