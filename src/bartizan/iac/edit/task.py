"""What is to change in code for one resource: its own block, and the parts that stand in blocks of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bartizan.iac.edit.changes import Refused, matched, steps
from bartizan.model import Place, Resource, Unknown
from bartizan.resources.code import Block
from bartizan.resources.writing import Attributes, CodeWriter, Declaration, Json, Nested, Own, declare

_BROKEN = (LookupError, TypeError, ValueError, AttributeError)
"""What a writer may raise of a resource that is not as it expects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A resource of code as it is and as it should be, the block that it was taken from, and how it is written.

    ``places`` tells where the blocks of the same file or folder stand, by address; ``own`` is what a file of
    Terraform's language calls the resource in itself.
    """

    resource: Resource
    after: Resource
    block: Block
    writer: CodeWriter
    places: Mapping[str, Place]
    own: str = ""

    @property
    def changed(self) -> frozenset[str]:
        """The fields that are to be others."""
        before = self.resource.known()
        return frozenset(
            name for name, value in self.after.known().items() if name not in before or before[name] != value
        )

    def place(self, address: str) -> Place:
        """Where a block stands; raises ``Refused`` where that is not known."""
        if address not in self.places:
            raise Refused(f"it is not known where {address} stands")
        return self.places[address]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One block of the code: the attributes that are to change, as they are and as they should be, None for none.

    ``refers`` are those by which a part says whose it is.
    """

    code_type: str
    was: Attributes
    attributes: Attributes
    refers: Attributes


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one type that there should be, and the attributes of those that there are; None if not known."""

    code_type: str
    before: list[Attributes] | None
    after: list[Wanted]

    def steps(self, number: int, agrees: Callable[[int, Any], bool]) -> Iterator[tuple[int | None, Wanted | None]]:
        """Which of the written ones becomes what: none is new, and what becomes none goes.

        There are ``number`` of these; ``agrees`` compares one, by its position, with attributes. Raises ``Refused``.
        """
        if not self.before and number == len(self.after) == 1:
            yield 0, self.after[0]
            return
        found: list[tuple[int | None, Wanted | None]]
        if self.before is None and number:
            which = matched(number, [_fixed(each.attributes) for each in self.after], agrees)
            found = [] if which is None else list(zip(which, self.after, strict=True))
        else:
            before = self.before if number else []
            which = matched(number, before or [], agrees)
            found = [] if which is None else list(self._stepped(before or [], which))
        if which is None or (number and not which):
            raise Refused(f"it has {number} {self.code_type}, which cannot be told apart")
        yield from found

    def _stepped(self, before: list[Attributes], which: list[int]) -> Iterator[tuple[int | None, Wanted | None]]:
        for step in steps(before, [each.attributes for each in self.after]):
            new = None if step.new is None else self.after[step.new]
            if step.old is None:
                yield None, new
            else:
                yield which[step.old], replace(new, was=before[step.old]) if new else None


def _fixed(attributes: Attributes) -> Attributes:
    """What tells parts of a type apart: names, which do not change."""
    return {name: value for name, value in attributes.items() if name.lower() == "name"}


def wanted(task: Task) -> tuple[Wanted | None, list[Parts]]:
    """What to change in the resource's own block, and in its parts by type.

    Raises ``Refused`` where the writer lacks what changes, ``Unknown``, and ``Unwritable``.
    """
    if not task.changed & task.writer.writes:
        raise Refused(f"{', '.join(sorted(task.changed))} of {task.resource.cfn_type} is not written as code")
    after = declare(task.writer, task.after, task.changed, task.resource)
    try:
        # What tells only the difference tells the one of the other side here.
        before: list[Declaration] | None = declare(task.writer, task.resource, task.changed, task.after)
    except (Unknown, *_BROKEN):
        before = None
    own = next((each for each in after if each.code_type == each.own), None)
    own_before = next((each for each in before or () if each.code_type == each.own), None)
    parts = []
    for code_type in dict.fromkeys(each.code_type for each in after if each is not own):
        there, wished = (
            [_part(task, each) for each in given if each.code_type == code_type and not each.nothing]
            for given in (before or (), after)
        )
        parts.append(Parts(code_type, None if before is None else [each.attributes for each in there], wished))
    return _own(task, own, own_before) if own else None, parts


def _own(task: Task, after: Declaration, before: Declaration | None) -> Wanted:
    # Names are always declared; they are no others, even where it is not known what the code says beside them.
    was = _all(before or declare(replace(task.writer, parts=(), fields={}), task.resource, ())[0])
    found = _all(after)
    return Wanted(
        after.code_type,
        {name: _owned(each, task) for name, each in was.items()},
        {name: _owned(each, task) for name, each in found.items()},
        {},
    )


def _part(task: Task, declared: Declaration) -> Wanted:
    refers = {name for name, value in declared.attributes.items() if _names_owner(value)}
    given = _all(declared)
    return Wanted(
        declared.code_type,
        {},
        {name: _owned(value, task) for name, value in given.items() if name not in refers},
        {name: given[name] for name in given if name in refers},
    )


def _all(declared: Declaration) -> dict[str, Any]:
    return {**declared.attributes, **dict.fromkeys(declared.left_out)}


def _names_owner(value: Any) -> bool:
    return isinstance(value, Own) or (isinstance(value, list) and any(isinstance(each, Own) for each in value))


_BUCKET = re.compile(r"arn:[\w-]+:s3:::([^/]*)(/.*)?", re.DOTALL)


def _owned(value: Any, task: Task) -> Any:
    """A value in which the ARN of the resource itself, of which a fix may only know the address, refers to it."""
    if isinstance(value, Nested):
        return Nested(_owned(value.attributes, task))
    if isinstance(value, Json):
        return replace(value, value=_owned(value.value, task))
    if isinstance(value, Mapping):
        return {name: _owned(each, task) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_owned(each, task) for each in value]
    address = task.resource.address
    own = _BUCKET.fullmatch(value) if isinstance(value, str) else None
    if own and own[1] in {task.resource.name, address}:
        return f"<{_local(task)}>{own[2] or ''}"
    if isinstance(value, str) and re.search(rf"(?:^|[:/]){re.escape(address)}(?:$|[/:])", value):
        raise Refused(f"what would be written needs the name of {address}")
    return value


def _local(task: Task) -> str:
    """What the resource's ARN is called in its own file."""
    return f"{task.own}.arn" if task.writer.terraform else f"{task.block.what}.Arn"
