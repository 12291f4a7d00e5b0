"""Networks: groups, lists, routes, endpoints and settings of EC2."""

from __future__ import annotations

from typing import Any

from variety.cloud import ACCOUNT, HOME, Cloud, policy

PORTS = {
    "ssh": (22, 22), "rdp": (3389, 3389), "telnet": (23, 23), "ftp": (20, 21), "mysql": (3306, 3306),
    "postgres": (5432, 5432), "oracle": (1521, 1521), "sqlserver": (1433, 1434), "mongodb": (27017, 27018),
    "redis": (6379, 6379), "memcached": (11211, 11211), "cassandra": (9160, 9160), "elasticsearch": (9200, 9300),
    "kafka": (9092, 9092), "cifs": (445, 445), "ldap": (389, 389), "kerberos": (88, 88), "smtp": (25, 25),
    "docker": (2375, 2375), "http-alt": (8080, 8080), "web": (443, 443), "wide": (1024, 65535), "all-tcp": (0, 65535),
}  # fmt: skip
"""Ports that a group opens to the world, by the group's name."""


def build(cloud: Cloud) -> None:
    """All of this part."""
    ec2 = cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.30.0.0/16")["Vpc"]["VpcId"]
    _tag(ec2, vpc, "variety")
    _groups(ec2, vpc)
    subnets = _subnets(ec2, vpc)
    _lists(ec2, vpc)
    _routes(ec2, vpc, subnets)
    _endpoints(ec2, vpc, subnets)
    cloud.client("logs").create_log_group(logGroupName="flow")
    ec2.create_flow_logs(
        ResourceIds=[vpc], ResourceType="VPC", TrafficType="ALL", LogGroupName="flow",
        DeliverLogsPermissionArn=f"arn:aws:iam::{ACCOUNT}:role/instance",
    )  # fmt: skip
    ec2.create_transit_gateway(Options={"AutoAcceptSharedAttachments": "enable"})
    ec2.create_transit_gateway(Options={"AutoAcceptSharedAttachments": "disable"})
    cloud.client("ec2", "us-east-1").enable_ebs_encryption_by_default()


def _tag(ec2: Any, thing: str, name: str) -> None:
    ec2.create_tags(Resources=[thing], Tags=[{"Key": "Name", "Value": name}])


def _groups(ec2: Any, vpc: str) -> None:
    for name, (low, high) in PORTS.items():
        group = ec2.create_security_group(GroupName=f"open-{name}", Description=name, VpcId=vpc)["GroupId"]
        ranges = {"Ipv6Ranges": [{"CidrIpv6": "::/0"}]} if name == "rdp" else {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        ec2.authorize_security_group_ingress(
            GroupId=group, IpPermissions=[{"IpProtocol": "tcp", "FromPort": low, "ToPort": high, **ranges}]
        )
    udp = ec2.create_security_group(GroupName="open-udp-22", Description="udp", VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=udp,
        IpPermissions=[{"IpProtocol": "udp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
    )
    halves = ec2.create_security_group(GroupName="open-by-halves", Description="halves", VpcId=vpc)["GroupId"]
    both = [{"CidrIp": "0.0.0.0/1"}, {"CidrIp": "128.0.0.0/1"}]
    ec2.authorize_security_group_ingress(
        GroupId=halves, IpPermissions=[{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": both}]
    )
    filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
    default = ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]
    ec2.revoke_security_group_ingress(GroupId=default["GroupId"], IpPermissions=default["IpPermissions"])
    ec2.revoke_security_group_egress(GroupId=default["GroupId"], IpPermissions=default["IpPermissionsEgress"])


def _subnets(ec2: Any, vpc: str) -> list[str]:
    made = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.30.{number}.0/24", AvailabilityZone=HOME + zone)["Subnet"][
            "SubnetId"
        ]
        for number, zone in enumerate("abc")
    ]
    for subnet, name in zip(made, ("public", "private-b", "private-c"), strict=True):
        _tag(ec2, subnet, name)
    ec2.modify_subnet_attribute(SubnetId=made[0], MapPublicIpOnLaunch={"Value": True})
    return made


def _list(ec2: Any, vpc: str, name: str, number: int) -> str:
    """A network ACL, in use by a subnet of its own."""
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.30.{number}.0/24", AvailabilityZone=HOME + "a")["Subnet"]
    made: str = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    _tag(ec2, made, name)
    held = ec2.describe_network_acls(Filters=[{"Name": "association.subnet-id", "Values": [subnet["SubnetId"]]}])
    (old,) = (
        each["NetworkAclAssociationId"]
        for each in held["NetworkAcls"][0]["Associations"]
        if each["SubnetId"] == subnet["SubnetId"]
    )
    ec2.replace_network_acl_association(AssociationId=old, NetworkAclId=made)
    return made


def _lists(ec2: Any, vpc: str) -> None:
    for place, (name, low, high) in enumerate((("ssh", 22, 22), ("everything", None, None), ("web", 443, 443))):
        made = _list(ec2, vpc, f"opens-{name}", 100 + place)
        ports = {"Protocol": "-1"} if low is None else {"Protocol": "6", "PortRange": {"From": low, "To": high}}
        ec2.create_network_acl_entry(
            NetworkAclId=made, RuleNumber=100, RuleAction="allow", Egress=False, CidrBlock="0.0.0.0/0", **ports
        )
    made = _list(ec2, vpc, "denies-ssh-first", 110)
    for number, action, ports in ((50, "deny", {"From": 22, "To": 22}), (100, "allow", {"From": 0, "To": 65535})):
        ec2.create_network_acl_entry(
            NetworkAclId=made, RuleNumber=number, RuleAction=action, Egress=False, CidrBlock="0.0.0.0/0",
            Protocol="6", PortRange=ports,
        )  # fmt: skip


def _routes(ec2: Any, vpc: str, subnets: list[str]) -> None:
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnets[0])
    other = ec2.create_vpc(CidrBlock="10.40.0.0/16")["Vpc"]["VpcId"]
    _tag(ec2, other, "peer")
    peering = ec2.create_vpc_peering_connection(VpcId=vpc, PeerVpcId=other)["VpcPeeringConnection"]
    identity = peering["VpcPeeringConnectionId"]
    ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=identity)
    wide = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=wide, DestinationCidrBlock="10.40.0.0/16", VpcPeeringConnectionId=identity)


def _endpoints(ec2: Any, vpc: str, subnets: list[str]) -> None:
    narrow = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shop-media/*",
              "Condition": {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}}  # fmt: skip
    ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName=f"com.amazonaws.{HOME}.s3", VpcEndpointType="Gateway", PolicyDocument=policy(narrow)
    )
    ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=f"com.amazonaws.{HOME}.dynamodb", VpcEndpointType="Gateway")
    ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName=f"com.amazonaws.{HOME}.ec2", VpcEndpointType="Interface", SubnetIds=subnets[:2]
    )
