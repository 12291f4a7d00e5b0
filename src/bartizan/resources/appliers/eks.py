"""Clusters of EKS: changing them.

An update is of one kind of setting only, and a cluster takes the next when it is done, which takes minutes.
Source: https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateClusterConfig.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Put
from bartizan.resources.eks import Cluster
from bartizan.resources.reading import Call

_ENDPOINT = Look(
    Call("eks:DescribeCluster"),
    lambda cluster: {"name": cluster.cluster_name},
    lambda reply: {
        name: reply["cluster"]["resourcesVpcConfig"][name]
        for name in ("endpointPrivateAccess", "publicAccessCidrs")
        if name in reply["cluster"]["resourcesVpcConfig"]
    },
)


def _endpoint(edit: Edit) -> dict[str, Any]:
    if edit.undoing:
        # EKS forgets the addresses where public access is off.
        return {"endpointPublicAccess": edit.after.endpoint_public_access, **edit.was}
    # One of the two must be on.
    private = edit.now.get("endpointPrivateAccess", False) or not edit.after.endpoint_public_access
    return {"endpointPublicAccess": edit.after.endpoint_public_access, "endpointPrivateAccess": private}


def _logging(edit: Edit) -> dict[str, Any]:
    off = sorted(set(edit.before.logs) - set(edit.after.logs))
    setups = [{"types": list(edit.after.logs), "enabled": True}, {"types": off, "enabled": False}]
    return {"clusterLogging": [each for each in setups if each["types"]]}


def _update(field: str, key: str, value: Callable[[Edit], Any], **more: Any) -> Put:
    """One update of a cluster: the argument that sets a field."""
    return Put(
        Call("eks:UpdateClusterConfig"),
        lambda edit: {"name": edit.after.cluster_name, key: value(edit)},
        (field,),
        busy=("ResourceInUseException",),
        minutes=15,
        **more,
    )


CLUSTER = ApiWriter(
    Cluster,
    puts=(
        _update("deletion_protection", "deletionProtection", lambda edit: edit.after.deletion_protection),
        _update("logs", "logging", _logging),
        _update(
            "authentication_mode",
            "accessConfig",
            lambda edit: {"authenticationMode": edit.after.authentication_mode},
            lasting="EKS keeps access entries once they are on",
        ),
        _update("endpoint_public_access", "resourcesVpcConfig", _endpoint, look=_ENDPOINT),
    ),
)
