"""Instances and launch templates that fail. Functions stand for what moto resets, or has no versions of."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from harden.aws import Aws, AwsError
from harden.seeded import State, seeds

_ID = "i-0123456789abcdef0"


def _instance(aws: Aws, **known: Any) -> State:
    options = {"State": "applied", "HttpTokens": "optional", "HttpPutResponseHopLimit": 3, "HttpEndpoint": "enabled"}
    options |= {"HttpProtocolIpv6": "disabled", "InstanceMetadataTags": "enabled"}
    instance = {"InstanceId": _ID, "State": {"Name": "running"}, "MetadataOptions": options, **known}

    def modify(asked: dict[str, Any]) -> None:
        assert asked.pop("InstanceId") == _ID
        options.update(asked)

    def terminate(asked: dict[str, Any]) -> None:
        assert asked == {"InstanceIds": [_ID]}
        instance["State"] = {"Name": "shutting-down"}

    aws.answers("ec2:DescribeInstances", lambda _: {"Reservations": [{"Instances": [instance]}]})
    aws.answers("ec2:DescribeInstanceAttribute", {"InstanceId": _ID, "UserData": {}})
    aws.answers("ec2:ModifyInstanceMetadataOptions", modify)
    aws.answers("ec2:TerminateInstances", terminate)
    return lambda: instance


@seeds("ec2.imdsv1-allowed", "ec2.metadata-reaches-containers")
def instance_with_loose_metadata(aws: Aws) -> State:
    return _instance(aws)


@seeds("ec2.long-stopped", lasting=("ec2.long-stopped",))
def instance_stopped_long_ago(aws: Aws) -> State:
    then = dt.datetime.now(dt.UTC) - dt.timedelta(days=200)
    why = f"User initiated ({then:%Y-%m-%d %H:%M:%S} GMT)"
    return _instance(aws, State={"Name": "stopped"}, StateTransitionReason=why)


_DATA = {
    "ImageId": "ami-1",
    "InstanceType": "t3.micro",
    "UserData": "IyEvYmluL3NoCg==",
    "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "team", "Value": "shop"}]}],
    "MetadataOptions": {"State": "applied", "HttpPutResponseHopLimit": 2, "InstanceMetadataTags": "enabled"},
    "NetworkInterfaces": [
        {"DeviceIndex": 0, "AssociatePublicIpAddress": True, "Groups": ["sg-1"], "SubnetId": "subnet-1"},
        {"DeviceIndex": 1, "Groups": ["sg-2"], "Description": "inside"},
    ],
    "BlockDeviceMappings": [
        {"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 20, "VolumeType": "gp3", "DeleteOnTermination": True}},
        {"DeviceName": "/dev/sdb", "Ebs": {"Encrypted": True, "SnapshotId": "snap-1"}},
        {"DeviceName": "/dev/sdc", "VirtualName": "ephemeral0"},
    ],
}


@dataclass
class _Template:
    """One launch template: its versions' descriptions and data by number, and which is the default."""

    versions: dict[int, tuple[str, dict[str, Any]]]
    default: int = 1
    made: int = field(init=False)

    def __post_init__(self) -> None:
        self.made = max(self.versions)

    def put_into(self, aws: Aws) -> State:
        aws.answers("ec2:DescribeLaunchTemplateVersions", self.told)
        aws.answers("ec2:CreateLaunchTemplateVersion", self.create)
        aws.answers("ec2:ModifyLaunchTemplate", self.modify)
        aws.answers("ec2:DeleteLaunchTemplateVersions", self.delete)
        return lambda: (self.default, self.versions)

    def told(self, asked: dict[str, Any]) -> dict[str, Any]:
        meant = {"$Default": self.default, "$Latest": max(self.versions)}
        return {"LaunchTemplateVersions": [self.one(each) for each in sorted({meant[it] for it in asked["Versions"]})]}

    def one(self, number: int) -> dict[str, Any]:
        said, data = self.versions[number]
        return {
            "LaunchTemplateId": "lt-1",
            "LaunchTemplateName": "web",
            "VersionNumber": number,
            "DefaultVersion": number == self.default,
            "LaunchTemplateData": data,
            **({"VersionDescription": said} if said else {}),
        }

    def create(self, asked: dict[str, Any]) -> dict[str, Any]:
        assert asked["LaunchTemplateId"] == "lt-1"
        data = dict(self.versions[int(asked["SourceVersion"])][1])
        # Snapshots are not taken over from the source.
        data["BlockDeviceMappings"] = [
            {**each, "Ebs": {name: value for name, value in each["Ebs"].items() if name != "SnapshotId"}}
            if "Ebs" in each
            else each
            for each in data["BlockDeviceMappings"]
        ]
        self.made += 1
        self.versions[self.made] = (asked["VersionDescription"], data | asked["LaunchTemplateData"])
        return {"LaunchTemplateVersion": self.one(self.made)}

    def modify(self, asked: dict[str, Any]) -> dict[str, Any]:
        number = int(asked["DefaultVersion"])
        if number not in self.versions:
            raise AwsError("InvalidLaunchTemplateId.VersionNotFound")
        self.default = number
        expected = {**_DATA, **({} if number == 1 else _SECURED)}
        assert self.versions[number][1] == expected
        return {}

    def delete(self, asked: dict[str, Any]) -> dict[str, Any]:
        for each in asked["Versions"]:
            assert int(each) != self.default
            del self.versions[int(each)]
        return {}


_SECURED = {
    "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 2, "InstanceMetadataTags": "enabled"},
    "NetworkInterfaces": [
        {"DeviceIndex": 0, "AssociatePublicIpAddress": False, "Groups": ["sg-1"], "SubnetId": "subnet-1"},
        {"DeviceIndex": 1, "Groups": ["sg-2"], "Description": "inside"},
    ],
    "BlockDeviceMappings": [
        {
            "DeviceName": "/dev/xvda",
            "Ebs": {"Encrypted": True, "VolumeSize": 20, "VolumeType": "gp3", "DeleteOnTermination": True},
        },
        {"DeviceName": "/dev/sdb", "Ebs": {"Encrypted": True, "SnapshotId": "snap-1"}},
        {"DeviceName": "/dev/sdc", "VirtualName": "ephemeral0"},
    ],
}
"""What of the data a new version says otherwise; all else must be there as it was."""


@seeds("ec2.template-allows-imdsv1", "ec2.template-gives-public-addresses", "ec2.template-with-plain-volumes")
def template_with_everything_wrong(aws: Aws) -> State:
    return _Template({1: ("", _DATA), 3: ("an experiment", {"ImageId": "ami-2"})}).put_into(aws)


@seeds("ec2.template-allows-imdsv1", "ec2.template-gives-public-addresses", "ec2.template-with-plain-volumes")
def template_whose_new_version_is_there_already(aws: Aws) -> State:
    template = _Template({1: ("", _DATA), 2: ("Version 1, secured by Bartizan", {**_DATA, **_SECURED})})
    state = template.put_into(aws)
    del aws.fakes["ec2:CreateLaunchTemplateVersion"], aws.fakes["ec2:DeleteLaunchTemplateVersions"]
    return state
