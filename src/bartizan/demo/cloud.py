"""An account of the emulator and the means to fill it: clients, and the words of policies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
import botocore.session
from botocore.loaders import Loader

HOME, OTHER = "eu-west-1", "us-east-1"
"""The region in which the company works, and that of AWS's global services."""

ACCOUNT = "123456789012"
"""The account that the emulator's own credentials belong to."""


class Cloud:
    """Clients of one account, with credentials that are worth nothing elsewhere."""

    def __init__(self, address: str, account: str = ACCOUNT, keys: tuple[str, str] = ("demo", "demo")) -> None:
        session = botocore.session.Session()
        session.register_component("data_loader", _models())
        session.set_credentials(*keys)
        self._session = boto3.Session(botocore_session=session)
        self._address = address
        self.account = account

    def into(self, account: str) -> Cloud:
        """The same for another account of the emulator."""
        role = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
        taken = self.client("sts").assume_role(RoleArn=role, RoleSessionName="demo")["Credentials"]
        return Cloud(self._address, account, (taken["AccessKeyId"], taken["SecretAccessKey"]))

    def client(self, service: str, region: str = HOME) -> Any:
        """The client of a service."""
        return self._session.client(service, region_name=region, endpoint_url=self._address)


@cache
def _models() -> Loader:
    """Botocore's descriptions of services, read once for all accounts."""
    return Loader()


def policy(*statements: Mapping[str, Any]) -> str:
    """A policy as AWS takes it."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    """A statement that allows; ``more`` are its other elements."""
    return {"Effect": "Allow", "Action": actions, "Resource": resource, **more}


def deny(actions: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    """A statement that denies; ``more`` are its other elements."""
    return {"Effect": "Deny", "Action": actions, "Resource": resource, **more}


def trust(principal: str | Mapping[str, Any], action: str = "sts:AssumeRole", **more: Any) -> str:
    """A role's trust policy."""
    return policy({"Effect": "Allow", "Principal": principal, "Action": action, **more})


def root(account: str) -> dict[str, str]:
    """The principal that stands for an account."""
    return {"AWS": f"arn:aws:iam::{account}:root"}


@dataclass(frozen=True, slots=True)
class Company:
    """An organization: its id, its management account, and the other accounts by name."""

    organization: str
    home: Cloud
    members: Mapping[str, Cloud]

    def number(self, name: str) -> str:
        """The number of a member account."""
        return self.members[name].account

    @property
    def only_us(self) -> Mapping[str, Any]:
        """The condition that the caller belongs to the organization."""
        return {"StringEquals": {"aws:PrincipalOrgID": self.organization}}
