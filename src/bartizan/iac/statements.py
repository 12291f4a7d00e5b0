"""Statements of policies in code: where what is not known yet may have a stand-in."""

from __future__ import annotations

_FORMED = ("orgid", "orgpaths")


def compares_anything(key: str) -> bool:
    """Whether it is a key of conditions (``aws:SourceArn``) for which any text will do in the place of one not known.

    Ids of organizations have a form of their own, without which a condition is none.
    """
    return ":" in key and not key.lower().endswith(_FORMED)
