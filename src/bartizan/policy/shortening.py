"""Patterns for lists of actions: the fewest characters that stand for the same of today's actions."""

from __future__ import annotations

from collections.abc import Iterable

from bartizan.policy.reference import Reference


def shortened(actions: tuple[str, ...], reference: Reference) -> tuple[str, ...]:
    """Patterns in place of names, where the fewer characters fit exactly the same of the known actions.

    Patterns that are given stay, as do names that AWS does not have. A pattern ends where a word of the name does.
    """
    by_service: dict[str, list[str]] = {}
    kept: list[str] = []
    for action in actions:
        if reference.find(action) is None:
            kept.append(action)
        else:
            by_service.setdefault(action.partition(":")[0].lower(), []).append(action)
    found = list(kept)
    for prefix, named in by_service.items():
        patterns = [each for each in kept if each.lower().startswith(f"{prefix}:")]
        found += _of_service(prefix, named, patterns, reference)
    return tuple(found) if _length(found) < _length(actions) else actions


def _length(actions: Iterable[str]) -> int:
    """The characters of a list, with quotes and commas."""
    return sum(len(each) + 3 for each in actions)


def _of_service(prefix: str, named: list[str], patterns: list[str], reference: Reference) -> list[str]:
    known = {action.name.lower(): action.name for action in reference.expand(f"{prefix}:*")}
    wanted = {action.name.lower() for pattern in (*named, *patterns) for action in reference.expand(pattern)}
    unwanted = known.keys() - wanted
    left = {name.partition(":")[2].lower() for name in named}
    made: list[str] = []
    for name in sorted(left):
        start = _start(known[name], unwanted)
        alike = {each for each in left if each.startswith(start.lower())} if start else set()
        if name in left:
            made.append(f"{prefix}:{start}*" if len(alike) > 1 else f"{prefix}:{known[name]}")
            left -= alike if len(alike) > 1 else {name}
    return made


def _start(name: str, unwanted: Iterable[str]) -> str:
    """The first words of a name with which no unwanted name begins; nothing where one begins with all of it."""
    least = max((_common(name.lower(), other) for other in unwanted), default=0) + 1
    if least > len(name):
        return ""
    ends = (at for at in range(least, len(name)) if name[at].isupper() and not name[at - 1].isupper())
    return name[: next(ends, len(name))]


def _common(one: str, other: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
