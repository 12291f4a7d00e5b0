"""What apply and undo have in common: one resource read, compared, changed, and read again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bartizan.app.harden.journal import Journal, State
from bartizan.app.harden.steps import Seen, Step, Waits, look, looks_of, scope_of, steps
from bartizan.aws.again import read_again
from bartizan.engine.catalog import Catalog
from bartizan.engine.hardening import Change, verdict
from bartizan.model import Reason, Resource, Snapshot, Status
from bartizan.resources.applying import ApiWriter, Edit, api_writer_for
from bartizan.resources.code import service_of
from bartizan.resources.index import ResourceIndex, api_writers
from bartizan.resources.reading import AnyReader, Api, Failed, Scope

_FOR_CERTAIN = frozenset({Reason.DENIED, Reason.EXPIRED, Reason.THROTTLED, Reason.UNSUPPORTED})
"""Why a call fails of which AWS has made nothing; of one without an answer that is not known."""

Tell = Callable[[Change, State, str], None]
"""Called with each change that is over, what came of it, and why."""


class Unreadable(Exception):  # noqa: N818 - says of the resource what is so
    """A resource that could not be read again; the message says why."""


class Expired(Exception):  # noqa: N818 - says of the credentials what is so
    """Credentials that are no longer taken: nothing more can be done with them."""


@dataclass(slots=True)
class Bench:
    """What one run works with. ``world`` is what rules that ask about other resources are judged in."""

    api: Api
    main: Scope
    journal: Journal
    catalog: Catalog
    waits: Waits = field(default_factory=Waits)
    world: Snapshot = field(default_factory=lambda: Snapshot([]))
    readers: Sequence[AnyReader] = ()
    writers: Sequence[ApiWriter] = ()

    def __post_init__(self) -> None:
        types = {type(each.before) for each in self.journal.run.plan.changes}
        self.readers = ResourceIndex.load().readers_of(frozenset(types))
        self.writers = api_writers({service_of(each) for each in types})

    def writer(self, resource: Resource) -> ApiWriter:
        """What changes the resource; raises ``Unreadable`` where this version knows no way."""
        found = api_writer_for(self.writers, resource)
        if found is None:
            raise Unreadable(f"this version of Bartizan cannot change a {type(resource).__name__}")
        return found

    async def read(self, resource: Resource) -> Resource | None:
        """The resource as it is now, None where it is not there any more; raises ``Unreadable``."""
        again = await read_again(self.api, self.readers, [resource], self.main)
        found = again.resources.get(resource.arn)
        if found is None and again.gaps:
            if again.gaps[0].gap.reason is Reason.EXPIRED:
                raise Expired(str(again.gaps[0].gap))
            raise Unreadable(f"it could not be read again: {again.gaps[0].gap}")
        return found

    async def plan_steps(self, writer: ApiWriter, edit: Edit, was: Seen | None = None) -> tuple[Seen, list[Step]]:
        """What the edit's looks see now, and the calls that it needs; raises ``Failed``."""
        # Of what is not there, nothing can be seen.
        looks = looks_of(writer, edit) if edit.before is not None else []
        seen = await look(self.api, scope_of(edit.resource, self.main), edit.resource, looks)
        return seen, steps(writer, edit, seen, was)

    async def call(self, change: Change, writer: ApiWriter, edit: Edit, todo: Sequence[Step], was: Seen | None) -> None:
        """Make the calls, each in the journal before it is made; raises ``Failed``.

        From the second on, what has a look is looked at again, since the call before may have changed what it sends.
        """
        scope = scope_of(edit.resource, self.main)
        for position, each in enumerate(todo):
            step = await self._renewed(each, writer, edit, was) if position and each.put.look else each
            name, first = step.planned.call, step.planned.call not in self.journal.run.progress[change.number].touched
            self.journal.call(change.number, name, step.planned.params)
            try:
                said = await self._patiently(step, scope)
            except Failed as failed:
                if first and was is None and failed.gap.reason in _FOR_CERTAIN:
                    self.journal.refused(change.number, name, str(failed.gap))
                raise
            self.journal.note(change=change.number, answered=name, said=said)

    async def _renewed(self, step: Step, writer: ApiWriter, edit: Edit, was: Seen | None) -> Step:
        if not step.put.unshown:
            return step
        _, again = await self.plan_steps(writer, edit, was)
        return next((each for each in again if each.planned == step.planned), step)

    async def _patiently(self, step: Step, scope: Scope) -> str:
        spans = self.waits.spans(step.put.minutes)
        while True:
            try:
                await self.api.call(step.put.call, scope, step.params)
            except Failed as failed:
                if failed.among(step.put.already):
                    return f"already so: {failed.code}"
                span = next(spans, None) if failed.among(step.put.busy) else None
                if span is None:
                    raise
                await asyncio.sleep(span)
            else:
                return "ok"

    async def settled(
        self, resource: Resource, fits: Callable[[Resource | None], bool]
    ) -> tuple[Resource | None, bool]:
        """The resource once it fits, or as it is when there is no more time to wait for that."""
        found = await self.read(resource)
        for span in self.waits.spans():
            if fits(found):
                break
            await asyncio.sleep(span)
            found = await self.read(resource)
        return found, fits(found)

    def judged(self, change: Change, resource: Resource | None) -> Mapping[str, str]:
        """What the rules of a change say of the resource now; what is gone passes."""
        said: dict[str, str] = {}
        for each in change.fixes:
            rule = self.catalog.rules.get(each.rule)
            if rule is not None:
                status = Status.PASS if resource is None else verdict(rule, resource, self.world)[0]
                said[each.rule] = str(status)
        return said


def fields_are(change: Change, resource: Resource, *wanted: Resource | None) -> bool:
    """Whether each field that the change is about is as in one of these."""
    now = resource.known()
    sources = [each.known() for each in wanted if each is not None]
    missing = object()
    return all(any(now.get(name, missing) == each.get(name, missing) for each in sources) for name in change.changed)
