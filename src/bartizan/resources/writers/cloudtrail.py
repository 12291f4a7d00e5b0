"""Trails as code."""

from __future__ import annotations

from bartizan.resources.cloudtrail import Trail
from bartizan.resources.writing import CodeWriter

TERRAFORM_TRAIL = CodeWriter(
    "aws_cloudtrail",
    Trail,
    names={"trail_name": "name", "s3_bucket_name": "s3_bucket_name"},
    fields={
        "is_logging": "enable_logging",
        "is_multi_region_trail": "is_multi_region_trail",
        "is_organization_trail": "is_organization_trail",
        "enable_log_file_validation": "enable_log_file_validation",
        "kms_key_id": "kms_key_id",
        "cloud_watch_logs_log_group_arn": "cloud_watch_logs_group_arn",
    },
    import_id=lambda trail: trail.arn,
)

CLOUDFORMATION_TRAIL = CodeWriter(
    "AWS::CloudTrail::Trail",
    Trail,
    names={"trail_name": "TrailName", "s3_bucket_name": "S3BucketName"},
    fields={
        "is_logging": "IsLogging",
        "is_multi_region_trail": "IsMultiRegionTrail",
        "is_organization_trail": "IsOrganizationTrail",
        "enable_log_file_validation": "EnableLogFileValidation",
        "kms_key_id": "KMSKeyId",
        "cloud_watch_logs_log_group_arn": "CloudWatchLogsLogGroupArn",
    },
)
