"""Databases that fail."""

from __future__ import annotations

from typing import Any

from harden.aws import Aws
from harden.seeded import State, seeds


def _instance(aws: Aws, **more: Any) -> None:
    aws.client("rds").create_db_instance(
        DBInstanceIdentifier="shop",
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        MasterUsername="keeper",
        MasterUserPassword="not-a-secret",
        AllocatedStorage=20,
        MultiAZ=True,
        StorageEncrypted=True,
        **{
            "BackupRetentionPeriod": 10,
            "DeletionProtection": True,
            "CopyTagsToSnapshot": True,
            "AutoMinorVersionUpgrade": True,
            "EnableIAMDatabaseAuthentication": True,
            "PubliclyAccessible": False,
            **more,
        },
    )


def _answers(aws: Aws, kind: str, database: dict[str, Any]) -> State:
    """One instance or cluster, of which moto does not take all changes.

    Without ``ApplyImmediately`` what can wait is pending; with it, all that was pending is made as well.
    """
    now = {"DeletionProtection", "CopyTagsToSnapshot", "PubliclyAccessible", "AutoMinorVersionUpgrade"}
    shown = {"EnableIAMDatabaseAuthentication": "IAMDatabaseAuthenticationEnabled"}
    pending: dict[str, Any] = database.setdefault("PendingModifiedValues", {})

    def modify(params: dict[str, Any]) -> Any:
        assert params.pop(f"{kind}Identifier") == database[f"{kind}Identifier"]
        at_once = params.pop("ApplyImmediately", False)
        for name, value in params.items():
            (database if at_once or name in now else pending)[shown.get(name, name)] = value
        if at_once:
            database.update(pending)
            pending.clear()

    aws.answers(f"rds:Modify{kind}", modify)
    aws.answers(f"rds:Describe{kind}s", lambda _: {f"{kind}s": [database]})
    return lambda: database


def _cluster(aws: Aws, **more: Any) -> State:
    return _answers(
        aws,
        "DBCluster",
        {
            "DBClusterIdentifier": "shop",
            "DBClusterArn": "arn:aws:rds:eu-west-1:123456789012:cluster:shop",
            "Engine": "aurora-postgresql",
            "StorageEncrypted": True,
            "BackupRetentionPeriod": 7,
            "DeletionProtection": True,
            "CopyTagsToSnapshot": True,
            "IAMDatabaseAuthenticationEnabled": True,
            **more,
        },
    )


@seeds(
    "rds.public-instance",
    "rds.open-to-internet",
    "rds.short-backups",
    "rds.instance-without-deletion-protection",
    "rds.instance-snapshots-without-tags",
    "rds.no-minor-upgrades",
    "rds.no-iam-authentication",
)
def instance_with_everything_wrong(aws: Aws) -> None:
    ec2 = aws.client("ec2")
    group = ec2.create_security_group(GroupName="db", Description="of the shop")["GroupId"]
    wide = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[wide])
    _instance(
        aws,
        Port=5432,
        VpcSecurityGroupIds=[group],
        PubliclyAccessible=True,
        BackupRetentionPeriod=0,
        DeletionProtection=False,
        CopyTagsToSnapshot=False,
        AutoMinorVersionUpgrade=False,
        EnableIAMDatabaseAuthentication=False,
    )


@seeds("rds.short-backups")
def instance_that_keeps_backups_for_a_day(aws: Aws) -> None:
    _instance(aws, BackupRetentionPeriod=1)


@seeds("rds.instance-without-deletion-protection")
def instance_whose_new_class_waits_for_the_window(aws: Aws) -> State:
    _instance(aws, DeletionProtection=False)
    found = aws.client("rds").describe_db_instances(DBInstanceIdentifier="shop")["DBInstances"][0]
    return _answers(aws, "DBInstance", {**found, "PendingModifiedValues": {"DBInstanceClass": "db.r8g.large"}})


@seeds(
    "rds.short-cluster-backups",
    "rds.cluster-without-deletion-protection",
    "rds.cluster-snapshots-without-tags",
    "rds.cluster-without-iam-authentication",
)
def cluster_with_everything_wrong(aws: Aws) -> State:
    wrong = {"DeletionProtection": False, "CopyTagsToSnapshot": False, "IAMDatabaseAuthenticationEnabled": False}
    return _cluster(aws, BackupRetentionPeriod=1, **wrong)


@seeds("rds.cluster-without-deletion-protection", "rds.short-cluster-backups")
def cluster_of_documents(aws: Aws) -> State:
    return _cluster(aws, Engine="docdb", DeletionProtection=False, BackupRetentionPeriod=3)


@seeds("rds.public-snapshot", "rds.shared-snapshot")
def snapshot_for_everyone_and_a_partner(aws: Aws) -> None:
    _instance(aws)
    rds = aws.client("rds")
    rds.create_db_snapshot(DBInstanceIdentifier="shop", DBSnapshotIdentifier="shop-1")
    rds.modify_db_snapshot_attribute(
        DBSnapshotIdentifier="shop-1", AttributeName="restore", ValuesToAdd=["all", "444455556666"]
    )


@seeds("rds.public-cluster-snapshot", "rds.shared-cluster-snapshot")
def cluster_snapshot_for_everyone_and_a_partner(aws: Aws) -> None:
    rds = aws.client("rds")
    rds.create_db_cluster(
        DBClusterIdentifier="shop",
        Engine="aurora-postgresql",
        MasterUsername="keeper",
        MasterUserPassword="not-a-secret",
    )
    rds.create_db_cluster_snapshot(DBClusterIdentifier="shop", DBClusterSnapshotIdentifier="shop-1")
    rds.modify_db_cluster_snapshot_attribute(
        DBClusterSnapshotIdentifier="shop-1", AttributeName="restore", ValuesToAdd=["all", "444455556666"]
    )
