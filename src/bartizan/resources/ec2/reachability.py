"""Who on the internet reaches an interface: route table, network ACL and security groups decided together.

Addresses and ports are ranges of numbers. The internet falls into ranges that no route, ACL entry or group tells
apart; for each of them the ports are worked out that get through, and a port counts as open where enough addresses
reach it. Answers need a way back: a route to an internet gateway, and a port that the ACL lets out to the caller, who
may choose which it is. Security groups remember connections, so that their egress says nothing here.

What comes through a load balancer or a firewall endpoint is not direct, and not meant here. Prefix lists count as
particular places, not as the internet.

Sources: https://docs.aws.amazon.com/vpc/latest/userguide/how-it-works.html (internet access),
https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html (order, both directions, ephemeral ports),
https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html (the longest prefix decides).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from bartizan.model import Gap, Reason, Unknown, World
from bartizan.resources.ec2.network import ALL_PROTOCOLS, AclEntry, NetworkAcl, Permission, SecurityGroup
from bartizan.resources.ec2.routing import NetworkInterface, PublicAccessBlock, Route, RouteTable

T = TypeVar("T")

REACHABILITY_TYPES = (NetworkInterface, RouteTable, NetworkAcl, SecurityGroup, PublicAccessBlock)
"""The types that ``reaching`` asks the world about."""

Span = tuple[int, int]
"""The first and the last of a range of addresses or ports."""

_PORTS: Span = (0, 65535)
_PROTOCOLS = {"tcp": "6", "udp": "17"}
# A 256th of the addresses is no particular place; of IPv6, whose networks are wide, a /16.
_ENOUGH = {4: 2**24, 6: 2**112}
_INTERNET_V6 = "2000::/3"
_NOT_INTERNET_V4 = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
    "224.0.0.0/3",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Walls:
    """All that stands before an interface for one IP version; ``groups`` are ids with what they let in."""

    version: int
    routes: tuple[Route, ...]
    acl_in: tuple[AclEntry, ...]
    acl_out: tuple[AclEntry, ...]
    groups: tuple[tuple[str, tuple[Permission, ...]], ...]


@dataclass(frozen=True, slots=True)
class Opening:
    """A range of ports that the internet reaches, and what lets the largest part of it through."""

    protocol: str
    ports: Span
    route: Route
    acl_in: AclEntry
    acl_out: AclEntry
    group: str
    permission: Permission

    def covers(self, port: int, protocol: str = "tcp") -> bool:
        """Whether the port is among them."""
        return self.protocol == protocol and self.ports[0] <= port <= self.ports[1]

    def __str__(self) -> str:
        first, last = self.ports
        if self.ports == _PORTS:
            return f"all {self.protocol} ports"
        return f"{self.protocol} port {first}" if first == last else f"{self.protocol} ports {first}-{last}"


@dataclass(frozen=True, slots=True)
class _Part:
    """An opening for a range of addresses, ``source``."""

    opening: Opening
    source: Span


def reaching(interface: NetworkInterface, world: World) -> Iterator[tuple[Opening, str]]:
    """What the internet reaches of an interface, each with its path in words.

    Raises ``Unknown`` where something on the way was not read.
    """
    for version, addresses in ((4, interface.public_ips), (6, interface.ipv6_addresses)):
        if not addresses or _blocked(interface, world):
            continue
        table, acl = _table(interface, world), _acl(interface, world)
        _require_no_list(table)
        groups = tuple((each, _group(each, world).ingress) for each in interface.groups)
        for each in openings(Walls(version, table.routes, acl.ingress, acl.egress, groups)):
            yield (
                each,
                " -> ".join(
                    (
                        each.route.target,
                        f"{table.route_table_id} (route for {each.route.destination})",
                        f"{acl.network_acl_id} (rule {each.acl_in.number} in, {each.acl_out.number} out)",
                        f"{each.group} ({each.permission.ports} from {each.permission.peer})",
                        f"{interface.network_interface_id} ({', '.join(addresses)})",
                    )
                ),
            )


def _blocked(interface: NetworkInterface, world: World) -> bool:
    held = {interface.vpc_id, interface.subnet_id}
    return any(
        each.mode != "off" and not held & set(each.excluded) for each in world.all(PublicAccessBlock, near=interface)
    )


def _table(interface: NetworkInterface, world: World) -> RouteTable:
    tables = world.find(RouteTable, near=interface, vpc_id=interface.vpc_id)
    own = [each for each in tables if interface.subnet_id in each.subnets]
    return _only(own or [each for each in tables if each.main], f"the route table of {interface.subnet_id}")


def _require_no_list(table: RouteTable) -> None:
    for each in table.routes:
        if each.destination.startswith("pl-") and each.target.startswith("igw-"):
            raise Unknown(f"what is in {each.destination}", Gap(Reason.NOT_READ, detail="prefix lists are not read"))


def _acl(interface: NetworkInterface, world: World) -> NetworkAcl:
    acls = world.find(NetworkAcl, near=interface, vpc_id=interface.vpc_id)
    own = [each for each in acls if interface.subnet_id in each.subnets]
    return _only(own, f"the network ACL of {interface.subnet_id}")


def _group(group: str, world: World) -> SecurityGroup:
    return _only(world.find(SecurityGroup, group_id=group), f"security group {group}")


def _only(found: Iterable[T], what: str) -> T:
    for each in found:
        return each
    raise Unknown(what, Gap(Reason.NOT_READ, detail="it is not among what was read"))


@lru_cache(maxsize=4096)
def openings(walls: Walls) -> tuple[Opening, ...]:
    """The ports that the internet reaches through all of them, in order."""
    parts = [part for source in _sources(walls) for part in _through(walls, source)]
    found: list[Opening] = []
    for protocol in _PROTOCOLS:
        own = [each for each in parts if each.opening.protocol == protocol]
        for ports in _pieces([each.opening.ports for each in own], _PORTS):
            best = _enough([each for each in own if _within(ports, each.opening.ports)], walls.version)
            if best is None:
                continue
            last = found[-1] if found else None
            if last and last.protocol == protocol and last.ports[1] + 1 == ports[0]:
                found[-1] = _with_ports(last, (last.ports[0], ports[1]))
            else:
                found.append(_with_ports(best, ports))
    return tuple(found)


def _with_ports(opening: Opening, ports: Span) -> Opening:
    route, group = opening.route, opening.group
    return Opening(opening.protocol, ports, route, opening.acl_in, opening.acl_out, group, opening.permission)


def _enough(parts: list[_Part], version: int) -> Opening | None:
    """What lets most addresses through, if all that get through are enough to be the internet."""
    if sum(_size(each) for each in {part.source for part in parts}) < _ENOUGH[version]:
        return None
    return max(parts, key=lambda each: _size(each.source)).opening


def _sources(walls: Walls) -> Iterator[Span]:
    """The internet in ranges that no wall tells apart."""
    blocks = [each.destination for each in walls.routes]
    blocks += [each.cidr for each in (*walls.acl_in, *walls.acl_out)]
    blocks += [each.peer for _, permissions in walls.groups for each in permissions]
    spans = [span for each in blocks if (span := _span(each, walls.version))]
    outside = [span for each in _NOT_INTERNET_V4 if (span := _span(each, walls.version))]
    whole = (0, 2**32 - 1) if walls.version == 4 else _span(_INTERNET_V6, 6) or (0, 0)
    for piece in _pieces([*spans, *outside], whole):
        if not any(_within(piece, each) for each in outside):
            yield piece


def _through(walls: Walls, source: Span) -> Iterator[_Part]:
    route = _route(walls, source)
    if route is None or not route.active or not route.target.startswith("igw-"):
        return
    for protocol, number in _PROTOCOLS.items():
        out = [entry for _, entry in _allowed(walls, walls.acl_out, source, number)]
        if not out:
            continue
        way_in = list(_allowed(walls, walls.acl_in, source, number))
        for group, permissions in walls.groups:
            for each in permissions:
                span = _span(each.peer, walls.version)
                if span and _within(source, span) and each.protocol in {protocol, ALL_PROTOCOLS}:
                    wanted = _PORTS if each.from_port == -1 or each.protocol == ALL_PROTOCOLS else (
                        each.from_port, each.to_port
                    )  # fmt: skip
                    for ports, entry in way_in:
                        if both := _common(ports, wanted):
                            yield _Part(Opening(protocol, both, route, entry, out[0], group, each), source)


def _route(walls: Walls, source: Span) -> Route | None:
    """The route with the longest prefix that the addresses are in."""
    known = [(span, each) for each in walls.routes if (span := _span(each.destination, walls.version))]
    matching = [(_size(span), each) for span, each in known if _within(source, span)]
    return min(matching, key=lambda each: each[0])[1] if matching else None


def _allowed(
    walls: Walls, entries: tuple[AclEntry, ...], source: Span, protocol: str
) -> Iterator[tuple[Span, AclEntry]]:
    """The ports that an ACL lets through; for each, the entry with the lowest number decides."""
    undecided = [_PORTS]
    for entry in entries:
        span = _span(entry.cidr, walls.version)
        if not span or not _within(source, span) or entry.protocol not in {protocol, ALL_PROTOCOLS}:
            continue
        said = _PORTS if entry.from_port == -1 or entry.protocol == ALL_PROTOCOLS else (entry.from_port, entry.to_port)
        if entry.allow:
            yield from ((both, entry) for each in undecided if (both := _common(each, said)))
        undecided = [rest for each in undecided for rest in _less(each, said)]


@lru_cache(maxsize=16_384)
def _span(block: str, version: int) -> Span | None:
    """The addresses of a CIDR block of that IP version; nothing for other blocks, groups and prefix lists."""
    try:
        network = ipaddress.ip_network(block, strict=False)
    except ValueError:
        return None
    return (int(network[0]), int(network[-1])) if network.version == version else None


def _pieces(spans: Iterable[Span], whole: Span) -> Iterator[Span]:
    """The whole, cut at every border of the spans."""
    starts = {whole[0]}
    for first, last in spans:
        starts |= {each for each in (first, last + 1) if whole[0] <= each <= whole[1]}
    cuts = sorted(starts)
    yield from zip(cuts, [*(each - 1 for each in cuts[1:]), whole[1]], strict=True)


def _within(inner: Span, outer: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _common(one: Span, other: Span) -> Span | None:
    first, last = max(one[0], other[0]), min(one[1], other[1])
    return (first, last) if first <= last else None


def _less(span: Span, taken: Span) -> Iterator[Span]:
    """What is left of a range without another."""
    if not _common(span, taken):
        yield span
        return
    if span[0] < taken[0]:
        yield span[0], taken[0] - 1
    if taken[1] < span[1]:
        yield taken[1] + 1, span[1]


def _size(span: Span) -> int:
    return span[1] - span[0] + 1
