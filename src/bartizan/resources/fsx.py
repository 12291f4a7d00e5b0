"""Amazon FSx: file systems of Windows File Server, Lustre, NetApp ONTAP and OpenZFS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bartizan.model import Gap, Reason, Resource, Unknown, field, resource
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Item, Join, Listing, Reader
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in, terraform_tags


@resource("AWS::FSx::FileSystem", name="file_system_name")
class FileSystem(Resource):
    """An FSx file system."""

    file_system_name: str = field("Its tag Name, or else its id.", default="home")
    file_system_type: str = field("`WINDOWS`, `LUSTRE`, `ONTAP` or `OPENZFS`.", default="WINDOWS")
    deployment_type: str = field("How it is laid out, such as `MULTI_AZ_1` or `SCRATCH_2`.", default="MULTI_AZ_1")
    kms_key_id: str | None = field("The KMS key that encrypts it, if any does.", default=None)
    backup_retention: int = field("For how many days its automatic backups are kept; 0 for none.", default=30)
    has_repository: bool = field("Whether it is a view of files in S3.", default=False)
    copies_tags_to_backups: bool = field("Whether its backups get its tags.", default=True)
    copies_tags_to_volumes: bool = field("Whether volumes of OpenZFS get its tags.", default=False)
    audit_log: bool = field("Whether Windows records who opens which file.", default=True)
    root_squash: bool = field("Whether Lustre takes root on a client for somebody else.", default=False)
    network_interfaces: tuple[str, ...] = field("The ids of its network interfaces.", default=())
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


SETTINGS = {
    "WINDOWS": "WindowsConfiguration",
    "LUSTRE": "LustreConfiguration",
    "ONTAP": "OntapConfiguration",
    "OPENZFS": "OpenZFSConfiguration",
}
_AUDITS = ("FileAccessAuditLogLevel", "FileShareAccessAuditLogLevel")


def _settings(source: Mapping[str, Any]) -> Mapping[str, Any]:
    """What AWS and CloudFormation hold apart for each kind of file system, under the same names."""
    found: Mapping[str, Any] = source.get(SETTINGS[source["FileSystemType"]]) or {}
    return found


def _audits(source: Mapping[str, Any]) -> bool:
    log = _settings(source).get("AuditLogConfiguration") or {}
    return any(log.get(name, "DISABLED") != "DISABLED" for name in _AUDITS)


def _squashes(source: Mapping[str, Any]) -> bool:
    squash = (_settings(source).get("RootSquashConfiguration") or {}).get("RootSquash")
    # `0:0` leaves root what it is.
    return bool(squash) and squash != "0:0"


FILE_SYSTEMS = Reader(
    FileSystem,
    listing=Listing(
        Call("fsx:DescribeFileSystems"),
        items="FileSystems",
        fields={
            "file_system_name": lambda item: tags_in(item.get("Tags") or ()).get("Name") or item["FileSystemId"],
            "file_system_type": lambda item: item["FileSystemType"],
            "deployment_type": lambda item: _settings(item)["DeploymentType"],
            "kms_key_id": lambda item: item.get("KmsKeyId"),
            "backup_retention": lambda item: int(_settings(item).get("AutomaticBackupRetentionDays") or 0),
            "copies_tags_to_backups": lambda item: bool(_settings(item).get("CopyTagsToBackups")),
            "copies_tags_to_volumes": lambda item: bool(_settings(item).get("CopyTagsToVolumes")),
            "audit_log": _audits,
            "root_squash": _squashes,
            "network_interfaces": lambda item: tuple(sorted(item.get("NetworkInterfaceIds") or ())),
            "tags": lambda item: tags_in(item.get("Tags") or ()),
        },
    ),
    arn=lambda item, _: item["ResourceARN"],
    joins=(
        Join(
            Listing(Call("fsx:DescribeDataRepositoryAssociations"), items="Associations"),
            index=lambda found: {each["FileSystemId"] for each in found},
            fields={"has_repository": lambda item, linked: _imports(item) or item["FileSystemId"] in linked},
        ),
    ),
)


def _imports(item: Item) -> bool:
    return bool(_settings(item).get("DataRepositoryConfiguration"))


def _named(block: Block, tags: Mapping[str, str]) -> str:
    if "Name" in tags:
        return tags["Name"]
    raise Unknown(block.what, Gap(Reason.COMPUTED, detail="it has no tag Name, and AWS makes its id"))


def _no_interfaces(block: Block) -> tuple[str, ...]:
    raise Unknown(block.what, Gap(Reason.COMPUTED, detail="AWS makes its network interfaces"))


def _tf_first(block: Block, name: str) -> Mapping[str, Any]:
    nested = block.get(name) or ()
    found: Mapping[str, Any] = nested[0] if nested else {}
    return found


def _tf_audits(block: Block) -> bool:
    log = _tf_first(block, "audit_log_configuration")
    names = ("file_access_audit_log_level", "file_share_access_audit_log_level")
    return any(log.get(name, "DISABLED") != "DISABLED" for name in names)


def _terraform(
    kind: str, deployment_type: str, backup_retention: int, **fields: Callable[[Block], Any]
) -> Mapping[str, Callable[[Block], Any]]:
    """The fields of one kind of file system, with what Terraform's provider takes where the code says nothing."""
    return {
        "file_system_name": lambda block: _named(block, terraform_tags(block)),
        "file_system_type": lambda _: kind,
        "deployment_type": lambda block: block.get("deployment_type", deployment_type),
        "kms_key_id": lambda block: block.id_if_given("kms_key_id"),
        "backup_retention": lambda block: int(block.get("automatic_backup_retention_days", backup_retention)),
        "has_repository": lambda _: False,
        "copies_tags_to_backups": lambda block: bool(block.get("copy_tags_to_backups", False)),
        "copies_tags_to_volumes": lambda block: bool(block.get("copy_tags_to_volumes", False)),
        "audit_log": lambda _: False,
        "root_squash": lambda _: False,
        "network_interfaces": _no_interfaces,
        "tags": terraform_tags,
        **fields,
    }


TERRAFORM_WINDOWS = CodeReader(
    "aws_fsx_windows_file_system",
    FileSystem,
    defaulted={"aws_fsx_windows_file_system": ("tags_all", "kms_key_id", "audit_log_configuration")},
    fields=_terraform("WINDOWS", "SINGLE_AZ_1", 7, audit_log=_tf_audits),
)

_TF_ASSOCIATION = "aws_fsx_data_repository_association"

TERRAFORM_LUSTRE = CodeReader(
    "aws_fsx_lustre_file_system",
    FileSystem,
    parts={_TF_ASSOCIATION: "file_system_id"},
    defaulted={"aws_fsx_lustre_file_system": ("tags_all", "kms_key_id", "automatic_backup_retention_days")},
    fields=_terraform(
        "LUSTRE",
        "SCRATCH_1",
        0,
        has_repository=lambda block: bool(block.get("import_path") or block.parts(_TF_ASSOCIATION)),
        root_squash=lambda block: (
            _tf_first(block, "root_squash_configuration").get("root_squash", "0:0") not in {"0:0", ""}
        ),
    ),
)

TERRAFORM_ONTAP = CodeReader(
    "aws_fsx_ontap_file_system",
    FileSystem,
    defaulted={"aws_fsx_ontap_file_system": ("tags_all", "kms_key_id")},
    fields=_terraform("ONTAP", "", 0),
)

TERRAFORM_OPENZFS = CodeReader(
    "aws_fsx_openzfs_file_system",
    FileSystem,
    defaulted={"aws_fsx_openzfs_file_system": ("tags_all", "kms_key_id")},
    fields=_terraform("OPENZFS", "", 0),
)

_CF_ASSOCIATION = "AWS::FSx::DataRepositoryAssociation"


def _cf_retention(block: Block) -> int:
    default = 0 if block["FileSystemType"] == "LUSTRE" else 30
    return int(_settings(block).get("AutomaticBackupRetentionDays", default))


def _cf_deployment(block: Block) -> str:
    default = "SCRATCH_1" if block["FileSystemType"] == "LUSTRE" else "SINGLE_AZ_1"
    return str(_settings(block).get("DeploymentType", default))


CLOUDFORMATION_FILE_SYSTEM = CodeReader(
    "AWS::FSx::FileSystem",
    FileSystem,
    parts={_CF_ASSOCIATION: "FileSystemId"},
    fields={
        "file_system_name": lambda block: _named(block, tags_in(block.get("Tags", ()))),
        "file_system_type": lambda block: block["FileSystemType"],
        "deployment_type": _cf_deployment,
        "kms_key_id": lambda block: block.id_if_given("KmsKeyId"),
        "backup_retention": _cf_retention,
        "has_repository": lambda block: bool(_settings(block).get("ImportPath") or block.parts(_CF_ASSOCIATION)),
        "copies_tags_to_backups": lambda block: bool(_settings(block).get("CopyTagsToBackups", False)),
        "copies_tags_to_volumes": lambda block: bool(_settings(block).get("CopyTagsToVolumes", False)),
        "audit_log": _audits,
        "root_squash": _squashes,
        "network_interfaces": _no_interfaces,
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)
