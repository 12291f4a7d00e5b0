"""Accounts that fail."""

from __future__ import annotations

from harden.aws import ACCOUNT, Aws
from harden.seeded import seeds

_PASSWORDS = (
    "account.passwords-do-not-expire",
    "account.passwords-may-be-reused",
    "account.passwords-may-be-short",
    "account.passwords-without-lower-case",
    "account.passwords-without-number",
    "account.passwords-without-symbol",
    "account.passwords-without-upper-case",
)


@seeds(*_PASSWORDS, "account.s3-public-access-not-blocked")
def account_with_nothing_set(aws: Aws) -> None:
    """An account is so when it is new."""


@seeds("account.passwords-may-be-short", "account.passwords-do-not-expire", "account.s3-public-access-not-blocked")
def account_with_half_of_it(aws: Aws) -> None:
    aws.client("iam").update_account_password_policy(
        MinimumPasswordLength=12,
        RequireLowercaseCharacters=True,
        RequireUppercaseCharacters=True,
        RequireNumbers=True,
        RequireSymbols=True,
        PasswordReusePrevention=24,
        AllowUsersToChangePassword=True,
    )
    aws.client("s3control").put_public_access_block(
        AccountId=ACCOUNT, PublicAccessBlockConfiguration={"BlockPublicAcls": True, "IgnorePublicAcls": True}
    )
