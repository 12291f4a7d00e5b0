"""Checks of IAM Identity Center."""

from __future__ import annotations

from bartizan.model import Gap, Problems, Reason, Unknown, World, counted, replace, rule
from bartizan.policy import parse_policy
from bartizan.policy.power import allow_everything_together, allows_everything
from bartizan.resources.account import Account
from bartizan.resources.iam import AwsManagedPolicy, User
from bartizan.resources.organizations import MemberAccount, Organization, OrganizationalUnit
from bartizan.resources.sso import Assignment, Instance, PermissionSet

_EVERYTHING = parse_policy({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
_READ = parse_policy({"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}})
_ADMINISTRATOR = ":policy/AdministratorAccess"
_HERE = Account(account_id="111122223333", account="111122223333")
_POWER_USER = "arn:aws:iam::aws:policy/PowerUserAccess"
_POWERS = AwsManagedPolicy(
    managed_policy_name="PowerUserAccess",
    arn=_POWER_USER,
    policy_document=parse_policy({"Statement": {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}}),
)
_THE_REST = parse_policy({"Statement": {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}})
_MANY = tuple(str(111122223333 + number) for number in range(6))
_FEW = _MANY[:5]
_ALONE = Organization(organization_id=None, feature_set="", management_account_id=None)
_INSTANCE = "arn:aws:sso:::instance/ssoins-1"
_ROOT = OrganizationalUnit(unit_id="r-abcd", unit_name="Root", parent_id="", account="444455556666")
_USED = Instance(instance_arn=_INSTANCE, owner_account_id="444455556666", account="444455556666")


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
        PermissionSet(permission_set_name="dev", inline_policy=_EVERYTHING, permissions_boundary=_POWER_USER),
        (PermissionSet(permission_set_name="dev", inline_policy=_READ, managed_policies=(_POWER_USER,)), _POWERS),
    ],
    fails=[
        PermissionSet(permission_set_name="dev", inline_policy=_EVERYTHING),
        PermissionSet(permission_set_name="dev", managed_policies=("arn:aws:iam::aws:policy/AdministratorAccess",)),
        PermissionSet(permission_set_name="dev", inline_policy=_EVERYTHING, permissions_boundary=f"x{_ADMINISTRATOR}"),
        (PermissionSet(permission_set_name="dev", inline_policy=_THE_REST, managed_policies=(_POWER_USER,)), _POWERS),
    ],
    reads=[AwsManagedPolicy],
)
def allows_all(permissions: PermissionSet, world: World) -> Problems:
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
    how = _power(permissions, world)
    if how and _unbounded(permissions):
        yield how


def _power(permissions: PermissionSet, world: World) -> str:
    """By what a permission set allows everything, its boundary aside; empty where it does not."""
    if any(each.endswith(_ADMINISTRATOR) for each in permissions.managed_policies):
        return "AdministratorAccess is attached"
    inline = permissions.inline_policy
    if inline is not None and allows_everything(inline):
        return "its inline policy allows every action on every resource"
    documents = [
        found.policy_document for arn in permissions.managed_policies for found in world.find(AwsManagedPolicy, arn=arn)
    ]
    if inline is not None:
        documents.append(inline)
    if len(documents) > 1 and allow_everything_together(documents):
        return "its policies together allow every action on every resource"
    return ""


def _unbounded(permissions: PermissionSet) -> bool:
    """Whether no boundary takes anything away; ``Unknown`` where that stands in each account's own policy."""
    boundary = permissions.permissions_boundary
    if boundary is None or boundary.endswith(_ADMINISTRATOR):
        return True
    if boundary.startswith("arn:"):
        return False  # Of AWS's own policies only that one allows everything.
    gap = Gap(Reason.NOT_READ, detail=f"its boundary is the policy {boundary} of each account")
    raise Unknown("what the permissions boundary allows", gap)


@rule(
    "medium",
    passes=[
        PermissionSet(permission_set_name="ops", inline_policy=_EVERYTHING, accounts=_FEW),
        PermissionSet(permission_set_name="dev", inline_policy=_READ, accounts=_MANY),
    ],
    fails=[PermissionSet(permission_set_name="ops", inline_policy=_EVERYTHING, accounts=_MANY)],
    reads=[AwsManagedPolicy],
)
def administrators_of_many_accounts(
    permissions: PermissionSet, world: World, *, administered_accounts_allowed: int = 5
) -> Problems:
    """Permission set that allows everything is assigned in many accounts.

    ## Why it matters
    One stolen session, or one mistaken command, reaches them all. The walls between the accounts hold nobody.

    ## How to fix
    Give each account, or each small group of them, its own group of administrators, and let them take the permission
    for a task and for an hour only.

    ## Parameters
    - `administered_accounts_allowed`: in how many accounts one such permission set may be assigned.

    ## References
    - https://docs.aws.amazon.com/singlesignon/latest/userguide/temporary-elevated-access.html
    - https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_permissions_least_privileges.html
    """
    number = len(permissions.accounts)
    if number > administered_accounts_allowed and _power(permissions, world) and _unbounded(permissions):
        yield f"its people are administrators of {counted(number, 'account')}"


@rule(
    "low",
    passes=[Assignment(principal_id="g-1", principal_type="GROUP")],
    fails=[Assignment(principal_id="u-1", principal_type="USER")],
)
def user_assigned(assignment: Assignment) -> Problems:
    """Permission set is assigned to a person, not to a group.

    ## Why it matters
    Who changes teams keeps what he was given by name, and nobody sees it in the list of a group.

    ## How to fix
    Make a group for the task, best in the directory that people come from, assign the permission set to it, and delete
    the person's assignment.

    ## References
    - https://docs.aws.amazon.com/singlesignon/latest/userguide/useraccess.html
    """
    if assignment.principal_type == "USER":
        yield f"user {assignment.principal_id} has it in account {assignment.target_id} by name"


@user_assigned.risky_fix("the person loses the access that no group of his gives him")
def delete_assignment(assignment: Assignment) -> Assignment | None:
    """Delete the assignment of the person."""
    return None if assignment.principal_type == "USER" else assignment


@rule(
    "low",
    passes=[PermissionSet(permission_set_name="dev")],
    fails=[PermissionSet(permission_set_name="dev", accounts=())],
)
def unused_permission_set(permissions: PermissionSet) -> Problems:
    """Permission set is assigned in no account.

    ## Why it matters
    It looks reviewed and is not. Who assigns it later gives what somebody needed years ago.

    ## How to fix
    Delete it, unless it is kept for emergencies; then suppress this finding for it.

    ## References
    - https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetsconcept.html
    """
    if not permissions.accounts:
        yield "nobody has it anywhere"


@unused_permission_set.risky_fix("it can no longer be assigned, also in an emergency that it was kept for")
def delete_permission_set(permissions: PermissionSet) -> PermissionSet | None:
    """Delete the permission set."""
    return permissions if permissions.accounts else None


@rule(
    "info",
    advice=True,
    passes=[
        (PermissionSet(permission_set_name="dev"), Organization()),
        (PermissionSet(permission_set_name="dev"), _ALONE),
    ],
    fails=[(PermissionSet(permission_set_name="dev", accounts=("111122223333", "444455556666")), Organization())],
    reads=[Organization],
)
def assigned_in_management_account(permissions: PermissionSet, world: World) -> Problems:
    """Permission set is assigned in the organization's management account.

    ## Why it matters
    No policy of the organization binds that account, and whoever is powerful there is so in all others. Only its own
    administrators can manage a permission set that is assigned in it, not those to whom Identity Center is delegated.

    ## How to fix
    Keep permission sets of its own for the management account, for the few people who need them, and assign this one
    in other accounts only.

    ## References
    - https://docs.aws.amazon.com/singlesignon/latest/userguide/delegated-admin.html
    - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_best-practices_mgmt-acct.html
    """
    managing = {each.management_account_id for each in world.find(Organization, account=permissions.account)}
    if managing & set(permissions.accounts):
        others = len(permissions.accounts) - 1
        yield "people have it in the management account" + (f" and in {others} others" if others else "")


@rule(
    "info",
    advice=True,
    passes=[PermissionSet(permission_set_name="dev")],
    fails=[PermissionSet(permission_set_name="dev", customer_managed_policies=("/deploy",))],
)
def policy_left_to_accounts(permissions: PermissionSet) -> Problems:
    """Policy of a permission set is whatever each account makes of it.

    ## Why it matters
    The permission set names a policy, and each account says itself what is in it. Who may change it there gives
    himself, and everybody who has the set, what he likes.

    ## How to fix
    Write the permissions inline, or roll the policy out to the accounts by a stack set and deny changes of it by a
    service control policy.

    ## References
    - https://docs.aws.amazon.com/singlesignon/latest/userguide/howtocmp.html
    """
    if permissions.customer_managed_policies:
        yield f"{', '.join(permissions.customer_managed_policies)} is written in each account"


@rule(
    "low",
    passes=[
        (Instance(instance_arn=_INSTANCE, owner_account_id="444455556666"), Organization()),
        (Instance(instance_arn=_INSTANCE), _ALONE),
    ],
    fails=[(Instance(instance_arn=_INSTANCE, owner_account_id="111122223333"), Organization())],
    reads=[Organization],
)
def instance_of_an_account(instance: Instance, world: World) -> Problems:
    """Account of the organization has an IAM Identity Center of its own.

    ## Why it matters
    Its people, their second factors and what they may use are managed by whoever works in that account. Who leaves the
    company stays in there.

    ## How to fix
    Move its applications to the organization's Identity Center, delete the instance, and deny `sso:CreateInstance` by a
    service control policy.

    ## References
    - https://docs.aws.amazon.com/singlesignon/latest/userguide/account-instances-identity-center.html
    - https://docs.aws.amazon.com/singlesignon/latest/userguide/control-account-instance.html
    """
    for each in world.find(Organization, account=instance.account):
        if each.management_account_id not in {None, instance.owner_account_id}:
            yield f"account {instance.owner_account_id} owns it"


@rule(
    "low",
    passes=[
        (_ROOT, _USED, MemberAccount(account_id="222233334444", delegated_services=("sso.amazonaws.com",))),
        (_ROOT, MemberAccount()),
        OrganizationalUnit(),
    ],
    fails=[(_ROOT, _USED, MemberAccount())],
    reads=[Instance, MemberAccount],
    organization=True,
)
def administration_not_delegated(unit: OrganizationalUnit, world: World) -> Problems:
    """Who manages people's access signs in to the organization's management account.

    ## Why it matters
    Daily work on groups and assignments is done where no policy of the organization binds anybody.

    ## How to fix
    Delegate the administration of IAM Identity Center to an account of the identity or security team.

    ## References
    - https://docs.aws.amazon.com/singlesignon/latest/userguide/delegated-admin.html
    """
    if not unit.is_root or not any(each.owner_account_id == unit.account for each in world.all(Instance)):
        return
    if not any("sso.amazonaws.com" in each.delegated_services for each in world.all(MemberAccount)):
        yield "IAM Identity Center has no delegated administrator"


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
