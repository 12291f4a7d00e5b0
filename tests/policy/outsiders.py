"""A small world of callers from outside one account, each with every call that it could make: for brute force.

``Outsiders.calls`` gives each class of callers with its requests; what a policy mentions, and so tells apart, is worked
out from its text anew.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from bartizan.policy import ANONYMOUS, Principal, PrincipalKind, Request
from bartizan.policy.symbolic import Reach

OWN, OTHER, MEMBER, STRANGER = "111122223333", "444455556666", "777788889999", "123456789012"
ORGANIZATION, ELSEWHERE = "o-abcdefghij", "o-zzzzzzzzzz"
ROLE = f"arn:aws:iam::{OTHER}:role/app"
SERVICE = "sns.amazonaws.com"
GITHUB = f"arn:aws:iam::{OWN}:oidc-provider/token.actions.githubusercontent.com"
SUBJECT = "token.actions.githubusercontent.com:sub"
TOPIC = f"arn:aws:sns:eu-west-1:{OWN}:news"
ENDPOINT, NETWORK = "vpce-1", "203.0.113.0/24"
WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity"

Class = tuple[Reach, str]
Context = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Thing:
    """What is guarded: its ARN, the actions on it, those of them that need no signature, and what lies within it."""

    arn: str
    actions: tuple[str, ...]
    unsigned: frozenset[str] = frozenset()
    parts: tuple[str, ...] = ()


THINGS = (
    Thing("arn:aws:s3:::data", ("s3:GetObject",), frozenset({"s3:GetObject"}), ("/a", "/b", "/c")),
    Thing(f"arn:aws:kms:eu-west-1:{OWN}:key/1", ("kms:Decrypt", "kms:Encrypt"), parts=("",)),
    Thing(f"arn:aws:iam::{OWN}:role/r", ("sts:AssumeRole", WEB_IDENTITY), frozenset({WEB_IDENTITY}), ("",)),
)

_CONDITIONS: list[tuple[tuple[str, ...], str, tuple[str, ...]]] = [
    (("StringEquals", "StringNotEquals", "StringEqualsIfExists", "StringNotEqualsIfExists"), key, values)
    for key, values in (
        ("aws:PrincipalOrgID", (ORGANIZATION,)),
        ("aws:PrincipalAccount", (OTHER, OWN)),
        ("aws:SourceVpce", (ENDPOINT,)),
        ("aws:PrincipalTag/team", ("data",)),
        ("aws:PrincipalType", ("User", "AssumedRole", "Anonymous")),
        ("aws:SourceAccount", (OWN,)),
        (SUBJECT, ("repo:shop/web:ref:refs/heads/main",)),
    )
]
_CONDITIONS += [
    (("StringLike", "StringNotLike", "StringLikeIfExists"), SUBJECT, ("repo:shop/*", "repo:sh*", "repo:*/web:*")),
    (("ArnLike", "ArnNotLike", "ArnLikeIfExists"), "aws:PrincipalArn", ("arn:aws:iam::*:role/x*", ROLE)),
    (
        ("ArnLike", "ArnNotLike", "ArnEqualsIfExists"),
        "aws:SourceArn",
        (TOPIC, "arn:aws:sns:*:*:*", "arn:aws:s3:::mine"),
    ),
    (("IpAddress", "NotIpAddress", "NotIpAddressIfExists"), "aws:SourceIp", (NETWORK,)),
    (("Bool", "BoolIfExists"), "aws:SecureTransport", ("true", "false")),
    (("Bool", "BoolIfExists"), "aws:MultiFactorAuthPresent", ("true", "false")),
    (("Bool", "BoolIfExists"), "aws:PrincipalIsAWSService", ("true", "false")),
    (("Null",), "aws:PrincipalOrgID", ("true", "false")),
    (("Null",), "aws:MultiFactorAuthPresent", ("true", "false")),
]
_PRINCIPALS: list[Any] = [
    "*",
    "*",
    {"AWS": OTHER},
    {"AWS": ROLE},
    {"AWS": [MEMBER, OWN]},
    {"Service": SERVICE},
    {"Federated": GITHUB},
    {"AWS": "*", "Service": SERVICE},
]


@st.composite
def resource_policies(draw: st.DrawFn) -> tuple[Thing, dict[str, Any]]:
    """Something with a policy that says who may do what with it."""
    thing = draw(st.sampled_from(THINGS))
    return thing, {"Version": "2012-10-17", "Statement": draw(st.lists(_statements(thing), min_size=1, max_size=3))}


@st.composite
def _statements(draw: st.DrawFn, thing: Thing) -> dict[str, Any]:
    effect = draw(st.sampled_from(["Allow", "Allow", "Deny"]))
    excepts = effect == "Deny" and draw(st.sampled_from([False, False, True]))
    principal = draw(st.sampled_from([{"AWS": [OTHER, f"arn:aws:iam::{OTHER}:root"]}] if excepts else _PRINCIPALS))
    made: dict[str, Any] = {
        "Effect": effect,
        "NotPrincipal" if excepts else "Principal": principal,
        "Action": draw(st.sampled_from(["*", *thing.actions])),
    }
    if thing.parts != ("",):
        named = (thing.arn + part for part in thing.parts[:-1])
        made["Resource"] = draw(st.sampled_from(["*", *named]))
    for _ in range(draw(st.sampled_from([0, 1, 1, 2]))):
        operators, key, values = draw(st.sampled_from(_CONDITIONS))
        made.setdefault("Condition", {}).setdefault(draw(st.sampled_from(operators)), {})[key] = draw(
            st.sampled_from(values)
        )
    return made


@dataclass(frozen=True)
class Outsiders:
    """Everybody from outside as this policy can tell them apart; ``at_home`` where the organization is the owner's."""

    thing: Thing
    policy: Mapping[str, Any]
    at_home: bool
    text: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", json.dumps(self.policy))

    def calls(self) -> Iterator[tuple[Class, str, list[Request]]]:
        """Each class, the organization that its account must be in, if any, and all requests of one of its callers."""
        yield (Reach.ANYONE, ""), "", list(self._requests(ANONYMOUS, self._around({}), self.thing.unsigned))
        yield from self._of_account((Reach.ANY_ACCOUNT, ""), STRANGER, ("", ELSEWHERE))
        if self.at_home or ORGANIZATION in self.text:
            yield from self._of_account((Reach.ORGANIZATION, ORGANIZATION), STRANGER, (ORGANIZATION,))
        for account in (OTHER, MEMBER):
            member = self.at_home and account == MEMBER
            reach = Reach.ORGANIZATION if member else Reach.ACCOUNT
            if account in self.text or member:
                organizations = (ORGANIZATION,) if member else ("", ELSEWHERE)
                yield from self._of_account((reach, account), account, organizations)
                if ORGANIZATION in self.text and not self.at_home:
                    yield from self._of_account((reach, account), account, (ORGANIZATION,), ORGANIZATION)
        if SERVICE in self.text:
            caller = Principal(kind=PrincipalKind.SERVICE, arn=SERVICE)
            yield (
                (Reach.SERVICE, SERVICE),
                "",
                list(self._requests(caller, self._around({**_FOREIGN_SOURCES, **_TAGS}))),
            )
        if GITHUB in self.text or SUBJECT in self.text:
            provider = GITHUB if GITHUB in self.text else SUBJECT.removesuffix(":sub")
            caller = Principal(kind=PrincipalKind.FEDERATED, arn=provider, account=OWN)
            contexts = self._around({**_FOREIGN_SUBJECTS, **_TAGS}, always=(SUBJECT,))
            tokens = frozenset({WEB_IDENTITY} & set(self.thing.actions))
            yield (Reach.FEDERATED, provider), "", list(self._requests(caller, contexts, tokens))

    def _of_account(
        self, who: Class, account: str, organizations: tuple[str, ...], within: str = ""
    ) -> Iterator[tuple[Class, str, list[Request]]]:
        for organization in organizations:
            for kind, name in (("role", "some"), ("role", "xtra"), ("role", "app"), ("user", "some"), ("root", "")):
                arn = f"arn:aws:iam::{account}:{kind}" + (f"/{name}" if name else "")
                named = (who[0], arn) if arn in self.text.replace(f"{arn}:", "") and kind == "role" else who
                for tags in ({}, {"team": "data"}, {"team": "x"}):
                    caller = Principal(
                        kind=PrincipalKind(kind), arn=arn, account=account, organization=organization, tags=tags
                    )
                    own = {"aws:MultiFactorAuthPresent": ("true", "false")}
                    sessions = self._around({**own, **_FOREIGN_SUBJECTS} if kind == "role" else own)
                    yield named, within, list(self._requests(caller, sessions))

    def _requests(
        self, caller: Principal, contexts: list[Context], unsigned: frozenset[str] | None = None
    ) -> Iterator[Request]:
        actions = self.thing.actions if unsigned is None else sorted(unsigned)
        for action, part, context in itertools.product(actions, self.thing.parts, contexts):
            yield Request(
                principal=caller, action=action, resource=self.thing.arn + part, context=context, resource_account=OWN
            )

    def _around(self, own: Mapping[str, tuple[str, ...]], always: tuple[str, ...] = ()) -> list[Context]:
        """All contexts: the keys that the policy asks about with each of their values, or without one."""
        places = {"aws:SourceIp": ("203.0.113.9", "198.51.100.7"), "aws:SourceVpce": (ENDPOINT, "vpce-2")}
        encrypted = {"aws:SecureTransport": ("true", "false")}
        keys = {key: values for key, values in {**places, **encrypted, **own}.items() if key in self.text}
        choices = [
            [(key, value) for value in (values if key in {*always, *encrypted} else (None, *values))]
            for key, values in keys.items()
        ]
        return [{key: (value,) for key, value in chosen if value is not None} for chosen in itertools.product(*choices)]


_TAGS = {"aws:PrincipalTag/team": ("data", "x")}
"""Services and tokens may bring tags along, as IAM Roles Anywhere and Cognito do."""
_FOREIGN_SUBJECTS = {SUBJECT: ("repo:strangers/app:x", "repo:shady/web:x")}
_FOREIGN_SOURCES = {
    "aws:SourceAccount": (STRANGER,),
    "aws:SourceArn": (f"arn:aws:sns:eu-west-1:{STRANGER}:x", "arn:aws:s3:::theirs"),
}


def from_anywhere(request: Request) -> bool:
    """Whether it comes neither from a network nor by an endpoint that a condition may name."""
    return not request.context.get("aws:SourceVpce") and request.context.get("aws:SourceIp") != ("203.0.113.9",)
