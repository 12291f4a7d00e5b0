"""Plans as files: JSON for people to review, with a digest over all of it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from bartizan.engine.hardening import Plan
from bartizan.model import InputError
from bartizan.resources.codec import decode, encode

FORMAT = 1
"""The version of the file's form; one that is not known is refused."""

_HEAD = "bartizan_plan"


def digest_of(document: Any) -> str:
    """The digest of a plan's JSON: SHA-256 over it with sorted keys and no white space."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def dump(plan: Plan) -> dict[str, Any]:
    """The plan as JSON values, with its digest."""
    document = encode(plan)
    return {_HEAD: FORMAT, "digest": digest_of(document), "plan": document}


def load(document: Any, source: str) -> Plan:
    """The plan of JSON values; raises ``InputError`` where it is none, or is not as it was made."""
    if not isinstance(document, dict) or _HEAD not in document:
        raise InputError(f"{source} is no plan; `bartizan plan` writes one")
    if document[_HEAD] != FORMAT:
        raise InputError(f"{source} is a plan of another version of Bartizan ({document[_HEAD]}); make a new one")
    held = document.get("plan")
    if document.get("digest") != digest_of(held):
        raise InputError(f"{source} was changed after it was made: its digest does not fit; make a new plan")
    try:
        found: Plan = decode(Plan, held)
    except (ValueError, TypeError, LookupError, AttributeError) as wrong:
        raise InputError(f"{source} cannot be read as a plan: {wrong}; make a new one with this version") from None
    return found


def write(plan: Plan, path: Path) -> str:
    """Write the plan to a file that only its owner can read, and give its digest; raises ``InputError``."""
    document = dump(plan)
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
    except OSError as failed:
        raise InputError(f"{path} cannot be written: {failed.strerror or failed}") from None
    return str(document["digest"])


def read(path: Path) -> tuple[Plan, str]:
    """The plan in a file, and its digest; raises ``InputError`` where it cannot be read or was changed."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as failed:
        raise InputError(f"{path} cannot be read: {failed.strerror or failed}") from None
    except ValueError as wrong:
        raise InputError(f"{path} is no JSON: {wrong}") from None
    return load(document, str(path)), str(document["digest"])
