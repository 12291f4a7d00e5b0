"""Checks of an organization's tree: its units, its accounts, and what hangs on them."""

from __future__ import annotations

from bartizan.model import Problems, World, rule
from bartizan.resources.organizations import MemberAccount, OrganizationalUnit, OrganizationPolicy
from bartizan.resources.organizations.rails import TAGS

_ROOT = OrganizationalUnit(unit_id="r-abcd", unit_name="Root", parent_id="", account="444455556666")
_UNIT = OrganizationalUnit()
_HOME = MemberAccount(account_id="444455556666", account="444455556666", account_name="management")
_TAGS = OrganizationPolicy(type=TAGS, targets=("ou-abcd-11111111",))
_SECURITY_SERVICES = {
    "access-analyzer.amazonaws.com": "IAM Access Analyzer",
    "config.amazonaws.com": "AWS Config",
    "guardduty.amazonaws.com": "GuardDuty",
    "inspector2.amazonaws.com": "Inspector",
    "macie.amazonaws.com": "Macie",
    "securityhub.amazonaws.com": "Security Hub",
}
"""Service principals that an account can administer for the organization.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services_list.html
"""


def _member(number: str, *services: str) -> MemberAccount:
    return MemberAccount(account_id=number, account=number, delegated_services=services)


@rule(
    "medium",
    passes=[(_ROOT, _HOME, _member("222233334444", *_SECURITY_SERVICES)), _UNIT],
    fails=[(_ROOT, _HOME, _member("222233334444", "guardduty.amazonaws.com")), (_ROOT, _HOME)],
    reads=[MemberAccount],
)
def security_services_not_delegated(unit: OrganizationalUnit, world: World) -> Problems:
    """Security services have no delegated administrator.

    ## Why it matters
    Whoever watches the organization has to sign in to its management account, which no policy binds, or looks into
    each account by itself.

    ## How to fix
    Delegate the administration of these services to the account of the security team.

    ## References
    - https://docs.aws.amazon.com/prescriptive-guidance/latest/security-reference-architecture/security-tooling.html
    - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_delegated_admin.html
    """
    if not unit.is_root:
        return
    delegated = {service for each in world.all(MemberAccount) for service in each.delegated_services}
    missing = [name for service, name in _SECURITY_SERVICES.items() if service not in delegated]
    if missing:
        yield f"no account administers {', '.join(missing)}"


@rule(
    "medium",
    passes=[
        (_ROOT, _member("222233334444", "guardduty.amazonaws.com", "securityhub.amazonaws.com")),
        (_ROOT, _member("222233334444", "guardduty.amazonaws.com"), _HOME),
        _UNIT,
    ],
    fails=[
        (
            _ROOT,
            _member("222233334444", "guardduty.amazonaws.com"),
            _member("333344445555", "securityhub.amazonaws.com"),
        )
    ],
    reads=[MemberAccount],
)
def security_services_scattered(unit: OrganizationalUnit, world: World) -> Problems:
    """Security services are administered by different accounts.

    ## Why it matters
    Security Hub only takes in from GuardDuty, Macie and Inspector what its own administrator account sees of them.
    What one of them finds in the accounts of another stays unseen where people look.

    ## How to fix
    Delegate all of them to one account.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/designate-orgs-admin-account.html
    """
    if not unit.is_root:
        return
    by_service = {
        service: each.account_id
        for each in world.all(MemberAccount)
        for service in each.delegated_services
        if service in _SECURITY_SERVICES
    }
    if len(set(by_service.values())) > 1:
        yield ", ".join(f"{_SECURITY_SERVICES[service]}: {account}" for service, account in sorted(by_service.items()))


@rule(
    "low",
    passes=[MemberAccount(), MemberAccount(state="PENDING_ACTIVATION")],
    fails=[MemberAccount(state="SUSPENDED"), MemberAccount(state="PENDING_CLOSURE")],
)
def account_suspended(account: MemberAccount) -> Problems:
    """Account of the organization is suspended.

    ## Why it matters
    AWS suspended it, or somebody closed it. What it holds is deleted for good some 90 days later, logs and backups
    included, and what other accounts share with it stays shared.

    ## How to fix
    Make sure that nothing in it is needed, and take away what other accounts grant it; or ask AWS to reopen it in time.

    ## References
    - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_close.html
    """
    if account.state in {"SUSPENDED", "PENDING_CLOSURE"}:
        yield f"it is {account.state.lower().replace('_', ' ')}"


@rule(
    "low",
    passes=[MemberAccount(parents=("r-abcd", "ou-abcd-11111111")), _HOME, MemberAccount(state="SUSPENDED")],
    fails=[MemberAccount(parents=("r-abcd",))],
)
def account_outside_units(account: MemberAccount) -> Problems:
    """Account lies directly below the root of the organization.

    ## Why it matters
    Guardrails are attached to units. An account that nobody put into one misses them, and mostly nobody knows whose
    it is.

    ## How to fix
    Move it into the unit whose guardrails fit, or into one for accounts that wait to be sorted.

    ## References
    - https://docs.aws.amazon.com/whitepapers/latest/organizing-your-aws-environment/organizing-your-aws-environment.html
    """
    if not account.is_management and account.state == "ACTIVE" and len(account.parents) == 1:
        yield "no organizational unit holds it"


@rule(
    "info",
    passes=[
        OrganizationPolicy(targets=("r-abcd",)),
        OrganizationPolicy(aws_managed=True, targets=()),
    ],
    fails=[OrganizationPolicy(targets=())],
)
def policy_without_targets(policy: OrganizationPolicy) -> Problems:
    """Organization's policy is attached to nothing.

    ## Why it matters
    It looks like protection and protects nobody.

    ## How to fix
    Attach it where it should hold, or delete it.

    ## References
    - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_policies_attach.html
    """
    if not policy.aws_managed and not policy.targets:
        yield "it is in force nowhere"


@rule(
    "low",
    passes=[(_ROOT, _TAGS), _UNIT],
    fails=[(_ROOT,), (_ROOT, OrganizationPolicy(type=TAGS, targets=()))],
    reads=[OrganizationPolicy],
)
def no_tag_policy(unit: OrganizationalUnit, world: World) -> Problems:
    """No tag policy is in force in the organization.

    ## Why it matters
    Tags that say which data a resource holds are worth what their spelling is: each team has its own.

    ## How to fix
    Enable tag policies, and attach one with the keys and their allowed values to the root.

    ## References
    - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_tag-policies.html
    """
    if unit.is_root and not any(each.type == TAGS and each.targets for each in world.all(OrganizationPolicy)):
        yield "no unit or account has one"


@rule(
    "low",
    passes=[
        OrganizationPolicy(type=TAGS, settings={"tags": {"data": {"enforced_for": {"@@assign": ["s3:bucket"]}}}}),
        OrganizationPolicy(type=TAGS, targets=(), settings={"tags": {"data": {}}}),
        OrganizationPolicy(),
    ],
    fails=[
        OrganizationPolicy(
            type=TAGS, targets=("r-abcd",), settings={"tags": {"data": {"tag_key": {"@@assign": "data"}}}}
        )
    ],
)
def tag_policy_not_enforced(policy: OrganizationPolicy) -> Problems:
    """Tag policy only reports wrong values.

    ## Why it matters
    Without `enforced_for` anything may be tagged with any value; the policy shows it in a report that few people read.

    ## How to fix
    Name the resource types in `enforced_for` whose tags must have the allowed values.

    ## References
    - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_tag-policies-enforcement.html
    """
    if policy.type != TAGS or not policy.targets:
        return
    tags = policy.settings.get("tags") or {}
    loose = [name for name, each in tags.items() if not each.get("enforced_for")]
    if loose:
        yield f"{', '.join(sorted(loose))} is enforced for no type of resource"
