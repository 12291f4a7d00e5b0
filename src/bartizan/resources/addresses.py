"""Which addresses are those of EC2, and of which Region, as AWS publishes it.

The list that comes with Bartizan ages: of a range that AWS got since, nothing is said. ``scripts/ec2_addresses.py``
writes it anew. Source: https://docs.aws.amazon.com/vpc/latest/userguide/aws-ip-ranges.html
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def parsed(text: str) -> Address | None:
    """The address that a text is, if it is one."""
    try:
        return ip_address(text)
    except ValueError:
        return None


def region_of(address: Address) -> str | None:
    """The Region of EC2 that an address belongs to; ``None`` where AWS's list does not have it there."""
    ranges = _ranges(address.version)
    position = bisect_right(ranges, int(address), key=lambda each: int(each[0].network_address)) - 1
    if position < 0:
        return None
    network, region = ranges[position]
    return region if address in network else None


@lru_cache(maxsize=2)
def _ranges(version: int) -> tuple[tuple[Network, str], ...]:
    found = (each for each in _listed() if each[0].version == version)
    return tuple(sorted(found, key=lambda each: int(each[0].network_address)))


def _listed() -> Iterator[tuple[Network, str]]:
    text = files("bartizan.resources").joinpath("ec2_addresses.txt").read_text(encoding="utf-8")
    for line in text.splitlines()[1:]:
        region, *networks = line.split()
        for each in networks:
            yield ip_network(each), region
