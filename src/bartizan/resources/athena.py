"""Amazon Athena: workgroups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.model import Gap, Reason, Resource, Unknown, field, resource
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Listing, Reader, Reply
from bartizan.resources.recorded import ConfigReader, recorded_tags
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in, terraform_tags, whole


@resource("AWS::Athena::WorkGroup", name="work_group_name")
class WorkGroup(Resource):
    """A group of people and programs who query with Athena, with the settings of their queries."""

    work_group_name: str = field("Its name; `primary` is the one that AWS makes in every region.", default="reports")
    enabled: bool = field("Whether queries can be run in it.", default=True)
    recently_used: bool = field("Whether AWS remembers a query of it, as it does for 45 days.", default=True)
    enforced: bool = field("Whether its settings hold, whatever a client asks for.", default=True)
    engine_version: str = field("The engine that is chosen for its queries; `AUTO` leaves it to AWS.", default="AUTO")
    managed_results: bool = field("Whether Athena keeps the results, encrypted, in a place of its own.", default=False)
    output_location: str | None = field("Where results go in S3.", default="s3://results/reports/")
    expected_bucket_owner: str | None = field("The account that must own that bucket.", default="111122223333")
    result_encryption: str | None = field("How results are encrypted there.", default="SSE_KMS")
    publishes_metrics: bool = field("Whether its queries are counted in CloudWatch.", default=True)
    bytes_scanned_cutoff: int | None = field("How many bytes a query may read.", default=10_000_000_000)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


def _settings(reply: Reply) -> Mapping[str, Any]:
    found: Mapping[str, Any] = reply["WorkGroup"].get("Configuration") or {}
    return found


def _results(reply: Reply) -> Mapping[str, Any]:
    return _settings(reply).get("ResultConfiguration") or {}


WORK_GROUPS = Reader(
    WorkGroup,
    listing=Listing(
        Call("athena:ListWorkGroups"),
        items="WorkGroups",
        params={"MaxResults": 50},
        fields={
            "work_group_name": lambda item: item["Name"],
            "enabled": lambda item: item.get("State") != "DISABLED",
        },
    ),
    arn=lambda item, scope: scope.arn("athena", f"workgroup/{item['Name']}"),
    details=(
        Detail(
            Call("athena:GetWorkGroup"),
            params=lambda item: {"WorkGroup": item["Name"]},
            fields={
                "enforced": lambda reply: bool(_settings(reply).get("EnforceWorkGroupConfiguration")),
                "engine_version": lambda reply: (_settings(reply).get("EngineVersion") or {}).get(
                    "SelectedEngineVersion", "AUTO"
                ),
                "managed_results": lambda reply: bool(
                    (_settings(reply).get("ManagedQueryResultsConfiguration") or {}).get("Enabled")
                ),
                "output_location": lambda reply: _results(reply).get("OutputLocation") or None,
                "expected_bucket_owner": lambda reply: _results(reply).get("ExpectedBucketOwner") or None,
                "result_encryption": lambda reply: (_results(reply).get("EncryptionConfiguration") or {}).get(
                    "EncryptionOption"
                ),
                "publishes_metrics": lambda reply: bool(_settings(reply).get("PublishCloudWatchMetricsEnabled")),
                "bytes_scanned_cutoff": lambda reply: _settings(reply).get("BytesScannedCutoffPerQuery"),
            },
        ),
        Detail(
            Call("athena:ListQueryExecutions"),
            params=lambda item: {"WorkGroup": item["Name"], "MaxResults": 1},
            fields={"recently_used": lambda reply: bool(reply.get("QueryExecutionIds"))},
        ),
        Detail(
            Call("athena:ListTagsForResource"),
            params=lambda _: {},
            arn_as="ResourceARN",
            fields={"tags": lambda reply: tags_in(whole(reply, "NextToken").get("Tags") or ())},
        ),
    ),
)

WORK_GROUP_ITEMS = ConfigReader(WorkGroup, fields={"tags": recorded_tags})


def _tf(block: Block, *path: str) -> Mapping[str, Any]:
    """A nested block, each of which there is one at most; empty where there is none."""
    found: Mapping[str, Any] = block
    for name in path:
        nested = found.get(name) or ()
        found = nested[0] if nested else {}
    return found


_RESULTS = ("configuration", "result_configuration")

TERRAFORM_WORK_GROUP = CodeReader(
    "aws_athena_workgroup",
    WorkGroup,
    defaulted={"aws_athena_workgroup": ("tags_all", "configuration.managed_query_results_configuration")},
    fields={
        "work_group_name": lambda block: block["name"],
        "enabled": lambda block: block.get("state", "ENABLED") == "ENABLED",
        "enforced": lambda block: bool(_tf(block, "configuration").get("enforce_workgroup_configuration", True)),
        "engine_version": lambda block: _tf(block, "configuration", "engine_version").get(
            "selected_engine_version", "AUTO"
        ),
        "managed_results": lambda block: bool(
            _tf(block, "configuration", "managed_query_results_configuration").get("enabled", False)
        ),
        "output_location": lambda block: _tf(block, *_RESULTS).get("output_location") or None,
        "expected_bucket_owner": lambda block: _tf(block, *_RESULTS).get("expected_bucket_owner") or None,
        "result_encryption": lambda block: _tf(block, *_RESULTS, "encryption_configuration").get("encryption_option"),
        "publishes_metrics": lambda block: bool(
            _tf(block, "configuration").get("publish_cloudwatch_metrics_enabled", True)
        ),
        "bytes_scanned_cutoff": lambda block: _tf(block, "configuration").get("bytes_scanned_cutoff_per_query"),
        "tags": terraform_tags,
    },
)


def _cf(block: Block, *path: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = block.get("WorkGroupConfiguration", {})
    for name in path:
        found = found.get(name, {})
    return found


def _written(block: Block, name: str) -> bool:
    """A switch of the template; AWS does not say where it stands if nobody sets it."""
    settings = _cf(block)
    if name in settings:
        return bool(settings[name])
    raise Unknown(block.what, Gap(Reason.COMPUTED, detail=f"the template does not set {name}"))


CLOUDFORMATION_WORK_GROUP = CodeReader(
    "AWS::Athena::WorkGroup",
    WorkGroup,
    fields={
        "work_group_name": lambda block: block["Name"],
        "enabled": lambda block: block.get("State", "ENABLED") == "ENABLED",
        "enforced": lambda block: _written(block, "EnforceWorkGroupConfiguration"),
        "engine_version": lambda block: _cf(block, "EngineVersion").get("SelectedEngineVersion", "AUTO"),
        "managed_results": lambda block: _cf(block, "ManagedQueryResultsConfiguration").get("Enabled", False),
        "output_location": lambda block: _cf(block, "ResultConfiguration").get("OutputLocation"),
        "expected_bucket_owner": lambda block: _cf(block, "ResultConfiguration").get("ExpectedBucketOwner"),
        "result_encryption": lambda block: _cf(block, "ResultConfiguration", "EncryptionConfiguration").get(
            "EncryptionOption"
        ),
        "publishes_metrics": lambda block: _written(block, "PublishCloudWatchMetricsEnabled"),
        "bytes_scanned_cutoff": lambda block: _cf(block).get("BytesScannedCutoffPerQuery"),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)
