"""Requests: who asks for what, on which resource, in which circumstances.

Policies see a request as a flat set of attributes: ``action``, ``resource``, ``principal`` (all names by which a policy
may call the caller) and the context keys. Those that follow from caller and resource are filled in. Source:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bartizan.model import InputError
from bartizan.policy.patterns import Attributes

Context = Mapping[str, tuple[str, ...]]
ANYONE = "*"
"""The name in the element ``Principal`` by which everybody may be called."""

SERVICE, FEDERATED, CANONICAL = "service:", "federated:", "canonical:"
"""What stands before the names of principals that are no AWS identities, in the attribute ``principal``."""


class PrincipalKind(StrEnum):
    """The kinds of callers; the last three have no policies of their own."""

    ROOT = "root"
    USER = "user"
    ROLE = "role"
    FEDERATED_USER = "federated-user"
    FEDERATED = "federated"
    SERVICE = "service"
    ANONYMOUS = "anonymous"


_TYPES = {
    PrincipalKind.ROOT: "Account",
    PrincipalKind.USER: "User",
    PrincipalKind.ROLE: "AssumedRole",
    PrincipalKind.FEDERATED_USER: "FederatedUser",
    PrincipalKind.ANONYMOUS: "Anonymous",
}
_IDENTITIES = frozenset({PrincipalKind.ROOT, PrincipalKind.USER, PrincipalKind.ROLE, PrincipalKind.FEDERATED_USER})
_IDENTITY = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):(?P<service>iam|sts)::(?P<account>\d{12}):"
    r"(?P<kind>root|user|role|assumed-role|federated-user|saml-provider|oidc-provider)(?:/(?P<name>.+))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A caller.

    ``arn`` is that of the root, user, role, federated user or identity provider, the name of a service
    (``s3.amazonaws.com``) or of a web identity provider, and empty for the anonymous caller. ``session`` is the ARN of
    a role's session. ``unique_id`` is AWS's id of the user or role (``AROA...``). ``federated_by`` is the ARN of the
    user who asked for a federated user's session. ``service_linked`` roles are beyond the reach of an organization's
    policies.
    """

    kind: PrincipalKind
    arn: str = ""
    account: str = ""
    session: str = ""
    unique_id: str = ""
    federated_by: str = ""
    canonical_id: str = ""
    organization: str = ""
    organization_path: str = ""
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)
    service_linked: bool = False
    has_policies: bool = field(init=False, repr=False, compare=False)
    """Whether it is an AWS identity, which needs permissions of its own and answers to its account."""
    names: frozenset[str] = field(init=False, repr=False, compare=False)
    """All names by which a policy may call it."""
    account_names: frozenset[str] = field(init=False, repr=False, compare=False)
    """Those of its account, by which a policy leaves the choice to the account."""
    direct_names: frozenset[str] = field(init=False, repr=False, compare=False)
    """Those by which a policy of its own account gives to it alone, past boundary and session: neither a role's ARN
    nor that of the user behind a federated one."""
    attributes: Attributes = field(init=False, repr=False, compare=False)
    """What it contributes to a request's attributes."""

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "has_policies", self.kind in _IDENTITIES)
        put(self, "account_names", _account_names(self))
        put(self, "names", _names(self))
        put(self, "direct_names", _direct_names(self))
        put(self, "attributes", _contributed(self))

    @property
    def root_arn(self) -> str:
        """The ARN that stands for its whole account."""
        partition = self.arn.split(":", 2)[1] if self.arn.startswith("arn:") else "aws"
        return f"arn:{partition}:iam::{self.account}:root" if self.account else ""

    @classmethod
    def parse(cls, text: str) -> Principal:
        """The principal that a text names; raises ``InputError`` where it names none.

        Taken are ARNs of users, roles, sessions and providers, account ids (their root), service names, and ``*`` or
        ``anonymous``.
        """
        if text in {ANYONE, "anonymous"}:
            return ANONYMOUS
        if re.fullmatch(r"\d{12}", text):
            return cls(kind=PrincipalKind.ROOT, arn=f"arn:aws:iam::{text}:root", account=text)
        if re.fullmatch(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?", text):
            return cls(kind=PrincipalKind.SERVICE, arn=text)
        found = _IDENTITY.fullmatch(text)
        if found is None or (found["kind"] == "root") is not (found["name"] is None):
            raise InputError(
                f"{text!r} is no principal; give the ARN of a user, role or session, an account id, a service such as "
                "lambda.amazonaws.com, or * for anyone"
            )
        return _of_arn(text, found)


def _of_arn(text: str, found: re.Match[str]) -> Principal:
    kind, account, name = found["kind"], found["account"], found["name"] or ""
    if kind == "assumed-role":
        role, _, session = name.partition("/")
        if not session:
            raise InputError(f"{text!r} lacks the name of the session after the role's")
        arn = f"arn:{found['partition']}:iam::{account}:role/{role}"
        return Principal(kind=PrincipalKind.ROLE, arn=arn, account=account, session=text)
    kinds = {
        "root": PrincipalKind.ROOT,
        "user": PrincipalKind.USER,
        "role": PrincipalKind.ROLE,
        "federated-user": PrincipalKind.FEDERATED_USER,
        "saml-provider": PrincipalKind.FEDERATED,
        "oidc-provider": PrincipalKind.FEDERATED,
    }
    linked = kind == "role" and name.startswith("aws-service-role/")
    return Principal(kind=kinds[kind], arn=text, account=account, service_linked=linked)


def _contributed(principal: Principal) -> Attributes:
    made: dict[str, tuple[str, ...]] = {"principal": tuple(sorted(principal.names))}
    if principal.kind in _TYPES:
        made["aws:principaltype"] = (_TYPES[principal.kind],)
    if principal.kind is PrincipalKind.ANONYMOUS:
        made["aws:principalaccount"] = ("anonymous",)
    if principal.kind is PrincipalKind.SERVICE:
        made["aws:principalisawsservice"] = ("true",)
        made["aws:principalservicename"] = (principal.arn,)
    if principal.kind is PrincipalKind.FEDERATED:
        made["aws:federatedprovider"] = (principal.arn,)
    if principal.has_policies:
        made |= _identity(principal)
    return made


def _identity(principal: Principal) -> dict[str, tuple[str, ...]]:
    made = {
        "aws:principalisawsservice": ("false",),
        "aws:principalarn": (principal.arn,),
        "aws:principalaccount": (principal.account,),
        "kms:calleraccount": (principal.account,),
        "aws:userid": (_user_id(principal),),
    }
    if principal.kind is PrincipalKind.USER:
        made["aws:username"] = (principal.arn.rpartition("/")[2],)
    if principal.organization:
        made["aws:principalorgid"] = (principal.organization,)
    if principal.organization_path:
        made["aws:principalorgpaths"] = (principal.organization_path,)
    made |= {f"aws:principaltag/{name.lower()}": (value,) for name, value in principal.tags.items()}
    return {name: values for name, values in made.items() if values[0]}


def _user_id(principal: Principal) -> str:
    if principal.kind is PrincipalKind.ROOT:
        return principal.account
    if principal.kind is PrincipalKind.ROLE and principal.unique_id and principal.session:
        return f"{principal.unique_id}:{principal.session.rpartition('/')[2]}"
    if principal.kind is PrincipalKind.FEDERATED_USER:
        return f"{principal.account}:{principal.arn.rpartition('/')[2]}"
    return principal.unique_id


def _account_names(principal: Principal) -> frozenset[str]:
    if not principal.has_policies:
        return frozenset()
    canonical = CANONICAL + principal.canonical_id if principal.canonical_id else ""
    return frozenset({principal.account, principal.root_arn, canonical} - {""})


def _names(principal: Principal) -> frozenset[str]:
    if principal.kind is PrincipalKind.SERVICE:
        return frozenset({ANYONE, SERVICE + principal.arn})
    if principal.kind is PrincipalKind.FEDERATED:
        return frozenset({ANYONE, FEDERATED + principal.arn})
    own = frozenset({principal.arn, principal.session, principal.unique_id, principal.federated_by} - {""})
    return own | {ANYONE} | principal.account_names


def _direct_names(principal: Principal) -> frozenset[str]:
    if principal.kind is PrincipalKind.ROLE:
        return frozenset({principal.session, ANYONE} - {""})
    if principal.kind in {PrincipalKind.USER, PrincipalKind.FEDERATED_USER}:
        return principal.names - principal.account_names - {principal.federated_by}
    return principal.names


ANONYMOUS = Principal(kind=PrincipalKind.ANONYMOUS)
"""The caller who signs nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call to AWS.

    ``resource`` is the ARN, or ``*`` for an action that has none. ``resource_account`` is needed where the ARN does not
    name the owner, as those of S3 do not; without it, the caller's account counts as the owner. ``context`` gives the
    values of condition keys; it wins over what is filled in.
    """

    principal: Principal
    action: str
    resource: str = "*"
    context: Context = field(default_factory=dict, hash=False)
    resource_account: str = ""
    resource_organization: str = ""
    resource_organization_path: str = ""
    resource_tags: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def owner(self) -> str:
        """The account that the resource belongs to."""
        return self.resource_account or account_in(self.resource) or self.principal.account

    def attributes(self) -> dict[str, tuple[str, ...]]:
        """What policies see of it."""
        owner = self.owner
        made = {**self.principal.attributes, "action": (self.action.lower(),), "resource": (self.resource,)}
        if owner:
            made["aws:resourceaccount"] = (owner,)
        if self.resource_organization:
            made["aws:resourceorgid"] = (self.resource_organization,)
        if self.resource_organization_path:
            made["aws:resourceorgpaths"] = (self.resource_organization_path,)
        for name, value in self.resource_tags.items():
            made[f"aws:resourcetag/{name.lower()}"] = (value,)
        for name, values in self.context.items():
            made[name.lower()] = values
        return made


def account_in(arn: str) -> str:
    """The account that an ARN names, or an empty text."""
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 and len(parts[4]) == 12 and parts[4].isdigit() else ""
