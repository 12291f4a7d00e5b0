"""Formulas: constraints on a request joined by and, or, not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bartizan.policy.conditions import Constraint, texts
from bartizan.policy.patterns import Attributes


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold; without parts it is true."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One part holds; without parts it is false."""

    parts: tuple[Formula, ...]


Formula = Constraint | And | Or
TRUE = And(())
FALSE = Or(())


def one_of(key: str, *patterns: str) -> Constraint:
    """That a value of the key fits one of the patterns; the case of letters matters but for actions."""
    return Constraint(key, texts(patterns, variables=False, nocase=key == "action"))


def both(*parts: Formula) -> Formula:
    """Their conjunction, as flat as it can be said."""
    flat: list[Formula] = []
    for part in parts:
        if part == FALSE:
            return FALSE
        flat.extend(part.parts if isinstance(part, And) else (part,))
    return flat[0] if len(flat) == 1 else And(tuple(dict.fromkeys(flat)))


def either(*parts: Formula) -> Formula:
    """Their disjunction, as flat as it can be said."""
    flat: list[Formula] = []
    for part in parts:
        if part == TRUE:
            return TRUE
        flat.extend(part.parts if isinstance(part, Or) else (part,))
    return flat[0] if len(flat) == 1 else Or(tuple(dict.fromkeys(flat)))


def opposite(formula: Formula) -> Formula:
    """What holds exactly where the formula does not."""
    if isinstance(formula, Constraint):
        return formula.negate()
    parts = tuple(opposite(each) for each in formula.parts)
    return either(*parts) if isinstance(formula, And) else both(*parts)


def holds(formula: Formula, attributes: Attributes) -> bool:
    """Whether it holds for one request."""
    if isinstance(formula, Constraint):
        return formula.holds(attributes)
    if isinstance(formula, And):
        return all(holds(each, attributes) for each in formula.parts)
    return any(holds(each, attributes) for each in formula.parts)


def constraints_in(formula: Formula) -> Iterator[Constraint]:
    """Every constraint in it."""
    if isinstance(formula, Constraint):
        yield formula
        return
    for part in formula.parts:
        yield from constraints_in(part)


def any_of(formulas: Iterable[Formula]) -> Formula:
    """The disjunction of what may be many."""
    return either(*formulas)
