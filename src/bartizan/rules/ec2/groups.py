"""Checks of security groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bartizan.model import Problems, replace, rule
from bartizan.resources.ec2.network import (
    ALL_PROTOCOLS,
    Permission,
    SecurityGroup,
    is_wide,
)

_ADMINISTRATION = {22: "SSH", 3389: "RDP"}
_DATABASES = {
    1433: "SQL Server", 1521: "Oracle", 3306: "MySQL", 5432: "PostgreSQL", 5439: "Redshift", 6379: "Redis",
    9042: "Cassandra", 9160: "Cassandra", 9200: "OpenSearch", 11211: "Memcached", 27017: "MongoDB",
}  # fmt: skip
_SERVICES = {
    20: "FTP data", 21: "FTP", 23: "Telnet", 25: "SMTP", 110: "POP3", 135: "RPC", 139: "NetBIOS", 445: "SMB",
    2375: "Docker", 2379: "etcd", 4333: "mSQL", 5500: "VNC", 5601: "Kibana", 5900: "VNC", 6443: "Kubernetes",
    7199: "Cassandra JMX", 8888: "Jupyter", 9092: "Kafka", 10250: "kubelet",
}  # fmt: skip
_ANYWHERE = "0.0.0.0/0"
_SSH = Permission("tcp", 22, 22, _ANYWHERE)
_WEB = Permission("tcp", 443, 443, _ANYWHERE)
_ALL = Permission(ALL_PROTOCOLS, -1, -1, _ANYWHERE)
_INSIDE = Permission("tcp", 5432, 5432, "10.0.0.0/8")


def _wide(permissions: Iterable[Permission]) -> Iterator[Permission]:
    return (each for each in permissions if is_wide(each.peer))


def _open_ports(permissions: Iterable[Permission], ports: Mapping[int, str]) -> Problems:
    for each in _wide(permissions):
        named = [f"{name} ({port})" for port, name in ports.items() if each.covers(port)]
        if each.protocol != ALL_PROTOCOLS and named:
            yield f"{', '.join(named)} open to {each.peer} by the rule for {each.ports}"


def _without(permissions: Iterable[Permission], ports: Mapping[int, str]) -> tuple[Permission, ...]:
    return tuple(each for each in permissions if not (is_wide(each.peer) and any(map(each.covers, ports))))


@rule(
    "high",
    passes=[
        SecurityGroup(ingress=(_WEB, _INSIDE)),
        SecurityGroup(ingress=(Permission("tcp", 22, 22, "sg-2"), Permission("udp", 22, 22, _ANYWHERE))),
    ],
    fails=[
        SecurityGroup(ingress=(_SSH,)),
        SecurityGroup(ingress=(Permission("tcp", 3000, 4000, "::/0"),)),
        SecurityGroup(ingress=(Permission("tcp", 22, 22, "0.0.0.0/1"), Permission("tcp", 22, 22, "128.0.0.0/1"))),
    ],
)
def administration_open_to_world(group: SecurityGroup) -> Problems:
    """Security group opens SSH or RDP to the internet.

    ## Why it matters
    Every such port is found within minutes and tried with stolen passwords and new exploits from then on.

    ## How to fix
    Remove the rule and reach the machines by Session Manager, or allow only the addresses of a VPN.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html
    """
    yield from _open_ports(group.ingress, _ADMINISTRATION)


@administration_open_to_world.risky_fix("whoever administers machines over the internet is shut out")
def close_administration(group: SecurityGroup) -> SecurityGroup:
    """Remove the rules that let the internet reach SSH or RDP."""
    return replace(group, ingress=_without(group.ingress, _ADMINISTRATION))


@rule(
    "high",
    passes=[SecurityGroup(ingress=(_WEB, _INSIDE))],
    fails=[SecurityGroup(ingress=(Permission("tcp", 5432, 5432, _ANYWHERE),))],
)
def database_open_to_world(group: SecurityGroup) -> Problems:
    """Security group opens a database to the internet.

    ## Why it matters
    A database that anyone can connect to is one weak password or one flaw away from being copied or held to ransom.

    ## How to fix
    Allow the database's port only from the security groups of the applications that use it.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html
    """
    yield from _open_ports(group.ingress, _DATABASES)


@database_open_to_world.risky_fix("clients that connect over the internet are shut out")
def close_databases(group: SecurityGroup) -> SecurityGroup:
    """Remove the rules that let the internet reach database ports."""
    return replace(group, ingress=_without(group.ingress, _DATABASES))


@rule(
    "high",
    passes=[SecurityGroup(ingress=(_WEB, _INSIDE))],
    fails=[SecurityGroup(ingress=(Permission("tcp", 2375, 2375, _ANYWHERE),))],
)
def internal_service_open_to_world(group: SecurityGroup) -> Problems:
    """Security group opens a service that is not meant for the internet.

    ## Why it matters
    File shares, remote desktops, container and cluster interfaces are made for trusted networks; many ask for no
    password.

    ## How to fix
    Remove the rule, or allow only the security groups or addresses that need the service.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html
    """
    yield from _open_ports(group.ingress, _SERVICES)


@internal_service_open_to_world.risky_fix("clients that connect over the internet are shut out")
def close_internal_services(group: SecurityGroup) -> SecurityGroup:
    """Remove the rules that let the internet reach these services."""
    return replace(group, ingress=_without(group.ingress, _SERVICES))


@rule(
    "critical",
    passes=[SecurityGroup(ingress=(_WEB, Permission(ALL_PROTOCOLS, -1, -1, "sg-1")))],
    fails=[SecurityGroup(ingress=(_ALL,))],
)
def everything_open_to_world(group: SecurityGroup) -> Problems:
    """Security group lets everything in from the internet.

    ## Why it matters
    Whatever listens on the machine, now or after the next installation, is on the internet.

    ## How to fix
    Remove the rule and allow only the ports that serve the public.

    ## References
    - https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
    """
    for each in _wide(group.ingress):
        if each.protocol == ALL_PROTOCOLS:
            yield f"all traffic from {each.peer}"


@everything_open_to_world.risky_fix("whatever relies on the open rule is shut out")
def close_everything(group: SecurityGroup) -> SecurityGroup:
    """Remove the rules that let in all traffic from the internet."""
    kept = tuple(each for each in group.ingress if not (is_wide(each.peer) and each.protocol == ALL_PROTOCOLS))
    return replace(group, ingress=kept)


@rule(
    "medium",
    passes=[SecurityGroup(group_name="default"), SecurityGroup(group_name="web", ingress=(_WEB,), egress=(_ALL,))],
    fails=[
        SecurityGroup(group_name="default", ingress=(Permission(ALL_PROTOCOLS, -1, -1, "sg-1"),)),
        SecurityGroup(group_name="default", egress=(_ALL,)),
    ],
)
def default_group_has_rules(group: SecurityGroup) -> Problems:
    """Default security group lets traffic through.

    ## Why it matters
    Whatever is started without naming a group lands in this one, and may then talk to everything else in it.

    ## How to fix
    Remove all its rules, and give each machine a group made for it.

    ## References
    - https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html
    """
    if group.group_name == "default" and (group.ingress or group.egress):
        yield f"{len(group.ingress)} rules let traffic in, {len(group.egress)} let it out"


@default_group_has_rules.risky_fix("whatever uses the default group loses its network")
def empty_default_group(group: SecurityGroup) -> SecurityGroup:
    """Remove all rules of the default security group."""
    return replace(group, ingress=(), egress=())


@rule(
    "medium",
    passes=[SecurityGroup(group_name="default", interfaces=0), SecurityGroup(group_name="web", interfaces=3)],
    fails=[SecurityGroup(group_name="default", interfaces=2)],
)
def default_group_used(group: SecurityGroup) -> Problems:
    """Default security group is in use.

    ## Why it matters
    It mostly means that nobody chose a group; what needs protection shares its rules with everything else.

    ## How to fix
    Give the network interfaces groups of their own, then empty the default group.

    ## References
    - https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html
    """
    if group.group_name == "default" and group.interfaces:
        yield f"{group.interfaces} network interfaces use it"


@rule(
    "info",
    passes=[SecurityGroup(group_name="web", interfaces=1), SecurityGroup(group_name="default", interfaces=0)],
    fails=[SecurityGroup(group_name="web", interfaces=0)],
)
def unused_group(group: SecurityGroup) -> Problems:
    """Security group is not used.

    ## Why it matters
    Forgotten groups hold forgotten rules, and are taken one day because the name fits.

    ## How to fix
    Delete it, unless a launch template or another group's rule names it.

    ## References
    - https://docs.aws.amazon.com/vpc/latest/userguide/working-with-security-groups.html
    """
    if group.group_name != "default" and not group.interfaces:
        yield "no network interface uses it"


@unused_group.risky_fix("launch templates and rules that name the group fail")
def delete_group(_: SecurityGroup) -> None:
    """Delete the security group."""


@rule(
    "low",
    passes=[SecurityGroup(egress=()), SecurityGroup(egress=(Permission("tcp", 443, 443, _ANYWHERE),))],
    fails=[SecurityGroup(egress=(_ALL,))],
)
def everything_may_leave(group: SecurityGroup) -> Problems:
    """Security group lets everything out.

    ## Why it matters
    Whoever takes over the machine can send data anywhere and fetch tools from anywhere.

    ## How to fix
    Allow only the ports and targets that the machine needs, by VPC endpoints and prefix lists where there are some.

    ## References
    - https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
    """
    for each in _wide(group.egress):
        if each.protocol == ALL_PROTOCOLS:
            yield f"all traffic to {each.peer}"


@rule(
    "medium",
    passes=[SecurityGroup(ingress=(_WEB, _INSIDE)), SecurityGroup(ingress=(Permission("tcp", 8000, 8010, _ANYWHERE),))],
    fails=[SecurityGroup(ingress=(Permission("tcp", 0, 65535, _ANYWHERE),))],
)
def wide_port_range_open_to_world(group: SecurityGroup) -> Problems:
    """Security group opens a wide range of ports to the internet.

    ## Why it matters
    Nobody means thousands of ports; among them is always one that something listens on unnoticed.

    ## How to fix
    Allow the single ports that serve the public.

    ## References
    - https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
    """
    for each in _wide(group.ingress):
        if each.protocol in {"tcp", "udp"} and each.to_port - each.from_port >= 100:
            yield f"{each.ports} open to {each.peer}"
