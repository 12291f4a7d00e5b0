"""AWS CloudTrail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bartizan.model import Resource, Unknown, field, resource
from bartizan.resources.code import Block, CodeReader, truth
from bartizan.resources.reading import Call, Detail, Listing, Reader, Reply


@resource("AWS::CloudTrail::Trail", name="trail_name")
class Trail(Resource):
    """A trail: which events CloudTrail keeps, and where.

    Other Regions and the accounts of an organization show shadows of it; it is read once, as of its home Region.
    """

    trail_name: str = field("Its name.")
    is_logging: bool = field("Whether it records events now.", default=True)
    is_multi_region_trail: bool = field("Whether it records the events of all Regions.", default=True)
    is_organization_trail: bool = field("Whether it records all accounts of the organization.", default=False)
    enable_log_file_validation: bool = field("Whether it signs digests of its files.", default=True)
    kms_key_id: str | None = field("The KMS key that encrypts its files.", default=None)
    cloud_watch_logs_log_group_arn: str | None = field("The log group that it also writes to.", default=None)
    s3_bucket_name: str = field("The bucket that it writes to.", default="trail")
    management_events: tuple[str, ...] = field("Which management events: `read`, `write`.", default=("read", "write"))
    data_events: tuple[str, ...] = field("The resource types whose data events it records.", default=())
    delivery_error: str | None = field("Why its last delivery to the bucket failed, if it did.", default=None)

    @property
    def foreign(self) -> bool:
        """Whether another account owns it: an organization trail, which its member accounts see but cannot change."""
        return bool(self.arn) and self.arn.split(":")[4] != self.account


def _conditions(selector: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {each["Field"]: tuple(each.get("Equals", ())) for each in selector["FieldSelectors"]}


def _kinds(reply: Reply) -> Iterator[str]:
    for selector in reply.get("EventSelectors", ()):
        if selector["IncludeManagementEvents"]:
            only = {"ReadOnly": ("read",), "WriteOnly": ("write",)}
            yield from only.get(selector["ReadWriteType"], ("read", "write"))
    for selector in reply.get("AdvancedEventSelectors", ()):
        found = _conditions(selector)
        if "Management" in found.get("eventCategory", ()):
            read_only = found.get("readOnly", ("true", "false"))
            yield from (name for value, name in (("true", "read"), ("false", "write")) if value in read_only)


def _data(reply: Reply) -> Iterator[str]:
    for selector in reply.get("EventSelectors", ()):
        yield from (each["Type"] for each in selector.get("DataResources", ()))
    for selector in reply.get("AdvancedEventSelectors", ()):
        found = _conditions(selector)
        if "Data" in found.get("eventCategory", ()):
            yield from found.get("resources.type", ())


TRAILS = Reader(
    Trail,
    listing=Listing(
        Call("cloudtrail:DescribeTrails"),
        items="trailList",
        # Without shadows, neither an organization's trail nor one whose home Region is not scanned would be seen.
        params={"includeShadowTrails": True},
        fields={
            "trail_name": lambda item: item["Name"],
            "is_multi_region_trail": lambda item: item["IsMultiRegionTrail"],
            "is_organization_trail": lambda item: item["IsOrganizationTrail"],
            "enable_log_file_validation": lambda item: item["LogFileValidationEnabled"],
            "kms_key_id": lambda item: item.get("KmsKeyId"),
            "cloud_watch_logs_log_group_arn": lambda item: item.get("CloudWatchLogsLogGroupArn"),
            "s3_bucket_name": lambda item: item["S3BucketName"],
        },
    ),
    arn=lambda item, _: item["TrailARN"],
    region=lambda item, _: item["HomeRegion"],
    details=(
        Detail(
            Call("cloudtrail:GetTrailStatus"),
            params=lambda item: {"Name": item["TrailARN"]},
            fields={
                "is_logging": lambda reply: reply["IsLogging"],
                "delivery_error": lambda reply: reply.get("LatestDeliveryError") or None,
            },
        ),
        Detail(
            Call("cloudtrail:GetEventSelectors"),
            params=lambda item: {"TrailName": item["TrailARN"]},
            fields={
                "management_events": lambda reply: tuple(sorted(set(_kinds(reply)))),
                "data_events": lambda reply: tuple(sorted(set(_data(reply)))),
            },
        ),
    ),
)


def _management(selectors: Reply) -> tuple[str, ...]:
    """The management events that selectors in code choose; without any, a trail records all of them."""
    chosen = selectors["EventSelectors"] or selectors["AdvancedEventSelectors"]
    return tuple(sorted(set(_kinds(selectors)))) if chosen else ("read", "write")


def _terraform_selectors(block: Block) -> Reply:
    """The selectors as AWS has them."""
    return {
        "EventSelectors": [
            {
                "IncludeManagementEvents": each.get("include_management_events", True),
                "ReadWriteType": each.get("read_write_type", "All"),
                "DataResources": [{"Type": one["type"]} for one in each.get("data_resource", ())],
            }
            for each in block.get("event_selector", ())
        ],
        "AdvancedEventSelectors": [
            {"FieldSelectors": [_condition(one, "field", "equals") for one in each["field_selector"]]}
            for each in block.get("advanced_event_selector", ())
        ],
    }


def _condition(block: Block, name: str, values: str) -> Reply:
    return {"Field": block[name], "Equals": block.plain(values)} if values in block else {"Field": block[name]}


def _template_selectors(block: Block) -> Reply:
    """The selectors as AWS has them."""
    return {
        "EventSelectors": [
            {
                "IncludeManagementEvents": truth(each.get("IncludeManagementEvents", True)),
                "ReadWriteType": each.get("ReadWriteType", "All"),
                "DataResources": [{"Type": one["Type"]} for one in each.get("DataResources", ())],
            }
            for each in block.get("EventSelectors", ())
        ],
        "AdvancedEventSelectors": [
            {"FieldSelectors": [_condition(one, "Field", "Equals") for one in each["FieldSelectors"]]}
            for each in block.get("AdvancedEventSelectors", ())
        ],
    }


def _log_group(block: Block, attribute: str) -> str | None:
    """The ARN of its log group, which ends in a star; of one that the code makes the address in its place."""
    named = block.named_in(attribute)
    return named if named is None or named.endswith(":*") else f"{named}:*"


def _bucket(block: Block, attribute: str, named: str) -> str:
    """The name of its bucket; of one that the code makes as it is written there."""
    try:
        name: str = block[attribute]
    except Unknown:
        found = block.referred(attribute)
        if found is None:
            raise
        name = found[named]
    return name


TERRAFORM_TRAIL = CodeReader(
    "aws_cloudtrail",
    Trail,
    defaulted={"aws_cloudtrail": ("event_selector", "tags_all")},
    fields={
        "trail_name": lambda block: block["name"],
        "is_logging": lambda block: block.get("enable_logging", True),
        "is_multi_region_trail": lambda block: block.get("is_multi_region_trail", False),
        "is_organization_trail": lambda block: block.get("is_organization_trail", False),
        "enable_log_file_validation": lambda block: block.get("enable_log_file_validation", False),
        "kms_key_id": lambda block: block.id_if_given("kms_key_id"),
        "cloud_watch_logs_log_group_arn": lambda block: _log_group(block, "cloud_watch_logs_group_arn"),
        "s3_bucket_name": lambda block: _bucket(block, "s3_bucket_name", "bucket"),
        "management_events": lambda block: _management(_terraform_selectors(block)),
        "data_events": lambda block: tuple(sorted(set(_data(_terraform_selectors(block))))),
    },
)

CLOUDFORMATION_TRAIL = CodeReader(
    "AWS::CloudTrail::Trail",
    Trail,
    fields={
        "trail_name": lambda block: block["TrailName"],
        "is_logging": lambda block: truth(block["IsLogging"]),
        "is_multi_region_trail": lambda block: truth(block.get("IsMultiRegionTrail", False)),
        "is_organization_trail": lambda block: truth(block.get("IsOrganizationTrail", False)),
        "enable_log_file_validation": lambda block: truth(block.get("EnableLogFileValidation", False)),
        "kms_key_id": lambda block: block.id_if_given("KMSKeyId"),
        "cloud_watch_logs_log_group_arn": lambda block: _log_group(block, "CloudWatchLogsLogGroupArn"),
        "s3_bucket_name": lambda block: _bucket(block, "S3BucketName", "BucketName"),
        "management_events": lambda block: _management(_template_selectors(block)),
        "data_events": lambda block: tuple(sorted(set(_data(_template_selectors(block))))),
    },
)
