"""Instances and launch templates of Amazon EC2: changing them."""

from __future__ import annotations

from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put, Refused
from bartizan.resources.ec2.compute import Instance
from bartizan.resources.ec2.launch import LaunchTemplate
from bartizan.resources.reading import Call, Reply

_METADATA = {"http_tokens": "HttpTokens", "http_put_response_hop_limit": "HttpPutResponseHopLimit"}


def _metadata(edit: Edit) -> Params:
    # What is not named stays as it is:
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceMetadataOptions.html
    changed = {key: getattr(edit.after, name) for name, key in _METADATA.items() if edit.changes(name)}
    return {"InstanceId": edit.after.instance_id, **changed}


INSTANCE = ApiWriter(
    Instance,
    puts=(
        Put(Call("ec2:ModifyInstanceMetadataOptions"), _metadata, tuple(_METADATA), busy=("IncorrectInstanceState",)),
    ),
    deletes=(
        Put(
            Call("ec2:TerminateInstances"),
            lambda edit: {"InstanceIds": [edit.before.instance_id]},
            already=("InvalidInstanceID.NotFound",),
        ),
    ),
    lost="the machine is gone, with its temporary disks and the volumes that go with it",
)


# What a new version says itself stands in place of the whole of what its source says under that key, and snapshots
# in block device mappings are not taken over. User data is never asked for: it stays where it is, in the source.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplateVersion.html
_SAID = ("BlockDeviceMappings", "MetadataOptions", "NetworkInterfaces")


def _template(template: LaunchTemplate) -> dict[str, Any]:
    return {"LaunchTemplateId": template.arn.rpartition("/")[2]}


def _versions(reply: Reply) -> dict[str, Any]:
    versions = reply["LaunchTemplateVersions"]
    default = next(each for each in versions if each["DefaultVersion"])
    latest = max(versions, key=lambda each: int(each["VersionNumber"]))
    return {
        "default": default["VersionNumber"],
        "said_of_default": default.get("VersionDescription", ""),
        "latest": latest["VersionNumber"],
        "said_of_latest": latest.get("VersionDescription", ""),
        "data": _said(default),
        "data_of_latest": _said(latest),
    }


def _said(version: Reply) -> dict[str, Any]:
    data = version["LaunchTemplateData"]
    return {name: data[name] for name in _SAID if data.get(name)}


_VERSIONS = Look(
    Call("ec2:DescribeLaunchTemplateVersions"),
    lambda template: {**_template(template), "Versions": ["$Default", "$Latest"]},
    _versions,
)


def _mark(source: int) -> str:
    """By what a version of ours is known."""
    return f"Version {source}, secured by Bartizan"


def _create(edit: Edit) -> Params | None:
    if edit.undoing:
        return None
    seen = edit.now
    data = {name: value for name, value in seen["data"].items() if name == "BlockDeviceMappings"}
    if edit.changes("http_tokens"):
        said = {name: value for name, value in seen["data"].get("MetadataOptions", {}).items() if name != "State"}
        data["MetadataOptions"] = {**said, "HttpTokens": edit.after.http_tokens}
    if edit.changes("public_address"):
        data["NetworkInterfaces"] = [_private(each) for each in seen["data"].get("NetworkInterfaces", ())]
    if edit.changes("plain_volumes"):
        data["BlockDeviceMappings"] = [_encrypted(each) for each in seen["data"].get("BlockDeviceMappings", ())]
    source = seen["default"]
    if seen["said_of_latest"] == _mark(source) and data.items() <= seen["data_of_latest"].items():
        return None  # An apply that was interrupted made it.
    return {
        **_template(edit.after),
        "SourceVersion": str(source),
        "VersionDescription": _mark(source),
        "LaunchTemplateData": data,
    }


def _private(interface: dict[str, Any]) -> dict[str, Any]:
    return {**interface, "AssociatePublicIpAddress": False} if interface.get("AssociatePublicIpAddress") else interface


def _encrypted(mapping: dict[str, Any]) -> dict[str, Any]:
    volume = mapping.get("Ebs")
    if volume is None or volume.get("Encrypted"):
        return mapping
    if volume.get("SnapshotId"):
        # A launch template takes no word on encryption beside a snapshot; the snapshot's own holds.
        raise Refused(
            f"{mapping['DeviceName']} is made from {volume['SnapshotId']}; "
            "copy that with encryption, and name the copy in a new version"
        )
    return {**mapping, "Ebs": {**volume, "Encrypted": True}}


def _made(edit: Edit) -> int:
    """The number of the version that the change makes or made."""
    now, source = edit.now, (edit.was or edit.now)["default"]
    made = now["said_of_latest"] == _mark(source)
    return int(now["latest"]) if made else int(now["latest"]) + 1


def _default(edit: Edit) -> Params | None:
    if not edit.undoing:
        return {**_template(edit.after), "DefaultVersion": str(_made(edit))}
    if edit.now["default"] != edit.was["default"] and edit.now["said_of_default"] != _mark(edit.was["default"]):
        raise Refused(f"version {edit.now['default']}, which somebody else made, is the default now")
    return {**_template(edit.after), "DefaultVersion": str(edit.was["default"])}


def _delete(edit: Edit) -> Params | None:
    """Only while it is the latest, so that ``$Latest`` means again what it meant; a newer one may be built on it."""
    if not edit.undoing:
        return None
    ours, made = edit.now["said_of_latest"] == _mark(edit.was["default"]), _made(edit)
    newer = edit.now["latest"] != edit.was["latest"] and not ours
    there_before = made <= edit.was["latest"]
    return None if newer or there_before else {**_template(edit.after), "Versions": [str(made)]}


_OF_DATA = ("http_tokens", "public_address", "plain_volumes")

LAUNCH_TEMPLATE = ApiWriter(
    LaunchTemplate,
    puts=(
        Put(
            Call("ec2:DeleteLaunchTemplateVersions"),
            _delete,
            _OF_DATA,
            look=_VERSIONS,
            unshown=("Versions",),
        ),
        Put(Call("ec2:CreateLaunchTemplateVersion"), _create, _OF_DATA, look=_VERSIONS),
        # Which number the new version has is only known when it is there.
        Put(Call("ec2:ModifyLaunchTemplate"), _default, _OF_DATA, look=_VERSIONS, unshown=("DefaultVersion",)),
    ),
)
