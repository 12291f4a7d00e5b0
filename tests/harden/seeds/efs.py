"""File systems that fail."""

from __future__ import annotations

import json
from typing import Any

from harden.aws import ACCOUNT, REGION, Aws, AwsError
from harden.seeded import State, seeds

_MOUNT = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
_OPEN = {"Sid": "All", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": _MOUNT}
_APP = {
    "Sid": "App",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::123456789012:role/app"},
    "Action": _MOUNT,
}


def _system(aws: Aws, *statements: dict[str, Any], backups: str | None = None) -> State:
    """A file system; ``backups`` is the status of its backup policy, where it ever had one."""
    number = "fs-0123456789abcdef0"
    arn = f"arn:aws:elasticfilesystem:{REGION}:{ACCOUNT}:file-system/{number}"
    system = {"FileSystemId": number, "FileSystemArn": arn, "Name": "home", "Encrypted": True}
    told: dict[str, Any] = {"backups": backups, "policy": None}
    if statements:
        told["policy"] = json.dumps({"Version": "2012-10-17", "Statement": statements})

    def read(name: str, reply: Any) -> Any:
        def answer(_: dict[str, Any]) -> dict[str, Any]:
            if told[name] is None:
                raise AwsError("PolicyNotFound")
            found: dict[str, Any] = reply(told[name])
            return found

        return answer

    def write(name: str, value: Any) -> Any:
        def answer(asked: dict[str, Any]) -> None:
            assert asked["FileSystemId"] == number
            told[name] = value(asked)

        return answer

    aws.answers("efs:DescribeFileSystems", {"FileSystems": [system]})
    aws.answers("efs:DescribeFileSystemPolicy", read("policy", lambda text: {"FileSystemId": number, "Policy": text}))
    aws.answers("efs:PutFileSystemPolicy", write("policy", lambda asked: asked["Policy"]))
    aws.answers("efs:DeleteFileSystemPolicy", write("policy", lambda _: None))
    aws.answers("efs:DescribeBackupPolicy", read("backups", lambda status: {"BackupPolicy": {"Status": status}}))
    aws.answers("efs:PutBackupPolicy", write("backups", lambda asked: asked["BackupPolicy"]["Status"]))
    return lambda: {**told, "policy": json.loads(told["policy"] or "{}"), "backups": told["backups"] == "ENABLED"}


@seeds("efs.public-file-system", "efs.plain-mounts", "efs.no-backups")
def file_system_with_everything_wrong(aws: Aws) -> State:
    return _system(aws, _APP, _OPEN)


@seeds("efs.no-backups")
def file_system_whose_backups_were_turned_off(aws: Aws) -> State:
    return _system(aws, _APP, backups="DISABLED")


@seeds("efs.plain-mounts")
def file_system_without_policy(aws: Aws) -> State:
    return _system(aws)


@seeds("efs.public-file-system")
def file_system_with_nothing_but_an_open_policy(aws: Aws) -> State:
    return _system(aws, _OPEN)
