"""The solver: finds a request for which a formula holds, or proves that there is none.

A tableau: constraints are gathered by attribute, each disjunction is split where nothing else decides it, and the
attributes, being independent of each other, are solved one by one. Attributes that depend on each other through
variables (``${aws:username}``) are solved as if they did not; an answer is then checked, so that a no stays a proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bartizan.policy.conditions import NOTHING, Constraint
from bartizan.policy.patterns import Attributes
from bartizan.policy.symbolic.attribute import ABSENT, find_values, specialised
from bartizan.policy.symbolic.formula import FALSE, TRUE, And, Formula, Or, both, constraints_in, either, holds
from bartizan.policy.symbolic.language import Undecided
from bartizan.policy.values import Texts, flags

_MOST_STEPS = 20_000
_MULTIVALUED = frozenset(
    {
        "principal",
        "aws:calledvia",
        "aws:principalorgpaths",
        "aws:principalservicenameslist",
        "aws:resourceorgpaths",
        "aws:sourceorgpaths",
        "aws:tagkeys",
        "aws:vpceorgpaths",
    }
)
_ALWAYS: Mapping[str, Constraint] = {
    "aws:securetransport": Constraint("aws:securetransport", flags(("true", "false"))),
    "aws:viaawsservice": Constraint("aws:viaawsservice", flags(("true", "false"))),
}
_REQUIRED = frozenset({"action", "resource", "principal", "aws:currenttime", "aws:epochtime", *_ALWAYS})

State = Mapping[str, tuple[Constraint, ...]]


def solve(
    formula: Formula, known: Attributes | None = None, *, preferred: Mapping[str, Sequence[str]] | None = None
) -> dict[str, tuple[str, ...]] | None:
    """The attributes of a request for which the formula holds, or ``None``: proven, there is none.

    ``known`` fixes attributes, an empty tuple saying that one is absent; ``preferred`` names values to try first.
    Raises ``Undecided`` where neither could be shown.
    """
    return _Solver(dict(known or {}), preferred or {}).solve(formula)


def simplified(formula: Formula, known: Attributes) -> Formula:
    """The formula with what is known put in: equivalent to it wherever the rest of a request comes from."""
    if isinstance(formula, And):
        return both(*(simplified(each, known) for each in formula.parts))
    if isinstance(formula, Or):
        return either(*(simplified(each, known) for each in formula.parts))
    values = specialised(formula.values, known)
    made = formula if values is formula.values else _with(formula, values)
    if made.key in known and not _variables(made):
        return TRUE if made.holds(known) else FALSE
    return made


@dataclass(slots=True)
class _Solver:
    known: dict[str, tuple[str, ...]]
    preferred: Mapping[str, Sequence[str]]
    multivalued: frozenset[str] = _MULTIVALUED
    remembered: dict[tuple[str, frozenset[Constraint]], tuple[str, ...] | None] = field(default_factory=dict)
    steps: int = 0
    doubts: str = ""
    whole: Formula = TRUE

    def solve(self, formula: Formula) -> dict[str, tuple[str, ...]] | None:
        self.multivalued |= {each.key for each in constraints_in(formula) if _over_sets(each)}
        self.whole = simplified(formula, self.known)
        found = self._search([self.whole], {})
        if found is None and self.doubts:
            raise Undecided(self.doubts)
        return found

    def _search(self, todo: list[Formula], state: State) -> dict[str, tuple[str, ...]] | None:
        self.steps += 1
        if self.steps > _MOST_STEPS:
            raise Undecided(f"no answer after {_MOST_STEPS} steps")
        asserted = self._asserted(todo, state)
        if asserted is None:
            return None
        state, choices = asserted
        propagated = self._propagate(choices, state)
        if propagated is None:
            return None
        state, choices = propagated
        if not choices:
            return self._model(state)
        choice = min(choices, key=len)
        rest = [Or(tuple(each)) for each in choices if each is not choice]
        for alternative in choice:
            found = self._search([alternative, *rest], state)
            if found is not None:
                return found
        return None

    def _asserted(self, todo: Iterable[Formula], state: State) -> tuple[State, list[list[Formula]]] | None:
        """The state with every constraint of the formulas, and their disjunctions; ``None`` on a contradiction."""
        new: dict[str, tuple[Constraint, ...]] = dict(state)
        choices: list[list[Formula]] = []
        stack = list(todo)
        touched: set[str] = set()
        while stack:
            formula = stack.pop()
            if isinstance(formula, And):
                stack.extend(formula.parts)
            elif isinstance(formula, Or):
                choices.append(list(formula.parts))
            elif formula.negate() in new.get(formula.key, ()):
                return None
            elif formula not in new.get(formula.key, ()):
                new[formula.key] = (*new.get(formula.key, ()), formula)
                touched.add(formula.key)
        if any(self._values(key, new[key]) is None for key in touched):
            return None
        return new, choices

    def _propagate(self, choices: list[list[Formula]], state: State) -> tuple[State, list[list[Formula]]] | None:
        """Drop alternatives that contradict the state, and assert those that are the only ones left."""
        pending = choices
        while True:
            forced: list[Formula] = []
            remaining: list[list[Formula]] = []
            for choice in pending:
                if any(isinstance(each, Constraint) and each in state.get(each.key, ()) for each in choice):
                    continue
                possible = [each for each in choice if self._possible(each, state)]
                if not possible:
                    return None
                if len(possible) == 1:
                    forced.append(possible[0])
                else:
                    remaining.append(possible)
            if not forced:
                return state, remaining
            asserted = self._asserted(forced, state)
            if asserted is None:
                return None
            state, more = asserted
            pending = remaining + more

    def _possible(self, formula: Formula, state: State) -> bool:
        """Whether the formula does not contradict the state at first sight."""
        if isinstance(formula, Constraint):
            return self._values(formula.key, (*state.get(formula.key, ()), formula)) is not None
        if isinstance(formula, And):
            return all(self._possible(each, state) for each in formula.parts if isinstance(each, Constraint))
        return bool(formula.parts)

    def _values(self, key: str, constraints: Sequence[Constraint]) -> tuple[str, ...] | None:
        """Values that meet all constraints on an attribute; remembered, since the same question returns often."""
        if key in self.known:
            values = self.known[key]
            return values if all(each.holds(self.known) for each in constraints if not _variables(each)) else None
        question = (key, frozenset(constraints))
        if question not in self.remembered:
            always = (_ALWAYS[key],) if key in _ALWAYS else ()
            self.remembered[question] = find_values(
                (*constraints, *always),
                multivalued=key in self.multivalued,
                required=key in _REQUIRED,
                preferred=self.preferred.get(key, ()),
            )
        return self.remembered[question]

    def _model(self, state: State) -> dict[str, tuple[str, ...]] | None:
        """The request that the state describes, if it really is one for which the whole formula holds."""
        made = dict(self.known)
        linked = [key for key, constraints in state.items() if any(map(_variables, constraints))]
        for key, constraints in state.items():
            values = self._values(key, constraints)
            if values is None:
                return None
            if key not in made:
                made[key] = values
        made = {key: values for key, values in made.items() if values != ABSENT}
        if holds(self.whole, made):
            return made
        for guess in self._guesses(state, made, linked):
            if holds(self.whole, guess):
                return guess
        variables = dict.fromkeys(key for each in linked for one in state[each] for key in _variables(one))
        for key in variables:
            cases = None if key in self.known else _finite(state.get(key, ()))
            if cases is not None:
                return self._case_by_case(key, cases, state)
        self.doubts = f"the values of {', '.join(sorted(linked))} depend on each other"
        return None

    def _case_by_case(
        self, key: str, values: Iterable[tuple[str, ...]], state: State
    ) -> dict[str, tuple[str, ...]] | None:
        """The state solved once for each value that a variable can have; only a no to all of them is a no."""
        everything = both(*(each for constraints in state.values() for each in constraints))
        for each in values:
            inner = _Solver({**self.known, key: each}, self.preferred, self.multivalued)
            try:
                found = inner.solve(everything)
            except Undecided as undecided:
                self.doubts = str(undecided)
                continue
            if found is not None:
                return found
        return None

    def _guesses(
        self, state: State, made: dict[str, tuple[str, ...]], linked: Sequence[str]
    ) -> Iterable[dict[str, tuple[str, ...]]]:
        """Requests in which variables have values first, and what depends on them is solved for these."""
        variables = dict.fromkeys(
            key for each in linked for one in state[each] for key in _variables(one) if key not in self.known
        )
        for filling in ("example", "x", *dict.fromkeys(value for key in linked for value in made.get(key, ()))):
            guess = dict(made)
            for key in variables:
                constraints = state.get(key, ())
                wish = Constraint(key, Texts(()), negated=True, some=False)
                values = find_values(
                    (*constraints, wish), multivalued=False, required=True, preferred=(*made.get(key, ()), filling)
                )
                if values is None:
                    break
                guess[key] = values
            for key in linked:
                if key in self.known:
                    continue
                exact = tuple(_with(each, specialised(each.values, _all_known(guess, each))) for each in state[key])
                solved = find_values(exact, multivalued=key in self.multivalued, required=key in _REQUIRED)
                if solved is None:
                    break
                guess[key] = solved
            yield {key: values for key, values in guess.items() if values != ABSENT}


def _finite(constraints: Sequence[Constraint]) -> list[tuple[str, ...]] | None:
    """All values that a variable can have under its constraints, where these are few; variables have one value."""
    literals = [
        each.values.literals
        for each in constraints
        if not each.negated and isinstance(each.values, Texts) and each.values.literals and not each.values.nocase
    ]
    if not literals:
        return None
    absent: list[tuple[str, ...]] = [ABSENT] if all(each.absent for each in constraints) else []
    fewest = min((each for each in literals if each), key=len)
    return absent + [(value,) for value in sorted(fewest)]


def _all_known(guess: Mapping[str, tuple[str, ...]], constraint: Constraint) -> dict[str, tuple[str, ...]]:
    return {key: guess.get(key, ABSENT) for key in _variables(constraint)}


def _variables(constraint: Constraint) -> tuple[str, ...]:
    return constraint.values.keys


def _with(constraint: Constraint, values: object) -> Constraint:
    return Constraint(constraint.key, values, constraint.negated, constraint.some, constraint.absent)  # type: ignore[arg-type]


def _over_sets(constraint: Constraint) -> bool:
    """Whether it can only come from ``ForAllValues`` or ``ForAnyValue``, so that the key must have many values."""
    return constraint.some is constraint.negated and constraint.values != NOTHING
