"""Files of text that somebody else wrote: of bounded size, and in UTF-8."""

from __future__ import annotations

from pathlib import Path

from bartizan.model import InputError


def read_text(path: Path, largest: int, *, too_large: str = "", no_text: str = "") -> str:
    """What a file says, without the mark that some editors begin it with.

    ``largest``: bytes. ``too_large``, ``no_text``: what to do about a file that is larger, or that is no text in UTF-8.
    Raises ``InputError`` for these, and for a file that cannot be read.
    """
    try:
        if path.stat().st_size > largest:
            raise InputError(f"{path} is larger than {largest // 1_000_000} MB{_hint(too_large)}")
        return path.read_text(encoding="utf-8-sig")
    except OSError as failed:
        raise InputError(f"{path} cannot be read: {failed.strerror or failed}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} cannot be read: it is no text in UTF-8{_hint(no_text)}") from None


def _hint(text: str) -> str:
    return f"; {text}" if text else ""
