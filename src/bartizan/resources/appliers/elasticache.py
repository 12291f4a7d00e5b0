"""Caches: changing them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put, Refused
from bartizan.resources.elasticache import CacheCluster, ReplicationGroup
from bartizan.resources.reading import Call, Reply

_MODES = ("off", "preferred", "required")
"""The states of encryption in transit. AWS goes one step at a time, in both directions:
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/in-transit-encryption-enable.html"""


def _kept(reply: Reply) -> dict[str, Any]:
    (group,) = reply["ReplicationGroups"]
    nodes = [node for shard in group.get("NodeGroups") or () for node in shard.get("NodeGroupMembers") or ()]
    replicas = [each["CacheClusterId"] for each in nodes if each.get("CurrentRole") == "replica"]
    return {
        "Pending": _pending(group),
        "ClusterEnabled": bool(group.get("ClusterEnabled")),
        "Source": group.get("SnapshottingClusterId"),
        "Nodes": [*replicas, *(group.get("MemberClusters") or ())],
    }


def _pending(described: Mapping[str, Any]) -> list[str]:
    return sorted(name for name, value in (described.get("PendingModifiedValues") or {}).items() if value)


def _refuse_pending(pending: list[str]) -> None:
    """Refuse where the call would make other changes at once too, which wait for the maintenance window."""
    if pending:
        raise Refused(f"changes wait for its maintenance window ({', '.join(pending)}); let them be made first")


def _settings(edit: Edit) -> Params:
    _refuse_pending(edit.now["Pending"])
    given: dict[str, Any] = {"ReplicationGroupId": edit.after.replication_group_id, "ApplyImmediately": True}
    if edit.changes("auto_minor_version_upgrade"):
        given["AutoMinorVersionUpgrade"] = edit.after.auto_minor_version_upgrade
    if edit.changes("snapshot_retention_limit"):
        given["SnapshotRetentionLimit"] = edit.after.snapshot_retention_limit
        # Without shards, one node must be named whose data are saved.
        if edit.after.snapshot_retention_limit and not edit.now["ClusterEnabled"] and not edit.now["Source"]:
            given["SnapshottingClusterId"] = edit.now["Nodes"][0]
    return given


def _transit(edit: Edit) -> list[Params]:
    _refuse_pending(edit.now["Pending"])
    here, there = (_MODES.index(each.transit_encryption) for each in (edit.before, edit.after))
    way = range(here + 1, there + 1) if there > here else range(here - 1, there - 1, -1)
    return [
        {
            "ReplicationGroupId": edit.after.replication_group_id,
            "ApplyImmediately": True,
            "TransitEncryptionEnabled": _MODES[each] != "off",
            **({} if _MODES[each] == "off" else {"TransitEncryptionMode": _MODES[each]}),
        }
        for each in way
    ]


_MODIFY = Call("elasticache:ModifyReplicationGroup")
_LOOK = Look(
    Call("elasticache:DescribeReplicationGroups"),
    lambda group: {"ReplicationGroupId": group.replication_group_id},
    _kept,
)

REPLICATION_GROUP = ApiWriter(
    ReplicationGroup,
    puts=(
        Put(
            _MODIFY,
            _settings,
            ("auto_minor_version_upgrade", "snapshot_retention_limit"),
            look=_LOOK,
            busy=("InvalidReplicationGroupState",),
        ),
        Put(_MODIFY, _transit, ("transit_encryption",), look=_LOOK, busy=("InvalidReplicationGroupState",)),
    ),
)


def _cluster(edit: Edit) -> Params:
    _refuse_pending(edit.now)
    return {
        "CacheClusterId": edit.after.cache_cluster_id,
        "AutoMinorVersionUpgrade": edit.after.auto_minor_version_upgrade,
        "ApplyImmediately": True,
    }


CACHE_CLUSTER = ApiWriter(
    CacheCluster,
    puts=(
        Put(
            Call("elasticache:ModifyCacheCluster"),
            _cluster,
            ("auto_minor_version_upgrade",),
            look=Look(
                Call("elasticache:DescribeCacheClusters"),
                lambda cluster: {"CacheClusterId": cluster.cache_cluster_id},
                lambda reply: _pending(reply["CacheClusters"][0]),
            ),
            busy=("InvalidCacheClusterState",),
        ),
    ),
)
