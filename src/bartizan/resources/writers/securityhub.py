"""Security Hub as code."""

from __future__ import annotations

from bartizan.resources.securityhub import FindingAggregator, Hub
from bartizan.resources.writing import CodeWriter, Part


def _standards(hub: Hub, name: str) -> list[dict[str, str]]:
    return [{name: each.standard} for each in hub.standards]


# The resource itself says that it is on.
TERRAFORM_HUB = CodeWriter(
    "aws_securityhub_account",
    Hub,
    fields={"enabled": lambda _: {}, "auto_enable_controls": "auto_enable_controls"},
    parts=(
        Part(
            "aws_securityhub_standards_subscription",
            {"standards": lambda hub: _standards(hub, "standards_arn")},
            {},
        ),
    ),
    import_id=lambda hub: hub.account,
)

CLOUDFORMATION_HUB = CodeWriter(
    "AWS::SecurityHub::Hub",
    Hub,
    fields={"enabled": lambda _: {}, "auto_enable_controls": "AutoEnableControls"},
    parts=(Part("AWS::SecurityHub::Standard", {"standards": lambda hub: _standards(hub, "StandardsArn")}, {}),),
)

TERRAFORM_AGGREGATOR = CodeWriter(
    "aws_securityhub_finding_aggregator",
    FindingAggregator,
    fields={
        "region_linking_mode": "linking_mode",
        "regions": lambda each: {"specified_regions": list(each.regions) or None},
    },
    import_id=lambda each: each.arn,
)

CLOUDFORMATION_AGGREGATOR = CodeWriter(
    "AWS::SecurityHub::FindingAggregator",
    FindingAggregator,
    fields={
        "region_linking_mode": "RegionLinkingMode",
        "regions": lambda each: {"Regions": list(each.regions) or None},
    },
)
