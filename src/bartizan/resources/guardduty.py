"""Amazon GuardDuty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bartizan.model import Resource, field, resource
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Listing, Reader, Reply, Scope
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, Tags, tags_in, terraform_tags


@resource("AWS::GuardDuty::Detector", name="detector_id")
class Detector(Resource):
    """GuardDuty in one region; there is one for each region, whether it is on or off."""

    detector_id: str | None = field("Its id; null where GuardDuty was never turned on.", default="d1")
    enabled: bool = field("Whether it looks for threats now.", default=True)
    finding_publishing_frequency: str = field(
        "How soon EventBridge hears of a finding that comes up again.", default="FIFTEEN_MINUTES"
    )
    disabled_features: tuple[str, ...] = field("Its features that are off, such as `S3_DATA_EVENTS`.", default=())
    destinations: tuple[str, ...] = field(
        "Where findings are exported to, each by kind and status (`S3 PUBLISHING`).", default=("S3 PUBLISHING",)
    )
    administrator: str | None = field("The account that administers it, if it is another.", default=None)
    auto_enable: bool | None = field(
        "Whether accounts that join the organization are enrolled by themselves; null where others decide it.",
        default=None,
    )
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


def _disabled(features: list[Mapping[str, Any]]) -> Iterator[str]:
    """The features that are off; the two ways of watching a running cluster count as one."""
    off = {each["Name"] for each in features if each["Status"] != "ENABLED"}
    on = {each["Name"] for each in features} - off
    if {"RUNTIME_MONITORING", "EKS_RUNTIME_MONITORING"} & on:
        off -= {"RUNTIME_MONITORING", "EKS_RUNTIME_MONITORING"}
    off.discard("EKS_RUNTIME_MONITORING")
    yield from sorted(off)


def _administrator(reply: Reply) -> str | None:
    account: str | None = (reply.get("Administrator") or {}).get("AccountId")
    return account


def _auto_enable(reply: Reply) -> bool:
    return reply.get("AutoEnableOrganizationMembers", "NONE") != "NONE" or bool(reply.get("AutoEnable"))


def _arn(detector: str, scope: Scope) -> str:
    return scope.arn("guardduty", f"detector/{detector}" if detector else "detector")


DETECTORS = Reader(
    Detector,
    listing=Listing(
        Call("guardduty:ListDetectors"),
        items="DetectorIds",
        fields={"detector_id": lambda detector: detector or None},
        stand_ins=("",),
    ),
    arn=_arn,
    details=(
        Detail(
            Call("guardduty:GetDetector"),
            params=lambda detector: {"DetectorId": detector},
            fields={
                "enabled": lambda reply: reply["Status"] == "ENABLED",
                "finding_publishing_frequency": lambda reply: reply["FindingPublishingFrequency"],
                "disabled_features": lambda reply: tuple(_disabled(reply["Features"])),
                "tags": lambda reply: Tags(reply.get("Tags") or {}),
            },
            when=lambda made: made.detector_id is not None,
            otherwise={
                "enabled": False,
                "finding_publishing_frequency": "SIX_HOURS",
                "disabled_features": (),
                "tags": NO_TAGS,
            },
        ),
        Detail(
            Call("guardduty:ListPublishingDestinations"),
            params=lambda detector: {"DetectorId": detector},
            fields={
                "destinations": lambda reply: tuple(
                    sorted(f"{each['DestinationType']} {each['Status']}" for each in reply["Destinations"])
                )
            },
            when=lambda made: made.detector_id is not None,
            otherwise={"destinations": ()},
        ),
        Detail(
            Call("guardduty:GetAdministratorAccount"),
            params=lambda detector: {"DetectorId": detector},
            fields={"administrator": _administrator},
            when=lambda made: made.detector_id is not None,
            otherwise={"administrator": None},
        ),
        Detail(
            Call("guardduty:DescribeOrganizationConfiguration"),
            params=lambda detector: {"DetectorId": detector},
            fields={"auto_enable": _auto_enable},
            # What AWS says to all but the organization's administrator.
            absent={"BadRequestException": {"auto_enable": None}},
            when=lambda made: made.detector_id is not None,
            otherwise={"auto_enable": None},
        ),
    ),
)


def _written(features: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The features that code leaves off; a new detector has all of them but the watch over what runs.

    Source: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_settingup.html
    """
    off = {"RUNTIME_MONITORING": "DISABLED"} | {each["Name"]: each["Status"] for each in features}
    return tuple(_disabled([{"Name": name, "Status": status} for name, status in off.items()]))


def _terraform_features(block: Block) -> Iterator[Mapping[str, Any]]:
    for each in block.parts("aws_guardduty_detector_feature"):
        yield {"Name": each["name"], "Status": each["status"]}


TERRAFORM_DETECTOR = CodeReader(
    "aws_guardduty_detector",
    Detector,
    parts={"aws_guardduty_detector_feature": "detector_id"},
    defaulted={"aws_guardduty_detector": ("finding_publishing_frequency", "tags_all")},
    fields={
        "enabled": lambda block: block.get("enable", True),
        "finding_publishing_frequency": lambda block: block.get("finding_publishing_frequency") or "SIX_HOURS",
        "disabled_features": lambda block: _written(_terraform_features(block)),
        "tags": terraform_tags,
    },
)

CLOUDFORMATION_DETECTOR = CodeReader(
    "AWS::GuardDuty::Detector",
    Detector,
    fields={
        "enabled": lambda block: block["Enable"] in {True, "true"},
        "finding_publishing_frequency": lambda block: block.get("FindingPublishingFrequency", "SIX_HOURS"),
        "disabled_features": lambda block: _written(block.plain("Features", ())),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)
