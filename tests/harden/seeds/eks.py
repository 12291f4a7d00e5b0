"""Clusters of EKS that fail. An update is of one kind of setting."""

from __future__ import annotations

from typing import Any

from harden.aws import Aws, AwsError
from harden.seeded import State, seeds


def _cluster(aws: Aws, *, logging: list[dict[str, Any]], private: bool, mode: str = "API") -> State:
    network = {
        "subnetIds": ["subnet-1"],
        "endpointPublicAccess": True,
        "endpointPrivateAccess": private,
        "publicAccessCidrs": ["0.0.0.0/0", "198.51.100.0/24"],
    }
    cluster = {
        "name": "shop",
        "version": "1.35",
        "resourcesVpcConfig": network,
        "logging": {"clusterLogging": logging},
        "accessConfig": {"authenticationMode": mode},
        "deletionProtection": False,
    }

    def update(asked: dict[str, Any]) -> None:
        assert asked.pop("name") == "shop"
        ((kind, value),) = asked.items()
        _UPDATES[kind](cluster, value)

    aws.answers("eks:ListClusters", {"clusters": ["shop"]})
    aws.answers("eks:DescribeCluster", lambda _: {"cluster": cluster})
    aws.answers("eks:UpdateClusterConfig", update)
    return lambda: {"network": cluster["resourcesVpcConfig"], "protected": cluster["deletionProtection"]}


def _network(cluster: dict[str, Any], value: dict[str, Any]) -> None:
    network = {**cluster["resourcesVpcConfig"], **value}
    if not (network["endpointPublicAccess"] or network["endpointPrivateAccess"]):
        raise AwsError("InvalidParameterException", "Private and public endpoint access cannot be both disabled")
    if not network["endpointPublicAccess"]:
        network["publicAccessCidrs"] = []
    cluster["resourcesVpcConfig"] = network


def _logs(cluster: dict[str, Any], value: dict[str, Any]) -> None:
    kept = {kind for each in cluster["logging"]["clusterLogging"] if each["enabled"] for kind in each["types"]}
    for each in value["clusterLogging"]:
        kept = kept | set(each["types"]) if each["enabled"] else kept - set(each["types"])
    cluster["logging"] = {"clusterLogging": [{"types": sorted(kept), "enabled": True}]}


def _access(cluster: dict[str, Any], value: dict[str, Any]) -> None:
    if value["authenticationMode"] == "CONFIG_MAP":
        raise AwsError("InvalidParameterException", "Unsupported authentication mode update")
    cluster["accessConfig"] = value


_UPDATES: dict[str, Any] = {
    "resourcesVpcConfig": _network,
    "logging": _logs,
    "accessConfig": _access,
    "deletionProtection": lambda cluster, value: cluster.update(deletionProtection=value),
}


@seeds("eks.public-endpoint", "eks.control-plane-not-logged", "eks.no-deletion-protection")
def cluster_that_is_open(aws: Aws) -> State:
    logging = [{"types": ["scheduler"], "enabled": True}, {"types": ["api", "audit"], "enabled": False}]
    return _cluster(aws, logging=logging, private=False)


@seeds("eks.public-endpoint")
def cluster_with_both_ways_in(aws: Aws) -> State:
    return _cluster(aws, logging=[], private=True)


@seeds("eks.access-by-config-map", lasting=("eks.access-by-config-map",))
def cluster_of_the_config_map(aws: Aws) -> State:
    return _cluster(aws, logging=[], private=True, mode="CONFIG_MAP")
