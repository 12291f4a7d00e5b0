"""Buckets, tables, file systems, backups and keys."""

from __future__ import annotations

import json
from typing import Any

from variety.cloud import ACCOUNT, Cloud, allow, grants, policy, root

_SWITCHES = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def build(cloud: Cloud) -> None:
    """All of this part."""
    s3 = cloud.client("s3", "us-east-1")
    _open_buckets(s3)
    _acls(s3)
    _settings(s3)
    _transport(s3)
    _tables(cloud.client("dynamodb"))
    _files(cloud.client("efs"))
    _backups(cloud.client("backup"))
    _keys(cloud.client("kms"))


def _bucket(s3: Any, name: str, **more: Any) -> str:
    s3.create_bucket(Bucket=name, **more)
    return name


def _open_buckets(s3: Any) -> None:
    for kind in grants("s3:GetObject"):
        name = _bucket(s3, f"read-{kind}")
        s3.put_bucket_policy(Bucket=name, Policy=grants("s3:GetObject", f"arn:aws:s3:::{name}/*")[kind])
    writes = _bucket(s3, "write-open")
    s3.put_bucket_policy(Bucket=writes, Policy=grants("s3:PutObject", f"arn:aws:s3:::{writes}/*")["open"])
    kept = _bucket(s3, "open-policy-restricted-by-block")
    s3.put_bucket_policy(Bucket=kept, Policy=grants("s3:GetObject", f"arn:aws:s3:::{kept}/*")["open"])
    s3.put_public_access_block(Bucket=kept, PublicAccessBlockConfiguration=dict.fromkeys(_SWITCHES, True))
    half = _bucket(s3, "half-blocked")
    s3.put_public_access_block(
        Bucket=half,
        PublicAccessBlockConfiguration={"IgnorePublicAcls": True, "RestrictPublicBuckets": True,
                                        "BlockPublicAcls": False, "BlockPublicPolicy": False},
    )  # fmt: skip


def _acls(s3: Any) -> None:
    for acl in ("public-read", "public-read-write", "authenticated-read", "private"):
        name = _bucket(s3, f"acl-{acl}", ObjectOwnership="ObjectWriter")
        s3.put_bucket_acl(Bucket=name, ACL=acl)
    off = _bucket(s3, "acl-off", ObjectOwnership="BucketOwnerEnforced")
    s3.put_public_access_block(Bucket=off, PublicAccessBlockConfiguration=dict.fromkeys(_SWITCHES, True))


def _settings(s3: Any) -> None:
    name = _bucket(s3, "well-kept", ObjectLockEnabledForBucket=True)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    rule = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 365},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}  # fmt: skip
    s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [rule]})
    logs = _bucket(s3, "access-logs", ObjectOwnership="ObjectWriter")
    s3.put_bucket_acl(Bucket=logs, ACL="log-delivery-write")
    s3.put_bucket_logging(
        Bucket=name, BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": logs, "TargetPrefix": "x/"}}
    )
    off = _bucket(s3, "lifecycle-off")
    s3.put_bucket_lifecycle_configuration(
        Bucket=off, LifecycleConfiguration={"Rules": [{**rule, "Status": "Disabled"}]}
    )
    suspended = _bucket(s3, "versioning-suspended")
    s3.put_bucket_versioning(Bucket=suspended, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_versioning(Bucket=suspended, VersioningConfiguration={"Status": "Suspended"})
    for algorithm in ("AES256", "aws:kms", "aws:kms:dsse"):
        made = _bucket(s3, f"encrypted-{algorithm.replace(':', '-').lower()}")
        default = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm}}
        s3.put_bucket_encryption(Bucket=made, ServerSideEncryptionConfiguration={"Rules": [default]})


def _transport(s3: Any) -> None:
    """Policies against plain HTTP, by how complete they are."""
    for name, places, condition, action in (
        ("tls-whole", ("", "/*"), {"Bool": {"aws:SecureTransport": "false"}}, "s3:*"),
        ("tls-objects-only", ("/*",), {"Bool": {"aws:SecureTransport": "false"}}, "s3:*"),
        ("tls-get-only", ("", "/*"), {"Bool": {"aws:SecureTransport": "false"}}, "s3:GetObject"),
        ("tls-by-all-actions", ("", "/*"), {"Bool": {"aws:SecureTransport": ["false"]}}, "*"),
        ("tls-by-version", ("", "/*"), {"NumericLessThan": {"s3:TlsVersion": "1.2"}}, "s3:*"),
        ("tls-but-only-in-network", ("", "/*"), {"Bool": {"aws:SecureTransport": "false"},
                                                 "IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, "s3:*"),
    ):  # fmt: skip
        _bucket(s3, name)
        where = [f"arn:aws:s3:::{name}{place}" for place in places]
        deny = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": where, "Condition": condition}
        s3.put_bucket_policy(Bucket=name, Policy=policy(deny))


def _tables(tables: Any) -> None:
    shape = {
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    }
    tables.create_table(
        TableName="provisioned", BillingMode="PROVISIONED",
        ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}, **shape,
    )  # fmt: skip
    for name in ("open", "shared"):
        made = tables.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", **shape)["TableDescription"]
        arn = made["TableArn"]
        tables.put_resource_policy(ResourceArn=arn, Policy=grants("dynamodb:GetItem", arn)[name])
    tables.create_table(
        TableName="aws-key",
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS"},
        **shape,
    )


def _files(efs: Any) -> None:
    sealed = efs.create_file_system(CreationToken="sealed", Encrypted=True, Backup=True)["FileSystemId"]
    efs.create_file_system(CreationToken="plain", Encrypted=False)
    efs.create_access_point(ClientToken="root", FileSystemId=sealed)
    efs.create_access_point(
        ClientToken="confined", FileSystemId=sealed, PosixUser={"Uid": 1000, "Gid": 1000},
        RootDirectory={"Path": "/shop", "CreationInfo": {"OwnerUid": 1000, "OwnerGid": 1000, "Permissions": "700"}},
    )  # fmt: skip
    for token, document in (
        ("open-policy", policy(allow("elasticfilesystem:ClientMount", Principal={"AWS": "*"}))),
        ("own-policy", policy(allow("elasticfilesystem:ClientMount", Principal=root()))),
    ):
        made = efs.create_file_system(CreationToken=token, Encrypted=True)["FileSystemId"]
        efs.put_file_system_policy(FileSystemId=made, Policy=document)


def _backups(backup: Any) -> None:
    backup.create_backup_vault(BackupVaultName="plain")
    rule = {"RuleName": "daily", "TargetBackupVaultName": "plain", "ScheduleExpression": "cron(0 5 * * ? *)",
            "Lifecycle": {"DeleteAfterDays": 35}}  # fmt: skip
    backup.create_backup_plan(BackupPlan={"BackupPlanName": "daily", "Rules": [rule]})


def _keys(kms: Any) -> None:
    own = allow("kms:*", Principal=root())
    for name, document in grants("kms:Decrypt").items():
        statements = [own, *json.loads(document)["Statement"]]
        if any("NotPrincipal" in each for each in statements):
            continue
        kms.create_key(Description=f"policy {name}", Policy=policy(*statements))
    via = {"StringEquals": {"kms:CallerAccount": ACCOUNT, "kms:ViaService": "s3.eu-west-1.amazonaws.com"}}
    kms.create_key(
        Description="by service, own account", Policy=policy(own, allow("kms:*", Principal={"AWS": "*"}, Condition=via))
    )
    off = kms.create_key(Description="disabled")["KeyMetadata"]["KeyId"]
    kms.disable_key(KeyId=off)
    kms.create_key(Description="signs", KeyUsage="SIGN_VERIFY", KeySpec="RSA_2048")
    kms.create_key(Description="in many regions", MultiRegion=True)
