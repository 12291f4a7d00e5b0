"""What a store of the past says of itself: which files it has, and which files of CloudTrail are in them.

The manifest is written last, and what is not in it does not exist: a run that is killed leaves what was there.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bartizan import __version__
from bartizan.store.arrow import as_parquet
from bartizan.store.files import Files, MissingError, StoreError
from bartizan.store.trail.merging import Partition
from bartizan.store.trail.reducing import Taken

VERSION = 1
"""The version of manifests and columns; a newer one than this is refused."""

_NAME = "trail.json"
_PATH = re.compile(r"(?:seen|inputs)/[0-9a-f]{32}\.parquet")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of one account and month: its path, its rows and its bytes."""

    path: str
    account: str
    month: str
    rows: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The files of a store, those that list its inputs, and how much was taken in all."""

    kept: tuple[Kept, ...] = ()
    inputs: tuple[str, ...] = ()
    files: int = 0
    events: int = 0
    malformed: int = 0
    bytes: int = 0

    @classmethod
    def read(cls, files: Files) -> Ledger:
        """The ledger of a store, an empty one where there is none; raises ``StoreError`` for one that is broken."""
        try:
            held = json.loads(files.read(_NAME))
        except MissingError:
            return cls()
        except ValueError as broken:
            raise _broken(files, broken) from None
        try:
            if held["version"] > VERSION:
                raise StoreError(
                    f"{files.address}/{_NAME} was written by a newer Bartizan ({held['tool_version']}): update this one"
                )
            kept = tuple(
                Kept(
                    _safe(each["path"]), str(each["account"]), str(each["month"]), int(each["rows"]), int(each["bytes"])
                )
                for each in held["kept"]
            )
            numbers = {name: int(held[name]) for name in ("files", "events", "malformed", "bytes")}
            return cls(kept=kept, inputs=tuple(map(_safe, held["inputs"])), **numbers)
        except (ValueError, KeyError, TypeError, AttributeError) as broken:
            raise _broken(files, broken) from None

    def write(self, files: Files) -> None:
        """Write it: from then on the store holds what it says."""
        document: dict[str, Any] = {
            "version": VERSION,
            "tool_version": __version__,
            "files": self.files,
            "events": self.events,
            "malformed": self.malformed,
            "bytes": self.bytes,
            "inputs": list(self.inputs),
            "kept": [
                {
                    "path": each.path,
                    "account": each.account,
                    "month": each.month,
                    "rows": each.rows,
                    "bytes": each.bytes,
                }
                for each in self.kept
            ],
        }
        files.write(_NAME, json.dumps(document, indent=1).encode())

    def taken(self, files: Files) -> dict[str, int]:
        """The size of each file of CloudTrail that was taken, by what tells it from all others."""
        found: dict[str, int] = {}
        for path in files.local(self.inputs):
            table = pq.read_table(path, columns=["id", "size"], partitioning=None)
            found.update(zip(table["id"].to_pylist(), table["size"].to_pylist(), strict=True))
        return found

    def within(self, partitions: Iterable[Partition]) -> list[Kept]:
        """The files of these accounts and months."""
        wanted = set(partitions)
        return [each for each in self.kept if (each.account, each.month) in wanted]

    def with_batch(self, files: Files, tables: Iterable[tuple[Partition, Any]], taken: Iterable[Taken]) -> Ledger:
        """Write the files of a batch, and give the ledger that names them instead of those that they replace."""
        made = list[Kept]()
        for (account, month), table in tables:
            path = f"seen/{uuid.uuid4().hex}.parquet"
            data = as_parquet(table)
            files.write(path, data)
            made.append(Kept(path, account, month, table.num_rows, len(data)))
        replaced = {(each.account, each.month) for each in made}
        good = [each for each in taken if not each.problem]
        inputs = f"inputs/{uuid.uuid4().hex}.parquet"
        listed = pa.table(
            {
                "id": pa.array([each.id for each in good], pa.string()),
                "size": pa.array([each.size for each in good], pa.int64()),
                "events": pa.array([each.events for each in good], pa.int64()),
            }
        )
        files.write(inputs, as_parquet(listed))
        kept = (*(each for each in self.kept if (each.account, each.month) not in replaced), *made)
        return replace(
            self,
            kept=tuple(sorted(kept, key=lambda each: (each.account, each.month))),
            inputs=(*self.inputs, inputs),
            files=self.files + len(good),
            events=self.events + sum(each.events for each in good),
            malformed=self.malformed + sum(each.malformed for each in good),
            bytes=self.bytes + sum(each.size for each in good),
        )

    def tidy(self, files: Files) -> None:
        """Remove what no ledger names: files that were replaced, and what a run that was killed has left."""
        known = {*self.inputs, *(each.path for each in self.kept)}
        lying = {*files.sizes("seen"), *files.sizes("inputs")}
        files.remove(sorted(lying - known))


def _safe(path: Any) -> str:
    if not isinstance(path, str) or not _PATH.fullmatch(path):
        raise ValueError(f"{path!r} is no path of this store")
    return path


def _broken(files: Files, why: Exception) -> StoreError:
    return StoreError(f"{files.address}/{_NAME} is broken ({why}): move the folder away and take the logs again")
