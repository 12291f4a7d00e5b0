"""Checks of IAM roles that a service may assume: for whom it does."""

from __future__ import annotations

from typing import Any

from bartizan.model import Problems, replace, rule
from bartizan.policy import PolicyDocument, parse_policy, reach
from bartizan.policy.deputy import bound_to
from bartizan.resources.iam import Role

ASSUMERS = frozenset(
    {
        "airflow", "airflow-env", "bedrock", "codebuild", "comprehend", "datasync", "datazone", "dms", "ecs-tasks",
        "eks-fargate-pods", "frauddetector", "iot", "iotevents", "iotsitewise", "logs", "mediaconvert", "personalize",
        "pipes", "rekognition", "resources.cloudformation", "sagemaker", "scheduler", "sms-voice", "ssm", "states",
        "textract", "transfer", "vpc-flow-logs",
    }
)  # fmt: skip
"""The services whose documentation asks for a source condition in the trust policy of the roles that they assume.

Others, such as EC2 and Lambda, send no source when they assume a role, so that a condition would shut them out.
Source: the pages on cross-service confused deputy prevention in each service's guide, as
https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html
"""


def _trust(services: str | list[str], **more: Any) -> PolicyDocument:
    principal = {"Service": services}
    return parse_policy({"Statement": {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}})


_HERE = {"StringEquals": {"aws:SourceAccount": "111122223333"}}
_EVERY_SOURCE = {"ArnLike": {"aws:SourceArn": "arn:aws:states:*:*:stateMachine:*"}}


@rule(
    "low",
    passes=[
        Role(assume_role_policy_document=_trust("states.amazonaws.com", Condition=_HERE)),
        Role(assume_role_policy_document=_trust(["ec2.amazonaws.com", "lambda.amazonaws.com"])),
        Role(assume_role_policy_document=_trust("ssm.amazonaws.com"), path="/aws-service-role/ssm.amazonaws.com/"),
    ],
    fails=[
        Role(assume_role_policy_document=_trust("states.amazonaws.com"), account="111122223333"),
        Role(
            assume_role_policy_document=_trust(["lambda.amazonaws.com", "logs.eu-west-1.amazonaws.com"]),
            account="111122223333",
        ),
        Role(
            assume_role_policy_document=_trust("states.amazonaws.com", Condition=_EVERY_SOURCE), account="111122223333"
        ),
    ],
)
def service_trusted_for_anyone(role: Role) -> Problems:
    """Role can be assumed by a service on anybody's behalf.

    ## Why it matters
    A customer of the same service who knows the role's name may have the service use it for a job of theirs.

    ## How to fix
    Add a condition on `aws:SourceAccount` with your account, and on `aws:SourceArn` with what uses the role.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    if not role.managed_by_aws:
        yield from reach.deputies(role.assume_role_policy_document, role.arn, role.account, ASSUMERS)


@service_trusted_for_anyone.risky_fix("what uses the role from another account through these services loses it")
def trust_for_this_account(role: Role) -> Role:
    """Let these services assume the role on behalf of its own account only."""
    if not role.account:
        return role
    bound = bound_to(role.account, role.assume_role_policy_document, ASSUMERS)
    return replace(role, assume_role_policy_document=bound)
