"""FSx file systems: changing them."""

from __future__ import annotations

from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put, Refused
from bartizan.resources.fsx import SETTINGS, FileSystem
from bartizan.resources.reading import Call, Reply

_NAMES = {
    "backup_retention": "AutomaticBackupRetentionDays",
    "copies_tags_to_backups": "CopyTagsToBackups",
    "copies_tags_to_volumes": "CopyTagsToVolumes",
}
_NO_AUDIT = {"FileAccessAuditLogLevel": "DISABLED", "FileShareAccessAuditLogLevel": "DISABLED"}
_AUDIT = dict.fromkeys(_NO_AUDIT, "SUCCESS_AND_FAILURE")
_LEAST_FOR_AUDIT = 32
_KEPT = ("AuditLogConfiguration", "RootSquashConfiguration", "ThroughputCapacity")


def _id(system: FileSystem) -> str:
    return system.arn.rpartition("/")[2]


def _kept(reply: Reply) -> dict[str, Any]:
    (system,) = reply["FileSystems"]
    settings = system.get(SETTINGS[system["FileSystemType"]]) or {}
    return {name: settings[name] for name in _KEPT if name in settings}


def _settings(edit: Edit) -> Params:
    """What changes; the call leaves all else as it is."""
    given: dict[str, Any] = {key: getattr(edit.after, name) for name, key in _NAMES.items() if edit.changes(name)}
    if edit.changes("audit_log"):
        given["AuditLogConfiguration"] = _audit(edit)
    if edit.changes("root_squash"):
        given["RootSquashConfiguration"] = _squash(edit)
    return {"FileSystemId": _id(edit.after), SETTINGS[edit.after.file_system_type]: given}


def _audit(edit: Edit) -> Any:
    """The whole of the audit, of which no part is kept by itself; without a destination AWS makes a log group."""
    if edit.undoing:
        return edit.was.get("AuditLogConfiguration") or _NO_AUDIT
    if edit.now["ThroughputCapacity"] < _LEAST_FOR_AUDIT:
        raise Refused(
            f"auditing needs {_LEAST_FOR_AUDIT} MB/s of throughput, and it has {edit.now['ThroughputCapacity']}"
        )
    return _AUDIT


def _squash(edit: Edit) -> Any:
    """Who root becomes, with the clients that are excepted, which the call replaces together."""
    if edit.undoing:
        return edit.was.get("RootSquashConfiguration") or {"RootSquash": "0:0"}
    return {**edit.now.get("RootSquashConfiguration", {}), "RootSquash": "65534:65534"}


FILE_SYSTEM = ApiWriter(
    FileSystem,
    puts=(
        Put(
            # The permissions for logs are asked of who turns audits on: AmazonFSxFullAccess has them.
            Call(
                "fsx:UpdateFileSystem",
                ("fsx:UpdateFileSystem", "logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"),
            ),
            _settings,
            (*_NAMES, "audit_log", "root_squash"),
            look=Look(Call("fsx:DescribeFileSystems"), lambda system: {"FileSystemIds": [_id(system)]}, _kept),
        ),
    ),
)
