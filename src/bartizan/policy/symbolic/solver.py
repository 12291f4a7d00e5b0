"""The solver: finds a request for which a formula holds, or proves that there is none.

A tableau that is led by models. Constraints are gathered by attribute, and the attributes, being independent of each
other, are solved one by one. The request made of these values is tried on the disjunctions: only one that it fails is
split, so that what happens to hold is never looked into. Attributes that depend on each other through variables
(``${aws:username}``) are solved as if they did not; an answer is then checked, so that a no stays a proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bartizan.policy.conditions import NOTHING, Constraint
from bartizan.policy.patterns import Attributes
from bartizan.policy.symbolic.attribute import ABSENT, find_values, specialised
from bartizan.policy.symbolic.formula import TRUE, And, Formula, Or, both, constraints_in, holds, opposite
from bartizan.policy.symbolic.known import simplified, valued
from bartizan.policy.symbolic.language import Undecided
from bartizan.policy.values import Texts, flags

_MOST_WORK = 1_500_000
"""Looks at a disjunction or an alternative: some ten seconds, of which real policies take a hundredth."""

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
Choice = tuple[Formula, ...]


def solve(
    formula: Formula, known: Attributes | None = None, *, preferred: Mapping[str, Sequence[str]] | None = None
) -> dict[str, tuple[str, ...]] | None:
    """The attributes of a request for which the formula holds, or ``None``: proven, there is none.

    ``known`` fixes attributes, an empty tuple saying that one is absent; ``preferred`` names values to try first.
    Raises ``Undecided`` where neither could be shown.
    """
    return _Solver(dict(known or {}), preferred or {}).solve(formula)


@dataclass(slots=True)
class _Solver:
    known: dict[str, tuple[str, ...]]
    preferred: Mapping[str, Sequence[str]]
    multivalued: frozenset[str] = _MULTIVALUED
    remembered: dict[tuple[str, frozenset[Constraint]], tuple[str, ...] | None] = field(default_factory=dict)
    work: int = 0
    doubts: str = ""
    whole: Formula = TRUE

    def solve(self, formula: Formula) -> dict[str, tuple[str, ...]] | None:
        self.multivalued |= {each.key for each in constraints_in(formula) if _over_sets(each)}
        self.whole = simplified(formula, self.known)
        needed = {each.key for each in constraints_in(self.whole)} & _REQUIRED
        try:
            found = self._search([self.whole], dict.fromkeys(sorted(needed), ()))
        except RecursionError:
            raise Undecided("the statements depend on each other too deeply") from None
        if found is None and self.doubts:
            raise Undecided(self.doubts)
        return found

    def _search(self, todo: Sequence[Formula], state: State) -> dict[str, tuple[str, ...]] | None:
        asserted = self._asserted(todo, state)
        while asserted is not None:
            state, choices = asserted
            self._spend(len(choices) + 1)
            open_choices = _undecided(choices, state)
            if open_choices is None:
                return None
            model = self._first_model(state)
            if model is None:
                return None
            choice = self._failed(open_choices, model, state)
            if choice is None:
                return self._model(state, model)
            possible, rest = choice
            if len(possible) > 1:
                return self._split(possible, rest, state)
            asserted = self._asserted([*possible, *map(Or, rest)], state) if possible else None
        return None

    def _spend(self, work: int) -> None:
        self.work += work
        if self.work > _MOST_WORK:
            raise Undecided("the statements overlap in too many ways")

    def _split(
        self, alternatives: Sequence[Formula], choices: Sequence[Choice], state: State
    ) -> dict[str, tuple[str, ...]] | None:
        """Each alternative in turn, from the second on without what the ones before have ruled out."""
        rest = [Or(each) for each in choices]
        refuted = set(rest)
        ruled_out: list[Formula] = []
        for alternative in alternatives:
            if opposite(alternative) in refuted:
                continue
            found = self._search([alternative, *ruled_out, *rest], state)
            if found is not None:
                return found
            if isinstance(alternative, Constraint):
                ruled_out.append(alternative.negate())
        return None

    def _failed(
        self, choices: Sequence[Choice], model: Attributes, state: State
    ) -> tuple[list[Formula], list[Choice]] | None:
        """Of the disjunctions that do not hold for the model the one with the fewest ways out, and the others."""
        best: tuple[int, list[Formula]] | None = None
        for number, choice in enumerate(choices):
            if any(holds(each, model) for each in choice):
                continue
            if len(choice) == 1:
                return list(choice), [*choices[:number], *choices[number + 1 :]]
            self._spend(2 * len(choice))
            possible = [each for each in choice if self._possible(each, state)]
            if best is None or len(possible) < len(best[1]):
                best = number, possible
            if len(possible) < 2:
                break
        if best is None:
            return None
        return best[1], [each for number, each in enumerate(choices) if number != best[0]]

    def _first_model(self, state: State) -> dict[str, tuple[str, ...]] | None:
        """A request with the values that each attribute could have by itself."""
        made = dict(self.known)
        for key, constraints in state.items():
            values = self._values(key, constraints)
            if values is None:
                return None
            if key not in made:
                made[key] = values
        made = {key: values for key, values in made.items() if values != ABSENT}
        linked = _linked(state)
        if linked and not self._agrees(made, state):
            return next((each for each in self._guesses(state, made, linked) if self._agrees(each, state)), made)
        return made

    def _agrees(self, model: Attributes, state: State) -> bool:
        return all(each.holds(model) for constraints in state.values() for each in constraints)

    def _asserted(self, todo: Iterable[Formula], state: State) -> tuple[State, list[Choice]] | None:
        """The state with every constraint of the formulas, and their disjunctions; ``None`` on a contradiction."""
        new: dict[str, tuple[Constraint, ...]] = dict(state)
        choices: list[Choice] = []
        stack = list(todo)
        touched: set[str] = set()
        while stack:
            formula = stack.pop()
            if isinstance(formula, And):
                stack.extend(formula.parts)
            elif isinstance(formula, Or):
                choices.append(formula.parts)
            elif formula.negate() in new.get(formula.key, ()):
                return None
            elif formula not in new.get(formula.key, ()):
                new[formula.key] = (*new.get(formula.key, ()), formula)
                touched.add(formula.key)
        if any(self._values(key, new[key]) is None for key in touched):
            return None
        return new, choices

    def _possible(self, formula: Formula, state: State) -> bool:
        """Whether the formula does not contradict the state at first sight."""
        if isinstance(formula, Constraint):
            asserted = state.get(formula.key, ())
            return formula.negate() not in asserted and self._values(formula.key, (*asserted, formula)) is not None
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

    def _model(self, state: State, made: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]] | None:
        """The request that the state describes, if it really is one for which the whole formula holds."""
        linked = [key for key, constraints in state.items() if any(map(_variables, constraints))]
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
                exact = tuple(valued(each, specialised(each.values, _all_known(guess, each))) for each in state[key])
                solved = find_values(exact, multivalued=key in self.multivalued, required=key in _REQUIRED)
                if solved is None:
                    break
                guess[key] = solved
            yield {key: values for key, values in guess.items() if values != ABSENT}


def _undecided(choices: Sequence[Choice], state: State) -> list[Choice] | None:
    """What the state, by its wording, leaves of the disjunctions; ``None``: nothing of one."""
    left: list[Choice] = []
    for choice in choices:
        if any(isinstance(each, Constraint) and each in state.get(each.key, ()) for each in choice):
            continue
        remaining = tuple(each for each in choice if not _denied(each, state))
        if not remaining:
            return None
        left.append(remaining)
    return left


def _denied(formula: Formula, state: State) -> bool:
    if isinstance(formula, Constraint):
        return formula.negate() in state.get(formula.key, ())
    return isinstance(formula, And) and any(_denied(each, state) for each in formula.parts)


def _linked(state: State) -> list[str]:
    return [key for key, constraints in state.items() if any(map(_variables, constraints))]


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


def _over_sets(constraint: Constraint) -> bool:
    """Whether it can only come from ``ForAllValues`` or ``ForAnyValue``, so that the key must have many values."""
    return constraint.some is constraint.negated and constraint.values != NOTHING
