"""Checks of who holds too much: users, groups and roles with the power of administrators."""

from __future__ import annotations

from collections.abc import Iterable

from bartizan.model import Problems, World, rule
from bartizan.policy import parse_policy
from bartizan.policy.power import allows_everything, passes_any_role
from bartizan.resources.ec2.compute import Instance
from bartizan.resources.iam import Group, InlinePolicy, Role, User

_ADMIN = ("AdministratorAccess",)
_READ = parse_policy({"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}})
_ALL = parse_policy({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
_PASS = parse_policy({"Statement": {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}})
_PROFILE = "arn:aws:iam::111122223333:instance-profile/web"


def _inline(policies: Iterable[InlinePolicy]) -> Problems:
    for policy in policies:
        if allows_everything(policy.policy_document):
            yield f"inline policy {policy.policy_name} allows every action on every resource"


def _attached(arns: Iterable[str]) -> Problems:
    for arn in arns:
        if arn.rpartition("/")[2] in _ADMIN:
            yield f"{arn.rpartition('/')[2]} is attached"


@rule(
    "high",
    passes=[User(policies=(InlinePolicy("read", _READ),))],
    fails=[
        User(policies=(InlinePolicy("all", _ALL),)),
        User(managed_policy_arns=("arn:aws:iam::aws:policy/AdministratorAccess",)),
    ],
)
def administrator_user(user: User) -> Problems:
    """IAM user is an administrator by itself.

    ## Why it matters
    Its password or key, which does not expire, is worth the whole account.

    ## How to fix
    Give people administration through a role or permission set that they assume for a time.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
    """
    yield from _attached(user.managed_policy_arns)
    yield from _inline(user.policies)


@rule(
    "medium",
    passes=[Group(policies=(InlinePolicy("read", _READ),))],
    fails=[
        Group(policies=(InlinePolicy("all", _ALL),)),
        Group(managed_policy_arns=("arn:aws:iam::aws:policy/AdministratorAccess",)),
    ],
)
def administrator_group(group: Group) -> Problems:
    """IAM group makes its members administrators.

    ## Why it matters
    Every member's password and key is worth the whole account, all of the time.

    ## How to fix
    Give people administration through a role or permission set that they assume for a time.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
    """
    yield from _attached(group.managed_policy_arns)
    yield from _inline(group.policies)


@rule(
    "medium",
    passes=[
        Role(policies=(InlinePolicy("read", _READ),)),
        Role(path="/aws-reserved/sso.amazonaws.com/", policies=(InlinePolicy("all", _ALL),)),
    ],
    fails=[
        Role(policies=(InlinePolicy("all", _ALL),)),
        Role(managed_policy_arns=("arn:aws:iam::aws:policy/AdministratorAccess",)),
    ],
)
def administrator_role(role: Role) -> Problems:
    """Role has administrator rights.

    ## Why it matters
    Whoever may assume it, or breaks into what runs under it, owns the account.

    ## How to fix
    Give it what it uses. Keep the few administrator roles for people, with MFA and short sessions.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
    """
    if not role.managed_by_aws:
        yield from _attached(role.managed_policy_arns)
        yield from _inline(role.policies)


@rule(
    "high",
    passes=[
        Role(policies=(InlinePolicy("read", _READ),), instance_profile_arns=(_PROFILE,)),
        Role(policies=(InlinePolicy("all", _ALL),)),
        (
            Role(policies=(InlinePolicy("all", _ALL),), instance_profile_arns=(_PROFILE,)),
            Instance(iam_instance_profile="arn:aws:iam::111122223333:instance-profile/other"),
        ),
    ],
    fails=[
        (
            Role(
                managed_policy_arns=("arn:aws:iam::aws:policy/AdministratorAccess",), instance_profile_arns=(_PROFILE,)
            ),
            Instance(iam_instance_profile=_PROFILE),
        )
    ],
    reads=[Instance],
)
def administrator_on_instance(role: Role, world: World) -> Problems:
    """EC2 instance runs with administrator rights.

    ## Why it matters
    Whoever gets into any program on the machine, or makes one fetch an address, owns the account.

    ## How to fix
    Give the instance profile a role that allows what the machine does, which Access Analyzer finds from its activity.

    ## References
    - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html
    """
    if any(_attached(role.managed_policy_arns)) or any(_inline(role.policies)):
        for profile in role.instance_profile_arns:
            for instance in world.find(Instance, iam_instance_profile=profile):
                yield f"{instance.instance_id} runs with it"


def _inline_passing(policies: Iterable[InlinePolicy]) -> Problems:
    for policy in policies:
        if passes_any_role(policy.policy_document) and not allows_everything(policy.policy_document):
            yield f"inline policy {policy.policy_name} allows iam:PassRole on roles that it does not name"


@rule(
    "high",
    passes=[
        Role(policies=(InlinePolicy("read", _READ),)),
        Role(path="/aws-reserved/sso.amazonaws.com/", policies=(InlinePolicy("pass", _PASS),)),
    ],
    fails=[Role(policies=(InlinePolicy("pass", _PASS),))],
)
def role_passes_any_role(role: Role) -> Problems:
    """Role may pass any role to a service by an inline policy.

    ## Why it matters
    With one more permission, such as starting a function, its holder can act as any role, administrators included.

    ## How to fix
    Name the roles that may be passed, and the service with `iam:PassedToService`.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
    """
    if not role.managed_by_aws:
        yield from _inline_passing(role.policies)


@rule(
    "high",
    passes=[User(policies=(InlinePolicy("read", _READ),))],
    fails=[User(policies=(InlinePolicy("pass", _PASS),))],
)
def user_passes_any_role(user: User) -> Problems:
    """IAM user may pass any role to a service by an inline policy.

    ## Why it matters
    With one more permission, such as starting a function, the user can act as any role, administrators included.

    ## How to fix
    Name the roles that may be passed, and the service with `iam:PassedToService`.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
    """
    yield from _inline_passing(user.policies)


@rule(
    "high",
    passes=[Group(policies=(InlinePolicy("read", _READ),))],
    fails=[Group(policies=(InlinePolicy("pass", _PASS),))],
)
def group_passes_any_role(group: Group) -> Problems:
    """IAM group may pass any role to a service by an inline policy.

    ## Why it matters
    With one more permission, such as starting a function, every member can act as any role, administrators included.

    ## How to fix
    Name the roles that may be passed, and the service with `iam:PassedToService`.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
    """
    yield from _inline_passing(group.policies)
