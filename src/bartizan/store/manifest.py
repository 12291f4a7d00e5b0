"""Manifests: what a snapshot says of itself. It is written last, so that a snapshot without one does not exist."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bartizan import __version__
from bartizan.model import plain
from bartizan.store.files import StoreError

SCHEMA_VERSION = 2
"""The version of manifests and tables. One that this code does not know yet is refused; what an older one lacks is
empty, and columns that it lacks are NULL. Since version 2 a manifest has files that accounts share, and members."""

NAME = "manifest.json"
_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}")
_PATH = re.compile(r"(?:parts/)?[a-z0-9_]+/[0-9A-Za-z_-]+\.parquet")


class ManifestError(StoreError):
    """A manifest that cannot be read by this version."""


class BrokenManifestError(ManifestError):
    """A manifest that no version can read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file of a snapshot: its path in it, the table that it is part of, and its size in rows and bytes."""

    path: str
    table: str
    rows: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What was kept of one account.

    ``statuses`` counts its verdicts, ``gaps`` its listings that failed. ``seconds`` is how long the scan took.
    """

    account: str
    caller: str
    regions: tuple[str, ...]
    started: dt.datetime
    seconds: float
    resources: int
    statuses: Mapping[str, int]
    gaps: int
    files: tuple[StoredFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A snapshot: which accounts it holds, when and by what it was made, and by which rules and settings.

    ``rules`` are those that took part, each with the fields that it looks at. ``tables`` are the types that were
    collected, whether there are any or not. ``failed`` says of accounts that were asked for why they are not in it.
    ``shared`` are files with the rows of many accounts; the parts of those have no files of their own.
    ``members`` are the accounts of its organization, read or not, which its rules took for no strangers.
    """

    id: str
    started: dt.datetime
    finished: dt.datetime
    parts: tuple[Part, ...]
    rules: Mapping[str, tuple[str, ...]]
    tables: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    shared: tuple[StoredFile, ...] = ()
    members: tuple[str, ...] = ()
    tool_version: str = __version__
    schema_version: int = SCHEMA_VERSION

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts that it holds."""
        return tuple(each.account for each in self.parts)

    @property
    def settings_digest(self) -> str:
        """The same for the same settings."""
        text = json.dumps(self.settings, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def stored(self) -> tuple[StoredFile, ...]:
        """All its files."""
        return (*self.shared, *(file for part in self.parts for file in part.files))

    def files(self, table: str) -> list[str]:
        """The paths of the files of a table, in the store."""
        return [path_of(self.id, file.path) for file in self.stored if file.table == table]

    def written(self) -> bytes:
        """It as JSON."""
        document = {**plain(self), "settings_digest": self.settings_digest}
        return json.dumps(document, indent=1, ensure_ascii=False).encode()

    @classmethod
    def parse(cls, data: bytes, where: str) -> Manifest:
        """A manifest from JSON; raises ``ManifestError``, which names ``where``, for what is none, or is newer."""
        try:
            held = json.loads(data)
            version = int(held["schema_version"])
            if version > SCHEMA_VERSION:
                made_by = held.get("tool_version")
                raise ManifestError(f"{where} was written by a newer Bartizan ({made_by}): update this one to read it")
            return cls(
                id=_matching(_ID, held["id"]),
                started=dt.datetime.fromisoformat(held["started"]),
                finished=dt.datetime.fromisoformat(held["finished"]),
                parts=tuple(map(_part, held["parts"])),
                rules={str(name): tuple(map(str, fields)) for name, fields in held["rules"].items()},
                tables=tuple(map(str, held["tables"])),
                settings=dict(held["settings"]),
                failed=dict(held["failed"]),
                # In version 1 each account had files of its own, and members were among the settings.
                shared=tuple(map(_file, held["shared"] if version > 1 else ())),
                members=tuple(map(str, held["members"] if version > 1 else ())),
                tool_version=str(held["tool_version"]),
                schema_version=version,
            )
        except (ValueError, KeyError, TypeError, AttributeError) as broken:
            raise BrokenManifestError(
                f"{where} is broken ({type(broken).__name__}: {broken}): move its folder away, or let "
                "`bartizan snapshots prune --yes` remove it"
            ) from None


def new_id(started: dt.datetime) -> str:
    """A new id; ids sort by when the scan began."""
    return f"{started.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:6]}"


def is_id(name: str) -> bool:
    """Whether a folder of this name holds a snapshot."""
    return bool(_ID.fullmatch(name))


def path_of(snapshot: str, path: str) -> str:
    """The path in the store of a file of a snapshot."""
    return f"snapshots/{snapshot}/{path}"


def _file(held: Mapping[str, Any]) -> StoredFile:
    path = _matching(_PATH, held["path"])
    return StoredFile(path=path, table=str(held["table"]), rows=int(held["rows"]), bytes=int(held["bytes"]))


def _part(held: Mapping[str, Any]) -> Part:
    return Part(
        account=str(held["account"]),
        caller=str(held["caller"]),
        regions=tuple(map(str, held["regions"])),
        started=dt.datetime.fromisoformat(held["started"]),
        seconds=float(held["seconds"]),
        resources=int(held["resources"]),
        statuses={str(name): int(number) for name, number in held["statuses"].items()},
        gaps=int(held["gaps"]),
        files=tuple(map(_file, held["files"])),
    )


def _matching(pattern: re.Pattern[str], text: Any) -> str:
    if not isinstance(text, str) or not pattern.fullmatch(text):
        raise ValueError(f"{text!r} is not what it should be")
    return text
