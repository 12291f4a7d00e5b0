"""Workgroups that fail."""

from __future__ import annotations

from typing import Any

from harden.aws import Aws, AwsError
from harden.seeded import State, seeds

_KNOWN = {
    "EnforceWorkGroupConfiguration",
    "PublishCloudWatchMetricsEnabled",
    "EngineVersion",
    "ResultConfigurationUpdates",
}


def _groups(aws: Aws, configuration: dict[str, Any]) -> State:
    groups = {"reports": configuration}

    def get(params: dict[str, Any]) -> Any:
        name = params["WorkGroup"]
        return {"WorkGroup": {"Name": name, "State": "ENABLED", "Configuration": groups[name]}}

    def update(params: dict[str, Any]) -> None:
        updates = params["ConfigurationUpdates"]
        if set(updates) - _KNOWN or "State" in params or "Description" in params:
            raise AwsError("InvalidRequestException", "nobody asked for this to be changed")
        results = updates.pop("ResultConfigurationUpdates", {})
        group = groups[params["WorkGroup"]]
        if results.pop("RemoveEncryptionConfiguration", False):
            del group["ResultConfiguration"]["EncryptionConfiguration"]
        group.setdefault("ResultConfiguration", {}).update(results)
        group.update(updates)

    aws.answers("athena:ListWorkGroups", {"WorkGroups": [{"Name": "reports", "State": "ENABLED"}]})
    aws.answers("athena:GetWorkGroup", get)
    aws.answers("athena:UpdateWorkGroup", update)
    aws.answers("athena:ListQueryExecutions", {"QueryExecutionIds": ["q1"]})
    aws.answers("athena:ListTagsForResource", {"Tags": [{"Key": "team", "Value": "web"}]})
    return lambda: groups


@seeds("athena.no-metrics", "athena.old-engine", "athena.results-without-encryption", "athena.settings-not-enforced")
def work_group_with_everything_wrong(aws: Aws) -> State:
    return _groups(
        aws,
        {
            "EnforceWorkGroupConfiguration": False,
            "PublishCloudWatchMetricsEnabled": False,
            "BytesScannedCutoffPerQuery": 10_000_000,
            "RequesterPaysEnabled": True,
            "EngineVersion": {"SelectedEngineVersion": "Athena engine version 2"},
            "ResultConfiguration": {"OutputLocation": "s3://results/", "ExpectedBucketOwner": "123456789012"},
        },
    )


@seeds("athena.no-metrics", "athena.settings-not-enforced")
def work_group_with_encryption(aws: Aws) -> State:
    encryption = {"EncryptionOption": "SSE_KMS", "KmsKey": "alias/results"}
    return _groups(
        aws,
        {
            "EnforceWorkGroupConfiguration": False,
            "PublishCloudWatchMetricsEnabled": False,
            "ResultConfiguration": {"OutputLocation": "s3://results/", "EncryptionConfiguration": encryption},
        },
    )
