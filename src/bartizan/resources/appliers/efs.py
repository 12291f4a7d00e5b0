"""File systems of EFS: changing them."""

from __future__ import annotations

from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Params, Put, policy_text
from bartizan.resources.efs import FileSystem
from bartizan.resources.reading import Call


def _of(system: FileSystem) -> dict[str, Any]:
    return {"FileSystemId": system.arn.rpartition("/")[2]}


def _policy(edit: Edit) -> Params | None:
    text = policy_text(edit.after.file_system_policy)
    return None if text is None else {**_of(edit.after), "Policy": text}


def _no_policy(edit: Edit) -> Params | None:
    return _of(edit.after) if policy_text(edit.after.file_system_policy) is None else None


def _backups(edit: Edit) -> Params:
    return {**_of(edit.after), "BackupPolicy": {"Status": "ENABLED" if edit.after.automatic_backups else "DISABLED"}}


_BUSY = ("IncorrectFileSystemLifeCycleState",)

FILE_SYSTEM = ApiWriter(
    FileSystem,
    puts=(
        Put(
            Call("efs:PutFileSystemPolicy", ("elasticfilesystem:PutFileSystemPolicy",)),
            _policy,
            ("file_system_policy",),
            busy=_BUSY,
        ),
        Put(
            Call("efs:DeleteFileSystemPolicy", ("elasticfilesystem:DeleteFileSystemPolicy",)),
            _no_policy,
            ("file_system_policy",),
            busy=_BUSY,
        ),
        Put(
            Call("efs:PutBackupPolicy", ("elasticfilesystem:PutBackupPolicy",)),
            _backups,
            ("automatic_backups",),
            busy=_BUSY,
        ),
    ),
)
