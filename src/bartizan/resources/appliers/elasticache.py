"""Caches: changing them."""

from __future__ import annotations

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
        "Pending": sorted(name for name, value in (group.get("PendingModifiedValues") or {}).items() if value),
        "ClusterEnabled": bool(group.get("ClusterEnabled")),
        "Source": group.get("SnapshottingClusterId"),
        "Nodes": [*replicas, *(group.get("MemberClusters") or ())],
    }


def _settings(edit: Edit) -> Params:
    """What AWS changes at once in any case; nothing else is made to go with it."""
    given: dict[str, Any] = {"ReplicationGroupId": edit.after.replication_group_id}
    if edit.changes("auto_minor_version_upgrade"):
        given["AutoMinorVersionUpgrade"] = edit.after.auto_minor_version_upgrade
    if edit.changes("snapshot_retention_limit"):
        given["SnapshotRetentionLimit"] = edit.after.snapshot_retention_limit
        # Without shards, one node must be named whose data are saved.
        if edit.after.snapshot_retention_limit and not edit.now["ClusterEnabled"] and not edit.now["Source"]:
            given["SnapshottingClusterId"] = edit.now["Nodes"][0]
    return given


def _transit(edit: Edit) -> list[Params]:
    if edit.now["Pending"]:
        waiting = ", ".join(edit.now["Pending"])
        raise Refused(f"{waiting} would change at once too, which waits for the maintenance window; let that be first")
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
        Put(_MODIFY, _transit, ("transit_encryption",), look=_LOOK, busy=("InvalidReplicationGroupState",), minutes=30),
    ),
)


CACHE_CLUSTER = ApiWriter(
    CacheCluster,
    puts=(
        Put(
            Call("elasticache:ModifyCacheCluster"),
            lambda edit: {
                "CacheClusterId": edit.after.cache_cluster_id,
                "AutoMinorVersionUpgrade": edit.after.auto_minor_version_upgrade,
            },
            ("auto_minor_version_upgrade",),
            busy=("InvalidCacheClusterState",),
        ),
    ),
)
