"""Numbers in sentences."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """A number with its noun, such as ``1 account`` and ``1,200 accounts``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
