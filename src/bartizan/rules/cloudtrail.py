"""Checks of AWS CloudTrail.

A trail that belongs to another account, as an organization's trail does for its members, is only asked whether it
covers this one: what else it lacks is for its owner to mend.
"""

from __future__ import annotations

from typing import Any

from bartizan.model import Problems, Unknown, World, replace, rule, without
from bartizan.resources.account import Account
from bartizan.resources.cloudtrail import Trail
from bartizan.resources.s3 import Bucket

_OF_ORGANIZATION = "arn:aws:cloudtrail:eu-west-1:444455556666:trail/organization"


def _shadow(**facts: Any) -> Trail:
    """An organization's trail, as an account that does not own it sees it."""
    return Trail(arn=_OF_ORGANIZATION, account="111122223333", is_organization_trail=True, **facts)


def _covers(trail: Trail) -> bool:
    """Whether it records all management events of all Regions now; ``Unknown`` where that was not read."""
    if not (trail.is_multi_region_trail and trail.is_logging):
        return False
    try:
        return {"read", "write"} <= set(trail.management_events)
    except Unknown:
        if trail.foreign:
            return True  # its selectors are its owner's secret, and a gap in them is a finding in that account
        raise


_HERE = Account(account_id="111122223333", account="111122223333")


@rule(
    "high",
    passes=[
        (_HERE, Trail(account="111122223333")),
        (_HERE, Trail(account="111122223333", is_logging=False), _shadow()),
        (_HERE, without(_shadow(), "management_events")),
        (_HERE, without(Trail(account="111122223333"), "is_logging"), Trail(trail_name="b", account="111122223333")),
    ],
    fails=[
        _HERE,
        (_HERE, Trail(account="111122223333", is_multi_region_trail=False)),
        (_HERE, Trail(account="111122223333", is_logging=False)),
        (_HERE, Trail(account="111122223333", management_events=("write",))),
        (_HERE, _shadow(is_logging=False)),
        (_HERE, Trail(account="777788889999")),
    ],
    reads=[Trail],
)
def account_not_recorded(account: Account, world: World) -> Problems:
    """Account has no trail that records all management events of all Regions.

    ## Why it matters
    What an intruder does in the account leaves a trace for 90 days at most, and only where somebody looks for it.

    ## How to fix
    Make a multi-Region trail that records read and write management events, best one for the whole organization.

    ## References
    - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-create-and-update-a-trail.html
    - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-trail-organization.html
    """
    unknown = None
    for trail in world.find(Trail, account=account.account_id):
        try:
            if _covers(trail):
                return
        except Unknown as gap:
            unknown = gap
    if unknown:
        raise unknown
    yield "no multi-Region trail that is logging records both read and write management events"


@rule("high", passes=[Trail()], fails=[Trail(is_logging=False)])
def trail_not_logging(trail: Trail) -> Problems:
    """CloudTrail trail exists but does not record.

    ## Why it matters
    Nothing that happens is kept. To stop a trail is one of the first things an intruder does.

    ## How to fix
    Start logging, and find out from the event history who stopped it.

    ## References
    - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-turning-off-logging.html
    """
    if not trail.foreign and not trail.is_logging:
        yield "logging is stopped"


@trail_not_logging.fix
def start_logging(trail: Trail) -> Trail:
    """Start logging."""
    return replace(trail, is_logging=True)


@rule("medium", passes=[Trail()], fails=[Trail(is_multi_region_trail=False)])
def single_region_trail(trail: Trail) -> Problems:
    """CloudTrail trail records one Region only.

    ## Why it matters
    Intruders like to work in Regions that nobody uses, and this trail does not see them there.

    ## How to fix
    Make it a multi-Region trail.

    ## References
    - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/receive-cloudtrail-log-files-from-multiple-regions.html
    """
    if not trail.foreign and not trail.is_multi_region_trail:
        yield "other Regions are not recorded"


@single_region_trail.fix
def all_regions(trail: Trail) -> Trail:
    """Record all Regions."""
    return replace(trail, is_multi_region_trail=True)


@rule("medium", passes=[Trail()], fails=[Trail(enable_log_file_validation=False)])
def no_log_file_validation(trail: Trail) -> Problems:
    """CloudTrail trail does not sign its log files.

    ## Why it matters
    Nobody can tell whether a log file was changed or removed after it was written.

    ## How to fix
    Turn on log file validation. It costs nothing.

    ## References
    - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html
    """
    if not trail.foreign and not trail.enable_log_file_validation:
        yield "log file validation is off"


@no_log_file_validation.fix
def validate_files(trail: Trail) -> Trail:
    """Turn on log file validation."""
    return replace(trail, enable_log_file_validation=True)


@rule("low", passes=[Trail(kms_key_id="arn:aws:kms:eu-west-1:111122223333:key/1")], fails=[Trail()])
def trail_without_kms_key(trail: Trail) -> Problems:
    """CloudTrail trail encrypts its files without a KMS key.

    ## Why it matters
    Whoever may read the bucket reads the logs: no key policy stands in between.

    ## How to fix
    Set a KMS key whose policy lets CloudTrail encrypt and only those decrypt who read logs.

    ## References
    - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html
    """
    if not trail.foreign and not trail.kms_key_id:
        yield "no KMS key is set"


@rule("low", passes=[Trail(cloud_watch_logs_log_group_arn="arn:aws:logs:eu-west-1:1:log-group:t:*")], fails=[Trail()])
def trail_without_log_group(trail: Trail) -> Problems:
    """CloudTrail trail does not write to CloudWatch Logs.

    ## Why it matters
    Alarms on events, such as a sign-in of the root user, need the events in a log group or in EventBridge.

    ## How to fix
    Name a log group and a role that may write to it, unless alarms come from elsewhere.

    ## References
    - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/send-cloudtrail-events-to-cloudwatch-logs.html
    """
    if not trail.foreign and not trail.cloud_watch_logs_log_group_arn:
        yield "no log group is set"


@rule(
    "medium",
    passes=[Trail(), Trail(management_events=(), data_events=("AWS::S3::Object",))],
    fails=[Trail(management_events=("write",)), Trail(management_events=())],
)
def management_events_missing(trail: Trail) -> Problems:
    """CloudTrail trail leaves out management events.

    ## Why it matters
    Changes to the account, or the look around that comes before an attack, leave no trace in it.

    ## How to fix
    Record both read and write management events. A trail for data events alone is left in peace.

    ## References
    - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html
    """
    if trail.foreign or (not trail.management_events and trail.data_events):
        return
    missing = [kind for kind in ("read", "write") if kind not in trail.management_events]
    if missing:
        yield f"{' and '.join(missing)} events are not recorded"


_WITH_DATA = Trail(trail_name="data", account="111122223333", data_events=("AWS::S3::Object",))


@rule(
    "info",
    passes=[
        Trail(data_events=("AWS::S3::Object",)),
        (Trail(account="111122223333"), _WITH_DATA),
        Trail(is_logging=False),
    ],
    fails=[
        Trail(),
        (Trail(account="111122223333"), replace(_WITH_DATA, is_logging=False)),
        (Trail(account="111122223333"), replace(_WITH_DATA, is_multi_region_trail=False)),
        (Trail(account="777788889999"), _WITH_DATA),
    ],
    reads=[Trail],
)
def no_data_events(trail: Trail, world: World) -> Problems:
    """CloudTrail trail records no data events.

    ## Why it matters
    Reading or deleting objects in S3, and calls of functions, cannot be traced.

    ## How to fix
    Record data events of the buckets and functions that matter. They are billed by number.

    ## References
    - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
    """
    if trail.foreign or trail.data_events or not trail.is_logging:
        return
    if not any(map(_records_data, world.find(Trail, account=trail.account))):
        yield "no data events are recorded"


def _records_data(trail: Trail) -> bool:
    """Whether it spares the account's other trails data events; the selectors of a foreign trail cannot be read."""
    return not trail.foreign and trail.is_multi_region_trail and trail.is_logging and bool(trail.data_events)


@rule(
    "high",
    passes=[Trail(), _shadow(delivery_error="NoSuchBucket"), Trail(is_logging=False, delivery_error="NoSuchBucket")],
    fails=[Trail(delivery_error="NoSuchBucket"), Trail(delivery_error="AccessDenied")],
)
def delivery_fails(trail: Trail) -> Problems:
    """CloudTrail trail cannot write to its bucket.

    ## Why it matters
    The events are lost although the trail says that it is logging. Where the bucket is gone, somebody else can take its
    name and receive them.

    ## How to fix
    Make the bucket again under the same name, or let its policy and key allow CloudTrail to write.

    ## References
    - https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html
    - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
    """
    if not trail.foreign and trail.is_logging and trail.delivery_error:
        yield f"the last delivery to {trail.s3_bucket_name} failed: {trail.delivery_error}"


@rule(
    "medium",
    passes=[
        Trail(s3_bucket_name="logs"),
        (
            Trail(s3_bucket_name="logs"),
            Bucket(bucket_name="logs", object_lock=True),
            Bucket(bucket_name="web", versioning=False),
        ),
        (Trail(s3_bucket_name="logs"), Bucket(bucket_name="logs", mfa_delete=True)),
        (_shadow(s3_bucket_name="logs"), Bucket(bucket_name="logs", versioning=False)),
    ],
    fails=[
        (Trail(s3_bucket_name="logs"), Bucket(bucket_name="logs", versioning=False)),
        (Trail(s3_bucket_name="logs"), Bucket(bucket_name="logs")),
    ],
    reads=[Bucket],
)
def logs_can_be_deleted(trail: Trail, world: World) -> Problems:
    """CloudTrail trail writes to a bucket from which its logs can be deleted.

    ## Why it matters
    An intruder who reaches the bucket takes away the only record of what was done.

    ## How to fix
    Let the bucket live in a logging account, turn on versioning, and object lock or MFA delete. A bucket of another
    account is judged there.

    ## References
    - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html
    """
    if trail.foreign:
        return
    for bucket in world.find(Bucket, bucket_name=trail.s3_bucket_name):
        if not bucket.versioning:
            yield f"bucket {bucket.bucket_name} keeps no versions"
        elif not bucket.mfa_delete and not bucket.object_lock:
            yield f"versions in bucket {bucket.bucket_name} are guarded by neither object lock nor MFA delete"
