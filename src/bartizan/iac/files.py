"""Files of text that somebody else wrote: of bounded size, and in UTF-8."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from bartizan.model import InputError

NO_TEXTS: Mapping[Path, str] = MappingProxyType({})
"""Nothing that takes the place of what a file says."""


def read_text(
    path: Path, largest: int, *, too_large: str = "", no_text: str = "", texts: Mapping[Path, str] = NO_TEXTS
) -> str:
    """What a file says, without the mark that some editors begin it with.

    ``largest``: bytes. ``texts``: what files shall say instead, by their full
    paths. ``too_large``, ``no_text``: what to do about a file that is larger, or that is no text in UTF-8.
    Raises ``InputError`` for these, and for a file that cannot be read.
    """
    if texts and (instead := texts.get(path.resolve())) is not None:
        return instead
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
