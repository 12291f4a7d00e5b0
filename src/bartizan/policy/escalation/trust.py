"""Trust: which services, identities and outsiders may assume each role. Decided on both sides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bartizan.policy.compiled import Clause
from bartizan.policy.decision import decide
from bartizan.policy.escalation.alike import looks_at_the_caller
from bartizan.policy.escalation.caller import Asked, Caller, Step
from bartizan.policy.escalation.graph import ASSUME, Hop
from bartizan.policy.estate import Estate, GuardedResource, Identity
from bartizan.policy.requests import ANYONE, FEDERATED, SERVICE, Principal, PrincipalKind, Request, account_in
from bartizan.policy.symbolic import Reach, Undecided, exposures, permitted, solve

_ACTION = "sts:AssumeRole"
_ACCOUNT = re.compile(r"(?:arn:[^:]+:iam::)?(\d{12})(?::root)?")
_SESSION = re.compile(r"arn:[^:]+:sts::(\d{12}):assumed-role/([^/]+)/.+")
_BY_PROVIDER = ("sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")


@dataclass(frozen=True, slots=True)
class _Named:
    """Whom the trust of a role names; ``anyone`` where it names all, or all but some."""

    accounts: frozenset[str]
    identities: frozenset[str]
    services: frozenset[str]
    providers: frozenset[str]
    anyone: bool


def _named(identity: Identity) -> _Named:
    names: set[str] = set()
    anyone = False
    for clause in identity.trust.clauses if identity.trust else ():
        if clause.allows:
            names |= clause.names
            anyone = anyone or clause.principal is None or clause.principal.negated or ANYONE in clause.names
    accounts = {found[1] for found in map(_ACCOUNT.fullmatch, names) if found}
    return _Named(
        accounts=frozenset(accounts),
        identities=frozenset(each for each in names if each.startswith("arn:") and not _ACCOUNT.fullmatch(each)),
        services=frozenset(each.removeprefix(SERVICE) for each in names if each.startswith(SERVICE)),
        providers=frozenset(each.removeprefix(FEDERATED) for each in names if each.startswith(FEDERATED)),
        anyone=anyone,
    )


class Trusts:
    """The trust policies of an estate's roles."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._known = estate.accounts
        self._roles = {arn: each for arn, each in estate.identities.items() if each.trust is not None}
        self._names = {arn: _named(each) for arn, each in self._roles.items()}
        self._arns = {_sessions_role(arn): arn for arn in self._roles}
        self._served: dict[tuple[str, str], tuple[str, ...]] = {}
        self._letting: dict[str, tuple[str, ...]] = {}
        self._of_account: dict[str, list[str]] = {}
        for arn, role in self._roles.items():
            self._of_account.setdefault(role.principal.account, []).append(arn)
        self._naming: dict[str, list[str]] = {}
        for arn, names in self._names.items():
            for name in names.identities:
                self._naming.setdefault(name, []).append(arn)

    def _letting_in(self, account: str) -> tuple[str, ...]:
        """The roles whose trust names an account as a whole, or anyone."""
        if account not in self._letting:
            self._letting[account] = tuple(
                arn for arn, names in self._names.items() if names.anyone or account in names.accounts
            )
        return self._letting[account]

    def of_service(self, service: str, account: str) -> tuple[str, ...]:
        """The roles of an account that a service may assume, or an identity pool for its members."""
        key = (service, account)
        if key not in self._served:
            self._served[key] = tuple(
                arn
                for arn in self._of_account.get(account, ())
                if not self._roles[arn].principal.service_linked and self._served_by(self._roles[arn], service)
            )
        return self._served[key]

    def providers(self, account: str) -> Iterator[tuple[str, str]]:
        """Each role of an account with each identity provider of that account which it trusts."""
        for arn in self._of_account.get(account, ()):
            for provider in sorted(self._names[arn].providers):
                if account_in(provider) == account:
                    yield arn, provider

    def of_identity(self, caller: Caller, identity: Identity) -> Iterator[Hop]:
        """The roles that an identity may assume."""
        named = self._naming.get(identity.arn, ())
        for arn in dict.fromkeys((*self._letting_in(identity.principal.account), *named)):
            if arn != identity.arn:
                yield from self._hop(arn, caller, identity.principal)

    def of_class(self, caller: Caller, members: Sequence[Identity], *, admin: bool) -> Iterator[tuple[str, Hop]]:
        """The roles that members of a class may assume, each with the member, or with an empty text for all of them.

        Of administrators only what leads to other accounts is told.
        """
        account = caller.account
        for arn in self._letting_in(account):
            role = self._roles[arn]
            if admin and role.principal.account == account:
                continue
            if self._names[arn].anyone or caller.could(_ACTION, arn):
                if role.trust is None or not looks_at_the_caller((role.trust,)):
                    yield from (("", hop) for hop in self._hop(arn, caller, caller.principal))
                else:
                    for member in members:
                        yield from ((member.arn, hop) for hop in self._hop(arn, caller, member.principal))

    def by_name(self) -> Iterator[tuple[str, str, str]]:
        """Each identity of the estate with the name that a trust calls it by, its own or a session's, and the role."""
        for role, names in self._names.items():
            for name in names.identities:
                session = _SESSION.fullmatch(name)
                arn = self._arns.get(f"{session[1]}/{session[2]}", name) if session else name
                if arn in self._estate.identities and arn != role:
                    yield arn, name, role

    def hop_by_name(self, caller: Caller, identity: Identity, role: str, name: str) -> Iterator[Hop]:
        """The hop of an identity that a trust names, or calls by a session."""
        named = identity.principal if name == identity.arn else replace(identity.principal, session=name)
        return self._hop(role, caller, named)

    def outsiders(self) -> Iterator[tuple[str, Hop]]:
        """Who from outside the estate may assume which role: accounts, anyone, and identity providers."""
        for arn, role in self._roles.items():
            names = self._names[arn]
            foreign = {account_in(each) or each for each in names.identities} | names.accounts
            if names.anyone or not foreign <= self._known:
                yield from self._exposed(role)
            for provider in sorted(names.providers):
                step = self._by_provider(role, provider)
                if step is not None:
                    yield provider, Hop(arn, ASSUME, (step,), unknown=step.unknown)

    def _hop(self, arn: str, caller: Caller, principal: Principal) -> Iterator[Hop]:
        role = self._roles[arn]
        if role.trust is None:
            return
        asked = Asked(action=_ACTION, resource=arn, tags=role.principal.tags, guards=(role.trust,), principal=principal)
        step = caller.may(asked)
        if step is not None:
            yield Hop(arn, ASSUME, (step,), unknown=step.unknown)

    def _served_by(self, role: Identity, service: str) -> bool:
        names = self._names[role.arn]
        if service in names.providers:
            return self._by_provider(role, service) is not None
        if service not in names.services and not names.anyone:
            return False
        principal = Principal(kind=PrincipalKind.SERVICE, arn=service)
        return self._without_policies(role, principal, _ACTION) is not None

    def _by_provider(self, role: Identity, provider: str) -> Step | None:
        principal = Principal(kind=PrincipalKind.FEDERATED, arn=provider, account=account_in(provider))
        found = (self._without_policies(role, principal, action) for action in _BY_PROVIDER)
        return next((step for step in found if step is not None), None)

    def _without_policies(self, role: Identity, principal: Principal, action: str) -> Step | None:
        """The call by a principal that has no policies of its own: what the trust says is all."""
        authorization = self._estate.authorization(principal, role.arn)
        request = self._estate.request(principal, action, role.arn)
        decision = decide(request, authorization)
        more: dict[str, tuple[str, ...]] = {}
        if not decision.allowed:
            known = request.attributes()
            formula = permitted(principal, authorization, owner=role.principal.account)
            try:
                found = solve(formula, known)
            except Undecided as reason:
                return Step(action, role.arn, unknown=str(reason))
            if found is None:
                return None
            more = {key: values for key, values in found.items() if key not in known}
            decision = decide(replace(request, context=more), authorization)
        side = frozenset(decision.statements)
        return Step(action, role.arn, decision.statements, tuple(sorted(more.items())), (side,))

    def _exposed(self, role: Identity) -> Iterator[tuple[str, Hop]]:
        guarded = GuardedResource(
            arn=role.arn, account=role.principal.account, policies=(role.trust,) if role.trust else ()
        )
        found = exposures(guarded, organization=self._estate.organization, actions=(_ACTION,))
        for each in found.found:
            # What an account of the estate may, its identities are asked for themselves.
            if each.reach in {Reach.SERVICE, Reach.FEDERATED} or (account_in(each.who) or each.who) in self._known:
                continue
            needed = _needed(each.witness, each.statements)
            step = Step(_ACTION, role.arn, each.statements, needed, (frozenset(each.statements),))
            yield _called(each.who, each.reach), Hop(role.arn, ASSUME, (step,))


def _needed(witness: Request, statements: Iterable[Clause]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What of a witness the statements ask for."""
    asked = {constraint.key for clause in statements for constraint in clause.rest}
    return tuple(sorted((key, values) for key, values in witness.context.items() if key in asked))


def _called(who: str, reach: Reach) -> str:
    if re.fullmatch(r"\d{12}", who):
        return f"account {who}"
    return who or str(reach)


def _sessions_role(arn: str) -> str:
    return f"{account_in(arn)}/{arn.rpartition('/')[2]}"
