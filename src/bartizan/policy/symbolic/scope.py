"""Scope: the requests that can be meant for a resource and for what lies within it."""

from __future__ import annotations

from collections.abc import Sequence

from bartizan.policy.decision import FREE_ACTIONS
from bartizan.policy.symbolic.formula import Formula, both, either, one_of, opposite

_OBJECT_ACTIONS = (
    "s3:*object*",
    "s3:abortmultipartupload",
    "s3:listmultipartuploadparts",
    "s3:replicate*",
    "s3:bypass*",
)
_BUCKET_ACTIONS = ("s3:getbucket*", "s3:putbucket*")
_PREFIXES = {"iam": "sts"}
"""Where the actions on a resource begin with another service than its ARN: only assuming asks a role's own policy."""

_PARTS = {"dynamodb": "/*", "es": "/*", "execute-api": "/*", "lambda": ":*", "logs": ":*"}
"""What follows the ARN where a resource has parts: versions, aliases and streams; indexes and paths; stages of APIs."""


def scope(arn: str, actions: Sequence[str] = ("*",)) -> Formula:
    """The requests for these actions (patterns), on the resource or within it; on any where ``arn`` is empty.

    Only actions of the resource's own service count. Of S3, actions on objects are asked for objects, and those on
    buckets for buckets. Source:
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
    """
    if not arn:
        return both(one_of("action", *actions), one_of("action", *sorted(FREE_ACTIONS)).negate())
    service = arn.split(":", 3)[2] if arn.count(":") > 2 else "*"
    asked = both(
        one_of("action", *actions),
        one_of("action", f"{_PREFIXES.get(service, service)}:*"),
        one_of("action", *sorted(FREE_ACTIONS)).negate(),
    )
    if service == "s3":
        on_object = both(one_of("action", *_OBJECT_ACTIONS), one_of("action", *_BUCKET_ACTIONS).negate())
        objects = both(on_object, one_of("resource", f"{arn}/*"))
        return both(asked, either(objects, both(opposite(on_object), one_of("resource", arn))))
    parts = (arn + _PARTS[service],) if service in _PARTS else ()
    return both(asked, one_of("resource", arn, *parts))
