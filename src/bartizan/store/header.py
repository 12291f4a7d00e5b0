"""The header of a file with an SQL rule: TOML in the comments with which it begins.

::

    -- id = "acme.bucket-without-versions"
    -- severity = "medium"
    -- title = "S3 bucket keeps no versions"
    -- why = "What is overwritten is gone."
    -- how_to_fix = "Turn on versioning."
    SELECT ...
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bartizan.model import Doc, InputError, Severity
from bartizan.store.query import QueryError

_TEXTS = ("id", "severity", "title", "why", "how_to_fix")
_OTHERS: Mapping[str, type] = {"judges": str, "references": list, "advice": bool, "passes": list, "fails": list}
_ID = re.compile(r"[a-z0-9][a-z0-9-]*\.[a-z0-9][a-z0-9-]*")
_LARGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Header:
    """What a rule says of itself; ``judges`` is the table whose rows it judges, empty where the query tells it.

    ``passes`` and ``fails`` are its samples as they are written.
    """

    id: str
    severity: Severity
    doc: Doc
    judges: str
    advice: bool
    passes: tuple[Mapping[str, Any], ...]
    fails: tuple[Mapping[str, Any], ...]


def read_header(text: str) -> Header:
    """The header of the text of a file; raises ``QueryError`` with the line of what is wrong."""
    if len(text) > _LARGEST:
        raise QueryError("it is larger than a rule can be")
    lines = []
    for line in text.splitlines():
        if line.strip() and not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").removeprefix(" "))
    given = _decoded("\n".join(lines))
    _require_keys(given, lines)
    return _made(given, lines)


def _require_keys(given: Mapping[str, Any], lines: list[str]) -> None:
    for name in given:
        if name not in (*_TEXTS, *_OTHERS):
            raise QueryError(f"the header has no key {name}", _line(lines, name))
    for name in _TEXTS:
        if not isinstance(given.get(name), str) or not given[name].strip():
            raise QueryError(f"the header lacks {name}, or it is no text", _line(lines, name) or 1)
    for name, kind in _OTHERS.items():
        if not isinstance(given.get(name, kind()), kind):
            raise QueryError(f"{name} is of the wrong kind", _line(lines, name))
    if not _ID.fullmatch(given["id"]):
        raise QueryError("an id is two words in small letters parted by a dot, as acme.my-rule", _line(lines, "id"))


def _made(given: Mapping[str, Any], lines: list[str]) -> Header:
    samples = {}
    for name in ("passes", "fails"):
        samples[name] = tuple(given.get(name, ()))
        if not all(isinstance(each, Mapping) for each in samples[name]):
            raise QueryError(f"samples are written [[{name}]]", _line(lines, name))
    try:
        severity = Severity.parse(given["severity"])
    except InputError as wrong:
        raise QueryError(str(wrong), _line(lines, "severity")) from None
    title, references = given["title"].strip().rstrip("."), tuple(map(str, given.get("references", ())))
    doc = Doc(" ".join(title.split()), given["why"].strip(), given["how_to_fix"].strip(), references)
    judges, advice = given.get("judges", ""), given.get("advice", False)
    return Header(given["id"], severity, doc, judges.lower(), advice, samples["passes"], samples["fails"])


def _decoded(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as wrong:
        found = re.search(r"at line (\d+)", str(wrong))
        why = re.sub(r" \(at line .*\)", "", str(wrong))
        raise QueryError(f"the header is no TOML: {why}", int(found.group(1)) if found else 1) from None


def _line(lines: list[str], name: str) -> int:
    """The line, counted from 1, on which a key is set; 0 where there is none."""
    starts = (f"{name} ", f"{name}=", f"[[{name}]]")
    return next((number for number, line in enumerate(lines, 1) if line.startswith(starts)), 0)
