"""What a resource's policy gives to others, in words for findings; decided by the reasoner, each claim with a request.

Where the resource's ARN is not known, as in code, the one that the policy names stands for it. Where its account is not
known, no account can be told from its own, and a question that turns on that is ``Unknown``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bartizan.model import Gap, Reason, Unknown
from bartizan.policy.compiled import Layer, Policy
from bartizan.policy.document import PolicyDocument, Statement
from bartizan.policy.estate import GuardedResource
from bartizan.policy.requests import Request, account_in
from bartizan.policy.symbolic import Exposure, Exposures, Reach, Undecided, exposures, undenied
from bartizan.policy.symbolic.mentions import ORGANIZATION, ORGANIZATION_KEYS

_ALL = ("*",)
_ACCOUNT = re.compile(r"\d{12}")
_SOME_ACCOUNT = "000000000001"
_NO_POLICY = PolicyDocument(())
_REMEMBERED = 16_384
_SOMEWHERE = Gap(Reason.COMPUTED, detail="code does not tell in which account it will be")

Known = tuple[tuple[str, tuple[str, ...]], ...]
"""Attributes of the requests in question, as something that can be remembered."""


def public(
    document: PolicyDocument | None, arn: str, account: str, actions: Sequence[str] = _ALL, known: Known = ()
) -> Iterator[str]:
    """What anyone can do from anywhere, a sentence for each way in. Raises ``Unknown`` where it cannot be decided."""
    for each in _outside(document, arn, account, tuple(actions), known):
        if each.public:
            yield f"{_allows(each)} to {each.reach}{_shown(each, arn)}"


def confined(document: PolicyDocument | None, arn: str, account: str) -> Iterator[str]:
    """What anyone can do from a network, endpoint or access point that a condition names. Raises ``Unknown``."""
    for each in _outside(document, arn, account, _ALL, ()):
        if each.limits and each.reach is Reach.ANYONE:
            yield f"{_allows(each)} to anyone who comes by {' and '.join(each.limits)}{_shown(each, arn)}"


def other_accounts(  # noqa: PLR0913 - all but three can be left out
    document: PolicyDocument | None,
    arn: str,
    account: str,
    actions: Sequence[str] = _ALL,
    known: Known = (),
    *,
    trusted: Collection[str] = (),
) -> tuple[str, ...]:
    """The other accounts and their principals that are let in by name, in words. Raises ``Unknown``.

    Those of ``trusted`` accounts are left out.
    """
    found = _accounts(document, arn, account, tuple(actions), known, trusted)
    # Nor does code tell in which account a principal will be that it only refers to.
    if not account and (found or _accounts(_as_strangers(document), arn, account, tuple(actions), known)):
        raise Unknown("whose account it shares with", _SOMEWHERE)
    return found


def _accounts(  # noqa: PLR0913, PLR0917 - as other_accounts
    document: PolicyDocument | None,
    arn: str,
    account: str,
    actions: tuple[str, ...],
    known: Known,
    trusted: Collection[str] = (),
) -> tuple[str, ...]:
    return tuple(
        f"account {each.who}" if each.who.isdigit() else each.who
        for each in _outside(document, arn, account, actions, known)
        if each.reach is Reach.ACCOUNT and (account_in(each.who) or each.who) not in trusted
    )


def _as_strangers(document: PolicyDocument | None) -> PolicyDocument | None:
    """The document with another account in the place of each principal for which code has but a stand-in."""
    if document is None or not any(map(_refers, document.statements)):
        return None
    made = (
        replace(each, principals=replace(each.principals, aws=(*each.principals.aws, _SOME_ACCOUNT)))
        if each.principals is not None and each.allows and _refers(each)
        else each
        for each in document.statements
    )
    return replace(document, statements=tuple(made))


def _refers(statement: Statement) -> bool:
    aws = statement.principals.aws if statement.principals and not statement.not_principals else ()
    return any(each.startswith("<") and each != "<AWS::AccountId>" for each in aws)


def organizations_named(document: PolicyDocument | None) -> frozenset[str]:
    """The ids of the organizations that conditions on callers name; nobody is let in as a member of any other."""
    return frozenset(
        found
        for statement in (document.statements if document else ())
        for _, key, values in statement.conditions
        if key.lower() in ORGANIZATION_KEYS
        for value in values
        for found in ORGANIZATION.findall(value)
    )


def other_organizations(
    document: PolicyDocument | None, arn: str, account: str, own: Collection[str | None]
) -> Iterator[str]:
    """The organizations whose accounts get in, a sentence for each. Raises ``Unknown``.

    Those of ``own`` (ids, or ``None`` for an account in no organization) are left out.
    """
    if organizations_named(document) <= set(own):
        return
    for each in _outside(document, arn, account, _ALL, ()):
        if each.reach is Reach.ORGANIZATION and each.who not in own:
            place = f" that come by {' and '.join(each.limits)}" if each.limits else ""
            yield f"{_allows(each)} to accounts of organization {each.who}{place}{_shown(each, arn)}"


def deputies(document: PolicyDocument | None, arn: str, account: str, services: Collection[str]) -> Iterator[str]:
    """The services of a list (``sns``) that get in on behalf of strangers, a sentence for each. Raises ``Unknown``."""
    for each in _outside(document, arn, account, _ALL, ()):
        if each.reach is Reach.SERVICE and service_of(each.who) in services:
            yield f"{_allows(each)} to {each.who}, whoever asks the service to"


def lets_in_for_anyone(document: PolicyDocument, service: str) -> bool:
    """Whether a service, named as policies name it, gets in on behalf of strangers. Raises ``Unknown``."""
    return any(each.reach is Reach.SERVICE and each.who == service for each in _outside(document, "", "", _ALL, ()))


def strangers_identities(document: PolicyDocument | None, arn: str, account: str) -> Iterator[str]:
    """The shared identity providers whose other customers get in, a sentence for each. Raises ``Unknown``."""
    for each in _outside(document, arn, account, _ALL, ()):
        if each.reach is Reach.FEDERATED:
            provider = each.who.rpartition("/")[2]
            yield f"{_allows(each)} to identities of {provider} that are not yours{_shown(each, arn)}"


def over_plain_http(document: PolicyDocument | None, arn: str, account: str, actions: Sequence[str]) -> Request | None:
    """A request over plain HTTP that the policy does not deny; ``None`` is the proof that it denies all.

    Raises ``Unknown`` where neither can be told.
    """
    return not_denied(document, arn, account, actions, (("aws:securetransport", ("false",)),))


def not_denied(
    document: PolicyDocument | None, arn: str, account: str, actions: Sequence[str], known: Known = ()
) -> Request | None:
    """A request for one of the actions that the policy does not deny; ``None`` is the proof that it denies them all.

    Raises ``Unknown`` where neither can be told.
    """
    policy = document or _NO_POLICY
    try:
        return _not_denied(policy, *_stand_ins(policy, arn, account), tuple(actions), known)
    except Undecided as undecided:
        raise Unknown("what its policy denies", Gap(Reason.FAILED, detail=str(undecided))) from None


def caller(request: Request) -> str:
    """Who makes a request, in words."""
    return request.principal.arn or "anonymous callers"


def opening(
    document: PolicyDocument | None, arn: str, account: str, actions: Sequence[str] = _ALL, known: Known = ()
) -> list[Statement]:
    """The statements without which nothing of it would be public. Raises ``Unknown``."""
    found: list[Statement] = []
    rest = document
    while rest is not None and rest.statements:
        open_now = [each for each in _outside(rest, arn, account, tuple(actions), known) if each.public]
        # By value: what is remembered may stem from an equal policy with statements of its own.
        now = {clause.statement for each in open_now for clause in each.statements if clause.layer is Layer.RESOURCE}
        if not now:
            break
        found += [each for each in rest.statements if each in now]
        rest = PolicyDocument(tuple(each for each in rest.statements if each not in now), version=rest.version)
    return found


def described(statement: Statement) -> str:
    """A statement in a few words, for messages."""
    name = f"statement {statement.sid}" if statement.sid else "a statement"
    actions = ", ".join(statement.actions[:3]) + (", ..." if len(statement.actions) > 3 else "")
    return f"{name} allows {'all but ' if statement.not_actions else ''}{actions}"


def service_of(principal: str) -> str:
    """A service principal without region and domain: ``logs`` of ``logs.eu-west-1.amazonaws.com``."""
    name = principal.lower().removesuffix(".cn").removesuffix(".amazonaws.com")
    head, _, tail = name.rpartition(".")
    return head if head and tail.count("-") >= 2 and tail[-1:].isdigit() else name


def _outside(
    document: PolicyDocument | None, arn: str, account: str, actions: tuple[str, ...], known: Known
) -> tuple[Exposure, ...]:
    if document is None or not document.statements:
        return ()
    answer = _exposures(document, arn, account, actions, known)
    if answer.undecided and not answer.found:
        raise Unknown("who reaches it", Gap(Reason.FAILED, detail="; ".join(answer.undecided)))
    return answer.found


def _exposures(document: PolicyDocument, arn: str, account: str, actions: tuple[str, ...], known: Known) -> Exposures:
    return _remembered_exposures(document, *_stand_ins(document, arn, account), actions, known)


@lru_cache(maxsize=_REMEMBERED)
def _remembered_exposures(
    document: PolicyDocument, arn: str, account: str, actions: tuple[str, ...], known: Known
) -> Exposures:
    return exposures(_guarded(document, arn, account), actions=actions, known=dict(known))


@lru_cache(maxsize=_REMEMBERED)
def _not_denied(
    document: PolicyDocument, arn: str, account: str, actions: tuple[str, ...], known: Known
) -> Request | None:
    return next(undenied(_guarded(document, arn, account), actions=actions, known=dict(known)), None)


@dataclass(frozen=True, slots=True)
class _Named:
    """What a policy names: accounts, and resources other than the star; ``variables`` where it has any."""

    accounts: frozenset[str]
    resources: tuple[str, ...]
    variables: bool


@lru_cache(maxsize=_REMEMBERED)
def _named(document: PolicyDocument) -> _Named:
    resources = {resource for statement in document.statements for resource in statement.resources} - {"*"}
    text = repr(document.statements)
    return _Named(frozenset(_ACCOUNT.findall(text)), tuple(sorted(resources)), "${" in text)


def _stand_ins(document: PolicyDocument, arn: str, account: str) -> tuple[str, str]:
    """The ARN and account, or one stand-in for all that the policy does not tell apart, so that one answer serves."""
    named = _named(document)
    if named.variables:
        return arn, account
    other = f"arn:aws:{arn.split(':', 3)[2]}:::some-resource" if arn.count(":") > 2 else arn
    if arn and not any(_may_concern(resource, each) for resource in named.resources for each in (arn, other)):
        arn = other
    return arn, account if account in named.accounts or not account else _SOME_ACCOUNT


def _may_concern(resource: str, arn: str) -> bool:
    """Whether an element ``Resource`` could match the ARN or what is within it, at a glance."""
    fixed = resource.replace("?", "*").partition("*")[0]
    return arn.startswith(fixed) or fixed.startswith(arn)


def _guarded(document: PolicyDocument, arn: str, account: str) -> GuardedResource:
    policy = Policy(document, Layer.RESOURCE, "its policy")
    return GuardedResource(arn=arn or _named_in(document), account=account, policies=(policy,))


def _named_in(document: PolicyDocument) -> str:
    """The resource that a policy is about, as its statements name it; empty where they leave it open."""
    for statement in document.statements:
        for resource in statement.resources:
            name = resource.partition("/")[0] if resource.startswith(("arn:aws:s3:::", "<")) else resource
            if name.startswith(("arn:", "<")) and not {"*", "?", "$"} & set(name):
                return name
    return ""


def _allows(exposure: Exposure) -> str:
    statement = exposure.statements[0].statement if exposure.statements else None
    return described(statement) if statement else "its policy allows something"


def _shown(exposure: Exposure, arn: str) -> str:
    """The request that proves it, in the policy's own spelling where the policy names the action in full."""
    action, resource = exposure.witness.action, exposure.witness.resource
    names = (name for clause in exposure.statements for name in clause.statement.actions)
    spelled = next((name for name in names if name.lower() == action), action)
    if arn and not resource.startswith(arn):
        resource = arn + resource.partition(":::some-resource")[2]
    return f"; {spelled} on {resource} gets through" if resource != "*" else ""
