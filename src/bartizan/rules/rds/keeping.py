"""Checks of how database instances keep their data."""

from __future__ import annotations

from bartizan.model import Problems, replace, rule
from bartizan.resources.rds import DbInstance

_MEMBER = DbInstance(
    engine="aurora-mysql",
    db_cluster_identifier="shop",
    storage_encrypted=False,
    backup_retention_period=1,
    deletion_protection=False,
    multi_az=False,
    exported_logs=(),
    copy_tags_to_snapshot=False,
)
_REPLICA = DbInstance(source_db_instance="shop-1", backup_retention_period=0, multi_az=False)
_DOCDB = DbInstance(engine="docdb", db_cluster_identifier="shop", auto_minor_version_upgrade=False)


@rule("high", passes=[DbInstance(), _MEMBER], fails=[DbInstance(storage_encrypted=False)])
def unencrypted_instance(instance: DbInstance) -> Problems:
    """Database instance is not encrypted.

    ## Why it matters
    Its snapshots are not encrypted either, and can be shared with everyone without a key.

    ## How to fix
    Copy a snapshot of it with a KMS key, restore that as a new instance, and move the applications there.

    ## References
    - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.html
    """
    if not instance.db_cluster_identifier and not instance.storage_encrypted:
        yield "its storage is not encrypted"


@rule("medium", passes=[DbInstance(), _MEMBER, _REPLICA], fails=[DbInstance(backup_retention_period=0)])
def short_backups(instance: DbInstance, *, min_days: int = 7) -> Problems:
    """Database instance keeps its backups for too short a time, or none.

    ## Why it matters
    Damage that is noticed after a weekend cannot be undone any more.

    ## How to fix
    Keep automated backups for a week at least, or have AWS Backup do so.

    ## Parameters
    - `min_days`: days for which backups are kept at least.

    ## References
    - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html
    """
    if instance.db_cluster_identifier or instance.source_db_instance:
        return
    if not instance.backup_retention_period:
        yield "automated backups are off"
    elif instance.backup_retention_period < min_days:
        yield f"backups are kept for {instance.backup_retention_period} days"


@short_backups.risky_fix("where backups were off, turning them on interrupts the database for a moment")
def keep_backups(instance: DbInstance, *, min_days: int = 7) -> DbInstance:
    """Keep automated backups for longer."""
    return replace(instance, backup_retention_period=max(instance.backup_retention_period, min_days))


@rule("medium", passes=[DbInstance(), _MEMBER], fails=[DbInstance(deletion_protection=False)])
def instance_without_deletion_protection(instance: DbInstance) -> Problems:
    """Database instance can be deleted with one call.

    ## Why it matters
    A mistake in a script or template, or a stolen credential, removes the database, and its backups if asked to.

    ## How to fix
    Turn on deletion protection, and turn it off on purpose before the instance is to go.

    ## References
    - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html
    """
    if not instance.db_cluster_identifier and not instance.deletion_protection:
        yield "deletion protection is off"


@instance_without_deletion_protection.fix
def protect_instance(instance: DbInstance) -> DbInstance:
    """Turn on deletion protection."""
    return replace(instance, deletion_protection=True)


@rule("medium", passes=[DbInstance(), _DOCDB], fails=[DbInstance(auto_minor_version_upgrade=False)])
def no_minor_upgrades(instance: DbInstance) -> Problems:
    """Database instance does not take minor upgrades by itself.

    ## Why it matters
    Minor versions mend known flaws, and those who know them look for databases that lack them.

    ## How to fix
    Turn on automatic minor version upgrades, in a maintenance window that suits you.

    ## References
    - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Upgrading.html
    """
    # DocumentDB has the switch, but makes nothing of it.
    if instance.engine != "docdb" and not instance.auto_minor_version_upgrade:
        yield "automatic minor version upgrades are off"


@no_minor_upgrades.risky_fix("the database restarts in a maintenance window whenever it takes one")
def take_minor_upgrades(instance: DbInstance) -> DbInstance:
    """Turn on automatic minor version upgrades."""
    return replace(instance, auto_minor_version_upgrade=True)


@rule("low", passes=[DbInstance(), _MEMBER, _REPLICA], fails=[DbInstance(multi_az=False)], advice=True)
def single_zone_instance(instance: DbInstance) -> Problems:
    """Database instance lives in one Availability Zone.

    ## Why it matters
    An outage of the zone, and each change of hardware, takes the database away.

    ## How to fix
    Turn on Multi-AZ for databases that must stay up; a standby costs as much as the instance.

    ## References
    - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZ.html
    """
    if not (instance.db_cluster_identifier or instance.source_db_instance or instance.multi_az):
        yield "no standby waits in another zone"


@rule("low", passes=[DbInstance(), _MEMBER], fails=[DbInstance(exported_logs=())])
def instance_logs_stay(instance: DbInstance) -> Problems:
    """Database instance sends no logs to CloudWatch Logs.

    ## Why it matters
    Its logs stay on the instance for a few days; whoever is in the database, or deletes it, takes them along.

    ## How to fix
    Export the logs of its engine: errors at least, and those of the audit where it has one.

    ## References
    - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Procedural.UploadtoCloudWatch.html
    """
    if not instance.db_cluster_identifier and not instance.exported_logs:
        yield "no log is exported"


@rule("low", passes=[DbInstance(), _MEMBER], fails=[DbInstance(copy_tags_to_snapshot=False)])
def instance_snapshots_without_tags(instance: DbInstance) -> Problems:
    """Database instance does not hand its tags on to its snapshots.

    ## Why it matters
    Tags say which data it holds and who may use it; its snapshots hold the same data without that.

    ## How to fix
    Turn on the copying of tags to snapshots.

    ## References
    - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Tagging.html
    """
    if not instance.db_cluster_identifier and not instance.copy_tags_to_snapshot:
        yield "tags are not copied to snapshots"


@instance_snapshots_without_tags.fix
def copy_instance_tags(instance: DbInstance) -> DbInstance:
    """Copy tags to snapshots."""
    return replace(instance, copy_tags_to_snapshot=True)
