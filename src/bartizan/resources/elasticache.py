"""Amazon ElastiCache: replication groups of Valkey and Redis, and clusters of Memcached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.model import Resource, field, resource
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Listing, Reader
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in, terraform_tags


@resource("AWS::ElastiCache::ReplicationGroup", name="replication_group_id")
class ReplicationGroup(Resource):
    """A cache of Valkey or Redis, with its replicas."""

    replication_group_id: str = field("Its name.", default="sessions")
    at_rest_encryption: bool = field("Whether what it writes to disk is encrypted.", default=True)
    transit_encryption: str = field("`required`, `preferred` (plain text works too) or `off`.", default="required")
    authenticated: bool = field("Whether clients must say who they are, by user group or token.", default=True)
    snapshot_retention_limit: int = field("For how many days its backups are kept.", default=7)
    auto_minor_version_upgrade: bool = field("Whether it takes minor upgrades by itself.", default=True)
    automatic_failover: bool = field("Whether a replica takes over where the primary fails.", default=True)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::ElastiCache::CacheCluster", name="cache_cluster_id")
class CacheCluster(Resource):
    """A cluster of Memcached, or a single node of Redis, in no replication group."""

    cache_cluster_id: str = field("Its name.", default="pages")
    engine: str = field("`memcached`, `redis` or `valkey`.", default="memcached")
    transit_encryption_enabled: bool = field("Whether clients talk to it under TLS.", default=True)
    auto_minor_version_upgrade: bool = field("Whether it takes minor upgrades by itself.", default=True)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


_TAGS = Detail(
    Call("elasticache:ListTagsForResource"),
    params=lambda _: {},
    arn_as="ResourceName",
    fields={"tags": lambda reply: tags_in(reply.get("TagList") or ())},
)


def _transit(enabled: Any, mode: str | None) -> str:
    return (mode or "required") if enabled else "off"


REPLICATION_GROUPS = Reader(
    ReplicationGroup,
    listing=Listing(
        Call("elasticache:DescribeReplicationGroups"),
        items="ReplicationGroups",
        params={"MaxRecords": 100},
        fields={
            "replication_group_id": lambda item: item["ReplicationGroupId"],
            # Storage under a key that AWS owns does not count as encrypted in the switch.
            "at_rest_encryption": lambda item: bool(
                item.get("AtRestEncryptionEnabled") or item.get("StorageEncryptionType", "none") != "none"
            ),
            "transit_encryption": lambda item: _transit(
                item.get("TransitEncryptionEnabled"), item.get("TransitEncryptionMode")
            ),
            "authenticated": lambda item: bool(item.get("AuthTokenEnabled") or item.get("UserGroupIds")),
            "snapshot_retention_limit": lambda item: item.get("SnapshotRetentionLimit", 0),
            "auto_minor_version_upgrade": lambda item: bool(item.get("AutoMinorVersionUpgrade")),
            "automatic_failover": lambda item: item.get("AutomaticFailover") in {"enabled", "enabling"},
        },
    ),
    arn=lambda item, _: item["ARN"],
    details=(_TAGS,),
)

CACHE_CLUSTERS = Reader(
    CacheCluster,
    listing=Listing(
        Call("elasticache:DescribeCacheClusters"),
        items="CacheClusters",
        params={"MaxRecords": 100, "ShowCacheClustersNotInReplicationGroups": True},
        fields={
            "cache_cluster_id": lambda item: item["CacheClusterId"],
            "engine": lambda item: item["Engine"],
            "transit_encryption_enabled": lambda item: bool(item.get("TransitEncryptionEnabled")),
            "auto_minor_version_upgrade": lambda item: bool(item.get("AutoMinorVersionUpgrade")),
        },
    ),
    arn=lambda item, _: item["ARN"],
    details=(_TAGS,),
)


def _encrypted(block: Block, name: str, engine: str) -> bool:
    # Valkey is encrypted unless the code says otherwise.
    return str(block.get(name, engine == "valkey")).lower() == "true"


def _said(block: Block, name: str) -> bool:
    """A switch that is on unless the code says otherwise; Terraform has it as a text."""
    return str(block.get(name, True)).lower() == "true"


TERRAFORM_GROUP = CodeReader(
    "aws_elasticache_replication_group",
    ReplicationGroup,
    defaulted={
        "aws_elasticache_replication_group": (
            "at_rest_encryption_enabled",
            "auto_minor_version_upgrade",
            "engine",
            "tags_all",
            "transit_encryption_enabled",
            "transit_encryption_mode",
            "user_group_ids",
        )
    },
    fields={
        "replication_group_id": lambda block: block["replication_group_id"],
        "at_rest_encryption": lambda block: _encrypted(
            block, "at_rest_encryption_enabled", block.get("engine", "redis")
        ),
        "transit_encryption": lambda block: _transit(
            _encrypted(block, "transit_encryption_enabled", block.get("engine", "redis")),
            block.get("transit_encryption_mode"),
        ),
        "authenticated": lambda block: bool(block.get("auth_token") or block.get("user_group_ids")),
        "snapshot_retention_limit": lambda block: int(block.get("snapshot_retention_limit", 0)),
        "auto_minor_version_upgrade": lambda block: _said(block, "auto_minor_version_upgrade"),
        "automatic_failover": lambda block: bool(block.get("automatic_failover_enabled", False)),
        "tags": terraform_tags,
    },
)

TERRAFORM_CLUSTER = CodeReader(
    "aws_elasticache_cluster",
    CacheCluster,
    # The members of a replication group are written down in code, but not listed apart in AWS.
    when=lambda block: "replication_group_id" not in block,
    defaulted={
        "aws_elasticache_cluster": (
            "auto_minor_version_upgrade",
            "engine",
            "replication_group_id",
            "tags_all",
            "transit_encryption_enabled",
        )
    },
    fields={
        "cache_cluster_id": lambda block: block["cluster_id"],
        "engine": lambda block: block["engine"],
        "transit_encryption_enabled": lambda block: bool(block.get("transit_encryption_enabled", False)),
        "auto_minor_version_upgrade": lambda block: _said(block, "auto_minor_version_upgrade"),
        "tags": terraform_tags,
    },
)

CLOUDFORMATION_GROUP = CodeReader(
    "AWS::ElastiCache::ReplicationGroup",
    ReplicationGroup,
    fields={
        "replication_group_id": lambda block: block["ReplicationGroupId"],
        "at_rest_encryption": lambda block: _encrypted(block, "AtRestEncryptionEnabled", block.get("Engine", "redis")),
        "transit_encryption": lambda block: _transit(
            _encrypted(block, "TransitEncryptionEnabled", block.get("Engine", "redis")),
            block.get("TransitEncryptionMode"),
        ),
        "authenticated": lambda block: "AuthToken" in block or bool(block.get("UserGroupIds")),
        "snapshot_retention_limit": lambda block: int(block.get("SnapshotRetentionLimit", 0)),
        "auto_minor_version_upgrade": lambda block: _said(block, "AutoMinorVersionUpgrade"),
        "automatic_failover": lambda block: block.get("AutomaticFailoverEnabled", True),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)

CLOUDFORMATION_CLUSTER = CodeReader(
    "AWS::ElastiCache::CacheCluster",
    CacheCluster,
    fields={
        "cache_cluster_id": lambda block: block["ClusterName"],
        "engine": lambda block: block["Engine"],
        "transit_encryption_enabled": lambda block: block.get("TransitEncryptionEnabled", False),
        "auto_minor_version_upgrade": lambda block: _said(block, "AutoMinorVersionUpgrade"),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)
