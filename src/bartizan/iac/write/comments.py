"""Comments in code, which what comes from an account cannot end."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

_WIDTH = 100


def comment(text: str) -> str:
    """The text as one line of comment, of Terraform's language and of YAML: without line breaks and control characters.

    Letters that turn the direction of a text count as such, since they hide what stands behind them.
    """
    return "# " + " ".join("".join(each if each.isprintable() else " " for each in text).split())


def comments(texts: Iterable[str]) -> str:
    """Paragraphs as lines of comment, none of them long."""
    lines = [line for text in texts for line in textwrap.wrap(comment(text)[2:], _WIDTH, break_on_hyphens=False)]
    return "\n".join(f"# {line}" for line in lines)
