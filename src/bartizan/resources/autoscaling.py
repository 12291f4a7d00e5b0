"""Amazon EC2 Auto Scaling."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bartizan.model import Gap, Reason, Resource, Unknown, field, resource
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.ec2.compute import secrets_in_user_data
from bartizan.resources.ec2.launch import plain_volumes
from bartizan.resources.reading import Call, Item, Listing, Reader
from bartizan.resources.secrets import in_script
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, Tags, tags_in


@resource("AWS::AutoScaling::LaunchConfiguration", name="launch_configuration_name")
class LaunchConfiguration(Resource):
    """A launch configuration: what instances are started from where no launch template is used. It never changes."""

    launch_configuration_name: str = field("Its name.")
    http_tokens: str | None = field("`required` where only IMDSv2 is taken; null leaves it open.", default="required")
    http_endpoint: str = field("Whether the metadata service answers at all.", default="enabled")
    http_put_response_hop_limit: int = field("How many hops a metadata token may travel.", default=1)
    associate_public_ip_address: bool | None = field(
        "Whether its instances get a public address; null leaves it to the subnet.", default=None
    )
    plain_volumes: tuple[str, ...] = field("The devices that it does not have encrypted.", default=())
    user_data_secrets: tuple[str, ...] = field("Secrets in its user data, as kind and line.", default=())


@resource("AWS::AutoScaling::AutoScalingGroup", name="auto_scaling_group_name")
class AutoScalingGroup(Resource):
    """An Auto Scaling group."""

    auto_scaling_group_name: str = field("Its name.")
    by_launch_configuration: bool = field("Whether it starts instances from a launch configuration.", default=False)
    several_types: bool = field("Whether it may start instances of several types.", default=True)
    availability_zones: tuple[str, ...] = field(
        "The Availability Zones of its instances.", default=("eu-west-1a", "eu-west-1b")
    )
    load_balanced: bool = field("Whether a load balancer sends requests to its instances.", default=False)
    health_check_type: str = field(
        "Who says that an instance is broken: `EC2`, or who beside it, as in `EBS,ELB`.", default="EC2"
    )
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


def _metadata(item: Item) -> Mapping[str, Any]:
    options: Mapping[str, Any] = item.get("MetadataOptions") or {}
    return options


def _true(value: object) -> bool:
    return str(value).lower() == "true"


def _plain(item: Mapping[str, Any]) -> tuple[str, ...]:
    # What a device that is made from a snapshot does not say, the snapshot does.
    return plain_volumes(
        {"DeviceName": each["DeviceName"], "Ebs": {"Encrypted": _true(ebs.get("Encrypted", "SnapshotId" in ebs))}}
        for each in item.get("BlockDeviceMappings") or ()
        if (ebs := each.get("Ebs"))
    )


LAUNCH_CONFIGURATIONS = Reader(
    LaunchConfiguration,
    listing=Listing(
        Call("autoscaling:DescribeLaunchConfigurations"),
        items="LaunchConfigurations",
        params={"MaxRecords": 100},
        fields={
            "launch_configuration_name": lambda item: item["LaunchConfigurationName"],
            "http_tokens": lambda item: _metadata(item).get("HttpTokens"),
            "http_endpoint": lambda item: _metadata(item).get("HttpEndpoint", "enabled"),
            "http_put_response_hop_limit": lambda item: _metadata(item).get("HttpPutResponseHopLimit", 1),
            "associate_public_ip_address": lambda item: item.get("AssociatePublicIpAddress"),
            "plain_volumes": _plain,
            "user_data_secrets": lambda item: secrets_in_user_data(item.get("UserData") or ""),
        },
    ),
    arn=lambda item, _: item["LaunchConfigurationARN"],
)


def _several(overrides: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the overrides of a mixed group give a choice: several types, or a description that many types meet."""
    given = list(overrides)
    return any(each.get("InstanceRequirements") for each in given) or len({_type(each) for each in given}) > 1


def _type(override: Mapping[str, Any]) -> str | None:
    name: str | None = override.get("InstanceType")
    return name


def _overrides(item: Item) -> Iterable[Mapping[str, Any]]:
    mixed = item.get("MixedInstancesPolicy") or {}
    return (mixed.get("LaunchTemplate") or {}).get("Overrides") or ()


def health_checks(kinds: str) -> str:
    """The kinds of checks of a group in one order, without those of EC2, which cannot be turned off.

    Source: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html
    """
    others = sorted({each.strip() for each in kinds.split(",")} - {"EC2"})
    return ",".join(others) or "EC2"


_TRAFFIC = ("LoadBalancerNames", "TargetGroupARNs", "TrafficSources")

GROUPS = Reader(
    AutoScalingGroup,
    listing=Listing(
        Call("autoscaling:DescribeAutoScalingGroups"),
        items="AutoScalingGroups",
        params={"MaxRecords": 100},
        fields={
            "auto_scaling_group_name": lambda item: item["AutoScalingGroupName"],
            "by_launch_configuration": lambda item: bool(item.get("LaunchConfigurationName")),
            "several_types": lambda item: _several(_overrides(item)),
            "availability_zones": lambda item: tuple(sorted(item["AvailabilityZones"])),
            "load_balanced": lambda item: any(item.get(name) for name in _TRAFFIC),
            "health_check_type": lambda item: health_checks(item["HealthCheckType"]),
            "tags": lambda item: tags_in(item.get("Tags") or ()),
        },
    ),
    arn=lambda item, _: item["AutoScalingGroupARN"],
)


def _tf_first(block: Block, name: str) -> Block:
    nested = block.get(name)
    return nested[0] if nested else Block({})


def _tf_volumes(block: Block) -> tuple[str, ...]:
    apart = [
        {"DeviceName": each["device_name"], "Ebs": {"Encrypted": each.get("encrypted", "snapshot_id" in each)}}
        for each in block.get("ebs_block_device", ())
    ]
    root = [
        {"DeviceName": "its root volume", "Ebs": {"Encrypted": each.get("encrypted", False)}}
        for each in block.get("root_block_device", ())
    ]
    return plain_volumes([*apart, *root])


TERRAFORM_LAUNCH_CONFIGURATION = CodeReader(
    "aws_launch_configuration",
    LaunchConfiguration,
    defaulted={
        "aws_launch_configuration": (
            "name", "name_prefix", "associate_public_ip_address", "metadata_options", "ebs_block_device",
            "root_block_device", "ebs_block_device.encrypted", "ebs_block_device.snapshot_id",
            "root_block_device.encrypted", "metadata_options.http_tokens", "metadata_options.http_endpoint",
            "metadata_options.http_put_response_hop_limit",
        )
    },
    fields={
        "launch_configuration_name": lambda block: block["name"],
        "http_tokens": lambda block: _tf_first(block, "metadata_options").get("http_tokens"),
        "http_endpoint": lambda block: _tf_first(block, "metadata_options").get("http_endpoint", "enabled"),
        "http_put_response_hop_limit": lambda block: (
            _tf_first(block, "metadata_options").get("http_put_response_hop_limit", 1)
        ),
        "associate_public_ip_address": lambda block: block.get("associate_public_ip_address"),
        "plain_volumes": _tf_volumes,
        "user_data_secrets": lambda block: (
            *in_script(block.get("user_data", "")),
            *secrets_in_user_data(block.get("user_data_base64", "")),
        ),
    },
)  # fmt: skip


def _zones(block: Block, zones: str, subnets: str) -> tuple[str, ...]:
    found = block.plain(zones)
    if found:
        return tuple(sorted(found))
    raise Unknown(block.what, Gap(Reason.NOT_READ, detail=f"its {subnets} say in which zones it is"))


def _given(block: Block, *names: str) -> bool:
    """Whether the code gives one of the attributes; one whose value is not known yet counts."""
    for name in names:
        try:
            if block.get(name):
                return True
        except Unknown:
            return True
    return False


_TF_TRAFFIC = ("load_balancers", "target_group_arns", "traffic_source")
_TF_ATTACHMENTS = ("aws_autoscaling_attachment", "aws_autoscaling_traffic_source_attachment")


def _tf_overrides(block: Block) -> list[Mapping[str, Any]]:
    template = _tf_first(_tf_first(block, "mixed_instances_policy"), "launch_template")
    return [
        {"InstanceType": each.get("instance_type"), "InstanceRequirements": bool(each.get("instance_requirements"))}
        for each in template.get("override", ())
    ]


TERRAFORM_GROUP = CodeReader(
    "aws_autoscaling_group",
    AutoScalingGroup,
    parts=dict.fromkeys(_TF_ATTACHMENTS, "autoscaling_group_name"),
    defaulted={
        "aws_autoscaling_group": (
            "name", "name_prefix", "availability_zones", "health_check_type", "load_balancers", "target_group_arns",
            "traffic_source",
        )
    },
    fields={
        "auto_scaling_group_name": lambda block: block["name"],
        "by_launch_configuration": lambda block: _given(block, "launch_configuration"),
        "several_types": lambda block: _several(_tf_overrides(block)),
        "availability_zones": lambda block: _zones(block, "availability_zones", "vpc_zone_identifier"),
        "load_balanced": lambda block: (
            _given(block, *_TF_TRAFFIC) or any(block.parts(each) for each in _TF_ATTACHMENTS)
        ),
        "health_check_type": lambda block: health_checks(block.get("health_check_type", "EC2")),
        "tags": lambda block: Tags((each["key"], each["value"]) for each in block.get("tag", ())),
    },
)  # fmt: skip


CLOUDFORMATION_LAUNCH_CONFIGURATION = CodeReader(
    "AWS::AutoScaling::LaunchConfiguration",
    LaunchConfiguration,
    fields={
        "launch_configuration_name": lambda block: block["LaunchConfigurationName"],
        "http_tokens": lambda block: _metadata(block).get("HttpTokens"),
        "http_endpoint": lambda block: _metadata(block).get("HttpEndpoint", "enabled"),
        "http_put_response_hop_limit": lambda block: int(_metadata(block).get("HttpPutResponseHopLimit", 1)),
        "associate_public_ip_address": lambda block: (
            _true(block["AssociatePublicIpAddress"]) if "AssociatePublicIpAddress" in block else None
        ),
        "plain_volumes": _plain,
        "user_data_secrets": lambda block: secrets_in_user_data(block.get("UserData", "")),
    },
)

CLOUDFORMATION_GROUP = CodeReader(
    "AWS::AutoScaling::AutoScalingGroup",
    AutoScalingGroup,
    fields={
        "auto_scaling_group_name": lambda block: block["AutoScalingGroupName"],
        "by_launch_configuration": lambda block: _given(block, "LaunchConfigurationName"),
        "several_types": lambda block: _several(_overrides(block)),
        "availability_zones": lambda block: _zones(block, "AvailabilityZones", "VPCZoneIdentifier"),
        "load_balanced": lambda block: _given(block, *_TRAFFIC),
        "health_check_type": lambda block: health_checks(block.get("HealthCheckType", "EC2")),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)
