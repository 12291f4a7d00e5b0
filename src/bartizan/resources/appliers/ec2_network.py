"""Subnets, network ACLs, routes, addresses and transit gateways: changing them."""

from __future__ import annotations

from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Put
from bartizan.resources.ec2.network import NetworkAcl, Subnet
from bartizan.resources.ec2.routing import ElasticIp, RouteTable, TransitGateway
from bartizan.resources.reading import Call

SUBNET = ApiWriter(
    Subnet,
    puts=(
        Put(
            Call("ec2:ModifySubnetAttribute"),
            lambda edit: {
                "SubnetId": edit.after.subnet_id,
                "MapPublicIpOnLaunch": {"Value": edit.after.map_public_ip_on_launch},
            },
            ("map_public_ip_on_launch",),
        ),
    ),
)

NETWORK_ACL = ApiWriter(
    NetworkAcl,
    deletes=(
        Put(
            Call("ec2:DeleteNetworkAcl"),
            lambda edit: {"NetworkAclId": edit.before.network_acl_id},
            already=("InvalidNetworkAclID.NotFound",),
        ),
    ),
    lost="an ACL made again has another id",
)


def _dead_routes(edit: Edit) -> list[dict[str, Any]]:
    gone = sorted(set(edit.before.routes) - set(edit.after.routes))
    return [{"RouteTableId": edit.after.route_table_id, **_destination(each.destination)} for each in gone]


def _destination(destination: str) -> dict[str, str]:
    if destination.startswith("pl-"):
        return {"DestinationPrefixListId": destination}
    return {"DestinationIpv6CidrBlock" if ":" in destination else "DestinationCidrBlock": destination}


ROUTE_TABLE = ApiWriter(
    RouteTable,
    puts=(
        Put(
            Call("ec2:DeleteRoute"),
            _dead_routes,
            ("routes",),
            already=("InvalidRoute.NotFound",),
            lasting="AWS makes no route to a target that is gone",
        ),
    ),
)

ELASTIC_IP = ApiWriter(
    ElasticIp,
    deletes=(
        Put(
            Call("ec2:ReleaseAddress"),
            lambda edit: {"AllocationId": edit.before.arn.rpartition("/")[2]},
            already=("InvalidAllocationID.NotFound",),
        ),
    ),
    lost="the address may belong to somebody else from then on",
)

TRANSIT_GATEWAY = ApiWriter(
    TransitGateway,
    puts=(
        Put(
            Call("ec2:ModifyTransitGateway"),
            lambda edit: {
                "TransitGatewayId": edit.after.transit_gateway_id,
                "Options": {
                    "AutoAcceptSharedAttachments": "enable" if edit.after.auto_accept_shared_attachments else "disable"
                },
            },
            ("auto_accept_shared_attachments",),
            busy=("IncorrectState",),
        ),
    ),
)
