"""What questions of access have in common: who asks, in which circumstances, and whether the question makes sense."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bartizan.app.estate import FoundEstate, identity_named
from bartizan.model import CoverageGap, InputError, Resource
from bartizan.policy import Clause, GuardedResource, Identity, Layer, Principal, PrincipalKind
from bartizan.policy.reference import Action, Reference
from bartizan.policy.requests import account_in
from bartizan.resources.kms import Key
from bartizan.resources.lambda_ import Function
from bartizan.resources.s3 import Bucket
from bartizan.resources.sns import Topic
from bartizan.resources.sqs import Queue

_NAMED = 5
_KINDS: Mapping[str, type[Resource]] = {"s3": Bucket, "kms": Key, "sqs": Queue, "sns": Topic, "lambda": Function}


def kinds_for(resource: str) -> tuple[type[Resource], ...]:
    """The types that must be read of an account to know what guards the resource; all, where it may be of any."""
    parts = resource.split(":", 5)
    if len(parts) < 6 or "*" in parts[2]:
        return tuple(_KINDS.values())
    kind = _KINDS.get(parts[2])
    return (kind,) if kind else ()


def caller_named(found: FoundEstate, text: str) -> Principal:
    """Who is meant: a user or role of the estate by ARN or name, a session, an account's root, a service, or anyone.

    Raises ``InputError``, with the names that are near, where the estate has nobody of that name.
    """
    identity = identity_named(found, text)
    if identity is not None:
        return identity.principal
    try:
        principal = Principal.parse(text)
    except InputError:
        if ":" in text:
            raise
        raise InputError(_nobody(found, text)) from None
    if principal.kind in {PrincipalKind.USER, PrincipalKind.ROLE, PrincipalKind.FEDERATED_USER}:
        if found.estate.identity(principal) is None:
            raise InputError(_nobody(found, text))
        return found.estate.known(principal)
    return principal


def _nobody(found: FoundEstate, text: str) -> str:
    names = {each.rpartition("/")[2].lower(): each for each in found.estate.identities}
    near = difflib.get_close_matches(text.rpartition("/")[2].lower(), names, n=3, cutoff=0.6)
    hint = f"; did you mean {' or '.join(names[each] for each in near)}?" if near else ""
    account = account_in(text)
    gaps = [
        each for each in found.unseen if "AWS::IAM::User" in each.types and (not account or each.account == account)
    ]
    if gaps:
        whose = "" if found.account else f" of account {gaps[0].account}"
        hint += f": the identities{whose} could not be read: {gaps[0].gap}"
    elif not near and account_in(text) not in {"", *found.estate.accounts}:
        hint = f"; nothing is known of account {account_in(text)}: give its export with --file"
    return f"there is no user or role {text!r} in {_place(found)}{hint}"


def _place(found: FoundEstate) -> str:
    if found.account:
        return f"account {found.account}"
    accounts = sorted(found.estate.accounts)
    if len(accounts) > _NAMED:
        return f"the {len(accounts)} accounts that were read"
    return f"the accounts {', '.join(accounts)}" if accounts else "what was read"


def default_context(now: dt.datetime) -> dict[str, tuple[str, ...]]:
    """The circumstances of an ordinary call: over HTTPS, now, and not by a service on the caller's behalf."""
    return {
        "aws:SecureTransport": ("true",),
        "aws:CurrentTime": (now.strftime("%Y-%m-%dT%H:%M:%SZ"),),
        "aws:EpochTime": (str(int(now.timestamp())),),
        "aws:ViaAWSService": ("false",),
    }


def parse_context(pairs: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Condition keys with their values from ``key=value``; a key that comes again has several values."""
    made: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise InputError(f"{pair!r} is no context; write KEY=VALUE, as in aws:SourceIp=203.0.113.5")
        name = names.setdefault(key.strip().lower(), key.strip())
        made.setdefault(name, []).append(value)
    return {name: tuple(values) for name, values in made.items()}


def merged(defaults: Mapping[str, tuple[str, ...]], given: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The defaults with what was given in their place; time is one thing under two keys."""
    said = {key.lower() for key in given}
    if said & {"aws:currenttime", "aws:epochtime"}:
        said |= {"aws:currenttime", "aws:epochtime"}
    return {**{key: values for key, values in defaults.items() if key.lower() not in said}, **given}


def check_action(action: str, *, several: bool = False) -> None:
    """Raise ``InputError`` where the text cannot be an action."""
    if ":" not in action.strip(":"):
        raise InputError(f"{action!r} is no action: write the service and the action, as in s3:GetObject")
    if not several and ("*" in action or "?" in action):
        raise InputError(
            f"{action!r} stands for many actions; ask for one, or list them with `bartizan action '{action}'`"
        )


def check_resource(resource: str, *, patterns: bool = False) -> None:
    """Raise ``InputError`` where the text is neither an ARN nor the star."""
    if resource != "*" and (not resource.startswith("arn:") or resource.count(":") < 5):
        raise InputError(f"{resource!r} is no resource: give its ARN, or * for an action that has none")
    if resource != "*" and not patterns and ("*" in resource or "?" in resource):
        raise InputError(f"{resource!r} stands for many resources; give the ARN of one")


def warnings_for(action: str, resource: str, context: Iterable[str], reference: Reference) -> Iterator[str]:
    """What may be a mistake in the question: an action, a resource or a key that AWS does not know."""
    known = reference.find(action)
    if known is None:
        near = " or ".join(reference.suggest(action))
        yield f"AWS has no action {action!r}" + (f"; did you mean {near}?" if near else "")
    else:
        yield from _mismatch(known, resource, reference)
    for key in context:
        if reference.condition_key(key) is None:
            yield f"AWS has no condition key {key!r}"


def _mismatch(action: Action, resource: str, reference: Reference) -> Iterator[str]:
    service = reference.service(action.prefix)
    kinds = [service.resource_types[use.type.lower()] for use in action.resources] if service else []
    if not kinds:
        if resource != "*":
            yield f"{action} works on no resource: AWS asks for it on *"
    elif resource == "*":
        yield f"{action} works on {_listed(kinds)}: only statements on * cover *"
    elif not any(kind.matches(resource) for kind in kinds):
        yield f"{action} works on {_listed(kinds)}, not on {resource}"


def _listed(kinds: Iterable[Any]) -> str:
    return " or ".join(f"{kind.name} ({kind.arn})" for kind in kinds)


def doubts(found: FoundEstate, identity: Identity | None, guarded: GuardedResource | None, resource: str) -> list[str]:
    """What was not read and has, or may have, a say in the request."""
    unread = [f"{identity.arn}: {each}" for each in identity.unread] if identity else []
    unread += [f"{guarded.arn}: {each}" for each in guarded.unread] if guarded else []
    if guarded is None:
        unread += [f"the policy of {resource}: {each.gap}" for each in found.unseen if _hides(each, resource)]
    ruled = {identity.principal.account if identity else "", guarded.account if guarded else account_in(resource)}
    hidden = found.estate.organization.unread.items()
    unread += [f"the SCPs and RCPs that reach account {each}: {why}" for each, why in hidden if each in ruled]
    return list(dict.fromkeys(unread))


def unknown_resource(found: FoundEstate, resource: str) -> Iterator[str]:
    """A word about a resource that the account was read for and does not have, or does not show."""
    kinds = kinds_for(resource)
    if resource == "*" or {"*", "?"} & set(resource) or found.estate.resource(resource) is not None:
        return
    owner = account_in(resource)
    read = {found.account} if found.account else found.estate.organization.accounts
    if len(kinds) == 1 and kinds[0] in found.read and (not owner or owner in read):
        shown = f"account {found.account or owner} shows no" if found.account or owner else "no account shows a"
        yield f"{shown} {kinds[0].__name__.lower()} of {resource}: its policy is not known"


def _hides(gap: CoverageGap, resource: str) -> bool:
    elsewhere = gap.account and account_in(resource) not in {"", gap.account}
    return resource != "*" and not elsewhere and any(kind.cfn_type in gap.types for kind in kinds_for(resource))


def spelled(action: str) -> str:
    """The action as AWS writes it, where AWS has it; policies and solutions ignore case."""
    known = Reference.load().find(action)
    return str(known) if known else action


def deciding(statements: Iterable[Clause]) -> Clause | None:
    """Of the statements that let a request through, the one that gives it; the others only do not stand in its way."""
    giving = (each for each in statements if each.layer in {Layer.IDENTITY, Layer.RESOURCE})
    return next(giving, None)


def clause_facts(clause: Clause) -> dict[str, Any]:
    """A statement that had a say, as plain JSON values."""
    statement = clause.statement
    return {
        "policy": clause.policy,
        "layer": str(clause.layer),
        "statement": clause.index + 1,
        "sid": statement.sid,
        "effect": statement.effect,
        "text": str(clause),
    }


def context_facts(context: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """Condition keys and their values as plain JSON values."""
    return {key: list(values) for key, values in context.items()}
