"""Accounts of vendors and of AWS itself, by number: whose an account is that policies let in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def vendors() -> Mapping[str, str]:
    """The name of whoever owns each account that is publicly known; data/vendor_accounts.json says from where."""
    text = files("bartizan.app").joinpath("vendor_accounts.json").read_text(encoding="utf-8")
    listed: dict[str, list[str]] = json.loads(text)["accounts"]
    return {account: name for name, accounts in listed.items() for account in accounts}
