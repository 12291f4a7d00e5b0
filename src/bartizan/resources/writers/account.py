"""What an account has chosen for itself, as code; CloudFormation has none of it."""

from __future__ import annotations

from typing import Any

from bartizan.resources.account import Account
from bartizan.resources.writing import CodeWriter, Part


def _passwords(account: Account) -> dict[str, Any]:
    policy = account.password_policy
    if policy is None:
        return {"minimum_password_length": None}
    return {
        "minimum_password_length": policy.minimum_password_length,
        "require_lowercase_characters": policy.require_lowercase_characters,
        "require_uppercase_characters": policy.require_uppercase_characters,
        "require_numbers": policy.require_numbers,
        "require_symbols": policy.require_symbols,
        "max_password_age": policy.max_password_age,
        "password_reuse_prevention": policy.password_reuse_prevention,
    }


def _switches(account: Account) -> dict[str, bool]:
    block = account.s3_public_access_block
    return {
        "block_public_acls": block.block_public_acls,
        "block_public_policy": block.block_public_policy,
        "ignore_public_acls": block.ignore_public_acls,
        "restrict_public_buckets": block.restrict_public_buckets,
    }


TERRAFORM_ACCOUNT = CodeWriter(
    "",
    Account,
    parts=(
        Part("aws_iam_account_password_policy", {"password_policy": _passwords}, {}),
        Part("aws_s3_account_public_access_block", {"s3_public_access_block": _switches}, {}),
    ),
)
