"""Checks of Amazon Redshift."""

from __future__ import annotations

from bartizan.model import Gap, Problems, Reason, Unknown, World, replace, rule
from bartizan.resources.ec2.network import Permission, SecurityGroup, is_wide
from bartizan.resources.redshift import Cluster, ClusterParameterGroup
from bartizan.rules.datatags import without_data_tag

_PUBLIC = Cluster(publicly_accessible=True)
_OPEN = SecurityGroup(group_id="sg-1", ingress=(Permission("tcp", 5439, 5439, "0.0.0.0/0"),))
_CLOSED = SecurityGroup(group_id="sg-1", ingress=(Permission("tcp", 5439, 5439, "10.0.0.0/8"),))


def _group(cluster: Cluster, world: World) -> ClusterParameterGroup:
    for each in world.find(ClusterParameterGroup, near=cluster, parameter_group_name=cluster.parameter_group):
        return each
    raise Unknown(f"parameter group {cluster.parameter_group}", Gap(Reason.NOT_READ))


@rule("high", passes=[Cluster()], fails=[_PUBLIC])
def public_cluster(cluster: Cluster) -> Problems:
    """Redshift cluster has an address on the internet.

    ## Why it matters
    One wrong rule in a security group is then all that lies between the internet and the whole warehouse.

    ## How to fix
    Make it private, and reach it from within the VPC, by VPN or by the query editor.

    ## References
    - https://docs.aws.amazon.com/redshift/latest/mgmt/managing-clusters-vpc.html
    """
    if cluster.publicly_accessible:
        yield "it is publicly accessible"


@public_cluster.risky_fix("clients outside of the VPC cannot connect any more")
def make_private(cluster: Cluster) -> Cluster:
    """Take the address on the internet away."""
    return replace(cluster, publicly_accessible=False)


@rule(
    "critical",
    passes=[(Cluster(), _OPEN), (_PUBLIC, _CLOSED)],
    fails=[(_PUBLIC, _OPEN)],
    reads=[SecurityGroup],
)
def open_to_internet(cluster: Cluster, world: World) -> Problems:
    """Redshift cluster can be reached by anyone on the internet.

    ## Why it matters
    Such databases are found within minutes, and tried with stolen passwords and new exploits from then on.

    ## How to fix
    Make it private, and let its security group allow only the groups of the applications that use it.

    ## References
    - https://docs.aws.amazon.com/redshift/latest/mgmt/managing-vpc-security-groups.html
    """
    if not cluster.publicly_accessible:
        return
    for name in cluster.security_groups:
        for group in world.find(SecurityGroup, near=cluster, group_id=name):
            for each in group.ingress:
                if is_wide(each.peer) and each.covers(cluster.port):
                    yield f"{name} lets {each.peer} in to its port {cluster.port}"


@open_to_internet.risky_fix("clients outside of the VPC cannot connect any more")
def close_to_internet(cluster: Cluster) -> Cluster:
    """Take the address on the internet away."""
    return replace(cluster, publicly_accessible=False)


@rule("high", passes=[Cluster()], fails=[Cluster(encrypted=False)])
def unencrypted_cluster(cluster: Cluster) -> Problems:
    """Redshift cluster is not encrypted.

    ## Why it matters
    Its snapshots are not encrypted either, and can be shared with other accounts without a key.

    ## How to fix
    Turn on encryption with a KMS key; the cluster moves its data in the background and is read-only for a while.

    ## References
    - https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-db-encryption.html
    """
    if not cluster.encrypted:
        yield "it is not encrypted"


@unencrypted_cluster.risky_fix("the cluster cannot be written to for a while, and is slower until its data are moved")
def encrypt_cluster(cluster: Cluster) -> Cluster:
    """Turn on encryption with the key that AWS manages for Redshift."""
    return replace(cluster, encrypted=True)


@rule(
    "medium",
    passes=[(Cluster(), ClusterParameterGroup())],
    fails=[(Cluster(), ClusterParameterGroup(require_ssl=False))],
    reads=[ClusterParameterGroup],
)
def plain_connections(cluster: Cluster, world: World) -> Problems:
    """Redshift cluster takes connections without TLS.

    ## Why it matters
    Passwords and data of such connections can be read and changed on the way, and no client is told that they are.

    ## How to fix
    Set `require_ssl` to true in a parameter group of its own, and reboot the cluster.

    ## References
    - https://docs.aws.amazon.com/redshift/latest/mgmt/connecting-ssl-support.html
    """
    if not _group(cluster, world).require_ssl:
        yield f"parameter group {cluster.parameter_group} does not require TLS"


@rule(
    "medium",
    passes=[(Cluster(), ClusterParameterGroup())],
    fails=[
        (Cluster(audit_logging=False), ClusterParameterGroup()),
        (Cluster(), ClusterParameterGroup(user_activity_logging=False)),
    ],
    reads=[ClusterParameterGroup],
)
def no_audit_log(cluster: Cluster, world: World) -> Problems:
    """Redshift cluster does not record who connected and what they asked.

    ## Why it matters
    After an incident nobody can tell which data were read, or by whom.

    ## How to fix
    Turn on audit logging to CloudWatch Logs or S3, and `enable_user_activity_logging` in its parameter group.

    ## References
    - https://docs.aws.amazon.com/redshift/latest/mgmt/db-auditing.html
    """
    if not cluster.audit_logging:
        yield "audit logging is off"
    elif not _group(cluster, world).user_activity_logging:
        yield f"parameter group {cluster.parameter_group} leaves the queries out of the audit log"


@rule("medium", passes=[Cluster()], fails=[Cluster(snapshot_retention=0), Cluster(snapshot_retention=1)])
def short_snapshots(cluster: Cluster, *, min_days: int = 7) -> Problems:
    """Redshift cluster keeps its snapshots for too short a time, or none.

    ## Why it matters
    Damage that is noticed after a weekend cannot be undone any more.

    ## How to fix
    Keep automated snapshots for a week at least.

    ## Parameters
    - `min_days`: days for which automated snapshots are kept at least.

    ## References
    - https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-snapshots.html
    """
    if cluster.snapshot_retention < min_days:
        kept = f"kept for {cluster.snapshot_retention} days" if cluster.snapshot_retention else "off"
        yield f"automated snapshots are {kept}"


@short_snapshots.fix
def keep_snapshots(cluster: Cluster, *, min_days: int = 7) -> Cluster:
    """Keep automated snapshots for longer."""
    return replace(cluster, snapshot_retention=max(cluster.snapshot_retention, min_days))


@rule("low", passes=[Cluster()], fails=[Cluster(enhanced_vpc_routing=False)])
def copies_over_internet(cluster: Cluster) -> Problems:
    """Redshift cluster copies data past the VPC.

    ## Why it matters
    No endpoint policy, security group or flow log sees what it loads and unloads, or to whose bucket.

    ## How to fix
    Turn on enhanced VPC routing, with an S3 endpoint in the VPC.

    ## References
    - https://docs.aws.amazon.com/redshift/latest/mgmt/enhanced-vpc-routing.html
    """
    if not cluster.enhanced_vpc_routing:
        yield "enhanced VPC routing is off"


@copies_over_internet.risky_fix("loading and unloading fail where the VPC has no way to S3 and the other services used")
def route_within_vpc(cluster: Cluster) -> Cluster:
    """Turn on enhanced VPC routing."""
    return replace(cluster, enhanced_vpc_routing=True)


@rule("medium", passes=[Cluster()], fails=[Cluster(allow_version_upgrade=False)])
def no_upgrades(cluster: Cluster) -> Problems:
    """Redshift cluster does not take upgrades.

    ## Why it matters
    New versions mend known flaws, and those who know them look for clusters that lack them.

    ## How to fix
    Allow version upgrades in a maintenance window that suits you.

    ## References
    - https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-clusters.html
    """
    if not cluster.allow_version_upgrade:
        yield "version upgrades are not allowed"


@no_upgrades.risky_fix("the cluster restarts in a maintenance window whenever it takes one")
def take_upgrades(cluster: Cluster) -> Cluster:
    """Allow version upgrades."""
    return replace(cluster, allow_version_upgrade=True)


@rule("low", passes=[Cluster()], fails=[Cluster(master_username="awsuser")], advice=True)
def default_administrator(cluster: Cluster) -> Problems:
    """Redshift cluster's administrator has the name that everybody tries first.

    ## Why it matters
    Who guesses passwords needs only one of the two things to guess.

    ## How to fix
    Choose another name when the cluster is made again; it cannot be changed later.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/redshift-controls.html
    """
    if cluster.master_username.lower() in {"admin", "awsuser"}:
        yield f"it is called {cluster.master_username}"


cluster_without_data_tag = without_data_tag.of(Cluster, "Redshift cluster")
