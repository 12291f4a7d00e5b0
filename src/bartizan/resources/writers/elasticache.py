"""Caches of ElastiCache as code."""

from __future__ import annotations

from typing import Any

from bartizan.resources.elasticache import CacheCluster, ReplicationGroup
from bartizan.resources.writing import CodeWriter, tags_map, tags_pairs


def _transit(group: ReplicationGroup, enabled: str, mode: str) -> dict[str, Any]:
    on = group.transit_encryption != "off"
    return {enabled: on, mode: group.transit_encryption if on else None}


TERRAFORM_GROUP = CodeWriter(
    "aws_elasticache_replication_group",
    ReplicationGroup,
    names={"replication_group_id": "replication_group_id"},
    fields={
        "at_rest_encryption": "at_rest_encryption_enabled",
        "transit_encryption": lambda group: _transit(group, "transit_encryption_enabled", "transit_encryption_mode"),
        "snapshot_retention_limit": "snapshot_retention_limit",
        "auto_minor_version_upgrade": "auto_minor_version_upgrade",
        "automatic_failover": "automatic_failover_enabled",
        "tags": tags_map,
    },
    import_id=lambda group: group.replication_group_id,
)

TERRAFORM_CLUSTER = CodeWriter(
    "aws_elasticache_cluster",
    CacheCluster,
    names={"cache_cluster_id": "cluster_id"},
    fields={
        "engine": "engine",
        "transit_encryption_enabled": "transit_encryption_enabled",
        "auto_minor_version_upgrade": "auto_minor_version_upgrade",
        "tags": tags_map,
    },
    import_id=lambda cluster: cluster.cache_cluster_id,
)

CLOUDFORMATION_GROUP = CodeWriter(
    "AWS::ElastiCache::ReplicationGroup",
    ReplicationGroup,
    names={"replication_group_id": "ReplicationGroupId"},
    fields={
        "at_rest_encryption": "AtRestEncryptionEnabled",
        "transit_encryption": lambda group: _transit(group, "TransitEncryptionEnabled", "TransitEncryptionMode"),
        "snapshot_retention_limit": "SnapshotRetentionLimit",
        "auto_minor_version_upgrade": "AutoMinorVersionUpgrade",
        "automatic_failover": "AutomaticFailoverEnabled",
        "tags": tags_pairs,
    },
)

CLOUDFORMATION_CLUSTER = CodeWriter(
    "AWS::ElastiCache::CacheCluster",
    CacheCluster,
    names={"cache_cluster_id": "ClusterName"},
    fields={
        "engine": "Engine",
        "transit_encryption_enabled": "TransitEncryptionEnabled",
        "auto_minor_version_upgrade": "AutoMinorVersionUpgrade",
        "tags": tags_pairs,
    },
)
