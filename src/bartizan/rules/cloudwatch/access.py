"""Checks that somebody is told of sign-ins, and of changes to access, records and data.

The events are those of the CIS Foundations Benchmark. Whether they are noticed is decided by running the patterns of
metric filters and of EventBridge's rules on them.
"""

from __future__ import annotations

from bartizan.model import Problems, World, rule
from bartizan.resources.account import Account
from bartizan.rules.cloudwatch import events
from bartizan.rules.cloudwatch.watch import HERE, READS, noticed, ruled, samples, unnoticed, watching

_REFUSED = {"detail": {"errorCode": [{"suffix": "UnauthorizedOperation"}, {"prefix": "AccessDenied"}]}}


@rule(
    "low",
    passes=[
        watching('{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }'),
        watching('{ ($.errorCode = %UnauthorizedOperation|^AccessDenied%) && ($.eventName != "HeadBucket") }'),
        ruled(_REFUSED, reads=True),
    ],
    fails=[
        ruled(_REFUSED),
        HERE,
        watching('{ $.errorCode = "AccessDenied" }'),
        watching('{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }', subscribers=0),
        watching(""),
    ],
    reads=READS,
)
def refused_calls_unwatched(account: Account, world: World) -> Problems:
    """Nobody is told of calls that AWS refuses.

    ## Why it matters
    An intruder who tries out what a stolen key may do is refused again and again.

    ## How to fix
    Count calls whose `errorCode` ends in `UnauthorizedOperation` or starts with `AccessDenied` by a metric filter
    on the trail's log group, and set an alarm that writes to a topic with subscribers. A rule of EventBridge in
    each Region that tells somebody will do as well.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-2
    """
    yield from unnoticed(account, world, events.REFUSED_CALLS)


@rule(
    "medium",
    passes=[
        watching('{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") }'),
        watching(
            '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && '
            '($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }'
        ),
        ruled({"detail": {"eventName": ["ConsoleLogin"], "additionalEventData": {"MFAUsed": ["No"]}}}),
    ],
    fails=[
        ruled({"detail-type": ["AWS Console Sign In via CloudTrail"]}),
        HERE,
        watching('{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed = "Yes") }'),
        watching('{ $.eventName = "ConsoleLogin" }'),
    ],
    reads=READS,
)
def sign_in_without_mfa_unwatched(account: Account, world: World) -> Problems:
    """Nobody is told of a sign-in to the console without MFA.

    ## Why it matters
    A password alone is what gets stolen.

    ## How to fix
    Count sign-ins whose `MFAUsed` is not `Yes` by a metric filter on the trail's log group, and set an alarm that
    writes to a topic with subscribers. A rule of EventBridge in each Region that tells somebody will do as well.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-3
    """
    yield from unnoticed(account, world, events.SIGN_IN_WITHOUT_MFA)


@rule(
    "medium",
    passes=[
        watching(
            '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS '
            '&& $.eventType != "AwsServiceEvent" }'
        ),
        ruled({"detail": {"userIdentity": {"type": ["Root"], "invokedBy": [{"exists": False}]}}}),
    ],
    fails=[
        HERE,
        watching('{ $.userIdentity.type = "root" }'),
        watching('{ $.userIdentity.type = "Root" && $.eventName = "ConsoleLogin" }'),
    ],
    reads=READS,
)
def root_use_unwatched(account: Account, world: World) -> Problems:
    """Nobody is told when root is used.

    ## Why it matters
    Root can do everything, and hardly ever has to: each use is either rare work or an intruder's.

    ## How to fix
    Count events of the identity type `Root` by a metric filter on the trail's log group, and set an alarm that
    writes to a topic with subscribers. A rule of EventBridge in each Region that tells somebody will do as well.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-1
    """
    yield from unnoticed(account, world, events.ROOT)


@rule("medium", passes=noticed(events.POLICIES), fails=samples(events.POLICIES), reads=READS)
def policy_changes_unwatched(account: Account, world: World) -> Problems:
    """Nobody is told of changes to IAM policies.

    ## Why it matters
    Who can change a policy can give himself everything, and an intruder does so early.

    ## How to fix
    Count the calls that change policies by a metric filter on the trail's log group, and set an alarm that writes
    to a topic with subscribers. A rule of EventBridge in each Region that tells somebody will do as well.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-4
    """
    yield from unnoticed(account, world, events.POLICIES)


@rule("medium", passes=noticed(events.TRAILS), fails=samples(events.TRAILS), reads=READS)
def trail_changes_unwatched(account: Account, world: World) -> Problems:
    """Nobody is told when a trail is changed or stopped.

    ## Why it matters
    To stop the recording is one of the first things an intruder does.

    ## How to fix
    Count the calls that change trails by a metric filter on the trail's log group, and set an alarm that writes to
    a topic with subscribers. A rule of EventBridge in each Region that tells somebody will do as well.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-5
    """
    yield from unnoticed(account, world, events.TRAILS)


@rule(
    "low",
    passes=[
        watching('{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }'),
        ruled({"detail": {"eventName": ["ConsoleLogin"], "errorMessage": [{"exists": True}]}}),
    ],
    fails=[HERE, watching('{ ($.eventName = ConsoleLogin) && ($.errorMessage = "failed authentication") }')],
    reads=READS,
)
def refused_sign_ins_unwatched(account: Account, world: World) -> Problems:
    """Nobody is told of sign-ins that fail.

    ## Why it matters
    Many wrong passwords in a row are somebody guessing.

    ## How to fix
    Count sign-ins with the `errorMessage` `Failed authentication` by a metric filter on the trail's log group, and
    set an alarm that writes to a topic with subscribers. A rule of EventBridge in each Region that tells somebody
    will do as well.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-6
    """
    yield from unnoticed(account, world, events.SIGN_IN_REFUSED)


@rule("medium", passes=noticed(events.KEYS), fails=samples(events.KEYS), reads=READS)
def key_removal_unwatched(account: Account, world: World) -> Problems:
    """Nobody is told when a KMS key is disabled or will be deleted.

    ## Why it matters
    Without its key all that it encrypts is gone, and there are a few days in which to stop it.

    ## How to fix
    Count `DisableKey` and `ScheduleKeyDeletion` by a metric filter on the trail's log group, and set an alarm that
    writes to a topic with subscribers. A rule of EventBridge in each Region that tells somebody will do as well.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-7
    """
    yield from unnoticed(account, world, events.KEYS)


@rule("low", passes=noticed(events.BUCKETS), fails=samples(events.BUCKETS), reads=READS)
def bucket_changes_unwatched(account: Account, world: World) -> Problems:
    """Nobody is told when a bucket's policy or settings change.

    ## Why it matters
    One wrong policy publishes all that a bucket holds.

    ## How to fix
    Count the calls that change buckets' policies and settings by a metric filter on the trail's log group, and set
    an alarm that writes to a topic with subscribers. A rule of EventBridge in each Region that tells somebody will
    do as well.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-8
    """
    yield from unnoticed(account, world, events.BUCKETS)


@rule("low", passes=noticed(events.ORGANIZATION), fails=samples(events.ORGANIZATION), reads=READS)
def organization_changes_unwatched(account: Account, world: World) -> Problems:
    """Nobody is told of changes to the organization.

    ## Why it matters
    A policy that is detached, or an account that leaves, takes all guardrails away at once. The events are recorded in
    the management account.

    ## How to fix
    Count the calls that change the organization by a metric filter on the trail's log group, and set an alarm that
    writes to a topic with subscribers. A rule of EventBridge in each Region that tells somebody will do as well.

    ## References
    - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_security_incident-response.html
    """
    yield from unnoticed(account, world, events.ORGANIZATION)
