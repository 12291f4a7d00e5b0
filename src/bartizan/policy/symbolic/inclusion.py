"""Inclusion: quick answers about two patterns, which spare most questions an automaton."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from bartizan.policy.patterns import Pattern, Wild
from bartizan.policy.values import Texts

_STARS = frozenset({Wild.MANY, Wild.MANY_IN_PART})
_IN_PART = frozenset({Wild.ONE_IN_PART, Wild.MANY_IN_PART})
# Letters of no text: only a wildcard can match them.
_MANY, _ONE = "\U0010fffe", "\U0010ffff"


def covers(wide: Pattern, narrow: Pattern) -> bool:
    """Whether the one surely matches all that the other does; ``False`` says nothing."""
    if wide.starts:
        prefix = narrow.prefix.lower() if wide.nocase else narrow.prefix
        return prefix.startswith(wide.prefix) and (wide.nocase or not narrow.nocase or not wide.prefix)
    if narrow.nocase and not wide.nocase:
        return False
    wild = {each for each in narrow.tokens if isinstance(each, Wild)}
    others = {each for each in wide.tokens if isinstance(each, Wild)}
    if not wild:
        return wide.matches(narrow.prefix)
    # A question mark must not take a star for a letter, nor a wildcard within a part one that leaves it.
    if not others or (wild & _STARS and others - _STARS) or (others & _IN_PART and wild - _IN_PART):
        return False
    letters = (each if isinstance(each, str) else (_MANY if each in _STARS else _ONE) for each in narrow.tokens)
    return wide.matches("".join(letters))


def may_meet(one: Pattern, other: Pattern) -> bool:
    """Whether a text that both match is not out of the question, by how they begin and end."""
    fold = one.nocase or other.nocase
    return _agree(one.prefix, other.prefix, fold=fold) and _agree(_ending(one), _ending(other), fold=fold)


def _agree(one: str, other: str, *, fold: bool) -> bool:
    if fold:
        one, other = one.lower(), other.lower()
    length = min(len(one), len(other))
    return one[:length] == other[:length]


def _ending(pattern: Pattern) -> str:
    """What everything that it matches ends with, read backwards."""
    last = pattern.tokens[-1] if pattern.tokens else ""
    return last[::-1] if isinstance(last, str) else ""


class Index:
    """The patterns of a set by what they begin with, so that those which may meet another are found without a walk."""

    __slots__ = ("_beginnings", "_by_beginning")

    def __init__(self, texts: Texts) -> None:
        self._by_beginning: dict[str, list[Pattern]] = defaultdict(list)
        for each in texts.patterns:
            self._by_beginning[each.prefix.lower()].append(each)
        self._beginnings = sorted(self._by_beginning)

    def near(self, pattern: Pattern) -> Iterator[Pattern]:
        """The patterns of the set that may meet this one; those that begin with less come first."""
        prefix = pattern.prefix.lower()
        beginnings = [prefix[:length] for length in range(len(prefix)) if prefix[:length] in self._by_beginning]
        position = bisect_left(self._beginnings, prefix)
        while position < len(self._beginnings) and self._beginnings[position].startswith(prefix):
            beginnings.append(self._beginnings[position])
            position += 1
        for each in beginnings:
            yield from (other for other in self._by_beginning[each] if may_meet(pattern, other))


@lru_cache(maxsize=512)
def index_of(texts: Texts) -> Index:
    """The index of a set."""
    return Index(texts)
