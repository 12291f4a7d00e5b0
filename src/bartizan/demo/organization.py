"""The demo's company as an organization: a shop that bought a second company, and has an account for each task.

Its guardrails look right. What is wrong with them, and between the accounts, only shows to who reads all of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from typing import Any

from bartizan.demo import accounts, company
from bartizan.demo.cloud import HOME, OTHER, Cloud, Company, allow, deny, policy, trust

REGIONS = (HOME, OTHER)
"""The regions that the company works in."""

_UNITS: Mapping[str, str] = MappingProxyType(
    {
        "log-archive": "Security",
        "security": "Security",
        "shared-services": "Infrastructure",
        "shop": "Workloads",
        "shop-staging": "Workloads",
        "old-shop": "Workloads",
        "data-platform": "",
    }
)
"""The unit of each account; one came with the company that was bought, and was never put in any."""

_CLOSED = "old-shop"
_RECORDS = ["cloudtrail:*", "config:*", "guardduty:*", "securityhub:*", "ec2:DeleteFlowLogs", "logs:Delete*"]
_TAGS = {"tags": {"data": {"tag_key": {"@@assign": "data"}, "tag_value": {"@@assign": ["public", "personal"]}}}}
_DELEGATED = (
    ("security", "guardduty.amazonaws.com"),
    ("security", "access-analyzer.amazonaws.com"),
    ("log-archive", "macie.amazonaws.com"),
)
_AT_ONCE = 4


def build(address: str, audit_role: str) -> None:
    """Make the organization, which the emulator's own account at ``address`` manages, and fill its accounts.

    In each of them is ``audit_role``, for the scan.
    """
    made = _tree(Cloud(address))
    with ThreadPoolExecutor(_AT_ONCE) as at_once:
        filled = [at_once.submit(_account, made, name, audit_role) for name in made.members if name != _CLOSED]
        filled.append(at_once.submit(_people, made))
        for each in filled:
            each.result()
    accounts.management(made)  # Its trail needs the bucket of the account for logs.
    made.home.client("organizations", OTHER).close_account(AccountId=made.number(_CLOSED))


def _account(made: Company, name: str, audit_role: str) -> None:
    cloud = made.members[name]
    iam = cloud.client("iam")
    iam.create_role(
        RoleName=audit_role,
        AssumeRolePolicyDocument=trust({"AWS": f"arn:aws:iam::{made.home.account}:role/security-scan"}),
    )
    # The emulator has none of AWS's managed policies, and is the quicker for it.
    reading = policy(allow(["s3:GetBucket*", "s3:List*", "iam:Get*", "iam:List*", "ec2:Describe*"]))
    iam.put_role_policy(RoleName=audit_role, PolicyName="scan", PolicyDocument=reading)
    iam.put_role_policy(
        RoleName="OrganizationAccountAccessRole", PolicyName="administrator", PolicyDocument=policy(allow("*"))
    )
    if name == "shop":
        company.fill(cloud)
    else:
        accounts.FILLED[name](cloud, made)


def _tree(home: Cloud) -> Company:
    organizations = home.client("organizations", OTHER)
    id_ = organizations.create_organization(FeatureSet="ALL")["Organization"]["Id"]
    root = organizations.list_roots()["Roots"][0]["Id"]
    units = {
        name: organizations.create_organizational_unit(ParentId=root, Name=name)["OrganizationalUnit"]["Id"]
        for name in dict.fromkeys(_UNITS.values())
        if name
    }
    members: dict[str, Cloud] = {}
    for name, unit in _UNITS.items():
        made = organizations.create_account(Email=f"{name}@shop.example", AccountName=name)["CreateAccountStatus"]
        if unit:
            organizations.move_account(
                AccountId=made["AccountId"], SourceParentId=root, DestinationParentId=units[unit]
            )
        members[name] = home.into(made["AccountId"])
    found = Company(organization=id_, home=home, members=MappingProxyType(members))
    _guardrails(organizations, root, units)
    for service in ("cloudtrail.amazonaws.com", "guardduty.amazonaws.com", "sso.amazonaws.com"):
        organizations.enable_aws_service_access(ServicePrincipal=service)
    for name, service in _DELEGATED:
        organizations.register_delegated_administrator(AccountId=found.number(name), ServicePrincipal=service)
    return found


def _guardrails(organizations: Any, root: str, units: Mapping[str, str]) -> None:
    for kind in ("SERVICE_CONTROL_POLICY", "TAG_POLICY"):
        organizations.enable_policy_type(RootId=root, PolicyType=kind)

    def attach(name: str, content: str, target: str, kind: str = "SERVICE_CONTROL_POLICY") -> None:
        made = organizations.create_policy(Name=name, Description=name, Type=kind, Content=content)["Policy"]
        if target:
            organizations.attach_policy(PolicyId=made["PolicySummary"]["Id"], TargetId=target)

    attach("stay", policy(deny("organizations:LeaveOrganization")), root)
    attach("keep-records", policy(deny(_RECORDS)), units["Security"])
    # The hole: whoever may make a role gives it a name that the policy spares.
    spared = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*admin*"}}
    for unit in ("Workloads", "Infrastructure"):
        attach(f"keep-records-{unit.lower()}", policy(deny(_RECORDS, Condition=spared)), units[unit])
    elsewhere = {"StringNotEquals": {"aws:RequestedRegion": list(REGIONS)}}
    attach("stay-in-our-regions", policy(deny("ec2:*", Condition=elsewhere)), "")
    attach("data-classes", json.dumps(_TAGS), units["Workloads"], "TAG_POLICY")


def _people(made: Company) -> None:
    sso, store = made.home.client("sso-admin"), made.home.client("identitystore")
    instance = sso.list_instances()["Instances"][0]
    directory, arn = instance["IdentityStoreId"], instance["InstanceArn"]
    groups = {
        name: store.create_group(IdentityStoreId=directory, DisplayName=name)["GroupId"]
        for name in ("engineers", "auditors")
    }
    dora = store.create_user(
        IdentityStoreId=directory, UserName="dora", DisplayName="Dora", Name={"GivenName": "Dora", "FamilyName": "Demo"}
    )["UserId"]
    sets = {
        "Administrator": ("PT12H", "AdministratorAccess", dora, "USER"),
        "Engineer": ("PT8H", "PowerUserAccess", groups["engineers"], "GROUP"),
        "Auditor": ("PT4H", "SecurityAudit", groups["auditors"], "GROUP"),
    }
    for name, (duration, managed, who, kind) in sets.items():
        permission = sso.create_permission_set(InstanceArn=arn, Name=name, SessionDuration=duration)
        named = {"InstanceArn": arn, "PermissionSetArn": permission["PermissionSet"]["PermissionSetArn"]}
        sso.attach_managed_policy_to_permission_set(**named, ManagedPolicyArn=f"arn:aws:iam::aws:policy/{managed}")
        for account in ("shop", "shop-staging", "data-platform"):
            sso.create_account_assignment(
                **named, TargetId=made.number(account), TargetType="AWS_ACCOUNT", PrincipalType=kind, PrincipalId=who
            )
    inline = policy(allow(["s3:GetObject", "logs:*"]))
    named = {"InstanceArn": arn, "PermissionSetArn": permission["PermissionSet"]["PermissionSetArn"]}
    sso.put_inline_policy_to_permission_set(**named, InlinePolicy=inline)
