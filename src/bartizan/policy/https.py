"""A policy that insists on HTTPS.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bartizan.policy.document import PolicyDocument, parse_policy


def with_https_only(document: PolicyDocument | None, action: str, resources: Sequence[str]) -> PolicyDocument:
    """The policy with one more statement: it denies everyone the action on the resources over plain HTTP."""
    source: dict[str, Any] = dict(document.source) if document else {"Version": "2012-10-17", "Statement": []}
    present = source["Statement"] if isinstance(source["Statement"], list) else [source["Statement"]]
    denial = {
        "Sid": "DenyPlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": resources[0] if len(resources) == 1 else list(resources),
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return parse_policy({**source, "Statement": [*present, denial]})
