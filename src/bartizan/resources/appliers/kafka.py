"""Kafka clusters of MSK: changing them."""

from __future__ import annotations

from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put, Refused, policy_text
from bartizan.resources.kafka import Cluster
from bartizan.resources.reading import Call, Reply


def _of(cluster: Cluster) -> dict[str, Any]:
    return {"ClusterArn": cluster.arn}


def _kept(reply: Reply) -> dict[str, Any]:
    """The version, which each change asks for and makes a new one of, and what the changes are about."""
    info = reply["ClusterInfo"]
    provisioned = info.get("Provisioned") or {}
    connectivity = (provisioned.get("BrokerNodeGroupInfo") or {}).get("ConnectivityInfo") or {}
    return {
        "State": info.get("State", "ACTIVE"),
        "CurrentVersion": info["CurrentVersion"],
        "PublicAccess": connectivity.get("PublicAccess") or {"Type": "DISABLED"},
        "ClientAuthentication": provisioned.get("ClientAuthentication") or {},
    }


_CLUSTER = Look(Call("kafka:DescribeClusterV2"), _of, _kept)
_POLICY = Look(
    Call("kafka:GetClusterPolicy"), _of, lambda reply: reply.get("CurrentVersion"), gone=("NotFoundException",)
)


def _connectivity(edit: Edit) -> Params:
    """One setting of how the cluster is reached; AWS takes no others beside it, and leaves them as they are.

    Source: https://github.com/hashicorp/terraform-provider-aws/pull/47279
    """
    access = edit.was["PublicAccess"] if edit.undoing else {"Type": "DISABLED"}
    return {**_at_version(edit), "ConnectivityInfo": {"PublicAccess": access}}


def _authentication(edit: Edit) -> Params:
    ways = dict((edit.was if edit.undoing else edit.now)["ClientAuthentication"])
    if not edit.undoing:
        if not _others(ways):
            raise Refused(
                "no other way to authenticate is on; turn on IAM, SASL/SCRAM or certificates, and move the clients"
            )
        ways["Unauthenticated"] = {"Enabled": False}
    return {**_at_version(edit), "ClientAuthentication": ways}


def _at_version(edit: Edit) -> dict[str, Any]:
    """The cluster in its version of now; a change takes it minutes, in which it takes no other."""
    if edit.now["State"] != "ACTIVE":
        raise Refused(f"the cluster is {edit.now['State']}; try again when it is ACTIVE")
    return {**_of(edit.after), "CurrentVersion": edit.now["CurrentVersion"]}


def _others(ways: dict[str, Any]) -> bool:
    sasl = ways.get("Sasl") or {}
    return any((each or {}).get("Enabled") for each in (sasl.get("Scram"), sasl.get("Iam"), ways.get("Tls")))


def _policy(edit: Edit) -> Params | None:
    text = policy_text(edit.after.policy)
    if text is None:
        return None
    return {**_of(edit.after), "Policy": text, **({"CurrentVersion": edit.now} if edit.now else {})}


CLUSTER = ApiWriter(
    Cluster,
    puts=(
        Put(
            Call("kafka:PutClusterPolicy"),
            _policy,
            ("policy",),
            look=_POLICY,
            unshown=("CurrentVersion",),
        ),
        Put(
            Call("kafka:DeleteClusterPolicy"),
            lambda edit: None if policy_text(edit.after.policy) else _of(edit.after),
            ("policy",),
            already=("NotFoundException",),
        ),
        Put(
            Call("kafka:UpdateConnectivity"),
            _connectivity,
            ("public_access",),
            look=_CLUSTER,
            unshown=("CurrentVersion",),
        ),
        Put(
            Call("kafka:UpdateSecurity"),
            _authentication,
            ("unauthenticated",),
            look=_CLUSTER,
            unshown=("CurrentVersion",),
        ),
    ),
)
