"""Who made a call, as policies name it: a role instead of its session, and services and strangers by their kind.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Kind(StrEnum):
    """What made the call. ``service`` and ``anonymous`` are no principals whose permissions an account can narrow."""

    ROLE = "role"
    USER = "user"
    ROOT = "root"
    FEDERATED_USER = "federated-user"
    WEB_IDENTITY = "web-identity"
    SAML = "saml"
    IDENTITY_CENTER = "identity-center"
    DIRECTORY = "directory"
    ACCOUNT = "account"
    SERVICE = "service"
    ANONYMOUS = "anonymous"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Principal:
    """A principal: its ARN, or the name of a service or provider where it has none, and the account that it is of."""

    kind: Kind
    name: str | None = None
    account: str | None = None


_SESSION = re.compile(r"arn:([^:]+):sts::(\d{12}):assumed-role/([^/]+)/.*", re.DOTALL)
_ACCOUNT = re.compile(r"\d{12}")
_KINDS = {
    "IAMUser": Kind.USER,
    "FederatedUser": Kind.FEDERATED_USER,
    "Directory": Kind.DIRECTORY,
    "IdentityCenterUser": Kind.IDENTITY_CENTER,
    "WebIdentityUser": Kind.WEB_IDENTITY,
    "SAMLUser": Kind.SAML,
}


@lru_cache(maxsize=1 << 16)
def principal(  # noqa: PLR0913, PLR0917 - the fields that AWS tells it by
    kind: str | None,
    arn: str | None,
    issuer: str | None,
    account: str | None,
    invoked_by: str | None,
    provider: str | None,
) -> Principal:
    """The principal of a ``userIdentity``: its type, ARN, session issuer's ARN, account, ``invokedBy`` and provider."""
    owner = account if account and _ACCOUNT.fullmatch(account) else None
    if kind in {"AssumedRole", "Role"}:
        return Principal(Kind.ROLE, issuer or _role(arn), owner)
    if kind == "Root":
        return Principal(Kind.ROOT, arn, owner)
    if kind == "AWSService" or (kind is None and invoked_by):
        return Principal(Kind.SERVICE, invoked_by, owner)
    if kind == "AWSAccount":
        return _other_account(arn, owner)
    known = _KINDS.get(kind or "", Kind.UNKNOWN)
    return Principal(known, arn or provider, owner)


def _role(session: str | None) -> str | None:
    """The role of a session's ARN; its path is not in there."""
    told = _SESSION.fullmatch(session or "")
    return f"arn:{told.group(1)}:iam::{told.group(2)}:role/{told.group(3)}" if told else session


def _other_account(arn: str | None, owner: str | None) -> Principal:
    """A principal of another account, of which this one is told little, or nobody at all."""
    if owner is None:
        return Principal(Kind.ANONYMOUS)
    return Principal(Kind.ACCOUNT, _role(arn), owner)
