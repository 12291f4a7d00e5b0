"""AWS Config."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from bartizan.model import SAMPLE_TIME, Resource, field, resource
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Item, Join, Listing, Reader, Reply

GLOBAL_TYPES = frozenset({"AWS::IAM::User", "AWS::IAM::Group", "AWS::IAM::Role", "AWS::IAM::Policy"})
"""The types that every region could record, so that AWS has them recorded in one.

Source: https://docs.aws.amazon.com/config/latest/developerguide/select-resources.html
"""


@resource("AWS::Config::ConfigurationRecorder", name="recorder_name")
class ConfigurationRecorder(Resource):
    """The customer's recorder of AWS Config in one region; there is one for each region, whether it exists or not."""

    recorder_name: str | None = field("Its name; null where there is none.", default="default")
    recording: bool = field("Whether it records now.", default=True)
    all_supported: bool = field("Whether it records all types of resource.", default=True)
    excluded_types: tuple[str, ...] = field("The types that it leaves out of all.", default=())
    included_types: tuple[str, ...] = field("The types that it records, where they are listed.", default=())
    records_global_types: bool = field("Whether it records users, groups, roles and policies of IAM.", default=True)
    continuous: bool = field("Whether it records every change, and no type only once a day.", default=True)
    last_started: dt.datetime | None = field("When its recording was last turned on, if ever.", default=SAMPLE_TIME)
    last_error: str | None = field("Why it last failed to record, if it did.", default=None)
    delivery_bucket: str | None = field("The bucket that gets the history.", default="config")
    delivery_error: str | None = field("Why the last delivery to the bucket failed, if it did.", default=None)


def _own(reply: Reply) -> Iterable[Item]:
    # Recorders that belong to a service record for that service only.
    return [each for each in reply["ConfigurationRecorders"] if not each.get("servicePrincipal")]


def _group(recorder: Mapping[str, Any]) -> Mapping[str, Any]:
    return recorder.get("recordingGroup") or {}


def _records_globals(included: Iterable[str], excluded: Iterable[str], *, all_and_global: bool) -> bool:
    if included:
        return set(included) >= GLOBAL_TYPES
    if excluded:
        return not GLOBAL_TYPES & set(excluded)
    return all_and_global


def _excluded(recorder: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(sorted((_group(recorder).get("exclusionByResourceTypes") or {}).get("resourceTypes") or ()))


def _included(recorder: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(sorted(_group(recorder).get("resourceTypes") or ()))


def _globals(recorder: Mapping[str, Any]) -> bool:
    group = _group(recorder)
    everything = bool(group.get("allSupported") and group.get("includeGlobalResourceTypes"))
    return _records_globals(_included(recorder), _excluded(recorder), all_and_global=everything)


def _continuous(recorder: Mapping[str, Any]) -> bool:
    mode = recorder.get("recordingMode") or {}
    modes = (mode, *(mode.get("recordingModeOverrides") or ()))
    return all(each.get("recordingFrequency") != "DAILY" for each in modes)


def _by_name(items: list[Item]) -> Mapping[str, Item]:
    return {each["name"]: each for each in items}


def _error(status: Mapping[str, Any], *keys: str) -> str | None:
    """What failed last of the parts of a status, of which each tells the same way."""
    for key in keys:
        part = status.get(key) or {} if key else status
        if str(part.get("lastStatus", "")).lower() == "failure":
            return part.get("lastErrorCode") or "unknown error"
    return None


def _first(items: list[Item]) -> Mapping[str, Any]:
    return items[0] if items else {}


def _of(item: Item, statuses: Mapping[str, Item]) -> Mapping[str, Any]:
    status: Mapping[str, Any] = statuses.get(item.get("name"), {})
    return status


_DELIVERIES = ("configHistoryDeliveryInfo", "configSnapshotDeliveryInfo", "configStreamDeliveryInfo")

RECORDERS = Reader(
    ConfigurationRecorder,
    listing=Listing(
        Call("config:DescribeConfigurationRecorders"),
        items=_own,
        fields={
            "recorder_name": lambda item: item.get("name"),
            "all_supported": lambda item: bool(_group(item).get("allSupported")),
            "excluded_types": _excluded,
            "included_types": _included,
            "records_global_types": _globals,
            "continuous": _continuous,
        },
        stand_ins=({},),
    ),
    arn=lambda item, scope: item.get("arn") or scope.arn("config", "configuration-recorder"),
    joins=(
        Join(
            Listing(Call("config:DescribeConfigurationRecorderStatus"), items="ConfigurationRecordersStatus"),
            index=_by_name,
            fields={
                "recording": lambda item, statuses: _of(item, statuses).get("recording", False),
                "last_started": lambda item, statuses: _of(item, statuses).get("lastStartTime"),
                "last_error": lambda item, statuses: _error(_of(item, statuses), ""),
            },
        ),
        Join(
            Listing(Call("config:DescribeDeliveryChannels"), items="DeliveryChannels"),
            index=_first,
            fields={"delivery_bucket": lambda _, channel: channel.get("s3BucketName")},
        ),
        Join(
            Listing(Call("config:DescribeDeliveryChannelStatus"), items="DeliveryChannelsStatus"),
            index=_first,
            fields={"delivery_error": lambda _, status: _error(status, *_DELIVERIES)},
        ),
    ),
)


def _cfn_types(block: Block, *names: str) -> tuple[str, ...]:
    group = block.plain("RecordingGroup", {})
    for name in names:
        group = group.get(name) or {}
    return tuple(sorted(group))


CLOUDFORMATION_RECORDER = CodeReader(
    "AWS::Config::ConfigurationRecorder",
    ConfigurationRecorder,
    fields={
        "recorder_name": lambda block: block["Name"],
        "all_supported": lambda block: block.plain("RecordingGroup", {}).get("AllSupported", True) in {True, "true"},
        "excluded_types": lambda block: _cfn_types(block, "ExclusionByResourceTypes", "ResourceTypes"),
        "included_types": lambda block: _cfn_types(block, "ResourceTypes"),
        "records_global_types": lambda block: _records_globals(
            _cfn_types(block, "ResourceTypes"),
            _cfn_types(block, "ExclusionByResourceTypes", "ResourceTypes"),
            all_and_global=block.plain("RecordingGroup", {}).get("IncludeGlobalResourceTypes") in {True, "true"},
        ),
    },
)


def _tf_group(block: Block) -> Mapping[str, Any]:
    groups = block.plain("recording_group") or [{}]
    group: Mapping[str, Any] = groups[0]
    return group


def _tf_excluded(block: Block) -> tuple[str, ...]:
    excluded = _tf_group(block).get("exclusion_by_resource_types") or [{}]
    return tuple(sorted(excluded[0].get("resource_types") or ()))


def _tf_included(block: Block) -> tuple[str, ...]:
    return tuple(sorted(_tf_group(block).get("resource_types") or ()))


def _tf_recording(block: Block) -> bool:
    status = block.part("aws_config_configuration_recorder_status")
    return bool(status and status["is_enabled"])


TERRAFORM_RECORDER = CodeReader(
    "aws_config_configuration_recorder",
    ConfigurationRecorder,
    parts={"aws_config_configuration_recorder_status": "name"},
    defaulted={"aws_config_configuration_recorder": ("recording_group", "recording_mode")},
    fields={
        "recorder_name": lambda block: block.get("name", "default"),
        "recording": _tf_recording,
        "all_supported": lambda block: _tf_group(block).get("all_supported", True),
        "excluded_types": _tf_excluded,
        "included_types": _tf_included,
        "records_global_types": lambda block: _records_globals(
            _tf_included(block),
            _tf_excluded(block),
            all_and_global=bool(_tf_group(block).get("include_global_resource_types")),
        ),
    },
)


@resource("AWS::Config::ConfigurationAggregator", name="configuration_aggregator_name")
class ConfigurationAggregator(Resource):
    """What brings the records of several accounts and regions together, in one region of one account."""

    configuration_aggregator_name: str = field("Its name.", default="all")
    of_organization: bool = field("Whether it takes in all accounts of the organization, new ones too.", default=True)
    all_regions: bool = field("Whether it takes in all regions, new ones too.", default=True)
    regions: tuple[str, ...] = field("The regions that it takes in, where they are named.", default=())


def _sources(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    organization = item.get("OrganizationAggregationSource")
    found: list[Mapping[str, Any]] = [organization] if organization else (item.get("AccountAggregationSources") or [])
    return found


def _all_regions(item: Mapping[str, Any]) -> bool:
    sources = _sources(item)
    return bool(sources) and all(each.get("AllAwsRegions") in {True, "true"} for each in sources)


def _regions(item: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(sorted({region for each in _sources(item) for region in each.get("AwsRegions") or ()}))


AGGREGATORS = Reader(
    ConfigurationAggregator,
    listing=Listing(
        Call("config:DescribeConfigurationAggregators"),
        items="ConfigurationAggregators",
        fields={
            "configuration_aggregator_name": lambda item: item["ConfigurationAggregatorName"],
            "of_organization": lambda item: bool(item.get("OrganizationAggregationSource")),
            "all_regions": _all_regions,
            "regions": _regions,
        },
    ),
    arn=lambda item, _: item["ConfigurationAggregatorArn"],
)


def _written(block: Block) -> Mapping[str, Any]:
    """The sources in a template as AWS tells them."""
    return {
        "OrganizationAggregationSource": block.plain("OrganizationAggregationSource", None),
        "AccountAggregationSources": block.plain("AccountAggregationSources", ()),
    }


CLOUDFORMATION_AGGREGATOR = CodeReader(
    "AWS::Config::ConfigurationAggregator",
    ConfigurationAggregator,
    fields={
        "configuration_aggregator_name": lambda block: block["ConfigurationAggregatorName"],
        "of_organization": lambda block: bool(_written(block)["OrganizationAggregationSource"]),
        "all_regions": lambda block: _all_regions(_written(block)),
        "regions": lambda block: _regions(_written(block)),
    },
)


def _tf_sources(block: Block) -> list[Mapping[str, Any]]:
    organization = block.plain("organization_aggregation_source", ())
    found: list[Mapping[str, Any]] = list(organization or block.plain("account_aggregation_source", ()))
    return found


TERRAFORM_AGGREGATOR = CodeReader(
    "aws_config_configuration_aggregator",
    ConfigurationAggregator,
    fields={
        "configuration_aggregator_name": lambda block: block["name"],
        "of_organization": lambda block: bool(block.plain("organization_aggregation_source", ())),
        "all_regions": lambda block: all(bool(each.get("all_regions")) for each in _tf_sources(block)),
        "regions": lambda block: tuple(
            sorted({region for each in _tf_sources(block) for region in each.get("regions") or ()})
        ),
    },
)
