"""Coverage: whether some statements apply to every request that another one applies to. Only what is proven counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bartizan.policy.compiled import Clause
from bartizan.policy.conditions import Constraint, texts
from bartizan.policy.symbolic import Formula, Undecided, both, either, opposite, solve
from bartizan.policy.symbolic.permission import clause_formula


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
        near = [each for each in others if not impossible(both(action, each.action))]
        piece = both(action, *(each for each in clause.constraints if each is not clause.action))
        if not impossible(both(piece, opposite(either(*map(clause_formula, near))))):
            return False
    return True


def _actions(clause: Clause) -> Iterator[Constraint]:
    if clause.statement.not_actions:
        yield clause.action
        return
    for name in clause.statement.actions:
        yield Constraint("action", texts(("*" if name == "*:*" else name,), variables=False, nocase=True))
