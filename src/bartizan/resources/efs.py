"""Amazon EFS: file systems, access points and mount targets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.model import Gap, Reason, Resource, Unknown, field, resource
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Listing, Reader, Within
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in, terraform_tags


@resource("AWS::EFS::FileSystem", name="file_system_name")
class FileSystem(Resource):
    """An EFS file system of the account's own."""

    file_system_name: str = field("Its tag Name, or else its id.", default="home")
    encrypted: bool = field("Whether it is encrypted.", default=True)
    file_system_policy: PolicyDocument | None = field("Its resource policy.", default=None)
    automatic_backups: bool = field("Whether AWS Backup backs it up every day.", default=True)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::EFS::AccessPoint", name="access_point_name")
class AccessPoint(Resource):
    """A way into an EFS file system, for one application."""

    access_point_name: str = field("Its tag Name, or else its id.", default="shop")
    root_directory: str = field("The directory that its clients take for the root.", default="/shop")
    posix_uid: int | None = field("The user that its clients are taken for, whoever they are.", default=1000)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::EFS::MountTarget", name="mount_target_id")
class MountTarget(Resource):
    """An address in a subnet at which a file system can be mounted."""

    mount_target_id: str = field("Its id.", default="fsmt-1")
    file_system_id: str = field("The id of its file system.", default="fs-1")
    subnet_id: str = field("The subnet that it is in.", default="subnet-1")


_LISTING = Listing(
    Call("efs:DescribeFileSystems", permissions=("elasticfilesystem:DescribeFileSystems",)),
    items="FileSystems",
    params={"MaxItems": 100},
    fields={
        "file_system_name": lambda item: item.get("Name") or item["FileSystemId"],
        "encrypted": lambda item: bool(item.get("Encrypted")),
        "tags": lambda item: tags_in(item.get("Tags") or ()),
    },
)

FILE_SYSTEMS = Reader(
    FileSystem,
    listing=_LISTING,
    arn=lambda item, _: item["FileSystemArn"],
    details=(
        Detail(
            Call("efs:DescribeFileSystemPolicy", permissions=("elasticfilesystem:DescribeFileSystemPolicy",)),
            params=lambda item: {"FileSystemId": item["FileSystemId"]},
            fields={"file_system_policy": lambda reply: parse_policy(reply["Policy"])},
            absent={"PolicyNotFound": {"file_system_policy": None}},
        ),
        Detail(
            Call("efs:DescribeBackupPolicy", permissions=("elasticfilesystem:DescribeBackupPolicy",)),
            params=lambda item: {"FileSystemId": item["FileSystemId"]},
            fields={"automatic_backups": lambda reply: reply["BackupPolicy"]["Status"] in {"ENABLED", "ENABLING"}},
            absent={"PolicyNotFound": {"automatic_backups": False}},
        ),
    ),
)

ACCESS_POINTS = Reader(
    AccessPoint,
    listing=Listing(
        Call("efs:DescribeAccessPoints", permissions=("elasticfilesystem:DescribeAccessPoints",)),
        items="AccessPoints",
        params={"MaxResults": 100},
        fields={
            "access_point_name": lambda item: item.get("Name") or item["AccessPointId"],
            "root_directory": lambda item: (item.get("RootDirectory") or {}).get("Path", "/"),
            "posix_uid": lambda item: (item.get("PosixUser") or {}).get("Uid"),
            "tags": lambda item: tags_in(item.get("Tags") or ()),
        },
    ),
    arn=lambda item, _: item["AccessPointArn"],
)

MOUNT_TARGETS = Reader(
    MountTarget,
    listing=Listing(
        Call("efs:DescribeMountTargets", permissions=("elasticfilesystem:DescribeMountTargets",)),
        items="MountTargets",
        within=Within(
            _LISTING,
            params=lambda item: {"FileSystemId": item["FileSystemId"]},
            when=lambda item: bool(item["NumberOfMountTargets"]),
        ),
        fields={
            "mount_target_id": lambda item: item["MountTargetId"],
            "file_system_id": lambda item: item["FileSystemId"],
            "subnet_id": lambda item: item["SubnetId"],
        },
    ),
    arn=lambda item, scope: scope.arn("elasticfilesystem", f"mount-target/{item['MountTargetId']}"),
)


def _named(block: Block, tags: Mapping[str, str]) -> str:
    if "Name" in tags:
        return tags["Name"]
    raise Unknown(block.what, Gap(Reason.COMPUTED, detail="it has no tag Name, and AWS makes its id"))


def _tf_policy(block: Block) -> PolicyDocument | None:
    apart = block.part("aws_efs_file_system_policy")
    return parse_policy(apart["policy"]) if apart else None


def _tf_backups(block: Block) -> bool:
    apart = block.part("aws_efs_backup_policy")
    return bool(apart and apart["backup_policy"][0]["status"] == "ENABLED")


def _tf_first(block: Block, name: str) -> Mapping[str, Any]:
    nested = block.get(name)
    found: Mapping[str, Any] = nested[0] if nested else {}
    return found


TERRAFORM_FILE_SYSTEM = CodeReader(
    "aws_efs_file_system",
    FileSystem,
    parts=dict.fromkeys(("aws_efs_backup_policy", "aws_efs_file_system_policy"), "file_system_id"),
    defaulted={"aws_efs_file_system": ("encrypted", "tags_all")},
    fields={
        "file_system_name": lambda block: _named(block, terraform_tags(block)),
        "encrypted": lambda block: bool(block.get("encrypted", False)),
        "file_system_policy": _tf_policy,
        "automatic_backups": _tf_backups,
        "tags": terraform_tags,
    },
)

TERRAFORM_ACCESS_POINT = CodeReader(
    "aws_efs_access_point",
    AccessPoint,
    defaulted={"aws_efs_access_point": ("root_directory", "tags_all")},
    fields={
        "access_point_name": lambda block: _named(block, terraform_tags(block)),
        "root_directory": lambda block: _tf_first(block, "root_directory").get("path", "/"),
        "posix_uid": lambda block: _tf_first(block, "posix_user").get("uid"),
        "tags": terraform_tags,
    },
)


def _cf_policy(block: Block) -> PolicyDocument | None:
    document = block.plain("FileSystemPolicy")
    return parse_policy(document) if document else None


CLOUDFORMATION_FILE_SYSTEM = CodeReader(
    "AWS::EFS::FileSystem",
    FileSystem,
    fields={
        "file_system_name": lambda block: _named(block, tags_in(block.get("FileSystemTags", ()))),
        "encrypted": lambda block: block.get("Encrypted", False),
        "file_system_policy": _cf_policy,
        "automatic_backups": lambda block: block.get("BackupPolicy", {}).get("Status") == "ENABLED",
        "tags": lambda block: tags_in(block.get("FileSystemTags", ())),
    },
)

CLOUDFORMATION_ACCESS_POINT = CodeReader(
    "AWS::EFS::AccessPoint",
    AccessPoint,
    fields={
        "access_point_name": lambda block: _named(block, tags_in(block.get("AccessPointTags", ()))),
        "root_directory": lambda block: block.get("RootDirectory", {}).get("Path", "/"),
        "posix_uid": lambda block: int(block["PosixUser"]["Uid"]) if "PosixUser" in block else None,
        "tags": lambda block: tags_in(block.get("AccessPointTags", ())),
    },
)

TERRAFORM_MOUNT_TARGET = CodeReader(
    "aws_efs_mount_target",
    MountTarget,
    fields={
        "mount_target_id": Block.own_id,
        "file_system_id": lambda block: block.id_in("file_system_id"),
        "subnet_id": lambda block: block.id_in("subnet_id"),
    },
)

CLOUDFORMATION_MOUNT_TARGET = CodeReader(
    "AWS::EFS::MountTarget",
    MountTarget,
    fields={
        "mount_target_id": Block.own_id,
        "file_system_id": lambda block: block.id_in("FileSystemId"),
        "subnet_id": lambda block: block.id_in("SubnetId"),
    },
)
