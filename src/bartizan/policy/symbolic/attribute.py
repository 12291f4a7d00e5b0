"""One attribute of a request: is there a value, or a set of values, that meets all constraints on it?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from bartizan.policy.conditions import Constraint
from bartizan.policy.patterns import Attributes, Pattern, Template
from bartizan.policy.symbolic.language import Undecided, find_text
from bartizan.policy.values import Texts, Values, candidates

ABSENT: tuple[str, ...] = ()
"""The values of an attribute that a request does not have."""


def find_values(
    constraints: Sequence[Constraint], *, multivalued: bool, required: bool, preferred: Sequence[str] = ()
) -> tuple[str, ...] | None:
    """Values that meet all constraints, ``ABSENT`` where that does too and is allowed, ``None`` where nothing does.

    ``preferred`` are values to try first. Variables are widened: what they could stand for is not checked here, so that
    ``None`` is a proof, but other answers must be checked. Raises ``Undecided``.
    """
    if not required and all(each.absent for each in constraints):
        return ABSENT
    everyone = [each for each in constraints if not each.some]
    some = [each for each in constraints if each.some]
    if not multivalued:
        value = find_value(constraints, preferred)
        return None if value is None else (value,)
    found: list[str] = []
    for group in [[each, *everyone] for each in some] or [everyone]:
        if any(all(_meets(value, each) for each in group) for value in found):
            continue
        value = find_value(group, preferred)
        if value is None:
            return None
        found.append(value)
    return tuple(found)


def find_value(constraints: Sequence[Constraint], preferred: Iterable[str] = ()) -> str | None:
    """One value that belongs where a constraint asks for it, and does not where it must not; ``None`` is a proof."""
    wanted = [widened(each.values) for each in constraints if not each.negated]
    unwanted = [narrowed(each.values) for each in constraints if each.negated]
    first = next((value for value in preferred if _all(value, wanted, unwanted)), None)
    if first is not None:
        return first
    texts = [each for each in (*wanted, *unwanted) if isinstance(each, Texts)]
    others = [each for each in (*wanted, *unwanted) if not isinstance(each, Texts)]
    if not others:
        return find_text(_texts(wanted), _texts(unwanted))
    guesses: Iterable[str] = candidates(others)
    if texts:
        guesses = chain(guesses, *(_literals(each) for each in texts))
    found = next((value for value in guesses if _all(value, wanted, unwanted)), None)
    if found is not None or not any(isinstance(each, Texts) for each in wanted):
        return found
    return _mixed(wanted, unwanted)


def _mixed(wanted: Sequence[Values], unwanted: Sequence[Values]) -> str | None:
    """Texts and other kinds on one attribute: no, if one kind alone says no; else only a finite set can be told."""
    if find_text(_texts(wanted), _texts(unwanted)) is None:
        return None
    if any(isinstance(each, Texts) and each.literals is not None for each in wanted):
        return None  # all of its literals have been tried
    only = [[each for each in sets if not isinstance(each, Texts)] for sets in (wanted, unwanted)]
    if not any(_all(value, *only) for value in candidates(chain(*only))):
        return None
    raise Undecided("a key is compared both as a text with wildcards and as a number, date or address")


def _all(value: str, wanted: Iterable[Values], unwanted: Iterable[Values]) -> bool:
    return all(each.has(value, {}) for each in wanted) and not any(each.has(value, {}) for each in unwanted)


def _meets(value: str, constraint: Constraint) -> bool:
    values = narrowed(constraint.values) if constraint.negated else widened(constraint.values)
    return values.has(value, {}) is not constraint.negated


def _texts(sets: Iterable[Values]) -> list[Texts]:
    return [each for each in sets if isinstance(each, Texts)]


def _literals(texts: Texts) -> list[str]:
    return [each.literal for each in texts.patterns if each.literal is not None]


def widened(values: Values) -> Values:
    """The set with its variables standing for anything."""
    if isinstance(values, Texts) and values.templates:
        return Texts((*values.patterns, *(each.widened() for each in values.templates)))
    return values


def narrowed(values: Values) -> Values:
    """The set without what has variables."""
    if isinstance(values, Texts) and values.templates:
        return Texts(values.patterns)
    return values


def specialised(values: Values, known: Attributes) -> Values:
    """The set with the variables filled in whose values are known; what is known to be absent matches nothing."""
    if not isinstance(values, Texts) or not any(key in known for key in values.keys):
        return values
    made: list[Pattern | Template] = list(values.patterns)
    for template in values.templates:
        filled = template.specialised(known)
        if filled is not None:
            made.append(filled)
    return Texts(made)
