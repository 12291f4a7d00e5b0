"""Amazon Inspector as code; CloudFormation cannot turn it on."""

from __future__ import annotations

from typing import Any

from bartizan.resources.inspector2 import AccountStatus
from bartizan.resources.writing import CodeWriter, Part

_TYPES = {"ec2": "EC2", "ecr": "ECR", "functions": "LAMBDA", "function_code": "LAMBDA_CODE"}


def _scanned(status: AccountStatus) -> dict[str, Any]:
    known = status.known()
    return {
        "account_ids": [status.account] if status.account else [],
        "resource_types": [kind for name, kind in _TYPES.items() if known.get(name)],
    }


TERRAFORM_STATUS = CodeWriter(
    "", AccountStatus, parts=(Part("aws_inspector2_enabler", dict.fromkeys(_TYPES, _scanned), {}),)
)
