"""Checks of IAM users and groups."""

from __future__ import annotations

import dataclasses
import datetime as dt

from bartizan.model import SAMPLE_TIME, Problems, World, replace, rule
from bartizan.policy import parse_policy
from bartizan.resources.iam import AccessKey, Group, InlinePolicy, User


def _ago(days: int) -> dt.datetime:
    return SAMPLE_TIME - dt.timedelta(days=days)


def _key(age: int = 1, used: int | None = 1, *, active: bool = True, number: int = 1) -> AccessKey:
    return AccessKey(number, active, _ago(age), None if used is None else _ago(used))


_INLINE = InlinePolicy("inline", parse_policy({"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}))


@rule(
    "high",
    passes=[User(password_enabled=True, mfa_active=True), User(password_enabled=False, mfa_active=False)],
    fails=[User(password_enabled=True, mfa_active=False)],
)
def console_without_mfa(user: User) -> Problems:
    """IAM user signs in to the console without a second factor.

    ## Why it matters
    A guessed, reused or phished password is all that it takes.

    ## How to fix
    Register an MFA device for the user, or move the person to IAM Identity Center and delete the password.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa.html
    """
    if user.password_enabled and not user.mfa_active:
        yield "it has a password and no MFA device"


@rule(
    "medium",
    passes=[User(access_keys=()), User(access_keys=(_key(30), _key(400, active=False)))],
    fails=[User(access_keys=(_key(120),))],
)
def old_access_key(user: User, *, max_age: int = 90) -> Problems:
    """IAM user has an access key that was not replaced for long.

    ## Why it matters
    The older a key, the more files, laptops and logs it lies in.

    ## How to fix
    Replace the key by a role or OIDC federation; where a key must be, make a new one and deactivate this one.

    ## Parameters
    - `max_age`: days after which a key is old.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id-credentials-access-keys-update.html
    """
    for key in user.access_keys:
        days = user.days_since(key.last_rotated)
        if key.active and days > max_age:
            yield f"access key {key.number} is {days} days old"


@rule(
    "medium",
    passes=[
        User(access_keys=(_key(300, 2),)),
        User(access_keys=(_key(10, None),)),
        User(access_keys=(_key(300, None, active=False),)),
    ],
    fails=[User(access_keys=(_key(300, 100),)), User(access_keys=(_key(300, None),))],
)
def unused_access_key(user: User, *, max_idle: int = 45) -> Problems:
    """IAM user has an access key that nobody uses.

    ## Why it matters
    Nobody misses it when it is stolen, and nobody notices when it is used.

    ## How to fix
    Deactivate it, and delete it when nothing breaks.

    ## Parameters
    - `max_idle`: days without use after which a key is unused.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_finding-unused.html
    """
    for key in user.access_keys:
        days = user.days_since(key.last_used or key.last_rotated)
        if key.active and days > max_idle:
            yield f"access key {key.number} was {'not' if key.last_used else 'never'} used for {days} days"


@unused_access_key.risky_fix("whatever uses the key only rarely is refused; the key can be activated again")
def deactivate_unused_keys(user: User, *, max_idle: int = 45) -> User:
    """Deactivate the access keys that nobody uses."""
    keys = (
        dataclasses.replace(key, active=key.active and user.days_since(key.last_used or key.last_rotated) <= max_idle)
        for key in user.access_keys
    )
    return replace(user, access_keys=tuple(keys))


@rule(
    "low",
    passes=[
        User(password_enabled=False),
        User(password_enabled=True, password_last_used=_ago(3), password_last_changed=_ago(60)),
        User(password_enabled=True, password_last_used=None, password_last_changed=_ago(5)),
        User(password_enabled=True, password_last_used=None, password_last_changed=None),
    ],
    fails=[
        User(password_enabled=True, password_last_used=_ago(100), password_last_changed=_ago(200)),
        User(password_enabled=True, password_last_used=None, password_last_changed=_ago(100)),
    ],
)
def unused_password(user: User, *, max_idle: int = 45) -> Problems:
    """IAM user has a console password that nobody uses.

    ## Why it matters
    The person may have left; whoever has the password has the access, and nobody looks.

    ## How to fix
    Delete the password, or the user.

    ## Parameters
    - `max_idle`: days without use after which a password is unused.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_finding-unused.html
    """
    since = user.password_last_used or user.password_last_changed if user.password_enabled else None
    if since is not None:
        days = user.days_since(since)
        if days > max_idle:
            yield f"the password was not used for {days} days"


@unused_password.risky_fix("the person cannot sign in to the console any more")
def delete_unused_password(user: User) -> User:
    """Delete the console password."""
    return replace(user, password_enabled=False, password_last_used=None, password_last_changed=None)


@rule(
    "low",
    passes=[User(access_keys=(_key(), _key(number=2, active=False)))],
    fails=[User(access_keys=(_key(), _key(number=2)))],
)
def two_active_keys(user: User) -> Problems:
    """IAM user has two active access keys.

    ## Why it matters
    Two are only needed while one replaces the other; what stays is one more to lose.

    ## How to fix
    Deactivate the older one once nothing uses it.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id-credentials-access-keys-update.html
    """
    if sum(key.active for key in user.access_keys) > 1:
        yield "both access keys are active"


@rule(
    "low",
    passes=[User(groups=("developers",))],
    fails=[
        User(managed_policy_arns=("arn:aws:iam::aws:policy/ReadOnlyAccess",)),
        User(policies=(_INLINE,)),
    ],
)
def policies_on_user(user: User) -> Problems:
    """IAM user has permissions of its own, not by group.

    ## Why it matters
    Permissions that hang on single users are overlooked when the person changes jobs or leaves.

    ## How to fix
    Put the policy on a group, the user into the group, and take the policy off the user.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_manage-attach-detach.html
    """
    for arn in user.managed_policy_arns:
        yield f"{arn} is attached directly"
    for policy in user.policies:
        yield f"inline policy {policy.policy_name}"


@rule(
    "low",
    passes=[User(password_enabled=False)],
    fails=[User(password_enabled=True)],
)
def person_as_iam_user(user: User) -> Problems:
    """IAM user stands for a person.

    ## Why it matters
    The person has one more password in one more place, which nobody takes away when they leave.

    ## How to fix
    Let people come from IAM Identity Center with your identity provider, and keep IAM users for systems, if at all.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
    """
    if user.password_enabled:
        yield "it has a console password"


@rule(
    "medium",
    passes=[
        User(password_enabled=True),
        User(password_enabled=False, access_keys=(_key(),)),
        User(password_enabled=True, access_keys=(_key(active=False),)),
    ],
    fails=[User(password_enabled=True, access_keys=(_key(),))],
)
def password_and_keys(user: User) -> Problems:
    """IAM user has both a console password and an access key.

    ## Why it matters
    It is a person and a system at once: one cannot be taken away without the other, and no log tells them apart.

    ## How to fix
    Give the system a role, and delete the key.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
    """
    if user.password_enabled and any(key.active for key in user.access_keys):
        yield "it has a password and an active access key"


@rule(
    "low",
    passes=[Group(policies=())],
    fails=[Group(policies=(_INLINE,))],
)
def inline_policy_on_group(group: Group) -> Problems:
    """IAM group has an inline policy.

    ## Why it matters
    Inline policies have no versions, are reviewed nowhere and are copied with small differences.

    ## How to fix
    Make a managed policy of it and attach that.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html
    """
    for policy in group.policies:
        yield f"inline policy {policy.policy_name}"


@rule(
    "info",
    passes=[(Group(group_name="developers"), User(user_name="anna", groups=("developers",)))],
    fails=[(Group(group_name="nobody"), User(user_name="anna", groups=("developers",)))],
    reads=[User],
)
def empty_group(group: Group, world: World) -> Problems:
    """IAM group has no members.

    ## Why it matters
    Its permissions wait for whoever is put into it without a second look.

    ## How to fix
    Delete it.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_groups_manage.html
    """
    if not any(group.group_name in user.groups for user in world.all(User, near=group)):
        yield "no user is in it"


@empty_group.fix
def delete_group(_: Group) -> None:
    """Delete the group."""


@rule(
    "low",
    passes=[
        User(password_enabled=True, password_last_changed=_ago(60)),
        User(password_enabled=True, password_last_changed=None),
        User(password_enabled=False),
    ],
    fails=[User(password_enabled=True, password_last_changed=_ago(120))],
)
def old_password(user: User, *, max_age: int = 90) -> Problems:
    """IAM user has a password that was not changed for long.

    ## Why it matters
    A password that leaked somewhere works until it is changed, and a policy that lets it expire may be newer.

    ## How to fix
    Have the person change it at the next sign-in, or move the person to IAM Identity Center.

    ## Parameters
    - `max_age`: days after which a password is old.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_admin-change-user.html
    """
    if user.password_enabled and user.password_last_changed is not None:
        days = user.days_since(user.password_last_changed)
        if days > max_age:
            yield f"the password is {days} days old"


@rule(
    "info",
    passes=[
        User(password_enabled=True, create_date=_ago(400)),
        User(access_keys=(_key(),), create_date=_ago(400)),
        User(create_date=_ago(5)),
    ],
    fails=[User(create_date=_ago(400)), User(access_keys=(_key(active=False),), create_date=_ago(400))],
)
def user_without_credentials(user: User, *, max_idle: int = 45) -> Problems:
    """IAM user has nothing to sign in with.

    ## Why it matters
    Nobody uses it, but its permissions are still there: whoever may make a key for it gets them unnoticed.

    ## How to fix
    Delete it, unless it holds SSH keys or service-specific credentials that are in use.

    ## Parameters
    - `max_idle`: days after its creation for which a user may have none.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_finding-unused.html
    """
    idle = not user.password_enabled and not any(key.active for key in user.access_keys)
    if idle and user.days_since(user.create_date) > max_idle:
        yield "it has neither a password nor an active access key"
