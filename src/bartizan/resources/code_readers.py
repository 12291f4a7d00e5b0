"""The readers of infrastructure code by type, imported as far as the code at hand asks for them."""

from __future__ import annotations

import importlib
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from bartizan.resources.code import CodeReader

_ROOM = "bartizan.resources"
_TYPE = re.compile(r'"(aws_\w+|AWS::\w+::\w+)"')


class CodeReaders:
    """All readers of code; the module of one is imported when its type is asked for.

    Which module that is, its text says: a reader names its type and those of its parts there, in full. To look for
    them takes some milliseconds; to import every module takes longer than to check a template.
    """

    def __init__(self) -> None:
        self._mentions = _mentions()
        self._by_type: dict[str, CodeReader] = {}
        self._about: dict[str, tuple[CodeReader, ...]] = {}

    def get(self, code_type: str) -> CodeReader | None:
        """The reader of a type; ``None`` where there is none."""
        self.about(code_type)
        return self._by_type.get(code_type)

    def __contains__(self, code_type: str) -> bool:
        return self.get(code_type) is not None

    def about(self, code_type: str) -> tuple[CodeReader, ...]:
        """The readers that read a type, or take its blocks as parts of theirs."""
        if code_type not in self._about:
            found = {each.code_type: each for name in self._mentions.get(code_type, ()) for each in _readers(name)}
            self._by_type |= found
            self._about[code_type] = tuple(
                each for each in found.values() if code_type == each.code_type or code_type in each.parts
            )
        return self._about[code_type]


def _readers(module: str) -> Iterator[CodeReader]:
    for value in vars(importlib.import_module(module)).values():
        if isinstance(value, CodeReader):
            yield value


def _mentions() -> dict[str, list[str]]:
    """The modules of this room whose text mentions a type of code, by type."""
    room = Path(__file__).parent
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(room.rglob("*.py")):
        name = ".".join((_ROOM, *path.relative_to(room).with_suffix("").parts)).removesuffix(".__init__")
        for each in dict.fromkeys(_TYPE.findall(path.read_text(encoding="utf-8"))):
            found[each].append(name)
    return found
