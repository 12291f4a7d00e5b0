"""Checks of AWS Organizations, as far as one account can see them.

What only the management account can see and mend is judged there.
"""

from __future__ import annotations

from typing import Any

from bartizan.model import Problems, World, replace, rule
from bartizan.resources.ec2.compute import Instance
from bartizan.resources.lambda_ import Function
from bartizan.resources.organizations import Organization

_NONE = Organization(organization_id=None, feature_set="", management_account_id=None)
_ALL_TYPES = ("RESOURCE_CONTROL_POLICY", "SERVICE_CONTROL_POLICY", "TAG_POLICY")
_HERE: dict[str, Any] = {"account": "111122223333"}


def _managed(*types: str) -> Organization:
    return Organization(account="111122223333", management_account_id="111122223333", enabled_policy_types=types)


@rule("low", passes=[Organization()], fails=[_NONE])
def no_organization(organization: Organization) -> Problems:
    """Account is in no organization.

    ## Why it matters
    Nothing stands above its administrators: no guardrail that they cannot remove, no trail that they cannot stop, no
    logs where they cannot reach them.

    ## How to fix
    Create an organization with all features in an account of its own that runs nothing else, and invite this one.

    ## References
    - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_introduction.html
    - https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_securely_operate_multi_accounts.html
    """
    if organization.organization_id is None:
        yield "it stands alone"


@rule("medium", passes=[Organization(), _NONE], fails=[Organization(feature_set="CONSOLIDATED_BILLING")])
def not_all_features(organization: Organization) -> Problems:
    """Organization only shares the bill.

    ## Why it matters
    Policies that bind whole accounts, and security services for all of them, need all features.

    ## How to fix
    Enable all features from the management account; accounts that were invited have to agree.

    ## References
    - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_org_support-all-features.html
    """
    if organization.feature_set not in {"", "ALL"}:
        yield f"its feature set is {organization.feature_set}"


@rule(
    "medium",
    passes=[_managed(*_ALL_TYPES), Organization(account="111122223333"), _NONE],
    fails=[_managed(), _managed("TAG_POLICY")],
)
def service_control_policies_off(organization: Organization) -> Problems:
    """Organization does not use service control policies.

    ## Why it matters
    Nothing keeps an administrator of a member account, or whoever became one, from turning off the logs.

    ## How to fix
    Enable the policy type, and attach policies that deny what no account needs.

    ## References
    - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_enable-disable.html
    """
    yield from _missing(organization, "SERVICE_CONTROL_POLICY")


@service_control_policies_off.fix
def enable_service_control_policies(organization: Organization) -> Organization:
    """Enable service control policies. Nothing is denied until one is attached."""
    return _with(organization, "SERVICE_CONTROL_POLICY")


@rule(
    "low",
    passes=[_managed(*_ALL_TYPES), Organization(account="111122223333"), _NONE],
    fails=[_managed("SERVICE_CONTROL_POLICY")],
)
def resource_control_policies_off(organization: Organization) -> Problems:
    """Organization does not use resource control policies.

    ## Why it matters
    One wrong bucket or role policy in any account lets strangers in. A resource control policy shuts them out of all
    accounts.

    ## How to fix
    Enable the policy type, and attach a policy that denies access to identities outside the organization.

    ## References
    - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
    """
    yield from _missing(organization, "RESOURCE_CONTROL_POLICY")


@resource_control_policies_off.fix
def enable_resource_control_policies(organization: Organization) -> Organization:
    """Enable resource control policies. Nothing is denied until one is attached."""
    return _with(organization, "RESOURCE_CONTROL_POLICY")


@rule(
    "low",
    passes=[_managed(*_ALL_TYPES), Organization(account="111122223333"), _NONE],
    fails=[_managed("SERVICE_CONTROL_POLICY")],
)
def tag_policies_off(organization: Organization) -> Problems:
    """Organization does not use tag policies.

    ## Why it matters
    Tags that say which data a resource holds are worth what their spelling is: each team has its own.

    ## How to fix
    Enable the policy type, and attach a policy with the keys and their allowed values.

    ## References
    - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_tag-policies.html
    """
    yield from _missing(organization, "TAG_POLICY")


@tag_policies_off.fix
def enable_tag_policies(organization: Organization) -> Organization:
    """Enable tag policies. Nothing is enforced until one is attached."""
    return _with(organization, "TAG_POLICY")


@rule(
    "medium",
    passes=[
        Organization(root_features=("RootCredentialsManagement", "RootSessions")),
        Organization(root_features=None),
        _NONE,
    ],
    fails=[Organization(root_features=()), Organization(root_features=("RootSessions",))],
)
def root_access_not_central(organization: Organization) -> Problems:
    """Root users of member accounts keep credentials of their own.

    ## Why it matters
    Each account has a root user with a password that can be reset by e-mail, and no policy of the account binds it.

    ## How to fix
    Enable centralized root access, delete the root credentials of the member accounts, and do what needs root by
    short sessions from the management account.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html#id_root-user-access-management
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-enable-root-access.html
    """
    features = organization.root_features
    if features is not None and "RootCredentialsManagement" not in features:
        yield "their credentials are managed account by account"


@root_access_not_central.fix
def centralize_root_access(organization: Organization) -> Organization:
    """Manage the root credentials of member accounts from the management account. None is deleted by that."""
    if organization.root_features is None:
        return organization
    features = {*organization.root_features, "RootCredentialsManagement"}
    # IAM does it only where it may work in all accounts.
    trusted = {*(organization.trusted_services or ()), "iam.amazonaws.com"}
    return replace(organization, root_features=tuple(sorted(features)), trusted_services=tuple(sorted(trusted)))


_RECORDING = tuple(f"{each}.amazonaws.com" for each in ("cloudtrail", "config", "guardduty", "securityhub"))


@rule(
    "low",
    passes=[Organization(trusted_services=_RECORDING), Organization(trusted_services=None), _NONE],
    fails=[Organization(trusted_services=()), Organization(trusted_services=_RECORDING[:2])],
)
def security_services_not_trusted(organization: Organization) -> Problems:
    """Security services may not work in all accounts of the organization.

    ## Why it matters
    What records and watches has to be turned on in each account by itself, and a new account has none of it.

    ## How to fix
    Turn the services on for the organization from their own consoles, which gives them trusted access.

    ## References
    - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services.html
    """
    if organization.trusted_services is not None:
        missing = [each for each in _RECORDING if each not in organization.trusted_services]
        if missing:
            yield f"{', '.join(missing)} have no trusted access"


def _missing(organization: Organization, kind: str) -> Problems:
    enabled = organization.enabled_policy_types
    if enabled is not None and kind not in enabled:
        yield f"{kind} is not enabled"


def _with(organization: Organization, kind: str) -> Organization:
    enabled = organization.enabled_policy_types
    if enabled is None:
        return organization
    return replace(organization, enabled_policy_types=tuple(sorted({*enabled, kind})))


@rule(
    "medium",
    passes=[
        _managed(*_ALL_TYPES),
        (Organization(account="111122223333"), Instance(instance_id="i-1", **_HERE)),
        (_managed(), Instance(instance_id="i-1", account="777788889999")),
    ],
    fails=[
        (_managed(), Instance(instance_id="i-1", **_HERE)),
        (_managed(), Function(function_name="pay", **_HERE), Function(function_name="mail", **_HERE)),
    ],
    reads=[Instance, Function],
)
def management_account_runs_workloads(organization: Organization, world: World) -> Problems:
    """Organization's management account runs workloads.

    ## Why it matters
    No policy of the organization binds it. Whoever breaks into what runs there can have the whole organization.

    ## How to fix
    Move them to a member account, and keep the management account for managing. Functions of a landing zone may stay.

    ## References
    - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_best-practices_mgmt-acct.html
    """
    if organization.managed_here:
        for kind, word in ((Instance, "instances"), (Function, "functions")):
            found = world.find(kind, account=organization.account)
            if found:
                yield f"{len(found)} {word}, such as {found[0].name}"
