"""Clusters of EKS as code."""

from __future__ import annotations

from bartizan.resources.eks import Cluster
from bartizan.resources.writing import CodeWriter, tags_map, tags_pairs

TERRAFORM_CLUSTER = CodeWriter(
    "aws_eks_cluster",
    Cluster,
    names={"cluster_name": "name"},
    fields={
        "endpoint_public_access": "vpc_config.endpoint_public_access",
        "public_access_cidrs": "vpc_config.public_access_cidrs",
        "logs": "enabled_cluster_log_types",
        "authentication_mode": "access_config.authentication_mode",
        "deletion_protection": "deletion_protection",
        "version": "version",
        "tags": tags_map,
    },
    import_id=lambda cluster: cluster.cluster_name,
)

CLOUDFORMATION_CLUSTER = CodeWriter(
    "AWS::EKS::Cluster",
    Cluster,
    names={"cluster_name": "Name"},
    fields={
        "endpoint_public_access": "ResourcesVpcConfig.EndpointPublicAccess",
        "public_access_cidrs": "ResourcesVpcConfig.PublicAccessCidrs",
        "logs": lambda cluster: {
            "Logging": {"ClusterLogging": {"EnabledTypes": [{"Type": each} for each in cluster.logs]}}
        },
        "authentication_mode": "AccessConfig.AuthenticationMode",
        "deletion_protection": "DeletionProtection",
        "version": "Version",
        "tags": tags_pairs,
    },
)
