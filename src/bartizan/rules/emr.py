"""Checks of what an account has chosen for Amazon EMR."""

from __future__ import annotations

from bartizan.model import Problems, replace, rule
from bartizan.resources.emr import BlockPublicAccess


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
