"""Text that came from an account, made harmless for where it is shown."""

from __future__ import annotations

import re
import unicodedata

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def printable(text: str) -> str:
    """The text with control and direction characters made visible, so that it cannot drive a terminal."""
    return "".join(
        each if unicodedata.category(each) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} else f"\\x{ord(each):02x}"
        for each in text
    )


def fenced(text: str) -> str:
    """The text as a block of code in Markdown that it cannot end: its fence is longer than any in the text."""
    longest = max((len(each) for each in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    lines = "\n".join(printable(line) for line in text.split("\n"))
    return f"{fence}\n{lines}\n{fence}"


def csv_cell(text: str) -> str:
    """The text as spreadsheets take it for text: a cell that would start a formula gets an apostrophe.

    Source: https://owasp.org/www-community/attacks/CSV_Injection
    """
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
