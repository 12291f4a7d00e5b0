"""Checks of Amazon ElastiCache."""

from __future__ import annotations

from bartizan.model import Problems, replace, rule
from bartizan.resources.elasticache import CacheCluster, ReplicationGroup
from bartizan.rules.datatags import without_data_tag


@rule("medium", passes=[ReplicationGroup()], fails=[ReplicationGroup(at_rest_encryption=False)])
def unencrypted_at_rest(group: ReplicationGroup) -> Problems:
    """Cache writes its data to disk unencrypted.

    ## Why it matters
    Backups and synchronisation write to disk what the cache holds: sessions, tokens, personal data.

    ## How to fix
    Restore a backup of it as a new group with encryption at rest; one that exists cannot be changed.

    ## References
    - https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/at-rest-encryption.html
    """
    if not group.at_rest_encryption:
        yield "encryption at rest is off"


@rule(
    "medium",
    passes=[ReplicationGroup()],
    fails=[ReplicationGroup(transit_encryption="off"), ReplicationGroup(transit_encryption="preferred")],
)
def plain_connections(group: ReplicationGroup) -> Problems:
    """Cache takes connections without TLS.

    ## Why it matters
    Sessions, tokens and the password of the cache itself can be read and changed on the way.

    ## How to fix
    Turn on encryption in transit: `preferred` first, and `required` once all clients use TLS.

    ## References
    - https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/in-transit-encryption.html
    """
    if group.transit_encryption == "off":
        yield "encryption in transit is off"
    elif group.transit_encryption == "preferred":
        yield "connections in plain text work as well"


@plain_connections.risky_fix("clients that do not speak TLS are refused")
def require_tls(group: ReplicationGroup) -> ReplicationGroup:
    """Require encryption in transit."""
    return replace(group, transit_encryption="required")


@rule("medium", passes=[ReplicationGroup()], fails=[ReplicationGroup(authenticated=False)])
def no_authentication(group: ReplicationGroup) -> Problems:
    """Cache asks nobody who they are.

    ## Why it matters
    Whatever gets a connection, a compromised function or machine in the same network, reads and changes everything.

    ## How to fix
    Give it a user group with least privilege (RBAC), and let applications sign in by IAM. That needs
    encryption in transit.

    ## References
    - https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html
    """
    if not group.authenticated:
        yield "it has neither a user group nor a token"


@rule("low", passes=[ReplicationGroup()], fails=[ReplicationGroup(snapshot_retention_limit=0)], advice=True)
def no_backups(group: ReplicationGroup) -> Problems:
    """Cache has no backups.

    ## Why it matters
    Where it is more than a cache, what it held is lost with it.

    ## How to fix
    Keep daily backups where the data cannot be made anew from elsewhere.

    ## References
    - https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-automatic.html
    """
    if not group.snapshot_retention_limit:
        yield "automatic backups are off"


@no_backups.fix
def keep_backups(group: ReplicationGroup) -> ReplicationGroup:
    """Keep daily backups for a week."""
    return replace(group, snapshot_retention_limit=7)


@rule("medium", passes=[ReplicationGroup()], fails=[ReplicationGroup(auto_minor_version_upgrade=False)])
def no_minor_upgrades(group: ReplicationGroup) -> Problems:
    """Cache does not take minor upgrades by itself.

    ## Why it matters
    Minor versions mend known flaws, and those who know them look for caches that lack them.

    ## How to fix
    Turn on automatic minor version upgrades, in a maintenance window that suits you.

    ## References
    - https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/VersionManagement.html
    """
    if not group.auto_minor_version_upgrade:
        yield "automatic minor version upgrades are off"


@no_minor_upgrades.risky_fix("nodes are replaced in a maintenance window whenever it takes one")
def take_minor_upgrades(group: ReplicationGroup) -> ReplicationGroup:
    """Turn on automatic minor version upgrades."""
    return replace(group, auto_minor_version_upgrade=True)


@rule("low", passes=[ReplicationGroup()], fails=[ReplicationGroup(automatic_failover=False)], advice=True)
def no_failover(group: ReplicationGroup) -> Problems:
    """Cache stops where its primary fails.

    ## Why it matters
    Until the node is replaced, all that rely on the cache wait or fail.

    ## How to fix
    Add a replica in another zone, and turn on automatic failover.

    ## References
    - https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html
    """
    if not group.automatic_failover:
        yield "automatic failover is off"


@rule(
    "medium",
    passes=[CacheCluster(), CacheCluster(engine="redis", transit_encryption_enabled=True)],
    fails=[CacheCluster(transit_encryption_enabled=False)],
)
def plain_cluster_connections(cluster: CacheCluster) -> Problems:
    """Cache cluster takes connections without TLS.

    ## Why it matters
    Whatever is in the cache can be read and changed on the way.

    ## How to fix
    Make the cluster again with encryption in transit; of Redis, make a replication group.

    ## References
    - https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/in-transit-encryption-mc.html
    """
    if not cluster.transit_encryption_enabled:
        yield "encryption in transit is off"


@rule("medium", passes=[CacheCluster()], fails=[CacheCluster(auto_minor_version_upgrade=False)])
def cluster_without_minor_upgrades(cluster: CacheCluster) -> Problems:
    """Cache cluster does not take minor upgrades by itself.

    ## Why it matters
    Minor versions mend known flaws, and those who know them look for caches that lack them.

    ## How to fix
    Turn on automatic minor version upgrades, in a maintenance window that suits you.

    ## References
    - https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/VersionManagement.html
    """
    if not cluster.auto_minor_version_upgrade:
        yield "automatic minor version upgrades are off"


@cluster_without_minor_upgrades.risky_fix("nodes are replaced, and lose what they hold, whenever it takes one")
def take_cluster_upgrades(cluster: CacheCluster) -> CacheCluster:
    """Turn on automatic minor version upgrades."""
    return replace(cluster, auto_minor_version_upgrade=True)


replication_group_without_data_tag = without_data_tag.of(ReplicationGroup, "ElastiCache replication group")
cache_cluster_without_data_tag = without_data_tag.of(CacheCluster, "ElastiCache cluster")
