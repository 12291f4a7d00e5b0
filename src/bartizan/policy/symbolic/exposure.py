"""Exposure: who from outside an account its resources can be reached by, each with a request that gets through.

A class of callers is tried first as it comes from the open internet, then from wherever a condition asks it to come: a
network, a VPC endpoint, an access point. What then remains is named. The caller's own account, being a stranger's, is
taken to allow everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bartizan.policy.compiled import Clause, Layer, Policy
from bartizan.policy.conditions import Constraint
from bartizan.policy.decision import Authorization, decide
from bartizan.policy.document import PolicyDocument, Statement
from bartizan.policy.estate import GuardedResource, Organization
from bartizan.policy.patterns import Attributes
from bartizan.policy.requests import Principal, Request
from bartizan.policy.symbolic.callers import Caller, Reach, callers
from bartizan.policy.symbolic.formula import Formula, both, opposite
from bartizan.policy.symbolic.language import Undecided
from bartizan.policy.symbolic.mentions import Mentions
from bartizan.policy.symbolic.permission import denied_by, permitted
from bartizan.policy.symbolic.scope import scope
from bartizan.policy.symbolic.solver import solve
from bartizan.policy.values import Networks, parse_network

_PLACES = (
    "aws:sourcevpc",
    "aws:sourcevpcarn",
    "aws:sourcevpce",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
    "aws:vpcsourceip",
    "elasticfilesystem:accessedviamounttarget",
    "s3:accesspointnetworkorigin",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "sns:endpoint",
)
_NETWORK = "aws:sourceip"
_WIDE = {4: 8, 6: 16}
"""A network with a shorter prefix than this is no restriction worth its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """A class of callers from outside that gets through, ``witness`` being a request that does.

    ``limits`` are the condition keys by which it is confined to a network, an endpoint or an access point;
    ``statements`` those that let it through.
    """

    reach: Reach
    who: str
    witness: Request
    limits: tuple[str, ...] = ()
    statements: tuple[Clause, ...] = ()

    @property
    def public(self) -> bool:
        """Whether anyone gets through, from anywhere."""
        return self.reach in {Reach.ANYONE, Reach.ANY_ACCOUNT} and not self.limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposures:
    """Everybody from outside who gets through, the widest first.

    ``undecided`` says of whom it could not be told, and why.
    """

    found: tuple[Exposure, ...] = ()
    undecided: tuple[str, ...] = ()

    @property
    def public(self) -> Exposure | None:
        """The proof that anyone gets through, if so."""
        return next((each for each in self.found if each.public), None)


def exposures(
    guarded: GuardedResource,
    *,
    organization: Organization | None = None,
    actions: Sequence[str] = ("*",),
    known: Attributes | None = None,
) -> Exposures:
    """Who from outside its account reaches a resource.

    ``actions`` narrows the question (patterns: ``s3:Put*``), and so does ``known``: attributes of the requests in
    question, an empty tuple for one that is missing. Where anyone gets through from anywhere, accounts and
    organizations are not listed besides. What cannot be decided is said in the answer.
    """
    home = organization or Organization()
    member = guarded.account in home.accounts
    rcps = home.rcps.get(guarded.account, ())
    policies = (*guarded.policies, *(each for level in rcps for each in level))
    question = _Question(
        guarded=guarded,
        authorization=Authorization(
            identity=_ANYTHING, resource=guarded.policies, rcps=rcps, management_account=home.management_account
        ),
        scope=scope(guarded.arn, actions),
        known={**_of_resource(guarded, home.id if member else ""), **(known or {})},
        mentions=Mentions.of(policies),
        keys=_keys(policies),
    )
    return question.answer(
        callers(
            question.mentions,
            owner=guarded.account,
            organization=home.id if member else "",
            members=home.accounts if member else (),
        )
    )


_ALLOW_ALL = PolicyDocument((Statement("Allow", ("*",), ("*",)),), version="2012-10-17")
_ANYTHING = (Policy(_ALLOW_ALL, Layer.IDENTITY, "whatever the caller's account allows"),)


def _of_resource(guarded: GuardedResource, organization: str) -> dict[str, tuple[str, ...]]:
    made: dict[str, tuple[str, ...]] = {
        f"aws:resourcetag/{name.lower()}": (value,) for name, value in guarded.tags.items()
    }
    made["aws:resourceaccount"] = (guarded.account,)
    if organization:
        made["aws:resourceorgid"] = (organization,)
    return made


def _keys(policies: Iterable[Policy]) -> frozenset[str]:
    """The attributes that the policies look at."""
    return frozenset(
        key
        for policy in policies
        for clause in policy.clauses
        for each in clause.constraints
        for key in (each.key, *each.values.keys)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """Who reaches a resource, asked of one class of callers after the other."""

    guarded: GuardedResource
    authorization: Authorization
    scope: Formula
    known: Attributes
    mentions: Mentions
    keys: frozenset[str]

    def answer(self, classes: Iterable[Caller]) -> Exposures:
        """Everybody who gets through."""
        found: dict[tuple[Reach, str], Exposure] = {}
        undecided: list[str] = []
        public = False
        for caller in classes:
            # Anyone includes every account; a service that acts for others, or a token of others, is a way of its own.
            if (public and caller.reach not in _OWN_WAYS) or _told(caller, found, openly=True):
                continue
            try:
                exposure = self._exposure(caller)
            except Undecided as reason:
                undecided.append(f"{caller.who or caller.reach}: {reason}")
                continue
            if exposure is not None and not _told(caller, found, openly=not exposure.limits):
                found[caller.reach, caller.who] = exposure
                public = public or exposure.public
        return Exposures(found=tuple(found.values()), undecided=tuple(dict.fromkeys(undecided)))

    def _exposure(self, caller: Caller) -> Exposure | None:
        owner = self.guarded.account
        formula = both(permitted(caller.principal, self.authorization, owner=owner), self.scope, *caller.free)
        known = {**caller.known, **self.known}
        anywhere = both(formula, _outside(self.mentions))
        model = solve(anywhere, {**known, **dict.fromkeys(_PLACES, ())}, preferred=_PREFERRED)
        limits: tuple[str, ...] = ()
        if model is None:
            model = solve(formula, known, preferred=_PREFERRED)
            if model is None:
                return None
            limits = tuple(key for key in (_NETWORK, *_PLACES) if key in model)
        told = {key: values for key, values in model.items() if key in self.keys or key in _TOLD}
        witness = request_of(told, caller.principal, owner)
        decision = decide(witness, self.authorization)
        if not decision.allowed:
            raise Undecided("a request was found that the evaluation of single requests does not confirm")
        statements = tuple(each for each in decision.statements if each.layer is not Layer.IDENTITY)
        return Exposure(reach=caller.reach, who=caller.who, witness=witness, limits=limits, statements=statements)


def _told(caller: Caller, found: Mapping[tuple[Reach, str], Exposure], *, openly: bool) -> bool:
    """Whether the class, or the organization that it would be in, has been found; ``openly``: without limits."""
    classes = ((caller.reach, caller.who), (Reach.ORGANIZATION, caller.within))
    return any(each in found and not (openly and found[each].limits) for each in classes)


_OWN_WAYS = frozenset({Reach.SERVICE, Reach.FEDERATED})
_TOLD = frozenset({"action", "resource", "aws:principalarn", "aws:sourceaccount", "aws:sourcearn"})
_PREFERRED: Mapping[str, Sequence[str]] = {
    "action": (
        "s3:getobject",
        "s3:putobject",
        "s3:listbucket",
        "sts:assumerole",
        "sts:assumerolewithwebidentity",
        "kms:decrypt",
        "sqs:sendmessage",
    ),
    "aws:sourceip": ("198.51.100.7",),
    "aws:sourcearn": ("arn:aws:s3:::a-strangers-bucket",),
}


def _outside(mentions: Mentions) -> Constraint:
    """From an address in none of the networks that conditions name, but for those that are nearly everywhere."""
    networks = [
        network
        for network in map(parse_network, mentions.of_key(_NETWORK))
        if network is not None and network.prefixlen >= _WIDE[network.version]
    ]
    return Constraint(_NETWORK, Networks(tuple(networks)), negated=True, some=False, absent=True)


def request_of(model: Mapping[str, tuple[str, ...]], principal: Principal, owner: str) -> Request:
    """The request that a solution describes, made by the principal or its like with the solution's ARN."""
    arn = model.get("aws:principalarn", (principal.arn,))[0]
    if principal.has_policies and arn != principal.arn:
        principal = Principal(
            kind=principal.kind,
            arn=arn,
            account=principal.account,
            session=principal.session,
            canonical_id=principal.canonical_id,
            organization=principal.organization,
            tags=principal.tags,
        )
    filled = {**principal.attributes, "aws:resourceaccount": (owner,)}
    context = {
        key: values
        for key, values in model.items()
        if key not in {"action", "resource", "principal"} and filled.get(key) != values
    }
    return Request(
        principal=principal,
        action=model.get("action", ("*",))[0],
        resource=model.get("resource", ("*",))[0],
        context=context,
        resource_account=owner,
    )


def undenied(
    guarded: GuardedResource, *, actions: Sequence[str] = ("*",), known: Attributes | None = None
) -> Iterator[Request]:
    """Requests, one for each class of callers, that no statement of the resource's policies denies.

    None at all is a proof that whoever asks is denied, whatever its own policies say: with ``aws:SecureTransport``
    known to be false, that only HTTPS is let in. Raises ``Undecided``.
    """
    mentions = Mentions.of(guarded.policies)
    formula = opposite(denied_by(guarded.policies))
    facts = {**_of_resource(guarded, ""), **(known or {})}
    keys = _keys(guarded.policies) | _TOLD
    everyone = replace(mentions, accounts=mentions.accounts | ({guarded.account} - {""}))
    for caller in callers(everyone, owner=""):
        model = solve(
            both(formula, scope(guarded.arn, actions), *caller.free), {**caller.known, **facts}, preferred=_PREFERRED
        )
        if model is not None:
            told = {key: values for key, values in model.items() if key in keys}
            yield request_of(told, caller.principal, guarded.account)
