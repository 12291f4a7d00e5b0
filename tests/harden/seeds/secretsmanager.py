"""Secrets that fail."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from harden.aws import Aws, AwsError
from harden.seeded import State, seeds

_ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf"
_NOW = dt.datetime.now(dt.UTC)
_OWN = {
    "Sid": "shop",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
    "Action": "secretsmanager:GetSecretValue",
    "Resource": "*",
}
_ANYONE = {**_OWN, "Sid": "anyone", "Principal": "*"}


def _secret(aws: Aws, **more: Any) -> State:
    """A secret of which moto tells no schedule, nor when it was read."""
    state = {
        "ARN": _ARN,
        "Name": "db",
        "CreatedDate": _NOW - dt.timedelta(days=400),
        "LastAccessedDate": _NOW - dt.timedelta(days=1),
        **more,
    }

    def rotate(params: dict[str, Any]) -> dict[str, Any]:
        assert params["RotateImmediately"] is False
        rules = params["RotationRules"]
        if "ScheduleExpression" in rules:
            assert "AutomaticallyAfterDays" not in rules
            days = 365 if "cron" in rules["ScheduleExpression"] else int(rules["ScheduleExpression"][5:-1].split()[0])
            rules["AutomaticallyAfterDays"] = days
        assert rules.get("Duration") == more["RotationRules"].get("Duration")
        assert rules["AutomaticallyAfterDays"] < 365 or rules == more["RotationRules"]
        state["RotationRules"] = rules
        return {"ARN": _ARN, "Name": "db"}

    def delete(_: dict[str, Any]) -> dict[str, Any]:
        if "DeletedDate" in state:
            raise AwsError("InvalidRequestException", "You can't perform this: it was marked for deletion.")
        state["DeletedDate"] = _NOW
        return {"ARN": _ARN, "Name": "db", "DeletionDate": _NOW + dt.timedelta(days=30)}

    def restore(_: dict[str, Any]) -> dict[str, Any]:
        del state["DeletedDate"]
        return {"ARN": _ARN, "Name": "db"}

    aws.answers("secretsmanager:ListSecrets", lambda _: {"SecretList": [] if "DeletedDate" in state else [state]})
    aws.answers("secretsmanager:DescribeSecret", lambda _: state)
    aws.answers("secretsmanager:RotateSecret", rotate)
    aws.answers("secretsmanager:DeleteSecret", delete)
    aws.answers("secretsmanager:RestoreSecret", restore)
    aws.answers("secretsmanager:GetResourcePolicy", {"ARN": _ARN, "Name": "db"})
    return lambda: state


def _open(aws: Aws, *statements: dict[str, Any]) -> None:
    manager = aws.client("secretsmanager")
    manager.create_secret(Name="db", SecretString="made-up", Tags=[{"Key": "team", "Value": "shop"}])
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    manager.put_resource_policy(SecretId="db", ResourcePolicy=policy)


@seeds("secretsmanager.public-secret")
def secret_for_anyone(aws: Aws) -> None:
    _open(aws, _OWN, _ANYONE)


@seeds("secretsmanager.public-secret")
def secret_for_anyone_alone(aws: Aws) -> None:
    _open(aws, _ANYONE)


@seeds("secretsmanager.rotated-rarely")
def secret_rotated_every_year(aws: Aws) -> State:
    return _secret(aws, RotationEnabled=True, RotationRules={"AutomaticallyAfterDays": 365, "Duration": "3h"})


@seeds("secretsmanager.rotated-rarely")
def secret_rotated_at_a_rate(aws: Aws) -> State:
    rules = {"AutomaticallyAfterDays": 365, "ScheduleExpression": "rate(365 days)", "Duration": "2h"}
    return _secret(aws, RotationEnabled=True, RotationRules=rules)


@seeds("secretsmanager.rotated-rarely")
def secret_rotated_on_new_year(aws: Aws) -> State:
    rules = {"AutomaticallyAfterDays": 365, "ScheduleExpression": "cron(0 4 1 1 ? *)"}
    return _secret(aws, RotationEnabled=True, RotationRules=rules)


@seeds("secretsmanager.unused-secret")
def secret_that_nobody_reads(aws: Aws) -> State:
    return _secret(aws, LastAccessedDate=_NOW - dt.timedelta(days=200))
