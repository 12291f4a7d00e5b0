"""The files that are edited, as they are on disk: with their ends of lines, and without the mark some begin with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from bartizan.model import InputError

_MARK = "\ufeff"


@dataclass(slots=True)
class Sources:
    """The texts of files, each read once."""

    texts: dict[Path, str] = field(default_factory=dict)
    marked: set[Path] = field(default_factory=set)

    def text(self, path: Path) -> str:
        """What a file says; raises ``InputError`` where it cannot be read."""
        if path not in self.texts:
            try:
                found = path.read_bytes().decode("utf-8")
            except OSError as failed:
                raise InputError(f"{path} cannot be read: {failed.strerror or failed}") from None
            except UnicodeDecodeError:
                raise InputError(f"{path} cannot be read: it is no text in UTF-8") from None
            if found.startswith(_MARK):
                self.marked.add(path)
            self.texts[path] = found.removeprefix(_MARK)
        return self.texts[path]

    def whole(self, path: Path, text: str) -> str:
        """A text as it goes into a file: with the mark where the file has one."""
        return (_MARK if path in self.marked else "") + text


def as_read(text: str) -> str:
    """A text as reading a file gives it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
