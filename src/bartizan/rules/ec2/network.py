"""Checks of network ACLs, VPCs and subnets."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

from bartizan.model import Problems, World, replace, rule
from bartizan.resources.ec2.network import ALL_PROTOCOLS, AclEntry, FlowLog, NetworkAcl, Subnet, Vpc

_ADMINISTRATION = {22: "SSH", 3389: "RDP"}
_ANYWHERE = "0.0.0.0/0"
_OPEN = AclEntry(100, allow=True, protocol="-1", cidr=_ANYWHERE)
_SHUT = AclEntry(32767, allow=False, protocol="-1", cidr=_ANYWHERE)


@lru_cache(maxsize=4096)
def _network(cidr: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(cidr, strict=False)


def _of_version(entries: Iterable[AclEntry], version: int) -> list[AclEntry]:
    """Those that speak of IPv4, or of IPv6: the one decides nothing for the other."""
    return [each for each in entries if _network(each.cidr).version == version]


def _reaches(entries: Iterable[AclEntry], port: int) -> AclEntry | None:
    """The entry that lets the internet in on a port; the lowest number that speaks of anywhere and the port decides."""
    for entry in entries:
        if entry.covers(port) and _network(entry.cidr).prefixlen == 0:
            return entry if entry.allow else None
    return None


@rule(
    "medium",
    passes=[
        NetworkAcl(ingress=(AclEntry(100, allow=True, protocol="6", cidr=_ANYWHERE, from_port=443, to_port=443),)),
        NetworkAcl(
            ingress=(
                AclEntry(90, allow=False, protocol="6", cidr=_ANYWHERE, from_port=22, to_port=22),
                AclEntry(91, allow=False, protocol="6", cidr=_ANYWHERE, from_port=3389, to_port=3389),
                AclEntry(100, allow=True, protocol="-1", cidr=_ANYWHERE),
            )
        ),
        NetworkAcl(ingress=(AclEntry(100, allow=True, protocol="-1", cidr=_ANYWHERE),), subnets=()),
    ],
    fails=[
        NetworkAcl(ingress=(AclEntry(100, allow=True, protocol="-1", cidr=_ANYWHERE),)),
        NetworkAcl(ingress=(AclEntry(100, allow=True, protocol="6", cidr="::/0", from_port=1, to_port=1024),)),
    ],
)
def acl_opens_administration(acl: NetworkAcl) -> Problems:
    """Network ACL lets the internet reach SSH or RDP.

    ## Why it matters
    The ACL is the second wall behind the security groups; where it stands open, one wrong group is enough.

    ## How to fix
    Deny the ports for `0.0.0.0/0` and `::/0` with a lower number than the rule that allows everything.

    ## References
    - https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html
    """
    if acl.subnets:
        for version in (4, 6):
            entries = _of_version(acl.ingress, version)
            for port, name in _ADMINISTRATION.items():
                entry = _reaches(entries, port)
                if entry:
                    yield f"{name} ({port}) is open to {entry.cidr} by rule {entry.number}"


@rule(
    "low",
    passes=[Vpc(is_default=False)],
    fails=[Vpc(is_default=True, interfaces=0), Vpc(is_default=True, interfaces=4)],
)
def default_vpc(vpc: Vpc) -> Problems:
    """Default VPC exists.

    ## Why it matters
    All its subnets are public: what is started without naming a network gets a public address in it.

    ## How to fix
    Delete it in every region, after moving what is in it.

    ## References
    - https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html
    """
    if vpc.is_default:
        yield "all its subnets are public"
        yield f"{vpc.interfaces} network interfaces are in it" if vpc.interfaces else "it is empty and can be deleted"


@rule(
    "medium",
    passes=[
        (Vpc(vpc_id="vpc-1"), FlowLog(resource_id="vpc-1")),
        Vpc(is_default=True, interfaces=0),
    ],
    fails=[
        Vpc(vpc_id="vpc-1"),
        (Vpc(vpc_id="vpc-1"), FlowLog(resource_id="vpc-1", active=False), FlowLog(resource_id="vpc-2")),
    ],
    reads=[FlowLog],
)
def no_flow_log(vpc: Vpc, world: World) -> Problems:
    """VPC has no flow logs.

    ## Why it matters
    Without them nobody can tell after an incident who talked to whom, and scans and exfiltration go unseen.

    ## How to fix
    Record the VPC's traffic, at least what is rejected, to a bucket or log group.

    ## References
    - https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html
    """
    if any(each.active for each in world.find(FlowLog, near=vpc, resource_id=vpc.vpc_id)):
        return
    # AWS makes an empty default VPC in every region; that it exists is a finding of its own.
    if not vpc.is_default or vpc.interfaces:
        yield "no active flow log records its traffic"


@rule(
    "low",
    passes=[Subnet(map_public_ip_on_launch=False), Subnet(map_public_ip_on_launch=True, default_for_az=True)],
    fails=[Subnet(map_public_ip_on_launch=True)],
)
def subnet_gives_public_addresses(subnet: Subnet) -> Problems:
    """Subnet gives every instance a public address.

    ## Why it matters
    Whatever is started in it is reachable from the internet without anybody having asked for it.

    ## How to fix
    Turn the automatic address off, and give one only to what must have one.

    ## References
    - https://docs.aws.amazon.com/vpc/latest/userguide/subnet-public-ip.html
    """
    # Those of the default VPC do so by AWS's choice; the default VPC itself is the finding.
    if subnet.map_public_ip_on_launch and not subnet.default_for_az:
        yield "instances get a public IPv4 address at launch"


@subnet_gives_public_addresses.risky_fix("instances started later have no public address unless they ask for one")
def no_public_addresses(subnet: Subnet) -> Subnet:
    """Stop giving instances a public address at launch."""
    return replace(subnet, map_public_ip_on_launch=False)


def _filters_nothing(entries: Iterable[AclEntry]) -> AclEntry | None:
    """The entry that lets all traffic through; the lowest number that speaks of all traffic and anywhere decides."""
    for entry in entries:
        if entry.protocol == ALL_PROTOCOLS and _network(entry.cidr).prefixlen == 0:
            return entry if entry.allow else None
    return None


@rule(
    "info",
    passes=[
        NetworkAcl(ingress=(_SHUT,), egress=(_SHUT,)),
        NetworkAcl(ingress=(_SHUT, _OPEN), egress=()),
        NetworkAcl(ingress=(_OPEN,), egress=(_OPEN,), subnets=()),
    ],
    fails=[
        NetworkAcl(ingress=(_OPEN, _SHUT), egress=(_SHUT,)),
        NetworkAcl(ingress=(_SHUT,), egress=(_OPEN, _SHUT)),
        NetworkAcl(ingress=(_SHUT, AclEntry(32768, allow=True, protocol="-1", cidr="::/0"))),
    ],
)
def acl_filters_nothing(acl: NetworkAcl) -> Problems:
    """Network ACL lets all traffic through.

    ## Why it matters
    The security groups stand alone: where one of them is wrong, nothing else keeps traffic in or out.

    ## How to fix
    Allow the ports and ranges that the subnets need in both directions, with the high ports for answers.

    ## References
    - https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html
    """
    if acl.subnets:
        for way, entries in (("in from", acl.ingress), ("out to", acl.egress)):
            for version in (4, 6):
                entry = _filters_nothing(_of_version(entries, version))
                if entry:
                    yield f"rule {entry.number} lets everything {way} {entry.cidr}"


@rule(
    "info",
    passes=[NetworkAcl(subnets=("subnet-1",)), NetworkAcl(subnets=(), is_default=True)],
    fails=[NetworkAcl(subnets=())],
)
def unused_acl(acl: NetworkAcl) -> Problems:
    """Network ACL guards no subnet.

    ## Why it matters
    Whoever reads it believes in a filter that nothing passes, or puts it to use later without another look.

    ## How to fix
    Delete it, or associate it with the subnets that it was made for.

    ## References
    - https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-16
    """
    if not acl.is_default and not acl.subnets:
        yield "no subnet is associated with it"


@unused_acl.fix
def delete_acl(_: NetworkAcl) -> None:
    """Delete the network ACL."""
