"""Checks of who can come from one account of an organization to rule another."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from bartizan.model import Gap, Problems, Reason, Unknown, World, rule
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.policy.requests import account_in
from bartizan.resources.cloudtrail import Trail
from bartizan.resources.escalation import told
from bartizan.resources.iam import InlinePolicy, Role, User
from bartizan.resources.organizations import MemberAccount, OrganizationPolicy
from bartizan.resources.organizations.rails import SCP
from bartizan.resources.s3 import Bucket
from bartizan.resources.takeover import TAKEOVER_TYPES, takeovers

if TYPE_CHECKING:
    from bartizan.policy.escalation import Path

_MANAGEMENT, _SHOP, _TOOLS, _LOGS = "444455556666", "111122223333", "222233334444", "333344445555"
_SECURITY = frozenset({"access-analyzer", "cloudtrail", "config", "detective", "fms", "guardduty", "iam", "inspector2",
                       "macie", "member.org.stacksets.cloudformation", "securityhub", "sso"})  # fmt: skip
_MOST = 20


def _policy(*actions: str, effect: str = "Allow", **more: Any) -> PolicyDocument:
    statement = {"Effect": effect, "Action": list(actions), **({"Resource": "*"} if "Principal" not in more else {})}
    return parse_policy({"Version": "2012-10-17", "Statement": {**statement, **more}})


def _account(number: str, *services: str) -> MemberAccount:
    return MemberAccount(account_id=number, account=number, delegated_services=services)


def _user(account: str, *actions: str) -> User:
    return User(
        arn=f"arn:aws:iam::{account}:user/dev",
        account=account,
        user_name="dev",
        policies=(InlinePolicy("inline", _policy(*actions)),),
    )


def _admin(account: str, trusted: str) -> Role:
    return Role(
        arn=f"arn:aws:iam::{account}:role/deploy",
        account=account,
        role_name="deploy",
        policies=(InlinePolicy("inline", _policy("*")),),
        assume_role_policy_document=_policy("sts:AssumeRole", Principal={"AWS": trusted}),
    )


def _scp(document: PolicyDocument, name: str) -> OrganizationPolicy:
    return OrganizationPolicy(policy_name=name, arn=f"arn:{name}", type=SCP, targets=("r-abcd",), document=document)


_FULL = _scp(_policy("*"), "full")
_NO_ROLES = _scp(_policy("sts:AssumeRole", effect="Deny"), "no-roles")
_TRAIL = Trail(trail_name="all", account=_MANAGEMENT, is_organization_trail=True, s3_bucket_name="log-archive")
_ARCHIVE = Bucket(bucket_name="log-archive", account=_LOGS, arn="arn:aws:s3:::log-archive")


@rule(
    "critical",
    passes=[
        (_account(_MANAGEMENT), _admin(_MANAGEMENT, _SHOP), _user(_SHOP, "s3:GetObject")),
        (_account(_SHOP), _admin(_SHOP, _TOOLS), _user(_TOOLS, "sts:AssumeRole")),
        (_account(_LOGS), _admin(_LOGS, _MANAGEMENT), _user(_MANAGEMENT, "*"), _TRAIL, _ARCHIVE),
        (_account(_MANAGEMENT), _account(_SHOP), _admin(_MANAGEMENT, _SHOP), _user(_SHOP, "*"), _FULL, _NO_ROLES),
    ],
    fails=[
        (_account(_MANAGEMENT), _admin(_MANAGEMENT, _SHOP), _user(_SHOP, "sts:AssumeRole")),
        (_account(_LOGS), _admin(_LOGS, _SHOP), _user(_SHOP, "*"), _TRAIL, _ARCHIVE),
        (_account(_TOOLS, "guardduty.amazonaws.com"), _admin(_TOOLS, _SHOP), _user(_SHOP, "sts:*"), _FULL),
    ],
    reads=[*TAKEOVER_TYPES, Trail, Bucket],
    organization=True,
)
def vital_account_can_be_taken_over(account: MemberAccount, world: World) -> Problems:
    """Account that the organization rests on can be taken over from another account.

    ## Why it matters
    The management account rules all others; the accounts for logs and security hold what would show a break-in. Whoever
    gets one of the named users or roles becomes administrator there.

    ## How to fix
    Let no principal of a workload account assume roles here, and those that are let in do one thing only. Take
    away the trust, or the permission to assume the role; `bartizan paths --org` shows the statements.

    ## References
    - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_best-practices_mgmt-acct.html
    - https://docs.aws.amazon.com/prescriptive-guidance/latest/security-reference-architecture/architecture.html
    """
    if _rules_or_guards(account) or _keeps_logs(account, world.all):
        yield from _told(_ways(account, world))


@rule(
    "high",
    passes=[
        (_account(_SHOP), _admin(_SHOP, _TOOLS), _user(_TOOLS, "s3:GetObject")),
        (_account(_SHOP), _admin(_SHOP, _SHOP), _user(_SHOP, "sts:AssumeRole")),
        (_account(_SHOP), _admin(_SHOP, _MANAGEMENT), _user(_MANAGEMENT, "*")),
        (_account(_MANAGEMENT), _admin(_MANAGEMENT, _SHOP), _user(_SHOP, "sts:AssumeRole")),
        (_account(_SHOP), _account(_TOOLS), _admin(_SHOP, _TOOLS), _user(_TOOLS, "*"), _FULL, _NO_ROLES),
    ],
    fails=[
        (_account(_SHOP), _admin(_SHOP, _TOOLS), _user(_TOOLS, "sts:AssumeRole")),
        (_account(_SHOP), _admin(_SHOP, f"arn:aws:iam::{_TOOLS}:user/dev"), _user(_TOOLS, "s3:GetObject", "sts:*")),
        (_account(_SHOP), _admin(_SHOP, _MANAGEMENT), _user(_MANAGEMENT, "sts:AssumeRole")),
    ],
    reads=[*TAKEOVER_TYPES, Trail, Bucket],
    organization=True,
)
def account_can_be_taken_over(account: MemberAccount, world: World) -> Problems:
    """Account can be taken over from another account.

    ## Why it matters
    Accounts are there to keep a break-in in one of them. Whoever gets one of the named users or roles is administrator
    here as well.

    ## How to fix
    Trust single roles of the other account, not all of it, and let what they assume do no more than its work. Take
    away the trust, or the permission to assume the role; `bartizan paths --org` shows the statements.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_aws-accounts.html
    - https://docs.aws.amazon.com/whitepapers/latest/organizing-your-aws-environment/benefits-of-using-multiple-aws-accounts.html
    """
    if _rules_or_guards(account):
        return
    ways = _ways(account, world)
    # Where trails could not be listed, it is told here rather than not at all.
    if ways and not _keeps_logs(account, world.listed):
        yield from _told(ways)


def _rules_or_guards(account: MemberAccount) -> bool:
    """Whether it manages the organization, or administers its security."""
    services = {each.removesuffix(".amazonaws.com") for each in account.delegated_services}
    return account.is_management or not services.isdisjoint(_SECURITY)


def _keeps_logs(account: MemberAccount, listed: Callable[[type[Any]], Iterable[Any]]) -> bool:
    """Whether the bucket of the organization's trail lies in it."""
    trails = (each for each in listed(Trail) if each.is_organization_trail and not each.foreign)
    names = {each.s3_bucket_name for each in trails}
    return any(each.account == account.account_id and each.bucket_name in names for each in listed(Bucket))


def _ways(account: MemberAccount, world: World) -> list[Path]:
    """The certain ways into it; none is the proof that there are none. Raises ``Unknown``."""
    if account.state != "ACTIVE":
        return []
    ways = takeovers(world).get(account.account_id, ())
    certain = [each for each in ways if not each.unknown]
    if not certain:
        for kind in TAKEOVER_TYPES:
            world.all(kind)  # what could not be listed could hold a way
        if ways:
            raise Unknown("whether it can be taken over", Gap(Reason.NOT_READ, detail=ways[0].unknown))
    return certain


def _told(ways: list[Path]) -> Problems:
    for way in ways[:_MOST]:
        yield f"{way.source.rpartition(':')[2]} of account {account_in(way.source)}: {told(way)}"
    if ways[_MOST:]:
        yield f"and {len(ways) - _MOST} more users and roles"
