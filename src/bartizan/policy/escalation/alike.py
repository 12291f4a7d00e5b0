"""Identities that no policy tells apart: to ask one is to ask all."""

from __future__ import annotations

from collections.abc import Iterable

from bartizan.policy.compiled import Policy
from bartizan.policy.estate import Estate, Identity

_PERSONAL = ("aws:principalarn", "aws:principaltag/", "aws:username", "aws:userid")


def alike(estate: Estate) -> list[list[Identity]]:
    """The identities in classes: alike in policies, boundary, account and kind, and no policy looks at the caller."""
    personal: dict[int, bool] = {}
    classes: dict[object, list[Identity]] = {}
    for identity in estate.identities.values():
        levels = estate.organization.scps.get(identity.principal.account, ())
        binding = (*identity.policies, *(identity.boundary or ()), *(each for level in levels for each in level))
        own = identity.arn if any(_remembered(each, personal) for each in binding) else ""
        principal = identity.principal
        key = (
            principal.account,
            principal.kind,
            principal.service_linked,
            tuple(sorted(map(id, identity.policies))),
            None if identity.boundary is None else tuple(map(id, identity.boundary)),
            identity.groups,
            identity.attached,
            own,
        )
        classes.setdefault(key, []).append(identity)
    return list(classes.values())


def looks_at_the_caller(policies: Iterable[Policy]) -> bool:
    """Whether a policy asks who of an account it is that calls, but for the element ``Principal``."""
    return any(
        key.startswith(_PERSONAL)
        for policy in policies
        for clause in policy.clauses
        for constraint in clause.rest
        for key in (constraint.key, *constraint.values.keys)
    )


def _remembered(policy: Policy, answers: dict[int, bool]) -> bool:
    found = answers.get(id(policy))
    if found is None:
        found = answers[id(policy)] = looks_at_the_caller((policy,))
    return found
