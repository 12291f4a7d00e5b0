"""The account of the demo's shop, which grew without much care. Every secret in it is made up.

What is well done stands beside what is not, so that a report of it shows both.
"""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Iterable
from typing import Any

from bartizan.demo.cloud import HOME, OTHER, Cloud, allow, policy, root, trust

REGIONS = (HOME, OTHER, "eu-central-1", "ap-southeast-2")
"""The regions that the shop has enabled."""

_IMAGE = "ami-12c6146b"


def build(address: str) -> None:
    """Fill the emulator's own account at ``address``."""
    fill(Cloud(address))


def fill(cloud: Cloud) -> None:
    """Fill an account with all that the shop has."""
    _people(cloud)
    _roles(cloud)
    _buckets(cloud)
    _network(cloud)
    _servers(cloud)
    _keys_and_trails(cloud)
    _messages(cloud)
    _tables(cloud)
    _functions(cloud)


def _people(cloud: Cloud) -> None:
    iam = cloud.client("iam")
    iam.update_account_password_policy(MinimumPasswordLength=8, RequireNumbers=True)
    admin = iam.create_policy(PolicyName="do-everything", PolicyDocument=policy(allow("*")))["Policy"]["Arn"]
    iam.create_policy(PolicyName="forgotten", PolicyDocument=policy(allow("s3:GetObject", "arn:aws:s3:::shop-media/*")))
    iam.create_policy(PolicyName="deployer", PolicyDocument=policy(allow(["iam:PassRole", "lambda:*"])))
    iam.create_group(GroupName="developers")
    iam.put_group_policy(GroupName="developers", PolicyName="inline", PolicyDocument=policy(allow("ec2:*")))
    iam.create_group(GroupName="nobody")
    for name in ("anna", "ben", "chris", "backup-job"):
        iam.create_user(UserName=name)
    for name in ("anna", "ben"):
        iam.create_login_profile(UserName=name, Password="Example-Passw0rd!")  # noqa: S106 - made up
    iam.add_user_to_group(GroupName="developers", UserName="anna")
    iam.attach_user_policy(UserName="ben", PolicyArn=admin)
    iam.put_user_policy(UserName="chris", PolicyName="quick", PolicyDocument=policy(allow("s3:*")))
    for name in ("ben", "backup-job", "backup-job"):
        iam.create_access_key(UserName=name)
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="anna")["VirtualMFADevice"]["SerialNumber"]
    iam.enable_mfa_device(
        UserName="anna", SerialNumber=device, AuthenticationCode1="123456", AuthenticationCode2="654321"
    )


def _roles(cloud: Cloud) -> None:
    iam = cloud.client("iam")
    github = f"arn:aws:iam::{cloud.account}:oidc-provider/token.actions.githubusercontent.com"
    roles = {
        "shop-function": trust({"Service": "lambda.amazonaws.com"}),
        "web-server": trust({"Service": "ec2.amazonaws.com"}),
        "deploy": trust({"Federated": github}, "sts:AssumeRoleWithWebIdentity"),
        "consultant": trust(root("444455556666")),
        "partner": trust(
            root("777788889999"),
            Condition={"StringEquals": {"sts:ExternalId": "made-up-7f3a"}},
        ),
        "open-door": trust({"AWS": "*"}),
    }
    for name, trusted in roles.items():
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusted)
    iam.put_role_policy(RoleName="shop-function", PolicyName="all", PolicyDocument=policy(allow("*")))
    iam.attach_role_policy(RoleName="web-server", PolicyArn=f"arn:aws:iam::{cloud.account}:policy/do-everything")


def _buckets(cloud: Cloud) -> None:
    s3 = cloud.client("s3", OTHER)
    for name in ("shop-media", "shop-exports", "shop-website", "shop-logs", "shop-customer-data"):
        s3.create_bucket(Bucket=name)
    everyone = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}
    for name in ("shop-media", "shop-website"):
        s3.delete_public_access_block(Bucket=name)
        s3.put_bucket_policy(Bucket=name, Policy=policy({**everyone, "Resource": f"arn:aws:s3:::{name}/*"}))
    s3.put_bucket_website(Bucket="shop-website", WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
    partner = {"Effect": "Allow", "Principal": root("444455556666"), "Action": "s3:GetObject"}
    s3.put_bucket_policy(Bucket="shop-exports", Policy=policy({**partner, "Resource": "arn:aws:s3:::shop-exports/*"}))
    good_bucket(s3, "shop-customer-data")


def good_bucket(s3: Any, name: str) -> None:
    """Make of a bucket what it should be."""
    blocked = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=dict.fromkeys(blocked, True))
    s3.put_bucket_ownership_controls(
        Bucket=name, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    )
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/shop"}
    s3.put_bucket_encryption(
        Bucket=name,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]
        },
    )
    no_tls = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    s3.put_bucket_policy(Bucket=name, Policy=policy(no_tls))


def _network(cloud: Cloud) -> None:
    ec2 = cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    _group(ec2, vpc, "bastion", [("tcp", 22, 22, "0.0.0.0/0"), ("tcp", 3389, 3389, "0.0.0.0/0")])
    _group(ec2, vpc, "database", [("tcp", 5432, 5432, "0.0.0.0/0")])
    _group(ec2, vpc, "anything", [("-1", -1, -1, "0.0.0.0/0")])
    _group(ec2, vpc, "web", [("tcp", 443, 443, "0.0.0.0/0")])
    _group(ec2, vpc, "internal", [("tcp", 5432, 5432, "10.20.0.0/16")])


def _group(ec2: Any, vpc: str, name: str, rules: Iterable[tuple[str, int, int, str]]) -> None:
    group = ec2.create_security_group(GroupName=name, Description=f"{name} of the shop", VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            {"IpProtocol": protocol, "FromPort": low, "ToPort": high, "IpRanges": [{"CidrIp": cidr}]}
            for protocol, low, high, cidr in rules
        ],
    )


def _servers(cloud: Cloud) -> None:
    ec2 = cloud.client("ec2")
    script = "#!/bin/sh\nexport AWS_ACCESS_KEY_ID=AKIAMADEUPFORTHEDEMO\nexport DB_PASSWORD=made-up-hunter2\n"
    ec2.run_instances(ImageId=_IMAGE, MinCount=1, MaxCount=1, UserData=script)
    ec2.run_instances(
        ImageId=_IMAGE,
        MinCount=2,
        MaxCount=2,
        UserData=base64.b64encode(b"#!/bin/sh\ntrue\n").decode(),
        MetadataOptions={"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
    )
    zone = f"{HOME}a"
    plain = ec2.create_volume(AvailabilityZone=zone, Size=20)["VolumeId"]
    ec2.create_volume(AvailabilityZone=zone, Size=20, Encrypted=True)
    shared = ec2.create_snapshot(VolumeId=plain, Description="for the consultant")["SnapshotId"]
    ec2.modify_snapshot_attribute(
        SnapshotId=shared, Attribute="createVolumePermission", OperationType="add", GroupNames=["all"]
    )


def _keys_and_trails(cloud: Cloud) -> None:
    kms = cloud.client("kms")
    good = kms.create_key(Description="shop data")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/shop", TargetKeyId=good)
    kms.enable_key_rotation(KeyId=good)
    everyone = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}
    kms.create_key(Description="opened in a hurry", Policy=policy(everyone))
    doomed = kms.create_key(Description="old")["KeyMetadata"]["KeyId"]
    kms.schedule_key_deletion(KeyId=doomed, PendingWindowInDays=7)
    trails = cloud.client("cloudtrail")
    trails.create_trail(Name="history", S3BucketName="shop-logs", IsMultiRegionTrail=False)


def _messages(cloud: Cloud) -> None:
    sqs, sns = cloud.client("sqs"), cloud.client("sns")
    failed = sqs.create_queue(QueueName="orders-failed")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=failed, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5})
    sqs.create_queue(QueueName="orders", Attributes={"KmsMasterKeyId": "alias/shop", "RedrivePolicy": redrive})
    everyone = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    sqs.create_queue(QueueName="mail", Attributes={"SqsManagedSseEnabled": "false", "Policy": policy(everyone)})
    topic = sns.create_topic(Name="alerts")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint="http://hooks.example.com/alerts")
    sns.create_topic(Name="orders", Attributes={"KmsMasterKeyId": "alias/shop"})


def _tables(cloud: Cloud) -> None:
    tables = cloud.client("dynamodb")
    shape = {
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    tables.create_table(TableName="carts", **shape)
    tables.create_table(
        TableName="customers",
        DeletionProtectionEnabled=True,
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/shop"},
        **shape,
    )
    tables.update_continuous_backups(
        TableName="customers", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )


def _functions(cloud: Cloud) -> None:
    functions = cloud.client("lambda")
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("main.py", "def handler(event, context):\n    return event\n")
    role = f"arn:aws:iam::{cloud.account}:role/shop-function"
    common = {"Role": role, "Handler": "main.handler", "Code": {"ZipFile": package.getvalue()}}
    secret = {"DB_PASSWORD": "made-up-hunter2", "STAGE": "prod"}
    functions.create_function(FunctionName="checkout", Runtime="python3.8", Environment={"Variables": secret}, **common)
    functions.create_function(FunctionName="mailer", Runtime="python3.13", **common)
    functions.add_permission(
        FunctionName="mailer", StatementId="everyone", Action="lambda:InvokeFunction", Principal="*"
    )
    functions.create_function_url_config(FunctionName="checkout", AuthType="NONE")
    # AWS would take FunctionUrlAuthType and make a condition of it; moto writes it as an element that no policy has.
    functions.add_permission(
        FunctionName="checkout", StatementId="url", Action="lambda:InvokeFunctionUrl", Principal="*"
    )
