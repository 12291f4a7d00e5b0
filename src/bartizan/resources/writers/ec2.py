"""Security groups, launch templates and the rest of EC2 as code."""

from __future__ import annotations

from typing import Any

from bartizan.resources.ec2.compute import Instance, RegionSettings
from bartizan.resources.ec2.launch import LaunchTemplate
from bartizan.resources.ec2.network import ALL_PROTOCOLS, Permission, SecurityGroup, Subnet
from bartizan.resources.ec2.routing import TransitGateway
from bartizan.resources.writing import CodeWriter, Nested, Part, Since, nested, tags_map, tags_pairs


def _is_default(group: SecurityGroup) -> bool:
    return group.group_name == "default"


def _peer(permission: Permission, cidr: str, ipv6: str, group: str, prefix_list: str) -> str:
    """Which of these names is that of its kind of peer."""
    if permission.peer.startswith("pl-"):
        return prefix_list
    if "/" not in permission.peer:
        return group
    return ipv6 if ":" in permission.peer else cidr


def _tf_rule(permission: Permission) -> Nested:
    everything = permission.protocol == ALL_PROTOCOLS
    peer = _peer(permission, "cidr_blocks", "ipv6_cidr_blocks", "security_groups", "prefix_list_ids")
    return nested(
        description=permission.description or None,
        protocol=permission.protocol,
        # The provider takes no other ports beside all protocols.
        from_port=0 if everything else permission.from_port,
        to_port=0 if everything else permission.to_port,
        **{peer: [permission.peer]},
    )


# An empty list, and not its absence, says that there is no rule.
_TF_RULES: dict[str, Any] = {
    "ingress": lambda group: {"ingress": [_tf_rule(each) for each in group.ingress]},
    "egress": lambda group: {"egress": [_tf_rule(each) for each in group.egress]},
    "tags": tags_map,
}

TERRAFORM_GROUP = CodeWriter(
    "aws_security_group",
    SecurityGroup,
    names={"group_name": "name", "vpc_id": "vpc_id"},
    fields=_TF_RULES,
    import_id=lambda group: group.group_id,
    when=lambda group: not _is_default(group),
)

# Terraform takes the default group over by itself, and removes what rules it has.
# https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/default_security_group
TERRAFORM_DEFAULT_GROUP = CodeWriter(
    "aws_default_security_group", SecurityGroup, names={"vpc_id": "vpc_id"}, fields=_TF_RULES, when=_is_default
)


def _cfn_rule(permission: Permission, side: str) -> dict[str, Any]:
    peer = _peer(permission, "CidrIp", "CidrIpv6", f"{side}SecurityGroupId", f"{side}PrefixListId")
    everything = permission.protocol == ALL_PROTOCOLS
    return {
        "Description": permission.description or None,
        "IpProtocol": permission.protocol,
        "FromPort": None if everything else permission.from_port,
        "ToPort": None if everything else permission.to_port,
        peer: permission.peer,
    }


CLOUDFORMATION_GROUP = CodeWriter(
    "AWS::EC2::SecurityGroup",
    SecurityGroup,
    names={"group_name": "GroupName", "vpc_id": "VpcId"},
    fields={
        "ingress": lambda group: {"SecurityGroupIngress": [_cfn_rule(each, "Source") for each in group.ingress]},
        "egress": lambda group: {"SecurityGroupEgress": [_cfn_rule(each, "Destination") for each in group.egress]},
        "tags": tags_pairs,
    },
    # The default group comes with its VPC, which no template can change.
    when=lambda group: not _is_default(group),
)


def _devices(template: LaunchTemplate, was: LaunchTemplate) -> list[tuple[str, bool]]:
    return [(device, device not in template.plain_volumes) for device in was.plain_volumes]


TERRAFORM_LAUNCH_TEMPLATE = CodeWriter(
    "aws_launch_template",
    LaunchTemplate,
    names={"launch_template_name": "name"},
    fields={
        "http_tokens": "metadata_options.http_tokens",
        "http_endpoint": "metadata_options.http_endpoint",
        "public_address": "network_interfaces.associate_public_ip_address",
        "plain_volumes": Since(
            lambda template, was: {
                "block_device_mappings": [
                    nested(device_name=device, ebs=nested(encrypted=encrypted))
                    for device, encrypted in _devices(template, was)
                ]
                or None
            }
        ),
    },
    import_id=lambda template: template.arn.rpartition("/")[2],
)


def _data(**values: Any) -> dict[str, Any]:
    return {"LaunchTemplateData": Nested(values)}


CLOUDFORMATION_LAUNCH_TEMPLATE = CodeWriter(
    "AWS::EC2::LaunchTemplate",
    LaunchTemplate,
    names={"launch_template_name": "LaunchTemplateName"},
    fields={
        "http_tokens": "LaunchTemplateData.MetadataOptions.HttpTokens",
        "http_endpoint": "LaunchTemplateData.MetadataOptions.HttpEndpoint",
        "public_address": lambda template: _data(
            NetworkInterfaces=[{"DeviceIndex": 0, "AssociatePublicIpAddress": template.public_address}]
        ),
        "plain_volumes": Since(
            lambda template, was: _data(
                BlockDeviceMappings=[
                    {"DeviceName": device, "Ebs": {"Encrypted": encrypted}}
                    for device, encrypted in _devices(template, was)
                ]
                or None
            )
        ),
    },
)

# Most of it exists once in a region, and Terraform takes it over without an import.
TERRAFORM_SETTINGS = CodeWriter(
    "",
    RegionSettings,
    parts=(
        Part("aws_ebs_encryption_by_default", {"ebs_encryption_by_default": "enabled"}, {}),
        Part("aws_ebs_snapshot_block_public_access", {"snapshot_block_public_access": "state"}, {}),
        Part("aws_ec2_image_block_public_access", {"image_block_public_access": "state"}, {}),
        Part("aws_ec2_instance_metadata_defaults", {"default_http_tokens": "http_tokens"}, {}),
        Part("aws_ec2_serial_console_access", {"serial_console_access": "enabled"}, {}),
    ),
)

CLOUDFORMATION_SETTINGS = CodeWriter(
    "",
    RegionSettings,
    parts=(Part("AWS::EC2::SnapshotBlockPublicAccess", {"snapshot_block_public_access": "State"}, {}),),
)

TERRAFORM_INSTANCE = CodeWriter(
    "aws_instance",
    Instance,
    fields={
        "http_tokens": "metadata_options.http_tokens",
        "http_put_response_hop_limit": "metadata_options.http_put_response_hop_limit",
        "http_endpoint": "metadata_options.http_endpoint",
        "tags": tags_map,
    },
    import_id=lambda instance: instance.instance_id,
)

CLOUDFORMATION_INSTANCE = CodeWriter(
    "AWS::EC2::Instance",
    Instance,
    fields={
        "http_tokens": "MetadataOptions.HttpTokens",
        "http_put_response_hop_limit": "MetadataOptions.HttpPutResponseHopLimit",
        "http_endpoint": "MetadataOptions.HttpEndpoint",
        "tags": tags_pairs,
    },
)

TERRAFORM_SUBNET = CodeWriter(
    "aws_subnet",
    Subnet,
    names={"vpc_id": "vpc_id"},
    fields={"map_public_ip_on_launch": "map_public_ip_on_launch", "tags": tags_map},
    import_id=lambda subnet: subnet.subnet_id,
    when=lambda subnet: not subnet.default_for_az,
)

CLOUDFORMATION_SUBNET = CodeWriter(
    "AWS::EC2::Subnet",
    Subnet,
    names={"vpc_id": "VpcId"},
    fields={"map_public_ip_on_launch": "MapPublicIpOnLaunch", "tags": tags_pairs},
    when=lambda subnet: not subnet.default_for_az,
)


def _accepts(gateway: TransitGateway) -> str:
    return "enable" if gateway.auto_accept_shared_attachments else "disable"


TERRAFORM_GATEWAY = CodeWriter(
    "aws_ec2_transit_gateway",
    TransitGateway,
    fields={
        "auto_accept_shared_attachments": lambda gateway: {"auto_accept_shared_attachments": _accepts(gateway)},
        "tags": tags_map,
    },
    import_id=lambda gateway: gateway.transit_gateway_id,
)

CLOUDFORMATION_GATEWAY = CodeWriter(
    "AWS::EC2::TransitGateway",
    TransitGateway,
    fields={
        "auto_accept_shared_attachments": lambda gateway: {"AutoAcceptSharedAttachments": _accepts(gateway)},
        "tags": tags_pairs,
    },
)
