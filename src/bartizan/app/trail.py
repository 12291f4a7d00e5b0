"""The past of accounts: take CloudTrail's files, and tell what is known."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bartizan.app.keep import files_at
from bartizan.aws.objects import Objects
from bartizan.aws.session import Access
from bartizan.model import InputError
from bartizan.store.files import Files, StoreError
from bartizan.store.trail.asking import ask
from bartizan.store.trail.ingest import Ingested, Limits, Progress, Source, ingest
from bartizan.store.trail.ledger import Ledger

_CLIENT_KINDS = "('service', 'anonymous')"


@dataclass(frozen=True, slots=True)
class Here:
    """Files of this machine: one, or all below a folder; links to folders are not followed."""

    root: Path
    _paths: dict[str, Path] = field(default_factory=dict, repr=False)

    @property
    def address(self) -> str:
        """The folder's path."""
        return _readable(self.root if self.root.is_dir() else self.root.parent)

    def listed(self) -> dict[str, int]:
        """All regular files."""
        found: dict[str, int] = {}
        for path in self._walk():
            try:
                known = path.stat()
            except OSError:
                continue  # a link that leads nowhere, or a file that is just gone
            if stat.S_ISREG(known.st_mode):
                name = _readable(path.relative_to(self.root if self.root.is_dir() else self.root.parent))
                self._paths[name] = path
                found[name] = known.st_size
        return found

    def _walk(self) -> Iterator[Path]:
        if not self.root.is_dir():
            yield self.root
            return
        for parent, _, names in os.walk(self.root):
            yield from (Path(parent) / each for each in names)

    def read(self, path: str) -> bytes:
        """What a file holds."""
        try:
            return self._paths[path].read_bytes()
        except OSError as failed:
            raise StoreError(f"it cannot be read: {failed.strerror or failed}") from None


@dataclass(frozen=True, slots=True)
class InS3:
    """Objects of a bucket: one, or all below a prefix."""

    objects: Objects
    prefix: str

    @property
    def address(self) -> str:
        """The bucket's URL."""
        return f"s3://{self.objects.bucket}"

    def listed(self) -> dict[str, int]:
        """All objects below the prefix, or the one of that name."""
        below = self.objects.sizes(self.prefix)
        if below:
            return below
        beside = self.objects.sizes(self.prefix.rpartition("/")[0])
        return {path: size for path, size in beside.items() if path == self.prefix}

    def read(self, path: str) -> bytes:
        """What an object holds."""
        return self.objects.read(path)


def source_at(address: str, access: Access) -> Source:
    """The files of CloudTrail at an address: a file, a folder or ``s3://bucket/prefix``; raises ``InputError``."""
    if "://" in address:
        files = files_at(address, access)
        assert isinstance(files, Objects)  # noqa: S101 - an address with a scheme is of S3
        whole = Objects(
            files.bucket, "", files.refused, files.missing, files.profile, files.endpoint_url, files.credentials
        )
        return InS3(whole, files.prefix)
    path = Path(address).expanduser().resolve()
    if not path.exists():
        raise InputError(f"{address} does not exist: name a file or folder of CloudTrail's logs, or s3://bucket/prefix")
    return Here(path)


def take(source: Source, files: Files, limits: Limits, progress: Progress) -> tuple[Ingested, dict[str, Any]]:
    """Take what is new in a source into a store; gives what was done, and that as plain JSON values."""
    done = ingest(source, files, limits, progress)
    facts = {
        "source": source.address,
        "store": files.address,
        "files": done.files,
        "events": done.events,
        "malformed_events": done.malformed,
        "bytes": done.bytes,
        "known_files": done.known,
        "files_without_events": done.no_events,
        "problems": [{"path": path, "problem": problem} for path, problem in done.problems],
        "unmapped": unmapped(files),
    }
    return done, facts


def unmapped(files: Files) -> list[dict[str, Any]]:
    """The events of which no action is known, by service and name, most frequent first."""
    return ask(
        files,
        Ledger.read(files),
        "SELECT event_source, event_name, sum(events)::BIGINT AS events FROM seen WHERE mapping = 'unmapped' "
        "GROUP BY ALL ORDER BY events DESC, event_source, event_name",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which rows are shown: of this account, of principals or actions like these (a star is wild), or only denied."""

    account: str | None = None
    principal: str | None = None
    action: str | None = None
    denied: bool = False
    limit: int = 50


def summary(files: Files) -> dict[str, Any]:
    """What a store holds, as plain JSON values; raises ``InputError`` where it is empty."""
    ledger = _filled(files)
    (total,) = ask(
        files,
        ledger,
        "SELECT min(first_seen)::VARCHAR AS first_seen, max(last_seen)::VARCHAR AS last_seen, "
        "count(DISTINCT account) AS accounts, count(DISTINCT principal) AS principals, "
        "count(DISTINCT action) AS actions FROM seen",
    )

    def counted(column: str, where: str = "true") -> list[dict[str, Any]]:
        sums = f"SELECT {column}, sum(events)::BIGINT AS events FROM seen WHERE {where} GROUP BY ALL"  # noqa: S608 - ours
        return ask(files, ledger, f"{sums} ORDER BY events DESC, {column} LIMIT 50")

    return {
        "files": ledger.files,
        "events": ledger.events,
        "malformed_events": ledger.malformed,
        "rows": sum(each.rows for each in ledger.kept),
        "bytes": sum(each.bytes for each in ledger.kept),
        **total,
        "principal_kinds": counted("principal_kind"),
        "mappings": counted("mapping"),
        "without_resource": counted("action", "mapping = 'mapped' AND resource IS NULL"),
        "unmapped": unmapped(files),
    }


def rows(files: Files, chosen: Chosen) -> list[dict[str, Any]]:
    """What principals did, the most frequent first; services and strangers are left out unless one is asked for."""
    ledger = _filled(files)
    wanted, given = ["action IS NOT NULL"], list[Any]()
    for column, value in (("account", chosen.account), ("principal", chosen.principal), ("action", chosen.action)):
        if value:
            wanted.append(f"{column} ILIKE ? ESCAPE '\\'")
            given.append(_pattern(value))
    if chosen.principal is None:
        wanted.append(f"principal_kind NOT IN {_CLIENT_KINDS}")
    if chosen.denied:
        wanted.append("regexp_matches(error, '(?i)access.?denied|unauthorized|forbidden')")
    return ask(
        files,
        ledger,
        "SELECT account, principal_kind, principal, action, resource, error, sum(events)::BIGINT AS events, "  # noqa: S608
        "min(first_seen)::VARCHAR AS first_seen, max(last_seen)::VARCHAR AS last_seen "
        f"FROM seen WHERE {' AND '.join(wanted)} GROUP BY ALL "
        f"ORDER BY events DESC, account, principal, action, resource, error LIMIT {int(chosen.limit)}",
        given,
    )


def _filled(files: Files) -> Ledger:
    ledger = Ledger.read(files)
    if not ledger.files:
        raise InputError(f"there is no past in {files.address}: `bartizan trail ingest` takes CloudTrail's logs")
    return ledger


def _pattern(stars: str) -> str:
    escaped = stars.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%")


def _readable(path: Path) -> str:
    """A path as text: bytes that are none stand as their escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
