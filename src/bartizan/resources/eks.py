"""Amazon Elastic Kubernetes Service."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from bartizan.model import Resource, field, resource
from bartizan.model.resource import SAMPLE_TIME
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Listing, Reader, Within
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, Tags, tags_in, terraform_tags

_ANYWHERE = "0.0.0.0/0"


@resource("AWS::EKS::Cluster", name="cluster_name")
class Cluster(Resource):
    """A Kubernetes cluster."""

    cluster_name: str = field("Its name.")
    version: str = field("Its version of Kubernetes.", default="1.35")
    endpoint_public_access: bool = field("Whether its API can be reached from the internet.", default=False)
    public_access_cidrs: tuple[str, ...] = field("The addresses from which it can.", default=(_ANYWHERE,))
    secrets_key: str | None = field("The KMS key of the customer's that encrypts its secrets.", default=None)
    logs: tuple[str, ...] = field(
        "The logs of its control plane that are kept.", default=("api", "audit", "authenticator")
    )
    authentication_mode: str = field("`API`, `CONFIG_MAP`, or both: where it says who may enter.", default="API")
    deletion_protection: bool = field("Whether it refuses to be deleted.", default=True)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::EKS::Nodegroup", name="nodegroup_name")
class NodeGroup(Resource):
    """A group of nodes that EKS manages."""

    nodegroup_name: str = field("Its name.")
    cluster_name: str = field("Its cluster.", default="shop")
    ssh_key: str | None = field("The key pair that opens its nodes by SSH.", default=None)
    ssh_sources: tuple[str, ...] = field("The security groups that may use SSH.", default=())
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::EKS::ClusterVersion", name="version")
class ClusterVersion(Resource):
    """A version of Kubernetes that EKS knows, and how long it supports it."""

    version: str = field("The version.")
    standard_support_ends: dt.datetime | None = field("When standard support ends.", default=SAMPLE_TIME)
    extended_support_ends: dt.datetime | None = field("When extended support ends.", default=SAMPLE_TIME)


def _key(configs: Iterable[Mapping[str, Any]]) -> str | None:
    return next((each["provider"]["keyArn"] for each in configs if "secrets" in each["resources"]), None)


def _logs(logging: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(sorted(kind for each in logging["clusterLogging"] if each["enabled"] for kind in each["types"]))


_CLUSTERS = Listing(
    Call("eks:ListClusters"),
    items=lambda reply: [{"clusterName": name} for name in reply["clusters"]],
    params={"maxResults": 100},
    fields={"cluster_name": lambda item: item["clusterName"]},
)

CLUSTERS = Reader(
    Cluster,
    listing=_CLUSTERS,
    arn=lambda item, scope: scope.arn("eks", f"cluster/{item['clusterName']}"),
    details=(
        Detail(
            Call("eks:DescribeCluster"),
            params=lambda item: {"name": item["clusterName"]},
            fields={
                "version": lambda reply: reply["cluster"]["version"],
                "endpoint_public_access": lambda reply: reply["cluster"]["resourcesVpcConfig"]["endpointPublicAccess"],
                "public_access_cidrs": lambda reply: tuple(
                    sorted(reply["cluster"]["resourcesVpcConfig"].get("publicAccessCidrs") or ())
                ),
                "secrets_key": lambda reply: _key(reply["cluster"].get("encryptionConfig") or ()),
                "logs": lambda reply: _logs(reply["cluster"]["logging"]),
                # Clusters that are older than access entries do not say.
                "authentication_mode": lambda reply: (reply["cluster"].get("accessConfig") or {}).get(
                    "authenticationMode", "CONFIG_MAP"
                ),
                "deletion_protection": lambda reply: reply["cluster"].get("deletionProtection", False),
                "tags": lambda reply: Tags(reply["cluster"].get("tags") or {}),
            },
        ),
    ),
)

NODE_GROUPS = Reader(
    NodeGroup,
    listing=Listing(
        Call("eks:ListNodegroups"),
        items=lambda reply: [{"nodegroupName": name} for name in reply["nodegroups"]],
        params={"maxResults": 100},
        fields={
            "nodegroup_name": lambda item: item["nodegroupName"],
            "cluster_name": lambda item: item["clusterName"],
        },
        within=Within(_CLUSTERS, params=lambda item: {"clusterName": item["clusterName"]}),
    ),
    arn=lambda item, scope: scope.arn("eks", f"nodegroup/{item['clusterName']}/{item['nodegroupName']}"),
    details=(
        Detail(
            Call("eks:DescribeNodegroup"),
            params=lambda item: {"clusterName": item["clusterName"], "nodegroupName": item["nodegroupName"]},
            fields={
                "ssh_key": lambda reply: (reply["nodegroup"].get("remoteAccess") or {}).get("ec2SshKey"),
                "ssh_sources": lambda reply: tuple(
                    sorted((reply["nodegroup"].get("remoteAccess") or {}).get("sourceSecurityGroups") or ())
                ),
                "tags": lambda reply: Tags(reply["nodegroup"].get("tags") or {}),
            },
        ),
    ),
)

CLUSTER_VERSIONS = Reader(
    ClusterVersion,
    listing=Listing(
        Call("eks:DescribeClusterVersions"),
        items="clusterVersions",
        params={"includeAll": True},
        fields={
            "version": lambda item: item["clusterVersion"],
            "standard_support_ends": lambda item: item.get("endOfStandardSupportDate"),
            "extended_support_ends": lambda item: item.get("endOfExtendedSupportDate"),
        },
    ),
    arn=lambda item, scope: scope.arn("eks", f"cluster-version/{item['clusterVersion']}"),
)


def _tf_first(block: Block, name: str) -> Block:
    nested = block.get(name)
    return nested[0] if nested else Block({})


def _tf_key(block: Block) -> str | None:
    settings = _tf_first(block, "encryption_config")
    return settings["provider"][0]["key_arn"] if "secrets" in settings.get("resources", ()) else None


TERRAFORM_CLUSTER = CodeReader(
    "aws_eks_cluster",
    Cluster,
    defaulted={
        "aws_eks_cluster": (
            "version", "access_config.authentication_mode", "tags_all", "vpc_config.public_access_cidrs",
            "deletion_protection",
        )
    },
    fields={
        "cluster_name": lambda block: block["name"],
        "version": lambda block: block["version"],
        "endpoint_public_access": lambda block: bool(block["vpc_config"][0].get("endpoint_public_access", True)),
        "public_access_cidrs": lambda block: tuple(
            sorted(block["vpc_config"][0].get("public_access_cidrs") or (_ANYWHERE,))
        ),
        "secrets_key": _tf_key,
        "logs": lambda block: tuple(sorted(block.get("enabled_cluster_log_types") or ())),
        "authentication_mode": lambda block: _tf_first(block, "access_config").get("authentication_mode", "CONFIG_MAP"),
        "deletion_protection": lambda block: bool(block.get("deletion_protection", False)),
        "tags": terraform_tags,
    },
)  # fmt: skip


def _cfn_key(block: Block) -> str | None:
    for each in block.get("EncryptionConfig", ()):
        if "secrets" in each.get("Resources", ()):
            key: str = each["Provider"]["KeyArn"]
            return key
    return None


def _cfn_logs(block: Block) -> tuple[str, ...]:
    enabled = block.get("Logging", {}).get("ClusterLogging", {}).get("EnabledTypes", ())
    return tuple(sorted(each["Type"] for each in enabled))


CLOUDFORMATION_CLUSTER = CodeReader(
    "AWS::EKS::Cluster",
    Cluster,
    fields={
        "cluster_name": lambda block: block["Name"],
        "version": lambda block: str(block["Version"]),
        "endpoint_public_access": lambda block: bool(block["ResourcesVpcConfig"].get("EndpointPublicAccess", True)),
        "public_access_cidrs": lambda block: tuple(
            sorted(block["ResourcesVpcConfig"].get("PublicAccessCidrs") or (_ANYWHERE,))
        ),
        "secrets_key": _cfn_key,
        "logs": _cfn_logs,
        "authentication_mode": lambda block: block.get("AccessConfig", {}).get("AuthenticationMode", "CONFIG_MAP"),
        "deletion_protection": lambda block: bool(block.get("DeletionProtection", False)),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)

TERRAFORM_NODE_GROUP = CodeReader(
    "aws_eks_node_group",
    NodeGroup,
    defaulted={"aws_eks_node_group": ("node_group_name", "tags_all")},
    fields={
        "nodegroup_name": lambda block: block["node_group_name"],
        "cluster_name": lambda block: block["cluster_name"],
        "ssh_key": lambda block: _tf_first(block, "remote_access").get("ec2_ssh_key"),
        "ssh_sources": lambda block: tuple(
            sorted(_tf_first(block, "remote_access").get("source_security_group_ids") or ())
        ),
        "tags": terraform_tags,
    },
)

CLOUDFORMATION_NODE_GROUP = CodeReader(
    "AWS::EKS::Nodegroup",
    NodeGroup,
    fields={
        "nodegroup_name": lambda block: block["NodegroupName"],
        "cluster_name": lambda block: block["ClusterName"],
        "ssh_key": lambda block: block.get("RemoteAccess", {}).get("Ec2SshKey"),
        "ssh_sources": lambda block: tuple(sorted(block.get("RemoteAccess", {}).get("SourceSecurityGroups", ()))),
        "tags": lambda block: Tags(block.plain("Tags", {})),
    },
)
