"""How instances, volumes, snapshots, images and a region's defaults are read from infrastructure code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bartizan.model import Gap, Reason, Unknown
from bartizan.resources.code import Block, CodeReader, truth
from bartizan.resources.ec2.compute import Image, Instance, RegionSettings, Snapshot, Volume, secrets_in_user_data
from bartizan.resources.secrets import in_script
from bartizan.resources.tags import tags_in, terraform_tags

# Earlier versions of the provider keep only this of user data.
_SHA1 = re.compile(r"[0-9a-f]{40}")
_AT_LAUNCH = "one given at launch"
_BY_DEFAULT = "aws_ebs_encryption_by_default"
# What AWS gives where neither launch nor image nor region says it:
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html
_METADATA: Mapping[str, Any] = {"http_tokens": "optional", "http_put_response_hop_limit": 1, "http_endpoint": "enabled"}


def _decided_elsewhere(block: Block, by: str) -> Unknown:
    return Unknown(block.what, Gap(Reason.NOT_READ, detail=f"{by} decides it"))


def _cfn_tags(block: Block) -> Mapping[str, str]:
    return tags_in(block.get("Tags", ()))


def _named(block: Block, name: str) -> str | None:
    """What an attribute names; of what is still to be made, the expression stands for the name."""
    try:
        found: str | None = block.get(name) or None
    except Unknown as later:
        return f"<{later.gap.detail or later.what}>"
    return found


def _encrypted(block: Block, encrypted: str, snapshot: str, asking: Block | None = None) -> bool:
    """Whether a volume is encrypted; where the code does not say it, a new one is not.

    Unless its snapshot is, or the code sets the region's default: as far as ``asking``, or else the volume, knows.
    """
    given = block.get(encrypted)
    if given is not None:
        return truth(given)
    if block.get(snapshot):
        raise _decided_elsewhere(block, "its snapshot")
    try:
        (asking or block).parts(_BY_DEFAULT)
    except Unknown:
        raise _decided_elsewhere(block, "the region's default") from None
    return block.if_new(default=False, what="whether it is encrypted")


def _nested(*names: str) -> Callable[[Block], Sequence[Block]]:
    def blocks(block: Block) -> Sequence[Block]:
        found: list[Block] = []
        for name in names:
            try:
                written = block.get(name)
            except Unknown:
                # What there is nobody knows; that is no volume of which something could be said.
                continue
            found += (each for each in written if isinstance(each, Block)) if isinstance(written, list) else ()
        return found

    return blocks


TERRAFORM_VOLUME = CodeReader(
    "aws_ebs_volume",
    Volume,
    parts={_BY_DEFAULT: ""},
    defaulted={"aws_ebs_volume": ("encrypted", "snapshot_id", "tags_all")},
    fields={
        "volume_id": Block.own_id,
        "encrypted": lambda block: _encrypted(block, "encrypted", "snapshot_id"),
        "tags": terraform_tags,
    },
)

CLOUDFORMATION_VOLUME = CodeReader(
    "AWS::EC2::Volume",
    Volume,
    fields={
        "volume_id": Block.own_id,
        "encrypted": lambda block: _encrypted(block, "Encrypted", "SnapshotId"),
        "tags": _cfn_tags,
    },
)


def _tf_template(block: Block) -> Block | None:
    """The launch template of an instance, if it has one; raises ``Unknown`` where that is not in the code."""
    named = block.first("launch_template")
    return named.referred("id") or named.referred("name")


def _tf_metadata(name: str) -> Callable[[Block], Any]:
    def value(block: Block) -> Any:
        found = block.first("metadata_options").get(name)
        if found is None:
            template = _tf_template(block)
            found = template.first("metadata_options").get(name) if template is not None else None
        if found is None:
            found = block.if_new(_METADATA[name], "its metadata options")
        return type(_METADATA[name])(found)

    return value


def _tf_public_ip(block: Block) -> str | None:
    try:
        known: str | None = block["public_ip"] or None
    except (KeyError, Unknown):
        known = None
    else:
        return known
    asked = block.get("associate_public_ip_address")
    if asked is None:
        subnet = block.referred("subnet_id")
        others = ("network_interface", "primary_network_interface", "launch_template")
        if subnet is None or any(block.get(each) for each in others):
            raise _decided_elsewhere(block, "its subnet, network interface or launch template")
        asked = subnet.get("map_public_ip_on_launch", False)
    return _AT_LAUNCH if asked else None


def _tf_profile(block: Block) -> str | None:
    own = _named(block, "iam_instance_profile")
    if own:
        return own
    template = _tf_template(block)
    profile = template.first("iam_instance_profile") if template is not None else Block({})
    return _named(profile, "arn") or _named(profile, "name") or block.if_new(None, "its instance profile")


def _tf_user_data(block: Block) -> tuple[str, ...]:
    text = block.get("user_data")
    if text and _SHA1.fullmatch(text):
        raise Unknown(block.what, Gap(Reason.NOT_READ, detail="the plan holds only a hash of its user data"))
    if text:
        return in_script(text)
    encoded = block.get("user_data_base64")
    template = None if encoded else _tf_template(block)
    encoded = encoded or (template.get("user_data") if template is not None else None)
    return secrets_in_user_data(encoded) if encoded else block.if_new((), "its user data")


_TF_DEVICES = CodeReader(
    "aws_instance.root_block_device",
    Volume,
    blocks=_nested("root_block_device", "ebs_block_device"),
    # Which tags they get turns on the instance too.
    fields={name: TERRAFORM_VOLUME.fields[name] for name in ("volume_id", "encrypted")},
)

TERRAFORM_INSTANCE = CodeReader(
    "aws_instance",
    Instance,
    parts={_BY_DEFAULT: ""},
    defaulted={
        "aws_instance": (
            "associate_public_ip_address",
            "ebs_block_device",
            "ebs_block_device.encrypted",
            "ebs_block_device.snapshot_id",
            "iam_instance_profile",
            "metadata_options",
            "metadata_options.http_endpoint",
            "metadata_options.http_put_response_hop_limit",
            "metadata_options.http_tokens",
            "network_interface",
            "primary_network_interface",
            "root_block_device",
            "root_block_device.encrypted",
            "subnet_id",
            "tags_all",
            "user_data",
            "user_data_base64",
        )
    },
    fields={
        "instance_id": Block.own_id,
        "public_ip": _tf_public_ip,
        **{name: _tf_metadata(name) for name in _METADATA},
        "iam_instance_profile": _tf_profile,
        "user_data_secrets": _tf_user_data,
        "tags": terraform_tags,
    },
    inner=(_TF_DEVICES,),
)


TERRAFORM_SPOT_INSTANCE = replace(
    TERRAFORM_INSTANCE,
    code_type="aws_spot_instance_request",
    defaulted={"aws_spot_instance_request": TERRAFORM_INSTANCE.defaulted["aws_instance"]},
)


def _cfn_template(block: Block) -> Block:
    """The data of an instance's launch template; none where it has no template."""
    named = block.get("LaunchTemplate")
    found = None
    if named is not None:
        found = named.referred("LaunchTemplateId") or named.referred("LaunchTemplateName")
    data: Block = found["LaunchTemplateData"] if found is not None else Block({})
    return data


_CFN_METADATA = {
    "http_tokens": "HttpTokens",
    "http_put_response_hop_limit": "HttpPutResponseHopLimit",
    "http_endpoint": "HttpEndpoint",
}


def _cfn_metadata(name: str) -> Callable[[Block], Any]:
    def value(block: Block) -> Any:
        found = block.get("MetadataOptions", {}).get(_CFN_METADATA[name])
        if found is None:
            found = _cfn_template(block).get("MetadataOptions", {}).get(_CFN_METADATA[name], _METADATA[name])
        return type(_METADATA[name])(found)

    return value


def _cfn_public_ip(block: Block) -> str | None:
    cards: Iterable[Block] = block.get("NetworkInterfaces", ())
    asked = [each["AssociatePublicIpAddress"] for each in cards if "AssociatePublicIpAddress" in each]
    if not asked:
        subnet = block.referred("SubnetId")
        if subnet is None or "NetworkInterfaces" in block or "LaunchTemplate" in block:
            raise _decided_elsewhere(block, "its subnet, network interface or launch template")
        asked = [subnet.get("MapPublicIpOnLaunch", False)]
    return _AT_LAUNCH if any(map(truth, asked)) else None


def _cfn_profile(block: Block) -> str | None:
    own = _named(block, "IamInstanceProfile")
    if own:
        return own
    profile = _cfn_template(block).get("IamInstanceProfile", Block({}))
    return _named(profile, "Arn") or _named(profile, "Name")


_CFN_DEVICES = CodeReader(
    "AWS::EC2::Instance.BlockDeviceMappings",
    Volume,
    blocks=lambda block: [each["Ebs"] for each in _nested("BlockDeviceMappings")(block) if "Ebs" in each],
    fields={name: CLOUDFORMATION_VOLUME.fields[name] for name in ("volume_id", "encrypted")},
)

CLOUDFORMATION_INSTANCE = CodeReader(
    "AWS::EC2::Instance",
    Instance,
    fields={
        "instance_id": Block.own_id,
        "public_ip": _cfn_public_ip,
        **{name: _cfn_metadata(name) for name in _METADATA},
        "iam_instance_profile": _cfn_profile,
        "user_data_secrets": lambda block: secrets_in_user_data(
            block.get("UserData") or _cfn_template(block).get("UserData", "")
        ),
        "tags": _cfn_tags,
    },
    inner=(_CFN_DEVICES,),
)


def _tf_snapshot_encrypted(block: Block) -> bool:
    try:
        known: bool = block["encrypted"]
    except (KeyError, Unknown):
        volume = block.referred("volume_id")
        if volume is None:
            raise _decided_elsewhere(block, "what it is made of") from None
        return _encrypted(volume, "encrypted", "snapshot_id", asking=block)
    return known


TERRAFORM_SNAPSHOT = CodeReader(
    "aws_ebs_snapshot",
    Snapshot,
    parts={_BY_DEFAULT: ""},
    defaulted={"aws_ebs_snapshot": ("tags_all",)},
    fields={
        "snapshot_id": Block.own_id,
        "encrypted": _tf_snapshot_encrypted,
        # Terraform shares with single accounts only.
        "public": lambda block: block.if_new(default=False, what="whom it is shared with"),
        "tags": terraform_tags,
    },
)


def _kept_encrypted(block: Block, source: str) -> bool:
    """Whether a copy is encrypted: what is of something encrypted always is."""
    if block.get("encrypted"):
        return True
    raise _decided_elsewhere(block, source)


TERRAFORM_SNAPSHOT_COPY = CodeReader(
    "aws_ebs_snapshot_copy",
    Snapshot,
    defaulted={"aws_ebs_snapshot_copy": ("tags_all",)},
    fields={**TERRAFORM_SNAPSHOT.fields, "encrypted": lambda block: _kept_encrypted(block, "its source")},
)


def _tf_image_encrypted(block: Block) -> bool:
    return all(_encrypted(each, "encrypted", "snapshot_id") for each in block.get("ebs_block_device", ()))


def _tf_image_public(block: Block) -> bool:
    if any(each.get("group") == "all" for each in block.parts("aws_ami_launch_permission")):
        return True
    known = block.get("public") if "public" in block else None
    return block.if_new(default=False, what="whom it is shared with") if known is None else known


TERRAFORM_IMAGE = CodeReader(
    "aws_ami",
    Image,
    parts={"aws_ami_launch_permission": "image_id", _BY_DEFAULT: ""},
    defaulted={"aws_ami": ("ebs_block_device.encrypted", "public", "tags_all")},
    fields={
        "image_id": Block.own_id,
        "public": _tf_image_public,
        "encrypted": _tf_image_encrypted,
        "tags": terraform_tags,
    },
)

TERRAFORM_IMAGE_COPY = CodeReader(
    "aws_ami_copy",
    Image,
    parts={"aws_ami_launch_permission": "image_id"},
    defaulted={"aws_ami_copy": ("public", "tags_all")},
    fields={**TERRAFORM_IMAGE.fields, "encrypted": lambda block: _kept_encrypted(block, "its source")},
)

TERRAFORM_EBS_ENCRYPTION = CodeReader(
    _BY_DEFAULT,
    RegionSettings,
    fields={"ebs_encryption_by_default": lambda block: block.get("enabled", True)},
)

TERRAFORM_SNAPSHOT_BLOCK = CodeReader(
    "aws_ebs_snapshot_block_public_access",
    RegionSettings,
    fields={"snapshot_block_public_access": lambda block: block["state"]},
)

TERRAFORM_IMAGE_BLOCK = CodeReader(
    "aws_ec2_image_block_public_access",
    RegionSettings,
    fields={"image_block_public_access": lambda block: block["state"]},
)


def _chosen_tokens(block: Block) -> str | None:
    chosen = block.get("http_tokens", "no-preference")
    return None if chosen == "no-preference" else chosen


TERRAFORM_METADATA_DEFAULTS = CodeReader(
    "aws_ec2_instance_metadata_defaults", RegionSettings, fields={"default_http_tokens": _chosen_tokens}
)

TERRAFORM_SERIAL_CONSOLE = CodeReader(
    "aws_ec2_serial_console_access",
    RegionSettings,
    fields={"serial_console_access": lambda block: block.get("enabled", True)},
)

CLOUDFORMATION_SNAPSHOT_BLOCK = CodeReader(
    "AWS::EC2::SnapshotBlockPublicAccess",
    RegionSettings,
    fields={"snapshot_block_public_access": lambda block: block["State"]},
)
