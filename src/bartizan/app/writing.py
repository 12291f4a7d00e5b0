"""Writing edited files: all or nothing of each, and only where the file is still what was read."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from bartizan.app.editing import Edited
from bartizan.model import InputError


def write_all(files: Iterable[Edited]) -> None:
    """Write each file; raises ``InputError`` for one that has changed since it was read, or that cannot be written.

    Those before it are written then.
    """
    for each in files:
        try:
            # What a link points to is written, not the link.
            _write(each.path.resolve(), each)
        except OSError as failed:
            raise InputError(f"{each.path} cannot be written: {failed.strerror or failed}") from None


def _write(path: Path, edited: Edited) -> None:
    if path.read_bytes() != edited.before.encode():
        raise InputError(f"{edited.path} has changed since it was read; run the command again")
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(edited.after.encode())
        shutil.copymode(path, name)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
