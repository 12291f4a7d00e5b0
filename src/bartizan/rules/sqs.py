"""Checks of Amazon SQS."""

from __future__ import annotations

from bartizan.model import Problems, World, replace, rule
from bartizan.policy import parse_policy, reach
from bartizan.policy.deputy import SENDERS
from bartizan.policy.https import with_https_only
from bartizan.policy.removal import without_statements
from bartizan.resources.kms import customer_managed
from bartizan.resources.sqs import Queue
from bartizan.rules.datatags import without_data_tag
from bartizan.rules.outsiders import shared_with_other_account, shared_with_other_organization

_TO_ANYONE = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
_PARTNER = {**_TO_ANYONE, "Principal": {"AWS": "arn:aws:iam::444455556666:root"}}
_SHARED = parse_policy({"Statement": _PARTNER})
_FROM_TOPIC = {**_TO_ANYONE, "Condition": {"ArnEquals": {"aws:SourceArn": "arn:aws:sns:eu-west-1:111122223333:orders"}}}
_HTTPS_ONLY = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "sqs:*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
_SERVICE = {
    "Effect": "Allow",
    "Principal": {"Service": "sns.amazonaws.com"},
    "Action": "sqs:SendMessage",
    "Resource": "*",
}
_SERVICE_HERE = {**_SERVICE, "Condition": {"ArnEquals": {"aws:SourceArn": "arn:aws:sns:eu-west-1:111122223333:orders"}}}


@rule(
    "medium",
    passes=[
        Queue(sqs_managed_sse_enabled=True),
        Queue(sqs_managed_sse_enabled=False, kms_master_key_id="alias/app"),
    ],
    fails=[Queue(sqs_managed_sse_enabled=False)],
)
def unencrypted_queue(queue: Queue) -> Problems:
    """SQS queue stores messages unencrypted.

    ## Why it matters
    Whoever reaches the storage layer, a backup or a disk of the service reads the messages as they are.

    ## How to fix
    Turn on SSE-SQS, which costs nothing and needs no key. Set a KMS key instead where other accounts read the queue or
    where the use of the key must be logged.

    ## References
    - https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html
    """
    if not (queue.sqs_managed_sse_enabled or queue.kms_master_key_id):
        yield "neither SSE-SQS nor a KMS key is set"


@unencrypted_queue.fix
def enable_sse(queue: Queue) -> Queue:
    """Turn on encryption with keys that SQS manages (SSE-SQS)."""
    return replace(queue, sqs_managed_sse_enabled=True)


@rule(
    "low",
    passes=[
        Queue(queue_name="jobs", dead_letter_target_arn="arn:aws:sqs:eu-west-1:111122223333:jobs-failed"),
        Queue(queue_name="jobs-failed", is_dead_letter_queue=True),
        (
            Queue(queue_name="failed", arn="arn:aws:sqs:eu-west-1:111122223333:failed"),
            Queue(queue_name="jobs", dead_letter_target_arn="arn:aws:sqs:eu-west-1:111122223333:failed"),
        ),
    ],
    fails=[Queue(queue_name="jobs")],
    reads=[Queue],
)
def no_dead_letter_queue(queue: Queue, world: World) -> Problems:
    """SQS queue has no dead-letter queue.

    ## Why it matters
    A message that cannot be processed comes back until it expires and is then lost, together with the trace of the
    failure or attack that made it fail.

    ## How to fix
    Create a queue for failed messages and name it in the redrive policy with a small `maxReceiveCount`.

    ## References
    - https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
    """
    if queue.dead_letter_target_arn or queue.is_dead_letter_queue:
        return
    if not world.find(Queue, dead_letter_target_arn=queue.arn or queue.address):
        yield "messages that fail again and again are lost when they expire"


@rule(
    "critical",
    passes=[
        Queue(policy=None),
        Queue(policy=parse_policy({"Statement": _FROM_TOPIC})),
        Queue(policy=parse_policy({"Statement": {**_TO_ANYONE, "Effect": "Deny"}})),
    ],
    fails=[
        Queue(policy=parse_policy({"Statement": _TO_ANYONE})),
        Queue(policy=parse_policy({"Statement": [_FROM_TOPIC, _TO_ANYONE]})),
    ],
)
def public_queue(queue: Queue) -> Problems:
    """SQS queue policy lets anyone in.

    ## Why it matters
    Anyone on the internet can read or delete the messages, or send forged ones that the consumers take for real.

    ## How to fix
    Name the accounts, roles or services that need the queue as principals, or restrict the statement with
    `aws:SourceArn`, `aws:SourceAccount` or `aws:PrincipalOrgID`.

    ## References
    - https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html
    """
    yield from reach.public(queue.policy, queue.arn, queue.account)


@public_queue.risky_fix("whoever relies on the open statement is refused, services that send to the queue included")
def close_queue(queue: Queue) -> Queue:
    """Remove the statements that let anyone in from the queue policy."""
    return replace(
        queue, policy=without_statements(queue.policy, reach.opening(queue.policy, queue.arn, queue.account))
    )


@rule("low", passes=[Queue(policy=parse_policy({"Statement": _HTTPS_ONLY}))], fails=[Queue(policy=None)])
def plain_http_allowed(queue: Queue) -> Problems:
    """SQS queue policy does not insist on HTTPS.

    ## Why it matters
    A client with a wrong setting can send and receive messages that everyone on the way reads.

    ## How to fix
    Add a statement that denies `sqs:*` to everyone where `aws:SecureTransport` is false.

    ## References
    - https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html
    """
    request = reach.over_plain_http(queue.policy, queue.arn, queue.account, ["sqs:*"])
    if request is not None:
        yield f"{request.action} over plain HTTP is not denied to {reach.caller(request)}"


@plain_http_allowed.risky_fix("clients that still use plain HTTP are refused")
def require_https(queue: Queue) -> Queue:
    """Add a statement to the queue policy that denies requests over plain HTTP."""
    if reach.over_plain_http(queue.policy, queue.arn, queue.account, ["sqs:*"]) is None:
        return queue
    return replace(queue, policy=with_https_only(queue.policy, "sqs:*", [queue.arn or "*"]))


@rule(
    "medium",
    passes=[Queue(), Queue(policy=parse_policy({"Statement": _SERVICE_HERE}))],
    fails=[Queue(policy=parse_policy({"Statement": _SERVICE}))],
)
def service_allowed_for_anyone(queue: Queue) -> Problems:
    """SQS queue policy lets a service in on anybody's behalf.

    ## Why it matters
    Anyone can tell the service to send messages to the queue, from a topic, bucket or rule of their own.

    ## How to fix
    Add a condition on `aws:SourceArn`, `aws:SourceAccount` or `aws:SourceOrgID` that names what the service acts for.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    - https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html
    """
    yield from reach.deputies(queue.policy, queue.arn, queue.account, SENDERS)


@rule(
    "low",
    passes=[
        Queue(account="111122223333", sqs_managed_sse_enabled=True),
        Queue(account="111122223333", policy=_SHARED, kms_master_key_id="alias/shop"),
    ],
    fails=[
        Queue(account="111122223333", policy=_SHARED, sqs_managed_sse_enabled=True),
        Queue(account="111122223333", policy=_SHARED, kms_master_key_id="alias/aws/sqs"),
    ],
)
def shared_without_own_key(queue: Queue) -> Problems:
    """SQS queue is shared with another account, but not under a key of yours.

    ## Why it matters
    The policy of your own key is a second door, which stays shut where the first was opened by mistake. A key that AWS
    manages is either no door at all or cannot be opened for the other account.

    ## How to fix
    Encrypt with a customer managed key whose policy allows the other account what it needs, and no more.

    ## References
    - https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
    """
    if not customer_managed(queue.kms_master_key_id):
        for each in reach.other_accounts(queue.policy, queue.arn, queue.account):
            yield f"{each} has access, and no key of yours stands in between"


queue_without_data_tag = without_data_tag.of(Queue, "SQS queue")
queue_shared_with_other_account = shared_with_other_account.of(Queue, "SQS queue")
queue_shared_with_other_organization = shared_with_other_organization.of(Queue, "SQS queue")
