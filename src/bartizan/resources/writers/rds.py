"""Instances and clusters of RDS, DocumentDB and Neptune as code."""

from __future__ import annotations

from bartizan.resources.rds.types import DbCluster, DbClusterSnapshot, DbInstance, DbSnapshot
from bartizan.resources.writing import CodeWriter, tags_map, tags_pairs


def _family(resource: DbInstance | DbCluster) -> str:
    """Which of the three services it is of, as Terraform and CloudFormation tell them apart."""
    return next((each for each in ("docdb", "neptune") if resource.engine.startswith(each)), "rds")


def _alone(instance: DbInstance) -> bool:
    return not instance.db_cluster_identifier


TERRAFORM_INSTANCE = CodeWriter(
    "aws_db_instance",
    DbInstance,
    names={"db_instance_identifier": "identifier"},
    fields={
        "publicly_accessible": "publicly_accessible",
        "iam_authentication": "iam_database_authentication_enabled",
        "backup_retention_period": "backup_retention_period",
        "deletion_protection": "deletion_protection",
        "auto_minor_version_upgrade": "auto_minor_version_upgrade",
        "copy_tags_to_snapshot": "copy_tags_to_snapshot",
        "storage_encrypted": "storage_encrypted",
        "multi_az": "multi_az",
        "engine": "engine",
        "managed_password": "manage_master_user_password",
        "exported_logs": "enabled_cloudwatch_logs_exports",
        "parameter_group": "parameter_group_name",
        "port": "port",
        "tags": tags_map,
    },
    import_id=lambda instance: instance.db_instance_identifier,
    when=_alone,
)


def _tf_member(family: str, **others: str) -> CodeWriter:
    return CodeWriter(
        f"aws_{family}_cluster_instance",
        DbInstance,
        names={"db_instance_identifier": "identifier"},
        fields={
            "db_cluster_identifier": "cluster_identifier",
            "publicly_accessible": "publicly_accessible",
            "auto_minor_version_upgrade": "auto_minor_version_upgrade",
            "engine": "engine",
            "tags": tags_map,
            **others,
        },
        import_id=lambda instance: instance.db_instance_identifier,
        when=lambda instance: not _alone(instance) and _family(instance) == family,
    )


TERRAFORM_MEMBER = _tf_member("rds", copy_tags_to_snapshot="copy_tags_to_snapshot")
TERRAFORM_DOCDB_MEMBER = _tf_member("docdb", copy_tags_to_snapshot="copy_tags_to_snapshot")
TERRAFORM_NEPTUNE_MEMBER = _tf_member("neptune")


def _tf_cluster(family: str, **others: str) -> CodeWriter:
    return CodeWriter(
        f"aws_{family}_cluster",
        DbCluster,
        names={"db_cluster_identifier": "cluster_identifier"},
        fields={
            "backup_retention_period": "backup_retention_period",
            "deletion_protection": "deletion_protection",
            "storage_encrypted": "storage_encrypted",
            "engine": "engine",
            "port": "port",
            "tags": tags_map,
            **others,
        },
        import_id=lambda cluster: cluster.db_cluster_identifier,
        when=lambda cluster: _family(cluster) == family,
    )


_IAM = "iam_database_authentication_enabled"

TERRAFORM_CLUSTER = _tf_cluster(
    "rds",
    iam_authentication=_IAM,
    copy_tags_to_snapshot="copy_tags_to_snapshot",
    managed_password="manage_master_user_password",  # noqa: S106 - the name of an attribute
    exported_logs="enabled_cloudwatch_logs_exports",
    parameter_group="db_cluster_parameter_group_name",
)
TERRAFORM_DOCDB = _tf_cluster(
    "docdb",
    managed_password="manage_master_user_password",  # noqa: S106 - as above
    exported_logs="enabled_cloudwatch_logs_exports",
    parameter_group="db_cluster_parameter_group_name",
)
TERRAFORM_NEPTUNE = _tf_cluster(
    "neptune",
    iam_authentication=_IAM,
    copy_tags_to_snapshot="copy_tags_to_snapshot",
    exported_logs="enable_cloudwatch_logs_exports",
    parameter_group="neptune_cluster_parameter_group_name",
)

CLOUDFORMATION_INSTANCE = CodeWriter(
    "AWS::RDS::DBInstance",
    DbInstance,
    names={"db_instance_identifier": "DBInstanceIdentifier"},
    fields={
        "db_cluster_identifier": "DBClusterIdentifier",
        "publicly_accessible": "PubliclyAccessible",
        "iam_authentication": "EnableIAMDatabaseAuthentication",
        "backup_retention_period": "BackupRetentionPeriod",
        "deletion_protection": "DeletionProtection",
        "auto_minor_version_upgrade": "AutoMinorVersionUpgrade",
        "copy_tags_to_snapshot": "CopyTagsToSnapshot",
        "storage_encrypted": "StorageEncrypted",
        "multi_az": "MultiAZ",
        "engine": "Engine",
        "managed_password": "ManageMasterUserPassword",
        "exported_logs": "EnableCloudwatchLogsExports",
        "parameter_group": "DBParameterGroupName",
        "port": lambda instance: {"Port": str(instance.port)},
        "tags": tags_pairs,
    },
    when=lambda instance: _family(instance) == "rds",
)


def _cfn_cluster(family: str, code_type: str, **others: str) -> CodeWriter:
    return CodeWriter(
        code_type,
        DbCluster,
        names={"db_cluster_identifier": "DBClusterIdentifier"},
        fields={
            "backup_retention_period": "BackupRetentionPeriod",
            "deletion_protection": "DeletionProtection",
            "storage_encrypted": "StorageEncrypted",
            "tags": tags_pairs,
            **others,
        },
        when=lambda cluster: _family(cluster) == family,
    )


CLOUDFORMATION_CLUSTER = _cfn_cluster(
    "rds",
    "AWS::RDS::DBCluster",
    engine="Engine",
    port="Port",
    iam_authentication="EnableIAMDatabaseAuthentication",
    copy_tags_to_snapshot="CopyTagsToSnapshot",
    managed_password="ManageMasterUserPassword",  # noqa: S106 - the name of a property
    exported_logs="EnableCloudwatchLogsExports",
    parameter_group="DBClusterParameterGroupName",
)
CLOUDFORMATION_DOCDB = _cfn_cluster(
    "docdb",
    "AWS::DocDB::DBCluster",
    port="Port",
    copy_tags_to_snapshot="CopyTagsToSnapshot",
    exported_logs="EnableCloudwatchLogsExports",
    parameter_group="DBClusterParameterGroupName",
)
CLOUDFORMATION_NEPTUNE = _cfn_cluster(
    "neptune",
    "AWS::Neptune::DBCluster",
    port="DBPort",
    iam_authentication="IamAuthEnabled",
    copy_tags_to_snapshot="CopyTagsToSnapshot",
    exported_logs="EnableCloudwatchLogsExports",
    parameter_group="DBClusterParameterGroupName",
)

TERRAFORM_SNAPSHOT = CodeWriter(
    "aws_db_snapshot",
    DbSnapshot,
    names={"db_snapshot_identifier": "db_snapshot_identifier"},
    fields={"shared_with": "shared_accounts", "tags": tags_map},
    import_id=lambda snapshot: snapshot.db_snapshot_identifier,
)

TERRAFORM_CLUSTER_SNAPSHOT = CodeWriter(
    "aws_db_cluster_snapshot",
    DbClusterSnapshot,
    names={"db_cluster_snapshot_identifier": "db_cluster_snapshot_identifier"},
    fields={"shared_with": "shared_accounts", "tags": tags_map},
    import_id=lambda snapshot: snapshot.db_cluster_snapshot_identifier,
)
