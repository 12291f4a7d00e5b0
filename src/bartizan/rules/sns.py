"""Checks of Amazon SNS."""

from __future__ import annotations

from bartizan.model import Problems, rule
from bartizan.policy import described, open_statements, parse_policy
from bartizan.policy.deputy import SENDERS, for_anyone
from bartizan.resources.sns import Topic

_ANYONE = {"Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": "*"}
_SERVICE = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sns:Publish", "Resource": "*"}
_SERVICE_HERE = {**_SERVICE, "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}}
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
    for statement in open_statements(topic.policy):
        yield f"{described(statement)} to everyone"


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
    for statement, service in for_anyone(topic.policy, SENDERS):
        yield f"{described(statement)} to {service}, whoever asks the service to"
