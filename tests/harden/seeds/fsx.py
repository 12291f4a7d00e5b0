"""FSx file systems that fail."""

from __future__ import annotations

import copy
from typing import Any

from harden.aws import Aws, AwsError
from harden.seeded import State, seeds

_ID = "fs-0123456789abcdef0"
_KEYS = {"WINDOWS": "WindowsConfiguration", "LUSTRE": "LustreConfiguration", "OPENZFS": "OpenZFSConfiguration"}


def _system(aws: Aws, kind: str, **settings: Any) -> State:
    key = _KEYS[kind]
    held = {"DeploymentType": "SINGLE_AZ_2", "WeeklyMaintenanceStartTime": "7:03:00", **settings}
    system = {
        "FileSystemId": _ID,
        "FileSystemType": kind,
        "ResourceARN": "arn:aws:fsx:eu-west-1:123456789012:file-system/" + _ID,
        "Tags": [{"Key": "Name", "Value": "home"}],
    }

    def describe(params: dict[str, Any]) -> Any:
        assert params.get("FileSystemIds", [_ID]) == [_ID]
        return {"FileSystems": [{**system, key: held}]}

    def update(params: dict[str, Any]) -> None:
        assert params["FileSystemId"] == _ID
        audit = params[key].get("AuditLogConfiguration", {})
        if set(audit.values()) == {"DISABLED"}:
            held["AuditLogConfiguration"] = audit
        elif audit and held["ThroughputCapacity"] < 32:
            raise AwsError("BadRequest", "the throughput is too small for an audit")
        elif audit:
            held["AuditLogConfiguration"] = {"AuditLogDestination": "/aws/fsx/windows", **audit}
        held.update({name: value for name, value in params[key].items() if name != "AuditLogConfiguration"})

    aws.answers("fsx:DescribeFileSystems", describe)
    aws.answers("fsx:DescribeDataRepositoryAssociations", {"Associations": []})
    aws.answers("fsx:UpdateFileSystem", update)
    return lambda: copy.deepcopy(held)


@seeds("fsx.no-audit-log", "fsx.no-backups")
def windows_without_audit_or_backups(aws: Aws) -> State:
    off = {"FileAccessAuditLogLevel": "DISABLED", "FileShareAccessAuditLogLevel": "DISABLED"}
    return _system(aws, "WINDOWS", ThroughputCapacity=64, AutomaticBackupRetentionDays=0, AuditLogConfiguration=off)


@seeds("fsx.short-backups")
def windows_with_short_backups(aws: Aws) -> State:
    audit = {
        "FileAccessAuditLogLevel": "FAILURE_ONLY",
        "FileShareAccessAuditLogLevel": "DISABLED",
        "AuditLogDestination": "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/fsx/home",
    }
    return _system(aws, "WINDOWS", ThroughputCapacity=8, AutomaticBackupRetentionDays=1, AuditLogConfiguration=audit)


@seeds("fsx.openzfs-tags-stay-behind")
def openzfs_that_keeps_its_tags(aws: Aws) -> State:
    return _system(aws, "OPENZFS", AutomaticBackupRetentionDays=30, CopyTagsToBackups=False, CopyTagsToVolumes=True)


@seeds("fsx.root-is-root")
def lustre_where_root_is_root(aws: Aws) -> State:
    squash = {"RootSquash": "0:0", "NoSquashNids": ["10.0.1.6@tcp"]}
    return _system(aws, "LUSTRE", AutomaticBackupRetentionDays=7, RootSquashConfiguration=squash)
