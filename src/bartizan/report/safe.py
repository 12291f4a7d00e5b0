"""Text that came from an account, made harmless for where it is shown."""

from __future__ import annotations

import unicodedata

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def printable(text: str) -> str:
    """The text with control and direction characters made visible, so that it cannot drive a terminal."""
    return "".join(
        each if unicodedata.category(each) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} else f"\\x{ord(each):02x}"
        for each in text
    )


def csv_cell(text: str) -> str:
    """The text as spreadsheets take it for text: a cell that would start a formula gets an apostrophe.

    Source: https://owasp.org/www-community/attacks/CSV_Injection
    """
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
