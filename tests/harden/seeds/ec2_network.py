"""Subnets, network ACLs, routes, addresses and transit gateways that fail."""

from __future__ import annotations

from typing import Any

from harden.aws import ACCOUNT, REGION, Aws
from harden.seeded import State, seeds


def _vpc(aws: Aws) -> str:
    vpc: str = aws.client("ec2").create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    return vpc


@seeds("ec2.subnet-gives-public-addresses")
def public_subnet(aws: Aws) -> None:
    ec2 = aws.client("ec2")
    subnet = ec2.create_subnet(VpcId=_vpc(aws), CidrBlock="10.7.1.0/24")["Subnet"]["SubnetId"]
    ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})


@seeds("ec2.unused-acl", lasting=("ec2.unused-acl",))
def acl_that_guards_nothing(aws: Aws) -> None:
    aws.client("ec2").create_network_acl(VpcId=_vpc(aws))


@seeds("ec2.route-leads-nowhere", lasting=("ec2.route-leads-nowhere",))
def routes_to_what_is_gone(aws: Aws) -> None:
    routes: list[dict[str, Any]] = [
        {"DestinationCidrBlock": "10.7.0.0/16", "GatewayId": "local", "State": "active"},
        {"DestinationCidrBlock": "10.8.0.0/16", "VpcPeeringConnectionId": "pcx-8", "State": "active"},
        {"DestinationCidrBlock": "10.9.0.0/16", "VpcPeeringConnectionId": "pcx-9", "State": "blackhole"},
        {"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-9", "State": "blackhole"},
        {"DestinationPrefixListId": "pl-9", "GatewayId": "vpce-9", "State": "blackhole"},
    ]
    table = {"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Associations": [], "Routes": routes}

    def delete(asked: dict[str, Any]) -> None:
        assert asked.pop("RouteTableId") == "rtb-1"
        ((name, destination),) = asked.items()
        (gone,) = (each for each in routes if each.get(name) == destination)
        routes.remove(gone)

    aws.answers("ec2:DescribeRouteTables", lambda _: {"RouteTables": [table]})
    aws.answers("ec2:DeleteRoute", delete)


@seeds("ec2.unused-address", lasting=("ec2.unused-address",))
def address_that_nothing_uses(aws: Aws) -> None:
    aws.client("ec2").allocate_address(Domain="vpc")


@seeds("ec2.attachments-accepted-unseen")
def gateway_that_accepts_everyone(aws: Aws) -> State:
    options = {
        "AutoAcceptSharedAttachments": "enable",
        "DefaultRouteTableAssociation": "enable",
        "DefaultRouteTablePropagation": "disable",
        "VpnEcmpSupport": "disable",
    }
    arn = f"arn:aws:ec2:{REGION}:{ACCOUNT}:transit-gateway/tgw-1"
    gateway = {"TransitGatewayId": "tgw-1", "TransitGatewayArn": arn, "OwnerId": ACCOUNT, "Options": options}

    def modify(asked: dict[str, Any]) -> None:
        assert asked["TransitGatewayId"] == "tgw-1"
        options.update(asked["Options"])

    aws.answers("ec2:DescribeTransitGateways", lambda _: {"TransitGateways": [gateway]})
    aws.answers("ec2:ModifyTransitGateway", modify)
    return lambda: gateway
