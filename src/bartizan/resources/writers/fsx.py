"""File systems of FSx as code: Terraform has a type for each kind, CloudFormation one for all."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from bartizan.resources.fsx import FileSystem
from bartizan.resources.writing import CodeWriter, Nested, Way, nested, tags_map, tags_pairs

# Who root of a client is taken for: nobody. `0:0` leaves root what it is.
_NOBODY = "65534:65534"


def _name(system: FileSystem) -> dict[str, str] | None:
    """The tag that is its name; one without it is called by its id."""
    name = system.known().get("tags", {}).get("Name")
    return None if name is None else {"Name": name}


def _squash(system: FileSystem) -> str:
    return _NOBODY if system.root_squash else "0:0"


def _level(system: FileSystem) -> str:
    return "SUCCESS_AND_FAILURE" if system.audit_log else "DISABLED"


_TF_AUDIT: dict[str, Way] = {
    "audit_log": lambda system: {
        "audit_log_configuration": nested(
            file_access_audit_log_level=_level(system), file_share_access_audit_log_level=_level(system)
        )
    }
}
_TF_SQUASH: dict[str, Way] = {
    "root_squash": lambda system: {"root_squash_configuration": nested(root_squash=_squash(system))}
}


def _terraform(kind: str, **fields: Way) -> CodeWriter:
    return CodeWriter(
        f"aws_fsx_{kind.lower()}_file_system",
        FileSystem,
        names={"file_system_name": lambda system: {"tags": _name(system)}},
        fields={"backup_retention": "automatic_backup_retention_days", "tags": tags_map, **fields},
        import_id=lambda system: system.arn.rpartition("/")[2],
        when=lambda system: bool(system.file_system_type == kind),
    )


_TO_BACKUPS = "copy_tags_to_backups"

TERRAFORM_WINDOWS = _terraform("WINDOWS", copies_tags_to_backups=_TO_BACKUPS, **_TF_AUDIT)
TERRAFORM_LUSTRE = _terraform("LUSTRE", copies_tags_to_backups=_TO_BACKUPS, **_TF_SQUASH)
TERRAFORM_ONTAP = _terraform("ONTAP")
TERRAFORM_OPENZFS = _terraform(
    "OPENZFS", copies_tags_to_backups=_TO_BACKUPS, copies_tags_to_volumes="copy_tags_to_volumes"
)

_KINDS = {"WINDOWS": "Windows", "LUSTRE": "Lustre", "ONTAP": "Ontap", "OPENZFS": "OpenZFS"}


def _settings(system: FileSystem, kinds: Collection[str] = tuple(_KINDS), **values: Any) -> dict[str, Any]:
    """Settings that only some kinds have."""
    kind = system.file_system_type
    return {f"{_KINDS[kind]}Configuration": Nested(values)} if kind in kinds else {}


CLOUDFORMATION_FILE_SYSTEM = CodeWriter(
    "AWS::FSx::FileSystem",
    FileSystem,
    names={
        "file_system_type": "FileSystemType",
        "file_system_name": lambda system: {
            "Tags": [{"Key": key, "Value": value} for key, value in (_name(system) or {}).items()] or None
        },
    },
    fields={
        "backup_retention": lambda system: _settings(system, AutomaticBackupRetentionDays=system.backup_retention),
        "copies_tags_to_backups": lambda system: _settings(
            system, ("WINDOWS", "LUSTRE", "OPENZFS"), CopyTagsToBackups=system.copies_tags_to_backups
        ),
        "copies_tags_to_volumes": lambda system: _settings(
            system, ("OPENZFS",), CopyTagsToVolumes=system.copies_tags_to_volumes
        ),
        "audit_log": lambda system: _settings(
            system,
            ("WINDOWS",),
            AuditLogConfiguration=nested(
                FileAccessAuditLogLevel=_level(system), FileShareAccessAuditLogLevel=_level(system)
            ),
        ),
        "tags": tags_pairs,
    },
)
