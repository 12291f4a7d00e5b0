"""Checks of clusters of Aurora, RDS, DocumentDB and Neptune."""

from __future__ import annotations

from bartizan.model import Gap, Problems, Reason, Unknown, World, replace, rule
from bartizan.resources.rds import DbCluster, DbClusterParameterGroup
from bartizan.rules.datatags import without_data_tag

_DOCDB = DbCluster(engine="docdb", exported_logs=("audit",))
_NEPTUNE = DbCluster(engine="neptune", exported_logs=("audit",))
_FREE = DbClusterParameterGroup(forces_tls=False)
_SILENT = DbClusterParameterGroup(audits=False)
_AUDITING = frozenset({"docdb", "neptune"})
_DEFAULT_NAMES = frozenset({"admin", "administrator", "mysql", "postgres", "root", "user"})


def _group(cluster: DbCluster, world: World) -> DbClusterParameterGroup:
    for each in world.find(DbClusterParameterGroup, near=cluster, parameter_group_name=cluster.parameter_group):
        return each
    raise Unknown(f"cluster parameter group {cluster.parameter_group}", Gap(Reason.NOT_READ))


@rule("high", passes=[DbCluster()], fails=[DbCluster(storage_encrypted=False)])
def unencrypted_cluster(cluster: DbCluster) -> Problems:
    """Database cluster is not encrypted.

    ## Why it matters
    Its snapshots are not encrypted either, and can be shared with everyone without a key.

    ## How to fix
    Restore a snapshot of it as a new cluster with a KMS key, and move the applications there.

    ## References
    - https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Overview.Encryption.html
    - https://docs.aws.amazon.com/documentdb/latest/developerguide/encryption-at-rest.html
    - https://docs.aws.amazon.com/neptune/latest/userguide/encrypt.html
    """
    if not cluster.storage_encrypted:
        yield "its storage is not encrypted"


@rule("high", passes=[DbCluster()], fails=[DbCluster(engine="mysql", publicly_accessible=True)])
def public_cluster(cluster: DbCluster) -> Problems:
    """Multi-AZ database cluster has an address on the internet.

    ## Why it matters
    One wrong rule in a security group is then all that lies between the internet and the data.

    ## How to fix
    Restore it in private subnets without public access, and reach it from within the VPC or by VPN.

    ## References
    - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/multi-az-db-clusters-concepts.html
    """
    if cluster.publicly_accessible:
        yield "it is publicly accessible"


@rule("medium", passes=[DbCluster()], fails=[DbCluster(backup_retention_period=1)])
def short_cluster_backups(cluster: DbCluster, *, min_days: int = 7) -> Problems:
    """Database cluster keeps its backups for too short a time.

    ## Why it matters
    Damage that is noticed after a weekend cannot be undone any more.

    ## How to fix
    Keep automated backups for a week at least.

    ## Parameters
    - `min_days`: days for which backups are kept at least.

    ## References
    - https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Managing.Backups.html
    """
    if cluster.backup_retention_period < min_days:
        yield f"backups are kept for {cluster.backup_retention_period} days"


@short_cluster_backups.fix
def keep_cluster_backups(cluster: DbCluster, *, min_days: int = 7) -> DbCluster:
    """Keep automated backups for longer."""
    return replace(cluster, backup_retention_period=max(cluster.backup_retention_period, min_days))


@rule("medium", passes=[DbCluster()], fails=[DbCluster(deletion_protection=False)])
def cluster_without_deletion_protection(cluster: DbCluster) -> Problems:
    """Database cluster can be deleted with one call.

    ## Why it matters
    A mistake in a script or template, or a stolen credential, removes the database with its backups.

    ## How to fix
    Turn on deletion protection, and turn it off on purpose before the cluster is to go.

    ## References
    - https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_DeleteCluster.html
    """
    if not cluster.deletion_protection:
        yield "deletion protection is off"


@cluster_without_deletion_protection.fix
def protect_cluster(cluster: DbCluster) -> DbCluster:
    """Turn on deletion protection."""
    return replace(cluster, deletion_protection=True)


@rule(
    "medium",
    passes=[(DbCluster(), DbClusterParameterGroup()), (_NEPTUNE, _FREE)],
    fails=[(DbCluster(), _FREE), (_DOCDB, _FREE)],
    reads=[DbClusterParameterGroup],
)
def plain_cluster_connections(cluster: DbCluster, world: World) -> Problems:
    """Database cluster takes connections without TLS.

    ## Why it matters
    Passwords and data of such connections can be read and changed on the way, and no client is told that they are.

    ## How to fix
    In a cluster parameter group of its own set `rds.force_ssl` (PostgreSQL) or `require_secure_transport` (MySQL) to 1,
    or `tls` (DocumentDB) to `enabled`.

    ## References
    - https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.SSL.html
    - https://docs.aws.amazon.com/documentdb/latest/developerguide/security.encryption.ssl.html
    """
    # Neptune takes no other connections.
    if cluster.engine != "neptune" and not _group(cluster, world).forces_tls:
        yield f"cluster parameter group {cluster.parameter_group} does not force TLS"


@rule("low", passes=[DbCluster(), _DOCDB], fails=[DbCluster(iam_authentication=False)], advice=True)
def cluster_without_iam_authentication(cluster: DbCluster) -> Problems:
    """Database cluster knows no sign-in by IAM.

    ## Why it matters
    Applications then sign in with passwords, which are kept somewhere and rarely changed; to Neptune, whoever gets a
    connection needs not even that.

    ## How to fix
    Turn on IAM database authentication, and let applications sign in with their role.

    ## References
    - https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.html
    - https://docs.aws.amazon.com/neptune/latest/userguide/iam-auth.html
    """
    # DocumentDB takes IAM identities without a switch.
    if cluster.engine != "docdb" and not cluster.iam_authentication:
        yield "IAM database authentication is off"


@cluster_without_iam_authentication.risky_fix("clients of Neptune that do not sign their requests are refused")
def enable_cluster_iam_authentication(cluster: DbCluster) -> DbCluster:
    """Turn on IAM database authentication."""
    return replace(cluster, iam_authentication=True)


@rule("low", passes=[DbCluster()], fails=[DbCluster(multi_az=False)], advice=True)
def single_zone_cluster(cluster: DbCluster) -> Problems:
    """Database cluster has instances in one Availability Zone only.

    ## Why it matters
    Its data survive an outage of the zone, but nothing serves them until another instance is made.

    ## How to fix
    Add a reader in another zone where the database must stay up.

    ## References
    - https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.AuroraHighAvailability.html
    """
    if not cluster.multi_az:
        yield "no instance is in another zone"


@rule("low", passes=[DbCluster(), _NEPTUNE], fails=[DbCluster(exported_logs=())])
def cluster_logs_stay(cluster: DbCluster) -> Problems:
    """Database cluster sends no logs to CloudWatch Logs.

    ## Why it matters
    Its logs stay on the instances for a few days, if at all; whoever is in the database takes them along.

    ## How to fix
    Export the logs of its engine, that of the audit above all.

    ## References
    - https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_LogAccess.Procedural.UploadtoCloudWatch.html
    """
    if not cluster.exported_logs:
        yield "no log is exported"


@rule(
    "medium",
    passes=[
        (_DOCDB, DbClusterParameterGroup()),
        (replace(_DOCDB, exported_logs=()), _SILENT),
        (DbCluster(), _SILENT),
    ],
    fails=[(_DOCDB, _SILENT), (_NEPTUNE, _SILENT)],
    reads=[DbClusterParameterGroup],
)
def silent_audit_log(cluster: DbCluster, world: World) -> Problems:
    """Database cluster exports an audit log that nothing is written to.

    ## Why it matters
    It looks as if who did what were recorded, and after an incident there is nothing.

    ## How to fix
    In a cluster parameter group of its own set `audit_logs` (DocumentDB) to `enabled`, or `neptune_enable_audit_log`
    (Neptune) to 1.

    ## References
    - https://docs.aws.amazon.com/documentdb/latest/developerguide/event-auditing.html
    - https://docs.aws.amazon.com/neptune/latest/userguide/auditing.html
    """
    if cluster.engine in _AUDITING and "audit" in cluster.exported_logs and not _group(cluster, world).audits:
        yield f"cluster parameter group {cluster.parameter_group} leaves the audit off"


@rule("low", passes=[DbCluster()], fails=[DbCluster(copy_tags_to_snapshot=False)])
def cluster_snapshots_without_tags(cluster: DbCluster) -> Problems:
    """Database cluster does not hand its tags on to its snapshots.

    ## Why it matters
    Tags say which data it holds and who may use it; its snapshots hold the same data without that.

    ## How to fix
    Turn on the copying of tags to snapshots.

    ## References
    - https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_Tagging.html
    """
    if cluster.engine != "docdb" and not cluster.copy_tags_to_snapshot:
        yield "tags are not copied to snapshots"


@cluster_snapshots_without_tags.fix
def copy_cluster_tags(cluster: DbCluster) -> DbCluster:
    """Copy tags to snapshots."""
    return replace(cluster, copy_tags_to_snapshot=True)


@rule("low", passes=[DbCluster()], fails=[DbCluster(master_username="postgres")], advice=True)
def default_cluster_administrator(cluster: DbCluster) -> Problems:
    """Database cluster's administrator has the name that everybody tries first.

    ## Why it matters
    Who guesses passwords needs only one of the two things to guess.

    ## How to fix
    Choose another name when the cluster is made again; it cannot be changed later.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html
    """
    # Neptune has no administrator; what its API sends is made up.
    if cluster.engine != "neptune" and cluster.master_username.lower() in _DEFAULT_NAMES:
        yield f"it is called {cluster.master_username}"


@rule("low", passes=[DbCluster(), _NEPTUNE], fails=[DbCluster(managed_password=False)], advice=True)
def unmanaged_cluster_password(cluster: DbCluster) -> Problems:
    """Database cluster's administrator has a password that RDS does not manage.

    ## Why it matters
    Somebody chose it, and it lies in code, notes or heads until somebody changes it.

    ## How to fix
    Let the service keep the password in Secrets Manager, where it is changed every seven days, unless it is rotated
    already.

    ## References
    - https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/rds-secrets-manager.html
    - https://docs.aws.amazon.com/documentdb/latest/developerguide/docdb-secrets-manager.html
    """
    if cluster.engine != "neptune" and not cluster.managed_password:
        yield "Secrets Manager does not hold the password on behalf of the service"


db_cluster_without_data_tag = without_data_tag.of(DbCluster, "Database cluster")
