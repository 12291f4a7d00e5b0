"""Checks of what statements bring about, proven by the solver: those that never apply, and those that change nothing.

A policy of very many statements is not examined, since each is weighed against all others; nor does what the solver
could not decide lead to a remark.
"""

from __future__ import annotations

from collections.abc import Iterator

from bartizan.policy.compiled import Clause
from bartizan.policy.coverage import covered, impossible
from bartizan.policy.lint.check import Level, Located, Problem, Subject, check
from bartizan.policy.symbolic.permission import clause_formula

_MOST_STATEMENTS = 100


def _clauses(subject: Subject) -> list[tuple[Located, Clause]]:
    """The statements that some request meets; none where there are too many of them."""
    if len(subject.statements) > _MOST_STATEMENTS:
        return []
    listed = [(each, subject.clause(position)) for position, each in enumerate(subject.statements)]
    return [(each, clause) for each, clause in listed if not impossible(clause_formula(clause))]


@check(Level.WARNING)
def never_applies(subject: Subject) -> Iterator[Problem]:
    """No request can meet the statement: its conditions contradict each other, or it names nothing."""
    possible = {id(each) for each, _ in _clauses(subject)}
    if len(subject.statements) <= _MOST_STATEMENTS:
        for each in subject.statements:
            if id(each) not in possible:
                yield Problem(each.path, f"no request can meet {each.name}", "correct its conditions, or remove it")


@check(Level.WARNING)
def adds_nothing(subject: Subject) -> Iterator[Problem]:
    """Other statements of the same effect apply to every request that it applies to."""
    for allows, does, done in ((True, "allows", "allowed"), (False, "denies", "denied")):
        alike = [(each, clause) for each, clause in _clauses(subject) if clause.allows is allows]
        # From the last to the first, so that of two statements that do the same the first one stays.
        for pair in reversed(tuple(alike)):
            if covered(pair[1], [clause for each, clause in alike if each is not pair[0]]):
                alike.remove(pair)
                each = pair[0]
                yield Problem(each.path, f"all that {each.name} {does} is {done} by other statements", "remove it")


@check(Level.WARNING)
def denied_anyway(subject: Subject) -> Iterator[Problem]:
    """The policy denies every request that the statement allows."""
    listed = _clauses(subject)
    denials = [clause for _, clause in listed if not clause.allows]
    for each, clause in listed:
        if clause.allows and denials and covered(clause, denials):
            yield Problem(each.path, f"the policy denies all that {each.name} allows", "remove one of the two")
