"""What the internet reaches: single walls by hand, and all of them together against packets sent one by one."""

from __future__ import annotations

import ipaddress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.model import Snapshot, Unknown
from bartizan.resources.ec2.network import AclEntry, NetworkAcl, Permission, SecurityGroup
from bartizan.resources.ec2.reachability import REACHABILITY_TYPES, Walls, openings, reaching
from bartizan.resources.ec2.routing import NetworkInterface, PublicAccessBlock, Route, RouteTable

ALL = AclEntry(100, allow=True, protocol="-1", cidr="0.0.0.0/0")
ALL_V6 = replace(ALL, number=101, cidr="::/0")
SSH = Permission("tcp", 22, 22, "0.0.0.0/0")
OPEN = Walls(4, (Route("0.0.0.0/0", "igw-1"),), (ALL,), (ALL,), (("sg-1", (SSH,)),))


def said(walls: Walls) -> list[str]:
    return [str(each) for each in openings(walls)]


def letting(*permissions: Permission) -> Walls:
    return replace(OPEN, groups=(("sg-1", permissions),))


def test_a_port_that_all_walls_let_through_is_open_and_no_other() -> None:
    assert said(OPEN) == ["tcp port 22"]
    assert said(letting(replace(SSH, protocol="udp", to_port=30))) == ["udp ports 22-30"]
    assert said(letting(Permission("-1", -1, -1, "0.0.0.0/0"))) == ["all tcp ports", "all udp ports"]
    assert said(letting(replace(SSH, protocol="icmp"), Permission("tcp", 22, 22, "sg-2"))) == []


@pytest.mark.parametrize(
    "routes",
    [
        (),
        (Route("0.0.0.0/0", "nat-1"),),
        (Route("0.0.0.0/0", "igw-1", active=False),),
        (Route("0.0.0.0/0", "igw-1"), Route("0.0.0.0/1", "tgw-1"), Route("128.0.0.0/1", "tgw-1")),
        (Route("::/0", "igw-1"),),
        (Route("198.51.100.0/24", "igw-1"),),
        (Route("10.0.0.0/8", "igw-1"),),
    ],
)
def test_without_a_way_back_through_the_internet_gateway_nothing_is_open(routes: tuple[Route, ...]) -> None:
    assert said(replace(OPEN, routes=routes)) == []


def test_the_lowest_number_of_an_acl_decides_for_its_ports_and_addresses() -> None:
    web = Permission("tcp", 20, 25, "0.0.0.0/0")
    deny = AclEntry(90, allow=False, protocol="6", cidr="0.0.0.0/0", from_port=22, to_port=23)
    walls = letting(web)
    assert said(replace(walls, acl_in=(deny, ALL))) == ["tcp ports 20-21", "tcp ports 24-25"]
    assert said(replace(walls, acl_in=(ALL, replace(deny, number=200)))) == ["tcp ports 20-25"]
    assert said(replace(walls, acl_in=(replace(deny, protocol="17"), ALL))) == ["tcp ports 20-25"]
    assert said(replace(walls, acl_in=(replace(deny, cidr="0.0.0.0/1"), ALL))) == ["tcp ports 20-25"]
    halves = (replace(deny, cidr="0.0.0.0/1"), replace(deny, number=91, cidr="128.0.0.0/1"), ALL)
    assert said(replace(walls, acl_in=halves)) == ["tcp ports 20-21", "tcp ports 24-25"]


def test_answers_need_a_port_that_the_acl_lets_out() -> None:
    ephemeral = AclEntry(100, allow=True, protocol="6", cidr="0.0.0.0/0", from_port=1024, to_port=65535)
    assert said(replace(OPEN, acl_out=())) == []
    assert said(replace(OPEN, acl_out=(replace(ephemeral, protocol="17"),))) == []
    assert said(replace(OPEN, acl_out=(ephemeral,))) == ["tcp port 22"]
    assert said(replace(OPEN, acl_out=(replace(ephemeral, cidr="10.0.0.0/8"),))) == []


def test_many_small_ranges_make_an_internet_and_one_place_does_not() -> None:
    assert said(letting(replace(SSH, peer="198.51.100.7/32"))) == []
    assert said(letting(replace(SSH, peer="10.0.0.0/8"))) == []
    assert said(letting(replace(SSH, peer="0.0.0.0/1"), replace(SSH, peer="128.0.0.0/1"))) == ["tcp port 22"]
    quarters = [replace(SSH, peer=f"{first}.0.0.0/10") for first in (50, 60, 70, 80)]
    assert said(letting(*quarters)) == ["tcp port 22"]
    assert said(letting(*quarters[:3], quarters[0])) == []


def test_one_ip_version_says_nothing_of_the_other() -> None:
    v6 = replace(OPEN, version=6, routes=(Route("::/0", "igw-1"),), acl_in=(ALL_V6,), acl_out=(ALL_V6,))
    assert said(v6) == []
    assert said(replace(v6, groups=(("sg-1", (replace(SSH, peer="::/0"),)),))) == ["tcp port 22"]
    assert said(replace(v6, groups=(("sg-1", (replace(SSH, peer="2001:db8::/32"),)),))) == []


BLOCKS = ["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/2", "64.0.0.0/3", "32.0.0.0/4", "160.0.0.0/4"]
PORTS = [0, 21, 22, 80, 443, 1024, 65535]
SPANS = st.tuples(st.sampled_from(PORTS), st.sampled_from(PORTS)).map(sorted)
ENTRIES = st.lists(
    st.builds(
        lambda allow, protocol, cidr, span: AclEntry(0, allow, protocol, cidr, *span),
        st.booleans(),
        st.sampled_from(["6", "17", "-1"]),
        st.sampled_from(BLOCKS),
        SPANS,
    ),
    max_size=5,
).map(lambda entries: (*(replace(each, number=number) for number, each in enumerate(entries)), ALL))
PERMISSIONS = st.lists(
    st.builds(
        lambda protocol, span, peer: Permission(protocol, *span, peer),
        st.sampled_from(["tcp", "udp", "-1"]),
        SPANS,
        st.sampled_from([*BLOCKS, "sg-9"]),
    ),
    min_size=1,
    max_size=4,
).map(tuple)
ANYWHERE = Route("0.0.0.0/0", "igw-1")
ROUTES = st.lists(
    st.builds(Route, st.sampled_from(BLOCKS), st.sampled_from(["igw-1", "nat-1"]), st.booleans()),
    max_size=4,
    unique_by=lambda route: route.destination,
).map(lambda routes: tuple(sorted({"0.0.0.0/0": ANYWHERE, **{each.destination: each for each in routes}}.values())))
WALLS = st.builds(
    lambda routes, acl_in, acl_out, one, two: Walls(4, routes, acl_in, acl_out, (("sg-1", one), ("sg-2", two))),
    ROUTES,
    ENTRIES,
    ENTRIES,
    PERMISSIONS,
    PERMISSIONS,
)


def passes(walls: Walls, protocol: str, caller: str, port: int) -> bool:
    """Whether a caller gets a connection to the port, from one of its ports that are told apart here."""
    address = ipaddress.ip_address(caller)

    def holds(block: str) -> bool:
        return not block.startswith("sg-") and address in ipaddress.ip_network(block)

    def acl(entries: tuple[AclEntry, ...], wanted: int) -> bool:
        for each in entries:
            ports = each.protocol == "-1" or each.from_port <= wanted <= each.to_port
            if holds(each.cidr) and each.protocol in {"-1", {"tcp": "6", "udp": "17"}[protocol]} and ports:
                return each.allow
        return False

    routes = sorted((each for each in walls.routes if holds(each.destination)), key=lambda r: int(r.destination[-1]))
    return (
        bool(routes)
        and (routes[-1].target, routes[-1].active) == ("igw-1", True)
        and acl(walls.acl_in, port)
        and any(acl(walls.acl_out, own + more) for own in PORTS for more in (0, 1) if own + more <= 65535)
        and any(
            each.protocol == "-1" or (each.protocol == protocol and each.from_port <= port <= each.to_port)
            for _, permissions in walls.groups
            for each in permissions
            if holds(each.peer)
        )
    )


@settings(max_examples=300, deadline=None)
@given(WALLS)
def test_a_port_is_open_exactly_where_a_packet_gets_through(walls: Walls) -> None:
    callers = [f"{first}.7.7.7" for first in range(1, 224, 16)]
    found = openings(walls)
    for protocol in ("tcp", "udp"):
        for port in sorted({*PORTS, *(each + 1 for each in PORTS[:-1])}):
            through = any(passes(walls, protocol, caller, port) for caller in callers)
            assert through == any(each.covers(port, protocol) for each in found), (protocol, port)


CARD = NetworkInterface(public_ips=("203.0.113.7",), ipv6_addresses=("2001:db8::7",))
TABLE = RouteTable(main=True, routes=(Route("0.0.0.0/0", "igw-1"), Route("::/0", "igw-1")))
ACL = NetworkAcl(ingress=(ALL, ALL_V6), egress=(ALL, ALL_V6))
GROUP = SecurityGroup(group_id="sg-1", ingress=(SSH, replace(SSH, from_port=80, to_port=90, peer="::/0")))


def paths(*world: object) -> list[str]:
    view = Snapshot([CARD, *world]).view(REACHABILITY_TYPES)  # type: ignore[list-item]  # all of them are resources
    return [path for _, path in reaching(CARD, view)]


def test_the_path_names_each_wall_and_what_lets_the_traffic_through() -> None:
    way, ssh, web = "igw-1 -> rtb-1", "sg-1 (tcp port 22 from 0.0.0.0/0)", "sg-1 (tcp port 80-90 from ::/0)"
    assert paths(TABLE, ACL, GROUP) == [
        f"{way} (route for 0.0.0.0/0) -> acl-1 (rule 100 in, 100 out) -> {ssh} -> eni-1 (203.0.113.7)",
        f"{way} (route for ::/0) -> acl-1 (rule 101 in, 101 out) -> {web} -> eni-1 (2001:db8::7)",
    ]


def test_a_subnet_s_own_table_goes_before_the_main_one() -> None:
    own = RouteTable(route_table_id="rtb-2", subnets=("subnet-1",), routes=(Route("0.0.0.0/0", "nat-1"),))
    assert paths(TABLE, own, ACL, GROUP) == []
    assert len(paths(TABLE, RouteTable(route_table_id="rtb-2", subnets=("subnet-2",)), ACL, GROUP)) == 2


def test_the_account_s_block_of_public_access_goes_before_all_but_for_what_it_excludes() -> None:
    assert paths(TABLE, ACL, GROUP, PublicAccessBlock(mode="block-bidirectional", excluded=("subnet-2",))) == []
    assert len(paths(TABLE, ACL, GROUP, PublicAccessBlock(mode="block-ingress", excluded=("subnet-1",)))) == 2


@pytest.mark.parametrize("missing", [TABLE, ACL, GROUP])
def test_a_wall_that_was_not_read_leaves_it_unknown(missing: object) -> None:
    with pytest.raises(Unknown):
        paths(*(each for each in (TABLE, ACL, GROUP) if each is not missing))


def test_a_route_to_the_internet_for_a_prefix_list_leaves_it_unknown() -> None:
    with pytest.raises(Unknown):
        paths(RouteTable(main=True, routes=(Route("pl-1", "igw-1"),)), ACL, GROUP)
