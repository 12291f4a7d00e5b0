"""Find everybody for whom some request is allowed: what ``bartizan who-can`` says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bartizan.app.asking import (
    check_action,
    check_resource,
    clause_facts,
    context_facts,
    doubts,
    unknown_resource,
    warnings_for,
)
from bartizan.app.estate import FoundEstate
from bartizan.app.exposed import Outsider, outsiders
from bartizan.app.possible import Possible, possible
from bartizan.model import InputError, counted
from bartizan.policy import Estate, GuardedResource, Identity, Principal, PrincipalKind
from bartizan.policy.conditions import Constraint, texts
from bartizan.policy.reference import Reference
from bartizan.policy.requests import account_in
from bartizan.policy.symbolic import Undecided


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Somebody of the estate; ``how`` is a request that gets through, ``doubts`` what might turn it, or hide one."""

    principal: Principal
    how: Possible | None = None
    doubts: tuple[str, ...] = ()

    def facts(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        made: dict[str, Any] = {
            "principal": self.principal.session or self.principal.arn,
            "kind": "session" if self.principal.session else str(self.principal.kind),
            "unread": list(self.doubts),
        }
        if self.how:
            made["resource"] = self.how.request.resource
            made["context"] = context_facts(self.how.context)
            made["statements"] = [clause_facts(each) for each in self.how.statements]
        return made


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoCan:
    """Who may do it: by an ordinary call (``definite``), in certain circumstances, perhaps, and from outside."""

    action: str
    resource: str
    definite: tuple[Entry, ...] = ()
    conditional: tuple[Entry, ...] = ()
    unknown: tuple[Entry, ...] = ()
    outside: tuple[Outsider, ...] = ()
    undecided: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    partial: bool = False

    def facts(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        return {
            "action": self.action,
            "resource": self.resource,
            "definite": [each.facts() for each in self.definite],
            "conditional": [each.facts() for each in self.conditional],
            "unknown": [each.facts() for each in self.unknown],
            "outside": [each.facts() for each in self.outside],
            "undecided": list(self.undecided),
            "warnings": list(self.warnings),
            "notes": list(self.notes),
        }


def check(action: str, resource: str) -> None:
    """Raise ``InputError`` where the question can have no answer, before anything is read for it."""
    check_action(action)
    check_resource(resource, patterns=True)


def who_can(found: FoundEstate, action: str, resource: str, now: dt.datetime, trusted: Iterable[str] = ()) -> WhoCan:
    """Everybody who may do the action on the resource, or on one that its pattern matches."""
    check(action, resource)
    estate, guarded = found.estate, found.estate.resource(resource)
    groups: dict[str, list[Entry]] = {"definite": [], "conditional": [], "unknown": []}
    for principal, identity in _candidates(estate, guarded, resource):
        entry = _entry(found, principal, identity, action, resource, now)
        if entry is None:
            continue
        kind = "unknown" if entry.how is None else "conditional" if entry.how.conditional else "definite"
        groups[kind].append(entry)
    outside, undecided = _outside(found, guarded, action, resource, trusted)
    return WhoCan(
        action=action,
        resource=resource,
        definite=tuple(groups["definite"]),
        conditional=tuple(groups["conditional"]),
        unknown=tuple(groups["unknown"]),
        outside=outside,
        undecided=undecided,
        warnings=tuple(warnings_for(action, resource, (), Reference.load())) if _one(resource) else (),
        notes=(*found.notes, *unknown_resource(found, resource), *_not_weighed(estate, resource)),
        partial=found.partial,
    )


def _one(resource: str) -> bool:
    return resource == "*" or not {"*", "?"} & set(resource)


def _candidates(
    estate: Estate, guarded: GuardedResource | None, resource: str
) -> Iterator[tuple[Principal, Identity | None]]:
    """The identities, the sessions that the resource's policies name, and the root user of the owner."""
    owner = guarded.account if guarded else account_in(resource)
    accounts = {owner} if owner else estate.accounts
    for account in sorted(accounts):
        yield Principal(kind=PrincipalKind.ROOT, arn=f"arn:aws:iam::{account}:root", account=account), None
    named = {
        name
        for policy in (guarded.policies if guarded else ())
        for clause in policy.clauses
        for name in clause.names
        if ":assumed-role/" in name and not name.endswith("/*")
    }
    for identity in estate.identities.values():
        yield identity.principal, identity
    for name in sorted(named):
        try:
            session = Principal.parse(name)
        except InputError:
            continue  # names nobody, so that nobody has it
        behind = estate.identity(session)
        if behind is not None:
            yield estate.known(session), behind


def _entry(  # noqa: PLR0913, PLR0917 - who, what, when, and where to look
    found: FoundEstate,
    principal: Principal,
    identity: Identity | None,
    action: str,
    resource: str,
    now: dt.datetime,
) -> Entry | None:
    estate = found.estate
    open_questions = tuple(doubts(found, identity, estate.resource(resource), resource))
    authorization = estate.authorization(principal, resource)
    lower = action.lower()
    silent = not any(each.concerning(lower)[1] for each in (*authorization.identity, *authorization.resource))
    how: Possible | None = None
    if not silent or identity is None:
        within = None if _one(resource) else Constraint("resource", texts((resource,), variables=False))
        try:
            how = possible(estate.request(principal, action, resource), authorization, now, within=within)
        except Undecided as reason:
            return Entry(principal=principal, doubts=(*open_questions, str(reason)))
    if how is None and not open_questions:
        return None
    return Entry(principal=principal, how=how, doubts=open_questions)


def _outside(
    found: FoundEstate, guarded: GuardedResource | None, action: str, resource: str, trusted: Iterable[str]
) -> tuple[tuple[Outsider, ...], tuple[str, ...]]:
    if guarded is None:
        return (), ()
    known = {"resource": (resource,)} if _one(resource) else {}
    found_outside, undecided = outsiders(found, guarded, trusted, actions=(action,), known=known)
    ours = found.estate.accounts
    # Whoever is of the estate has been asked one by one, with its own policies.
    return tuple(each for each in found_outside if each.account not in ours), undecided


def _not_weighed(estate: Estate, resource: str) -> Iterator[str]:
    if _one(resource) or estate.resource(resource) is not None:
        return
    pattern = texts((resource,), variables=False)
    matching = [arn for arn in estate.resources if pattern.has(arn, {})]
    if matching:
        several = counted(len(matching), "resource")
        yield f"the policies of {several} that {resource} matches are not weighed: ask for one of them"
