"""Undo a run: backwards, each change put back as it was, unless somebody changed the resource since."""

from __future__ import annotations

from dataclasses import dataclass

from bartizan.app.harden.journal import State
from bartizan.app.harden.work import Bench, Expired, Tell, Unreadable, fields_are
from bartizan.engine.hardening import Change
from bartizan.model import Reason, Resource, Unknown
from bartizan.resources.applying import Edit
from bartizan.resources.reading import Failed


@dataclass(slots=True)
class Undoing:
    """The undo of one run at work."""

    bench: Bench
    tell: Tell

    async def run(self) -> list[Change]:
        """Put back what the run changed, the last change first; gives those that stay changed. Raises ``Expired``.

        What AWS refuses is tried once more when the others are back: a block on all that is public, which was put on
        by the run too, may have been in the way.
        """
        run = self.bench.journal.run
        made = [each for each in reversed(run.plan.changes) if run.progress[each.number].state.made]
        kept = [each for each in made if not await self._undone(each)]
        refused = [each for each in kept if run.progress[each.number].state is State.UNDOING]
        if len(kept) == len(made):
            return kept
        back = {each.number for each in refused if await self._undone(each)}
        return [each for each in kept if each.number not in back]

    async def _undone(self, change: Change) -> bool:
        state, why = await self._one(change)
        self.tell(change, state, why)
        return state is State.UNDONE

    async def _one(self, change: Change) -> tuple[State, str]:
        progress = self.bench.journal.run.progress[change.number]
        earlier = progress.state
        if earlier.partly and not progress.touched:
            return self._record(change, State.UNDONE, "")
        try:
            now = await self.bench.read(change.before)
            # Of a change that was made in part, what no field shows may be there: its undo is made whole.
            if self._is_back(change, now) and not earlier.partly:
                return self._record(change, State.UNDONE, "")
            if why := _in_the_way(change, now):
                return self._record(change, earlier, why)
            return await self._put_back(change, now)
        except (Unreadable, Unknown) as why:
            return self._record(change, earlier, str(why))
        except Failed as failure:
            if failure.gap.reason is Reason.EXPIRED:
                raise Expired(str(failure.gap)) from None
            return self._record(change, State.UNDOING, str(failure.gap))

    def _is_back(self, change: Change, now: Resource | None) -> bool:
        return now is not None and (change.after is None or fields_are(change, now, change.before))

    async def _put_back(self, change: Change, now: Resource | None) -> tuple[State, str]:
        bench, progress = self.bench, self.bench.journal.run.progress[change.number]
        was, writer = progress.was or {}, bench.writer(change.before)
        if now is None or change.after is None:
            # Of a deletion that was broken off, what is left is completed.
            edit = Edit(None, change.before, undoing=True)
        else:
            # What no call came to is not put back: there may be a reason why it could not be changed.
            made = writer.fields_of(progress.touched) & set(change.changed)
            edit = Edit(change.after_of(now, made), change.before_of(now, made), undoing=True)
        _, todo = await bench.plan_steps(writer, edit, was)
        bench.journal.record(change.number, State.UNDOING, was=was)
        await bench.call(change, writer, edit, todo, was)
        _, fits = await bench.settled(change.before, lambda each: self._is_back(change, each))
        if not fits:
            return self._record(change, State.UNDOING, "AWS accepted the undo, but does not show it yet")
        return self._record(change, State.UNDONE, "")

    def _record(self, change: Change, state: State, why: str) -> tuple[State, str]:
        self.bench.journal.record(change.number, state, why=why)
        return state, why


def _in_the_way(change: Change, now: Resource | None) -> str:
    """Why a change cannot be put back, or nothing."""
    if change.lasting:
        return f"it cannot be undone: {change.lasting}"
    if now is None:
        return "it is not there any more" if change.after is not None else ""
    if not fields_are(change, now, change.before, change.after):
        return "somebody changed it since; what they changed is left alone"
    return ""
