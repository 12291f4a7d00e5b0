"""Build projects as code."""

from __future__ import annotations

from bartizan.resources.codebuild import Project
from bartizan.resources.writing import CodeWriter, Since, nested, tags_map, tags_pairs


def _status(on: bool) -> str:
    return "ENABLED" if on else "DISABLED"


TERRAFORM_PROJECT = CodeWriter(
    "aws_codebuild_project",
    Project,
    names={"project_name": "name"},
    fields={
        "privileged_mode": "environment.privileged_mode",
        "logs": lambda project: {"logs_config": nested(cloudwatch_logs=nested(status=_status(project.logs)))},
        "unencrypted": Since(
            lambda _, was: {
                "artifacts": nested(encryption_disabled=False) if "artifacts" in was.unencrypted else None,
                "logs_config": nested(s3_logs=nested(status="ENABLED", encryption_disabled=False))
                if "logs" in was.unencrypted
                else None,
            }
        ),
        "public": lambda project: {"project_visibility": "PUBLIC_READ" if project.public else "PRIVATE"},
        "tags": tags_map,
    },
    import_id=lambda project: project.project_name,
)

CLOUDFORMATION_PROJECT = CodeWriter(
    "AWS::CodeBuild::Project",
    Project,
    names={"project_name": "Name"},
    fields={
        "privileged_mode": "Environment.PrivilegedMode",
        "logs": lambda project: {"LogsConfig": {"CloudWatchLogs": {"Status": _status(project.logs)}}},
        "unencrypted": Since(
            lambda _, was: {
                "Artifacts": {"EncryptionDisabled": False} if "artifacts" in was.unencrypted else None,
                "LogsConfig": {"S3Logs": {"Status": "ENABLED", "EncryptionDisabled": False}}
                if "logs" in was.unencrypted
                else None,
            }
        ),
        "public": lambda project: {"Visibility": "PUBLIC_READ" if project.public else "PRIVATE"},
        "tags": tags_pairs,
    },
)
