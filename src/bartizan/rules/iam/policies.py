"""Checks of what IAM policies allow, wherever they stand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bartizan.model import Problems, World, rule
from bartizan.policy import PolicyDocument, Statement, described, parse_policy
from bartizan.resources.ec2.compute import Instance
from bartizan.resources.iam import Group, InlinePolicy, ManagedPolicy, Role, User

_ADMIN = ("AdministratorAccess",)
_PASSING = frozenset({"*", "iam:*", "iam:passrole", "iam:pass*"})


def _allow(action: str, resource: str = "*", **more: Any) -> PolicyDocument:
    return parse_policy({"Statement": {"Effect": "Allow", "Action": action, "Resource": resource, **more}})


_READ = _allow("s3:GetObject")
_ALL = _allow("*")
_PASS = _allow("iam:PassRole")
_PROFILE = "arn:aws:iam::111122223333:instance-profile/web"


def _everything(document: PolicyDocument) -> Iterable[Statement]:
    """The statements that allow every action on every resource, without condition."""
    for each in document.allowing:
        stars = any(action in {"*", "*:*"} for action in each.actions) and not each.not_actions
        if stars and "*" in each.resources and not each.not_resources and not each.conditions:
            yield each


def _passes_any_role(document: PolicyDocument) -> Iterable[Statement]:
    """The statements that allow iam:PassRole on every role and say for which service."""
    for each in document.allowing:
        passing = any(action.lower() in _PASSING for action in each.actions) and not each.not_actions
        bound = "iam:passedtoservice" in each.condition_keys()
        if passing and not bound and any(one in {"*", "arn:aws:iam::*:role/*"} for one in each.resources):
            yield each


def _inline(policies: Iterable[InlinePolicy]) -> Problems:
    for policy in policies:
        for statement in _everything(policy.policy_document):
            yield f"inline policy {policy.policy_name}: {described(statement)} on everything"


def _attached(arns: Iterable[str]) -> Problems:
    for arn in arns:
        if arn.rpartition("/")[2] in _ADMIN:
            yield f"{arn.rpartition('/')[2]} is attached"


@rule(
    "high",
    passes=[
        ManagedPolicy(policy_document=_READ),
        ManagedPolicy(policy_document=_allow("*", Condition={"StringEquals": {"aws:PrincipalTag/team": "ops"}})),
    ],
    fails=[ManagedPolicy(policy_document=_ALL)],
)
def policy_allows_everything(policy: ManagedPolicy) -> Problems:
    """Managed policy allows every action on every resource.

    ## Why it matters
    Whoever has it, or steals a session that has it, owns the account.

    ## How to fix
    Allow what its holders use, which Access Analyzer finds from their activity; keep administration to few roles.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
    """
    for statement in _everything(policy.policy_document):
        yield f"{described(statement)} on everything"


@rule(
    "high",
    passes=[
        ManagedPolicy(policy_document=_READ),
        ManagedPolicy(policy_document=_allow("iam:PassRole", "arn:aws:iam::1:role/a")),
    ],
    fails=[ManagedPolicy(policy_document=_allow("iam:PassRole"))],
)
def policy_passes_any_role(policy: ManagedPolicy) -> Problems:
    """Managed policy lets its holder pass any role to a service.

    ## Why it matters
    With one more permission, such as starting a function, the holder acts as any role, administrators included.

    ## How to fix
    Name the roles that may be passed, and the service with `iam:PassedToService`.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
    """
    for statement in _passes_any_role(policy.policy_document):
        if not any(action in {"*", "*:*"} for action in statement.actions):
            yield f"{described(statement)} on every role"


@rule(
    "medium",
    passes=[ManagedPolicy(policy_document=_READ)],
    fails=[
        ManagedPolicy(
            policy_document=parse_policy({"Statement": {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}})
        )
    ],
)
def policy_allows_all_but(policy: ManagedPolicy) -> Problems:
    """Managed policy allows everything but a list.

    ## Why it matters
    Every service that AWS adds is allowed from its first day, and what was forgotten in the list as well.

    ## How to fix
    List what is allowed (`Action`) in place of what is not (`NotAction`).

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html
    """
    for statement in policy.policy_document.allowing:
        if statement.not_actions:
            yield described(statement)


@rule(
    "info",
    passes=[ManagedPolicy(attachment_count=1), ManagedPolicy(attachment_count=0, boundary_count=2)],
    fails=[ManagedPolicy(attachment_count=0)],
)
def unattached_policy(policy: ManagedPolicy) -> Problems:
    """Managed policy is attached to nothing.

    ## Why it matters
    It is not reviewed, and one day attached because its name fits.

    ## How to fix
    Delete it.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_manage-delete.html
    """
    if not policy.attachment_count and not policy.boundary_count:
        yield "no user, group or role has it"


@unattached_policy.risky_fix("code that attaches the policy later fails")
def delete_policy(_: ManagedPolicy) -> None:
    """Delete the policy with its versions."""


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
        for statement in _passes_any_role(policy.policy_document):
            if not any(action in {"*", "*:*"} for action in statement.actions):
                yield f"inline policy {policy.policy_name}: {described(statement)} on every role"


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


@rule(
    "low",
    passes=[
        ManagedPolicy(policy_document=_READ),
        ManagedPolicy(policy_document=_ALL),
        ManagedPolicy(policy_document=_allow("s3:*", "arn:aws:s3:::shop/*")),
        ManagedPolicy(policy_document=_allow("s3:*", Condition={"StringEquals": {"aws:ResourceTag/team": "shop"}})),
    ],
    fails=[ManagedPolicy(policy_document=_allow("dynamodb:*"))],
)
def policy_allows_whole_service(policy: ManagedPolicy) -> Problems:
    """Managed policy allows everything in a service, on everything.

    ## Why it matters
    Its holders can delete and share as well as read, also what belongs to others, and what the service learns to do
    later.

    ## How to fix
    Name the actions and the resources. Access Analyzer finds from their activity which ones its holders use.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html
    """
    for statement in policy.policy_document.allowing:
        anywhere = "*" in statement.resources and not statement.not_resources
        if anywhere and not statement.not_actions and not statement.conditions:
            for action in statement.actions:
                service, _, name = action.partition(":")
                if name == "*" and service != "*":
                    yield f"{action} on everything"
