"""A store: the snapshots that lie below one address, and which of them is the approved baseline."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bartizan.store.files import Files, MissingError, StoreError
from bartizan.store.manifest import (
    NAME,
    BrokenManifestError,
    Manifest,
    ManifestError,
    Part,
    StoredFile,
    is_id,
    new_id,
    path_of,
)
from bartizan.store.records import FINDINGS

_APPROVED = "approved.json"
_LOOK_BACK = 50
"""How many snapshots are looked through for an account's last one."""

UNFINISHED_AFTER = dt.timedelta(days=2)
"""No scan takes as long: what was begun before that and has no manifest was left behind."""


@dataclass(frozen=True, slots=True)
class Removal:
    """What retention removes: snapshots, what broken-off ones left behind (ids), and files of no use.

    ``broken`` are the ids of those whose manifest is. ``leftover`` are paths: the parts of accounts beside the merged
    files, where the scan was ended while it tidied.
    """

    snapshots: tuple[Manifest, ...]
    unfinished: tuple[str, ...]
    leftover: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()


def _nobody(_text: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Store:
    """The snapshots below one address; each method raises ``StoreError`` where the store cannot be used.

    ``told`` is told of snapshots that are passed over since they cannot be read.
    """

    files: Files
    told: Callable[[str], None] = field(default=_nobody, compare=False, repr=False)

    @property
    def address(self) -> str:
        """Where it is."""
        return self.files.address

    def ids(self) -> list[str]:
        """The ids of what looks like a snapshot, the newest first; one without manifest is none."""
        return sorted(filter(is_id, self.files.folders("snapshots")), reverse=True)

    def snapshots(self) -> Iterator[Manifest]:
        """The snapshots, the newest first, read as they are asked for."""
        for each in self.ids():
            found = self._manifest(each)
            if found is not None:
                yield found

    def readable(self) -> Iterator[Manifest]:
        """The snapshots that can be read, the newest first; of the others ``told`` is told."""
        for each in self.ids():
            try:
                found = self._manifest(each)
            except ManifestError as unreadable:
                self.told(f"Passed over: {unreadable}")
                continue
            if found is not None:
                yield found

    def get(self, name: str) -> Manifest:
        """The snapshot of that id or beginning of an id, ``latest``, ``previous`` or ``approved``."""
        if name in {"latest", "previous"}:
            found = list(_first(self.snapshots(), 1 if name == "latest" else 2))
            if len(found) < (1 if name == "latest" else 2):
                raise StoreError(f"{self.address} holds {'no' if not found else 'only one'} snapshot: "
                                 "`bartizan scan --store` adds one")  # fmt: skip
            return found[-1]
        if name == "approved":
            approved = self.approved()
            if approved is None:
                raise StoreError(f"{self.address} has no approved baseline; `bartizan approve` names one")
            return self.get(approved)
        fitting = [each for each in self.ids() if each.startswith(name)]
        manifest = self._manifest(fitting[0]) if len(fitting) == 1 else None
        if manifest is None:
            many = "several snapshots begin with" if len(fitting) > 1 else "no snapshot is called"
            raise StoreError(f"in {self.address} {many} {name!r}; `bartizan snapshots` lists them")
        return manifest

    def last_of(self, accounts: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The paths of files with the findings of each account in the newest snapshot that holds it, if one does.

        Snapshots that cannot be read are passed over. The files may hold those of other accounts too.
        """
        found: dict[str, tuple[str, ...]] = {}
        wanted = set(accounts)
        for each in _first(self.readable(), _LOOK_BACK):
            shared = [path_of(each.id, file.path) for file in each.shared if file.table == FINDINGS.name]
            for part in each.parts:
                if part.account in wanted - found.keys():
                    own = [path_of(each.id, file.path) for file in part.files if file.table == FINDINGS.name]
                    found[part.account] = tuple(own or shared)
            if found.keys() == wanted:
                break
        return found

    def is_whole(self, snapshot: str) -> bool:
        """Whether it has a manifest, readable or not."""
        try:
            self.files.read(path_of(snapshot, NAME))
        except MissingError:
            return False
        return True

    def begin(self, started: dt.datetime) -> str:
        """The id of a new snapshot, into which parts can be written."""
        self.files.require_writable()
        return new_id(started)

    def commit(  # noqa: PLR0913 - what a snapshot says of itself
        self,
        snapshot: str,
        started: dt.datetime,
        parts: Iterable[Part],
        *,
        rules: Mapping[str, Iterable[str]],
        tables: Iterable[str],
        settings: Mapping[str, Any],
        failed: Mapping[str, str] | None = None,
        shared: Iterable[StoredFile] = (),
        members: Iterable[str] = (),
    ) -> Manifest:
        """Make a snapshot of the parts that were written: from here on it exists.

        ``shared`` are the files into which those of the parts were merged, if they were. ``members`` are the accounts
        of the organization, if it is one of an organization.
        """
        manifest = Manifest(
            id=snapshot,
            started=started,
            finished=dt.datetime.now(dt.UTC),
            parts=tuple(sorted(parts, key=lambda each: each.account)),
            rules={name: tuple(sorted(fields)) for name, fields in rules.items()},
            tables=tuple(sorted(tables)),
            settings=settings,
            failed=dict(failed or {}),
            shared=tuple(shared),
            members=tuple(sorted(members)),
        )
        self.files.write(path_of(snapshot, NAME), manifest.written())
        return manifest

    def leftover(self, manifest: Manifest) -> list[str]:
        """The files beside a whole snapshot that are no part of it, as those of accounts that were merged."""
        mine = {path_of(manifest.id, each) for each in (NAME, *(file.path for file in manifest.stored))}
        return sorted(self.files.sizes(path_of(manifest.id, "").rstrip("/")).keys() - mine)

    def abandon(self, snapshot: str) -> None:
        """Remove what was written of a snapshot that will not be finished."""
        self.files.remove(self.files.sizes(path_of(snapshot, "").rstrip("/")))

    def approved(self) -> str | None:
        """The id of the approved baseline."""
        try:
            return str(json.loads(self.files.read(_APPROVED))["snapshot"])
        except MissingError:
            return None
        except (ValueError, KeyError, TypeError):
            raise StoreError(f"{self.address}/{_APPROVED} is broken; `bartizan approve` writes it anew") from None

    def approve(self, manifest: Manifest, by: str) -> None:
        """Make a snapshot the approved baseline."""
        said = {"snapshot": manifest.id, "at": dt.datetime.now(dt.UTC).isoformat(), "by": by}
        self.files.write(_APPROVED, json.dumps(said, indent=1).encode())

    def removal(self, now: dt.datetime, *, keep: int, older_than: dt.timedelta) -> Removal:
        """What may go: beyond the ``keep`` newest, and older; never the newest, and never the approved baseline.

        What is broken may go whenever it was made; what a newer version wrote stays.
        """
        approved = self.approved()
        whole, unfinished, wrecked = list[Manifest](), list[str](), list[str]()
        for each in self.ids():
            try:
                manifest = self._manifest(each)
            except BrokenManifestError:
                wrecked.append(each)
                continue
            except ManifestError as newer:
                self.told(f"Passed over: {newer}")
                continue
            if manifest is not None:
                whole.append(manifest)
            elif now - dt.datetime.strptime(each[:15], "%Y%m%dT%H%M%S").replace(tzinfo=dt.UTC) > UNFINISHED_AFTER:
                unfinished.append(each)
        old = [each for each in whole[max(keep, 1) :] if now - each.started > older_than and each.id != approved]
        gone = {each.id for each in old}
        leftover = [path for each in whole if each.id not in gone for path in self.leftover(each)]
        broken = [each for each in wrecked if each != approved]
        return Removal(tuple(old), tuple(unfinished), tuple(leftover), tuple(broken))

    def remove(self, removal: Removal) -> None:
        """Remove these; the manifests first, so that none is ever seen half."""
        known = [*(each.id for each in removal.snapshots), *removal.broken]
        self.files.remove([path_of(each, NAME) for each in known])
        for snapshot in (*known, *removal.unfinished):
            self.abandon(snapshot)
        self.files.remove(removal.leftover)

    def _manifest(self, snapshot: str) -> Manifest | None:
        path = path_of(snapshot, NAME)
        try:
            data = self.files.read(path)
        except MissingError:
            return None
        return Manifest.parse(data, f"{self.address}/{path}")


def _first(snapshots: Iterator[Manifest], number: int) -> Iterator[Manifest]:
    return (each for each, _ in zip(snapshots, range(number), strict=False))
