"""The accounts of the demo's company beside its shop: what each is for, and the mistakes between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from bartizan.demo.cloud import OTHER, Cloud, Company, allow, policy, root, trust
from bartizan.demo.company import good_bucket

LOGS = "company-log-archive"
"""The bucket that the organization's trail writes to."""

_VENDOR = "444455556666"
"""An account outside the organization."""

_FORMER_OWNER = "o-formerowner1"
"""The organization that the second company belonged to before it was bought."""

_IMAGE = "ami-12c6146b"


def management(made: Company) -> None:
    """The account that manages the organization, and runs a server that was there before it."""
    home = made.home
    iam = home.client("iam")
    scanner = root(home.account)
    iam.create_role(RoleName="security-scan", AssumeRolePolicyDocument=trust(scanner))
    may = allow("sts:AssumeRole", "arn:aws:iam::*:role/BartizanAudit")
    iam.put_role_policy(RoleName="security-scan", PolicyName="scan", PolicyDocument=policy(may))
    home.client("ec2").run_instances(ImageId=_IMAGE, MinCount=1, MaxCount=1)
    trails = home.client("cloudtrail")
    # It signs nothing, is not encrypted with a key of the company, and nothing protects its bucket.
    trails.create_trail(Name="company", S3BucketName=LOGS, IsMultiRegionTrail=True, IsOrganizationTrail=True)
    both = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}
    trails.put_event_selectors(TrailName="company", EventSelectors=[both])
    trails.start_logging(Name="company")


def _log_archive(cloud: Cloud, made: Company) -> None:
    s3 = cloud.client("s3", OTHER)
    s3.create_bucket(Bucket=LOGS)
    objects = f"arn:aws:s3:::{LOGS}/*"
    service = {"Service": "cloudtrail.amazonaws.com"}
    s3.put_bucket_policy(
        Bucket=LOGS,
        Policy=policy(
            # Without aws:SourceArn or aws:SourceAccount the trail of a stranger may write here as well.
            allow("s3:GetBucketAcl", f"arn:aws:s3:::{LOGS}", Principal=service),
            allow("s3:PutObject", objects, Principal=service),
            allow("s3:GetObject", objects, Principal=root(_VENDOR)),
            allow("s3:GetObject", objects, Principal=root(made.number("security"))),
        ),
    )


def _security(cloud: Cloud, made: Company) -> None:
    cloud.client("guardduty").create_detector(Enable=True)
    iam = cloud.client("iam")
    home = f"arn:aws:iam::{made.home.account}:role/security-scan"
    iam.create_role(RoleName="incident-response", AssumeRolePolicyDocument=trust({"AWS": home}))
    iam.put_role_policy(
        RoleName="incident-response",
        PolicyName="everywhere",
        PolicyDocument=policy(allow("sts:AssumeRole", "arn:aws:iam::*:role/OrganizationAccountAccessRole")),
    )
    s3 = cloud.client("s3", OTHER)
    s3.create_bucket(Bucket="company-findings")
    good_bucket(s3, "company-findings")


def _shared_services(cloud: Cloud, made: Company) -> None:
    kms, iam = cloud.client("kms"), cloud.client("iam")
    shop, staging = made.number("shop"), made.number("shop-staging")
    own = allow("kms:*", Principal=root(cloud.account))
    use = ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey"]
    inside = allow(use, Principal={"AWS": "*"}, Condition=made.only_us)
    key = kms.create_key(Description="shared", Policy=policy(own, inside))["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=key)
    taken = kms.create_key(Description="build", Policy=policy(own, allow("kms:*", Principal=root(_VENDOR))))
    s3 = cloud.client("s3", OTHER)
    s3.create_bucket(Bucket="company-artifacts")
    reader = allow(["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::company-artifacts/*", Principal=root(staging))
    s3.put_bucket_policy(Bucket="company-artifacts", Policy=policy(reader))
    queue = allow("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{cloud.account}:releases", Principal=root(shop))
    attributes = {"KmsMasterKeyId": taken["KeyMetadata"]["KeyId"], "Policy": policy(queue)}
    cloud.client("sqs").create_queue(QueueName="releases", Attributes=attributes)
    cloud.client("ecr").create_repository(repositoryName="shop")
    images = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:PutImage"]
    who = {"AWS": [f"arn:aws:iam::{each}:root" for each in (shop, staging, _VENDOR)]}
    pull = {"Effect": "Allow", "Principal": who, "Action": images}
    cloud.client("ecr").set_repository_policy(repositoryName="shop", policyText=policy(pull))
    # The middle of a chain: staging's CI gets here, and from here to production as administrator.
    iam.create_role(RoleName="pipeline", AssumeRolePolicyDocument=trust({"AWS": f"arn:aws:iam::{staging}:role/ci"}))
    onward = policy(allow("sts:AssumeRole", f"arn:aws:iam::{made.number('data-platform')}:role/deploy-production"))
    iam.put_role_policy(RoleName="pipeline", PolicyName="onward", PolicyDocument=onward)


def _staging(cloud: Cloud, made: Company) -> None:
    iam = cloud.client("iam")
    iam.create_user(UserName="ci-runner")
    iam.create_access_key(UserName="ci-runner")
    may = policy(allow("sts:AssumeRole", f"arn:aws:iam::{cloud.account}:role/ci"))
    iam.put_user_policy(UserName="ci-runner", PolicyName="ci", PolicyDocument=may)
    runner = {"AWS": f"arn:aws:iam::{cloud.account}:user/ci-runner"}
    iam.create_role(RoleName="ci", AssumeRolePolicyDocument=trust(runner))
    onward = policy(allow("sts:AssumeRole", f"arn:aws:iam::{made.number('shared-services')}:role/pipeline"))
    iam.put_role_policy(RoleName="ci", PolicyName="onward", PolicyDocument=onward)
    ec2 = cloud.client("ec2")
    ec2.run_instances(ImageId=_IMAGE, MinCount=1, MaxCount=1, MetadataOptions={"HttpTokens": "optional"})
    cloud.client("sqs").create_queue(QueueName="orders", Attributes={"SqsManagedSseEnabled": "false"})


def _data_platform(cloud: Cloud, made: Company) -> None:
    iam, ec2, s3 = cloud.client("iam"), cloud.client("ec2"), cloud.client("s3", OTHER)
    pipeline = f"arn:aws:iam::{made.number('shared-services')}:role/pipeline"
    iam.create_role(RoleName="deploy-production", AssumeRolePolicyDocument=trust({"AWS": pipeline}))
    iam.put_role_policy(RoleName="deploy-production", PolicyName="all", PolicyDocument=policy(allow("*")))
    everything: Mapping[str, Any] = {"Condition": made.only_us}
    iam.create_role(RoleName="etl", AssumeRolePolicyDocument=trust({"AWS": "*"}, **everything))
    iam.put_role_policy(RoleName="etl", PolicyName="data", PolicyDocument=policy(allow("s3:*")))
    iam.create_role(RoleName="bi-vendor", AssumeRolePolicyDocument=trust(root(_VENDOR)))
    reading = policy(allow(["s3:Get*", "s3:List*", "dynamodb:Scan"]))
    iam.put_role_policy(RoleName="bi-vendor", PolicyName="read", PolicyDocument=reading)
    for name in ("company-warehouse", "company-exports"):
        s3.create_bucket(Bucket=name)
    who = {"AWS": [f"arn:aws:iam::{each}:root" for each in (made.number("shop"), _VENDOR)]}
    share = allow("s3:*", "arn:aws:s3:::company-warehouse/*", Principal=who)
    s3.put_bucket_policy(Bucket="company-warehouse", Policy=policy(share))
    good_bucket(s3, "company-exports")
    feed = f"arn:aws:sns:eu-west-1:{cloud.account}:exports"
    whoever = {"Condition": {"StringEquals": {"aws:PrincipalOrgID": _FORMER_OWNER}}, "Principal": {"AWS": "*"}}
    listen = policy(allow("sns:Subscribe", feed, **whoever))
    cloud.client("sns").create_topic(Name="exports", Attributes={"Policy": listen})
    volume = ec2.create_volume(AvailabilityZone="eu-west-1a", Size=50)["VolumeId"]
    snapshot = ec2.create_snapshot(VolumeId=volume, Description="warehouse for the vendor")["SnapshotId"]
    ec2.modify_snapshot_attribute(
        SnapshotId=snapshot, Attribute="createVolumePermission", OperationType="add", UserIds=[_VENDOR]
    )


FILLED: Mapping[str, Callable[[Cloud, Company], None]] = MappingProxyType(
    {
        "log-archive": _log_archive,
        "security": _security,
        "shared-services": _shared_services,
        "shop-staging": _staging,
        "data-platform": _data_platform,
    }
)
"""What fills each account, by its name."""
