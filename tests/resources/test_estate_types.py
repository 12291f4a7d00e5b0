"""Every type with a policy can stand in the estate, whatever other fields it has."""

from __future__ import annotations

from typing import Any

import pytest

from bartizan.model import Resource
from bartizan.policy import parse_policy
from bartizan.resources.estate import POLICY_FIELDS, build_estate

ARN = "arn:aws:some:eu-west-1:111122223333:thing"
OPEN = parse_policy({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}})


@pytest.mark.parametrize("kind", POLICY_FIELDS, ids=lambda kind: kind.__name__)
def test_its_policy_guards_it(kind: type[Resource]) -> None:
    one = kind.of({"arn": ARN, "account": "111122223333", POLICY_FIELDS[kind]: OPEN})

    def listed(asked: type[Any]) -> list[Any]:
        return [one] if asked is kind else []

    guarded = build_estate(listed).resource(ARN)
    assert guarded is not None
    assert guarded.policies[0].document is OPEN
