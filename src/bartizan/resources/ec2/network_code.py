"""How VPCs, subnets, network ACLs and flow logs are read from infrastructure code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bartizan.resources.code import Block, CodeReader, only_in_aws, truth
from bartizan.resources.ec2.network import ALL_PROTOCOLS, AclEntry, FlowLog, NetworkAcl, Subnet, Vpc
from bartizan.resources.tags import tags_in, terraform_tags

_PROTOCOLS = {"all": ALL_PROTOCOLS, "icmp": "1", "tcp": "6", "udp": "17", "icmpv6": "58"}
_WITH_PORTS = frozenset({"6", "17"})
# AWS ends every ACL so: https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html
_LAST = AclEntry(32767, allow=False, protocol=ALL_PROTOCOLS, cidr="0.0.0.0/0")


def _cfn_tags(block: Block) -> Mapping[str, str]:
    return tags_in(block.get("Tags", ()))


TERRAFORM_VPC = CodeReader(
    "aws_vpc",
    Vpc,
    defaulted={"aws_vpc": ("tags_all",)},
    fields={
        "vpc_id": Block.own_id,
        "cidr_block": lambda block: block["cidr_block"],
        "is_default": lambda _: False,
        "interfaces": only_in_aws,
        "tags": terraform_tags,
    },
)

TERRAFORM_DEFAULT_VPC = CodeReader(
    "aws_default_vpc",
    Vpc,
    defaulted={"aws_default_vpc": ("tags_all",)},
    fields={**TERRAFORM_VPC.fields, "is_default": lambda _: True},
)

CLOUDFORMATION_VPC = CodeReader(
    "AWS::EC2::VPC",
    Vpc,
    fields={
        "vpc_id": Block.own_id,
        "cidr_block": lambda block: block["CidrBlock"],
        "is_default": lambda _: False,
        "interfaces": only_in_aws,
        "tags": _cfn_tags,
    },
)

TERRAFORM_SUBNET = CodeReader(
    "aws_subnet",
    Subnet,
    defaulted={"aws_subnet": ("tags_all",)},
    fields={
        "subnet_id": Block.own_id,
        "vpc_id": lambda block: block.id_in("vpc_id"),
        "map_public_ip_on_launch": lambda block: bool(block.get("map_public_ip_on_launch", False)),
        "default_for_az": lambda _: False,
        "tags": terraform_tags,
    },
)

TERRAFORM_DEFAULT_SUBNET = CodeReader(
    "aws_default_subnet",
    Subnet,
    defaulted={"aws_default_subnet": ("tags_all",)},
    fields={
        **TERRAFORM_SUBNET.fields,
        "map_public_ip_on_launch": lambda block: bool(block.get("map_public_ip_on_launch", True)),
        "default_for_az": lambda _: True,
    },
)

CLOUDFORMATION_SUBNET = CodeReader(
    "AWS::EC2::Subnet",
    Subnet,
    fields={
        "subnet_id": Block.own_id,
        "vpc_id": lambda block: block.id_in("VpcId"),
        "map_public_ip_on_launch": lambda block: truth(block.get("MapPublicIpOnLaunch")),
        "default_for_az": lambda _: False,
        "tags": _cfn_tags,
    },
)


def _entry(number: Any, action: str, protocol: Any, cidr: str, ports: tuple[Any, Any]) -> AclEntry:
    name = _PROTOCOLS.get(str(protocol), str(protocol))
    low, high = ports if name in _WITH_PORTS else (-1, -1)
    return AclEntry(
        int(number), allow=action == "allow", protocol=name, cidr=cidr, from_port=int(low), to_port=int(high)
    )


def _entries(found: Iterable[AclEntry]) -> tuple[AclEntry, ...]:
    # What Terraform knows of an ACL that exists repeats the rules that are written apart.
    return tuple(sorted({*found, _LAST}))


def _tf_entry(rule: Block, number: str, action: str) -> AclEntry:
    cidr = rule.get("cidr_block") or rule["ipv6_cidr_block"]
    ports = (rule.get("from_port", -1), rule.get("to_port", -1))
    return _entry(rule[number], rule[action].lower(), rule["protocol"], cidr, ports)


def _tf_entries(block: Block, *, egress: bool) -> tuple[AclEntry, ...]:
    inline = [_tf_entry(each, "rule_no", "action") for each in block.get("egress" if egress else "ingress", ())]
    parts = block.parts("aws_network_acl_rule")
    apart = [_tf_entry(each, "rule_number", "rule_action") for each in parts if each.get("egress", False) is egress]
    return _entries([*inline, *apart])


def _tf_acl_subnets(block: Block) -> tuple[str, ...]:
    parts = block.parts("aws_network_acl_association")
    return tuple(sorted({*block.ids_in("subnet_ids"), *(each.id_in("subnet_id") for each in parts)}))


TERRAFORM_NETWORK_ACL = CodeReader(
    "aws_network_acl",
    NetworkAcl,
    parts=dict.fromkeys(("aws_network_acl_association", "aws_network_acl_rule"), "network_acl_id"),
    defaulted={"aws_network_acl": ("egress", "ingress", "subnet_ids", "tags_all")},
    fields={
        "network_acl_id": Block.own_id,
        "vpc_id": lambda block: block.id_in("vpc_id"),
        "is_default": lambda _: False,
        "ingress": lambda block: _tf_entries(block, egress=False),
        "egress": lambda block: _tf_entries(block, egress=True),
        "subnets": _tf_acl_subnets,
        "tags": terraform_tags,
    },
)

TERRAFORM_DEFAULT_NETWORK_ACL = CodeReader(
    "aws_default_network_acl",
    NetworkAcl,
    parts=TERRAFORM_NETWORK_ACL.parts,
    defaulted={"aws_default_network_acl": ("tags_all",)},
    # The provider takes all entries away that the code does not write.
    fields={**TERRAFORM_NETWORK_ACL.fields, "is_default": lambda _: True},
)


def _cfn_entries(block: Block, *, egress: bool) -> tuple[AclEntry, ...]:
    found = []
    for each in block.parts("AWS::EC2::NetworkAclEntry"):
        if truth(each.get("Egress")) is egress:
            cidr = each.get("CidrBlock") or each["Ipv6CidrBlock"]
            span = each.get("PortRange", {})
            ports = (span.get("From", -1), span.get("To", -1))
            found.append(_entry(each["RuleNumber"], each["RuleAction"].lower(), each["Protocol"], cidr, ports))
    return _entries(found)


CLOUDFORMATION_NETWORK_ACL = CodeReader(
    "AWS::EC2::NetworkAcl",
    NetworkAcl,
    parts=dict.fromkeys(("AWS::EC2::NetworkAclEntry", "AWS::EC2::SubnetNetworkAclAssociation"), "NetworkAclId"),
    fields={
        "network_acl_id": Block.own_id,
        "vpc_id": lambda block: block.id_in("VpcId"),
        "is_default": lambda _: False,
        "ingress": lambda block: _cfn_entries(block, egress=False),
        "egress": lambda block: _cfn_entries(block, egress=True),
        "subnets": lambda block: tuple(
            sorted(each.id_in("SubnetId") for each in block.parts("AWS::EC2::SubnetNetworkAclAssociation"))
        ),
        "tags": _cfn_tags,
    },
)

_RECORDED = (
    "eni_id", "subnet_id", "transit_gateway_id", "transit_gateway_attachment_id", "regional_nat_gateway_id", "vpc_id",
)  # fmt: skip


def _tf_recorded(block: Block) -> str:
    return next(found for name in _RECORDED for found in block.ids_in(name) if found)


TERRAFORM_FLOW_LOG = CodeReader(
    "aws_flow_log",
    FlowLog,
    defaulted={"aws_flow_log": ("vpc_id", "tags_all")},
    fields={
        "flow_log_id": Block.own_id,
        "resource_id": _tf_recorded,
        "active": lambda _: True,
        "traffic_type": lambda block: block.get("traffic_type") or "ALL",
        "tags": terraform_tags,
    },
)

CLOUDFORMATION_FLOW_LOG = CodeReader(
    "AWS::EC2::FlowLog",
    FlowLog,
    fields={
        "flow_log_id": Block.own_id,
        "resource_id": lambda block: block.id_in("ResourceId"),
        "active": lambda _: True,
        "traffic_type": lambda block: block.get("TrafficType", "ALL"),
        "tags": _cfn_tags,
    },
)
