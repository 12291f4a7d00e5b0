"""Checks of IAM Identity Center."""

from __future__ import annotations

from bartizan.model import Problems, World, replace, rule
from bartizan.policy import parse_policy
from bartizan.policy.power import allows_everything
from bartizan.resources.account import Account
from bartizan.resources.iam import User
from bartizan.resources.sso import Instance, PermissionSet

_EVERYTHING = parse_policy({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
_READ = parse_policy({"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}})
_ADMINISTRATOR = ":policy/AdministratorAccess"
_HERE = Account(account_id="111122223333", account="111122223333")


@rule(
    "medium",
    passes=[
        PermissionSet(permission_set_name="dev", session_duration="PT8H"),
        PermissionSet(permission_set_name="dev", session_duration="PT10H"),
        PermissionSet(permission_set_name="dev", session_duration="PT90M"),
    ],
    fails=[
        PermissionSet(permission_set_name="dev", session_duration="PT12H"),
        PermissionSet(permission_set_name="dev", session_duration="PT10H30M"),
    ],
)
def session_too_long(permissions: PermissionSet, *, session_hours_allowed: int = 10) -> Problems:
    """Permission set gives sessions that are too long.

    ## Why it matters
    Credentials that were taken from a laptop work until the session ends, even after the person was locked out.

    ## How to fix
    Set the session's duration to a working day at most, and to an hour or two for wide permissions.

    ## Parameters
    - `session_hours_allowed`: hours that a session may last.

    ## References
    - https://docs.aws.amazon.com/singlesignon/latest/userguide/howtosessionduration.html
    """
    if permissions.session_hours > session_hours_allowed:
        yield f"a session lasts {permissions.session_hours:g} hours"


@session_too_long.risky_fix("people whose work takes longer sign in again")
def shorten_session(permissions: PermissionSet, *, session_hours_allowed: int = 10) -> PermissionSet:
    """Let a session last no longer than is allowed."""
    if permissions.session_hours <= session_hours_allowed:
        return permissions
    return replace(permissions, session_duration=f"PT{session_hours_allowed}H")


@rule(
    "medium",
    passes=[
        PermissionSet(permission_set_name="dev"),
        PermissionSet(permission_set_name="dev", inline_policy=_READ),
        PermissionSet(permission_set_name="dev", managed_policies=("arn:aws:iam::aws:policy/ReadOnlyAccess",)),
    ],
    fails=[
        PermissionSet(permission_set_name="dev", inline_policy=_EVERYTHING),
        PermissionSet(permission_set_name="dev", managed_policies=("arn:aws:iam::aws:policy/AdministratorAccess",)),
    ],
)
def allows_all(permissions: PermissionSet) -> Problems:
    """Permission set allows everything.

    ## Why it matters
    Each person that it is assigned to is an administrator, and so is whoever takes over his session.

    ## How to fix
    Allow what the people do; the use of the last months shows it. Keep one set for emergencies, assigned to nobody by
    default, and suppress this finding for it.

    ## References
    - https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetsconcept.html
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
    """
    if any(each.endswith(_ADMINISTRATOR) for each in permissions.managed_policies):
        yield "AdministratorAccess is attached"
    if permissions.inline_policy is not None and allows_everything(permissions.inline_policy):
        yield "its inline policy allows every action on every resource"


@rule(
    "low",
    passes=[
        (_HERE, Instance(instance_arn="arn:aws:sso:::instance/ssoins-1", account="111122223333")),
        (_HERE, User(user_name="ci", account="111122223333", password_enabled=False)),
    ],
    fails=[(_HERE, User(user_name="alice", account="111122223333", password_enabled=True))],
    reads=[Instance, User],
)
def people_without_identity_center(account: Account, world: World) -> Problems:
    """People sign in to the account as IAM users, and there is no IAM Identity Center.

    ## Why it matters
    Each account has passwords of its own, which nobody takes away when a person leaves.

    ## How to fix
    Turn on IAM Identity Center in the organization's management account, connect the company's directory, and remove
    the users.

    ## References
    - https://docs.aws.amazon.com/singlesignon/latest/userguide/what-is.html
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
    """
    people = [each for each in world.find(User, account=account.account_id) if each.password_enabled]
    if people and not world.find(Instance, account=account.account_id):
        yield f"{len(people)} users have a password, such as {people[0].name}"
