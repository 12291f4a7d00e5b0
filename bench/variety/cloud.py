"""What the parts of the account share: clients of the emulator, and policies."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import boto3

HOME, ACCOUNT, STRANGER = "eu-west-1", "123456789012", "444455556666"
EVERYONE = "*"


class Cloud:
    """Clients of the emulator at one address."""

    def __init__(self, address: str) -> None:
        self._session = boto3.Session(aws_access_key_id="demo", aws_secret_access_key="demo")  # noqa: S106 - made up
        self._address = address

    def client(self, service: str, region: str = HOME) -> Any:
        """A client of a service in a region."""
        return self._session.client(service, region_name=region, endpoint_url=self._address)


def policy(*statements: Mapping[str, Any]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    """A statement that allows; ``Principal`` and ``Condition`` in ``more``."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def trust(principal: Mapping[str, Any], action: str = "sts:AssumeRole", **more: Any) -> str:
    """A trust policy of a role."""
    return policy({"Effect": "Allow", "Principal": principal, "Action": action, **more})


def root(account: str = ACCOUNT) -> dict[str, str]:
    """An account as principal."""
    return {"AWS": f"arn:aws:iam::{account}:root"}


def grants(action: str, resource: str = "*") -> dict[str, str]:
    """One resource policy for each kind of openness, by a name for it."""
    condition = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    network = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    organization = {"StringEquals": {"aws:PrincipalOrgID": "o-madeup1234"}}
    return {
        "open": policy(allow(action, resource, Principal=EVERYONE)),
        "own": policy(allow(action, resource, Principal=root())),
        "shared": policy(allow(action, resource, Principal=root(STRANGER))),
        "for-organization": policy(allow(action, resource, Principal=EVERYONE, Condition=organization)),
        "for-own-account": policy(allow(action, resource, Principal=EVERYONE, Condition=condition)),
        "for-network": policy(allow(action, resource, Principal=EVERYONE, Condition=network)),
        "for-all-addresses": policy(
            allow(action, resource, Principal=EVERYONE, Condition={"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}})
        ),
        "for-any-caller-of-service": policy(
            allow(action, resource, Principal={"Service": "events.amazonaws.com"})
        ),
        "all-but-one": policy(
            {"Effect": "Allow", "NotPrincipal": root(STRANGER), "Action": action, "Resource": resource}
        ),
        "open-but-denied": policy(
            allow(action, resource, Principal=EVERYONE),
            {"Effect": "Deny", "Principal": EVERYONE, "Action": "*", "Resource": resource,
             "Condition": {"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}}},
        ),
    }  # fmt: skip


def package() -> bytes:
    """A function's code."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr("main.py", "def handler(event, context):\n    return event\n")
    return archive.getvalue()
