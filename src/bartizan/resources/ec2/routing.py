"""The ways into and out of a VPC: interfaces, route tables, gateways, endpoints, peering, Elastic IP addresses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bartizan.model import Resource, field, resource
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.ec2.network import INTERFACES
from bartizan.resources.reading import Call, Item, Join, Listing, Reader
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in


@resource("AWS::EC2::NetworkInterface", name="network_interface_id")
class NetworkInterface(Resource):
    """A network interface, be it an instance's or that of a service."""

    network_interface_id: str = field("Its id.", default="eni-1")
    interface_type: str = field("`interface`, or the kind of service that it is for.", default="interface")
    description: str = field("What its maker says it is for.", default="")
    vpc_id: str = field("The VPC that it is in.", default="vpc-1")
    subnet_id: str = field("The subnet that it is in.", default="subnet-1")
    groups: tuple[str, ...] = field("The ids of its security groups.", default=("sg-1",))
    instance_id: str | None = field("The instance that it belongs to.", default=None)
    public_ips: tuple[str, ...] = field("Its public IPv4 addresses.", default=())
    ipv6_addresses: tuple[str, ...] = field("Its IPv6 addresses.", default=())


@dataclass(frozen=True, slots=True, order=True)
class Route:
    """Where a route table sends what goes to a CIDR block or prefix list; a route that is not active drops it."""

    destination: str
    target: str
    active: bool = True


@resource("AWS::EC2::RouteTable", name="route_table_id")
class RouteTable(Resource):
    """A route table of a VPC."""

    route_table_id: str = field("Its id.", default="rtb-1")
    vpc_id: str = field("The VPC that it belongs to.", default="vpc-1")
    main: bool = field("Whether it holds for the subnets that have no table of their own.", default=False)
    subnets: tuple[str, ...] = field("The subnets that it is the table of.", default=())
    routes: tuple[Route, ...] = field("Its routes.", default=())


@resource("AWS::EC2::VPCBlockPublicAccessOptions")
class PublicAccessBlock(Resource):
    """What an account lets pass through the internet gateways of a region, whatever its VPCs say."""

    mode: str = field("`off`, `block-ingress` or `block-bidirectional`.", default="off")
    excluded: tuple[str, ...] = field("The VPCs and subnets that traffic may come into all the same.", default=())


@resource("AWS::EC2::EIP", name="public_ip")
class ElasticIp(Resource):
    """An Elastic IP address."""

    public_ip: str = field("The address.", default="203.0.113.7")
    associated: bool = field("Whether something uses it.", default=True)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::EC2::VPCEndpoint", name="vpc_endpoint_id")
class VpcEndpoint(Resource):
    """An endpoint by which a VPC reaches a service without the internet."""

    vpc_endpoint_id: str = field("Its id.", default="vpce-1")
    vpc_id: str = field("The VPC that it serves.", default="vpc-1")
    service: str = field("The service that it leads to, such as `s3`.", default="s3")
    policy: PolicyDocument | None = field("Its policy; null where it can have none.", default=None)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::EC2::VPCPeeringConnection", name="vpc_peering_connection_id")
class VpcPeeringConnection(Resource):
    """A peering connection between two VPCs that is active."""

    vpc_peering_connection_id: str = field("Its id.", default="pcx-1")
    requester_account: str = field("The account that asked for it.", default="111122223333")
    accepter_account: str = field("The account that accepted it.", default="111122223333")
    cidr_blocks: tuple[str, ...] = field("The address ranges of both VPCs.", default=("10.0.0.0/16", "10.1.0.0/16"))


@resource("AWS::EC2::TransitGateway", name="transit_gateway_id")
class TransitGateway(Resource):
    """A transit gateway, the account's own or shared with it."""

    transit_gateway_id: str = field("Its id.", default="tgw-1")
    owner: str = field("The account that it belongs to.", default="")
    auto_accept_shared_attachments: bool = field(
        "Whether other accounts may attach without being asked.", default=False
    )
    default_route_table: bool = field("Whether all that is attached can reach all the rest by itself.", default=False)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


def _public_ips(item: Item) -> Iterator[str]:
    for each in (item, *item.get("PrivateIpAddresses", ())):
        address = (each.get("Association") or {}).get("PublicIp")
        if address:
            yield address


NETWORK_INTERFACES = Reader(
    NetworkInterface,
    listing=Listing(
        INTERFACES.call,
        items="NetworkInterfaces",
        params=INTERFACES.params,
        fields={
            "network_interface_id": lambda item: item["NetworkInterfaceId"],
            "interface_type": lambda item: item.get("InterfaceType", "interface"),
            "description": lambda item: item.get("Description", ""),
            "vpc_id": lambda item: item["VpcId"],
            "subnet_id": lambda item: item["SubnetId"],
            "groups": lambda item: tuple(sorted(each["GroupId"] for each in item.get("Groups", ()))),
            "instance_id": lambda item: (item.get("Attachment") or {}).get("InstanceId"),
            "public_ips": lambda item: tuple(sorted(set(_public_ips(item)))),
            "ipv6_addresses": lambda item: tuple(sorted(each["Ipv6Address"] for each in item.get("Ipv6Addresses", ()))),
        },
    ),
    arn=lambda item, scope: scope.arn("ec2", f"network-interface/{item['NetworkInterfaceId']}"),
)

TARGETS = (
    "GatewayId", "NatGatewayId", "TransitGatewayId", "VpcPeeringConnectionId", "NetworkInterfaceId",
    "EgressOnlyInternetGatewayId", "LocalGatewayId", "CarrierGatewayId", "CoreNetworkArn", "InstanceId",
)  # fmt: skip
"""The attributes of a route that may hold its target, of which it has one."""

_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")


def _routes(item: Item) -> Iterator[Route]:
    for each in item["Routes"]:
        destination = next(each[name] for name in _DESTINATIONS if each.get(name))
        target = next((each[name] for name in TARGETS if each.get(name)), "")
        yield Route(destination, target, active=each.get("State", "active") == "active")


ROUTE_TABLES = Reader(
    RouteTable,
    listing=Listing(
        Call("ec2:DescribeRouteTables"),
        items="RouteTables",
        fields={
            "route_table_id": lambda item: item["RouteTableId"],
            "vpc_id": lambda item: item["VpcId"],
            "main": lambda item: any(each.get("Main") for each in item.get("Associations", ())),
            "subnets": lambda item: tuple(
                sorted(each["SubnetId"] for each in item.get("Associations", ()) if each.get("SubnetId"))
            ),
            "routes": lambda item: tuple(sorted(_routes(item))),
        },
    ),
    arn=lambda item, scope: scope.arn("ec2", f"route-table/{item['RouteTableId']}"),
)


_IN_FORCE = frozenset({"create-complete", "update-complete", "update-in-progress", "update-failed"})


def _excluded(items: list[Item]) -> tuple[str, ...]:
    both_ways = (each for each in items if each["InternetGatewayExclusionMode"] == "allow-bidirectional")
    return tuple(sorted(each["ResourceArn"].rpartition("/")[2] for each in both_ways if each["State"] in _IN_FORCE))


PUBLIC_ACCESS_BLOCKS = Reader(
    PublicAccessBlock,
    listing=Listing(
        Call("ec2:DescribeVpcBlockPublicAccessOptions"),
        items=lambda reply: [reply["VpcBlockPublicAccessOptions"]],
        fields={"mode": lambda item: item.get("InternetGatewayBlockMode", "off")},
    ),
    arn=lambda _, scope: scope.arn("ec2", "vpc-block-public-access-options"),
    joins=(
        Join(
            Listing(Call("ec2:DescribeVpcBlockPublicAccessExclusions"), items="VpcBlockPublicAccessExclusions"),
            index=_excluded,
            fields={"excluded": lambda _, excluded: excluded},
        ),
    ),
)

ELASTIC_IPS = Reader(
    ElasticIp,
    listing=Listing(
        Call("ec2:DescribeAddresses"),
        items="Addresses",
        fields={
            "public_ip": lambda item: item["PublicIp"],
            "associated": lambda item: bool(item.get("AssociationId") or item.get("ServiceManaged")),
            "tags": lambda item: tags_in(item.get("Tags") or ()),
        },
    ),
    arn=lambda item, scope: scope.arn("ec2", f"elastic-ip/{item['AllocationId']}"),
)


def _endpoint_policy(item: Item) -> PolicyDocument | None:
    text = item.get("PolicyDocument")
    return parse_policy(text) if text else None


VPC_ENDPOINTS = Reader(
    VpcEndpoint,
    listing=Listing(
        Call("ec2:DescribeVpcEndpoints"),
        items="VpcEndpoints",
        params={"MaxResults": 1000},
        fields={
            "vpc_endpoint_id": lambda item: item["VpcEndpointId"],
            "vpc_id": lambda item: item["VpcId"],
            "service": lambda item: item.get("ServiceName", "").rpartition(".")[2],
            "policy": _endpoint_policy,
            "tags": lambda item: tags_in(item.get("Tags") or ()),
        },
    ),
    arn=lambda item, scope: scope.arn("ec2", f"vpc-endpoint/{item['VpcEndpointId']}"),
)


def _blocks(item: Item) -> Iterator[str]:
    for side in (item["RequesterVpcInfo"], item["AccepterVpcInfo"]):
        yield from (each["CidrBlock"] for each in (side, *side.get("CidrBlockSet", ())) if "CidrBlock" in each)
        yield from (each["Ipv6CidrBlock"] for each in side.get("Ipv6CidrBlockSet", ()))


PEERING_CONNECTIONS = Reader(
    VpcPeeringConnection,
    listing=Listing(
        Call("ec2:DescribeVpcPeeringConnections"),
        items=lambda reply: [each for each in reply["VpcPeeringConnections"] if each["Status"]["Code"] == "active"],
        fields={
            "vpc_peering_connection_id": lambda item: item["VpcPeeringConnectionId"],
            "requester_account": lambda item: item["RequesterVpcInfo"]["OwnerId"],
            "accepter_account": lambda item: item["AccepterVpcInfo"]["OwnerId"],
            "cidr_blocks": lambda item: tuple(sorted(set(_blocks(item)))),
        },
    ),
    arn=lambda item, scope: scope.arn("ec2", f"vpc-peering-connection/{item['VpcPeeringConnectionId']}"),
)


def _default_tables(item: Item) -> bool:
    names = ("DefaultRouteTableAssociation", "DefaultRouteTablePropagation")
    return all(item["Options"][name] == "enable" for name in names)


TRANSIT_GATEWAYS = Reader(
    TransitGateway,
    listing=Listing(
        Call("ec2:DescribeTransitGateways"),
        items="TransitGateways",
        params={"MaxResults": 1000},
        fields={
            "transit_gateway_id": lambda item: item["TransitGatewayId"],
            "owner": lambda item: item["OwnerId"],
            "auto_accept_shared_attachments": lambda item: item["Options"]["AutoAcceptSharedAttachments"] == "enable",
            "default_route_table": _default_tables,
            "tags": lambda item: tags_in(item.get("Tags") or ()),
        },
    ),
    arn=lambda item, _: item["TransitGatewayArn"],
)
