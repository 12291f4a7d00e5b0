"""One run at a time on an account: a lock that dies with its process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from bartizan.model import InputError


@contextmanager
def locked(folder: Path, account: str) -> Iterator[None]:
    """Hold the account's lock in the folder of runs; raises ``InputError`` where another process holds it.

    It keeps out whoever uses the same folder. Others are noticed by what they change: each resource is read again
    right before it is changed.
    """
    path = folder / f"{account}.lock"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stream = path.open("a+b")
    except OSError as failed:
        raise InputError(f"{path} cannot be written: {failed.strerror or failed}") from None
    with stream:
        try:
            _lock(stream)
        except OSError:
            raise InputError(
                f"another run works on account {account} right now ({path} is held); wait until it ends"
            ) from None
        yield


if os.name == "nt":

    def _lock(stream: IO[bytes]) -> None:
        import msvcrt  # noqa: PLC0415 - Windows alone has it

        stream.seek(0)
        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]

else:

    def _lock(stream: IO[bytes]) -> None:
        import fcntl  # noqa: PLC0415 - Windows has none

        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
