"""What AWS Config's items tell of networks and machines: what the API's own listings would.

Config records the answers of ``Describe*`` with names that begin in lower case, and the tags beside them. Of a security
group the IPv4 ranges stand under ``ipv4Ranges``, and of a route only some kinds of target are promised:
https://github.com/awslabs/aws-config-resource-schema/tree/master/config/properties/resource-types
"""

from __future__ import annotations

from bartizan.resources.ec2.routing import TARGETS
from bartizan.resources.reading import Item
from bartizan.resources.recorded import ConfigListing


def _with_ranges(told: Item) -> Item:
    """A security group with its IPv4 ranges where the API has them; they stand twice, and only once whole."""
    sides = ("IpPermissions", "IpPermissionsEgress")
    return {**told, **{side: [_ranged(each) for each in told[side]] for side in sides}}


def _ranged(permission: Item) -> Item:
    bare, whole = permission.get("IpRanges") or [], permission.get("Ipv4Ranges") or []
    if len(bare) > len(whole):
        raise LookupError("Ipv4Ranges")
    return {name: each for name, each in permission.items() if name != "Ipv4Ranges"} | {"IpRanges": whole}


def _with_targets(told: Item) -> Item:
    """A route table, if each of its routes leads somewhere; where one does not, Config left its target out."""
    for route in told["Routes"]:
        if not any(route.get(name) for name in TARGETS):
            raise LookupError("a target")
    return told


VPC_ITEMS = ConfigListing("AWS::EC2::VPC", "ec2:DescribeVpcs", lambda items: {"Vpcs": items})
SUBNET_ITEMS = ConfigListing("AWS::EC2::Subnet", "ec2:DescribeSubnets", lambda items: {"Subnets": items})
SECURITY_GROUP_ITEMS = ConfigListing(
    "AWS::EC2::SecurityGroup",
    "ec2:DescribeSecurityGroups",
    lambda items: {"SecurityGroups": items},
    adapted=_with_ranges,
)
NETWORK_ACL_ITEMS = ConfigListing(
    "AWS::EC2::NetworkAcl", "ec2:DescribeNetworkAcls", lambda items: {"NetworkAcls": items}
)
ROUTE_TABLE_ITEMS = ConfigListing(
    "AWS::EC2::RouteTable",
    "ec2:DescribeRouteTables",
    lambda items: {"RouteTables": items},
    adapted=_with_targets,
)
INTERFACE_ITEMS = ConfigListing(
    "AWS::EC2::NetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    lambda items: {"NetworkInterfaces": items},
    tags="TagSet",
)
VOLUME_ITEMS = ConfigListing("AWS::EC2::Volume", "ec2:DescribeVolumes", lambda items: {"Volumes": items})
INSTANCE_ITEMS = ConfigListing(
    "AWS::EC2::Instance", "ec2:DescribeInstances", lambda items: {"Reservations": [{"Instances": items}]}
)
