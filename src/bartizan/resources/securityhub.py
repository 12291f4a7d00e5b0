"""AWS Security Hub (CSPM)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bartizan.model import Resource, field, resource
from bartizan.resources.code import CodeReader, truth
from bartizan.resources.reading import Call, Detail, Item, Listing, Reader, Reply, Within

FSBP = "aws-foundational-security-best-practices/v/1.0.0"
CIS = "cis-aws-foundations-benchmark/v/5.0.0"
_OFF = ("InvalidAccessException",)


@dataclass(frozen=True, slots=True)
class Subscription:
    """A standard that a hub checks: its ARN, its status (``READY``), and why it does not work if it does not."""

    standard: str
    status: str = "READY"
    reason: str = ""


@resource("AWS::SecurityHub::Hub")
class Hub(Resource):
    """Security Hub in one region; there is one for each region, whether it is on or off."""

    enabled: bool = field("Whether it is on.", default=True)
    auto_enable_controls: bool = field("Whether controls that AWS adds to a standard are on.", default=True)
    standards: tuple[Subscription, ...] = field(
        "The standards that it checks.",
        default=(
            Subscription(f"arn:aws:securityhub:eu-west-1::standards/{FSBP}"),
            Subscription(f"arn:aws:securityhub:eu-west-1::standards/{CIS}"),
        ),
    )
    administrator: str | None = field("The account that administers it, if it is another.", default=None)
    auto_enable: bool | None = field(
        "Whether accounts that join the organization are enrolled by themselves; null where others decide it.",
        default=None,
    )


@resource("AWS::SecurityHub::FindingAggregator")
class FindingAggregator(Resource):
    """What gathers the findings of several regions in the region in which it lives."""

    region_linking_mode: str = field(
        "Which: `ALL_REGIONS`, `ALL_REGIONS_EXCEPT_SPECIFIED`, `SPECIFIED_REGIONS`, `NO_REGIONS`.",
        default="ALL_REGIONS",
    )
    regions: tuple[str, ...] = field("The regions that are specified.", default=())


@resource("AWS::SecurityHub::StandardsControl", name="control_id")
class DisabledControl(Resource):
    """A control of a standard that is turned off."""

    control_id: str = field("Its id within the standard.")
    title: str = field("What it asks for.", default="")
    standard: str = field("The ARN of the standard.", default=f"arn:aws:securityhub:eu-west-1::standards/{FSBP}")
    severity_rating: str = field("`LOW` to `CRITICAL`.", default="MEDIUM")
    disabled_reason: str | None = field("Why it was turned off, as whoever did it wrote.", default=None)


def _administrator(reply: Reply) -> str | None:
    account: str | None = (reply.get("Administrator") or {}).get("AccountId")
    return account


def _auto_enable(reply: Reply) -> bool:
    # With central configuration policies decide, also for new accounts, and AutoEnable is false.
    central = (reply.get("OrganizationConfiguration") or {}).get("ConfigurationType") == "CENTRAL"
    return central or bool(reply.get("AutoEnable"))


def _subscription(item: Mapping[str, Any]) -> Subscription:
    reason = (item.get("StandardsStatusReason") or {}).get("StatusReasonCode", "")
    return Subscription(item["StandardsArn"], item["StandardsStatus"], reason)


_STANDARDS = Call("securityhub:GetEnabledStandards")

HUBS = Reader(
    Hub,
    listing=Listing(
        Call("securityhub:DescribeHub"),
        items=lambda reply: [reply],
        fields={
            "enabled": lambda item: "HubArn" in item,
            "auto_enable_controls": lambda item: item.get("AutoEnableControls", False),
        },
        absent=_OFF,
        stand_ins=({},),
    ),
    arn=lambda _, scope: scope.arn("securityhub", "hub/default"),
    details=(
        Detail(
            _STANDARDS,
            params=lambda _: {},
            fields={
                "standards": lambda reply: tuple(
                    sorted(map(_subscription, reply["StandardsSubscriptions"]), key=lambda each: each.standard)
                )
            },
            when=lambda made: made.enabled,
            otherwise={"standards": ()},
        ),
        Detail(
            Call("securityhub:GetAdministratorAccount"),
            params=lambda _: {},
            fields={"administrator": _administrator},
            absent={"ResourceNotFoundException": {"administrator": None}},
            when=lambda made: made.enabled,
            otherwise={"administrator": None},
        ),
        Detail(
            Call("securityhub:DescribeOrganizationConfiguration"),
            params=lambda _: {},
            fields={"auto_enable": _auto_enable},
            # What AWS says to all but the organization's administrator.
            absent={"InvalidAccessException": {"auto_enable": None}},
            when=lambda made: made.enabled,
            otherwise={"auto_enable": None},
        ),
    ),
)


def _region(item: Item, _: object) -> str:
    region: str = item["FindingAggregatorArn"].split(":")[3]
    return region


AGGREGATORS = Reader(
    FindingAggregator,
    listing=Listing(Call("securityhub:ListFindingAggregators"), items="FindingAggregators", absent=_OFF),
    arn=lambda item, _: item["FindingAggregatorArn"],
    region=_region,
    details=(
        Detail(
            Call("securityhub:GetFindingAggregator"),
            params=lambda item: {"FindingAggregatorArn": item["FindingAggregatorArn"]},
            fields={
                "region_linking_mode": lambda reply: reply["RegionLinkingMode"],
                "regions": lambda reply: tuple(sorted(reply.get("Regions") or ())),
            },
        ),
    ),
)

DISABLED_CONTROLS = Reader(
    DisabledControl,
    listing=Listing(
        Call("securityhub:DescribeStandardsControls"),
        items=lambda reply: [each for each in reply["Controls"] if each["ControlStatus"] == "DISABLED"],
        params={"MaxResults": 100},
        fields={
            "control_id": lambda item: item["ControlId"],
            "title": lambda item: item["Title"],
            "standard": lambda item: item["StandardsArn"],
            "severity_rating": lambda item: item["SeverityRating"],
            "disabled_reason": lambda item: (item.get("DisabledReason") or "").strip() or None,
        },
        within=Within(
            Listing(_STANDARDS, items="StandardsSubscriptions", absent=_OFF),
            params=lambda item: {"StandardsSubscriptionArn": item["StandardsSubscriptionArn"]},
        ),
    ),
    arn=lambda item, _: item["StandardsControlArn"],
)

TERRAFORM_HUB = CodeReader(
    "aws_securityhub_account",
    Hub,
    fields={
        "enabled": lambda _: True,
        "auto_enable_controls": lambda block: block.get("auto_enable_controls", True),
    },
)

CLOUDFORMATION_HUB = CodeReader(
    "AWS::SecurityHub::Hub",
    Hub,
    fields={
        "enabled": lambda _: True,
        "auto_enable_controls": lambda block: truth(block.get("AutoEnableControls", True)),
    },
)

TERRAFORM_AGGREGATOR = CodeReader(
    "aws_securityhub_finding_aggregator",
    FindingAggregator,
    fields={
        "region_linking_mode": lambda block: block["linking_mode"],
        "regions": lambda block: tuple(sorted(block.get("specified_regions", ()))),
    },
)

CLOUDFORMATION_AGGREGATOR = CodeReader(
    "AWS::SecurityHub::FindingAggregator",
    FindingAggregator,
    fields={
        "region_linking_mode": lambda block: block["RegionLinkingMode"],
        "regions": lambda block: tuple(sorted(block.get("Regions", ()))),
    },
)

TERRAFORM_CONTROL = CodeReader(
    "aws_securityhub_standards_control",
    DisabledControl,
    when=lambda block: block["control_status"] == "DISABLED",
    defaulted={"aws_securityhub_standards_control": ("disabled_reason",)},
    fields={
        "control_id": lambda block: block["standards_control_arn"].rpartition("/")[2],
        "disabled_reason": lambda block: (block.get("disabled_reason") or "").strip() or None,
    },
)
