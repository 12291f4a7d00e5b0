"""Hubs and aggregators of Security Hub that fail."""

from __future__ import annotations

from typing import Any

from harden.aws import Aws, AwsError
from harden.seeded import State, seeds

_PCI = "arn:aws:securityhub:eu-west-1::standards/pci-dss/v/4.0.1"
_AGGREGATOR = "arn:aws:securityhub:us-east-1:123456789012:finding-aggregator/1"


def _subscribed(standard: str) -> dict[str, Any]:
    return {
        "StandardsSubscriptionArn": standard.replace("::standards/", ":123456789012:subscription/"),
        "StandardsArn": standard,
        "StandardsInput": {},
        "StandardsStatus": "READY",
    }


class _Hub:
    """A hub with what moto lacks of it: settings and standards."""

    def __init__(self, aws: Aws, hub: dict[str, Any], *standards: str) -> None:
        self.hub, self.standards = hub, [*standards]
        aws.answers("securityhub:DescribeHub", self.describe)
        aws.answers("securityhub:EnableSecurityHub", self.enable)
        aws.answers("securityhub:DisableSecurityHub", self.disable)
        aws.answers("securityhub:UpdateSecurityHubConfiguration", self.update)
        aws.answers("securityhub:BatchEnableStandards", self.more)
        aws.answers("securityhub:BatchDisableStandards", self.fewer)
        aws.answers("securityhub:GetEnabledStandards", self.enabled)
        aws.answers("securityhub:GetAdministratorAccount", {})
        aws.answers("securityhub:DescribeOrganizationConfiguration", self.refuse)

    def state(self) -> Any:
        return self.hub, sorted(self.standards)

    def on(self) -> None:
        if not self.hub:
            raise AwsError("InvalidAccessException", "Account 123456789012 is not subscribed to AWS Security Hub")

    def describe(self, _: dict[str, Any]) -> dict[str, Any]:
        self.on()
        return self.hub

    def enable(self, params: dict[str, Any]) -> None:
        if self.hub:
            raise AwsError("ResourceConflictException", "Account is already subscribed to AWS Security Hub")
        self.hub.update(_on(auto=True))
        if params.get("EnableDefaultStandards", True):
            self.standards.append("arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0")

    def disable(self, _: dict[str, Any]) -> None:
        self.on()
        self.hub.clear()
        self.standards.clear()

    def update(self, params: dict[str, Any]) -> None:
        self.on()
        self.hub.update(params)

    def more(self, params: dict[str, Any]) -> None:
        self.on()
        self.standards.extend(each["StandardsArn"] for each in params["StandardsSubscriptionRequests"])

    def fewer(self, params: dict[str, Any]) -> None:
        self.on()
        for arn in params["StandardsSubscriptionArns"]:
            self.standards.remove(arn.replace(":123456789012:subscription/", "::standards/"))

    def enabled(self, _: dict[str, Any]) -> dict[str, Any]:
        self.on()
        return {"StandardsSubscriptions": [_subscribed(each) for each in self.standards]}

    def refuse(self, _: dict[str, Any]) -> None:
        raise AwsError("InvalidAccessException", "Account is not an administrator for this organization")


def _on(*, auto: bool) -> dict[str, Any]:
    return {
        "HubArn": "arn:aws:securityhub:eu-west-1:123456789012:hub/default",
        "AutoEnableControls": auto,
        "ControlFindingGenerator": "STANDARD_CONTROL",
    }


@seeds("securityhub.hub-disabled")
def region_without_security_hub(aws: Aws) -> State:
    return _Hub(aws, {}).state


@seeds("securityhub.new-controls-off", "securityhub.standards-off")
def hub_that_checks_only_cards(aws: Aws) -> State:
    return _Hub(aws, _on(auto=False), _PCI).state


@seeds("securityhub.standards-off")
def hub_with_one_of_two_standards(aws: Aws) -> State:
    return _Hub(
        aws, _on(auto=True), _PCI, "arn:aws:securityhub:eu-west-1::standards/cis-aws-foundations-benchmark/v/3.0.0"
    ).state


def _aggregator(aws: Aws, mode: str, *regions: str) -> State:
    """An aggregator in another region than the hub."""
    _Hub(aws, _on(auto=True), _PCI)
    state: dict[str, Any] = {
        "FindingAggregatorArn": _AGGREGATOR,
        "FindingAggregationRegion": "us-east-1",
        "RegionLinkingMode": mode,
        **({"Regions": list(regions)} if regions else {}),
    }

    def update(params: dict[str, Any]) -> dict[str, Any]:
        listed = params["RegionLinkingMode"] in {"SPECIFIED_REGIONS", "ALL_REGIONS_EXCEPT_SPECIFIED"}
        if listed is not ("Regions" in params):
            raise AwsError("InvalidInputException", "Regions do not fit the mode")
        state.pop("Regions", None)
        state.update(params)
        return state

    aws.answers("securityhub:ListFindingAggregators", {"FindingAggregators": [{"FindingAggregatorArn": _AGGREGATOR}]})
    aws.answers("securityhub:GetFindingAggregator", lambda _: state)
    aws.answers("securityhub:UpdateFindingAggregator", update)
    return lambda: state


@seeds("securityhub.aggregator-leaves-out-regions")
def aggregator_of_one_region(aws: Aws) -> State:
    return _aggregator(aws, "SPECIFIED_REGIONS", "us-west-2")


@seeds("securityhub.aggregator-leaves-out-regions")
def aggregator_of_none(aws: Aws) -> State:
    return _aggregator(aws, "NO_REGIONS")


@seeds("securityhub.aggregator-leaves-out-regions")
def aggregator_that_leaves_out_ireland(aws: Aws) -> State:
    return _aggregator(aws, "ALL_REGIONS_EXCEPT_SPECIFIED", "eu-west-1")
