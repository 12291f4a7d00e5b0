"""Checks of security services over all accounts. The rules of a service ask them of the type that stands for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bartizan.model import Problems, Resource, Sample, World, family
from bartizan.resources.organizations import MemberAccount
from bartizan.resources.organizations.services import PRINCIPALS, administrator_of

_SHOP, _SECURITY, _OTHER = "111122223333", "222233334444", "333344445555"


def _delegated(kind: type[Any]) -> MemberAccount:
    return MemberAccount(account_id=_SECURITY, account=_SECURITY, delegated_services=(PRINCIPALS[kind.cfn_type],))


def _off(kind: type[Any]) -> dict[str, bool]:
    parts = ("enabled",) if "enabled" in kind.defaults else ("ec2", "ecr", "functions")
    return dict.fromkeys(parts, False)


def _members(kind: type[Any]) -> Sequence[Sample]:
    return [
        (kind(account=_SHOP, administrator=_SECURITY), _delegated(kind)),
        (kind(account=_SECURITY), _delegated(kind)),
        (kind(account=_SHOP, administrator=_OTHER), MemberAccount(account_id=_SHOP)),
        (kind(account=_SHOP, **_off(kind)), _delegated(kind)),
    ]


def _strangers(kind: type[Any]) -> Sequence[Sample]:
    return [
        (kind(account=_SHOP), _delegated(kind)),
        (kind(account=_SHOP, administrator=_OTHER), _delegated(kind)),
    ]


@family("medium", passes=_members, fails=_strangers, reads=[MemberAccount], organization=True)
def administered_elsewhere(service: Resource, world: World) -> Problems:
    """{thing} of an account is not administered by the account to which the organization delegated it.

    ## Why it matters
    What is found there does not come to the people who watch, and whoever works in the account can turn it off or
    silence its findings.

    ## How to fix
    Add the account as a member in the delegated administrator's account, in each Region. Let it leave an administrator
    who is another first.

    ## References
    - https://docs.aws.amazon.com/prescriptive-guidance/latest/security-reference-architecture/security-tooling.html
    """
    delegated = administrator_of(service, world)
    if delegated is None or service.account == delegated:
        return
    facts: Any = service
    if not facts.enabled:
        return  # which is a finding of the account
    if facts.administrator is None:
        yield f"it stands alone; the organization delegated it to account {delegated}"
    elif facts.administrator != delegated:
        yield f"account {facts.administrator} administers it; the organization delegated it to account {delegated}"


def _enrolling(kind: type[Any]) -> Sequence[Sample]:
    return [
        (kind(account=_SECURITY, auto_enable=True), _delegated(kind)),
        (kind(account=_SHOP, auto_enable=None), _delegated(kind)),
        (kind(account=_SECURITY, **_off(kind)), _delegated(kind)),
    ]


def _waiting(kind: type[Any]) -> Sequence[Sample]:
    return [
        (kind(account=_SECURITY, auto_enable=False), _delegated(kind)),
        (kind(account=_SECURITY, auto_enable=None), _delegated(kind)),
    ]


@family("medium", passes=_enrolling, fails=_waiting, reads=[MemberAccount], organization=True)
def new_accounts_left_out(service: Resource, world: World) -> Problems:
    """{thing} is not turned on by itself in accounts that join the organization.

    ## Why it matters
    A new account is watched by nobody until somebody remembers it, and new accounts are where things are tried out.

    ## How to fix
    In the administrator's account, let members be enrolled automatically, in each Region.

    ## References
    - https://docs.aws.amazon.com/prescriptive-guidance/latest/security-reference-architecture/security-tooling.html
    """
    if service.account != administrator_of(service, world):
        return
    facts: Any = service
    if not facts.enabled:
        return  # which is a finding of the account
    if facts.auto_enable is None:
        yield f"its delegated administrator does not administer the organization in {service.region or 'this Region'}"
    elif not facts.auto_enable:
        yield "new accounts wait until somebody enrolls them"
