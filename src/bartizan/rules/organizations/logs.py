"""Checks of where an organization's logs go, over all of its accounts."""

from __future__ import annotations

from typing import Any

from bartizan.model import Problems, World, rule
from bartizan.policy import parse_policy
from bartizan.policy.rails import Attempt, gets_through
from bartizan.resources.cloudtrail import Trail
from bartizan.resources.ec2.compute import Instance
from bartizan.resources.lambda_ import Function
from bartizan.resources.organizations import MemberAccount, OrganizationalUnit, OrganizationPolicy
from bartizan.resources.organizations.rails import SCP, rails_of
from bartizan.resources.s3 import Bucket

_MANAGEMENT, _LOGS, _SHOP = "444455556666", "222233334444", "111122223333"
_ROOT = OrganizationalUnit(unit_id="r-abcd", unit_name="Root", parent_id="", account=_MANAGEMENT)
_TRAIL = Trail(trail_name="all", account=_MANAGEMENT, is_organization_trail=True, s3_bucket_name="log-archive")
_FULL = parse_policy({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
_KEEPING = ("s3:DeleteBucket", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutBucketPolicy",
            "s3:PutLifecycleConfiguration", "s3:PutBucketVersioning")  # fmt: skip


def _account(number: str) -> MemberAccount:
    return MemberAccount(account_id=number, account=number)


def _bucket(owner: str) -> Bucket:
    return Bucket(bucket_name="log-archive", account=owner, arn="arn:aws:s3:::log-archive")


@rule(
    "high",
    passes=[(_ROOT, _TRAIL), OrganizationalUnit()],
    fails=[
        (_ROOT,),
        (_ROOT, Trail(trail_name="own", is_organization_trail=False)),
        (_ROOT, Trail(trail_name="all", is_organization_trail=True, is_logging=False)),
        (_ROOT, Trail(trail_name="all", is_organization_trail=True, is_multi_region_trail=False)),
    ],
    reads=[Trail],
    organization=True,
)
def no_organization_trail(unit: OrganizationalUnit, world: World) -> Problems:
    """No trail records all accounts of the organization.

    ## Why it matters
    Each account keeps its own record, which its administrators, and whoever became one, can stop. A new account has
    none at all.

    ## How to fix
    Create an organization trail for all regions that writes to a bucket in the account for logs.

    ## References
    - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-trail-organization.html
    """
    if not unit.is_root:
        return
    trails = [each for each in world.all(Trail) if each.is_organization_trail]
    if not trails:
        yield "there is none"
    elif not any(each.is_logging and each.is_multi_region_trail for each in trails):
        yield f"{trails[0].name} does not record, or only one region"


@rule(
    "medium",
    passes=[(_TRAIL, _bucket(_LOGS), _account(_LOGS)), Trail(trail_name="own", is_organization_trail=False)],
    fails=[
        (_TRAIL, _bucket(_MANAGEMENT), _account(_MANAGEMENT)),
        (_TRAIL, _bucket(_SHOP), _account(_SHOP), Instance(instance_id="i-1", account=_SHOP)),
        (_TRAIL, _account(_LOGS)),
    ],
    reads=[Bucket, Instance, Function, MemberAccount],
    organization=True,
)
def no_account_for_logs(trail: Trail, world: World) -> Problems:
    """Organization's logs do not have an account of their own.

    ## Why it matters
    Who works in the account can read what all others do, and whoever breaks into what runs there can delete it.

    ## How to fix
    Let the trail write to a bucket in an account that holds logs and runs nothing.

    ## References
    - https://docs.aws.amazon.com/prescriptive-guidance/latest/security-reference-architecture/log-archive.html
    """
    if not trail.is_organization_trail or trail.foreign:
        return
    buckets = world.find(Bucket, bucket_name=trail.s3_bucket_name)
    if not buckets:
        yield f"its bucket {trail.s3_bucket_name} is in none of the accounts that were read"
        return
    owner = buckets[0].account
    for account in world.find(MemberAccount, account_id=owner):
        if account.is_management:
            yield f"its bucket {trail.s3_bucket_name} lies in the management account"
    for kind, word in ((Instance, "instances"), (Function, "functions")):
        found = world.find(kind, account=owner)
        if found:
            yield f"account {owner} with its bucket runs {len(found)} {word}, such as {found[0].name}"


def _scp(*actions: str, resource: Any = "*") -> OrganizationPolicy:
    denial = {"Effect": "Deny", "Action": list(actions), "Resource": resource}
    return OrganizationPolicy(
        policy_name="logs", arn="arn:logs", type=SCP, targets=("r-abcd",), document=parse_policy({"Statement": denial})
    )


_ALLOWING = OrganizationPolicy(policy_name="full", arn="arn:full", type=SCP, targets=("r-abcd",), document=_FULL)
_ARCHIVE = ["arn:aws:s3:::log-archive", "arn:aws:s3:::log-archive/*"]


@rule(
    "high",
    passes=[
        (_TRAIL, _bucket(_LOGS), _account(_LOGS), _ALLOWING, _scp(*_KEEPING, resource=_ARCHIVE)),
        (_TRAIL, _account(_LOGS)),
        (_TRAIL, _bucket(_MANAGEMENT), _account(_MANAGEMENT)),
    ],
    fails=[
        (_TRAIL, _bucket(_LOGS), _account(_LOGS), _ALLOWING),
        (_TRAIL, _bucket(_LOGS), _account(_LOGS), _ALLOWING, _scp("s3:DeleteBucket", resource=_ARCHIVE)),
    ],
    reads=[Bucket, MemberAccount, OrganizationPolicy],
    organization=True,
)
def log_bucket_not_locked(trail: Trail, world: World, *, break_glass_principals: tuple[str, ...] = ()) -> Problems:
    """Service control policies let somebody delete the organization's logs.

    ## Why it matters
    The record of what an intruder did in all accounts ends with one request in one of them.

    ## How to fix
    Deny deletion in the bucket, and changes of its policy, versioning and lifecycle, to everybody at the unit that its
    account lies in. Object Lock holds against root as well.

    ## Parameters
    - `break_glass_principals`: ARNs or patterns of the principals that may.

    ## References
    - https://docs.aws.amazon.com/prescriptive-guidance/latest/security-reference-architecture/log-archive.html
    """
    if not trail.is_organization_trail or trail.foreign:
        return
    for bucket in world.find(Bucket, bucket_name=trail.s3_bucket_name):
        for account in world.find(MemberAccount, account_id=bucket.account):
            # No policy of the organization reaches its management account, which is a finding of its own.
            if account.is_management:
                continue
            yield from _ways_in(bucket, account, world, break_glass_principals)


def _ways_in(bucket: Bucket, account: MemberAccount, world: World, exempt: tuple[str, ...]) -> Problems:
    rails = rails_of(account, SCP, world)
    arn = f"arn:aws:s3:::{bucket.bucket_name}"
    for action in _KEEPING:
        about = f"{arn}/AWSLogs/any" if "Object" in action else arn
        found = gets_through(rails, account.account_id, Attempt(actions=(action,), exempt=exempt, resource=about))
        if found is not None:
            yield f"{action} on {arn} is let through for {found[0]}"
