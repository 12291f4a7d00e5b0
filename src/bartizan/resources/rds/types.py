"""The types of Amazon RDS. RDS's API shows the resources of DocumentDB and Neptune too, told apart by their engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from bartizan.model import SAMPLE_TIME, Resource, field, resource
from bartizan.resources.tags import NO_TAGS, TAGS_DOC

_LATER = SAMPLE_TIME + dt.timedelta(days=3650)


@resource("AWS::RDS::DBInstance", name="db_instance_identifier")
class DbInstance(Resource):
    """A database instance: on its own, or one of a cluster of Aurora, DocumentDB or Neptune."""

    db_instance_identifier: str = field("Its name.", default="shop")
    engine: str = field("What it runs, such as `postgres` or `aurora-mysql`.", default="postgres")
    db_cluster_identifier: str | None = field("The cluster that it belongs to.", default=None)
    source_db_instance: str | None = field("The instance or cluster of which it is a read replica.", default=None)
    storage_encrypted: bool = field("Whether its storage is encrypted.", default=True)
    publicly_accessible: bool = field("Whether it has an address on the internet.", default=False)
    security_groups: tuple[str, ...] = field("The ids of its security groups.", default=("sg-1",))
    port: int = field("The port that it listens on.", default=15432)
    backup_retention_period: int = field("For how many days its automated backups are kept.", default=7)
    multi_az: bool = field("Whether a standby waits in another Availability Zone.", default=True)
    iam_authentication: bool = field("Whether IAM identities can sign in to the database.", default=True)
    auto_minor_version_upgrade: bool = field("Whether it takes minor upgrades by itself.", default=True)
    deletion_protection: bool = field("Whether it refuses to be deleted.", default=True)
    copy_tags_to_snapshot: bool = field("Whether its snapshots get its tags.", default=True)
    exported_logs: tuple[str, ...] = field("The logs that it sends to CloudWatch Logs.", default=("postgresql",))
    master_username: str = field("The administrator of the database.", default="keeper")
    managed_password: bool = field("Whether Secrets Manager holds and rotates that password.", default=True)
    certificate_valid_till: dt.datetime | None = field("When its TLS certificate expires.", default=_LATER)
    parameter_group: str = field("The name of its parameter group.", default="shop")
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::RDS::DBCluster", name="db_cluster_identifier")
class DbCluster(Resource):
    """A cluster of Aurora, of RDS (Multi-AZ), of DocumentDB or of Neptune."""

    db_cluster_identifier: str = field("Its name.", default="shop")
    engine: str = field("`aurora-postgresql`, `aurora-mysql`, `docdb`, `neptune`, ...", default="aurora-postgresql")
    storage_encrypted: bool = field("Whether its storage is encrypted.", default=True)
    publicly_accessible: bool = field("Whether a Multi-AZ cluster of RDS is on the internet.", default=False)
    port: int = field("The port that it listens on.", default=15432)
    backup_retention_period: int = field("For how many days its automated backups are kept.", default=7)
    multi_az: bool = field("Whether it has instances in several Availability Zones.", default=True)
    iam_authentication: bool = field("Whether IAM identities can sign in to the database.", default=True)
    deletion_protection: bool = field("Whether it refuses to be deleted.", default=True)
    copy_tags_to_snapshot: bool = field("Whether its snapshots get its tags.", default=True)
    exported_logs: tuple[str, ...] = field("The logs that it sends to CloudWatch Logs.", default=("postgresql",))
    master_username: str = field("The administrator of the database.", default="keeper")
    managed_password: bool = field("Whether Secrets Manager holds and rotates that password.", default=True)
    parameter_group: str = field("The name of its cluster parameter group.", default="shop")
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::RDS::DBParameterGroup", name="parameter_group_name")
class DbParameterGroup(Resource):
    """The settings that instances of RDS share."""

    parameter_group_name: str = field("Its name.", default="shop")
    family: str = field("The engine and version that it is for.", default="postgres16")
    forces_tls: bool = field("Whether the database refuses connections without TLS.", default=True)


@resource("AWS::RDS::DBClusterParameterGroup", name="parameter_group_name")
class DbClusterParameterGroup(Resource):
    """The settings that clusters share."""

    parameter_group_name: str = field("Its name.", default="shop")
    family: str = field("The engine and version that it is for.", default="aurora-postgresql16")
    forces_tls: bool = field("Whether the database refuses connections without TLS.", default=True)
    audits: bool = field("Whether DocumentDB or Neptune writes an audit log.", default=True)


@resource("AWS::RDS::DBSnapshot", name="db_snapshot_identifier")
class DbSnapshot(Resource):
    """A snapshot of a database instance, of the account's own."""

    db_snapshot_identifier: str = field("Its name.", default="shop-1")
    snapshot_type: str = field("`manual`, `automated` or `awsbackup`.", default="manual")
    encrypted: bool = field("Whether it is encrypted.", default=True)
    shared_with: tuple[str, ...] = field("The accounts that may restore it; `all` stands for everyone.", default=())
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::RDS::DBClusterSnapshot", name="db_cluster_snapshot_identifier")
class DbClusterSnapshot(Resource):
    """A snapshot of a cluster of Aurora, RDS, DocumentDB or Neptune, of the account's own."""

    db_cluster_snapshot_identifier: str = field("Its name.", default="shop-1")
    engine: str = field("`aurora-postgresql`, `docdb`, `neptune`, ...", default="aurora-postgresql")
    snapshot_type: str = field("`manual`, `automated` or `awsbackup`.", default="manual")
    encrypted: bool = field("Whether it is encrypted.", default=True)
    shared_with: tuple[str, ...] = field("The accounts that may restore it; `all` stands for everyone.", default=())
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)
