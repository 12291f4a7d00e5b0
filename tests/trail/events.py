"""Events in CloudTrail's shapes, as its documentation shows them, with what a test changes of them."""

from __future__ import annotations

import gzip
import json
from typing import Any

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/team/deploy"

SESSION: dict[str, Any] = {
    "type": "AssumedRole",
    "principalId": "AROAIDPPEZS35WEXAMPLE:run-1",
    "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/run-1",
    "accountId": ACCOUNT,
    "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
    "sessionContext": {
        "sessionIssuer": {"type": "Role", "principalId": "AROAIDPPEZS35WEXAMPLE", "arn": ROLE, "accountId": ACCOUNT},
        "webIdFederationData": {},
        "attributes": {"creationDate": "2026-03-01T09:00:00Z", "mfaAuthenticated": "true"},
    },
}


def event(source: str = "s3", name: str = "ListBuckets", **changed: Any) -> dict[str, Any]:
    """An event of a role's session, with these fields changed; those that are ``...`` are left out."""
    made: dict[str, Any] = {
        "eventVersion": "1.11",
        "userIdentity": SESSION,
        "eventTime": "2026-03-01T10:00:00Z",
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "203.0.113.7",
        "userAgent": "aws-cli/2.15",
        "requestParameters": None,
        "responseElements": None,
        "requestID": "a",
        "eventID": "b",
        "readOnly": True,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        "tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256"},
        **changed,
    }
    return {name: value for name, value in made.items() if value is not ...}


def log(*events: dict[str, Any]) -> bytes:
    """A file of CloudTrail with these events."""
    return gzip.compress(json.dumps({"Records": list(events)}).encode())
