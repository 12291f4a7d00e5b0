"""What one identity may do: each question answered by a request that AWS would let through, or by the proof of none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from bartizan.policy.compiled import Clause, Layer, Policy
from bartizan.policy.decision import Authorization, Decision, decide
from bartizan.policy.escalation.shapes import ANYTHING, Shape
from bartizan.policy.estate import Estate, Identity
from bartizan.policy.patterns import Attributes
from bartizan.policy.requests import Principal, Request, account_in
from bartizan.policy.symbolic import Formula, Undecided, both, permitted, simplified, solve
from bartizan.policy.symbolic.formula import constraints_in

Fixed = tuple[tuple[str, tuple[str, ...]], ...]
"""Condition keys in lower case that a call has for certain, with their values; without values, that it lacks."""

_DIRECT: Fixed = (
    ("aws:viaawsservice", ("false",)),
    ("aws:calledvia", ()),
    ("aws:calledviafirst", ()),
    ("aws:calledvialast", ()),
    ("aws:sourceaccount", ()),
    ("aws:sourcearn", ()),
)
"""What every call has that somebody makes for himself."""

_TAGS_OF_RESOURCES = ("aws:resourcetag/", "iam:resourcetag/")
_TAGS_OF_CALLERS = "aws:principaltag/"


@dataclass(frozen=True, slots=True)
class Step:
    """A call that the caller may make.

    ``statements`` are those that let it through; ``conditions`` the condition keys that it needs beyond what is known.
    ``sides`` are sets of statements: to take all of a set away stops the call. ``unknown`` says why it is not certain.
    """

    action: str
    resource: str
    statements: tuple[Clause, ...] = ()
    conditions: Fixed = ()
    sides: tuple[frozenset[Clause], ...] = ()
    unknown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A call to ask about: on what, under which policies of the resource, with which keys for certain, by whom else."""

    action: str
    resource: str
    context: Fixed = ()
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)
    guards: tuple[Policy, ...] = ()
    principal: Principal | None = None


class Caller:
    """An identity, or several that no policy tells apart, asking for things. Remembers answers."""

    def __init__(self, estate: Estate, identity: Identity) -> None:
        self.identity = identity
        self.principal = identity.principal
        self.account = identity.principal.account
        self._estate = estate
        self._own = replace(
            estate.authorization(identity.principal), identity=identity.policies, boundary=identity.boundary
        )
        # A role has no user name, so that a statement with it means nothing for one.
        self._attributes = {"aws:username": (), **identity.principal.attributes}
        self._allowing: dict[str, tuple[Clause, ...]] = {}
        self._conditional: dict[str, bool] = {}
        self._formulas: dict[str, Formula] = {}
        self._shaped: dict[tuple[str, Shape, Fixed], Step | None] = {}
        self._steps: dict[tuple[str, str, Fixed], Step | None] = {}

    @property
    def authorization(self) -> Authorization:
        """The policies that bind it, without any of a resource."""
        return self._own

    def allowing(self, action: str) -> tuple[Clause, ...]:
        """Its statements that allow the action on something."""
        found = self._allowing.get(action)
        if found is None:
            lower = action.lower()
            found = self._allowing[action] = tuple(
                clause for policy in self.identity.policies for clause in policy.concerning(lower)[1]
            )
        return found

    def could(self, action: str, resource: str) -> bool:
        """Whether a statement of its own allows the action on the resource, whatever else it asks for."""
        allowing = self.allowing(action)
        if not allowing:
            return False
        attributes = {**self._attributes, "resource": (resource,)}
        return any(_names_resource(clause, attributes) for clause in allowing)

    def may(self, asked: Asked) -> Step | None:
        """The call, if there are circumstances in which it goes through; ``None`` is a proof that there are none."""
        if asked.guards:
            return self._answer(asked)
        key = (asked.action, asked.resource, asked.context)
        if key not in self._steps:
            self._steps[key] = self._answer(asked) if self.could(asked.action, asked.resource) else None
        return self._steps[key]

    def may_on_any(self, action: str, shapes: Iterable[Shape], context: Fixed = ()) -> Step | None:
        """The call on some resource of each shape, at the caller's choice."""
        if not self.allowing(action):
            return None
        steps: list[Step] = []
        for shape in shapes:
            key = (action, shape, context)
            if key not in self._shaped:
                self._shaped[key] = self._on_shape(action, shape, context)
            step = self._shaped[key]
            if step is None:
                return None
            steps.append(step)
        return _joined(steps)

    def formula(self, action: str) -> Formula:
        """What the caller may do by an action, with all that is known of the caller put in."""
        found = self._formulas.get(action)
        if found is None:
            whole = permitted(self.principal, self._own, owner=self.account)
            known = {**self._attributes, "action": (action.lower(),), "aws:resourceaccount": (self.account,)}
            found = self._formulas[action] = simplified(whole, known)
        return found

    def _on_shape(self, action: str, shape: Shape, context: Fixed) -> Step | None:
        asked = Asked(action=action, resource=shape.example, context=context)
        request = self._request(asked, {})
        decision = decide(request, self._own)
        grants = frozenset(self.allowing(action))
        if decision.allowed:
            return _step(request, decision, (), grants, frozenset())
        formula = self.formula(action)
        if shape is not ANYTHING:
            formula = both(formula, shape.constraint)
        known = self._known(asked, formula, tags=None)
        del known["resource"]
        try:
            found = solve(formula, known)
        except Undecided as reason:
            return Step(action, shape.patterns[0], sides=(grants,), unknown=str(reason))
        if found is None:
            return None
        return self._confirmed(replace(asked, resource=found.get("resource", (shape.example,))[0]), found, known)

    def _answer(self, asked: Asked) -> Step | None:
        principal = asked.principal or self.principal
        authorization = self._authorization(asked)
        request = self._request(asked, {})
        decision = decide(request, authorization)
        if decision.allowed:
            return self._told(request, decision, authorization, ())
        if not self._depends(asked):
            return None
        owner = account_in(asked.resource) or self.account
        formula = permitted(principal, authorization, owner=owner) if asked.guards else self.formula(asked.action)
        known = self._known(asked, formula, tags=asked.tags)
        try:
            found = solve(formula, known)
        except Undecided as reason:
            return Step(asked.action, asked.resource, unknown=str(reason))
        return None if found is None else self._confirmed(asked, found, known)

    def _confirmed(self, asked: Asked, found: Mapping[str, tuple[str, ...]], known: Mapping[str, object]) -> Step:
        """The step of a request that was found, as the decision on it tells it."""
        more = tuple(
            sorted((key, values) for key, values in found.items() if key not in {*known, "resource"} and values)
        )
        request = self._request(asked, dict(more))
        authorization = self._authorization(asked)
        decision = decide(request, authorization)
        if not decision.allowed:
            return Step(asked.action, asked.resource, unknown="the request that was found is not confirmed")
        return self._told(request, decision, authorization, more)

    def _told(self, request: Request, decision: Decision, authorization: Authorization, more: Fixed) -> Step:
        # Whatever else the circumstances, each of these might let the call through.
        attributes = request.attributes()
        own = frozenset(each for each in self.allowing(request.action) if _names_resource(each, attributes))
        lower = request.action.lower()
        guards = frozenset(
            clause
            for policy in authorization.resource
            for clause in policy.concerning(lower)[1]
            if clause.principal is None or clause.principal.holds(attributes)
        )
        return _step(request, decision, more, own, guards)

    def _authorization(self, asked: Asked) -> Authorization:
        if not asked.guards:
            return self._own
        owner = account_in(asked.resource) or self.account
        rcps = self._estate.organization.rcps.get(owner, ())
        return replace(self._own, resource=asked.guards, rcps=rcps)

    def _request(self, asked: Asked, more: Mapping[str, tuple[str, ...]]) -> Request:
        context = {key: values for key, values in (*_DIRECT, *asked.context) if values}
        request = self._estate.request(
            asked.principal or self.principal, asked.action, asked.resource, {**context, **more}
        )
        if not asked.tags:
            return request
        given = {f"iam:resourcetag/{key.lower()}": (value,) for key, value in asked.tags.items()}
        return replace(request, context={**given, **request.context}, resource_tags=asked.tags)

    def _known(self, asked: Asked, formula: Formula, *, tags: Mapping[str, str] | None) -> dict[str, tuple[str, ...]]:
        """What is certain of the call; ``tags`` are ``None`` for a resource that is only looked for."""
        known = {"aws:username": (), **self._request(asked, {}).attributes(), **dict(_DIRECT), **dict(asked.context)}
        for each in constraints_in(formula):
            for key in (each.key, *each.values.keys):
                told = key.startswith(_TAGS_OF_CALLERS) or (tags is not None and key.startswith(_TAGS_OF_RESOURCES))
                if told and key not in known:
                    known[key] = ()
        return known

    def _depends(self, asked: Asked) -> bool:
        """Whether circumstances can change the answer: whether a statement about the action has a condition."""
        action = asked.action.lower()
        if action not in self._conditional:
            own = self._own
            levels = (*own.scps, *own.rcps)
            policies = (*own.identity, *(own.boundary or ()), *(each for level in levels for each in level))
            self._conditional[action] = _conditional(policies, action)
        rcps = self._estate.organization.rcps.get(account_in(asked.resource), ())
        guards = (*asked.guards, *(each for level in rcps for each in level))
        return self._conditional[action] or _conditional(guards, action)


def _conditional(policies: Iterable[Policy], action: str) -> bool:
    return any(
        constraint.key != "resource" or constraint.values.keys
        for policy in policies
        for side in policy.concerning(action)
        for clause in side
        for constraint in clause.rest
    )


def _names_resource(clause: Clause, attributes: Attributes) -> bool:
    """Whether a statement's resource is, or may be, that of the attributes; variables are filled in where known."""
    return all(
        each.holds(attributes)
        for each in clause.rest
        if each.key == "resource" and all(key in attributes for key in each.values.keys)
    )


def _step(request: Request, decision: Decision, more: Fixed, own: frozenset[Clause], guards: frozenset[Clause]) -> Step:
    layers = {each.layer for each in decision.statements}
    sides = tuple(side for layer, side in ((Layer.IDENTITY, own), (Layer.RESOURCE, guards)) if layer in layers and side)
    return Step(request.action, request.resource, decision.statements, more, sides)


def _joined(steps: list[Step]) -> Step:
    """Several authorizations of one call as one step."""
    first = steps[0]
    if len(steps) == 1:
        return first
    return Step(
        first.action,
        first.resource,
        tuple(dict.fromkeys(clause for each in steps for clause in each.statements)),
        tuple(dict.fromkeys(pair for each in steps for pair in each.conditions)),
        tuple(dict.fromkeys(side for each in steps for side in each.sides)),
        next((each.unknown for each in steps if each.unknown), ""),
    )
