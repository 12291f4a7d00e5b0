"""Checks of Amazon SNS."""

from __future__ import annotations

from bartizan.model import Problems, replace, rule
from bartizan.policy import parse_policy, reach
from bartizan.policy.deputy import SENDERS
from bartizan.policy.https import with_https_only
from bartizan.resources.kms import customer_managed
from bartizan.resources.sns import Topic
from bartizan.rules.datatags import without_data_tag
from bartizan.rules.outsiders import shared_with_other_account, shared_with_other_organization

_ANYONE = {"Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": "*"}
_SERVICE = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sns:Publish", "Resource": "*"}
_SERVICE_HERE = {**_SERVICE, "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}}
_PARTNER = {**_ANYONE, "Principal": {"AWS": "arn:aws:iam::444455556666:root"}}
_SHARED = parse_policy({"Statement": _PARTNER})
_HTTPS_ONLY = {**_ANYONE, "Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
_OWNER = {**_ANYONE, "Condition": {"StringEquals": {"AWS:SourceOwner": "111122223333"}}}


@rule("medium", passes=[Topic(kms_master_key_id="alias/app")], fails=[Topic()])
def unencrypted_topic(topic: Topic) -> Problems:
    """SNS topic has no KMS key.

    ## Why it matters
    Messages wait for delivery without encryption under a key whose use you control and can see.

    ## How to fix
    Set a customer managed key whose policy lets the publishing services use it. `alias/aws/sns` does not allow them.

    ## References
    - https://docs.aws.amazon.com/sns/latest/dg/sns-server-side-encryption.html
    """
    if not topic.kms_master_key_id:
        yield "no KMS key is set"


@rule(
    "critical",
    passes=[Topic(), Topic(policy=parse_policy({"Statement": _OWNER}))],
    fails=[Topic(policy=parse_policy({"Statement": _ANYONE}))],
)
def public_topic(topic: Topic) -> Problems:
    """SNS topic policy lets anyone in.

    ## Why it matters
    Anyone can send forged messages to the subscribers, or subscribe and read along.

    ## How to fix
    Name the accounts, roles or services, or restrict with `aws:SourceArn`, `aws:SourceAccount` or `aws:PrincipalOrgID`.

    ## References
    - https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html
    """
    yield from reach.public(topic.policy, topic.arn, topic.account)


@rule("medium", passes=[Topic()], fails=[Topic(http_hosts=("hooks.example.com",))])
def plain_http_subscription(topic: Topic) -> Problems:
    """SNS topic delivers messages over plain HTTP.

    ## Why it matters
    Everyone on the way reads the messages and can change them.

    ## How to fix
    Subscribe the endpoint again with `https`, and remove the old subscription.

    ## References
    - https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html
    """
    for host in topic.http_hosts:
        yield f"messages go to {host} over HTTP"


@rule(
    "medium",
    passes=[Topic(), Topic(policy=parse_policy({"Statement": _SERVICE_HERE}))],
    fails=[Topic(policy=parse_policy({"Statement": _SERVICE}))],
)
def service_allowed_for_anyone(topic: Topic) -> Problems:
    """SNS topic policy lets a service in on anybody's behalf.

    ## Why it matters
    Anyone can tell the service to publish to the topic, from a bucket, alarm or rule of their own.

    ## How to fix
    Add a condition on `aws:SourceArn`, `aws:SourceAccount` or `aws:SourceOrgID` that names what the service acts for.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    - https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
    """
    yield from reach.deputies(topic.policy, topic.arn, topic.account, SENDERS)


@rule(
    "low",
    passes=[Topic(policy=parse_policy({"Statement": _HTTPS_ONLY}))],
    fails=[Topic(policy=None), Topic(policy=parse_policy({"Statement": {**_HTTPS_ONLY, "Effect": "Allow"}}))],
)
def plain_http_allowed(topic: Topic) -> Problems:
    """SNS topic policy does not insist on HTTPS.

    ## Why it matters
    A publisher with a wrong setting sends messages that everyone on the way reads and can change.

    ## How to fix
    Add a statement that denies `sns:Publish` to everyone where `aws:SecureTransport` is false.

    ## References
    - https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html
    """
    if reach.over_plain_http(topic.policy, topic.arn, topic.account, ["sns:Publish"]) is not None:
        yield "publishing over plain HTTP is not denied to everyone"


@plain_http_allowed.risky_fix("publishers that still use plain HTTP are refused")
def require_https(topic: Topic) -> Topic:
    """Add a statement to the topic policy that denies publishing over plain HTTP."""
    if reach.over_plain_http(topic.policy, topic.arn, topic.account, ["sns:Publish"]) is None:
        return topic
    return replace(topic, policy=with_https_only(topic.policy, "sns:Publish", [topic.arn or "*"]))


@rule(
    "low",
    passes=[
        Topic(account="111122223333", kms_master_key_id=None),
        Topic(account="111122223333", policy=_SHARED, kms_master_key_id="alias/shop"),
    ],
    fails=[
        Topic(account="111122223333", policy=_SHARED, kms_master_key_id=None),
        Topic(account="111122223333", policy=_SHARED, kms_master_key_id="alias/aws/sns"),
    ],
)
def shared_without_own_key(topic: Topic) -> Problems:
    """SNS topic is shared with another account, but not under a key of yours.

    ## Why it matters
    The policy of your own key is a second door, which stays shut where the first was opened by mistake. A key that AWS
    manages is either no door at all or cannot be opened for the other account.

    ## How to fix
    Encrypt with a customer managed key whose policy allows the other account what it needs, and no more.

    ## References
    - https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    if not customer_managed(topic.kms_master_key_id):
        for each in reach.other_accounts(topic.policy, topic.arn, topic.account):
            yield f"{each} has access, and no key of yours stands in between"


topic_without_data_tag = without_data_tag.of(Topic, "SNS topic")
topic_shared_with_other_account = shared_with_other_account.of(Topic, "SNS topic")
topic_shared_with_other_organization = shared_with_other_organization.of(Topic, "SNS topic")
