"""Whether there is any request by which a caller gets through, and what it takes: solved, not tried."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from bartizan.app.asking import default_context
from bartizan.policy import Authorization, Clause, Principal, PrincipalKind, Request, decide
from bartizan.policy.conditions import Constraint, texts
from bartizan.policy.symbolic import Formula, Undecided, both, permitted, simplified, solve
from bartizan.policy.symbolic.formula import constraints_in

_PREFERRED = {"aws:sourceip": ("198.51.100.7",)}
_ELSEWHERE = (
    "aws:federatedprovider",
    "aws:principalservicename",
    "aws:principalservicenameslist",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
)
"""What only the calls of services and of identity providers have."""

_BY_REQUEST = frozenset({"action", "resource", "principal", "aws:userid", "aws:username"})
"""What a request has besides its context."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Possible:
    """A request that gets through; ``context`` holds what it needs beyond an ordinary call, so that none is plain.

    ``statements`` are those that let it through.
    """

    request: Request
    context: Mapping[str, tuple[str, ...]]
    statements: tuple[Clause, ...]

    @property
    def conditional(self) -> bool:
        """Whether an ordinary call does not do."""
        return bool(self.context)


def possible(
    request: Request, authorization: Authorization, now: dt.datetime, *, within: Formula | None = None
) -> Possible | None:
    """A request like the one given that AWS lets through, as ordinary as can be; ``None`` is a proof that none does.

    ``request`` says who asks for which action and on which resource, its context counts for nothing. ``within`` names
    resources instead. Raises ``Undecided``.
    """
    principal = request.principal
    known = _known(request)
    formula = permitted(principal, authorization, owner=request.owner)
    if within is not None:
        del known["resource"]
        formula = both(formula, within)
    formula = both(simplified(formula, known), *_user_id(principal))
    ordinary = {key.lower(): values for key, values in default_context(now).items()}
    keys = {name for each in constraints_in(formula) for name in (each.key, *each.values.keys)}
    if principal.kind is not PrincipalKind.ROLE:
        # Only sessions bring tags of their own.
        known = {**{key: () for key in keys if key.startswith("aws:principaltag/")}, **known}
    others = {key: () for key in keys if key not in _BY_REQUEST and key not in ordinary and key not in known}
    model = solve(formula, {**known, **others, **ordinary}, preferred=_PREFERRED)
    if model is None:
        model = solve(formula, known, preferred={**ordinary, **_PREFERRED})
    if model is None:
        return None
    needed = {key: values for key, values in model.items() if key in others or (key in keys and key in ordinary)}
    context = {key: values for key, values in needed.items() if ordinary.get(key) != values}
    return _confirmed(request, authorization, model, {**ordinary, **context}, context)


def _known(request: Request) -> dict[str, tuple[str, ...]]:
    """The attributes that every such request has, and those that none has."""
    known = request.attributes()
    for key in request.context:
        known.pop(key.lower(), None)
    principal = request.principal
    if principal.kind in {PrincipalKind.ROLE, PrincipalKind.USER, PrincipalKind.ROOT}:
        known = {**dict.fromkeys(_ELSEWHERE, ()), **known}
    if principal.kind is PrincipalKind.ROLE:
        known["aws:username"] = ()
        # A session may come from an identity provider; its name is part of the id, and not known.
        known.pop("aws:federatedprovider", None)
        if not principal.session:
            known.pop("aws:userid", None)
    return known


def _user_id(principal: Principal) -> tuple[Formula, ...]:
    if principal.kind is not PrincipalKind.ROLE or principal.session:
        return ()
    pattern = f"{principal.unique_id}:*" if principal.unique_id else "A*:*"
    return (Constraint("aws:userid", texts((pattern,), variables=False)),)


def _confirmed(
    request: Request,
    authorization: Authorization,
    model: Mapping[str, tuple[str, ...]],
    whole: Mapping[str, tuple[str, ...]],
    context: Mapping[str, tuple[str, ...]],
) -> Possible:
    """The solution as a request; raises ``Undecided`` where the evaluation of single requests does not confirm it."""
    user_id = {"aws:userid": model["aws:userid"]} if "aws:userid" in model else {}
    made = Request(
        principal=request.principal,
        action=request.action,
        resource=model.get("resource", (request.resource,))[0],
        context={**whole, **user_id},
        resource_account=request.owner,
        resource_organization=request.resource_organization,
        resource_organization_path=request.resource_organization_path,
        resource_tags=request.resource_tags,
    )
    decision = decide(made, authorization)
    if not decision.allowed:
        raise Undecided("a request was found that the evaluation of single requests does not confirm")
    return Possible(request=made, context=context, statements=decision.statements)
