"""Callers: everybody who might ask for a resource, in as many classes as its policies can tell apart.

Policies can only tell callers apart by what they mention. One class stands for all accounts that nothing mentions, one
for each that something does, and so for organizations, services and identity providers. Together they are everybody, so
that a no for every class is a no for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from bartizan.model import InputError
from bartizan.policy.conditions import Constraint, texts
from bartizan.policy.patterns import Attributes
from bartizan.policy.requests import ANONYMOUS, Principal, PrincipalKind, account_in
from bartizan.policy.symbolic.formula import one_of
from bartizan.policy.symbolic.issuers import foreign_subjects, issuer_of, issuers_named
from bartizan.policy.symbolic.mentions import ACCOUNT, Mentions
from bartizan.policy.symbolic.unsigned import UNSIGNED

_FRESH_ACCOUNTS = tuple(str(999_988_887_777 - number) for number in range(1000))
_FRESH_NAME = "some-outsider"
_SOURCES = ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner")
_IDENTITY_KEYS = (
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalisawsservice",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalservicename",
    "aws:principalservicenameslist",
    "aws:principaltype",
    "aws:userid",
    "aws:username",
    "aws:federatedprovider",
    "aws:sourceidentity",
    "kms:calleraccount",
    *_SOURCES,
)


_SESSION_KEYS = ("aws:multifactorauthage", "aws:multifactorauthpresent", "aws:tokenissuetime")
_BY_TOKEN = Constraint("action", texts(("sts:AssumeRoleWithWebIdentity",), variables=False, nocase=True))


class Reach(StrEnum):
    """Who a class of callers is to the owner of the resource, from the widest on."""

    ANYONE = "anyone, without signing in to AWS"
    ANY_ACCOUNT = "anyone with an AWS account"
    SERVICE = "an AWS service on behalf of any account"
    FEDERATED = "anyone's identity at a shared identity provider"
    ORGANIZATION = "an organization"
    ACCOUNT = "another account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A class of callers: ``who`` names it, ``principal`` is one of them.

    ``known`` are the attributes that all of them share, ``free`` the constraints on those that differ. ``within`` is
    the organization that their account would have to be in, where nobody knows whether it is.
    """

    reach: Reach
    principal: Principal
    who: str = ""
    known: Attributes = field(default_factory=dict, hash=False)
    free: tuple[Constraint, ...] = ()
    within: str = ""


def callers(mentions: Mentions, *, owner: str, organization: str = "", members: Iterable[str] = ()) -> Iterator[Caller]:
    """All classes of callers outside the account ``owner``, the widest first.

    ``organization`` is the owner's, ``members`` the accounts known to be in it. Those of them that nothing tells apart
    are in the class of the organization.
    """
    inside = frozenset(members) - {owner}
    fresh = next(each for each in _FRESH_ACCOUNTS if each not in mentions.accounts and each not in {owner, *inside})
    yield _anonymous(mentions)
    yield from _unnamed(_Account(reach=Reach.ANY_ACCOUNT, number=fresh), mentions)
    for service in sorted(mentions.services):
        yield _service(service, fresh, mentions)
    for provider in _providers(mentions):
        yield from _federated(provider, mentions)
    for each in sorted({organization, *mentions.organizations} - {""}):
        yield from _unnamed(_Account(reach=Reach.ORGANIZATION, who=each, number=fresh, organization=each), mentions)
    alone = inside if mentions.told_apart is None else inside & mentions.told_apart
    for number in sorted((mentions.accounts | alone) - {owner}):
        if number in inside:
            homes = [_Account(reach=Reach.ORGANIZATION, who=number, number=number, organization=organization)]
        else:
            known_others = mentions.organizations - ({organization} if inside else set())
            homes = [
                _Account(reach=Reach.ACCOUNT, who=number, number=number, organization=each, within=each)
                for each in ("", *sorted(known_others))
            ]
        for home in homes:
            yield from _unnamed(home, mentions)
            yield from _named(home, mentions)
    for each in sorted(mentions.canonical_ids):
        who = f"canonical user {each}"
        yield from _unnamed(_Account(reach=Reach.ACCOUNT, who=who, number=fresh, canonical_id=each), mentions)
    for each in sorted(mentions.unique_ids):
        yield _by_id(each, fresh)


def _anonymous(mentions: Mentions) -> Caller:
    """Who signs nothing: in a few services only, and with no session that could say more of it."""
    tags = {key for key, _ in mentions.values if key.startswith("aws:principaltag/")}
    known = {**_sessionless(ANONYMOUS), **dict.fromkeys((*mentions.claims, *tags), ())}
    known["aws:viaawsservice"] = ("false",)
    return Caller(reach=Reach.ANYONE, principal=ANONYMOUS, known=known, free=(UNSIGNED,))


def _providers(mentions: Mentions) -> list[str]:
    """The identity providers that are named, and the shared ones whose tokens conditions speak of all the same."""
    issuers = {issuer.host for each in mentions.providers if (issuer := issuer_of(each))}
    spoken_of = {each.host for each in issuers_named(mentions.claims)} - issuers
    return sorted(mentions.providers | spoken_of)


def _federated(provider: str, mentions: Mentions) -> Iterator[Caller]:
    """Strangers' identities at a provider, where it has strangers; all that they can do is to assume a role."""
    subjects = foreign_subjects(provider, mentions.values)
    if subjects is not None:
        principal = Principal(kind=PrincipalKind.FEDERATED, arn=provider, account=account_in(provider))
        known = _sessionless(principal)
        free = (*subjects, _BY_TOKEN)
        yield Caller(reach=Reach.FEDERATED, principal=principal, who=provider, known=known, free=free)


def _claims(kind: PrincipalKind, mentions: Mentions) -> tuple[dict[str, tuple[str, ...]], tuple[Constraint, ...]]:
    """What a stranger's session has of a token: a role's may stem from one, but not from one of the own subjects."""
    if kind is not PrincipalKind.ROLE:
        return dict.fromkeys(mentions.claims, ()), ()
    named = (foreign_subjects(each.host, mentions.values) for each in issuers_named(mentions.claims))
    return {}, tuple(each[1] for each in named if each)


def _completed(attributes: Attributes) -> dict[str, tuple[str, ...]]:
    """The attributes with those of an identity that are not there known to be missing."""
    return {**dict.fromkeys(_IDENTITY_KEYS, ()), **attributes}


def _sessionless(principal: Principal) -> dict[str, tuple[str, ...]]:
    """The same for a caller without a session of its own in AWS."""
    return {**dict.fromkeys(_SESSION_KEYS, ()), **_completed(principal.attributes)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Account:
    """An account as callers come from it."""

    reach: Reach
    who: str = ""
    number: str
    organization: str = ""
    canonical_id: str = ""
    within: str = ""


def _unnamed(home: _Account, mentions: Mentions) -> Iterator[Caller]:
    """Roles, users and the root of an account, none of which a policy names."""
    account, organization = home.number, home.organization
    for kind in (PrincipalKind.ROLE, PrincipalKind.USER, PrincipalKind.ROOT):
        name = "root" if kind is PrincipalKind.ROOT else f"{kind}/{_FRESH_NAME}"
        principal = Principal(
            kind=kind,
            arn=f"arn:aws:iam::{account}:{name}",
            account=account,
            canonical_id=home.canonical_id,
            organization=organization,
        )
        claims, own_subjects = _claims(kind, mentions)
        known = {**_completed(principal.attributes), **claims}
        # Services alone speak for a source; SNS alone calls the caller's own account the source's owner.
        known["aws:sourceowner"] = (account,)
        free = [*own_subjects, *_in_organization(organization, known, mentions)]
        if kind is not PrincipalKind.ROOT:
            del known["aws:principalarn"], known["aws:userid"]
            free += [
                one_of("aws:principalarn", f"arn:aws:iam::{account}:{kind}/*"),
                _none_of("aws:principalarn", mentions.arns),
                one_of("aws:userid", "A*A*:*" if kind is PrincipalKind.ROLE else "AIDA*"),
                _none_of("aws:userid", (f"{each}*" for each in mentions.unique_ids)),
            ]
        if kind is PrincipalKind.USER:
            del known["aws:username"]
        yield Caller(
            reach=home.reach, principal=principal, who=home.who, known=known, free=tuple(free), within=home.within
        )


def _in_organization(organization: str, known: dict[str, tuple[str, ...]], mentions: Mentions) -> Iterator[Constraint]:
    """What is open of the organization of a caller's account: the path in it, or which it is of those not mentioned."""
    del known["aws:principalorgpaths"]
    if organization:
        yield one_of("aws:principalorgpaths", f"{organization}/*")
        return
    del known["aws:principalorgid"]
    yield _none_of("aws:principalorgid", mentions.organizations)
    yield _none_of("aws:principalorgpaths", (f"{each}/*" for each in mentions.organizations))


def _named(home: _Account, mentions: Mentions) -> Iterator[Caller]:
    """The users, roles and sessions of an account that a policy names."""
    for arn in sorted(each for each in mentions.arns if account_in(each) == home.number):
        try:
            named = Principal.parse(arn)
        except InputError:
            continue  # names nobody, so that nobody has it
        principal = Principal(
            kind=named.kind,
            arn=named.arn,
            account=home.number,
            session=named.session,
            organization=home.organization,
        )
        claims, own_subjects = _claims(named.kind, mentions)
        known = {**_completed(principal.attributes), **claims}
        del known["aws:userid"]
        free = (*own_subjects, *_in_organization(home.organization, known, mentions))
        yield Caller(reach=home.reach, principal=principal, who=arn, known=known, free=free, within=home.within)


def _by_id(unique_id: str, account: str) -> Caller:
    """Whoever has an id that a condition names; which account it belongs to, the id does not tell."""
    kind = PrincipalKind.USER if unique_id.startswith("AIDA") else PrincipalKind.ROLE
    principal = Principal(kind=kind, arn=f"arn:aws:iam::{account}:{kind}/{_FRESH_NAME}", account=account)
    known = _completed(principal.attributes)
    del known["aws:userid"]
    free = (one_of("aws:userid", f"{unique_id}:*", unique_id),)
    return Caller(reach=Reach.ACCOUNT, principal=principal, who=unique_id, known=known, free=free)


def _service(service: str, fresh: str, mentions: Mentions) -> Caller:
    """A service that acts for an account which nothing mentions."""
    principal = Principal(kind=PrincipalKind.SERVICE, arn=service)
    known = {**_sessionless(principal), **dict.fromkeys(mentions.claims, ())}
    # The last two only the owner has told to the service: the id of a skill, of a customer.
    known |= {"kms:calleraccount": (fresh,), "lambda:eventsourcetoken": (), "sts:externalid": ()}
    for each in (*_SOURCES, "aws:principalservicenameslist"):
        del known[each]
    # A bucket that is named exists already, so that nobody else can have it.
    buckets = (each for each in mentions.of_key("aws:sourcearn") if _names_bucket(each))
    contexts = sorted({key for key, _ in mentions.values if key.startswith("kms:encryptioncontext:aws:")})
    free = (
        *(_one_of_if_any(key, f"arn:*:*:*:{fresh}:*", "arn:*:s3:::*") for key in contexts),
        *(_none_of(key, _misread(key, fresh, mentions)) for key in (*contexts, "aws:sourcearn")),
        # Not every service sends a source at every call.
        _one_of_if_any("aws:sourceaccount", fresh),
        _one_of_if_any("aws:sourceowner", fresh),
        _one_of_if_any("aws:sourcearn", f"arn:*:*:*:{fresh}:*", "arn:*:s3:::*"),
        _none_of("aws:sourcearn", buckets),
        _none_of("aws:sourceorgid", mentions.of_key("aws:sourceorgid")),
        _none_of("aws:sourceorgpaths", mentions.of_key("aws:sourceorgpaths")),
    )
    return Caller(reach=Reach.SERVICE, principal=principal, who=service, known=known, free=free)


def _misread(key: str, fresh: str, mentions: Mentions) -> Iterator[str]:
    """ARNs that a text with wildcards takes for those of an account that it names, but that no resource has.

    A star may stand for colons, so that ``arn:aws:logs:*:111122223333:*`` takes a stranger's log group of that name.
    What follows such a name is one word: no resource has a whole ARN's end there.
    """
    for account in sorted({found for value in mentions.of_key(key) for found in ACCOUNT.findall(value)}):
        yield f"arn:*:*:*:{fresh}:{account}:*"
        yield f"arn:*:*:*:{fresh}:*:{account}:*/*"
        yield f"arn:*:*:*:{fresh}:*:{account}:*:*"


def _names_bucket(arn: str) -> bool:
    parts = arn.split(":", 5)
    return len(parts) == 6 and parts[2] == "s3" and not {"*", "?"} & set(parts[5])


def _one_of_if_any(key: str, *patterns: str) -> Constraint:
    return Constraint(key, texts(patterns, variables=False, arn=True), absent=True)


def _none_of(key: str, patterns: Iterable[str]) -> Constraint:
    return Constraint(key, texts(sorted(patterns), variables=False), negated=True, some=False, absent=True)
