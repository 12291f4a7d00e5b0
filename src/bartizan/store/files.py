"""Where snapshots lie: the port to files, and a folder of this machine; those in S3 are ``bartizan.aws.objects``."""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from bartizan.model import InputError

if sys.platform != "win32":
    import fcntl


class StoreError(InputError):
    """A store that cannot be read or written, or holds what is broken."""


class MissingError(StoreError):
    """There is no such file."""


class Claim(Protocol):
    """What one process has at a time, until it gives it back or ends."""

    def held(self) -> bool:
        """Whether it is still its own; raises ``StoreError`` where that cannot be found out."""

    def release(self) -> None:
        """Give it back."""


class Files(Protocol):
    """Files by relative paths with slashes; what is written is there whole or not at all. All raise ``StoreError``."""

    @property
    def address(self) -> str:
        """What the user calls it: a folder, or ``s3://bucket/prefix``."""

    def require_writable(self) -> None:
        """Find out early that nothing can be written."""

    def write(self, path: str, data: bytes) -> None:
        """Write a file, over one that is there."""

    def read(self, path: str) -> bytes:
        """What a file holds; raises ``MissingError`` where there is none."""

    def folders(self, path: str) -> list[str]:
        """The names of the folders in a folder, in order; none where it does not exist."""

    def sizes(self, path: str) -> dict[str, int]:
        """All files below a folder by path, with their bytes."""

    def remove(self, paths: Iterable[str]) -> None:
        """Remove files; those that are gone already are none of its business."""

    def local(self, paths: Iterable[str]) -> list[Path]:
        """The files as files of this machine."""

    def claim(self, path: str) -> Claim | None:
        """Claim a file that is for nothing else; ``None`` where another process has it."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of this machine."""

    root: Path

    @property
    def address(self) -> str:
        """Its path."""
        return str(self.root)

    def require_writable(self) -> None:
        """Make the folder."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as failed:
            raise StoreError(f"{self.root} cannot be made: {failed.strerror or failed}") from None
        if not os.access(self.root, os.W_OK | os.X_OK):
            raise StoreError(f"{self.root} cannot be written: no permission")

    def write(self, path: str, data: bytes) -> None:
        """Write under another name, and rename what is whole."""
        target = self.root / path
        partial = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                with partial.open("wb") as stream:
                    stream.write(data)
                    stream.flush()
                    os.fsync(stream.fileno())
                partial.replace(target)
            finally:
                partial.unlink(missing_ok=True)
        except OSError as failed:
            raise StoreError(f"{target} cannot be written: {failed.strerror or failed}") from None

    def read(self, path: str) -> bytes:
        """What a file holds."""
        try:
            return (self.root / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            raise MissingError(f"{self.root / path} does not exist") from None
        except OSError as failed:
            raise StoreError(f"{self.root / path} cannot be read: {failed.strerror or failed}") from None

    def folders(self, path: str) -> list[str]:
        """The names of the folders in a folder."""
        try:
            return sorted(each.name for each in (self.root / path).iterdir() if each.is_dir())
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as failed:
            raise StoreError(f"{self.root / path} cannot be read: {failed.strerror or failed}") from None

    def sizes(self, path: str) -> dict[str, int]:
        """All files below a folder."""
        return dict(sorted(self._below(self.root / path)))

    def _below(self, folder: Path) -> Iterator[tuple[str, int]]:
        for parent, _, names in os.walk(folder):
            for name in names:
                file = Path(parent) / name
                yield file.relative_to(self.root).as_posix(), file.stat().st_size

    def remove(self, paths: Iterable[str]) -> None:
        """Remove files, and the folders that this empties."""
        folders = set[Path]()
        try:
            for path in paths:
                target = self.root / path
                target.unlink(missing_ok=True)
                folders.update(each for each in target.parents if each.is_relative_to(self.root) and each != self.root)
        except OSError as failed:
            raise StoreError(f"{self.root} cannot be tidied: {failed.strerror or failed}") from None
        for folder in sorted(folders, key=lambda each: len(each.parts), reverse=True):
            # One that is not empty stays, and so does one to which another process just writes.
            with suppress(OSError):
                folder.rmdir()

    def local(self, paths: Iterable[str]) -> list[Path]:
        """The files where they are."""
        return [(self.root / each).absolute() for each in paths]

    def claim(self, path: str) -> Claim | None:
        """Lock the file; the system unlocks it when the process ends, however it does."""
        target = self.root / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            stream = target.open("wb")
        except OSError as failed:
            raise StoreError(f"{target} cannot be written: {failed.strerror or failed}") from None
        if sys.platform != "win32":  # which has no such locks: two runs of one user there must not meet
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                stream.close()
                return None
            except OSError:
                # A file system without locks is no reason to keep nothing.
                pass
        return _Locked(stream)


@dataclass(frozen=True, slots=True)
class _Locked:
    """A file that is locked as long as it is open."""

    stream: BinaryIO

    def held(self) -> bool:
        """It is, while this process lives."""
        return not self.stream.closed

    def release(self) -> None:
        """Close it."""
        self.stream.close()
