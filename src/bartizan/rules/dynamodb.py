"""Checks of Amazon DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator

from bartizan.model import Gap, Problems, Reason, Unknown, World, replace, rule
from bartizan.policy import Estate, parse_policy, reach
from bartizan.policy.removal import without_statements
from bartizan.resources.backup import ProtectedResource
from bartizan.resources.dynamodb import Table
from bartizan.resources.estate import IDENTITY_TYPES, build_estate
from bartizan.resources.iam import InlinePolicy, Role
from bartizan.resources.tags import Tags
from bartizan.rules.datatags import without_data_tag
from bartizan.rules.outsiders import shared_with_other_organization

_ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/shop"
_ANYONE = {"Effect": "Allow", "Principal": "*", "Action": "dynamodb:Query", "Resource": f"{_ARN}/index/*"}
_PARTNER = {**_ANYONE, "Principal": {"AWS": "arn:aws:iam::444455556666:root"}}
_NO_SCAN = {"Effect": "Deny", "Principal": "*", "Action": ["dynamodb:Scan", "dynamodb:PartiQLSelect"], "Resource": "*"}
_OURS = Table(table_name="shop", arn=_ARN, account="111122223333")
_OPEN = replace(_OURS, policy=parse_policy({"Statement": _ANYONE}))
_SHARED = replace(_OURS, policy=parse_policy({"Statement": _PARTNER}))
_TAGGED = replace(_OURS, tags=Tags({"scan": "denied"}))
_READER = Role(
    arn="arn:aws:iam::111122223333:role/reader",
    account="111122223333",
    role_name="reader",
    policies=(
        InlinePolicy("read", parse_policy({"Statement": {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}})),
    ),
)
_SAVED = Table(arn=_ARN, point_in_time_recovery_enabled=False)
_SHOWN = 5


@rule(
    "medium",
    passes=[Table(), (_SAVED, ProtectedResource(resource_arn=_ARN))],
    fails=[
        Table(point_in_time_recovery_enabled=False),
        (_SAVED, ProtectedResource(resource_arn="arn:aws:ec2:::other")),
    ],
    reads=[ProtectedResource],
)
def no_point_in_time_recovery(table: Table, world: World) -> Problems:
    """DynamoDB table has neither point-in-time recovery nor a scheduled backup.

    ## Why it matters
    After a faulty deployment or an attack, there is no state from just before to go back to.

    ## How to fix
    Turn on point-in-time recovery, which is billed by the size of the table, or add it to a plan of AWS Backup.

    ## References
    - https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html
    """
    if not table.point_in_time_recovery_enabled and not world.find(ProtectedResource, resource_arn=table.key):
        yield "point-in-time recovery is off, and AWS Backup has none of it"


@no_point_in_time_recovery.fix
def enable_recovery(table: Table) -> Table:
    """Turn on point-in-time recovery."""
    return replace(table, point_in_time_recovery_enabled=True)


@rule("medium", passes=[Table()], fails=[Table(deletion_protection_enabled=False)])
def no_deletion_protection(table: Table) -> Problems:
    """DynamoDB table can be deleted with one call.

    ## Why it matters
    A mistake in a script or template, or a stolen credential, removes the table with all its data.

    ## How to fix
    Turn on deletion protection, and turn it off on purpose before the table is to go.

    ## References
    - https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html
    """
    if not table.deletion_protection_enabled:
        yield "deletion protection is off"


@no_deletion_protection.fix
def protect(table: Table) -> Table:
    """Turn on deletion protection."""
    return replace(table, deletion_protection_enabled=True)


@rule("info", passes=[Table(kms_master_key_id="arn:aws:kms:eu-west-1:111122223333:key/1")], fails=[Table()])
def key_owned_by_aws(table: Table) -> Problems:
    """DynamoDB table is encrypted with a key that AWS owns.

    ## Why it matters
    The data is encrypted, but nobody can see the key's use, restrict it, or withdraw it.

    ## How to fix
    Set a customer managed KMS key on tables whose data calls for that control.

    ## References
    - https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/EncryptionAtRest.html
    """
    if not table.kms_master_key_id:
        yield "no KMS key of the account encrypts it"


@rule(
    "info",
    advice=True,
    passes=[Table(), Table(billing_mode="PROVISIONED", auto_scaled=True)],
    fails=[Table(billing_mode="PROVISIONED", auto_scaled=False)],
)
def fixed_capacity(table: Table) -> Problems:
    """DynamoDB table has a fixed capacity.

    ## Why it matters
    Whoever sends more requests than it was sized for, on purpose or not, shuts everybody else out.

    ## How to fix
    Switch to on-demand capacity, or let application auto scaling follow the load of both reads and writes.

    ## References
    - https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/capacity-mode.html
    """
    if table.billing_mode == "PROVISIONED" and not table.auto_scaled:
        yield "its read and write capacity do not follow the load"


@fixed_capacity.risky_fix("the price is by request, and nothing but a maximum that you set limits it")
def pay_per_request(table: Table) -> Table:
    """Switch the table to on-demand capacity."""
    return replace(table, billing_mode="PAY_PER_REQUEST")


@rule("info", advice=True, passes=[Table(replica_regions=("eu-north-1",))], fails=[Table()])
def no_replica(table: Table) -> Problems:
    """DynamoDB table lives in one Region only.

    ## Why it matters
    An outage of the Region takes the table away until it is over.

    ## How to fix
    Where that is too long, make it a global table with a replica in a Region that the data may be kept in.

    ## References
    - https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GlobalTables.html
    """
    if not table.replica_regions:
        yield "it has no replica"


@rule("critical", passes=[_OURS, _SHARED], fails=[_OPEN])
def public_table(table: Table) -> Problems:
    """DynamoDB table policy lets anyone in.

    ## Why it matters
    Any AWS account can read or change the items, as far as the policy goes.

    ## How to fix
    Name the accounts and roles that need the table as principals, and block public access to it.

    ## References
    - https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-bpa-rbp.html
    """
    yield from reach.public(table.policy, table.arn, table.account)


@public_table.risky_fix("whoever relies on the open statement is refused")
def close_table(table: Table) -> Table:
    """Remove the statements that let anyone in from the policy."""
    opening = reach.opening(table.policy, table.arn, table.account)
    return replace(table, policy=without_statements(table.policy, opening))


@rule("low", passes=[_OURS], fails=[_SHARED], advice=True)
def shared_table(table: Table, *, trusted_accounts: tuple[str, ...] = ()) -> Problems:
    """DynamoDB table is shared with another account.

    ## Why it matters
    Its items are then as safe as that account, whose people and roles you do not see.

    ## How to fix
    Name single roles of the other account, with the least of actions, and say in your records what it is for.

    ## Parameters
    - `trusted_accounts`: accounts of yours, 12 digits each. The scan of an organization adds its own.

    ## References
    - https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/access-control-resource-based.html
    """
    for each in reach.other_accounts(table.policy, table.arn, table.account, trusted=trusted_accounts):
        yield f"{each} has access"


def _readers(world: World) -> Estate:
    return build_estate(world.all, guarded=(Table,))


def _who_scans(table: Table, world: World) -> Iterator[str]:
    """The users and roles whose request to scan the table would go through. Raises ``Unknown``."""
    estate = world.derived(_readers)
    for each in estate.identities.values():
        if each.principal.service_linked or each.principal.account != table.account:
            continue
        if estate.decide(each.principal, "dynamodb:Scan", table.arn).allowed:
            yield each.arn
        elif each.unread:
            raise Unknown(f"whether {each.arn} may scan it", Gap(Reason.NOT_READ, detail="; ".join(each.unread)))


@rule(
    "medium",
    passes=[
        (_OURS, _READER),
        (replace(_TAGGED, policy=parse_policy({"Statement": _NO_SCAN})), _READER),
        (_TAGGED, replace(_READER, policies=())),
    ],
    fails=[(_TAGGED, _READER)],
    reads=(*IDENTITY_TYPES, Table),
)
def scan_not_denied(table: Table, world: World, *, tag: str = "scan=denied") -> Problems:
    """DynamoDB table can be scanned, although its tag says that it must not be.

    ## Why it matters
    Who may scan takes the whole table in a few calls, where the application only ever needs single items.

    ## How to fix
    Deny `dynamodb:Scan` and `dynamodb:PartiQLSelect` to everyone in its resource policy, or take them out of the
    policies of those who have them.

    ## Parameters
    - `tag`: key and value of the tag by which a table says that it must not be scanned.

    ## References
    - https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/access-control-resource-based.html
    - https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-query-scan.html
    """
    key, _, value = tag.partition("=")
    if table.tags.get(key) != value:
        return
    if reach.not_denied(table.policy, table.arn, table.account, ["dynamodb:Scan"]) is None:
        return
    scanning = sorted(_who_scans(table, world))
    if scanning:
        more = f" and {len(scanning) - _SHOWN} more" if len(scanning) > _SHOWN else ""
        yield f"{', '.join(scanning[:_SHOWN])}{more} may scan it"


table_without_data_tag = without_data_tag.of(Table, "DynamoDB table")
table_shared_with_other_organization = shared_with_other_organization.of(Table, "DynamoDB table")
