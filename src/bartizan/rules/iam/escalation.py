"""Checks of who can make himself an administrator, decided on all policies together."""

from __future__ import annotations

from typing import Any

from bartizan.model import Problems, World, rule
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.account import Account
from bartizan.resources.escalation import ESCALATION_TYPES, powers_of, told, way_of
from bartizan.resources.iam import InlinePolicy, Role, User

_ACCOUNT = "111122223333"
_FREE = Account(account_id=_ACCOUNT, account=_ACCOUNT)


def _policy(*actions: str, resource: str = "*") -> PolicyDocument:
    return parse_policy({"Version": "2012-10-17", "Statement": _allow(*actions, resource=resource)})


def _allow(*actions: str, resource: str = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource}


def _trust(principal: dict[str, str]) -> PolicyDocument:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return parse_policy({"Version": "2012-10-17", "Statement": statement})


def _role(name: str, policy: PolicyDocument, trust: PolicyDocument) -> Role:
    return Role(
        arn=f"arn:aws:iam::{_ACCOUNT}:role/{name}",
        account=_ACCOUNT,
        role_name=name,
        policies=(InlinePolicy("inline", policy),),
        assume_role_policy_document=trust,
    )


def _user(name: str, policy: PolicyDocument) -> User:
    return User(
        arn=f"arn:aws:iam::{_ACCOUNT}:user/{name}",
        account=_ACCOUNT,
        user_name=name,
        policies=(InlinePolicy("inline", policy),),
    )


_BY_LAMBDA = _trust({"Service": "lambda.amazonaws.com"})
_ADMIN = _role("admin", _policy("*"), _BY_LAMBDA)
_PASSES = _policy("iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction")
_READS = _policy("s3:GetObject")


@rule(
    "high",
    passes=[
        (_user("reader", _READS), _ADMIN, _FREE),
        (_user("passes", _PASSES), _role("plain", _READS, _BY_LAMBDA), _FREE),
        (_user("owner", _policy("*")), _FREE),
    ],
    fails=[
        (_user("passes", _PASSES), _ADMIN, _FREE),
        (_user("writes", _policy("iam:PutUserPolicy", resource=f"arn:aws:iam::{_ACCOUNT}:user/*")), _FREE),
    ],
    reads=ESCALATION_TYPES,
)
def user_can_become_administrator(user: User, world: World) -> Problems:
    """IAM user can make himself an administrator.

    ## Why it matters
    Its password or key is worth as much as an administrator's, but is neither kept nor watched as one.

    ## How to fix
    Take one permission of the way away: name the roles that may be passed, the principals and resources that may be
    changed, or set a permissions boundary. `bartizan paths` shows all ways, and the statements that most of them need.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    - https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/
    """
    way = way_of(user, world)
    if way is not None:
        yield told(way)
        powers_of(user)


@rule(
    "high",
    passes=[
        (_role("reader", _READS, _BY_LAMBDA), _ADMIN, _FREE),
        (_ADMIN, _FREE),
    ],
    fails=[
        (_role("deploys", _PASSES, _BY_LAMBDA), _ADMIN, _FREE),
        (_role("trusts", _policy("iam:UpdateAssumeRolePolicy", "sts:AssumeRole"), _BY_LAMBDA), _ADMIN, _FREE),
    ],
    reads=ESCALATION_TYPES,
)
def role_can_become_administrator(role: Role, world: World) -> Problems:
    """Role can make itself an administrator.

    ## Why it matters
    Whoever may assume the role, or breaks into what runs under it, gets the whole account by some more calls.

    ## How to fix
    Take one permission of the way away: name the roles that may be passed, the principals and resources that may be
    changed, or set a permissions boundary. `bartizan paths` shows all ways, and the statements that most of them need.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    - https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/
    """
    way = way_of(role, world)
    if way is not None:
        yield told(way)
        powers_of(role)
