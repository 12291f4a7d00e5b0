"""Checks of Amazon EMR: clusters, security configurations, and what an account has chosen."""

from __future__ import annotations

from bartizan.model import Problems, World, replace, rule
from bartizan.resources.ec2.network import ALL_PROTOCOLS, Permission, SecurityGroup, is_wide
from bartizan.resources.emr import BlockPublicAccess, Cluster, SecurityConfiguration

_PUBLIC = Cluster(public_addresses=("203.0.113.7",))
_OPEN = SecurityGroup(group_id="sg-1", ingress=(Permission("tcp", 8088, 8088, "0.0.0.0/0"),))
_CLOSED = SecurityGroup(group_id="sg-1", ingress=(Permission("tcp", 8088, 8088, "10.0.0.0/8"),))


@rule("medium", passes=[BlockPublicAccess()], fails=[BlockPublicAccess(block_public_security_group_rules=False)])
def public_clusters_possible(settings: BlockPublicAccess) -> Problems:
    """EMR clusters that are open to everybody can be started in a Region.

    ## Why it matters
    The consoles of Hadoop and Spark ask for no password, and run whatever they are given.

    ## How to fix
    Turn on the block of public access. It is on unless somebody turned it off.

    ## References
    - https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-block-public-access.html
    """
    if not settings.block_public_security_group_rules:
        yield "the block of public access is off"


@public_clusters_possible.risky_fix("clusters that are open on purpose cannot be started any more")
def block_public_clusters(settings: BlockPublicAccess) -> BlockPublicAccess:
    """Turn on EMR's block of public access."""
    return replace(settings, block_public_security_group_rules=True)


@rule(
    "medium",
    passes=[
        BlockPublicAccess(),
        BlockPublicAccess(permitted_ports=()),
        BlockPublicAccess(block_public_security_group_rules=False, permitted_ports=((0, 65535),)),
    ],
    fails=[BlockPublicAccess(permitted_ports=((22, 22), (8000, 9000)))],
)
def public_ports_excepted(settings: BlockPublicAccess) -> Problems:
    """EMR's block of public access leaves ports out.

    ## Why it matters
    Through each of them a cluster can be open to the internet. AWS leaves out SSH unless told otherwise.

    ## How to fix
    Leave out no port, or port 22 alone.

    ## References
    - https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-block-public-access.html
    """
    if settings.block_public_security_group_rules:
        for first, last in settings.permitted_ports:
            if (first, last) != (22, 22):
                yield f"ports {first} to {last} may be open to everybody" if first != last else f"port {first} may be"


@public_ports_excepted.risky_fix("clusters that are open on these ports on purpose cannot be started any more")
def except_nothing(settings: BlockPublicAccess) -> BlockPublicAccess:
    """Leave out port 22 at most."""
    if not settings.block_public_security_group_rules:
        return settings
    return replace(settings, permitted_ports=tuple(each for each in settings.permitted_ports if each == (22, 22)))


@rule("high", passes=[Cluster()], fails=[_PUBLIC])
def public_nodes(cluster: Cluster) -> Problems:
    """EMR cluster's nodes have addresses on the internet.

    ## Why it matters
    One wrong rule in a security group is then all that lies between the internet and consoles without a password.

    ## How to fix
    Make the cluster in a private subnet, with endpoints for S3 and EMR; one that exists cannot be moved.

    ## References
    - https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-clusters-in-a-vpc.html
    """
    for each in cluster.public_addresses:
        yield f"a node has the public address {each}"


@rule(
    "critical",
    passes=[(Cluster(), _OPEN), (_PUBLIC, _CLOSED)],
    fails=[(_PUBLIC, _OPEN)],
    reads=[SecurityGroup],
)
def open_to_internet(cluster: Cluster, world: World) -> Problems:
    """EMR cluster can be reached by anyone on the internet.

    ## Why it matters
    Hadoop and Spark run what they are sent, with the cluster's role; such clusters are found and used within hours.

    ## How to fix
    Let its security groups allow only the groups and networks of those who use it, and make it in a private subnet.

    ## References
    - https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-man-sec-groups.html
    """
    if not cluster.public_addresses:
        return
    for name in cluster.security_groups:
        for group in world.find(SecurityGroup, near=cluster, group_id=name):
            for each in group.ingress:
                if is_wide(each.peer) and each.protocol in {"tcp", ALL_PROTOCOLS}:
                    yield f"{name} lets {each.peer} in to {each.ports}"


@rule("medium", passes=[Cluster()], fails=[Cluster(security_configuration=None)])
def cluster_without_security_configuration(cluster: Cluster) -> Problems:
    """EMR cluster has no security configuration.

    ## Why it matters
    What its nodes keep on their disks and send each other is not encrypted, and old metadata requests are taken.

    ## How to fix
    Make a security configuration that encrypts at rest and in transit, and start a new cluster with it.

    ## References
    - https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-security-configurations.html
    """
    if cluster.security_configuration is None:
        yield "it names no security configuration"


@rule("low", passes=[Cluster()], fails=[Cluster(log_uri=None)])
def no_logs(cluster: Cluster) -> Problems:
    """EMR cluster keeps its logs to itself.

    ## Why it matters
    When the cluster ends its logs go with it, and nobody can tell what ran on it.

    ## How to fix
    Start it with a log folder in S3, encrypted with a key.

    ## References
    - https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-plan-debugging.html
    """
    if cluster.log_uri is None:
        yield "its logs go nowhere"


@rule(
    "low",
    passes=[Cluster(), Cluster(auto_terminate=True, termination_protected=False)],
    fails=[Cluster(termination_protected=False)],
)
def no_termination_protection(cluster: Cluster) -> Problems:
    """EMR cluster that runs on can be ended by one call.

    ## Why it matters
    With its nodes go the data in HDFS and the work of everyone on it.

    ## How to fix
    Turn on termination protection. A cluster that ends with its last step needs none.

    ## References
    - https://docs.aws.amazon.com/emr/latest/ManagementGuide/UsingEMR_TerminationProtection.html
    """
    if not cluster.auto_terminate and not cluster.termination_protected:
        yield "termination protection is off"


@no_termination_protection.fix
def protect_cluster(cluster: Cluster) -> Cluster:
    """Turn on termination protection."""
    return replace(cluster, termination_protected=True)


@rule("info", advice=True, passes=[Cluster()], fails=[Cluster(kerberos=False)])
def no_kerberos(cluster: Cluster) -> Problems:
    """Kerberos: users of the cluster are who they say they are.

    ## Why it matters
    Hadoop takes a user's name on trust without it: whoever reaches the cluster reads as anyone.

    ## How to fix
    Where several people or teams share a cluster, start it with Kerberos in its security configuration.

    ## References
    - https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-kerberos.html
    """
    if not cluster.kerberos:
        yield "it has no Kerberos realm"


@rule(
    "medium",
    passes=[SecurityConfiguration()],
    fails=[SecurityConfiguration(encrypts_at_rest=False), SecurityConfiguration(encrypts_local_disks=False)],
)
def unencrypted_at_rest(settings: SecurityConfiguration) -> Problems:
    """EMR security configuration leaves data unencrypted at rest.

    ## Why it matters
    Clusters with it keep copies of the data in the clear, on disks that outlive their jobs.

    ## How to fix
    Make one that encrypts at rest, in S3 and on local disks, and start clusters with it; none can be changed.

    ## References
    - https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-data-encryption-options.html
    """
    if not settings.encrypts_at_rest:
        yield "encryption at rest is off"
    elif not settings.encrypts_local_disks:
        yield "local disks are left out"


@rule("medium", passes=[SecurityConfiguration()], fails=[SecurityConfiguration(encrypts_in_transit=False)])
def plain_traffic(settings: SecurityConfiguration) -> Problems:
    """EMR security configuration leaves traffic between nodes in the clear.

    ## Why it matters
    Whoever gets into the network reads and changes the data as they move between nodes.

    ## How to fix
    Make one with encryption in transit and certificates, and start clusters with it; none can be changed.

    ## References
    - https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-data-encryption-options.html
    """
    if not settings.encrypts_in_transit:
        yield "encryption in transit is off"


@rule("medium", passes=[SecurityConfiguration()], fails=[SecurityConfiguration(metadata_version=1)])
def imdsv1_allowed(settings: SecurityConfiguration) -> Problems:
    """EMR security configuration lets nodes answer old metadata requests.

    ## Why it matters
    A job that can be made to fetch an address gives away the credentials of the cluster's role.

    ## How to fix
    Make one that sets the minimum version of the instance metadata service to 2, and start clusters with it.

    ## References
    - https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-create-security-configuration.html
    """
    if settings.metadata_version < 2:
        yield "IMDSv1 is allowed"
