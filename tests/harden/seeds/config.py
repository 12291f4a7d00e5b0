"""Recorders of AWS Config that fail."""

from __future__ import annotations

from typing import Any

from harden.aws import ACCOUNT, REGION, Aws, AwsError
from harden.seeded import State, seeds

_ROLE = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
_MODE = {
    "recordingFrequency": "CONTINUOUS",
    "recordingModeOverrides": [{"resourceTypes": ["AWS::EC2::NetworkInterface"], "recordingFrequency": "DAILY"}],
}


def _recorder(aws: Aws, group: dict[str, Any], *, recording: bool = True) -> State:
    recorder = {
        "arn": f"arn:aws:config:{REGION}:{ACCOUNT}:configuration-recorder/main/abc",
        "name": "main",
        "roleARN": _ROLE,
        "recordingGroup": group,
        "recordingMode": _MODE,
        "recordingScope": "PAID",
    }
    status = {"name": "main", "recording": recording, "lastStatus": "SUCCESS"}

    def put(asked: dict[str, Any]) -> None:
        given = asked["ConfigurationRecorder"]
        wanted = given["recordingGroup"]
        listed, strategy = wanted.get("resourceTypes"), wanted["recordingStrategy"]["useOnly"]
        if [] in (listed, wanted.get("exclusionByResourceTypes", {}).get("resourceTypes")):
            raise AwsError("InvalidRecordingGroupException", "The recording group provided is not valid")
        if (listed is not None) != (strategy == "INCLUSION_BY_RESOURCE_TYPES"):
            raise AwsError("InvalidRecordingGroupException", "The recording group provided is not valid")
        assert (given["name"], given["roleARN"]) == ("main", _ROLE)
        told = {"resourceTypes": [], "exclusionByResourceTypes": {"resourceTypes": []}, **wanted}
        recorder["recordingGroup"] = {"allSupported": False, "includeGlobalResourceTypes": False, **told}
        recorder["recordingMode"] = given.get("recordingMode", {"recordingFrequency": "CONTINUOUS"})
        assert recorder["recordingMode"] == _MODE

    def switch(*, on: bool) -> Any:
        return lambda asked: status.update(recording=on) if asked == {"ConfigurationRecorderName": "main"} else 1 / 0

    aws.answers("config:DescribeConfigurationRecorders", lambda _: {"ConfigurationRecorders": [recorder]})
    aws.answers("config:DescribeConfigurationRecorderStatus", lambda _: {"ConfigurationRecordersStatus": [status]})
    channel = {"name": "main", "s3BucketName": "config-history"}
    aws.answers("config:DescribeDeliveryChannels", {"DeliveryChannels": [channel]})
    aws.answers("config:DescribeDeliveryChannelStatus", {"DeliveryChannelsStatus": [{"name": "main"}]})
    aws.answers("config:PutConfigurationRecorder", put)
    aws.answers("config:StartConfigurationRecorder", switch(on=True))
    aws.answers("config:StopConfigurationRecorder", switch(on=False))
    return lambda: {"recorder": recorder, "status": status}


@seeds("config.recorder-off", "config.types-not-recorded")
def recorder_that_stands_still_and_leaves_out(aws: Aws) -> State:
    group = {
        "allSupported": False,
        "includeGlobalResourceTypes": False,
        "resourceTypes": [],
        "exclusionByResourceTypes": {"resourceTypes": ["AWS::EC2::Instance", "AWS::IAM::User"]},
        "recordingStrategy": {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"},
    }
    return _recorder(aws, group, recording=False)


@seeds("config.types-not-recorded")
def recorder_of_one_type(aws: Aws) -> State:
    group = {
        "allSupported": False,
        "includeGlobalResourceTypes": False,
        "resourceTypes": ["AWS::S3::Bucket"],
        "exclusionByResourceTypes": {"resourceTypes": []},
        "recordingStrategy": {"useOnly": "INCLUSION_BY_RESOURCE_TYPES"},
    }
    return _recorder(aws, group)
