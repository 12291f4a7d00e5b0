"""Kafka clusters of MSK: changing them."""

from __future__ import annotations

from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put, Refused, policy_text
from bartizan.resources.kafka import Cluster
from bartizan.resources.reading import Call, Reply


def _of(cluster: Cluster) -> dict[str, Any]:
    return {"ClusterArn": cluster.arn}


def _kept(reply: Reply) -> dict[str, Any]:
    """The version, which each change asks for and makes a new one of, and what is replaced as a whole."""
    info = reply["ClusterInfo"]
    provisioned = info.get("Provisioned") or {}
    return {
        "CurrentVersion": info["CurrentVersion"],
        "ConnectivityInfo": (provisioned.get("BrokerNodeGroupInfo") or {}).get("ConnectivityInfo") or {},
        "ClientAuthentication": provisioned.get("ClientAuthentication") or {},
    }


_CLUSTER = Look(Call("kafka:DescribeClusterV2"), _of, _kept)
_POLICY = Look(
    Call("kafka:GetClusterPolicy"), _of, lambda reply: reply.get("CurrentVersion"), gone=("NotFoundException",)
)


def _connectivity(edit: Edit) -> Params:
    held = edit.was if edit.undoing else edit.now
    info = dict(held["ConnectivityInfo"])
    if not edit.undoing:
        info["PublicAccess"] = {"Type": "DISABLED"}
    return {**_of(edit.after), "CurrentVersion": edit.now["CurrentVersion"], "ConnectivityInfo": info}


def _authentication(edit: Edit) -> Params:
    ways = dict((edit.was if edit.undoing else edit.now)["ClientAuthentication"])
    if not edit.undoing:
        if not _others(ways):
            raise Refused(
                "no other way to authenticate is on; turn on IAM, SASL/SCRAM or certificates, and move the clients"
            )
        ways["Unauthenticated"] = {"Enabled": False}
    return {**_of(edit.after), "CurrentVersion": edit.now["CurrentVersion"], "ClientAuthentication": ways}


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
