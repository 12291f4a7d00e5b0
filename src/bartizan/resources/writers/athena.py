"""Work groups of Athena as code."""

from __future__ import annotations

from bartizan.resources.athena import WorkGroup
from bartizan.resources.writing import CodeWriter, tags_map, tags_pairs

TERRAFORM_WORK_GROUP = CodeWriter(
    "aws_athena_workgroup",
    WorkGroup,
    names={"work_group_name": "name"},
    fields={
        "enforced": "configuration.enforce_workgroup_configuration",
        "engine_version": "configuration.engine_version.selected_engine_version",
        "output_location": "configuration.result_configuration.output_location",
        "expected_bucket_owner": "configuration.result_configuration.expected_bucket_owner",
        "result_encryption": "configuration.result_configuration.encryption_configuration.encryption_option",
        "publishes_metrics": "configuration.publish_cloudwatch_metrics_enabled",
        "bytes_scanned_cutoff": "configuration.bytes_scanned_cutoff_per_query",
        "tags": tags_map,
    },
    import_id=lambda group: group.work_group_name,
)

CLOUDFORMATION_WORK_GROUP = CodeWriter(
    "AWS::Athena::WorkGroup",
    WorkGroup,
    names={"work_group_name": "Name"},
    fields={
        "enforced": "WorkGroupConfiguration.EnforceWorkGroupConfiguration",
        "engine_version": "WorkGroupConfiguration.EngineVersion.SelectedEngineVersion",
        "output_location": "WorkGroupConfiguration.ResultConfiguration.OutputLocation",
        "expected_bucket_owner": "WorkGroupConfiguration.ResultConfiguration.ExpectedBucketOwner",
        "result_encryption": "WorkGroupConfiguration.ResultConfiguration.EncryptionConfiguration.EncryptionOption",
        "publishes_metrics": "WorkGroupConfiguration.PublishCloudWatchMetricsEnabled",
        "bytes_scanned_cutoff": "WorkGroupConfiguration.BytesScannedCutoffPerQuery",
        "tags": tags_pairs,
    },
)
