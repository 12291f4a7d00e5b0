"""Checks of what the policies of an organization deny, decided by the reasoner over all levels down to each account."""

from __future__ import annotations

from typing import Any

from bartizan.model import Problems, Resource, World, rule
from bartizan.policy import parse_policy
from bartizan.policy.rails import Attempt, deny_nothing, gets_through
from bartizan.resources.organizations import MemberAccount, OrganizationPolicy
from bartizan.resources.organizations.rails import RCP, SCP, TAGS, policies_on, rails_of

_ROOT = "r-abcd"
_FULL = parse_policy({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
_HOME = MemberAccount(account_id="444455556666", account="444455556666", account_name="management")
_SHOP = MemberAccount(account_id="111122223333", account="111122223333", account_name="shop")
_CLOSED = MemberAccount(account_id="111122223333", account="111122223333", state="SUSPENDED")

_TAMPERING = (
    ("CloudTrail", ("cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "cloudtrail:UpdateTrail",
                    "cloudtrail:PutEventSelectors")),
    ("AWS Config", ("config:StopConfigurationRecorder", "config:DeleteConfigurationRecorder",
                    "config:DeleteDeliveryChannel")),
    ("GuardDuty", ("guardduty:DeleteDetector", "guardduty:UpdateDetector", "guardduty:CreateFilter",
                   "guardduty:DisassociateFromAdministratorAccount")),
    ("Security Hub", ("securityhub:DisableSecurityHub", "securityhub:BatchDisableStandards",
                      "securityhub:DisassociateFromAdministratorAccount")),
    ("flow logs", ("ec2:DeleteFlowLogs",)),
    ("log groups", ("logs:DeleteLogGroup", "logs:DeleteLogStream")),
)  # fmt: skip
"""By what is recorded, the actions that end or thin out the recording."""

_CREATING = (
    "ec2:RunInstances", "s3:CreateBucket", "rds:CreateDBInstance", "dynamodb:CreateTable", "sqs:CreateQueue",
    "secretsmanager:CreateSecret", "kms:CreateKey", "elasticfilesystem:CreateFileSystem",
)  # fmt: skip
"""Actions that make what holds data and take tags as they make it."""


def _scp(*statements: dict[str, Any], kind: str = SCP, target: str = _ROOT) -> OrganizationPolicy:
    source = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Resource": "*", **each} for each in statements],
    }
    return OrganizationPolicy(
        policy_name="rails", arn=f"arn:rails:{kind}", type=kind, document=parse_policy(source), targets=(target,)
    )


def _full(kind: str = SCP) -> OrganizationPolicy:
    return OrganizationPolicy(
        policy_name="full", arn=f"arn:full:{kind}", type=kind, aws_managed=True, document=_FULL, targets=(_ROOT,)
    )


def _but(role: str) -> dict[str, Any]:
    return {"Condition": {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::*:role/{role}"}}}


_HTTPS_ONLY = _scp(
    {"Principal": "*", "Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}, kind=RCP
)
_ALL_TAMPERING = _scp({"Action": [action for _, actions in _TAMPERING for action in actions]})
_STAY = _scp({"Action": "organizations:LeaveOrganization"})


def _bound(account: MemberAccount) -> bool:
    """Whether the organization's policies reach it, and it is in use."""
    return not account.is_management and account.state == "ACTIVE"


def _around(account: MemberAccount, *others: Resource) -> tuple[Resource, ...]:
    return (account, *others)


@rule(
    "medium",
    passes=[_around(_SHOP, _full(), _STAY), _around(_HOME, _full()), _around(_CLOSED, _full())],
    fails=[_around(_SHOP, _full()), _around(_SHOP)],
    reads=[OrganizationPolicy],
)
def account_without_guardrails(account: MemberAccount, world: World) -> Problems:
    """No service control policy denies the account anything.

    ## Why it matters
    Whoever becomes its administrator may do whatever AWS offers: stop the logs, leave the organization, use regions
    that nobody watches.

    ## How to fix
    Attach policies to the root or to the unit that the account lies in which deny what no account needs.

    ## References
    - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
    """
    if _bound(account) and deny_nothing(rails_of(account, SCP, world)):
        yield "everything that its own policies allow is let through"


@rule(
    "high",
    passes=[
        _around(_SHOP, _full(), _ALL_TAMPERING),
        _around(_SHOP, _full(), _scp({"Action": "*", **_but("aws-service-role/*")})),
        _around(_HOME, _full()),
    ],
    fails=[
        _around(_SHOP, _full()),
        _around(_SHOP, _full(), _scp({"Action": "cloudtrail:*"})),
        _around(_SHOP, _full(), _scp({"Action": "*", **_but("admin")})),
    ],
    reads=[OrganizationPolicy],
)  # fmt: skip
def log_tampering_allowed(
    account: MemberAccount, world: World, *, break_glass_principals: tuple[str, ...] = ()
) -> Problems:
    """Service control policies let somebody in the account tamper with its logs.

    ## Why it matters
    The first thing that an intruder with an administrator's rights does is to stop what records him.

    ## How to fix
    Deny the actions to everybody at the root of the organization, but to the role that manages the security services,
    whose ARN the parameter names.

    ## Parameters
    - `break_glass_principals`: ARNs or patterns of the principals that may.

    ## References
    - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples_general.html
    - https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/detection.html
    """
    if not _bound(account):
        return
    rails = rails_of(account, SCP, world)
    for what, actions in _TAMPERING:
        attempt = Attempt(actions=actions, exempt=break_glass_principals)
        found = gets_through(rails, account.account_id, attempt)
        if found is not None:
            yield f"{what}: {found[1]} is let through for {found[0]}"


@rule(
    "medium",
    passes=[_around(_SHOP, _full(), _STAY), _around(_HOME, _full())],
    fails=[_around(_SHOP, _full()), _around(_SHOP, _full(), _scp({"Action": "cloudtrail:*"}))],
    reads=[OrganizationPolicy],
)
def leaving_allowed(account: MemberAccount, world: World) -> Problems:
    """Account can leave the organization.

    ## Why it matters
    Outside, no policy, trail or security service of the organization reaches it any more.

    ## How to fix
    Deny `organizations:LeaveOrganization` at the root.

    ## References
    - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples_general.html
    """
    if _bound(account):
        attempt = Attempt(actions=("organizations:LeaveOrganization",))
        found = gets_through(rails_of(account, SCP, world), account.account_id, attempt)
        if found is not None:
            yield f"{found[0]} may take it out"


@rule(
    "low",
    passes=[
        _around(_SHOP, _full(RCP), _HTTPS_ONLY),
        _around(_SHOP, _full(SCP)),
        _around(_HOME, _full(RCP)),
    ],
    fails=[_around(_SHOP, _full(RCP))],
    reads=[OrganizationPolicy],
)  # fmt: skip
def resources_without_guardrails(account: MemberAccount, world: World) -> Problems:
    """No resource control policy denies anybody anything in the account.

    ## Why it matters
    One wrong policy of a bucket, key, queue or role opens it to strangers, and nothing above it says no.

    ## How to fix
    Attach a policy to the root that denies access to identities outside the organization, services of AWS excepted.

    ## References
    - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_examples.html
    """
    if _bound(account):
        rails = rails_of(account, RCP, world)
        # Where the kind of policy is off there is none at all, which is a finding of the organization.
        if rails and deny_nothing(rails):
            yield "everything that its resources allow is let through"


_TAG_POLICY = OrganizationPolicy(
    policy_name="data", arn="arn:tags", type=TAGS, document=None, targets=(_ROOT,),
    settings={"tags": {"data": {"tag_key": {"@@assign": "data"}, "tag_value": {"@@assign": ["public", "secret"]}}}},
)  # fmt: skip
_UNTAGGED = {"Condition": {"Null": {"aws:RequestTag/data": "true"}}}
_TAG_REQUIRED = _scp({"Action": list(_CREATING), **_UNTAGGED})


@rule(
    "low",
    passes=[
        _around(_SHOP, _full(), _TAG_POLICY, _TAG_REQUIRED),
        _around(_SHOP, _full()),
        _around(_HOME, _full(), _TAG_POLICY),
    ],
    fails=[
        _around(_SHOP, _full(), _TAG_POLICY),
        _around(_SHOP, _full(), _TAG_POLICY, _scp({"Action": "ec2:RunInstances", **_UNTAGGED})),
    ],
    reads=[OrganizationPolicy],
)  # fmt: skip
def tags_not_required(account: MemberAccount, world: World) -> Problems:
    """Tag policy is not backed by a service control policy.

    ## Why it matters
    A tag policy judges the values of tags that are there. What is made without the tag passes it, and nobody knows
    which data it holds.

    ## How to fix
    Deny the creation of what holds data where `aws:RequestTag/KEY` is null.

    ## References
    - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples_tagging.html
    - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_tag-policies-enforcement.html
    """
    if not _bound(account):
        return
    rails = rails_of(account, SCP, world)
    for key in sorted({key for each in policies_on(account, TAGS, world) for key in tag_keys(each)}):
        attempts = {each: Attempt(actions=(each,), lacking=(f"aws:RequestTag/{key}",)) for each in _CREATING}
        free = [each for each, attempt in attempts.items() if gets_through(rails, account.account_id, attempt)]
        if free:
            more = f" and {len(free) - 1} more" if len(free) > 1 else ""
            yield f"{free[0]}{more} is let through without the tag {key}"


def tag_keys(policy: OrganizationPolicy) -> list[str]:
    """The keys of the tags that a tag policy speaks of, as it wants them written."""
    tags = policy.settings.get("tags") or {}
    return [str((each.get("tag_key") or {}).get("@@assign") or name) for name, each in tags.items()]
