"""The world: all resources of a run, indexed, with a record of who looked at what.

A rule that looks beyond its own resource asks the world. Each question (all queues; the flow logs whose
``resource_id`` is ``vpc-1``) is recorded, so that after a change only the evaluations whose questions the changed
resource could answer differently need to run again. A question about resources whose listing failed raises ``Unknown``:
none found is no answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from bartizan.model.errors import DeclarationError, Unknown
from bartizan.model.finding import CoverageGap
from bartizan.model.resource import Resource

R = TypeVar("R", bound=Resource)
T = TypeVar("T")

Question = tuple[type[Resource], str, Any]
"""Type, field and value that were asked for; an empty field means all of the type."""


class World(Protocol):
    """What a rule may ask about everything else that was read."""

    def all(self, kind: type[R], *, near: Resource | None = None) -> Sequence[R]:
        """All of a type, or those in the account and region of ``near``; ``Unknown`` after a failed listing."""

    def listed(self, kind: type[R]) -> Sequence[R]:
        """Those of a type that were listed, even after a failed listing: for what the rule judges, not for answers."""

    def find(self, kind: type[R], *, near: Resource | None = None, **by: Any) -> Sequence[R]:
        """Those whose one named field has the given value; ``Unknown`` where that cannot be told."""

    def derived(self, build: Callable[[World], T]) -> T:
        """What ``build``, a function of its own name, makes of the world: made once, shared by all that ask for it."""


@dataclass(slots=True)
class _Index:
    """Resources of one type by the value of one field, or by account, region and value."""

    by_value: dict[Any, list[Resource]] = field(default_factory=lambda: defaultdict(list))
    absent: list[Resource] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Derived:
    """What was made of a snapshot, or why it could not be, and the questions asked on the way."""

    made: Any
    unknown: Unknown | None
    questions: tuple[Question, ...]


class Snapshot:
    """All resources of a run and the listings that failed; its indexes are made when asked for."""

    def __init__(self, resources: Iterable[Resource], gaps: Iterable[CoverageGap] = ()) -> None:
        self.by_type: dict[type[Resource], list[Resource]] = defaultdict(list)
        for each in resources:
            self.by_type[type(each)].append(each)
        self.gaps: tuple[CoverageGap, ...] = tuple(gaps)
        self._gaps_by_type: dict[str, list[CoverageGap]] = defaultdict(list)
        for gap in self.gaps:
            if not gap.hides:
                continue  # where a region lacks a service, none is the answer
            for name in gap.types:
                self._gaps_by_type[name].append(gap)
        self._indexes: dict[tuple[type[Resource], str, bool], _Index] = {}
        self.derived: dict[Callable[[World], Any], Derived] = {}

    def __iter__(self) -> Iterator[Resource]:
        for some in self.by_type.values():
            yield from some

    def __len__(self) -> int:
        return sum(map(len, self.by_type.values()))

    def require_listed(self, kind: type[Resource], near: Resource | None) -> None:
        """Raise ``Unknown`` where a listing of the type failed in reach of the question."""
        for gap in self._gaps_by_type.get(kind.cfn_type, ()):
            if near is None or _covers(gap, near):
                raise Unknown(f"the list of {kind.__name__}s", gap.gap)

    def index(self, kind: type[Resource], name: str, *, scoped: bool) -> _Index:
        """The resources of a type by one of their fields, ``scoped`` by account and region too; by scope alone for "".

        Raises ``DeclarationError`` where the type has no such field.
        """
        found = self._indexes.get((kind, name, scoped))
        if found is None:
            if name and name not in kind.defaults:
                raise DeclarationError(f"{kind.__name__} has no field {name!r} to find it by")
            found = self._indexes[kind, name, scoped] = _Index()
            for each in self.by_type.get(kind, ()):
                try:
                    value = object.__getattribute__(each, name) if name else None
                except AttributeError:
                    found.absent.append(each)
                else:
                    found.by_value[(each.account, each.region, value) if scoped else value].append(each)
        return found

    def view(self, reads: Iterable[type[Resource]]) -> View:
        """What one rule gets to see: only the types that it declared to read."""
        return View(self, frozenset(reads))


class View:
    """A world as one rule sees it; keeps the questions that were asked until ``taken``."""

    __slots__ = ("_asked", "_reads", "_snapshot")

    def __init__(self, snapshot: Snapshot, reads: frozenset[type[Resource]]) -> None:
        self._snapshot = snapshot
        self._reads = reads
        self._asked: list[Question] = []

    def taken(self) -> tuple[Question, ...]:
        """The questions asked since the last call."""
        asked, self._asked = tuple(self._asked), []
        return asked

    def all(self, kind: type[R], *, near: Resource | None = None) -> Sequence[R]:
        """All resources of a type, or those in the account and region of ``near``."""
        self._ask(kind, "", None, near)
        found: Sequence[R]
        if near is None:
            found = self._snapshot.by_type.get(kind, ())  # type: ignore[assignment]  # the key is the type
        else:
            index = self._snapshot.index(kind, "", scoped=True)
            found = index.by_value.get((near.account, near.region, None), ())  # type: ignore[assignment]  # as above
        return found

    def listed(self, kind: type[R]) -> Sequence[R]:
        """Those of a type that were listed, even after a failed listing."""
        self._require_declared(kind)
        self._asked.append((kind, "", None))
        found: Sequence[R] = self._snapshot.by_type.get(kind, ())  # type: ignore[assignment]  # the key is the type
        return found

    def find(self, kind: type[R], *, near: Resource | None = None, **by: Any) -> Sequence[R]:
        """Those whose one named field has the given value."""
        ((name, value),) = by.items()
        self._ask(kind, name, value, near)
        index = self._snapshot.index(kind, name, scoped=near is not None)
        for each in index.absent:
            if near is None or _same_scope(each, near):
                getattr(each, name)  # raises Unknown with the reason
        key = value if near is None else (near.account, near.region, value)
        found: Sequence[R] = index.by_value.get(key, ())  # type: ignore[assignment]  # the index is of that type
        return found

    def derived(self, build: Callable[[World], T]) -> T:
        """What ``build`` makes of the world; whoever uses it has asked all that was asked to make it."""
        found = self._snapshot.derived.get(build)
        if found is None:
            found = self._snapshot.derived[build] = _derive(self._snapshot.view(self._reads), build)
        for question in found.questions:
            self._require_declared(question[0])
        self._asked.extend(found.questions)
        if found.unknown is not None:
            raise found.unknown.with_traceback(None)
        made: T = found.made
        return made

    def _require_declared(self, kind: type[Resource]) -> None:
        if kind not in self._reads:
            raise DeclarationError(f"the rule reads {kind.__name__} without declaring it in reads=")

    def _ask(self, kind: type[Resource], name: str, value: Any, near: Resource | None) -> None:
        self._require_declared(kind)
        self._asked.append((kind, name, value))
        self._snapshot.require_listed(kind, near)


def _derive(view: View, build: Callable[[World], Any]) -> Derived:
    made, unknown = None, None
    try:
        made = build(view)
    except Unknown as missing:
        unknown = missing
    return Derived(made, unknown, tuple(dict.fromkeys(view.taken())))


def touches(changed: Resource, question: Question) -> bool:
    """Whether a resource that appeared, went or is as it was before or after a change could alter the answer."""
    kind, name, value = question
    if type(changed) is not kind:
        return False
    return not name or changed.known().get(name, value) == value


def _same_scope(one: Resource, other: Resource) -> bool:
    return one.account == other.account and one.region == other.region


def _covers(gap: CoverageGap, near: Resource) -> bool:
    return gap.account in {"", near.account} and gap.region in {"", near.region}
