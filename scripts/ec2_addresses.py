"""Writes which addresses are those of EC2 in each Region, to the file that ``bartizan.resources.addresses`` loads.

Run it from the project's folder on AWS's list: ``python scripts/ec2_addresses.py ip-ranges.json``, downloaded from
https://ip-ranges.amazonaws.com/ip-ranges.json.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from ipaddress import IPv4Network, IPv6Network, collapse_addresses
from pathlib import Path

TARGET = Path(__file__).parents[1] / "src" / "bartizan" / "resources" / "ec2_addresses.txt"


def main(source: str) -> None:
    """Keep the ranges of EC2, those that lie side by side as one."""
    published = json.loads(Path(source).read_text(encoding="utf-8"))
    old: defaultdict[str, list[IPv4Network]] = defaultdict(list)
    new: defaultdict[str, list[IPv6Network]] = defaultdict(list)
    for each in published["prefixes"]:
        if each["service"] == "EC2":
            old[each["region"]].append(IPv4Network(each["ip_prefix"]))
    for each in published["ipv6_prefixes"]:
        if each["service"] == "EC2":
            new[each["region"]].append(IPv6Network(each["ipv6_prefix"]))
    lines = [f"# https://ip-ranges.amazonaws.com/ip-ranges.json of {published['createDate'][:10]}: EC2, by Region"]
    for region in sorted({*old, *new}):
        ranges = [*collapse_addresses(old[region]), *collapse_addresses(new[region])]
        lines.append(" ".join([region, *map(str, ranges)]))
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
