"""What AWS lets a caller do, as a formula: the same rules as ``decide``, for all requests at once."""

from __future__ import annotations

from collections.abc import Iterable

from bartizan.policy.compiled import Clause, Policy
from bartizan.policy.conditions import Constraint, texts
from bartizan.policy.decision import (
    FREE_ACTIONS,
    RCP_EXEMPT,
    RCP_SERVICES,
    TRUST_ACTIONS,
    Authorization,
    Levels,
    Strength,
    grant_strength,
    has_boundary,
    limits,
    rcps_guard,
    scps_reach,
)
from bartizan.policy.requests import Principal, PrincipalKind
from bartizan.policy.symbolic.formula import TRUE, Formula, both, either, opposite


def clause_formula(clause: Clause, *, bounded: bool = False) -> Formula:
    """The requests to which a statement applies; ``bounded`` as for ``Clause.applies``."""
    if bounded and clause.excepts:
        return both(clause.action, *clause.rest)
    return both(*clause.constraints)


def allowed_by(policies: Iterable[Policy]) -> Formula:
    """The requests that an allowing statement of these policies applies to."""
    return either(*(clause_formula(each) for policy in policies for each in policy.clauses if each.allows))


def denied_by(policies: Iterable[Policy], *, bounded: bool = False) -> Formula:
    """The requests that a denying statement of these policies applies to; ``bounded`` as for ``Clause.applies``."""
    denying = (each for policy in policies for each in policy.clauses if not each.allows)
    return either(*(clause_formula(each, bounded=bounded) for each in denying))


def granted_by(policies: Iterable[Policy]) -> Formula:
    """The requests that these policies together allow, denials counted."""
    listed = tuple(policies)
    return both(allowed_by(listed), opposite(denied_by(listed)))


def permitted(principal: Principal, authorization: Authorization, *, owner: str) -> Formula:
    """The requests by a caller, for resources of the account ``owner``, that AWS would let through.

    Solve it with the caller's ``attributes`` known.
    """
    scps = authorization.scps if scps_reach(principal, authorization) else ()
    rcps = authorization.rcps if rcps_guard(principal, owner, authorization) else ()
    every = (
        *authorization.identity,
        *authorization.resource,
        *(authorization.boundary or ()),
        *(authorization.session or ()),
        *(authorization.endpoint or ()),
    )
    with_boundary = has_boundary(principal, authorization)
    undenied = opposite(denied_by((*every, *_flat(scps)), bounded=with_boundary))
    endpoint = TRUE if authorization.endpoint is None else allowed_by(authorization.endpoint)
    guarded = _guarded(rcps, bounded=with_boundary)
    decided = both(_sides(principal, authorization, owner), *map(allowed_by, scps), endpoint, undenied, guarded)
    if principal.kind is PrincipalKind.ROOT:
        decided = both(decided, opposite(_constraint("action", "sts:AssumeRole")))
    return either(_constraint("action", *sorted(FREE_ACTIONS)), decided) if principal.has_policies else decided


def _flat(levels: Levels) -> list[Policy]:
    return [policy for level in levels for policy in level]


def _guarded(rcps: Levels, *, bounded: bool) -> Formula:
    if not rcps:
        return TRUE
    unguarded = Constraint(
        "action",
        texts((f"{each}:*" for each in sorted(RCP_SERVICES)), nocase=True),
        negated=True,
        some=False,
        absent=True,
    )
    exempt = _constraint("action", *sorted(RCP_EXEMPT))
    undenied = opposite(denied_by(_flat(rcps), bounded=bounded))
    return either(unguarded, exempt, both(*map(allowed_by, rcps), undenied))


def _sides(principal: Principal, authorization: Authorization, owner: str) -> Formula:
    resource = allowed_by(authorization.resource)
    if not principal.has_policies:
        return resource
    if owner != principal.account:
        return both(_own_side(principal, authorization), resource)
    direct, to_role, delegated = _given(principal, authorization.resource)
    own = _own_side(principal, authorization)
    through_account = both(own, either(opposite(_needs_resource_policy()), delegated))
    return either(direct, both(to_role, _limits(principal, authorization)), through_account)


def _own_side(principal: Principal, authorization: Authorization) -> Formula:
    if principal.kind is PrincipalKind.ROOT:
        return TRUE
    return both(allowed_by(authorization.identity), _limits(principal, authorization))


def _limits(principal: Principal, authorization: Authorization) -> Formula:
    return both(*(allowed_by(policies) for _, policies in limits(principal, authorization)))


def _given(principal: Principal, resource: Iterable[Policy]) -> tuple[Formula, Formula, Formula]:
    """What the resource's policies give to the caller directly, to its role, and through its account."""
    given: dict[Strength, list[Formula]] = {strength: [] for strength in Strength}
    for policy in resource:
        for clause in policy.clauses:
            if clause.allows and (clause.principal is None or clause.principal.holds(principal.attributes)):
                given[grant_strength(clause, principal)].append(clause_formula(clause))
    return (
        either(*given[Strength.DIRECT]),
        either(*given[Strength.ROLE]),
        either(*given[Strength.ACCOUNT]),
    )


def _needs_resource_policy() -> Formula:
    keys = both(_constraint("action", "kms:*"), _constraint("resource", "*:key/*"))
    roles = both(_constraint("action", *sorted(TRUST_ACTIONS)), _constraint("resource", "*:role/*"))
    return either(keys, roles)


def _constraint(key: str, *patterns: str) -> Constraint:
    return Constraint(key, texts(patterns, nocase=key == "action"))
