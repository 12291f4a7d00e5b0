"""Say what a user or role may do: what ``bartizan access`` shows.

Actions that the same statements concern are decided as one, so that all of AWS's actions take a handful of proofs.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bartizan.app.asking import caller_named, clause_facts, context_facts
from bartizan.app.estate import FoundEstate
from bartizan.app.possible import Possible, possible
from bartizan.model import InputError
from bartizan.policy import (
    Authorization,
    Clause,
    GuardedResource,
    Layer,
    Policy,
    Principal,
    PrincipalKind,
    parse_policy,
)
from bartizan.policy.conditions import Constraint, texts
from bartizan.policy.decision import Strength, grant_strength, rcps_know, settled
from bartizan.policy.reference import Action, Reference
from bartizan.policy.symbolic import Undecided
from bartizan.resources.iam import Role

_FEW = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Actions that are decided alike: on which resources and under which conditions they are allowed.

    ``resources`` are as the statements write them, a ``!`` before what is excepted; ``denied`` are the statements that
    take some of it away. ``how`` is a request that gets through.
    """

    actions: tuple[Action, ...]
    resources: tuple[str, ...]
    how: Possible
    allowed: tuple[Clause, ...] = ()
    denied: tuple[Clause, ...] = ()

    @property
    def everywhere(self) -> bool:
        """Whether it holds for every resource by an ordinary call."""
        return "*" in self.resources and not self.how.conditional and not self.denied

    def facts(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        return {
            "actions": [str(each) for each in self.actions],
            "resources": list(self.resources),
            "conditional": self.how.conditional,
            "context": context_facts(self.how.context),
            "statements": [clause_facts(each) for each in self.allowed],
            "denied_by": [clause_facts(each) for each in self.denied],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAccess:
    """What is allowed in one service; ``total`` counts all its actions by access level."""

    prefix: str
    name: str
    grants: tuple[Grant, ...]
    total: Mapping[str, int]

    @property
    def allowed(self) -> Mapping[str, int]:
        """The allowed actions by access level."""
        return Counter(str(action.access) for grant in self.grants for action in grant.actions)

    def facts(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        return {
            "service": self.prefix,
            "name": self.name,
            "levels": {level: {"allowed": self.allowed[level], "of": count} for level, count in self.total.items()},
            "grants": [each.facts() for each in self.grants],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """All that somebody may do: by its own policies, and by those of resources that name it.

    What every identity may do without a policy, such as ``sts:GetCallerIdentity``, is not listed. ``missing`` are the
    actions that are not allowed, where these are few; ``undecided`` are those of which it could not be told, with the
    reason; ``unread`` the policies that are not known.
    """

    principal: Principal
    services: tuple[ServiceAccess, ...]
    by_resource: tuple[tuple[GuardedResource, Grant], ...]
    total: int
    missing: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    partial: bool = False

    @property
    def count(self) -> int:
        """How many actions are allowed on something."""
        return sum(sum(each.allowed.values()) for each in self.services)

    @property
    def administrator(self) -> bool:
        """Whether it may do everything, everywhere."""
        return self.count == self.total and all(grant.everywhere for each in self.services for grant in each.grants)

    def facts(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        levels: Counter[str] = Counter()
        for each in self.services:
            levels.update(each.allowed)
        return {
            "principal": self.principal.session or self.principal.arn,
            "administrator": self.administrator,
            "actions": {"allowed": self.count, "of": self.total},
            "missing": list(self.missing),
            "levels": dict(sorted(levels.items())),
            "services": [each.facts() for each in self.services],
            "by_resource": [{"resource": guarded.arn, **grant.facts()} for guarded, grant in self.by_resource],
            "unread": list(self.unread),
            "undecided": list(self.undecided),
            "notes": list(self.notes),
        }


def access(found: FoundEstate, text: str, now: dt.datetime, services: Iterable[str] = ()) -> Access:
    """What the user, role or root user that the text names may do, in all services or in those that are named.

    Raises ``InputError`` for other principals, and for services that AWS does not have.
    """
    principal = caller_named(found, text)
    if principal.kind not in {PrincipalKind.USER, PrincipalKind.ROLE, PrincipalKind.ROOT}:
        raise InputError(f"{text!r} has no policies of its own; `bartizan exposed` says what it can reach")
    reference = Reference.load()
    asking = _Asking(found, principal, reference, now)
    prefixes = list(_prefixes(services, reference))
    identity = found.estate.identity(principal)
    own = tuple(each for each in map(asking.service, prefixes) if each is not None)
    allowed = {action for each in own for grant in each.grants for action in grant.actions}
    known = [action for each in map(reference.service, prefixes) if each for action in each.actions.values()]
    missing = tuple(str(each) for each in known if each not in allowed)
    return Access(
        principal=principal,
        services=own,
        by_resource=tuple(asking.by_resource(frozenset(prefixes))),
        total=len(known),
        missing=missing if len(missing) <= _FEW else (),
        unread=identity.unread if identity else (),
        undecided=tuple(asking.undecided),
        notes=found.notes,
        partial=found.partial,
    )


def _prefixes(services: Iterable[str], reference: Reference) -> Iterator[str]:
    listed = [each.lower() for each in services]
    for each in listed:
        if reference.service(each) is None:
            raise InputError(f"AWS has no service with the prefix {each!r}")
    yield from listed or reference.services()


class _Asking:
    """The question for one caller, service by service; classes that were decided once are remembered."""

    def __init__(self, found: FoundEstate, principal: Principal, reference: Reference, now: dt.datetime) -> None:
        self.found = found
        self.principal = principal
        self.reference = reference
        self.now = now
        self.undecided: list[str] = []
        self._decided: dict[tuple[Any, ...], Possible | None] = {}
        given = found.estate.authorization(principal)
        # Whether keys and roles leave the choice to their account is asked of each of them apart.
        self._authorization = replace(given, resource=(_delegation(principal),))
        levels = (*given.scps, *given.rcps)
        self._policies = (*given.identity, *(given.boundary or ()), *(each for level in levels for each in level))
        self._starts = {policy: _starts(policy) for policy in self._policies}

    def service(self, prefix: str) -> ServiceAccess | None:
        """What the caller's own policies allow in a service; ``None`` where that is nothing."""
        service = self.reference.service(prefix)
        if service is None or not (self._may_concern(prefix) or self.principal.kind is PrincipalKind.ROOT):
            return None
        shapes = {name: kind.wildcard for name, kind in service.resource_types.items()}
        classes: defaultdict[tuple[Any, ...], list[Action]] = defaultdict(list)
        for action in service.actions.values():
            lower = f"{prefix}:{action.name.lower()}"
            clauses = self._concerning(lower, prefix)
            if not self._hopeful(clauses):
                continue
            narrow = any(each.key == "resource" for clause in clauses for each in clause.rest)
            kinds = tuple(sorted(shapes[use.type.lower()] for use in action.resources)) or ("*",)
            # Where AWS itself treats actions differently, they are no class.
            apart = (rcps_know(lower), lower if settled(self.principal, lower) else "")
            classes[clauses, kinds if narrow else (), apart].append(action)
        grants = tuple(filter(None, (self._grant(key, actions) for key, actions in classes.items())))
        if not grants:
            return None
        total = Counter(str(action.access) for action in service.actions.values())
        return ServiceAccess(prefix=prefix, name=service.name, grants=grants, total=dict(sorted(total.items())))

    def _hopeful(self, clauses: Iterable[Clause]) -> bool:
        if self.principal.kind is PrincipalKind.ROOT:
            return True
        return any(each.allows and each.layer is Layer.IDENTITY for each in clauses)

    def _may_concern(self, prefix: str) -> bool:
        identity = self._authorization.identity
        return any(self._starts[policy] is None or prefix in (self._starts[policy] or ()) for policy in identity)

    def _concerning(self, action: str, prefix: str) -> tuple[Clause, ...]:
        found: list[Clause] = []
        for policy in self._policies:
            starts = self._starts[policy]
            if starts is None or prefix in starts:
                denying, allowing = policy.concerning(action)
                found += denying
                found += allowing
        return tuple(found)

    def _grant(self, key: tuple[Any, ...], actions: list[Action]) -> Grant | None:
        clauses, kinds, _ = key
        if key not in self._decided:
            within = Constraint("resource", texts(kinds, variables=False)) if kinds else None
            self._decided[key] = self._possible(actions, self._authorization, within)
        how = self._decided[key]
        if how is None:
            return None
        allowed = tuple(each for each in clauses if each.allows and each.layer is Layer.IDENTITY)
        denied = tuple(each for each in clauses if not each.allows)
        return Grant(actions=tuple(actions), resources=_resources(allowed), how=how, allowed=allowed, denied=denied)

    def _possible(
        self, actions: list[Action], authorization: Authorization, within: Constraint | None, owner: str = ""
    ) -> Possible | None:
        request = self.found.estate.request(self.principal, str(actions[0]))
        if owner:
            request = replace(request, resource_account=owner)
        try:
            return possible(request, authorization, self.now, within=within)
        except Undecided as reason:
            self.undecided.append(f"{', '.join(map(str, actions[:3]))}: {reason}")
            return None

    def by_resource(self, prefixes: frozenset[str]) -> Iterator[tuple[GuardedResource, Grant]]:
        """What policies of resources give to the caller, by name or to whoever asks from its account."""
        for guarded in self.found.estate.resources.values():
            giving = tuple(each for policy in guarded.policies for each in policy.clauses if self._gives(guarded, each))
            classes: defaultdict[tuple[Clause, ...], list[Action]] = defaultdict(list)
            for action in self._actions(guarded, giving, prefixes):
                lower = str(action).lower()
                named = tuple(each for each in giving if each.action.holds({"action": (lower,)}))
                classes[named].append(action)
            for named, actions in classes.items():
                arns = (guarded.arn, f"{guarded.arn}/*", f"{guarded.arn}:*")
                within = Constraint("resource", texts(arns, variables=False))
                authorization = self.found.estate.authorization(self.principal, guarded.arn)
                how = self._possible(actions, authorization, within, guarded.account)
                if how is not None:
                    resources = (how.request.resource,)
                    yield guarded, Grant(actions=tuple(actions), resources=resources, how=how, allowed=named)

    def _gives(self, guarded: GuardedResource, clause: Clause) -> bool:
        if not clause.allows or (
            clause.principal is not None and not clause.principal.holds(self.principal.attributes)
        ):
            return False
        foreign = guarded.account != self.principal.account or guarded.type == Role.cfn_type
        return foreign or grant_strength(clause, self.principal) is not Strength.ACCOUNT

    def _actions(
        self, guarded: GuardedResource, giving: Iterable[Clause], prefixes: frozenset[str]
    ) -> Iterator[Action]:
        """The actions of the resource's own service that the statements allow."""
        prefix = "sts" if guarded.type == Role.cfn_type else guarded.arn.split(":", 3)[2]
        service = self.reference.service(prefix) if prefix in prefixes else None
        clauses = list(giving)
        if service is None or not clauses:
            return
        for action in service.actions.values():
            if any(each.action.holds({"action": (str(action).lower(),)}) for each in clauses):
                yield action


def _delegation(principal: Principal) -> Policy:
    """The policy of a resource that leaves the choice to the caller's account, as the default one of a key does."""
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": {"AWS": principal.root_arn}}
    return Policy(
        parse_policy({"Version": "2012-10-17", "Statement": statement}), Layer.RESOURCE, "the account's choice"
    )


def _starts(policy: Policy) -> frozenset[str] | None:
    """The services that a policy names; ``None`` where it names any."""
    found: set[str] = set()
    for clause in policy.clauses:
        for each in clause.statement.actions:
            prefix = each.partition(":")[0].lower()
            if clause.statement.not_actions or "*" in prefix or "?" in prefix:
                return None
            found.add(prefix)
    return frozenset(found)


def _resources(clauses: Iterable[Clause]) -> tuple[str, ...]:
    listed = [
        f"!{each}" if clause.statement.not_resources else each
        for clause in clauses
        for each in clause.statement.resources
    ]
    return ("*",) if "*" in listed else tuple(dict.fromkeys(listed)) or ("*",)
