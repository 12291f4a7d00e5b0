"""Coverage: whether some statements apply to every request that another one applies to. Only what is proven counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from bartizan.policy.compiled import Clause
from bartizan.policy.conditions import Constraint, texts
from bartizan.policy.patterns import Pattern, Template, parse_pattern
from bartizan.policy.symbolic import Formula, Undecided, both, either, opposite, solve
from bartizan.policy.symbolic.language import find_text
from bartizan.policy.symbolic.permission import clause_formula
from bartizan.policy.values import Texts

_WILD = ("*", "?")
_LONGEST_LIST = 500
_REMEMBERED = 16_384


def impossible(formula: Formula) -> bool:
    """Whether it is proven that no request meets it."""
    try:
        return solve(formula) is None
    except Undecided:
        return False


def covered(clause: Clause, others: Sequence[Clause]) -> bool:
    """Whether it is proven that one of the others applies wherever the clause does.

    Asked action by action, of those others that know the action at all, since most statements have few in common.
    """
    for action in _actions(clause):
        near = [each for each in others if _meet(action, each.action)]
        piece = both(action, *(each for each in clause.constraints if each is not clause.action))
        if not impossible(both(piece, opposite(either(*map(clause_formula, near))))):
            return False
    return True


@lru_cache(maxsize=_REMEMBERED)
def _meet(one: Constraint, other: Constraint) -> bool:
    return not impossible(both(one, other))


def _actions(clause: Clause) -> Iterator[Constraint]:
    if clause.statement.not_actions:
        yield clause.action
        return
    for name in clause.statement.actions:
        yield Constraint("action", texts(("*" if name == "*:*" else name,), variables=False, nocase=True))


def redundant(patterns: tuple[str, ...], *, nocase: bool = False, variables: bool = False) -> list[tuple[int, str]]:
    """The positions of patterns that another one has already, each with that other; of equal ones, all but the first.

    What has variables is only compared as it is written.
    """
    if len(patterns) > _LONGEST_LIST:
        return []
    parsed = [parse_pattern(each, variables=variables, nocase=nocase) for each in patterns]
    first: dict[Pattern | Template, int] = {}
    for position, pattern in enumerate(parsed):
        first.setdefault(pattern, position)
    gone = {at: patterns[first[each]] for at, each in enumerate(parsed) if first[each] != at}
    wide = [at for at, each in enumerate(patterns) if at not in gone and any(wild in each for wild in _WILD)]
    for position, pattern in enumerate(parsed):
        if position in gone or isinstance(pattern, Template):
            continue
        others = (at for at in wide if at != position and at not in gone)
        outer = next((at for at in others if _inside(Texts((pattern,)), Texts((parsed[at],)))), None)
        if outer is not None:
            gone[position] = patterns[outer]
    return sorted(gone.items())


def _inside(inner: Texts, outer: Texts) -> bool:
    try:
        return find_text([inner], [outer]) is None
    except Undecided:
        return False
