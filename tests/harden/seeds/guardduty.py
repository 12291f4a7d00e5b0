"""Regions that GuardDuty does not watch well."""

from __future__ import annotations

import copy
from typing import Any

from harden.aws import Aws, AwsError
from harden.seeded import State, seeds

_OPTIONAL = (
    "S3_DATA_EVENTS",
    "EKS_AUDIT_LOGS",
    "EBS_MALWARE_PROTECTION",
    "RDS_LOGIN_EVENTS",
    "LAMBDA_NETWORK_LOGS",
    "EKS_RUNTIME_MONITORING",
    "RUNTIME_MONITORING",
)
_RUNTIME = ("EKS_RUNTIME_MONITORING", "RUNTIME_MONITORING")


class _Detectors:
    """GuardDuty of one region."""

    def __init__(self, aws: Aws, found: dict[str, Any] | None = None) -> None:
        self.found = found
        for name in ("Create", "Get", "Update", "Delete"):
            aws.answers(f"guardduty:{name}Detector", getattr(self, name.lower()))
        aws.answers("guardduty:ListDetectors", lambda _: {"DetectorIds": ["d1"] if self.found else []})
        aws.answers("guardduty:ListPublishingDestinations", {"Destinations": []})
        aws.answers("guardduty:GetAdministratorAccount", {})
        aws.answers("guardduty:DescribeOrganizationConfiguration", _refuse)

    def state(self) -> Any:
        return copy.deepcopy(self.found)

    def there(self, params: dict[str, Any]) -> dict[str, Any]:
        if self.found is None or params["DetectorId"] != "d1":
            raise AwsError("BadRequestException", "the input detectorId is not owned by the current account")
        return self.found

    def get(self, params: dict[str, Any]) -> dict[str, Any]:
        found = self.there(params)
        features = [{"Name": name, "Status": status} for name, status in found["Features"].items()]
        base = [{"Name": name, "Status": "ENABLED"} for name in ("CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS")]
        return {**found, "ServiceRole": "arn:aws:iam::123456789012:role/x", "Features": base + features}

    def create(self, params: dict[str, Any]) -> dict[str, Any]:
        if self.found:
            raise AwsError("BadRequestException", "a detector already exists for the current account")
        self.found = detector(Status="ENABLED" if params["Enable"] else "DISABLED")
        self.update({"DetectorId": "d1", **params})
        return {"DetectorId": "d1"}

    def update(self, params: dict[str, Any]) -> None:
        found = self.there(params)
        if "Enable" in params:
            found["Status"] = "ENABLED" if params["Enable"] else "DISABLED"
        found["FindingPublishingFrequency"] = params.get(
            "FindingPublishingFrequency", found["FindingPublishingFrequency"]
        )
        for each in params.get("Features", ()):
            found["Features"][each["Name"]] = each["Status"]
        if all(found["Features"][name] == "ENABLED" for name in _RUNTIME):
            raise AwsError("BadRequestException", "only one of the two ways of watching what runs can be on")

    def delete(self, params: dict[str, Any]) -> None:
        self.there(params)
        self.found = None


def _refuse(_: dict[str, Any]) -> None:
    raise AwsError("BadRequestException", "the account is not the administrator of an organization")


def detector(*off: str, **given: Any) -> dict[str, Any]:
    """A detector as AWS makes it, but for some features that are off, and what is given."""
    features = dict.fromkeys(_OPTIONAL, "ENABLED") | dict.fromkeys((*_RUNTIME, *off), "DISABLED")
    return {
        "Status": "ENABLED",
        "FindingPublishingFrequency": "SIX_HOURS",
        "Features": features,
        "Tags": {"team": "security"},
        **given,
    }


@seeds("guardduty.detector-off")
def guardduty_that_was_never_on(aws: Aws) -> State:
    return _Detectors(aws).state


@seeds("guardduty.detector-off")
def guardduty_that_is_suspended(aws: Aws) -> State:
    return _Detectors(aws, detector("S3_DATA_EVENTS", Status="DISABLED")).state


@seeds(
    "guardduty.eks-audit-unwatched",
    "guardduty.findings-come-late",
    "guardduty.lambda-unwatched",
    "guardduty.malware-unwatched",
    "guardduty.rds-unwatched",
    "guardduty.runtime-unwatched",
    "guardduty.s3-unwatched",
)
def guardduty_that_watches_the_least(aws: Aws) -> State:
    return _Detectors(aws, detector(*_OPTIONAL, FindingPublishingFrequency="ONE_HOUR")).state


@seeds("guardduty.s3-unwatched")
def guardduty_that_watches_all_but_buckets(aws: Aws) -> State:
    found = detector("S3_DATA_EVENTS", FindingPublishingFrequency="FIFTEEN_MINUTES")
    found["Features"]["EKS_RUNTIME_MONITORING"] = "ENABLED"
    return _Detectors(aws, found).state
