"""What both languages share: replacing parts of a text, and how two lists differ."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from bartizan.resources.writing import Attributes, Nested


class Refused(ValueError):  # noqa: N818 - reads as what it says of the edit
    """An edit that would be a guess; the message says what stands there, for the person who has to decide."""


@dataclass(frozen=True, slots=True, order=True)
class Splice:
    """Put ``text`` in the place of what stands between two offsets."""

    start: int
    end: int
    text: str


def spliced(text: str, splices: Iterable[Splice]) -> str:
    """The text with all of them made; the same one twice counts once. Raises ``Refused`` where two overlap."""
    made, at = [], 0
    for each in sorted(dict.fromkeys(splices), key=lambda one: (one.start, one.end)):
        if each.start < at:
            raise Refused("another edit changes the same lines")
        made += [text[at : each.start], each.text]
        at = each.end
    return "".join([*made, text[at:]])


def newline_of(text: str) -> str:
    """What ends the lines of a text."""
    return "\r\n" if "\r\n" in text else "\n"


def line_start(text: str, at: int) -> int:
    """Where the line begins that an offset lies in."""
    return text.rfind("\n", 0, at) + 1


def line_end(text: str, at: int) -> int:
    """Where the line ends that an offset lies in, before what ends it."""
    found = text.find("\n", at)
    end = len(text) if found < 0 else found
    return end - 1 if end > at and text[end - 1] == "\r" else end


def indentation(text: str, at: int) -> str:
    """The blanks that the line of an offset begins with."""
    line = text[line_start(text, at) : line_end(text, at)]
    return line[: len(line) - len(line.lstrip(" \t"))]


@dataclass(frozen=True, slots=True)
class Step:
    """One step from a list to another: the item ``old`` stays as ``new``, or one of both is not there."""

    old: int | None
    new: int | None


def steps(before: Sequence[Any], after: Sequence[Any]) -> Iterator[Step]:
    """How a list becomes another, in order; items that take each other's place are paired."""
    keys = [repr(each) for each in before], [repr(each) for each in after]
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        paired = min(i2 - i1, j2 - j1) if kind in {"equal", "replace"} else 0
        yield from (Step(i1 + each, j1 + each) for each in range(paired))
        yield from (Step(each, None) for each in range(i1 + paired, i2))
        yield from (Step(None, each) for each in range(j1 + paired, j2))


def without(text: str, spans: Sequence[tuple[int, int]], gone: Collection[int], *, trailing: bool) -> Iterator[Splice]:
    """The splices that take items out of a list with commas; ``trailing`` where one may stay behind the last item.

    Raises ``Refused`` where a comment would go with them.
    """
    for first, last in _runs(gone):
        start, end = spans[first][0], spans[last][1]
        rest = text[end:]
        blank = len(rest) - len(rest.lstrip())
        behind = end + blank + 1 if rest[blank : blank + 1] == "," else end
        alone = not text[line_start(text, start) : start].strip() and not text[behind : line_end(text, behind)].strip()
        if alone and (trailing or last + 1 < len(spans)):
            following = text.find("\n", behind)
            yield Splice(line_start(text, start), len(text) if following < 0 else following + 1, "")
        elif last + 1 < len(spans):
            yield Splice(start, spans[last + 1][0], "")
        else:
            start = spans[first - 1][1] if first else start
            if "#" in text[start : spans[first][0]] or "//" in text[start : spans[first][0]]:
                raise Refused("a comment stands between what is to go")
            yield Splice(start, end, "")


def _runs(numbers: Collection[int]) -> Iterator[tuple[int, int]]:
    """Numbers that follow each other, as the first and the last of them."""
    first = last = -2
    for each in sorted(numbers):
        if each != last + 1:
            if last >= 0:
                yield first, last
            first = each
        last = each
    if last >= 0:
        yield first, last


def matched(number: int, before: Sequence[Any], agrees: Callable[[int, Any], bool]) -> list[int] | None:
    """For each item that something stands for, which of the written ones it is; ``None`` where that cannot be told.

    There are ``number`` of these, and ``agrees`` compares one, by its position, with an item. Where none is told by
    that, they are taken in their order if they are as many.
    """
    free, found = list(range(number)), []
    for each in before:
        fitting = next((position for position in free if agrees(position, each)), None)
        if fitting is None:
            return list(range(number)) if number == len(before) else None
        free.remove(fitting)
        found.append(fitting)
    return found


def blocks_of(value: Any) -> list[Attributes] | None:
    """The nested blocks that a value stands for; ``None`` where it is an attribute's."""
    listed = value if isinstance(value, list) else [value]
    if listed and all(isinstance(each, Nested) for each in listed):
        return [each.attributes for each in listed]
    return None
