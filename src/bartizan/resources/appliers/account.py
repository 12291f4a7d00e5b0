"""The account's own settings: changing them."""

from __future__ import annotations

from typing import Any

from bartizan.resources.account import Account
from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put
from bartizan.resources.reading import Call


def _of(account: Account) -> dict[str, Any]:
    return {"AccountId": account.account_id}


_PASSWORDS = Look(
    Call("iam:GetAccountPasswordPolicy"),
    lambda _: {},
    lambda reply: reply["PasswordPolicy"],
    ("NoSuchEntity",),
)
_BLOCK = Look(
    Call("s3control:GetPublicAccessBlock", ("s3:GetAccountPublicAccessBlock",)),
    _of,
    lambda reply: reply["PublicAccessBlockConfiguration"],
    ("NoSuchPublicAccessBlockConfiguration",),
)
_PUT_BLOCK = ("s3:PutAccountPublicAccessBlock",)


def _passwords(edit: Edit) -> Params | None:
    """The whole policy, since what is left out goes back to its default.

    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccountPasswordPolicy.html
    """
    policy = edit.after.password_policy
    if policy is None:
        return None
    given = {
        "MinimumPasswordLength": policy.minimum_password_length,
        "RequireLowercaseCharacters": policy.require_lowercase_characters,
        "RequireUppercaseCharacters": policy.require_uppercase_characters,
        "RequireNumbers": policy.require_numbers,
        "RequireSymbols": policy.require_symbols,
        "MaxPasswordAge": policy.max_password_age or None,
        "PasswordReusePrevention": policy.password_reuse_prevention or None,
        **{name: (edit.now or {}).get(name) for name in ("AllowUsersToChangePassword", "HardExpiry")},
    }
    return {name: value for name, value in given.items() if value is not None}


def _block(edit: Edit) -> Params | None:
    if edit.undoing and edit.was is None:
        return None
    block = edit.after.s3_public_access_block
    return {
        **_of(edit.after),
        "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": block.block_public_acls,
            "IgnorePublicAcls": block.ignore_public_acls,
            "BlockPublicPolicy": block.block_public_policy,
            "RestrictPublicBuckets": block.restrict_public_buckets,
        },
    }


ACCOUNT = ApiWriter(
    Account,
    puts=(
        Put(Call("iam:UpdateAccountPasswordPolicy"), _passwords, ("password_policy",), look=_PASSWORDS),
        Put(
            Call("iam:DeleteAccountPasswordPolicy"),
            lambda edit: {} if edit.after.password_policy is None else None,
            ("password_policy",),
            already=("NoSuchEntity",),
        ),
        Put(Call("s3control:PutPublicAccessBlock", _PUT_BLOCK), _block, ("s3_public_access_block",), look=_BLOCK),
        Put(
            Call("s3control:DeletePublicAccessBlock", _PUT_BLOCK),
            lambda edit: _of(edit.after) if _block(edit) is None else None,
            ("s3_public_access_block",),
            look=_BLOCK,
        ),
    ),
)
