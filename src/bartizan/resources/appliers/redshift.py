"""Redshift clusters: changing them."""

from __future__ import annotations

from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Put
from bartizan.resources.reading import Call
from bartizan.resources.redshift import Cluster

_SETTINGS = {
    "encrypted": "Encrypted",
    "publicly_accessible": "PubliclyAccessible",
    "enhanced_vpc_routing": "EnhancedVpcRouting",
    "allow_version_upgrade": "AllowVersionUpgrade",
    "snapshot_retention": "AutomatedSnapshotRetentionPeriod",
}


def _changed(edit: Edit) -> dict[str, Any]:
    given = {argument: getattr(edit.after, name) for name, argument in _SETTINGS.items() if edit.changes(name)}
    # A cluster that is made private gives up its Elastic IP.
    if edit.undoing and given.get("PubliclyAccessible") and edit.was:
        given["ElasticIp"] = edit.was
    return {"ClusterIdentifier": edit.after.cluster_identifier, **given}


CLUSTER = ApiWriter(
    Cluster,
    puts=(
        Put(
            Call("redshift:ModifyCluster"),
            _changed,
            tuple(_SETTINGS),
            look=Look(
                Call("redshift:DescribeClusters"),
                lambda cluster: {"ClusterIdentifier": cluster.cluster_identifier},
                lambda reply: (reply["Clusters"][0].get("ElasticIpStatus") or {}).get("ElasticIp"),
            ),
            busy=("InvalidClusterState",),
        ),
    ),
)
