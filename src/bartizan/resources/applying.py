"""How resources are changed in AWS, as data: the way back of what ``reading`` declares.

An ``ApiWriter`` names for a type the calls that set its fields. A ``Put`` is one such call: which fields it sets, and a
function of the ``Edit`` that gives its arguments.

    QUEUE = ApiWriter(
        Queue,
        puts=(
            Put(
                Call("sqs:SetQueueAttributes"),
                fields=("sqs_managed_sse_enabled",),
                params=lambda edit: {
                    "QueueUrl": edit.after.url,
                    "Attributes": {"SqsManagedSseEnabled": str(edit.after.sqs_managed_sse_enabled).lower()},
                },
            ),
        ),
    )

The same declaration undoes: the edit is turned round. Where a call sets more than our fields, a ``Look`` reads the rest
before, so that it stays as it is; and what a look saw before the change is there again for the undo, as ``edit.was``.
From the declaration come the calls of a plan, the permissions that it needs, and its undo. Nothing is called here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bartizan.model import Gap, Reason, Resource, plain
from bartizan.model.resource import ABSENT
from bartizan.policy import PolicyDocument
from bartizan.resources.reading import Call, Failed

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Edit:
    """One resource as it is, and as it should be; ``after`` is None where it is deleted, ``before`` where it is made.

    ``now`` is what the put's look sees just before the call, None where it sees nothing. In an undo (``undoing``)
    ``was`` is what the same look saw before the change that is undone.
    """

    before: Any
    after: Any
    now: Any = None
    undoing: bool = False
    was: Any = None

    @property
    def resource(self) -> Any:
        """The resource as it should be, or as it is where it is to go."""
        return self.after if self.after is not None else self.before

    def changes(self, *names: str) -> bool:
        """Whether one of these fields is to be another; a field that is not known on either side is not."""
        if self.before is None or self.after is None:
            return True
        was, will = self.before.known(), self.after.known()
        return any(was.get(name, ABSENT) != will.get(name, ABSENT) for name in names)


class Refused(Failed):
    """Raised by ``Put.params`` for an edit that no call can make; ``why`` says what is in the way, and what to do."""

    def __init__(self, why: str) -> None:
        super().__init__("Refused", Gap(Reason.FAILED, detail=why))
        self.why = why


@dataclass(frozen=True, slots=True)
class Look:
    """A call that only reads, for what a put sends back unchanged or an undo gives back.

    ``keep`` takes of the reply what is needed, which is also what a journal holds: it must be JSON, but for times.
    ``gone`` are errors, as ``Failed.among`` takes them, that mean there is nothing; ``keep`` is not asked then.
    ``hidden`` names members, at any depth of what is kept, that may hold secrets: a put can send them back, but a
    journal shows a mark for them, and so does ``was`` in an undo. ``name`` tells looks of one call apart that ask for
    different things.
    """

    call: Call
    params: Callable[[Any], Params]
    keep: Callable[[Any], Any] = lambda reply: reply
    gone: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    name: str = ""

    @property
    def key(self) -> str:
        """By what it is told from the other looks of a writer."""
        return f"{self.call.name} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class Put:
    """A call that writes: ``params`` gives its arguments, those of several calls, or None where there is nothing to do.

    It is asked when one of ``fields`` changes. ``unshown`` names arguments that are of the moment, such as an ETag: no
    plan holds them. ``hidden`` names members, at any depth of the arguments, that may hold secrets: plans and journals
    show a mark for their values. ``already`` are errors that mean that it is so already, ``busy`` those that mean that
    the resource is not ready yet, both as ``Failed.among`` takes them; ``minutes`` is how long the latter are waited
    for. ``lasting`` says why it cannot be taken back, where that is so.
    """

    call: Call
    params: Callable[[Edit], Params | Sequence[Params] | None]
    fields: tuple[str, ...] = ()
    look: Look | None = None
    unshown: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    already: tuple[str, ...] = ()
    busy: tuple[str, ...] = ()
    minutes: int = 1
    lasting: str = ""

    def calls(self, edit: Edit) -> list[Params]:
        """The arguments of each call that the edit needs."""
        given = self.params(edit)
        if given is None:
            return []
        return [given] if isinstance(given, Mapping) else list(given)


@dataclass(frozen=True, slots=True)
class ApiWriter:
    """How one resource type is changed: the puts in the order in which they are called, and backwards to undo.

    ``deletes`` take a resource away, and ``creates`` make it again, in their own order; without the latter a deletion
    cannot be undone, and ``lost`` says what is lost. ``when`` decides whether a resource can be changed so, where there
    are several ways.
    """

    kind: type[Resource]
    puts: tuple[Put, ...] = ()
    deletes: tuple[Put, ...] = ()
    creates: tuple[Put, ...] = ()
    lost: str = ""
    when: Callable[[Any], bool] | None = None

    def steps(self, edit: Edit) -> tuple[Put, ...]:
        """The puts that an edit asks for, in their order."""
        if edit.after is None:
            return self.deletes
        if edit.before is None:
            return self.creates
        return tuple(each for each in self.puts if edit.changes(*each.fields))

    def unwritten(self, edit: Edit) -> list[str]:
        """The fields that the edit changes and no put sets."""
        if edit.after is None:
            return [] if self.deletes else ["the resource itself"]
        known = {name for put in self.puts for name in put.fields}
        return [name for name in edit.after.known() if name not in known and edit.changes(name)]

    def fields_of(self, calls: Collection[str]) -> set[str]:
        """The fields that these calls set."""
        return {name for put in self.puts if put.call.name in calls for name in put.fields}

    def lasting(self, edit: Edit) -> str:
        """Why the edit cannot be undone, or nothing."""
        if edit.after is None and not self.creates:
            return self.lost or "what is deleted cannot be brought back"
        return next((each.lasting for each in self.steps(edit) if each.lasting), "")


HIDDEN = "(hidden)"
"""What stands in plans and journals for a value that may be a secret."""


def shown(put: Put, params: Params) -> dict[str, Any]:
    """The arguments as people and files may see them."""
    return {name: masked(value, put.hidden) for name, value in params.items() if name not in put.unshown}


def masked(value: Any, hidden: Collection[str]) -> Any:
    """A value with a mark in place of these members, at any depth."""
    if isinstance(value, Mapping):
        return {name: HIDDEN if name in hidden else masked(each, hidden) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked(each, hidden) for each in value]
    return value


def api_writer_for(writers: Iterable[ApiWriter], resource: Resource) -> ApiWriter | None:
    """The writer that fits a resource; none where there is none."""
    fitting = (each for each in writers if each.kind is type(resource))
    return next((each for each in fitting if each.when is None or each.when(resource)), None)


def policy_text(document: PolicyDocument | None) -> str | None:
    """A policy as the text that AWS takes; None where there is none, or nothing is left of it."""
    return json.dumps(plain(document)) if document is not None and document.statements else None
