"""Databases, caches, streams, brokers and catalogs."""

from __future__ import annotations

from typing import Any

from variety.cloud import ACCOUNT, HOME, Cloud, grants

_PASSWORD = "made-up-Hunter2!"  # noqa: S105 - made up
_KEY = f"arn:aws:kms:{HOME}:{ACCOUNT}:key/00000000-1111-2222-3333-444444444444"


def build(cloud: Cloud) -> None:
    """All of this part."""
    rds = cloud.client("rds")
    _instances(rds)
    _clusters(rds)
    _snapshots(rds)
    _warehouses(cloud.client("redshift"))
    _caches(cloud.client("elasticache"))
    _streams(cloud.client("kinesis"), cloud.client("firehose"))
    _brokers(cloud.client("mq"))
    _kafka(cloud.client("kafka"))
    _catalog(cloud.client("glue"))
    _search(cloud.client("opensearch"))
    _queries(cloud.client("athena"))
    _nodes(cloud.client("emr"))
    _shares(cloud.client("fsx"))
    _notebooks(cloud.client("sagemaker"))


def _instances(rds: Any) -> None:
    base = {
        "DBInstanceClass": "db.t3.micro",
        "Engine": "postgres",
        "AllocatedStorage": 20,
        "MasterUsername": "shop",
        "MasterUserPassword": _PASSWORD,
    }
    good = {
        "StorageEncrypted": True,
        "MultiAZ": True,
        "BackupRetentionPeriod": 14,
        "DeletionProtection": True,
        "AutoMinorVersionUpgrade": True,
        "CopyTagsToSnapshot": True,
        "EnableIAMDatabaseAuthentication": True,
        "PubliclyAccessible": False,
        "EnableCloudwatchLogsExports": ["postgresql", "upgrade"],
        "Port": 6001,
    }
    variants: dict[str, dict[str, Any]] = {
        "well-kept": good,
        "bare": {"PubliclyAccessible": True, "AutoMinorVersionUpgrade": False, "BackupRetentionPeriod": 0},
        "default-administrator": {**good, "MasterUsername": "admin", "Engine": "mysql", "Port": 3306},
        "short-backups": {**good, "BackupRetentionPeriod": 3},
        "sqlserver": {
            **good,
            "Engine": "sqlserver-ex",
            "LicenseModel": "license-included",
            "Port": 1433,
            "MultiAZ": False,
            "EnableCloudwatchLogsExports": ["error"],
        },
    }
    for name, variant in variants.items():
        rds.create_db_instance(**{**base, "DBInstanceIdentifier": name, **variant})


def _clusters(rds: Any) -> None:
    base = {"MasterUsername": "shop", "MasterUserPassword": _PASSWORD}
    good = {
        "StorageEncrypted": True,
        "BackupRetentionPeriod": 14,
        "DeletionProtection": True,
        "CopyTagsToSnapshot": True,
    }
    for engine, logs in (("aurora-postgresql", ["postgresql"]), ("neptune", ["audit"])):
        rds.create_db_cluster(
            DBClusterIdentifier=f"{engine}-good",
            Engine=engine,
            EnableCloudwatchLogsExports=logs,
            **base,
            **good,
            EnableIAMDatabaseAuthentication=engine != "neptune",  # which moto refuses
        )
        rds.create_db_cluster(DBClusterIdentifier=f"{engine}-bare", Engine=engine, **base)
    rds.create_db_cluster(
        DBClusterIdentifier="aurora-default-administrator", Engine="aurora-mysql", **{**base, "MasterUsername": "admin"}
    )


def _snapshots(rds: Any) -> None:
    for name in ("public", "shared", "private"):
        rds.create_db_snapshot(DBSnapshotIdentifier=f"instance-{name}", DBInstanceIdentifier="bare")
        rds.create_db_cluster_snapshot(
            DBClusterSnapshotIdentifier=f"cluster-{name}", DBClusterIdentifier="aurora-postgresql-bare"
        )
        who = {"public": ["all"], "shared": ["444455556666"], "private": []}[name]
        if who:
            rds.modify_db_snapshot_attribute(
                DBSnapshotIdentifier=f"instance-{name}", AttributeName="restore", ValuesToAdd=who
            )
            rds.modify_db_cluster_snapshot_attribute(
                DBClusterSnapshotIdentifier=f"cluster-{name}", AttributeName="restore", ValuesToAdd=who
            )
    rds.create_db_snapshot(DBSnapshotIdentifier="instance-encrypted", DBInstanceIdentifier="well-kept")


def _warehouses(redshift: Any) -> None:
    base = {"NodeType": "ra3.large", "MasterUserPassword": _PASSWORD, "ClusterType": "single-node"}
    redshift.create_cluster(
        ClusterIdentifier="good",
        MasterUsername="shop",
        Encrypted=True,
        PubliclyAccessible=False,
        DBName="shop",
        EnhancedVpcRouting=True,
        AutomatedSnapshotRetentionPeriod=14,
        **base,
    )
    redshift.create_cluster(
        ClusterIdentifier="bare",
        MasterUsername="awsuser",
        PubliclyAccessible=True,
        AllowVersionUpgrade=False,
        AutomatedSnapshotRetentionPeriod=0,
        **base,
    )


def _caches(caches: Any) -> None:
    base = {"ReplicationGroupDescription": "x", "Engine": "redis", "CacheNodeType": "cache.t3.micro"}
    caches.create_replication_group(
        ReplicationGroupId="good",
        AutomaticFailoverEnabled=True,
        MultiAZEnabled=True,
        AtRestEncryptionEnabled=True,
        TransitEncryptionEnabled=True,
        AuthToken="made-up-long-token-1234",
        SnapshotRetentionLimit=7,
        AutoMinorVersionUpgrade=True,
        NumCacheClusters=2,
        **base,
    )
    caches.create_replication_group(
        ReplicationGroupId="bare",
        AutomaticFailoverEnabled=False,
        AutoMinorVersionUpgrade=False,
        EngineVersion="5.0.6",
        **base,
    )
    caches.create_cache_cluster(
        CacheClusterId="memcached", Engine="memcached", CacheNodeType="cache.t3.micro", NumCacheNodes=1
    )


def _streams(kinesis: Any, firehose: Any) -> None:
    for name in ("plain", "sealed"):
        kinesis.create_stream(StreamName=name, ShardCount=1)
    kinesis.start_stream_encryption(StreamName="sealed", EncryptionType="KMS", KeyId="alias/aws/kinesis")
    kinesis.increase_stream_retention_period(StreamName="sealed", RetentionPeriodHours=168)
    target = {"RoleARN": f"arn:aws:iam::{ACCOUNT}:role/instance", "BucketARN": "arn:aws:s3:::shop-logs"}
    firehose.create_delivery_stream(DeliveryStreamName="plain", S3DestinationConfiguration=target)
    firehose.create_delivery_stream(
        DeliveryStreamName="sealed",
        ExtendedS3DestinationConfiguration=target,
        DeliveryStreamEncryptionConfigurationInput={"KeyType": "AWS_OWNED_CMK"},
    )
    firehose.create_delivery_stream(
        DeliveryStreamName="from-sealed",
        DeliveryStreamType="KinesisStreamAsSource",
        S3DestinationConfiguration=target,
        KinesisStreamSourceConfiguration={
            "KinesisStreamARN": f"arn:aws:kinesis:{HOME}:{ACCOUNT}:stream/sealed",
            "RoleARN": target["RoleARN"],
        },
    )


def _brokers(mq: Any) -> None:
    users = [{"Username": "shop", "Password": "made-up-hunter22"}]
    for name, public in (("closed", False), ("open", True)):
        mq.create_broker(
            BrokerName=name,
            EngineType="ACTIVEMQ",
            EngineVersion="5.18",
            HostInstanceType="mq.t3.micro",
            DeploymentMode="SINGLE_INSTANCE" if public else "ACTIVE_STANDBY_MULTI_AZ",
            PubliclyAccessible=public,
            AutoMinorVersionUpgrade=not public,
            Users=users,
            Logs={"General": not public, "Audit": not public},
        )


def _kafka(kafka: Any) -> None:
    nodes = {"InstanceType": "kafka.m5.large", "ClientSubnets": ["subnet-1", "subnet-2"]}
    kafka.create_cluster(
        ClusterName="good",
        KafkaVersion="3.8.x",
        NumberOfBrokerNodes=2,
        BrokerNodeGroupInfo=nodes,
        EncryptionInfo={
            "EncryptionAtRest": {"DataVolumeKMSKeyId": _KEY},
            "EncryptionInTransit": {"ClientBroker": "TLS", "InCluster": True},
        },
        ClientAuthentication={
            "Sasl": {"Iam": {"Enabled": True}},
            "Tls": {"Enabled": True},
            "Unauthenticated": {"Enabled": False},
        },
    )
    kafka.create_cluster(
        ClusterName="bare",
        KafkaVersion="2.8.1",
        NumberOfBrokerNodes=2,
        BrokerNodeGroupInfo={**nodes, "ConnectivityInfo": {"PublicAccess": {"Type": "SERVICE_PROVIDED_EIPS"}}},
        EncryptionInfo={"EncryptionInTransit": {"ClientBroker": "PLAINTEXT", "InCluster": False}},
        ClientAuthentication={"Unauthenticated": {"Enabled": True}},
    )


def _catalog(glue: Any) -> None:
    command = {"Name": "glueetl", "ScriptLocation": "s3://shop-media/job.py"}
    role = f"arn:aws:iam::{ACCOUNT}:role/instance"
    sealed = {
        "S3Encryption": [{"S3EncryptionMode": "SSE-KMS", "KmsKeyArn": _KEY}],
        "CloudWatchEncryption": {"CloudWatchEncryptionMode": "SSE-KMS", "KmsKeyArn": _KEY},
        "JobBookmarksEncryption": {"JobBookmarksEncryptionMode": "CSE-KMS", "KmsKeyArn": _KEY},
    }
    glue.create_security_configuration(Name="sealed", EncryptionConfiguration=sealed)
    glue.create_job(
        Name="sealed",
        Role=role,
        Command=command,
        SecurityConfiguration="sealed",
        DefaultArguments={"--enable-continuous-cloudwatch-log": "true"},
    )
    glue.create_job(Name="bare", Role=role, Command=command)
    secret = {"--aws_secret": "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY0"}
    glue.create_job(Name="secret", Role=role, Command=command, DefaultArguments=secret)
    for name, enforced in (("tls", "true"), ("plain", "false")):
        properties = {
            "JDBC_CONNECTION_URL": "jdbc:postgresql://db.example.com/shop",
            "USERNAME": "shop",
            "PASSWORD": _PASSWORD,
            "JDBC_ENFORCE_SSL": enforced,
        }
        glue.create_connection(
            ConnectionInput={"Name": name, "ConnectionType": "JDBC", "ConnectionProperties": properties}
        )


def _search(search: Any) -> None:
    search.create_domain(DomainName="bare", EngineVersion="OpenSearch_2.11")
    search.create_domain(
        DomainName="good",
        EngineVersion="OpenSearch_2.11",
        EncryptionAtRestOptions={"Enabled": True, "KmsKeyId": _KEY},
        NodeToNodeEncryptionOptions={"Enabled": True},
        VPCOptions={"SubnetIds": ["subnet-1"]},
        DomainEndpointOptions={"EnforceHTTPS": True, "TLSSecurityPolicy": "Policy-Min-TLS-1-2-PFS-2023-10"},
        AdvancedSecurityOptions={"Enabled": True, "InternalUserDatabaseEnabled": False},
    )
    search.create_domain(DomainName="open", EngineVersion="OpenSearch_2.11", AccessPolicies=grants("es:*")["open"])


def _queries(athena: Any) -> None:
    place = "s3://well-kept/results/"
    sealed = {"OutputLocation": place, "EncryptionConfiguration": {"EncryptionOption": "SSE_KMS", "KmsKey": _KEY}}
    athena.create_work_group(
        Name="good",
        Configuration={
            "ResultConfiguration": sealed,
            "EnforceWorkGroupConfiguration": True,
            "PublishCloudWatchMetricsEnabled": True,
        },
    )
    athena.create_work_group(
        Name="bare",
        Configuration={
            "ResultConfiguration": {"OutputLocation": place},
            "EnforceWorkGroupConfiguration": False,
            "PublishCloudWatchMetricsEnabled": False,
        },
    )


def _nodes(emr: Any) -> None:
    node = {"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1}
    emr.run_job_flow(
        Name="cluster",
        ReleaseLabel="emr-7.1.0",
        JobFlowRole="instance",
        ServiceRole="instance",
        Instances={"InstanceGroups": [node], "KeepJobFlowAliveWhenNoSteps": True},
    )


def _shares(fsx: Any) -> None:
    for name, kept in (("good", True), ("bare", False)):
        fsx.create_file_system(
            FileSystemType="WINDOWS",
            StorageCapacity=100,
            SubnetIds=["subnet-0123456789abcdef0"],
            SecurityGroupIds=["sg-0123456789abcdef0"],
            Tags=[{"Key": "Name", "Value": name}],
            WindowsConfiguration={
                "ThroughputCapacity": 8,
                "DeploymentType": "MULTI_AZ_1" if kept else "SINGLE_AZ_2",
                "CopyTagsToBackups": kept,
                "AutomaticBackupRetentionDays": 30 if kept else 0,
            },
        )


def _notebooks(sagemaker: Any) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/instance"
    base = {"InstanceType": "ml.t3.medium", "RoleArn": role, "SubnetId": "subnet-1", "SecurityGroupIds": ["sg-1"]}
    sagemaker.create_notebook_instance(
        NotebookInstanceName="good", DirectInternetAccess="Disabled", RootAccess="Disabled", KmsKeyId=_KEY, **base
    )
    sagemaker.create_notebook_instance(
        NotebookInstanceName="bare", DirectInternetAccess="Enabled", RootAccess="Enabled", **base
    )
