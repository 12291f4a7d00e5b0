"""Checks of Amazon Athena."""

from __future__ import annotations

from bartizan.model import Gap, Problems, Reason, Unknown, World, replace, rule
from bartizan.resources.athena import WorkGroup
from bartizan.resources.s3 import Bucket

_ARN = "arn:aws:athena:eu-west-1:111122223333:workgroup/reports"
_OFF = WorkGroup(enabled=False, enforced=False, result_encryption=None, publishes_metrics=False)
_UNUSED = replace(_OFF, work_group_name="primary", enabled=True, recently_used=False)
_SPARK = WorkGroup(engine_version="PySpark engine version 3")
_TRUSTING = WorkGroup(arn=_ARN, expected_bucket_owner=None)
_NOT_IN_CODE = Gap(Reason.NOT_READ, detail="which buckets the account has is seen in the account only")


def _in_use(group: WorkGroup) -> bool:
    """Whether queries are run in it; AWS makes a workgroup ``primary`` in every region, mostly for nobody."""
    return group.enabled and (group.work_group_name != "primary" or group.recently_used)


@rule(
    "medium",
    passes=[WorkGroup(), _OFF, _UNUSED, replace(_SPARK, enforced=False)],
    fails=[WorkGroup(enforced=False), WorkGroup(work_group_name="primary", enforced=False)],
)
def settings_not_enforced(group: WorkGroup) -> Problems:
    """Athena workgroup lets its clients choose other settings.

    ## Why it matters
    Each client decides where results go and whether they are encrypted: to a bucket of anyone's, past all limits.

    ## How to fix
    Let the workgroup's settings override those of the client.

    ## References
    - https://docs.aws.amazon.com/athena/latest/ug/workgroups-settings-override.html
    """
    # Spark's sessions take no such settings from a client.
    if _in_use(group) and not group.enforced and not group.engine_version.startswith("PySpark"):
        yield "its settings do not override those of the client"


@settings_not_enforced.risky_fix("clients that choose another place for results find them in the workgroup's")
def enforce_settings(group: WorkGroup) -> WorkGroup:
    """Let the workgroup's settings override those of the client."""
    return replace(group, enforced=True)


@rule(
    "low",
    passes=[WorkGroup(), _OFF, _UNUSED, WorkGroup(result_encryption=None, managed_results=True)],
    fails=[WorkGroup(result_encryption=None)],
)
def results_without_encryption(group: WorkGroup) -> Problems:
    """Athena workgroup does not say how results are encrypted.

    ## Why it matters
    Results are copies of the data. They get the bucket's default encryption, which may be weaker than that of the data.

    ## How to fix
    Set the encryption of results, with a KMS key where the data are under one, or let Athena manage the results.

    ## References
    - https://docs.aws.amazon.com/athena/latest/ug/encrypting-query-results-stored-in-s3.html
    """
    if _in_use(group) and not group.managed_results and group.result_encryption is None:
        yield "no encryption of results is set"


@results_without_encryption.fix
def encrypt_results(group: WorkGroup) -> WorkGroup:
    """Encrypt results with keys that S3 manages."""
    return replace(group, result_encryption=group.result_encryption or "SSE_S3")


@rule(
    "low",
    passes=[WorkGroup(), _OFF, _UNUSED],
    fails=[WorkGroup(publishes_metrics=False)],
)
def no_metrics(group: WorkGroup) -> Problems:
    """Athena workgroup publishes no metrics of its queries.

    ## Why it matters
    Nobody is alarmed when somebody reads far more than usual, or when queries that should run fail.

    ## How to fix
    Turn on the metrics of the workgroup, and set alarms on what its queries read.

    ## References
    - https://docs.aws.amazon.com/athena/latest/ug/query-metrics-viewing.html
    """
    if _in_use(group) and not group.publishes_metrics:
        yield "its queries are not counted in CloudWatch"


@no_metrics.fix
def publish_metrics(group: WorkGroup) -> WorkGroup:
    """Publish the metrics of its queries."""
    return replace(group, publishes_metrics=True)


@rule(
    "high",
    passes=[
        WorkGroup(arn=_ARN),
        _OFF,
        (_TRUSTING, Bucket(bucket_name="results")),
        replace(_TRUSTING, output_location=None),
    ],
    fails=[(_TRUSTING, Bucket(bucket_name="other"))],
    reads=[Bucket],
)
def dangling_result_bucket(group: WorkGroup, world: World) -> Problems:
    """Athena workgroup writes results to a bucket that you do not have.

    ## Why it matters
    If the bucket is gone, anyone can make one of that name and get the results of all queries from then on.

    ## How to fix
    Send results to a bucket of yours and name its expected owner. If it is another account's, scan that account too.

    ## References
    - https://docs.aws.amazon.com/athena/latest/ug/query-results-specify-location.html
    """
    if not _in_use(group) or group.output_location is None or group.expected_bucket_owner:
        return
    if not group.arn:
        raise Unknown("the buckets", _NOT_IN_CODE)
    bucket = group.output_location.removeprefix("s3://").partition("/")[0]
    if not world.find(Bucket, bucket_name=bucket):
        yield f"bucket {bucket} is in none of the scanned accounts, and no owner is expected"


@rule(
    "low",
    passes=[WorkGroup(), WorkGroup(engine_version="Athena engine version 3"), _SPARK],
    fails=[WorkGroup(engine_version="Athena engine version 2")],
)
def old_engine(group: WorkGroup) -> Problems:
    """Athena workgroup is held at an old engine.

    ## Why it matters
    What is mended in the engine does not reach its queries.

    ## How to fix
    Let AWS choose the engine, or choose version 3. Try the queries there first, some are written otherwise.

    ## References
    - https://docs.aws.amazon.com/athena/latest/ug/engine-versions-reference.html
    """
    if group.engine_version in {"Athena engine version 1", "Athena engine version 2"}:
        yield f"it is held at {group.engine_version}"


@old_engine.risky_fix("some queries must be written otherwise for the newer engine")
def choose_engine_automatically(group: WorkGroup) -> WorkGroup:
    """Let AWS choose the engine."""
    return replace(group, engine_version="AUTO")


@rule(
    "info",
    advice=True,
    passes=[WorkGroup(), _OFF, _UNUSED, replace(_SPARK, bytes_scanned_cutoff=None)],
    fails=[WorkGroup(bytes_scanned_cutoff=None)],
)
def scans_not_limited(group: WorkGroup) -> Problems:
    """Limit of bytes read: a single query of the workgroup may read everything.

    ## Why it matters
    One query, mistaken or hostile, takes all the data that its role may read, and costs by what it reads.

    ## How to fix
    Set how many bytes a query may read, at some times of what the largest useful one does.

    ## References
    - https://docs.aws.amazon.com/athena/latest/ug/workgroups-setting-control-limits-cloudwatch.html
    """
    if _in_use(group) and group.bytes_scanned_cutoff is None and not group.engine_version.startswith("PySpark"):
        yield "no limit is set on what a query reads"
