"""How the resources of Amazon RDS, DocumentDB and Neptune are read from Terraform and CloudFormation."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from bartizan.model import Gap, Reason, Unknown
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.rds.aws import audits, forces_tls
from bartizan.resources.rds.types import (
    DbCluster,
    DbClusterParameterGroup,
    DbClusterSnapshot,
    DbInstance,
    DbParameterGroup,
    DbSnapshot,
)
from bartizan.resources.tags import tags_in, terraform_tags

_PORTS = {"postgres": 5432, "mysql": 3306, "mariadb": 3306, "oracle": 1521, "sqlserver": 1433, "db2": 50000}
_CLUSTER_PORTS = {
    "aurora-postgresql": 5432,
    "aurora": 3306,
    "mysql": 3306,
    "postgres": 5432,
    "docdb": 27017,
    "neptune": 8182,
}
_FAMILY = re.compile(r"^(.*?)(\d+)(?:\.(\d+))?$")
# From which version on an engine forces TLS where the group says nothing; others have never done so.
_FORCED_SINCE = {"postgres": (15, 0), "aurora-postgresql": (17, 0), "mariadb": (11, 8), "docdb": (0, 0)}
# Up to which version it is known that it does not.
_FREE_UNTIL = {"mysql": (8, 4), "aurora-mysql": (8, 0)}


def _not_said(block: Block, what: str) -> Unknown:
    return Unknown(block.what, Gap(Reason.COMPUTED, detail=f"{what} depends on what AWS makes of it"))


def _port(block: Block, name: str, ports: Mapping[str, int], engine: str) -> int:
    if name in block:
        return int(block[name])
    for prefix, port in ports.items():
        if engine.startswith(prefix):
            return port
    raise _not_said(block, "the port")


def default_forces_tls(family: str) -> bool:
    """Whether a group of that family forces TLS where it says nothing of it; raises ``Unknown`` for newer families.

    Sources: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html,
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mariadb-ssl-connections.require-ssl.html,
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-ssl-connections.require-ssl.html,
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Security.html and
    https://docs.aws.amazon.com/documentdb/latest/developerguide/security.encryption.ssl.html
    """
    found = _FAMILY.match(family)
    engine, version = (found[1], (int(found[2]), int(found[3] or 0))) if found else (family, (0, 0))
    if engine in _FORCED_SINCE:
        return version >= _FORCED_SINCE[engine]
    if version > _FREE_UNTIL.get(engine, version):
        raise Unknown(f"what {family} does by default", Gap(Reason.NOT_READ, detail="the code sets no TLS parameter"))
    return False


def _forces(parameters: Mapping[str, Any], family: str) -> bool:
    named = {"rds.force_ssl", "require_secure_transport", "tls"}.intersection(parameters)
    return forces_tls(parameters) if named else default_forces_tls(family)


def _tf_parameters(block: Block) -> dict[str, Any]:
    return {each["name"]: each["value"] for each in block.get("parameter", ())}


def _tf_group(code_type: str, kind: type[DbParameterGroup | DbClusterParameterGroup]) -> CodeReader:
    fields: dict[str, Callable[[Block], Any]] = {
        "parameter_group_name": lambda block: block["name"],
        "family": lambda block: block["family"],
        "forces_tls": lambda block: _forces(_tf_parameters(block), block["family"]),
    }
    if kind is DbClusterParameterGroup:
        fields["audits"] = lambda block: audits(_tf_parameters(block))
    return CodeReader(code_type, kind, fields=fields, defaulted={code_type: ("tags_all",)})


TERRAFORM_GROUP = _tf_group("aws_db_parameter_group", DbParameterGroup)
TERRAFORM_CLUSTER_GROUP = _tf_group("aws_rds_cluster_parameter_group", DbClusterParameterGroup)
TERRAFORM_DOCDB_GROUP = _tf_group("aws_docdb_cluster_parameter_group", DbClusterParameterGroup)
TERRAFORM_NEPTUNE_GROUP = _tf_group("aws_neptune_cluster_parameter_group", DbClusterParameterGroup)

TERRAFORM_INSTANCE = CodeReader(
    "aws_db_instance",
    DbInstance,
    defaulted={"aws_db_instance": ("backup_retention_period", "multi_az", "port", "replicate_source_db", "tags_all")},
    fields={
        "db_instance_identifier": lambda block: block["identifier"],
        "engine": lambda block: block["engine"],
        "db_cluster_identifier": lambda _: None,
        "source_db_instance": lambda block: block.get("replicate_source_db"),
        "storage_encrypted": lambda block: block.get("storage_encrypted", False),
        "publicly_accessible": lambda block: block.get("publicly_accessible", False),
        "security_groups": lambda block: tuple(sorted(block.get("vpc_security_group_ids", ()))),
        "port": lambda block: _port(block, "port", _PORTS, block["engine"]),
        # The provider keeps no backups where the code does not ask for any.
        "backup_retention_period": lambda block: int(block.get("backup_retention_period", 0)),
        "multi_az": lambda block: bool(block.get("multi_az", False)),
        "iam_authentication": lambda block: bool(block.get("iam_database_authentication_enabled", False)),
        "auto_minor_version_upgrade": lambda block: block.get("auto_minor_version_upgrade", True),
        "deletion_protection": lambda block: bool(block.get("deletion_protection", False)),
        "copy_tags_to_snapshot": lambda block: bool(block.get("copy_tags_to_snapshot", False)),
        "exported_logs": lambda block: tuple(sorted(block.get("enabled_cloudwatch_logs_exports", ()))),
        "master_username": lambda block: block["username"],
        "managed_password": lambda block: bool(block.get("manage_master_user_password", False)),
        "parameter_group": lambda block: block["parameter_group_name"],
        "tags": terraform_tags,
    },
)


def _tf_member(code_type: str) -> CodeReader:
    """What the code says of an instance of a cluster; the rest is the cluster's."""
    return CodeReader(
        code_type,
        DbInstance,
        defaulted={code_type: ("publicly_accessible", "tags_all")},
        fields={
            "db_instance_identifier": lambda block: block["identifier"],
            "engine": lambda block: block["engine"],
            "db_cluster_identifier": lambda block: block["cluster_identifier"],
            "publicly_accessible": lambda block: bool(block.get("publicly_accessible", False)),
            "auto_minor_version_upgrade": lambda block: block.get("auto_minor_version_upgrade", True),
            "copy_tags_to_snapshot": lambda block: bool(block.get("copy_tags_to_snapshot", False)),
            "tags": terraform_tags,
        },
    )


TERRAFORM_MEMBER = _tf_member("aws_rds_cluster_instance")
TERRAFORM_DOCDB_MEMBER = _tf_member("aws_docdb_cluster_instance")
TERRAFORM_NEPTUNE_MEMBER = _tf_member("aws_neptune_cluster_instance")


def _tf_cluster(code_type: str, group: str, engine: str | None, *, iam: str | None) -> CodeReader:
    """``group`` and ``iam`` are the attributes of its parameter group and of signing in by IAM."""

    def engine_of(block: Block) -> str:
        found: str = block["engine"] if engine is None else block.get("engine", engine)
        return found

    return CodeReader(
        code_type,
        DbCluster,
        defaulted={code_type: ("port", "storage_encrypted", "tags_all")},
        fields={
            "db_cluster_identifier": lambda block: block["cluster_identifier"],
            "engine": engine_of,
            "storage_encrypted": lambda block: _encrypted(block, "storage_encrypted", engine_of(block)),
            "publicly_accessible": lambda _: False,
            "port": lambda block: _port(block, "port", _CLUSTER_PORTS, engine_of(block)),
            "backup_retention_period": lambda block: int(block.get("backup_retention_period", 1)),
            "iam_authentication": lambda block: bool(iam and block.get(iam, False)),
            "deletion_protection": lambda block: bool(block.get("deletion_protection", False)),
            "copy_tags_to_snapshot": lambda block: bool(block.get("copy_tags_to_snapshot", False)),
            "exported_logs": lambda block: tuple(
                sorted(
                    block.get("enabled_cloudwatch_logs_exports", block.get("enable_cloudwatch_logs_exports", ())),
                )
            ),
            "master_username": lambda block: block.get("master_username", ""),
            "managed_password": lambda block: bool(block.get("manage_master_user_password", False)),
            "parameter_group": lambda block: block[group],
            "tags": terraform_tags,
        },
    )


def _encrypted(block: Block, name: str, engine: str) -> bool:
    if name not in block and engine.startswith("aurora"):
        # AWS began to encrypt new clusters of Aurora with a key of its own, so what it makes of silence varies.
        raise _not_said(block, "encryption")
    return bool(block.get(name, False))


TERRAFORM_CLUSTER = _tf_cluster(
    "aws_rds_cluster", "db_cluster_parameter_group_name", None, iam="iam_database_authentication_enabled"
)
TERRAFORM_DOCDB = _tf_cluster("aws_docdb_cluster", "db_cluster_parameter_group_name", "docdb", iam=None)
TERRAFORM_NEPTUNE = _tf_cluster(
    "aws_neptune_cluster",
    "neptune_cluster_parameter_group_name",
    "neptune",
    iam="iam_database_authentication_enabled",
)


def _public(block: Block) -> bool:
    if "PubliclyAccessible" in block:
        return bool(block["PubliclyAccessible"])
    subnets: str | None = block.get("DBSubnetGroupName")
    return not block.get("Engine", "").startswith("aurora") if subnets is None else subnets == "default"


_CF_COMMON: Mapping[str, Callable[[Block], Any]] = {
    "iam_authentication": lambda block: block.get(
        "EnableIAMDatabaseAuthentication", block.get("IamAuthEnabled", False)
    ),
    "deletion_protection": lambda block: block.get("DeletionProtection", False),
    "copy_tags_to_snapshot": lambda block: block.get("CopyTagsToSnapshot", False),
    "exported_logs": lambda block: tuple(sorted(block.get("EnableCloudwatchLogsExports", ()))),
    "master_username": lambda block: block.get("MasterUsername", ""),
    "managed_password": lambda block: block.get("ManageMasterUserPassword", False),
    "backup_retention_period": lambda block: int(block.get("BackupRetentionPeriod", 1)),
    "tags": lambda block: tags_in(block.get("Tags", ())),
}

CLOUDFORMATION_INSTANCE = CodeReader(
    "AWS::RDS::DBInstance",
    DbInstance,
    fields={
        **_CF_COMMON,
        "db_instance_identifier": lambda block: block["DBInstanceIdentifier"],
        "engine": lambda block: block["Engine"],
        "db_cluster_identifier": lambda block: block.get("DBClusterIdentifier"),
        "storage_encrypted": lambda block: _encrypted(block, "StorageEncrypted", block.get("Engine", "")),
        "source_db_instance": lambda block: block.get(
            "SourceDBInstanceIdentifier", block.get("SourceDBClusterIdentifier")
        ),
        "publicly_accessible": _public,
        "security_groups": lambda block: tuple(sorted(block.get("VPCSecurityGroups", ()))),
        "port": lambda block: _port(block, "Port", _PORTS, block["Engine"]),
        "multi_az": lambda block: block.get("MultiAZ", False),
        "auto_minor_version_upgrade": lambda block: block.get("AutoMinorVersionUpgrade", True),
        "parameter_group": lambda block: block["DBParameterGroupName"],
    },
)


def _cf_cluster(code_type: str, engine: str | None, port: str, group: str) -> CodeReader:
    def engine_of(block: Block) -> str:
        found: str = engine or block["Engine"]
        return found

    return CodeReader(
        code_type,
        DbCluster,
        fields={
            **_CF_COMMON,
            "db_cluster_identifier": lambda block: block["DBClusterIdentifier"],
            "engine": engine_of,
            "storage_encrypted": lambda block: _encrypted(block, "StorageEncrypted", engine_of(block)),
            "publicly_accessible": lambda block: block.get("PubliclyAccessible", False),
            "port": lambda block: _port(block, port, _CLUSTER_PORTS, engine_of(block)),
            "parameter_group": lambda block: block[group],
        },
    )


CLOUDFORMATION_CLUSTER = _cf_cluster("AWS::RDS::DBCluster", None, "Port", "DBClusterParameterGroupName")
CLOUDFORMATION_DOCDB = _cf_cluster("AWS::DocDB::DBCluster", "docdb", "Port", "DBClusterParameterGroupName")
CLOUDFORMATION_NEPTUNE = _cf_cluster("AWS::Neptune::DBCluster", "neptune", "DBPort", "DBClusterParameterGroupName")


def _cf_group(code_type: str, kind: type[DbParameterGroup | DbClusterParameterGroup], name: str) -> CodeReader:
    fields: dict[str, Callable[[Block], Any]] = {
        "parameter_group_name": lambda block: block[name],
        "family": lambda block: block["Family"],
        "forces_tls": lambda block: _forces(block.get("Parameters", {}), block["Family"]),
    }
    if kind is DbClusterParameterGroup:
        fields["audits"] = lambda block: audits(block.get("Parameters", {}))
    return CodeReader(code_type, kind, fields=fields)


CLOUDFORMATION_GROUP = _cf_group("AWS::RDS::DBParameterGroup", DbParameterGroup, "DBParameterGroupName")
CLOUDFORMATION_CLUSTER_GROUP = _cf_group(
    "AWS::RDS::DBClusterParameterGroup", DbClusterParameterGroup, "DBClusterParameterGroupName"
)
CLOUDFORMATION_DOCDB_GROUP = _cf_group("AWS::DocDB::DBClusterParameterGroup", DbClusterParameterGroup, "Name")
CLOUDFORMATION_NEPTUNE_GROUP = _cf_group("AWS::Neptune::DBClusterParameterGroup", DbClusterParameterGroup, "Name")


def _shared_with(block: Block) -> tuple[str, ...]:
    return tuple(sorted(block.get("shared_accounts") or ())) or block.if_new((), "whom it is shared with")


def _tf_snapshot(code_type: str, kind: type[DbSnapshot | DbClusterSnapshot], field: str, name: str) -> CodeReader:
    """A snapshot is encrypted as what it is taken of, which the code does not say."""
    return CodeReader(
        code_type,
        kind,
        defaulted={code_type: ("tags_all",)},
        fields={
            field: lambda block: block[name],
            "snapshot_type": lambda _: "manual",
            "shared_with": _shared_with,
            "tags": terraform_tags,
        },
    )


_ID, _CLUSTER_ID = "db_snapshot_identifier", "db_cluster_snapshot_identifier"
TERRAFORM_SNAPSHOT = _tf_snapshot("aws_db_snapshot", DbSnapshot, _ID, _ID)
TERRAFORM_SNAPSHOT_COPY = _tf_snapshot("aws_db_snapshot_copy", DbSnapshot, _ID, f"target_{_ID}")
TERRAFORM_CLUSTER_SNAPSHOT = _tf_snapshot("aws_db_cluster_snapshot", DbClusterSnapshot, _CLUSTER_ID, _CLUSTER_ID)
TERRAFORM_CLUSTER_SNAPSHOT_COPY = _tf_snapshot(
    "aws_rds_cluster_snapshot_copy", DbClusterSnapshot, _CLUSTER_ID, f"target_{_CLUSTER_ID}"
)


def _cf_snapshot(code_type: str, kind: type[DbSnapshot | DbClusterSnapshot], field: str, name: str) -> CodeReader:
    return CodeReader(
        code_type,
        kind,
        fields={
            field: lambda block: block[name],
            "snapshot_type": lambda _: "manual",
            # A template cannot share one.
            "shared_with": lambda _: (),
            "tags": lambda block: tags_in(block.get("Tags", ())),
        },
    )


CLOUDFORMATION_SNAPSHOT = _cf_snapshot("AWS::RDS::DBSnapshot", DbSnapshot, _ID, "DBSnapshotIdentifier")
CLOUDFORMATION_CLUSTER_SNAPSHOT = _cf_snapshot(
    "AWS::RDS::ClusterSnapshot", DbClusterSnapshot, _CLUSTER_ID, "DBClusterSnapshotIdentifier"
)
