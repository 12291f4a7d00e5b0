"""Route tables as code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.resources.ec2.routing import Route, RouteTable
from bartizan.resources.writing import CodeWriter, Nested, Own, Part, Unwritable

# What the id of a target begins with → the attribute that it stands in.
_TF_TARGETS = {
    "igw-": "gateway_id", "vgw-": "gateway_id", "nat-": "nat_gateway_id", "tgw-": "transit_gateway_id",
    "pcx-": "vpc_peering_connection_id", "eigw-": "egress_only_gateway_id", "lgw-": "local_gateway_id",
    "cagw-": "carrier_gateway_id", "vpce-": "vpc_endpoint_id", "eni-": "network_interface_id",
    "arn:": "core_network_arn",
}  # fmt: skip
_CFN_TARGETS = {
    "igw-": "GatewayId", "vgw-": "GatewayId", "nat-": "NatGatewayId", "tgw-": "TransitGatewayId",
    "pcx-": "VpcPeeringConnectionId", "eigw-": "EgressOnlyInternetGatewayId", "lgw-": "LocalGatewayId",
    "cagw-": "CarrierGatewayId", "vpce-": "VpcEndpointId", "eni-": "NetworkInterfaceId", "i-": "InstanceId",
    "arn:": "CoreNetworkArn",
}  # fmt: skip


def _route(route: Route, targets: Mapping[str, str], cidr: str, ipv6: str, prefix_list: str) -> dict[str, str]:
    name = next((each for prefix, each in targets.items() if route.target.startswith(prefix)), None)
    if name is None:
        raise Unwritable(f"a route to {route.target or 'nothing'}")
    destination = prefix_list if route.destination.startswith("pl-") else ipv6 if ":" in route.destination else cidr
    return {destination: route.destination, name: route.target}


def _written(table: RouteTable) -> list[Route]:
    """The routes but the one within the VPC, which no code writes."""
    return [each for each in table.routes if each.target != "local"]


def _tf_routes(table: RouteTable) -> dict[str, Any]:
    names = ("cidr_block", "ipv6_cidr_block", "destination_prefix_list_id")
    return {"route": [Nested(_route(each, _TF_TARGETS, *names)) for each in _written(table)]}


def _cfn_routes(table: RouteTable) -> list[dict[str, str]]:
    names = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
    return [_route(each, _CFN_TARGETS, *names) for each in _written(table)]


TERRAFORM_TABLE = CodeWriter(
    "aws_route_table",
    RouteTable,
    names={"vpc_id": "vpc_id"},
    fields={"routes": _tf_routes},
    import_id=lambda table: table.route_table_id,
    when=lambda table: not table.main,
)

# Terraform takes the main table over by itself.
TERRAFORM_MAIN_TABLE = CodeWriter(
    "aws_default_route_table",
    RouteTable,
    names={"route_table_id": "default_route_table_id"},
    fields={"routes": _tf_routes},
    when=lambda table: bool(table.main),
)

CLOUDFORMATION_TABLE = CodeWriter(
    "AWS::EC2::RouteTable",
    RouteTable,
    names={"vpc_id": "VpcId"},
    parts=(Part("AWS::EC2::Route", {"routes": _cfn_routes}, {"RouteTableId": Own()}),),
)
