"""Known attributes: a formula with them put in, so that it speaks only of what is still open."""

from __future__ import annotations

from collections.abc import Iterator

from bartizan.policy.conditions import Constraint, texts
from bartizan.policy.patterns import Attributes, Pattern, Template, Variable
from bartizan.policy.symbolic.attribute import specialised
from bartizan.policy.symbolic.formula import FALSE, TRUE, And, Formula, Or, both, either, opposite
from bartizan.policy.values import Texts

_LONGEST = 300
"""Of a longer text not every part is tried as the value of a variable."""


def simplified(formula: Formula, known: Attributes) -> Formula:
    """The formula with what is known put in: equivalent to it wherever the rest of a request comes from."""
    if isinstance(formula, And):
        return both(*(simplified(each, known) for each in formula.parts))
    if isinstance(formula, Or):
        return either(*(simplified(each, known) for each in formula.parts))
    values = specialised(formula.values, known)
    made = formula if values is formula.values else valued(formula, values)
    if made.key not in known:
        return made
    found = known[made.key]
    if not values.keys or not found:
        return TRUE if made.holds(known) else FALSE
    turned = _turned(found[0], values) if len(found) == 1 and isinstance(values, Texts) else None
    if turned is None:
        return made
    return opposite(turned) if made.negated else turned


def valued(constraint: Constraint, values: object) -> Constraint:
    """The constraint with other values."""
    return Constraint(constraint.key, values, constraint.negated, constraint.some, constraint.absent)  # type: ignore[arg-type]


def _turned(value: str, allowed: Texts) -> Formula | None:
    """That a known value belongs to texts with variables, as constraints on the variables; ``None`` if too long."""
    if Texts(allowed.patterns).has(value, {}):
        return TRUE
    ways: list[Formula] = []
    for template in allowed.templates:
        if not template.widened().matches(value):
            continue
        if len(template.keys) > 1 or len(value) > _LONGEST:
            return None
        (key,) = template.keys
        fitting = [part for part in _parts_of(value, template) if _fits(value, template, part)]
        without = template.resolve({})
        ways.append(
            Constraint(
                key,
                texts(fitting, wildcards=False, variables=False, nocase=template.nocase),
                absent=without is not None and without.matches(value),
            )
        )
    return either(*ways)


def _parts_of(value: str, template: Template) -> Iterator[str]:
    """All parts of a text that could be the value of a template's variable: those after what stands before it."""
    first = template.parts[0]
    start = len(first) if isinstance(first, str) else 0
    # Directly behind a literal beginning the value can only begin there.
    fixed = isinstance(first, Variable) or (isinstance(first, str) and isinstance(template.parts[1], Variable))
    begins = (start,) if fixed else range(start, len(value) + 1)
    parts = {value[begin:end] for begin in begins for end in range(begin + 1, len(value) + 1)}
    yield from sorted(parts, key=lambda part: (len(part), part))


def _fits(value: str, template: Template, part: str) -> bool:
    filled = Pattern((part if isinstance(each, Variable) else each for each in template.parts), nocase=template.nocase)
    return filled.matches(value.lower() if template.nocase else value)
