"""Topics that fail."""

from __future__ import annotations

import json

from harden.aws import Aws
from harden.seeded import seeds


@seeds("sns.plain-http-allowed")
def topic_with_the_policy_of_a_new_one(aws: Aws) -> None:
    aws.client("sns").create_topic(Name="alarms", Attributes={"DisplayName": "Alarms"})


@seeds("sns.plain-http-allowed")
def topic_that_a_partner_publishes_to(aws: Aws) -> None:
    sns = aws.client("sns")
    arn = sns.create_topic(Name="orders")["TopicArn"]
    statement = {
        "Sid": "partner",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::444455556666:root"},
        "Action": "SNS:Publish",
        "Resource": arn,
        "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Id": "partners", "Statement": [statement]})
    sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
