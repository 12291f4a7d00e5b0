"""Checks of Amazon CloudWatch Logs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.model import Problems, World, replace, rule
from bartizan.policy import parse_policy, reach
from bartizan.policy.deputy import SENDERS, bound_to
from bartizan.policy.removal import without_statements
from bartizan.resources.cloudtrail import Trail
from bartizan.resources.logs import SPANS, LogGroup, ResourcePolicy

_YEAR = 365
_WRITERS = SENDERS | {"es", "route53"}
"""Services that write to log groups which a resource policy opens to them."""

_ARN = "arn:aws:logs:eu-west-1:111122223333:log-group:trail"
_HERE: Mapping[str, Any] = {"arn": _ARN, "account": "111122223333", "region": "eu-west-1"}
_TRAIL = Trail(cloud_watch_logs_log_group_arn=f"{_ARN}:*", account="111122223333")
_ANYONE = {"Effect": "Allow", "Principal": "*", "Action": "logs:PutLogEvents", "Resource": "*"}
_DELIVERY = {**_ANYONE, "Principal": {"Service": "delivery.logs.amazonaws.com"}}
_ROUTE53 = {**_ANYONE, "Principal": {"Service": "route53.amazonaws.com"}}
_OF_ACCOUNT = {"Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}}


@rule(
    "low",
    passes=[LogGroup(retention_in_days=365), LogGroup(retention_in_days=None, log_group_class="DELIVERY")],
    fails=[LogGroup(retention_in_days=None)],
)
def kept_for_ever(group: LogGroup) -> Problems:
    """CloudWatch log group keeps its events for ever.

    ## Why it matters
    What nobody needs any more can still leak, may have to be deleted by law, and is paid for each month.

    ## How to fix
    Set how long the events are kept: a year for what an investigation needs, less for the rest.

    ## References
    - https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html
    """
    if group.retention_in_days is None and group.log_group_class != "DELIVERY":
        yield "no retention is set"


@kept_for_ever.risky_fix("events older than a year are deleted")
def keep_a_year(group: LogGroup) -> LogGroup:
    """Keep events for 365 days."""
    return replace(group, retention_in_days=group.retention_in_days or _YEAR)


@rule(
    "medium",
    passes=[
        (LogGroup(retention_in_days=365, **_HERE), _TRAIL),
        (LogGroup(retention_in_days=None, **_HERE), _TRAIL),
        LogGroup(retention_in_days=7, **_HERE),
    ],
    fails=[(LogGroup(retention_in_days=90, **_HERE), _TRAIL)],
    reads=[Trail],
)
def trail_kept_too_short(group: LogGroup, world: World, *, trail_retention: int = _YEAR) -> Problems:
    """CloudWatch log group of a trail does not keep its events long enough.

    ## Why it matters
    Intruders are often found months after they came, and by then the events that show how are gone.

    ## How to fix
    Keep the events for at least 365 days.

    ## Parameters
    - `trail_retention`: days for which the log group of a trail must keep events.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-16
    """
    if (
        group.retention_in_days is not None
        and group.retention_in_days < trail_retention
        and world.find(Trail, cloud_watch_logs_log_group_arn=f"{group.key}:*")
    ):
        yield f"events of CloudTrail are gone after {group.retention_in_days} days"


@trail_kept_too_short.fix
def keep_trail_longer(group: LogGroup, *, trail_retention: int = _YEAR) -> LogGroup:
    """Keep events for as long as an investigation needs them."""
    kept = group.retention_in_days
    if kept is None or kept >= trail_retention:
        return group
    return replace(group, retention_in_days=next((each for each in SPANS if each >= trail_retention), None))


@rule(
    "low",
    passes=[LogGroup(kms_key_id="arn:aws:kms:eu-west-1:111122223333:key/1"), LogGroup(log_group_class="DELIVERY")],
    fails=[LogGroup()],
)
def no_kms_key(group: LogGroup) -> Problems:
    """CloudWatch log group has no KMS key of yours.

    ## Why it matters
    AWS encrypts it under a key of its own, so whoever may read the group reads it: no key policy stands in between, and
    no use of a key is recorded.

    ## How to fix
    Associate a KMS key whose policy lets CloudWatch Logs of the Region use it. Only new events are encrypted with it.

    ## References
    - https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    if not group.kms_key_id and group.log_group_class != "DELIVERY":
        yield "no KMS key is associated with it"


@rule(
    "high",
    passes=[ResourcePolicy(), ResourcePolicy(policy_document=parse_policy({"Statement": _DELIVERY}))],
    fails=[ResourcePolicy(policy_document=parse_policy({"Statement": _ANYONE}))],
)
def public_log_groups(policy: ResourcePolicy) -> Problems:
    """CloudWatch Logs resource policy lets anyone in.

    ## Why it matters
    Anyone can write forged events, and hide his own traces among them, or pile up costs.

    ## How to fix
    Name the services that write to the log groups, with `aws:SourceAccount` or `aws:SourceArn`.

    ## References
    - https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
    """
    yield from reach.public(policy.policy_document, "", policy.account)


@public_log_groups.risky_fix("whoever writes by the open statement is refused")
def close_log_groups(policy: ResourcePolicy) -> ResourcePolicy | None:
    """Remove the statements that let anyone in from the resource policy, or the policy where it has no others."""
    document = policy.policy_document
    kept = without_statements(document, reach.opening(document, "", policy.account))
    return None if kept is None and document is not None else replace(policy, policy_document=kept)


@rule(
    "low",
    passes=[
        ResourcePolicy(account="111122223333"),
        ResourcePolicy(
            account="111122223333", policy_document=parse_policy({"Statement": {**_ROUTE53, **_OF_ACCOUNT}})
        ),
    ],
    fails=[
        ResourcePolicy(account="111122223333", policy_document=parse_policy({"Statement": _ROUTE53})),
        ResourcePolicy(account="111122223333", policy_document=parse_policy({"Statement": _DELIVERY})),
    ],
)
def service_allowed_for_anyone(policy: ResourcePolicy) -> Problems:
    """CloudWatch Logs resource policy lets a service in on anybody's behalf.

    ## Why it matters
    Somebody else can have the service write to your log groups, from a resource of his own account.

    ## How to fix
    Add a condition on `aws:SourceAccount` or `aws:SourceArn` that names what the service acts for.

    ## References
    - https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    yield from reach.deputies(policy.policy_document, "", policy.account, _WRITERS)


@service_allowed_for_anyone.risky_fix("services that write on behalf of another account are refused")
def bind_services(policy: ResourcePolicy) -> ResourcePolicy:
    """Let the services in on behalf of this account only."""
    document = policy.policy_document
    return policy if document is None else replace(policy, policy_document=bound_to(policy.account, document, _WRITERS))
