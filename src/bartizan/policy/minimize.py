"""Minimise: the same policy in fewer characters.

Each change is one that the solver proves to alter neither what the policy denies nor what it allows; what it cannot
decide is left as it is. Since every step is proven on its own, so is the whole.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bartizan.policy.compiled import Clause, Layer, compile_statement
from bartizan.policy.coverage import covered, impossible, redundant
from bartizan.policy.document import PolicyDocument, Principals, Statement, parse_policy
from bartizan.policy.reference import Reference
from bartizan.policy.shortening import shortened
from bartizan.policy.symbolic import both, either, opposite
from bartizan.policy.symbolic.permission import clause_formula

_MOST_STATEMENTS = 120
"""More are only trimmed one by one, since the rest weighs each against all others."""


@dataclass(frozen=True, slots=True)
class Minimized:
    """A shorter policy as JSON without white space, its sizes in characters, and what was done, in sentences."""

    text: str
    document: PolicyDocument
    before: int
    after: int
    changes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Work:
    statements: list[Statement]
    version: str
    layer: Layer
    changes: list[str]

    def clause(self, statement: Statement) -> Clause:
        return compile_statement(statement, self.version, self.layer, "", 0)


def minimize(
    document: PolicyDocument, layer: Layer, *, drop_sids: bool = False, vocabulary: Reference | None = None
) -> Minimized:
    """The policy in fewer characters.

    ``layer`` says what kind of policy it is. With a ``vocabulary`` a list of actions may become a pattern that fits
    exactly those of today's actions that the list names; without, not even an action that AWS has yet to make is
    treated otherwise. Merged statements keep the first one's Sid, unless ``drop_sids`` removes all of them.
    """
    statements = [replace(each, sid="") if drop_sids else each for each in document]
    work = _Work(statements, document.version, layer, [])
    if drop_sids and any(each.sid for each in document):
        work.changes.append("removed the Sids")
    _trim(work)
    if len(statements) <= _MOST_STATEMENTS:
        _merge(work)
        _drop(work)
        _drop_actions(work)
        _merge(work)
        _trim(work)
    if vocabulary is not None:
        _shorten(work, vocabulary)
    before = len(_compact(document.source)) if document.source else 0
    text = _compact(_written(document, work.statements))
    if document.source and len(text) >= before:
        return Minimized(_compact(document.source), document, before, before)
    return Minimized(text, parse_policy(text), before, len(text), tuple(work.changes))


def _trim(work: _Work) -> None:
    """Take out of each list what another of its patterns has already."""
    variables = work.version >= "2012-10-17"
    for index, each in enumerate(work.statements):
        actions = _without(each.actions, [at for at, _ in redundant(each.actions, nocase=True)])
        resources = _without(each.resources, [at for at, _ in redundant(each.resources, variables=variables)])
        made = replace(each, actions=actions, resources=resources)
        if made != each:
            work.statements[index] = made
            gone = len(each.actions) - len(actions) + len(each.resources) - len(resources)
            work.changes.append(f"removed {gone} of the names of {_name(each, index)} that others of them include")


def _without(names: tuple[str, ...], positions: Sequence[int]) -> tuple[str, ...]:
    gone = set(positions)
    return tuple(each for index, each in enumerate(names) if index not in gone)


def _drop(work: _Work) -> None:
    """Drop statements that no request meets, that others include, or that the policy itself denies."""
    clauses = [work.clause(each) for each in work.statements]
    kept = list(range(len(clauses)))
    for index in reversed(range(len(clauses))):
        others = [clauses[each] for each in kept if each != index]
        alike = [each for each in others if each.allows is clauses[index].allows]
        denials = [each for each in others if not each.allows]
        why = ""
        if len(kept) == 1:
            break
        if impossible(clause_formula(clauses[index])):
            why = "which no request can meet"
        elif covered(clauses[index], alike):
            why = "which others include"
        elif clauses[index].allows and covered(clauses[index], denials):
            why = "which the policy denies"
        if why:
            kept.remove(index)
            work.changes.append(f"removed {_name(work.statements[index], index)}, {why}")
    work.statements = [work.statements[each] for each in kept]


def _drop_actions(work: _Work) -> None:
    """Drop single actions that other statements of the same effect include."""
    for index, each in enumerate(work.statements):
        if each.not_actions or len(each.actions) < 2:
            continue
        others = [
            work.clause(one) for at, one in enumerate(work.statements) if at != index and one.allows is each.allows
        ]
        gone = [name for name in each.actions if covered(work.clause(replace(each, actions=(name,))), others)]
        if gone and len(gone) < len(each.actions):
            work.statements[index] = replace(each, actions=tuple(name for name in each.actions if name not in gone))
            work.changes.append(f"removed {', '.join(gone)} from {_name(each, index)}, which other statements include")


def _merge(work: _Work) -> None:
    """Merge statements that are alike but for one element, as long as there are some."""
    while any(_merge_by(work, name) for name in ("actions", "resources", "principals", "conditions")):
        pass


def _merge_by(work: _Work, element: str) -> bool:
    kept: list[Statement] = []
    known: dict[Hashable, int] = {}
    for index, each in enumerate(work.statements):
        at, merged = next(_partners(work, each, element, kept, known), (len(kept), each))
        if at < len(kept):
            work.changes.append(f"merged {_name(each, index)} into {_name(kept[at], at)} by its {element}")
            kept[at] = merged
        else:
            kept.append(each)
        known.update((key, at) for key in _keys(merged, element))
    found = len(kept) < len(work.statements)
    work.statements = kept
    return found


def _partners(
    work: _Work, statement: Statement, element: str, kept: Sequence[Statement], known: Mapping[Hashable, int]
) -> Iterator[tuple[int, Statement]]:
    """The statements that this one can be merged into, by their position, each as it would be then."""
    for key in _keys(statement, element):
        if key in known:
            merged = _joined(kept[known[key]], statement, element)
            if merged is not None and _same(work, (kept[known[key]], statement), merged):
                yield known[key], merged


def _keys(statement: Statement, element: str) -> Iterator[Hashable]:
    """What another statement must have in common with this one for the two to be merged by the element."""
    conditions = frozenset(statement.conditions)
    rest: dict[str, Hashable] = {
        "effect": statement.effect,
        "actions": (statement.not_actions, frozenset(each.lower() for each in statement.actions)),
        "resources": (statement.not_resources, frozenset(statement.resources)),
        "principals": (statement.not_principals, statement.principals),
        "conditions": conditions,
    }
    negated = {
        "actions": statement.not_actions,
        "resources": statement.not_resources or not statement.resources,
        "principals": statement.not_principals or statement.principals is None,
        "conditions": not conditions,
    }
    if negated[element]:
        return
    common = tuple((name, value) for name, value in rest.items() if name != element)
    if element == "conditions":
        for each in conditions:
            yield (common, conditions - {each}, each[0].lower(), each[1].lower())
    else:
        yield common


def _joined(one: Statement, other: Statement, element: str) -> Statement | None:
    sid = one.sid or other.sid
    if element == "actions":
        return replace(one, actions=_union(one.actions, other.actions), sid=sid)
    if element == "resources":
        return replace(one, resources=_union(one.resources, other.resources), sid=sid)
    if element == "principals" and one.principals is not None and other.principals is not None:
        mine, theirs = one.principals, other.principals
        return replace(
            one,
            principals=Principals(
                aws=_union(mine.aws, theirs.aws),
                service=_union(mine.service, theirs.service),
                federated=_union(mine.federated, theirs.federated),
                canonical=_union(mine.canonical, theirs.canonical),
            ),
            sid=sid,
        )
    theirs_by = {(operator.lower(), key.lower()): values for operator, key, values in other.conditions}
    if len(theirs_by) != len(other.conditions) or len(one.conditions) != len(other.conditions):
        return None
    if any((operator.lower(), key.lower()) not in theirs_by for operator, key, _ in one.conditions):
        return None
    conditions = tuple(
        (operator, key, _union(values, theirs_by[operator.lower(), key.lower()]))
        for operator, key, values in one.conditions
    )
    return replace(one, conditions=conditions, sid=sid)


def _union(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))


def _same(work: _Work, before: Sequence[Statement], after: Statement) -> bool:
    """Whether it is proven that the statement applies to the same requests as those that it is to replace."""
    old = either(*(clause_formula(work.clause(each)) for each in before))
    new = clause_formula(work.clause(after))
    return impossible(both(new, opposite(old))) and impossible(both(old, opposite(new)))


def _shorten(work: _Work, vocabulary: Reference) -> None:
    for index, each in enumerate(work.statements):
        actions = shortened(each.actions, vocabulary)
        if actions != each.actions:
            work.statements[index] = replace(each, actions=actions)
            work.changes.append(f"wrote {len(each.actions)} actions of {_name(each, index)} as {len(actions)} patterns")


def _name(statement: Statement, index: int) -> str:
    return f"statement {statement.sid}" if statement.sid else f"statement {index + 1}"


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _written(document: PolicyDocument, statements: Sequence[Statement]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if any(name.lower() == "version" for name in document.source):
        made["Version"] = document.version
    if document.id:
        made["Id"] = document.id
    listed = [written_statement(each) for each in statements]
    return {**made, "Statement": listed[0] if len(listed) == 1 else listed}


def written_statement(statement: Statement) -> dict[str, Any]:
    """A statement as JSON, with lists of one as their only value."""
    made: dict[str, Any] = {"Sid": statement.sid} if statement.sid else {}
    made["Effect"] = statement.effect
    if statement.principals is not None:
        made["NotPrincipal" if statement.not_principals else "Principal"] = _written_principals(statement.principals)
    made["NotAction" if statement.not_actions else "Action"] = _single(statement.actions)
    if statement.resources:
        made["NotResource" if statement.not_resources else "Resource"] = _single(statement.resources)
    conditions: dict[str, dict[str, Any]] = {}
    for operator, key, values in statement.conditions:
        conditions.setdefault(operator, {})[key] = _single(values)
    return {**made, "Condition": conditions} if conditions else made


def _written_principals(principals: Principals) -> str | dict[str, Any]:
    named = {
        "AWS": principals.aws,
        "Service": principals.service,
        "Federated": principals.federated,
        "CanonicalUser": principals.canonical,
    }
    given = {kind: _single(names) for kind, names in named.items() if names}
    return "*" if given == {"AWS": "*"} else given


def _single(values: tuple[str, ...]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)
