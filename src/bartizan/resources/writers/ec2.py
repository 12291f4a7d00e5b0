"""Security groups, launch templates and the rest of EC2 as code."""

from __future__ import annotations

from typing import Any

from bartizan.resources.ec2.launch import LaunchTemplate
from bartizan.resources.ec2.network import ALL_PROTOCOLS, Permission, SecurityGroup
from bartizan.resources.writing import CodeWriter, Nested, Since, nested, tags_map, tags_pairs


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
