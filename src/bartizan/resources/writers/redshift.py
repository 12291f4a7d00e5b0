"""Clusters of Redshift as code."""

from __future__ import annotations

from bartizan.resources.redshift import Cluster
from bartizan.resources.writing import CodeWriter, tags_map, tags_pairs

TERRAFORM_CLUSTER = CodeWriter(
    "aws_redshift_cluster",
    Cluster,
    names={"cluster_identifier": "cluster_identifier"},
    fields={
        "encrypted": "encrypted",
        "publicly_accessible": "publicly_accessible",
        "enhanced_vpc_routing": "enhanced_vpc_routing",
        "allow_version_upgrade": "allow_version_upgrade",
        "snapshot_retention": "automated_snapshot_retention_period",
        "port": "port",
        "parameter_group": "cluster_parameter_group_name",
        "tags": tags_map,
    },
    import_id=lambda cluster: cluster.cluster_identifier,
)

CLOUDFORMATION_CLUSTER = CodeWriter(
    "AWS::Redshift::Cluster",
    Cluster,
    names={"cluster_identifier": "ClusterIdentifier"},
    fields={
        "encrypted": "Encrypted",
        "publicly_accessible": "PubliclyAccessible",
        "enhanced_vpc_routing": "EnhancedVpcRouting",
        "allow_version_upgrade": "AllowVersionUpgrade",
        "snapshot_retention": "AutomatedSnapshotRetentionPeriod",
        "port": "Port",
        "parameter_group": "ClusterParameterGroupName",
        "tags": tags_pairs,
    },
)
