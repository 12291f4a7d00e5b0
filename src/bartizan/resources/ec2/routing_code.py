"""How route tables, interfaces, endpoints, peering, addresses and gateways are read from infrastructure code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NoReturn

from bartizan.model import Gap, Reason, Unknown
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.ec2.routing import (
    ElasticIp,
    NetworkInterface,
    PublicAccessBlock,
    Route,
    RouteTable,
    TransitGateway,
    VpcEndpoint,
    VpcPeeringConnection,
)
from bartizan.resources.tags import tags_in, terraform_tags

# The policy of an endpoint to a service of AWS for which nobody wrote one:
# https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
_ALL_THROUGH = parse_policy({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}})
_PEERING = "pcx-"
_GATEWAYS = {
    "aws_internet_gateway": "igw-", "AWS::EC2::InternetGateway": "igw-",
    "aws_vpn_gateway": "vgw-", "AWS::EC2::VPNGateway": "vgw-",
}  # fmt: skip


def _kept_apart(prefix: str, identity: str) -> str:
    """An id that tells what it is of by how it begins, as AWS's do; the stand-in of one does not."""
    return prefix + identity if identity.startswith("<") else identity


def _cfn_tags(block: Block) -> Mapping[str, str]:
    return tags_in(block.get("Tags", ()))


_TF_TARGETS = {
    "gateway_id": "", "nat_gateway_id": "nat-", "transit_gateway_id": "tgw-", "vpc_peering_connection_id": _PEERING,
    "egress_only_gateway_id": "eigw-", "local_gateway_id": "lgw-", "carrier_gateway_id": "cagw-",
    "vpc_endpoint_id": "vpce-", "core_network_arn": "", "network_interface_id": "eni-",
}  # fmt: skip
_TF_DESTINATIONS = (
    "cidr_block", "ipv6_cidr_block", "destination_cidr_block", "destination_ipv6_cidr_block",
    "destination_prefix_list_id",
)  # fmt: skip
_CFN_TARGETS = {
    "GatewayId": "", "NatGatewayId": "nat-", "TransitGatewayId": "tgw-", "VpcPeeringConnectionId": _PEERING,
    "EgressOnlyInternetGatewayId": "eigw-", "LocalGatewayId": "lgw-", "CarrierGatewayId": "cagw-",
    "VpcEndpointId": "vpce-", "CoreNetworkArn": "", "NetworkInterfaceId": "eni-", "InstanceId": "i-",
}  # fmt: skip
_CFN_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")


def _route(block: Block, destinations: tuple[str, ...], targets: Mapping[str, str]) -> Route:
    destination = next(each for name in destinations for each in block.ids_in(name) if each)
    for name, prefix in targets.items():
        for each in block.ids_in(name):
            if each:
                return Route(destination, _kept_apart(prefix or _GATEWAYS.get(block.type_in(name), ""), each))
    return Route(destination, "")


def _local(block: Block, vpc: str, cidr: str) -> Iterator[Route]:
    """The route within the VPC, which every table has; nothing where the VPC is not in the code."""
    try:
        found = block.referred(vpc)
        if found is not None:
            yield Route(found[cidr], "local")
    except Unknown:
        return


def _tf_routes(block: Block) -> tuple[Route, ...]:
    written = (*block.get("route", ()), *block.parts("aws_route"))
    found = (_route(each, _TF_DESTINATIONS, _TF_TARGETS) for each in written)
    # What Terraform knows of a table that exists repeats the routes that are written apart.
    return tuple(sorted({*found, *_local(block, "vpc_id", "cidr_block")}))


def _tf_subnets(block: Block) -> tuple[str, ...]:
    parts = block.parts("aws_route_table_association")
    return tuple(sorted(subnet for each in parts for subnet in each.ids_in("subnet_id") if subnet))


TERRAFORM_ROUTE_TABLE = CodeReader(
    "aws_route_table",
    RouteTable,
    parts=dict.fromkeys(
        ("aws_main_route_table_association", "aws_route", "aws_route_table_association"), "route_table_id"
    ),
    defaulted={"aws_route_table": ("route",), "aws_route": ("network_interface_id",)},
    fields={
        "route_table_id": Block.own_id,
        "vpc_id": lambda block: block.id_in("vpc_id"),
        "main": lambda block: (
            bool(block.parts("aws_main_route_table_association")) or block.if_new(default=False, what="its subnets")
        ),
        "subnets": _tf_subnets,
        "routes": _tf_routes,
    },
)

TERRAFORM_DEFAULT_ROUTE_TABLE = CodeReader(
    "aws_default_route_table",
    RouteTable,
    parts=TERRAFORM_ROUTE_TABLE.parts,
    # The provider takes all routes away that the code does not write.
    defaulted={"aws_default_route_table": ("route",)},
    fields={**TERRAFORM_ROUTE_TABLE.fields, "main": lambda _: True},
)


def _cfn_routes(block: Block) -> tuple[Route, ...]:
    found = (_route(each, _CFN_DESTINATIONS, _CFN_TARGETS) for each in block.parts("AWS::EC2::Route"))
    return tuple(sorted({*found, *_local(block, "VpcId", "CidrBlock")}))


CLOUDFORMATION_ROUTE_TABLE = CodeReader(
    "AWS::EC2::RouteTable",
    RouteTable,
    parts=dict.fromkeys(("AWS::EC2::Route", "AWS::EC2::SubnetRouteTableAssociation"), "RouteTableId"),
    fields={
        "route_table_id": Block.own_id,
        "vpc_id": lambda block: block.id_in("VpcId"),
        "main": lambda _: False,
        "subnets": lambda block: tuple(
            sorted(each.id_in("SubnetId") for each in block.parts("AWS::EC2::SubnetRouteTableAssociation"))
        ),
        "routes": _cfn_routes,
    },
)


def _vpc_by_subnet(block: Block, subnet: str, vpc: str) -> str:
    found = block.referred(subnet)
    if found is None:
        raise KeyError(subnet)
    return found.id_in(vpc)


def _default_group(block: Block) -> NoReturn:
    raise Unknown(block.what, Gap(Reason.NOT_READ, detail="AWS gives it the default group of its VPC"))


def _tf_instance(block: Block) -> str | None:
    apart = block.parts("aws_network_interface_attachment")
    found = [each.id_in("instance_id") for each in apart]
    found += [each.id_in("instance") for each in block.get("attachment", ())]
    return found[0] if found else block.if_new(None, "what it is attached to")


def _tf_addresses(block: Block) -> tuple[str, ...]:
    apart = (*block.parts("aws_eip"), *block.parts("aws_eip_association"))
    return tuple(sorted(_tf_address(each) for each in apart)) or block.if_new((), "its public addresses")


TERRAFORM_NETWORK_INTERFACE = CodeReader(
    "aws_network_interface",
    NetworkInterface,
    parts={
        "aws_eip": "network_interface",
        "aws_eip_association": "network_interface_id",
        "aws_network_interface_attachment": "network_interface_id",
    },
    defaulted={
        "aws_network_interface": ("attachment", "interface_type", "ipv6_addresses", "security_groups", "tags_all")
    },
    fields={
        "network_interface_id": Block.own_id,
        "interface_type": lambda block: block.get("interface_type", "interface"),
        "description": lambda block: block.get("description", ""),
        "vpc_id": lambda block: _vpc_by_subnet(block, "subnet_id", "vpc_id"),
        "subnet_id": lambda block: block.id_in("subnet_id"),
        "groups": lambda block: tuple(sorted(block.ids_in("security_groups"))) or _default_group(block),
        "instance_id": _tf_instance,
        "public_ips": _tf_addresses,
        "ipv6_addresses": lambda block: tuple(sorted(block.get("ipv6_addresses", ()))),
    },
)


def _cfn_instance(block: Block) -> str | None:
    return next((each.id_in("InstanceId") for each in block.parts("AWS::EC2::NetworkInterfaceAttachment")), None)


CLOUDFORMATION_NETWORK_INTERFACE = CodeReader(
    "AWS::EC2::NetworkInterface",
    NetworkInterface,
    parts=dict.fromkeys(("AWS::EC2::EIPAssociation", "AWS::EC2::NetworkInterfaceAttachment"), "NetworkInterfaceId"),
    fields={
        "network_interface_id": Block.own_id,
        "interface_type": lambda block: block.get("InterfaceType", "interface"),
        "description": lambda block: block.get("Description", ""),
        "vpc_id": lambda block: _vpc_by_subnet(block, "SubnetId", "VpcId"),
        "subnet_id": lambda block: block.id_in("SubnetId"),
        "groups": lambda block: tuple(sorted(block.ids_in("GroupSet"))) or _default_group(block),
        "instance_id": _cfn_instance,
        "public_ips": lambda block: tuple(
            sorted(each.id_in("AllocationId") for each in block.parts("AWS::EC2::EIPAssociation"))
        ),
        "ipv6_addresses": lambda block: tuple(sorted(each["Ipv6Address"] for each in block.get("Ipv6Addresses", ()))),
    },
)

TERRAFORM_PUBLIC_ACCESS_BLOCK = CodeReader(
    "aws_vpc_block_public_access_options",
    PublicAccessBlock,
    fields={"mode": lambda block: block["internet_gateway_block_mode"]},
)

CLOUDFORMATION_PUBLIC_ACCESS_BLOCK = CodeReader(
    "AWS::EC2::VPCBlockPublicAccessOptions",
    PublicAccessBlock,
    fields={"mode": lambda block: block["InternetGatewayBlockMode"]},
)


def _tf_address(block: Block) -> str:
    try:
        address: str = block["public_ip"]
    except (KeyError, Unknown):
        return block.own_id()
    return address


# Whether something uses an address shows only in AWS: what does may be in other code.
TERRAFORM_ELASTIC_IP = CodeReader(
    "aws_eip",
    ElasticIp,
    defaulted={"aws_eip": ("tags_all",)},
    fields={"public_ip": _tf_address, "tags": terraform_tags},
)

CLOUDFORMATION_ELASTIC_IP = CodeReader(
    "AWS::EC2::EIP",
    ElasticIp,
    fields={"public_ip": Block.own_id, "tags": _cfn_tags},
)


def _service_name(block: Block, name: str) -> str:
    try:
        service: str = block[name]
    except Unknown as later:
        # Often only the Region in its middle is not known: com.amazonaws.<AWS::Region>.s3.
        service = later.gap.detail
        if not service.startswith("com.amazonaws.") or service.endswith(">"):
            raise
    return service


def _default_policy(block: Block, service: str, kind: str) -> PolicyDocument | None:
    of_aws = kind in {"Gateway", "Interface"} and ".vpce-svc-" not in f".{service}"
    return block.if_new(_ALL_THROUGH if of_aws else None, "its policy")


def _tf_endpoint_policy(block: Block) -> PolicyDocument | None:
    apart = block.part("aws_vpc_endpoint_policy")
    text = (block if apart is None else apart).plain("policy")
    if text:
        return parse_policy(text)
    return _default_policy(block, _service_name(block, "service_name"), block.get("vpc_endpoint_type", "Gateway"))


TERRAFORM_VPC_ENDPOINT = CodeReader(
    "aws_vpc_endpoint",
    VpcEndpoint,
    parts={"aws_vpc_endpoint_policy": "vpc_endpoint_id"},
    defaulted={"aws_vpc_endpoint": ("policy", "tags_all")},
    fields={
        "vpc_endpoint_id": Block.own_id,
        "vpc_id": lambda block: block.id_in("vpc_id"),
        "service": lambda block: _service_name(block, "service_name").rpartition(".")[2],
        "policy": _tf_endpoint_policy,
        "tags": terraform_tags,
    },
)


def _cfn_endpoint_policy(block: Block) -> PolicyDocument | None:
    document = block.plain("PolicyDocument")
    if document:
        return parse_policy(document)
    return _default_policy(block, _service_name(block, "ServiceName"), block.get("VpcEndpointType", "Gateway"))


CLOUDFORMATION_VPC_ENDPOINT = CodeReader(
    "AWS::EC2::VPCEndpoint",
    VpcEndpoint,
    fields={
        "vpc_endpoint_id": Block.own_id,
        "vpc_id": lambda block: block.id_in("VpcId"),
        "service": lambda block: _service_name(block, "ServiceName").rpartition(".")[2],
        "policy": _cfn_endpoint_policy,
        "tags": _cfn_tags,
    },
)


def _peered_blocks(block: Block, vpcs: tuple[str, str], cidr: str, six: str) -> tuple[str, ...]:
    """The ranges of both VPCs, if these are in the code and their addresses are written there."""
    found = set()
    for name in vpcs:
        vpc = block.referred(name)
        if vpc is None:
            raise KeyError(name)
        if vpc.get(six):
            raise Unknown(vpc.what, Gap(Reason.COMPUTED, detail="its IPv6 addresses"))
        found.add(vpc[cidr])
    return tuple(sorted(found))


def _tf_peered_blocks(block: Block) -> tuple[str, ...]:
    for each in _MORE_BLOCKS:
        block.parts(each)
    return _peered_blocks(block, ("vpc_id", "peer_vpc_id"), "cidr_block", "assign_generated_ipv6_cidr_block")


_MORE_BLOCKS = ("aws_vpc_ipv4_cidr_block_association", "aws_vpc_ipv6_cidr_block_association")
# Code does not name the account that it is for, so the own one is as empty as a resource's account is.
_OWN_ACCOUNT = ""

TERRAFORM_PEERING_CONNECTION = CodeReader(
    "aws_vpc_peering_connection",
    VpcPeeringConnection,
    # They belong to a VPC, so that it is not known of any connection what its VPCs have.
    parts=dict.fromkeys(_MORE_BLOCKS, ""),
    defaulted={"aws_vpc_peering_connection": ("peer_owner_id",)},
    fields={
        "vpc_peering_connection_id": lambda block: _kept_apart(_PEERING, block.own_id()),
        "requester_account": lambda _: _OWN_ACCOUNT,
        "accepter_account": lambda block: block.if_new(block.get("peer_owner_id", _OWN_ACCOUNT), "whose VPC it is"),
        "cidr_blocks": _tf_peered_blocks,
    },
)

CLOUDFORMATION_PEERING_CONNECTION = CodeReader(
    "AWS::EC2::VPCPeeringConnection",
    VpcPeeringConnection,
    fields={
        "vpc_peering_connection_id": lambda block: _kept_apart(_PEERING, block.own_id()),
        "requester_account": lambda _: _OWN_ACCOUNT,
        "accepter_account": lambda block: block.get("PeerOwnerId", _OWN_ACCOUNT),
        "cidr_blocks": lambda block: _peered_blocks(block, ("VpcId", "PeerVpcId"), "CidrBlock", "Ipv6CidrBlock"),
    },
)

TERRAFORM_TRANSIT_GATEWAY = CodeReader(
    "aws_ec2_transit_gateway",
    TransitGateway,
    defaulted={"aws_ec2_transit_gateway": ("tags_all",)},
    fields={
        "transit_gateway_id": Block.own_id,
        "owner": lambda _: _OWN_ACCOUNT,
        "auto_accept_shared_attachments": lambda block: (
            block.get("auto_accept_shared_attachments", "disable") == "enable"
        ),
        "default_route_table": lambda block: all(
            block.get(name, "enable") == "enable"
            for name in ("default_route_table_association", "default_route_table_propagation")
        ),
        "tags": terraform_tags,
    },
)

CLOUDFORMATION_TRANSIT_GATEWAY = CodeReader(
    "AWS::EC2::TransitGateway",
    TransitGateway,
    fields={
        "transit_gateway_id": Block.own_id,
        "owner": lambda _: _OWN_ACCOUNT,
        "auto_accept_shared_attachments": lambda block: block.get("AutoAcceptSharedAttachments", "disable") == "enable",
        "default_route_table": lambda block: all(
            block.get(name, "enable") == "enable"
            for name in ("DefaultRouteTableAssociation", "DefaultRouteTablePropagation")
        ),
        "tags": _cfn_tags,
    },
)
