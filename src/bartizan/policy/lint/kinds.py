"""The kinds of policy, and what AWS takes in each.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html,
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html and
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html; the page of each
service's quotas for its resource policies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from bartizan.policy.compiled import Layer
from bartizan.policy.document import PolicyDocument


class Kind(StrEnum):
    """What a policy is for."""

    IDENTITY = "identity"
    USER = "user"
    GROUP = "group"
    ROLE = "role"
    BOUNDARY = "boundary"
    SESSION = "session"
    TRUST = "trust"
    S3 = "s3"
    KMS = "kms"
    SQS = "sqs"
    SNS = "sns"
    LAMBDA = "lambda"
    SECRET = "secret"  # noqa: S105 - the name of a kind
    ECR = "ecr"
    EVENTS = "events"
    RESOURCE = "resource"
    ENDPOINT = "endpoint"
    SCP = "scp"
    RCP = "rcp"


@dataclass(frozen=True, slots=True)
class Facts:
    """What AWS takes: ``limit`` is the most characters, 0 where it is not known, without white space unless ``spaced``.

    ``what`` names the kind in a sentence.
    """

    what: str
    layer: Layer
    limit: int = 0
    spaced: bool = True

    @property
    def names_principals(self) -> bool:
        """Whether every statement must say for whom it is."""
        return self.layer in {Layer.RESOURCE, Layer.RCP, Layer.ENDPOINT}

    @property
    def stored_by_iam(self) -> bool:
        """Whether IAM keeps it, which is stricter in letters and ids than other services."""
        return self.layer in {Layer.IDENTITY, Layer.BOUNDARY, Layer.SESSION} or self.what == "a trust policy"


FACTS: Mapping[Kind, Facts] = MappingProxyType(
    {
        Kind.IDENTITY: Facts("a managed policy", Layer.IDENTITY, 6_144, spaced=False),
        Kind.USER: Facts("the inline policies of a user", Layer.IDENTITY, 2_048, spaced=False),
        Kind.GROUP: Facts("the inline policies of a group", Layer.IDENTITY, 5_120, spaced=False),
        Kind.ROLE: Facts("the inline policies of a role", Layer.IDENTITY, 10_240, spaced=False),
        Kind.BOUNDARY: Facts("a permissions boundary", Layer.BOUNDARY, 6_144, spaced=False),
        Kind.SESSION: Facts("a session policy", Layer.SESSION, 2_048),
        Kind.TRUST: Facts("a trust policy", Layer.RESOURCE, 2_048, spaced=False),
        Kind.S3: Facts("a bucket policy", Layer.RESOURCE, 20_480),
        Kind.KMS: Facts("a key policy", Layer.RESOURCE, 32_768),
        Kind.SQS: Facts("a queue policy", Layer.RESOURCE, 8_192),
        Kind.SNS: Facts("a topic policy", Layer.RESOURCE, 30_720),
        Kind.LAMBDA: Facts("a function policy", Layer.RESOURCE, 20_480),
        Kind.SECRET: Facts("a secret's policy", Layer.RESOURCE, 20_480),
        Kind.ECR: Facts("a repository policy", Layer.RESOURCE, 10_240),
        Kind.EVENTS: Facts("an event bus policy", Layer.RESOURCE, 10_240),
        Kind.RESOURCE: Facts("a resource policy", Layer.RESOURCE),
        Kind.ENDPOINT: Facts("an endpoint policy", Layer.ENDPOINT, 20_480),
        Kind.SCP: Facts("a service control policy", Layer.SCP, 10_240),
        Kind.RCP: Facts("a resource control policy", Layer.RCP, 5_120),
    }
)

_BY_SERVICE: Mapping[str, Kind] = MappingProxyType(
    {
        "s3": Kind.S3, "kms": Kind.KMS, "sqs": Kind.SQS, "sns": Kind.SNS, "lambda": Kind.LAMBDA,
        "secretsmanager": Kind.SECRET, "ecr": Kind.ECR, "events": Kind.EVENTS,
    }
)  # fmt: skip


def guess_kind(document: PolicyDocument) -> Kind:
    """The kind that a policy looks like: by its principals, and by the service of its actions where that is one.

    Boundaries, session policies and SCPs look like identity policies, and endpoint policies and RCPs like those of
    resources.
    """
    if all(each.principals is None for each in document):
        return Kind.IDENTITY
    services = {action.partition(":")[0].lower() for each in document for action in each.actions}
    if services == {"sts"} and not any(each.resources for each in document):
        return Kind.TRUST
    return _BY_SERVICE.get(services.pop(), Kind.RESOURCE) if len(services) == 1 else Kind.RESOURCE
