"""Checks of Amazon DynamoDB."""

from __future__ import annotations

from bartizan.model import Problems, replace, rule
from bartizan.resources.dynamodb import Table


@rule("medium", passes=[Table()], fails=[Table(point_in_time_recovery_enabled=False)])
def no_point_in_time_recovery(table: Table) -> Problems:
    """DynamoDB table has no point-in-time recovery.

    ## Why it matters
    After a faulty deployment or an attack, there is no state from just before to go back to.

    ## How to fix
    Turn on point-in-time recovery, which is billed by the size of the table.

    ## References
    - https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html
    """
    if not table.point_in_time_recovery_enabled:
        yield "point-in-time recovery is off"


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
