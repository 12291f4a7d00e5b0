"""Edits of files as text: unified diffs that ``git apply`` and ``patch -p1`` take, and facts for JSON."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bartizan.app.editing import Edited, Proposal

_QUOTED = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_NO_NEWLINE = "\\ No newline at end of file\n"


def diff_of(edited: Edited) -> str:
    """The unified diff of a file; its path is taken from the working directory."""
    before, after = _lines(edited.before), _lines(edited.after)
    lines = difflib.unified_diff(before, after, _named("a", edited.path), _named("b", edited.path))
    return "".join(line if line.endswith("\n") else f"{line}\n{_NO_NEWLINE}" for line in lines)


def _lines(text: str) -> list[str]:
    """The lines with what ends them: only a line feed does, whatever else other tools take for one."""
    lines = text.split("\n")
    return [f"{each}\n" for each in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _named(side: str, path: Path) -> str:
    """A path as diffs have it: quoted where it would be misread.

    Source: https://git-scm.com/docs/git-config#Documentation/git-config.txt-corequotePath
    """
    full = path.absolute()
    here = Path.cwd()
    name = f"{side}/{(full.relative_to(here) if full.is_relative_to(here) else full).as_posix().lstrip('/')}"
    if any(each in _QUOTED or not each.isprintable() for each in name):
        escaped = "".join(_QUOTED.get(each) or (each if each.isprintable() else _octal(each)) for each in name)
        return f'"{escaped}"'
    return f"{name}\t" if " " in name else name


def _octal(letter: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in letter.encode("utf-8", "surrogateescape"))


def facts(found: Proposal) -> dict[str, Any]:
    """A proposal as plain values."""
    return {
        "files": [{"path": str(each.path), "diff": diff_of(each)} for each in found.files],
        "settled": list(_settled(found)),
        "left": [
            {
                "rule": each.rule,
                "resource": each.resource,
                "place": each.place,
                "why": each.why,
                "has_fix": each.fixable,
            }
            for each in found.left
        ],
    }


def _settled(found: Proposal) -> Iterator[dict[str, str]]:
    for each in found.done:
        yield {
            "rule": each.fix.rule.id,
            "resource": each.resource.key,
            "place": str(each.resource.place),
            "what": each.fix.what,
            "may_break": each.fix.breaks,
        }
