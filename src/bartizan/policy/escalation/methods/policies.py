"""Methods that write policies, groups and boundaries."""

from __future__ import annotations

from bartizan.policy.escalation.method import ADMIN_POLICY, PATHS, RHINO, UNBOUNDED, Method, Need, On, Result, Target

_FEDERATED_ACCESS = "https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetsconcept.html"
_IAM_ACTIONS = (
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html"
)

_PUT_OWN = Need("iam:PutUserPolicy", On.TARGET)
_ATTACH_OWN = Need("iam:AttachUserPolicy", On.TARGET, ADMIN_POLICY)
_PUT_ROLE = Need("iam:PutRolePolicy", On.TARGET)
_ATTACH_ROLE = Need("iam:AttachRolePolicy", On.TARGET, ADMIN_POLICY)
_ASSUME = Need("sts:AssumeRole", On.TARGET)
_TRUST = Need("iam:UpdateAssumeRolePolicy", On.TARGET)
_ASSUME_TRUSTED = Need("sts:AssumeRole", On.TARGET, trusted=True)
_KEY = Need("iam:CreateAccessKey", On.TARGET)
_LOGIN = Need("iam:CreateLoginProfile", On.TARGET)
_RESET = Need("iam:UpdateLoginProfile", On.TARGET)
_VERSION = Need("iam:CreatePolicyVersion", On.TARGET_POLICY)


def _own(method: str, title: str, *needs: Need, user: bool = True, role: bool = True, source: str = RHINO) -> Method:
    return Method(
        id=method,
        title=title,
        needs=needs,
        target=Target.SELF,
        result=Result.ANYTHING,
        of_user=user,
        of_role=role,
        source=source,
    )


def _lifting(method: str, title: str, *needs: Need, user: bool) -> Method:
    return Method(
        id=method,
        title=title,
        needs=needs,
        target=Target.SELF,
        result=Result.ANYTHING,
        lifts_boundary=True,
        of_user=user,
        of_role=not user,
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
    )


def _through(method: str, title: str, target: Target, *needs: Need, source: str = PATHS) -> Method:
    """Give a user or role everything, then become it."""
    return Method(id=method, title=title, needs=needs, target=target, result=Result.ANYTHING, source=source)


def _anew(method: str, title: str, *needs: Need, source: str = _IAM_ACTIONS, prerequisites: str = "") -> Method:
    return Method(
        id=method,
        title=title,
        needs=needs,
        target=Target.NOTHING,
        result=Result.ANYTHING,
        prerequisites=prerequisites,
        source=source,
    )


POLICIES: tuple[Method, ...] = (
    Method(
        id="create-policy-version",
        title="Write a new version of an own managed policy",
        needs=(Need("iam:CreatePolicyVersion", On.POLICY),),
        target=Target.OWN_POLICY,
        result=Result.ANYTHING,
        source=RHINO,
    ),
    Method(
        id="set-default-policy-version",
        title="Bring back an older version of an own managed policy",
        needs=(Need("iam:SetDefaultPolicyVersion", On.POLICY),),
        target=Target.OLDER_VERSION,
        source=RHINO,
    ),
    Method(
        id="add-user-to-group",
        title="Join a group",
        needs=(Need("iam:AddUserToGroup", On.GROUP),),
        target=Target.OTHER_GROUP,
        of_role=False,
        source=RHINO,
    ),
    _own("put-user-policy", "Write an inline policy for oneself", _PUT_OWN, role=False),
    _own("attach-user-policy", "Attach AdministratorAccess to oneself", _ATTACH_OWN, role=False),
    _own("put-role-policy", "Write an inline policy for one's own role", _PUT_ROLE, user=False),
    _own("attach-role-policy", "Attach AdministratorAccess to one's own role", _ATTACH_ROLE, user=False),
    Method(
        id="put-group-policy",
        title="Write an inline policy for an own group",
        needs=(Need("iam:PutGroupPolicy", On.GROUP),),
        target=Target.OWN_GROUP,
        result=Result.ANYTHING,
        source=RHINO,
    ),
    Method(
        id="attach-group-policy",
        title="Attach AdministratorAccess to an own group",
        needs=(Need("iam:AttachGroupPolicy", On.GROUP, ADMIN_POLICY),),
        target=Target.OWN_GROUP,
        result=Result.ANYTHING,
        source=RHINO,
    ),
    _lifting(
        "delete-own-user-boundary-and-put-policy",
        "Remove one's own permissions boundary, then write an inline policy",
        Need("iam:DeleteUserPermissionsBoundary", On.TARGET),
        _PUT_OWN,
        user=True,
    ),
    _lifting(
        "delete-own-user-boundary-and-attach-policy",
        "Remove one's own permissions boundary, then attach AdministratorAccess",
        Need("iam:DeleteUserPermissionsBoundary", On.TARGET),
        _ATTACH_OWN,
        user=True,
    ),
    _lifting(
        "replace-own-user-boundary",
        "Set AdministratorAccess as one's own permissions boundary, then write an inline policy",
        Need("iam:PutUserPermissionsBoundary", On.TARGET, (("iam:permissionsboundary", ("{admin}",)),)),
        _PUT_OWN,
        user=True,
    ),
    _lifting(
        "delete-own-role-boundary-and-put-policy",
        "Remove the own role's permissions boundary, then write an inline policy",
        Need("iam:DeleteRolePermissionsBoundary", On.TARGET),
        _PUT_ROLE,
        user=False,
    ),
    _lifting(
        "delete-own-role-boundary-and-attach-policy",
        "Remove the own role's permissions boundary, then attach AdministratorAccess",
        Need("iam:DeleteRolePermissionsBoundary", On.TARGET),
        _ATTACH_ROLE,
        user=False,
    ),
    _lifting(
        "replace-own-role-boundary",
        "Set AdministratorAccess as the own role's permissions boundary, then write an inline policy",
        Need("iam:PutRolePermissionsBoundary", On.TARGET, (("iam:permissionsboundary", ("{admin}",)),)),
        _PUT_ROLE,
        user=False,
    ),
    _through(
        "put-user-policy-and-create-access-key",
        "Give a user everything and make a key for it",
        Target.USER,
        _PUT_OWN,
        _KEY,
    ),
    _through(
        "attach-user-policy-and-create-access-key",
        "Attach AdministratorAccess to a user and make a key for it",
        Target.USER,
        _ATTACH_OWN,
        _KEY,
    ),
    _through(
        "put-user-policy-and-create-login-profile",
        "Give a user everything and set a password for it",
        Target.USER,
        _PUT_OWN,
        _LOGIN,
    ),
    _through(
        "attach-user-policy-and-create-login-profile",
        "Attach AdministratorAccess to a user and set a password for it",
        Target.USER,
        _ATTACH_OWN,
        _LOGIN,
    ),
    _through(
        "put-user-policy-and-update-login-profile",
        "Give a user everything and change its password",
        Target.USER,
        _PUT_OWN,
        _RESET,
    ),
    _through(
        "attach-user-policy-and-update-login-profile",
        "Attach AdministratorAccess to a user and change its password",
        Target.USER,
        _ATTACH_OWN,
        _RESET,
    ),
    _through(
        "put-role-policy-and-assume-role", "Give a role everything and assume it", Target.ROLE, _PUT_ROLE, _ASSUME
    ),
    _through(
        "attach-role-policy-and-assume-role",
        "Attach AdministratorAccess to a role and assume it",
        Target.ROLE,
        _ATTACH_ROLE,
        _ASSUME,
    ),
    _through(
        "create-policy-version-and-assume-role",
        "Write a new version of a role's managed policy and assume the role",
        Target.ROLE,
        _VERSION,
        _ASSUME,
    ),
    _through(
        "put-role-policy-and-update-trust",
        "Give a role everything, make it trust oneself and assume it",
        Target.ROLE,
        _PUT_ROLE,
        _TRUST,
        _ASSUME_TRUSTED,
    ),
    _through(
        "attach-role-policy-and-update-trust",
        "Attach AdministratorAccess to a role, make it trust oneself and assume it",
        Target.ROLE,
        _ATTACH_ROLE,
        _TRUST,
        _ASSUME_TRUSTED,
    ),
    _through(
        "create-policy-version-and-update-trust",
        "Write a new version of a role's managed policy, make the role trust oneself and assume it",
        Target.ROLE,
        _VERSION,
        _TRUST,
        _ASSUME_TRUSTED,
    ),
    _anew(
        "create-role-and-put-policy",
        "Create a role that trusts oneself and may do everything",
        Need("iam:CreateRole", context=UNBOUNDED),
        Need("iam:PutRolePolicy", context=UNBOUNDED),
    ),
    _anew(
        "create-role-and-attach-policy",
        "Create a role that trusts oneself and attach AdministratorAccess to it",
        Need("iam:CreateRole", context=UNBOUNDED),
        Need("iam:AttachRolePolicy", context=(*UNBOUNDED, *ADMIN_POLICY)),
    ),
    _anew(
        "create-user-with-policy-and-key",
        "Create a user with an inline policy that allows everything, and a key for it",
        Need("iam:CreateUser", context=UNBOUNDED),
        Need("iam:PutUserPolicy", context=UNBOUNDED),
        Need("iam:CreateAccessKey"),
    ),
    _anew(
        "create-user-with-attached-policy-and-key",
        "Create a user with AdministratorAccess, and a key for it",
        Need("iam:CreateUser", context=UNBOUNDED),
        Need("iam:AttachUserPolicy", context=(*UNBOUNDED, *ADMIN_POLICY)),
        Need("iam:CreateAccessKey"),
    ),
    _anew(
        "create-user-with-policy-and-password",
        "Create a user with an inline policy that allows everything, and a password for it",
        Need("iam:CreateUser", context=UNBOUNDED),
        Need("iam:PutUserPolicy", context=UNBOUNDED),
        Need("iam:CreateLoginProfile"),
    ),
    _anew(
        "create-user-with-attached-policy-and-password",
        "Create a user with AdministratorAccess, and a password for it",
        Need("iam:CreateUser", context=UNBOUNDED),
        Need("iam:AttachUserPolicy", context=(*UNBOUNDED, *ADMIN_POLICY)),
        Need("iam:CreateLoginProfile"),
    ),
    _anew(
        "sso-inline-policy",
        "Write the inline policy of a permission set and provision it",
        Need("sso:PutInlinePolicyToPermissionSet"),
        Need("sso:ProvisionPermissionSet"),
        source=_FEDERATED_ACCESS,
        prerequisites="the account administers IAM Identity Center, and the caller is assigned the permission set",
    ),
    _anew(
        "sso-attach-managed-policy",
        "Attach AdministratorAccess to a permission set and provision it",
        Need("sso:AttachManagedPolicyToPermissionSet"),
        Need("sso:ProvisionPermissionSet"),
        source=_FEDERATED_ACCESS,
        prerequisites="the account administers IAM Identity Center, and the caller is assigned the permission set",
    ),
    _anew(
        "sso-create-account-assignment",
        "Assign a permission set with more rights to oneself",
        Need("sso:CreateAccountAssignment"),
        source=_FEDERATED_ACCESS,
        prerequisites="the account administers IAM Identity Center, which has an administrative permission set",
    ),
    _anew(
        "sso-join-group",
        "Join an Identity Center group that is assigned more rights",
        Need("identitystore:CreateGroupMembership"),
        source="https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_CreateGroupMembership.html",
        prerequisites="the account administers IAM Identity Center, which has a group with administrative rights",
    ),
)
