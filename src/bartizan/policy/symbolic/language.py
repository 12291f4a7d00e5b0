"""Languages: is there a text that belongs to some sets of texts and to none of others, and which?

A set of patterns is run as one nondeterministic automaton whose states are the bits of a number, so that a step is a
shift and a mask (the Shift-And method of Baeza-Yates and Gonnet, 1992). The product of several automata is searched
breadth-first, over the characters that at least one of them waits for and one that none does.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bartizan.model import BartizanError
from bartizan.policy.patterns import Pattern, Wild
from bartizan.policy.symbolic.inclusion import covers, index_of
from bartizan.policy.values import Texts

_FILLINGS = ("example", "x", "")
_ORDINARY = "xyzabcdefghijklmnopqrstuvw0123456789-_/.=+@XYZABCDEFGHIJKLMNOPQRSTUVW"
_MOST_STATES = 60_000
_MOST_SAMPLES = 60
_MOST_LITERALS = 50_000


_ANYTHING = Texts((Pattern((Wild.MANY,)),))


class Undecided(BartizanError):  # noqa: N818 - an answer of its own beside yes and no
    """A question that was given up, with the reason; neither yes nor no may be concluded."""


def find_text(positive: Sequence[Texts], negative: Sequence[Texts]) -> str | None:
    """A text in all of ``positive`` and none of ``negative``, or ``None`` where there is none, which is a proof.

    Templates must have been resolved or widened before; here they match nothing. Raises ``Undecided`` where the search
    grows beyond all bounds.
    """
    finite = min((each for each in positive if each.literals is not None), key=_size, default=None)
    if finite is not None:
        others = [each for each in positive if each is not finite]
        return next((text for text in _among(finite, others) if _fits(text, others, negative)), None)
    if any(not each.patterns for each in positive):
        return None
    quick = next((text for text in _samples(positive) if _fits(text, positive, negative)), None)
    if quick is not None:
        return quick
    smallest = min(positive, key=_size, default=_ANYTHING)
    others = [each for each in positive if each is not smallest]
    budget = Budget(_MOST_STATES)
    for pattern in smallest.patterns:
        found = _find_in(pattern, others, negative, budget)
        if found is not None:
            return found
    return None


def _size(texts: Texts) -> int:
    return len(texts.patterns)


def _fits(text: str, positive: Iterable[Texts], negative: Iterable[Texts]) -> bool:
    return all(each.has(text, {}) for each in positive) and not any(each.has(text, {}) for each in negative)


def _among(finite: Texts, others: Sequence[Texts]) -> Iterator[str]:
    """The texts of a finite set, only those near the others' prefixes where it is long; both cases are one text."""
    literals = finite.literals or frozenset()
    if len(literals) < 200:
        yield from sorted(literals)
        return
    ordered = _ordered(finite)
    if not others:
        yield from ordered
        return
    for pattern in min(others, key=_size).patterns:
        prefix = pattern.prefix
        for position in range(bisect_left(ordered, prefix), len(ordered)):
            if not ordered[position].startswith(prefix):
                break
            yield ordered[position]


@lru_cache(maxsize=8)
def _ordered(texts: Texts) -> tuple[str, ...]:
    return tuple(sorted(texts.literals or ()))


def _samples(positive: Sequence[Texts]) -> Iterator[str]:
    """Texts that a person would think of first: the patterns of the smallest set with their wildcards filled in."""
    smallest = min(positive, key=_size, default=None)
    if smallest is None:
        yield from _FILLINGS
        return
    for pattern in smallest.patterns[:_MOST_SAMPLES]:
        for filling in _FILLINGS:
            yield filled(pattern, filling)


def filled(pattern: Pattern, filling: str) -> str:
    """A text that the pattern matches, with ``filling`` for each star and its first letter for each question mark."""
    one = filling[:1] or "x"
    stars = {Wild.MANY, Wild.MANY_IN_PART}
    return "".join(
        token if isinstance(token, str) else (filling if token in stars else one) for token in pattern.tokens
    )


class _Machine:
    """Patterns as one automaton; a state is a number whose bit ``i`` says that position ``i`` has been reached."""

    __slots__ = ("final", "letters", "many", "many_in_part", "one", "one_in_part", "start")

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self.start = self.final = self.one = self.one_in_part = self.many = self.many_in_part = 0
        self.letters: dict[str, int] = {}
        position = 0
        for pattern in patterns:
            self.start |= 1 << position
            for token in pattern.tokens:
                position = self._add(token, position, nocase=pattern.nocase)
            self.final |= 1 << position
            position += 1
        self.start = self._closed(self.start)

    def _add(self, token: str | Wild, position: int, *, nocase: bool) -> int:
        if isinstance(token, str):
            for letter in token:
                for form in {letter, letter.upper(), letter.lower()} if nocase else (letter,):
                    self.letters[form] = self.letters.get(form, 0) | 1 << position
                position += 1
            return position
        name = {Wild.ONE: "one", Wild.MANY: "many", Wild.ONE_IN_PART: "one_in_part", Wild.MANY_IN_PART: "many_in_part"}
        setattr(self, name[token], getattr(self, name[token]) | 1 << position)
        return position + 1

    def _closed(self, state: int) -> int:
        # Neighbouring stars of one kind are merged, but two kinds may meet.
        stars = self.many | self.many_in_part
        while True:
            more = state | (state & stars) << 1
            if more == state:
                return state
            state = more

    def step(self, state: int, letter: str) -> int:
        """The state after one more letter; 0 is the end of all hope."""
        moves = self.letters.get(letter, 0) | self.one
        stays = self.many
        if letter != ":":
            moves |= self.one_in_part
            stays |= self.many_in_part
        return self._closed((state & moves) << 1 | state & stays)

    def awaited(self, state: int) -> Iterator[str]:
        """The letters that it waits for by name."""
        for letter, positions in self.letters.items():
            if positions & state:
                yield letter
        if state & (self.one_in_part | self.many_in_part):
            yield ":"


@dataclass(slots=True)
class Budget:
    """How many states may still be seen; one for a whole question."""

    left: int

    def spend(self) -> None:
        """Use one up; raises ``Undecided`` where none is left."""
        self.left -= 1
        if self.left < 0:
            raise Undecided(f"the patterns cross in more than {_MOST_STATES} ways")


def _find_in(pattern: Pattern, others: Sequence[Texts], negative: Sequence[Texts], budget: Budget) -> str | None:
    """A text that the pattern matches, in all of ``others`` and none of ``negative``."""
    fears: list[Pattern] = []
    for each in negative:
        for other in index_of(each).near(pattern):
            if covers(other, pattern):
                return None
            fears.append(other)
    hopes = [[pattern]]
    for each in others:
        near = list(index_of(each).near(pattern))
        if not near:
            return None
        if not any(covers(other, pattern) for other in near):
            hopes.append(near)
    for filling in _FILLINGS:
        text = filled(pattern, filling)
        if _matched(text, hopes) and not any(each.matches(text) for each in fears):
            return text
    return _search([_Machine(each) for each in hopes], _Machine(fears), budget)


def _matched(text: str, hopes: Iterable[Sequence[Pattern]]) -> bool:
    return all(any(each.matches(text) for each in patterns) for patterns in hopes)


def _search(hopes: Sequence[_Machine], fears: _Machine, budget: Budget) -> str | None:
    """Breadth-first through the product; complete, since letters that nobody waits for all lead to the same state."""
    machines = [*hopes, fears]
    start = tuple(each.start for each in machines)
    came_from: dict[tuple[int, ...], tuple[tuple[int, ...], str] | None] = {start: None}
    queue = deque([start])
    while queue:
        state = queue.popleft()
        if _accepted(state, machines):
            return _spelled(state, came_from)
        for letter in _letters(state, machines):
            following = tuple(machine.step(each, letter) for machine, each in zip(machines, state, strict=True))
            if all(following[:-1]) and following not in came_from:
                budget.spend()
                came_from[following] = (state, letter)
                queue.append(following)
    return None


def _accepted(state: tuple[int, ...], machines: Sequence[_Machine]) -> bool:
    *hopes, fears = (each & machine.final for each, machine in zip(state, machines, strict=True))
    return all(hopes) and not fears


def _letters(state: tuple[int, ...], machines: Sequence[_Machine]) -> list[str]:
    awaited = {
        letter for machine, each in zip(machines, state, strict=True) if each for letter in machine.awaited(each)
    }
    other = next((letter for letter in _ORDINARY if letter not in awaited), None)
    if other is None:
        other = next(letter for letter in map(chr, range(0x4E00, 0x9FFF)) if letter not in awaited)
    return [other, *sorted(awaited, key=str.swapcase)]


def _spelled(state: tuple[int, ...], came_from: dict[tuple[int, ...], tuple[tuple[int, ...], str] | None]) -> str:
    letters: list[str] = []
    step = came_from[state]
    while step is not None:
        state, letter = step
        letters.append(letter)
        step = came_from[state]
    return "".join(reversed(letters))
