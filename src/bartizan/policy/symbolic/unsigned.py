"""Calls that need no signature: what somebody without an AWS account could do, where a policy lets everybody in.

All other calls AWS refuses before it looks at a policy, so that there "everybody" means everybody with an account.
"""

from __future__ import annotations

from bartizan.policy.conditions import Constraint, texts

UNSIGNED_ACTIONS: tuple[str, ...] = (
    "elasticfilesystem:Client*",
    "es:ESHttp*",
    "execute-api:*",
    "lambda:InvokeFunctionUrl",
    "mediapackagev2:*",
    "mediastore:*",
    "s3:*",
    "sns:*",
    "sqs:*",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "vpc-lattice-svcs:*",
)
"""The actions, as patterns. SNS does not say whether it takes unsigned calls; it is counted among those that do.

Sources:

- https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
- https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ac.html
- https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
- https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
- https://docs.aws.amazon.com/mediapackage/latest/userguide/policy-principal.html
- https://docs.aws.amazon.com/mediastore/latest/ug/policies-examples-public-access.html
- https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-bucket-user-policy-specifying-principal-intro.html
- https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-basic-examples-of-sqs-policies.html
- https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
- https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html
"""

UNSIGNED = Constraint("action", texts(UNSIGNED_ACTIONS, variables=False, nocase=True))
"""That a call needs no signature."""
