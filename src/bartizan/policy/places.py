"""Places in a text: on which line and column of a JSON text the value of a path stands.

Only asked where something is to be said about a place, so that reading a policy costs nothing more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

Path = tuple[str | int, ...]
"""The way to a value: names of objects and positions in lists, from the outside in."""

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_DEEPEST = 8
"""No value of a policy stands deeper; what does is not looked at."""
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Place:
    """A line and a column, both from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}"


def place_at(text: str, offset: int) -> Place:
    """The place of a character."""
    return Place(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


def place_of(text: str, path: Path) -> Place | None:
    """The place of the value at a path, or of the innermost value around it that is there; ``None`` without any.

    The text must be valid JSON. Of a name that an object has twice, the last one counts.
    """
    found, depth = None, -1
    for each, offset in _values(text):
        if len(each) >= depth and each == path[: len(each)]:
            found, depth = offset, len(each)
    return None if found is None else place_at(text, found)


def twice_of(text: str) -> tuple[Path, Place | None]:
    """The path and place of the first value whose name its object has had before; an empty path without any."""
    seen: set[Path] = set()
    for path, offset in _values(text):
        if path in seen:
            return path, place_at(text, offset)
        seen.add(path)
    return (), None


def lines_of(text: str) -> dict[Path, int]:
    """The line of every value of a JSON text, by its path."""
    values = dict(_values(text))
    return dict(zip(values, _lines(text, values.values()), strict=True))


def statement_lines(text: str) -> tuple[int, ...]:
    """The lines on which the statements of a policy begin; a single statement that stands in no list is one."""
    if "\n" not in text:
        return ()
    lists: list[int] = []
    alone: list[int] = []
    for path, offset in _values(text):
        if path and str(path[0]).lower() == "statement":
            if len(path) == 1:
                lists, alone = [], [offset]
            elif len(path) == 2 and isinstance(path[1], int):
                lists.append(offset)
    return tuple(_lines(text, lists or alone))


def _lines(text: str, offsets: Iterable[int]) -> Iterator[int]:
    line, before = 1, 0
    for offset in offsets:
        line += text.count("\n", before, offset)
        before = offset
        yield line


def _values(text: str) -> Iterator[tuple[Path, int]]:
    """The path and the offset of each value, in the order of the text."""
    path: list[str | int] = []
    kinds: list[str] = []
    name = ""
    awaits_name = False
    for found in _TOKEN.finditer(text):
        sign = found[0]
        if sign in {"}", "]"}:
            kinds.pop()
            awaits_name = False
            if path and len(path) > len(kinds):
                path.pop()
        elif sign == ",":
            _advance(path, kinds)
            awaits_name = kinds[-1] == "{"
        elif sign == ":":
            _name(path, kinds, name)
            awaits_name = False
        elif awaits_name:
            name = json.loads(sign)
        else:
            if len(kinds) <= _DEEPEST:
                yield tuple(path), found.start()
            if sign in {"{", "["}:
                kinds.append(sign)
                awaits_name = sign == "{"
                if sign == "[":
                    path.append(0)


def _advance(path: list[str | int], kinds: list[str]) -> None:
    if kinds[-1] == "[":
        position = path[-1]
        path[-1] = position + 1 if isinstance(position, int) else 0


def _name(path: list[str | int], kinds: list[str], name: str) -> None:
    if len(path) == len(kinds):
        path[-1] = name
    else:
        path.append(name)


def written(path: Path) -> str:
    """The path in words: ``$.Statement[0].Action``."""
    return "$" + "".join(f"[{each}]" if isinstance(each, int) else f".{shown(each)}" for each in path)


def shown(text: str) -> str:
    """A text for a message: not too long, and without what cannot be printed."""
    short = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    return short if short.isprintable() else short.encode("unicode_escape").decode()
