"""Choices for a region that fail, and snapshots and images that everyone may use."""

from __future__ import annotations

from typing import Any

from harden.aws import Aws, AwsError
from harden.seeded import State, seeds


class _Choices:
    """What an account has chosen in one region; AWS's calls change it."""

    def __init__(self, *, snapshots: str, default_tokens: dict[str, Any]) -> None:
        self.encrypts, self.serial = False, True
        self.snapshots, self.images = snapshots, "unblocked"
        self.defaults: dict[str, Any] = {"HttpPutResponseHopLimit": 2, **default_tokens}

    def set_to(self, name: str, value: Any) -> Any:
        return lambda asked: setattr(self, name, asked.get(value, value) if isinstance(value, str) else value)

    def modify_defaults(self, asked: dict[str, Any]) -> dict[str, Any]:
        for name, value in asked.items():
            if value == "no-preference":
                self.defaults.pop(name, None)
            else:
                self.defaults[name] = value
        return {"Return": True}

    def put_into(self, aws: Aws) -> State:
        aws.answers("ec2:GetEbsEncryptionByDefault", lambda _: {"EbsEncryptionByDefault": self.encrypts})
        aws.answers("ec2:GetSnapshotBlockPublicAccessState", lambda _: {"State": self.snapshots})
        aws.answers("ec2:GetImageBlockPublicAccessState", lambda _: {"ImageBlockPublicAccessState": self.images})
        aws.answers("ec2:GetInstanceMetadataDefaults", lambda _: {"AccountLevel": self.defaults})
        aws.answers("ec2:GetSerialConsoleAccessStatus", lambda _: {"SerialConsoleAccessEnabled": self.serial})
        aws.answers("ec2:EnableEbsEncryptionByDefault", self.set_to("encrypts", True))
        aws.answers("ec2:DisableEbsEncryptionByDefault", self.set_to("encrypts", False))
        aws.answers("ec2:EnableSnapshotBlockPublicAccess", self.set_to("snapshots", "State"))
        aws.answers("ec2:DisableSnapshotBlockPublicAccess", self.set_to("snapshots", "unblocked"))
        aws.answers("ec2:EnableImageBlockPublicAccess", self.set_to("images", "ImageBlockPublicAccessState"))
        aws.answers("ec2:DisableImageBlockPublicAccess", self.set_to("images", "unblocked"))
        aws.answers("ec2:EnableSerialConsoleAccess", self.set_to("serial", True))
        aws.answers("ec2:DisableSerialConsoleAccess", self.set_to("serial", False))
        aws.answers("ec2:ModifyInstanceMetadataDefaults", self.modify_defaults)
        return lambda: vars(self)


@seeds(
    "ec2.no-ebs-encryption-by-default",
    "ec2.public-snapshots-possible",
    "ec2.public-images-possible",
    "ec2.imdsv2-not-default",
    "ec2.serial-console-enabled",
)
def region_without_choices(aws: Aws) -> State:
    return _Choices(snapshots="unblocked", default_tokens={}).put_into(aws)


@seeds("ec2.public-snapshots-possible", "ec2.imdsv2-not-default")
def region_with_weak_choices(aws: Aws) -> State:
    return _Choices(snapshots="block-new-sharing", default_tokens={"HttpTokens": "optional"}).put_into(aws)


def _instance(aws: Aws) -> Any:
    run = aws.client("ec2").run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1)
    return run["Instances"][0]["InstanceId"]


@seeds("ec2.public-image")
def image_for_everyone(aws: Aws) -> None:
    ec2 = aws.client("ec2")
    image = ec2.create_image(InstanceId=_instance(aws), Name="base")["ImageId"]
    friends = [{"Group": "all"}, {"UserId": "111122223333"}]
    ec2.modify_image_attribute(ImageId=image, LaunchPermission={"Add": friends})


@seeds("ec2.public-snapshot", "ec2.shared-snapshot")
def snapshot_for_everyone(aws: Aws) -> None:
    ec2 = aws.client("ec2")
    volume = ec2.create_volume(AvailabilityZone="eu-west-1a", Size=1)["VolumeId"]
    snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    share = {"SnapshotId": snapshot, "Attribute": "createVolumePermission", "OperationType": "add"}
    ec2.modify_snapshot_attribute(**share, GroupNames=["all"])
    ec2.modify_snapshot_attribute(**share, UserIds=["111122223333"])


@seeds("ec2.public-snapshot", "ec2.shared-snapshot", "ec2.public-snapshots-possible")
def snapshot_that_a_block_would_keep_private(aws: Aws) -> None:
    choices = _Choices(snapshots="unblocked", default_tokens={})
    choices.put_into(aws)
    snapshot_for_everyone.fill(aws)

    def modify(asked: dict[str, Any]) -> None:
        if "GroupNames" in asked and asked["OperationType"] == "add" and choices.snapshots != "unblocked":
            raise AwsError("OperationNotPermitted", "Block public access is enabled")
        aws.client("ec2").modify_snapshot_attribute(**asked)

    aws.answers("ec2:ModifySnapshotAttribute", modify)
