"""Launch templates of Amazon EC2: what instances are started from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bartizan.model import Resource, field, resource
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.ec2.compute import secrets_in_user_data
from bartizan.resources.reading import Call, Listing, Reader


@resource("AWS::EC2::LaunchTemplate", name="launch_template_name")
class LaunchTemplate(Resource):
    """The default version of a launch template."""

    launch_template_name: str = field("Its name.")
    http_tokens: str | None = field("`required` where only IMDSv2 is taken; null leaves it open.", default="required")
    http_endpoint: str = field("Whether the metadata service answers at all.", default="enabled")
    public_address: bool = field("Whether its instances get a public address.", default=False)
    plain_volumes: tuple[str, ...] = field("The devices that it does not have encrypted.", default=())
    user_data_secrets: tuple[str, ...] = field("Secrets in its user data, as kind and line.", default=())


def plain_volumes(mappings: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The devices of EC2's block device mappings that are not said to be encrypted."""
    return tuple(
        sorted(each["DeviceName"] for each in mappings if "Ebs" in each and each["Ebs"].get("Encrypted") is not True)
    )


LAUNCH_TEMPLATES = Reader(
    LaunchTemplate,
    listing=Listing(
        Call("ec2:DescribeLaunchTemplateVersions"),
        items="LaunchTemplateVersions",
        # Without a template's id this gives that version of all of them.
        params={"Versions": ["$Default"]},
        fields={
            "launch_template_name": lambda item: item["LaunchTemplateName"],
            "http_tokens": lambda item: item["LaunchTemplateData"].get("MetadataOptions", {}).get("HttpTokens"),
            "http_endpoint": lambda item: (
                item["LaunchTemplateData"].get("MetadataOptions", {}).get("HttpEndpoint", "enabled")
            ),
            "public_address": lambda item: any(
                each.get("AssociatePublicIpAddress") for each in item["LaunchTemplateData"].get("NetworkInterfaces", ())
            ),
            "plain_volumes": lambda item: plain_volumes(item["LaunchTemplateData"].get("BlockDeviceMappings", ())),
            "user_data_secrets": lambda item: secrets_in_user_data(item["LaunchTemplateData"].get("UserData") or ""),
        },
    ),
    arn=lambda item, scope: scope.arn("ec2", f"launch-template/{item['LaunchTemplateId']}"),
)


def _tf_first(block: Block, name: str) -> Block:
    nested = block.get(name)
    return nested[0] if nested else Block({})


def _true(value: object) -> bool:
    return str(value).lower() == "true"


def _tf_mappings(block: Block) -> list[Mapping[str, Any]]:
    return [
        {"DeviceName": each["device_name"], "Ebs": {"Encrypted": _true(each["ebs"][0].get("encrypted"))}}
        for each in block.get("block_device_mappings", ())
        if each.get("ebs")
    ]


TERRAFORM_LAUNCH_TEMPLATE = CodeReader(
    "aws_launch_template",
    LaunchTemplate,
    defaulted={
        "aws_launch_template": ("name", "name_prefix", "metadata_options.http_tokens", "metadata_options.http_endpoint")
    },
    fields={
        "launch_template_name": lambda block: block["name"],
        "http_tokens": lambda block: _tf_first(block, "metadata_options").get("http_tokens"),
        "http_endpoint": lambda block: _tf_first(block, "metadata_options").get("http_endpoint", "enabled"),
        "public_address": lambda block: any(
            _true(each.get("associate_public_ip_address")) for each in block.get("network_interfaces", ())
        ),
        "plain_volumes": lambda block: plain_volumes(_tf_mappings(block)),
        "user_data_secrets": lambda block: secrets_in_user_data(block.get("user_data", "")),
    },
)


def _cfn_mappings(data: Block) -> list[Mapping[str, Any]]:
    return [
        {"DeviceName": each["DeviceName"], "Ebs": {"Encrypted": _true(each["Ebs"].get("Encrypted"))}}
        for each in data.get("BlockDeviceMappings", ())
        if "Ebs" in each
    ]


CLOUDFORMATION_LAUNCH_TEMPLATE = CodeReader(
    "AWS::EC2::LaunchTemplate",
    LaunchTemplate,
    fields={
        "launch_template_name": lambda block: block["LaunchTemplateName"],
        "http_tokens": lambda block: block["LaunchTemplateData"].get("MetadataOptions", {}).get("HttpTokens"),
        "http_endpoint": lambda block: (
            block["LaunchTemplateData"].get("MetadataOptions", {}).get("HttpEndpoint", "enabled")
        ),
        "public_address": lambda block: any(
            each.get("AssociatePublicIpAddress") for each in block["LaunchTemplateData"].get("NetworkInterfaces", ())
        ),
        "plain_volumes": lambda block: plain_volumes(_cfn_mappings(block["LaunchTemplateData"])),
        "user_data_secrets": lambda block: secrets_in_user_data(block["LaunchTemplateData"].get("UserData", "")),
    },
)
