"""Redshift clusters that fail."""

from __future__ import annotations

from typing import Any

from harden.aws import Aws
from harden.seeded import State, seeds


def _cluster(aws: Aws, **more: Any) -> None:
    aws.client("redshift").create_cluster(
        ClusterIdentifier="reports",
        NodeType="ra3.large",
        ClusterType="single-node",
        MasterUsername="keeper",
        MasterUserPassword="Not1secret",
        **{
            "Encrypted": True,
            "PubliclyAccessible": False,
            "EnhancedVpcRouting": True,
            "AllowVersionUpgrade": True,
            "AutomatedSnapshotRetentionPeriod": 7,
            "Tags": [{"Key": "team", "Value": "shop"}],
            **more,
        },
    )


@seeds(
    "redshift.public-cluster",
    "redshift.open-to-internet",
    "redshift.unencrypted-cluster",
    "redshift.copies-over-internet",
    "redshift.no-upgrades",
    "redshift.short-snapshots",
)
def cluster_with_everything_wrong(aws: Aws) -> None:
    ec2 = aws.client("ec2")
    group = ec2.create_security_group(GroupName="reports", Description="of the reports")["GroupId"]
    wide = {"IpProtocol": "tcp", "FromPort": 5439, "ToPort": 5439, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[wide])
    _cluster(
        aws,
        VpcSecurityGroupIds=[group],
        Encrypted=False,
        PubliclyAccessible=True,
        EnhancedVpcRouting=False,
        AllowVersionUpgrade=False,
        AutomatedSnapshotRetentionPeriod=1,
    )


@seeds("redshift.public-cluster")
def cluster_with_an_address_of_its_own(aws: Aws) -> State:
    _cluster(aws, PubliclyAccessible=True)
    cluster = aws.client("redshift").describe_clusters()["Clusters"][0]
    address = {"ElasticIp": "203.0.113.7", "Status": "active"}
    cluster["ElasticIpStatus"] = address

    def modify(params: dict[str, Any]) -> None:
        assert params["ClusterIdentifier"] == "reports"
        cluster["PubliclyAccessible"] = params["PubliclyAccessible"]
        cluster.pop("ElasticIpStatus", None)
        if params["PubliclyAccessible"]:
            assert params["ElasticIp"] == address["ElasticIp"]
            cluster["ElasticIpStatus"] = address

    aws.answers("redshift:DescribeClusters", lambda _: {"Clusters": [cluster]})
    aws.answers("redshift:ModifyCluster", modify)
    return lambda: cluster
