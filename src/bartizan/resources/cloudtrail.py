"""AWS CloudTrail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bartizan.model import Resource, field, resource
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
