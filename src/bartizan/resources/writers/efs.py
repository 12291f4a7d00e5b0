"""File systems of EFS as code."""

from __future__ import annotations

from bartizan.resources.efs import FileSystem
from bartizan.resources.writing import CodeWriter, Own, Part, nested, tags_map


def _name(system: FileSystem) -> dict[str, str] | None:
    """The tag that is its name; one without it is called by its id."""
    name = system.known().get("tags", {}).get("Name")
    return None if name is None else {"Name": name}


def _status(system: FileSystem) -> str:
    return "ENABLED" if system.automatic_backups else "DISABLED"


TERRAFORM_FILE_SYSTEM = CodeWriter(
    "aws_efs_file_system",
    FileSystem,
    names={"file_system_name": lambda system: {"tags": _name(system)}},
    fields={"encrypted": "encrypted", "tags": tags_map},
    parts=(
        Part("aws_efs_file_system_policy", {"file_system_policy": "policy"}, {"file_system_id": Own("id")}),
        Part(
            "aws_efs_backup_policy",
            {"automatic_backups": lambda system: {"backup_policy": nested(status=_status(system))}},
            {"file_system_id": Own("id")},
        ),
    ),
    import_id=lambda system: system.arn.rpartition("/")[2],
)

CLOUDFORMATION_FILE_SYSTEM = CodeWriter(
    "AWS::EFS::FileSystem",
    FileSystem,
    names={
        "file_system_name": lambda system: {
            "FileSystemTags": [{"Key": key, "Value": value} for key, value in (_name(system) or {}).items()] or None
        }
    },
    fields={
        "encrypted": "Encrypted",
        "file_system_policy": "FileSystemPolicy",
        "automatic_backups": lambda system: {"BackupPolicy": {"Status": _status(system)}},
        "tags": lambda system: {
            "FileSystemTags": [{"Key": key, "Value": value} for key, value in system.tags.items()] or None
        },
    },
)
