"""Caches that fail."""

from __future__ import annotations

import copy
from typing import Any

from harden.aws import Aws, AwsError
from harden.seeded import State, seeds

_ARN = "arn:aws:elasticache:eu-west-1:123456789012"
_MODES = {(False, None): 0, (True, "preferred"): 1, (True, "required"): 2}


def _tags(aws: Aws) -> None:
    aws.answers("elasticache:ListTagsForResource", {"TagList": []})


def _group(aws: Aws, **given: Any) -> State:
    group: dict[str, Any] = {
        "ReplicationGroupId": "sessions",
        "ARN": f"{_ARN}:replicationgroup:sessions",
        "Description": "sessions of the shop",
        "TransitEncryptionEnabled": True,
        "TransitEncryptionMode": "required",
        "SnapshotRetentionLimit": 5,
        "SnapshotWindow": "03:00-04:00",
        "AutoMinorVersionUpgrade": True,
        "ClusterEnabled": False,
        "MemberClusters": ["sessions-001", "sessions-002"],
        "NodeGroups": [
            {
                "NodeGroupId": "0001",
                "NodeGroupMembers": [
                    {"CacheClusterId": "sessions-001", "CurrentRole": "primary"},
                    {"CacheClusterId": "sessions-002", "CurrentRole": "replica"},
                ],
            }
        ],
        "PendingModifiedValues": {},
        **given,
    }

    def modify(params: dict[str, Any]) -> None:
        assert params.pop("ReplicationGroupId") == "sessions"
        # What else waits would be changed at once as well.
        assert params.pop("ApplyImmediately", False) is ("TransitEncryptionEnabled" in params)
        if params.get("SnapshotRetentionLimit") and not group["ClusterEnabled"] and not group["SnapshotRetentionLimit"]:
            assert params.pop("SnapshottingClusterId") == "sessions-002"
        if "TransitEncryptionEnabled" in params:
            was = _MODES[group["TransitEncryptionEnabled"], group.get("TransitEncryptionMode")]
            will = _MODES[params["TransitEncryptionEnabled"], params.get("TransitEncryptionMode")]
            if abs(will - was) > 1:
                raise AwsError("InvalidParameterCombination", "encryption in transit goes by way of preferred")
            group.pop("TransitEncryptionMode", None)
        group.update(params)

    aws.answers("elasticache:DescribeReplicationGroups", lambda _: {"ReplicationGroups": [group]})
    aws.answers("elasticache:ModifyReplicationGroup", modify)
    _tags(aws)
    return lambda: copy.deepcopy(group)


@seeds("elasticache.no-backups", "elasticache.no-minor-upgrades", "elasticache.plain-connections")
def cache_with_everything_wrong(aws: Aws) -> State:
    state = _group(
        aws, SnapshotRetentionLimit=0, AutoMinorVersionUpgrade=False, TransitEncryptionEnabled=False, NodeGroups=[]
    )
    group = aws.fakes["elasticache:DescribeReplicationGroups"]({})["ReplicationGroups"][0]
    del group["TransitEncryptionMode"]
    group["ClusterEnabled"] = True
    return state


@seeds("elasticache.plain-connections")
def cache_that_prefers_tls(aws: Aws) -> State:
    return _group(aws, TransitEncryptionMode="preferred")


@seeds("elasticache.no-backups")
def cache_without_shards_or_backups(aws: Aws) -> State:
    return _group(aws, SnapshotRetentionLimit=0)


@seeds("elasticache.cluster-without-minor-upgrades")
def memcached_without_minor_upgrades(aws: Aws) -> State:
    cluster: dict[str, Any] = {
        "CacheClusterId": "pages",
        "ARN": f"{_ARN}:cluster:pages",
        "Engine": "memcached",
        "TransitEncryptionEnabled": True,
        "AutoMinorVersionUpgrade": False,
        "NumCacheNodes": 2,
    }

    def modify(params: dict[str, Any]) -> None:
        assert params.pop("CacheClusterId") == "pages"
        assert "ApplyImmediately" not in params
        cluster.update(params)

    aws.answers("elasticache:DescribeCacheClusters", lambda _: {"CacheClusters": [cluster]})
    aws.answers("elasticache:ModifyCacheCluster", modify)
    _tags(aws)
    return lambda: copy.deepcopy(cluster)
