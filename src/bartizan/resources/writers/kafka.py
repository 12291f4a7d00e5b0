"""Clusters of MSK as code."""

from __future__ import annotations

from bartizan.resources.kafka import Cluster
from bartizan.resources.writing import CodeWriter, Nested, Own, Part, nested, tags_map, tags_object


def _provisioned(cluster: Cluster) -> bool:
    return not cluster.serverless


def _public_access(cluster: Cluster) -> str:
    return "SERVICE_PROVIDED_EIPS" if cluster.public_access else "DISABLED"


TERRAFORM_CLUSTER = CodeWriter(
    "aws_msk_cluster",
    Cluster,
    names={"cluster_name": "cluster_name"},
    fields={
        "public_access": lambda cluster: {
            "broker_node_group_info": nested(
                connectivity_info=nested(public_access=nested(type=_public_access(cluster)))
            )
        },
        "client_encryption": "encryption_info.encryption_in_transit.client_broker",
        "encrypted_between_brokers": "encryption_info.encryption_in_transit.in_cluster",
        "unauthenticated": "client_authentication.unauthenticated",
        "tags": tags_map,
    },
    parts=(Part("aws_msk_cluster_policy", {"policy": "policy"}, {"cluster_arn": Own("arn")}),),
    import_id=lambda cluster: cluster.arn,
    when=_provisioned,
)

CLOUDFORMATION_CLUSTER = CodeWriter(
    "AWS::MSK::Cluster",
    Cluster,
    names={"cluster_name": "ClusterName"},
    fields={
        "public_access": lambda cluster: {
            "BrokerNodeGroupInfo": Nested({"ConnectivityInfo": {"PublicAccess": {"Type": _public_access(cluster)}}})
        },
        "client_encryption": "EncryptionInfo.EncryptionInTransit.ClientBroker",
        "encrypted_between_brokers": "EncryptionInfo.EncryptionInTransit.InCluster",
        "unauthenticated": "ClientAuthentication.Unauthenticated.Enabled",
        "tags": tags_object,
    },
    parts=(Part("AWS::MSK::ClusterPolicy", {"policy": "Policy"}, {"ClusterArn": Own("Arn")}),),
    when=_provisioned,
)

TERRAFORM_SERVERLESS = CodeWriter(
    "aws_msk_serverless_cluster",
    Cluster,
    names={"cluster_name": "cluster_name"},
    fields={"tags": tags_map},
    parts=(Part("aws_msk_cluster_policy", {"policy": "policy"}, {"cluster_arn": Own("arn")}),),
    import_id=lambda cluster: cluster.arn,
)

CLOUDFORMATION_SERVERLESS = CodeWriter(
    "AWS::MSK::ServerlessCluster",
    Cluster,
    names={"cluster_name": "ClusterName"},
    fields={"tags": tags_object},
    parts=(Part("AWS::MSK::ClusterPolicy", {"policy": "Policy"}, {"ClusterArn": Own("Arn")}),),
)
