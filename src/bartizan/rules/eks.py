"""Checks of Amazon Elastic Kubernetes Service."""

from __future__ import annotations

import datetime as dt
import ipaddress

from bartizan.model import SAMPLE_TIME, Problems, World, replace, rule
from bartizan.resources.eks import Cluster, ClusterVersion, NodeGroup

_WANTED = ("api", "audit", "authenticator")
# The first version whose secrets EKS encrypts with a key of its own where the customer names none.
_ENCRYPTS_BY_ITSELF = (1, 28)


def _in_days(days: int) -> dt.datetime:
    return SAMPLE_TIME + dt.timedelta(days=days)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(each) for each in version.split(".") if each.isdigit())


def _wide(block: str) -> bool:
    """Whether a block is so large that it is no particular place: a 256th of the internet or more."""
    network = ipaddress.ip_network(block, strict=False)
    return network.prefixlen <= (8 if network.version == 4 else 16) and not network.is_private


@rule(
    "high",
    passes=[
        Cluster(endpoint_public_access=False),
        Cluster(endpoint_public_access=True, public_access_cidrs=("198.51.100.0/24", "10.0.0.0/8")),
    ],
    fails=[
        Cluster(endpoint_public_access=True),
        Cluster(endpoint_public_access=True, public_access_cidrs=("0.0.0.0/1", "128.0.0.0/1")),
    ],
)
def public_endpoint(cluster: Cluster) -> Problems:
    """EKS cluster's API can be reached from the whole internet.

    ## Why it matters
    A stolen token is enough from anywhere, and so is the next flaw in Kubernetes' own login.

    ## How to fix
    Turn on private access to the endpoint, and turn public access off or restrict it to your own addresses.

    ## References
    - https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html
    """
    if cluster.endpoint_public_access:
        for each in filter(_wide, cluster.public_access_cidrs):
            yield f"open to {each}"


@public_endpoint.risky_fix("people, pipelines and nodes outside of the cluster's network can no longer reach it")
def close_endpoint(cluster: Cluster) -> Cluster:
    """Turn public access to the endpoint off, and private access on."""
    return replace(cluster, endpoint_public_access=False)


@rule(
    "high",
    passes=[
        (Cluster(version="1.35"), ClusterVersion(version="1.35", standard_support_ends=_in_days(200))),
        (Cluster(version="1.99"), ClusterVersion(version="1.35")),
        (
            Cluster(version="1.34"),
            ClusterVersion(version="1.34", standard_support_ends=None, extended_support_ends=None),
        ),
    ],
    fails=[
        (Cluster(version="1.30"), ClusterVersion(version="1.30", standard_support_ends=_in_days(-100))),
        (Cluster(version="1.34"), ClusterVersion(version="1.34", standard_support_ends=_in_days(30))),
    ],
    reads=[ClusterVersion],
)
def version_support_ends(cluster: Cluster, world: World, *, min_days: int = 60) -> Problems:
    """EKS cluster's version of Kubernetes is no longer supported, or soon will not be.

    ## Why it matters
    After standard support comes extended support, which costs several times as much; after that AWS upgrades the
    cluster by itself, at a time that you do not choose.

    ## How to fix
    Upgrade version by version, after a look at the upgrade insights of the cluster.

    ## Parameters
    - `min_days`: days for which standard support must still last.

    ## References
    - https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
    """
    for each in world.find(ClusterVersion, near=cluster, version=cluster.version):
        if each.standard_support_ends is None:
            continue
        left = -cluster.days_since(each.standard_support_ends)
        if left < min_days:
            when = f"ended {-left} days ago" if left < 0 else f"ends in {left} days"
            extended = each.extended_support_ends
            yield f"standard support of {cluster.version} {when}" + (
                f", extended on {extended:%Y-%m-%d}" if extended else ""
            )


@rule(
    "low",
    passes=[Cluster(secrets_key="arn:aws:kms:eu-west-1:111122223333:key/1")],
    fails=[Cluster(secrets_key=None, version="1.35"), Cluster(secrets_key=None, version="1.24")],
)
def secrets_without_own_key(cluster: Cluster) -> Problems:
    """Kubernetes secrets are not encrypted under a key of yours.

    ## Why it matters
    With a key of your own each decryption is logged, and can be refused.

    ## How to fix
    Associate an encryption configuration with a customer managed key; it cannot be taken away again.

    ## References
    - https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html
    - https://docs.aws.amazon.com/eks/latest/userguide/envelope-encryption.html
    """
    if not cluster.secrets_key:
        by_itself = _numbers(cluster.version) >= _ENCRYPTS_BY_ITSELF
        yield (
            "only a key of AWS's own encrypts them" if by_itself else "nothing but the disk's encryption protects them"
        )


@rule(
    "medium",
    passes=[Cluster(logs=("api", "audit", "authenticator", "scheduler"))],
    fails=[Cluster(logs=()), Cluster(logs=("api",))],
)
def control_plane_not_logged(cluster: Cluster) -> Problems:
    """EKS cluster does not keep the logs of its control plane.

    ## Why it matters
    Without them nobody can tell who did what in the cluster: CloudTrail does not see it.

    ## How to fix
    Send the logs `api`, `audit` and `authenticator` to CloudWatch Logs.

    ## References
    - https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
    """
    missing = [each for each in _WANTED if each not in cluster.logs]
    if missing:
        yield f"not kept: {', '.join(missing)}"


@control_plane_not_logged.fix
def log_control_plane(cluster: Cluster) -> Cluster:
    """Send the logs of the API, the audit and the authenticator to CloudWatch Logs."""
    return replace(cluster, logs=tuple(sorted({*cluster.logs, *_WANTED})))


@rule("low", passes=[Cluster(authentication_mode="API")], fails=[Cluster(authentication_mode="CONFIG_MAP")])
def access_by_config_map(cluster: Cluster) -> Problems:
    """EKS cluster says in a config map alone who may enter.

    ## Why it matters
    No IAM policy guards the config map, no API shows it, and one wrong line in it locks everybody out.

    ## How to fix
    Turn on access entries (`API_AND_CONFIG_MAP`), move the entries there, and then use `API` alone.

    ## References
    - https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
    """
    if cluster.authentication_mode == "CONFIG_MAP":
        yield "the authentication mode is CONFIG_MAP"


@access_by_config_map.fix
def turn_on_access_entries(cluster: Cluster) -> Cluster:
    """Turn on access entries beside the config map; it cannot be turned off again."""
    return replace(cluster, authentication_mode="API_AND_CONFIG_MAP")


@rule("low", passes=[Cluster(deletion_protection=True)], fails=[Cluster(deletion_protection=False)])
def no_deletion_protection(cluster: Cluster) -> Problems:
    """EKS cluster can be deleted by one call.

    ## Why it matters
    One mistaken or hostile call takes everything that runs in it down.

    ## How to fix
    Turn on deletion protection.

    ## References
    - https://docs.aws.amazon.com/eks/latest/userguide/deletion-protection.html
    """
    if not cluster.deletion_protection:
        yield "deletion protection is off"


@no_deletion_protection.fix
def protect(cluster: Cluster) -> Cluster:
    """Turn on deletion protection."""
    return replace(cluster, deletion_protection=True)


@rule(
    "high",
    passes=[NodeGroup(ssh_key=None), NodeGroup(ssh_key="admin", ssh_sources=("sg-1",))],
    fails=[NodeGroup(ssh_key="admin")],
)
def ssh_open_to_world(group: NodeGroup) -> Problems:
    """EKS node group opens SSH of its nodes to the internet.

    ## Why it matters
    With a key pair and no security group named, EKS makes one that lets everybody try.

    ## How to fix
    Make a new node group without remote access, and reach nodes by Session Manager; remote access cannot be changed.

    ## References
    - https://docs.aws.amazon.com/eks/latest/APIReference/API_RemoteAccessConfig.html
    """
    if group.ssh_key and not group.ssh_sources:
        yield f"the key pair {group.ssh_key} is set, and no security group says who may use it"
