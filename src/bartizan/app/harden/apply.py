"""Apply a plan: read again, refuse what drifted, write down, call, read again, judge again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bartizan.app.harden.journal import State
from bartizan.app.harden.steps import looks_of, remembered
from bartizan.app.harden.work import Bench, Expired, Tell, Unreadable, fields_are
from bartizan.engine.hardening import Change
from bartizan.model import Reason, Resource, Unknown
from bartizan.resources.applying import Edit
from bartizan.resources.reading import Failed

GoOn = Callable[[], bool]
"""Asked after the first changes whether to go on with the others."""


@dataclass(slots=True)
class Application:
    """One run of a plan at work."""

    bench: Bench
    tell: Tell

    async def run(self, *, canary: int = 0, go_on: GoOn = lambda: True) -> None:
        """Make the changes that are not over, in their order.

        With ``canary`` that many are made, and ``go_on`` decides on the others. What fails does not stop others, but
        those that need it; credentials that expired do. Raises ``Expired``.
        """
        made = 0
        for change in self.bench.journal.run.plan.changes:
            progress = self.bench.journal.run.progress[change.number]
            if progress.state.over:
                continue
            if canary and made == canary and not go_on():
                return
            made += 1
            state, why = await self._one(change)
            self.tell(change, state, why)

    async def _one(self, change: Change) -> tuple[State, str]:
        run = self.bench.journal.run
        failed = [each for each in change.needs if run.progress[each].state in _STOPPING]
        if failed:
            return self._record(change, State.SKIPPED, f"change {failed[0]}, which goes before it, was not made")
        begun = bool(run.progress[change.number].touched)
        try:
            return await self._decided(change, await self.bench.read(change.before), begun=begun)
        except (Unreadable, Unknown) as why:
            return self._record(change, State.FAILED, str(why))
        except Failed as failure:
            return self._failed(change, failure)

    async def _decided(self, change: Change, now: Resource | None, *, begun: bool) -> tuple[State, str]:
        # Of a change that was begun, what no field shows may be missing: its calls are made again.
        if self._is_so(change, now) and (now is None or not begun):
            state = State.DONE if begun else State.ALREADY
            return self._record(change, state, "", verdicts=self.bench.judged(change, now))
        if now is None:
            return self._record(change, State.DRIFTED, "it is not there any more")
        if not fields_are(change, now, change.before, *((change.after,) if begun else ())):
            return self._record(change, State.DRIFTED, _drift(change, now))
        # What is to be deleted has no fields to compare: it must still be wrong.
        if change.after is None and not begun and "pass" in self.bench.judged(change, now).values():
            return self._record(change, State.DRIFTED, "nothing is wrong with it any more; make a new plan")
        return await self._make(change, now, begun=begun)

    def _is_so(self, change: Change, now: Resource | None) -> bool:
        if change.after is None or now is None:
            return change.after is now
        return fields_are(change, now, change.after)

    async def _make(self, change: Change, now: Resource, *, begun: bool) -> tuple[State, str]:
        bench, writer = self.bench, self.bench.writer(now)
        edit = Edit(change.before_of(now) if begun else now, change.after_of(now))
        seen, todo = await bench.plan_steps(writer, edit)
        if not begun and [each.planned for each in todo] != list(change.calls):
            return self._record(change, State.DRIFTED, "what would be sent now is not what was planned")
        if not begun:
            bench.journal.record(change.number, State.BEGUN, was=remembered(seen, looks_of(writer, edit)))
        await bench.call(change, writer, edit, todo, None)
        found, fits = await bench.settled(change.before, lambda each: self._is_so(change, each))
        verdicts = bench.judged(change, found)
        if not fits:
            why = "AWS accepted it, but does not show it yet; scan again in a while"
            return self._record(change, State.UNSEEN, why, verdicts=verdicts)
        return self._record(change, State.DONE, "", verdicts=verdicts)

    def _failed(self, change: Change, failure: Failed) -> tuple[State, str]:
        if failure.gap.reason is Reason.EXPIRED:
            # It stays as it is in the journal, to be taken up with new credentials.
            raise Expired(str(failure.gap))
        return self._record(change, State.FAILED, str(failure.gap))

    def _record(self, change: Change, state: State, why: str, **more: object) -> tuple[State, str]:
        self.bench.journal.record(change.number, state, why=why, **more)
        return state, why


_STOPPING = frozenset({State.FAILED, State.DRIFTED, State.SKIPPED})


def _drift(change: Change, now: Resource) -> str:
    known, planned = now.known(), change.before.known()
    names = [name for name in change.changed if known.get(name) != planned.get(name)]
    return f"it changed since the plan was made: {', '.join(names)}; make a new plan"
