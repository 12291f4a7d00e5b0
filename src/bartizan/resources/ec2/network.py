"""The network of Amazon EC2: security groups, network ACLs, VPCs, subnets, flow logs."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bartizan.model import Resource, Unknown, field, resource
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Item, Join, Listing, Reader
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in, terraform_tags

ALL_PROTOCOLS = "-1"
# A range as large as a two hundred and fifty-sixth of the internet is no particular place.
_WIDE = {4: 8, 6: 16}


@lru_cache(maxsize=4096)
def is_wide(peer: str) -> bool:
    """Whether a peer is the whole internet, or so much of it that it might as well be; private ranges are not."""
    try:
        network = ipaddress.ip_network(peer, strict=False)
    except ValueError:
        return False
    return network.prefixlen <= _WIDE[network.version] and not network.is_private


@dataclass(frozen=True, slots=True, order=True)
class Permission:
    """One source or target that a security group rule allows: protocol, ports, and who.

    ``protocol`` is ``tcp``, ``udp``, ``icmp``, a number, or ``-1`` for all; ports are inclusive, -1 for all of them.
    ``peer`` is a CIDR block, a security group or a prefix list.
    """

    protocol: str
    from_port: int
    to_port: int
    peer: str
    description: str = ""

    def covers(self, port: int, protocol: str = "tcp") -> bool:
        """Whether it lets through that port of that protocol."""
        if self.protocol == ALL_PROTOCOLS:
            return True
        return self.protocol == protocol and (self.from_port == -1 or self.from_port <= port <= self.to_port)

    @property
    def ports(self) -> str:
        """The ports in words."""
        if self.protocol == ALL_PROTOCOLS:
            return "all traffic"
        if self.from_port == -1 or (self.from_port, self.to_port) == (0, 65535):
            return f"all {self.protocol} ports"
        span = f"{self.from_port}" if self.from_port == self.to_port else f"{self.from_port}-{self.to_port}"
        return f"{self.protocol} port {span}"


@resource("AWS::EC2::SecurityGroup", name="group_name")
class SecurityGroup(Resource):
    """A security group of a VPC."""

    group_name: str = field("Its name; the default group of a VPC is called default.", default="web")
    group_id: str = field("Its id.", default="sg-1")
    vpc_id: str | None = field("The VPC it belongs to.", default="vpc-1")
    ingress: tuple[Permission, ...] = field("What may come in.", default=())
    egress: tuple[Permission, ...] = field("What may go out.", default=())
    interfaces: int = field("How many network interfaces use it.", default=1)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@dataclass(frozen=True, slots=True, order=True)
class AclEntry:
    """A rule of a network ACL; the entry with the lowest number that matches decides."""

    number: int
    allow: bool
    protocol: str
    cidr: str
    from_port: int = -1
    to_port: int = -1

    def covers(self, port: int) -> bool:
        """Whether it speaks of that TCP port (protocol 6, or all)."""
        if self.protocol == ALL_PROTOCOLS:
            return True
        return self.protocol == "6" and (self.from_port == -1 or self.from_port <= port <= self.to_port)


@resource("AWS::EC2::NetworkAcl", name="network_acl_id")
class NetworkAcl(Resource):
    """A network ACL of a VPC."""

    network_acl_id: str = field("Its id.", default="acl-1")
    vpc_id: str = field("The VPC it belongs to.", default="vpc-1")
    is_default: bool = field("Whether AWS made it with the VPC.", default=False)
    ingress: tuple[AclEntry, ...] = field("What comes in, in order of number.", default=())
    egress: tuple[AclEntry, ...] = field("What goes out, in order of number.", default=())
    subnets: tuple[str, ...] = field("The subnets that it guards.", default=("subnet-1",))
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::EC2::VPC", name="vpc_id")
class Vpc(Resource):
    """A virtual private cloud."""

    vpc_id: str = field("Its id.", default="vpc-1")
    cidr_block: str = field("Its main address range.", default="10.0.0.0/16")
    is_default: bool = field("Whether AWS made it with the account.", default=False)
    interfaces: int = field("How many network interfaces are in it.", default=1)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::EC2::Subnet", name="subnet_id")
class Subnet(Resource):
    """A subnet of a VPC."""

    subnet_id: str = field("Its id.", default="subnet-1")
    vpc_id: str = field("The VPC it belongs to.", default="vpc-1")
    map_public_ip_on_launch: bool = field("Whether instances get a public address by themselves.", default=False)
    default_for_az: bool = field("Whether it is the default subnet of its zone.", default=False)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::EC2::FlowLog", name="flow_log_id")
class FlowLog(Resource):
    """A flow log of a VPC, subnet or network interface."""

    flow_log_id: str = field("Its id.", default="fl-1")
    resource_id: str = field("What it records: a VPC, a subnet or an interface.", default="vpc-1")
    active: bool = field("Whether its records are delivered.", default=True)
    traffic_type: str = field("ALL, ACCEPT or REJECT.", default="ALL")
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


def permissions(rules: Iterable[Mapping[str, Any]]) -> tuple[Permission, ...]:
    """AWS's ``IpPermissions``, one permission for each peer, in order."""
    found = []
    for each in rules:
        peers = [
            *((one["CidrIp"], one) for one in each.get("IpRanges", ())),
            *((one["CidrIpv6"], one) for one in each.get("Ipv6Ranges", ())),
            *((one["GroupId"], one) for one in each.get("UserIdGroupPairs", ())),
            *((one["PrefixListId"], one) for one in each.get("PrefixListIds", ())),
        ]
        for peer, one in peers:
            ports = int(each.get("FromPort", -1)), int(each.get("ToPort", -1))
            found.append(_permission(each["IpProtocol"], *ports, peer, one.get("Description") or ""))
    return tuple(sorted(found))


def _permission(protocol: str, low: int, high: int, peer: str, description: str) -> Permission:
    name = {"6": "tcp", "17": "udp", "1": "icmp", "all": ALL_PROTOCOLS}.get(str(protocol), str(protocol))
    if name == ALL_PROTOCOLS:
        low = high = -1
    return Permission(name, low, high, peer, description)


def _entries(item: Item, *, egress: bool) -> tuple[AclEntry, ...]:
    return tuple(
        sorted(
            AclEntry(
                number=each["RuleNumber"],
                allow=each["RuleAction"] == "allow",
                protocol=each["Protocol"],
                cidr=each.get("CidrBlock") or each["Ipv6CidrBlock"],
                from_port=each.get("PortRange", {}).get("From", -1),
                to_port=each.get("PortRange", {}).get("To", -1),
            )
            for each in item["Entries"]
            if each["Egress"] is egress
        )
    )


INTERFACES = Listing(Call("ec2:DescribeNetworkInterfaces"), items="NetworkInterfaces")
"""The network interfaces of a region, which several readers join."""


def _by_group(interfaces: list[Item]) -> Counter[str]:
    return Counter(group["GroupId"] for each in interfaces for group in each.get("Groups", ()))


def _by_vpc(interfaces: list[Item]) -> Counter[str]:
    return Counter(each.get("VpcId", "") for each in interfaces)


SECURITY_GROUPS = Reader(
    SecurityGroup,
    listing=Listing(
        Call("ec2:DescribeSecurityGroups"),
        items="SecurityGroups",
        params={"MaxResults": 1000},
        fields={
            "group_name": lambda item: item["GroupName"],
            "group_id": lambda item: item["GroupId"],
            "vpc_id": lambda item: item.get("VpcId"),
            "ingress": lambda item: permissions(item["IpPermissions"]),
            "egress": lambda item: permissions(item["IpPermissionsEgress"]),
            "tags": lambda item: tags_in(item.get("Tags") or ()),
        },
    ),
    arn=lambda item, scope: scope.arn("ec2", f"security-group/{item['GroupId']}"),
    joins=(Join(INTERFACES, index=_by_group, fields={"interfaces": lambda item, counted: counted[item["GroupId"]]}),),
)

NETWORK_ACLS = Reader(
    NetworkAcl,
    listing=Listing(
        Call("ec2:DescribeNetworkAcls"),
        items="NetworkAcls",
        fields={
            "network_acl_id": lambda item: item["NetworkAclId"],
            "vpc_id": lambda item: item["VpcId"],
            "is_default": lambda item: item["IsDefault"],
            "ingress": lambda item: _entries(item, egress=False),
            "egress": lambda item: _entries(item, egress=True),
            "subnets": lambda item: tuple(sorted(each["SubnetId"] for each in item["Associations"])),
            "tags": lambda item: tags_in(item.get("Tags") or ()),
        },
    ),
    arn=lambda item, scope: scope.arn("ec2", f"network-acl/{item['NetworkAclId']}"),
)

VPCS = Reader(
    Vpc,
    listing=Listing(
        Call("ec2:DescribeVpcs"),
        items="Vpcs",
        fields={
            "vpc_id": lambda item: item["VpcId"],
            "cidr_block": lambda item: item["CidrBlock"],
            "is_default": lambda item: item["IsDefault"],
            "tags": lambda item: tags_in(item.get("Tags") or ()),
        },
    ),
    arn=lambda item, scope: scope.arn("ec2", f"vpc/{item['VpcId']}"),
    joins=(Join(INTERFACES, index=_by_vpc, fields={"interfaces": lambda item, counted: counted[item["VpcId"]]}),),
)

SUBNETS = Reader(
    Subnet,
    listing=Listing(
        Call("ec2:DescribeSubnets"),
        items="Subnets",
        fields={
            "subnet_id": lambda item: item["SubnetId"],
            "vpc_id": lambda item: item["VpcId"],
            "map_public_ip_on_launch": lambda item: item["MapPublicIpOnLaunch"],
            "default_for_az": lambda item: item["DefaultForAz"],
            "tags": lambda item: tags_in(item.get("Tags") or ()),
        },
    ),
    arn=lambda item, scope: scope.arn("ec2", f"subnet/{item['SubnetId']}"),
)

FLOW_LOGS = Reader(
    FlowLog,
    listing=Listing(
        Call("ec2:DescribeFlowLogs"),
        items="FlowLogs",
        fields={
            "flow_log_id": lambda item: item["FlowLogId"],
            "resource_id": lambda item: item["ResourceId"],
            # A flow log that cannot write says FAILED; one that has nothing to write yet says nothing.
            "active": lambda item: item["FlowLogStatus"] == "ACTIVE" and item.get("DeliverLogsStatus") != "FAILED",
            "traffic_type": lambda item: item.get("TrafficType") or "ALL",
            "tags": lambda item: tags_in(item.get("Tags") or ()),
        },
    ),
    arn=lambda item, scope: scope.arn("ec2", f"vpc-flow-log/{item['FlowLogId']}"),
)


def _tf_inline(block: Block, direction: str) -> list[Permission]:
    return [one for each in block.get(direction, []) for one in _tf_rule(block, each, each["protocol"])]


def _tf_rules(block: Block, direction: str) -> list[Permission]:
    written = [each for each in block.parts("aws_security_group_rule") if each["type"] == direction]
    found = [one for each in written for one in _tf_rule(block, each, each["protocol"])]
    for each in block.parts(f"aws_vpc_security_group_{direction}_rule"):
        found += _tf_rule(block, each, each["ip_protocol"])
    return found


def _tf_rule(group: Block, rule: Block, protocol: str) -> list[Permission]:
    """The permissions of a rule, whichever of the three ways it is written in."""
    lists = ("cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids")
    peers = [peer for name in lists for peer in rule.get(name, ())]
    peers += [rule[name] for name in ("cidr_ipv4", "cidr_ipv6", "prefix_list_id") if name in rule]
    if rule.get("self"):
        peers.append(_tf_own_id(group))
    peers += _tf_groups(rule, "security_groups") + _tf_groups(rule, "referenced_security_group_id")
    # The provider computes this one wherever another peer is given.
    peers += [] if peers else _tf_groups(rule, "source_security_group_id")
    ports = int(rule.get("from_port", -1)), int(rule.get("to_port", -1))
    return [_permission(protocol, *ports, peer, rule.get("description", "")) for peer in peers]


def _tf_groups(rule: Block, name: str) -> list[str]:
    """The security groups in an attribute; those still to be made by a stand-in, since no id is open to the world."""
    try:
        named = rule.get(name, [])
    except Unknown as later:
        return [f"<{later.gap.detail or later.what}>"]
    return named if isinstance(named, list) else [named]


def _tf_own_id(group: Block) -> str:
    try:
        own: str = group.get("id", "self")
    except Unknown:
        return "self"
    return own


def _tf_permissions(block: Block, direction: str) -> tuple[Permission, ...]:
    # What Terraform knows of a group that exists repeats the rules that are written apart.
    return tuple(sorted({*_tf_inline(block, direction), *_tf_rules(block, direction)}))


TERRAFORM_SECURITY_GROUP = CodeReader(
    "aws_security_group",
    SecurityGroup,
    parts=dict.fromkeys(
        (
            "aws_security_group_rule",
            "aws_vpc_security_group_ingress_rule",
            "aws_vpc_security_group_egress_rule",
        ),
        "security_group_id",
    ),
    defaulted={"aws_security_group": ("egress", "ingress", "name", "name_prefix", "tags_all")},
    fields={
        # Without a name Terraform makes one up; it is never that of a default group.
        "group_name": lambda block: block.get("name") or block.what,
        "group_id": Block.own_id,
        "vpc_id": lambda block: block.id_in("vpc_id"),
        "ingress": lambda block: _tf_permissions(block, "ingress"),
        # The provider removes AWS's own rule that lets everything out, so what code does not say is not there.
        "egress": lambda block: _tf_permissions(block, "egress"),
        "tags": terraform_tags,
    },
)

TERRAFORM_DEFAULT_SECURITY_GROUP = CodeReader(
    "aws_default_security_group",
    SecurityGroup,
    parts=TERRAFORM_SECURITY_GROUP.parts,
    # The provider takes all rules away that the code does not write.
    defaulted={"aws_default_security_group": ("egress", "ingress", "tags_all")},
    fields={**TERRAFORM_SECURITY_GROUP.fields, "group_name": lambda _: "default"},
)

_EVERYTHING_OUT = (Permission(ALL_PROTOCOLS, -1, -1, "0.0.0.0/0"),)


def _cfn_rule(rule: Mapping[str, Any]) -> Permission:
    peer = next(
        rule[name]
        for name in (
            "CidrIp", "CidrIpv6", "SourceSecurityGroupId", "DestinationSecurityGroupId", "SourcePrefixListId",
            "DestinationPrefixListId", "SourceSecurityGroupName",
        )
        if name in rule
    )  # fmt: skip
    ports = int(rule.get("FromPort", -1)), int(rule.get("ToPort", -1))
    return _permission(rule["IpProtocol"], *ports, peer, rule.get("Description", ""))


def _cfn_permissions(block: Block, direction: str) -> tuple[Permission, ...]:
    inline = block.get(f"SecurityGroup{direction}", [])
    parts = block.parts(f"AWS::EC2::SecurityGroup{direction}")
    return tuple(sorted(_cfn_rule(each) for each in (*inline, *parts)))


CLOUDFORMATION_SECURITY_GROUP = CodeReader(
    "AWS::EC2::SecurityGroup",
    SecurityGroup,
    parts={"AWS::EC2::SecurityGroupIngress": "GroupId", "AWS::EC2::SecurityGroupEgress": "GroupId"},
    fields={
        # Without a name AWS makes one up; it is never that of a default group.
        "group_name": lambda block: block.get("GroupName") or block.what,
        "group_id": Block.own_id,
        "vpc_id": lambda block: block.id_in("VpcId"),
        "ingress": lambda block: _cfn_permissions(block, "Ingress"),
        # AWS lets everything out of a group whose template says nothing about it.
        "egress": lambda block: (
            _cfn_permissions(block, "Egress") if "SecurityGroupEgress" in block else _EVERYTHING_OUT
        ),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)
