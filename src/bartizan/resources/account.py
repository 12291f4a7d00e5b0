"""The account itself: its root user, its password policy, and its account-wide settings."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as item
from typing import Any

from bartizan.model import CoverageGap, Gap, Reason, Resource, field, resource
from bartizan.model.errors import Unknown
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.iam import report
from bartizan.resources.reading import Api, Call, CustomReader, Failed, Fields, Reply, Scope, take
from bartizan.resources.s3 import ALL_BLOCKED, PublicAccessBlock, access_block


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """What the passwords of IAM users must be; the defaults are those of AWS where no policy is set.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
    """

    minimum_password_length: int = 8
    require_lowercase_characters: bool = False
    require_uppercase_characters: bool = False
    require_numbers: bool = False
    require_symbols: bool = False
    max_password_age: int | None = None
    password_reuse_prevention: int | None = None


_STRONG = PasswordPolicy(
    minimum_password_length=16,
    require_lowercase_characters=True,
    require_uppercase_characters=True,
    require_numbers=True,
    require_symbols=True,
    max_password_age=90,
    password_reuse_prevention=24,
)


@resource("AWS::Account::Account", name="account_id")
class Account(Resource):
    """An AWS account."""

    account_id: str = field("Its 12 digits.")
    password_policy: PasswordPolicy | None = field("Its password policy; none where AWS's holds.", default=_STRONG)
    root_password_present: bool = field("Whether root has a password; without one, nobody signs in.", default=True)
    root_mfa_enabled: bool = field("Whether root has an MFA device.", default=True)
    root_virtual_mfa: bool = field("Whether a virtual MFA device, as in a phone, is one of root's.", default=False)
    root_access_keys_present: bool = field("Whether root has access keys.", default=False)
    root_last_used: dt.datetime | None = field("When root's password or a key of it was last used.", default=None)
    security_contact: str | None = field(
        "The e-mail address of the alternate security contact.", default="security@example.com"
    )
    operations_contact: str | None = field(
        "The e-mail address of the alternate operations contact.", default="operations@example.com"
    )
    billing_contact: str | None = field(
        "The e-mail address of the alternate billing contact.", default="billing@example.com"
    )
    s3_public_access_block: PublicAccessBlock = field("What S3 blocks for all buckets.", default=ALL_BLOCKED)


@dataclass(frozen=True, slots=True)
class _Part:
    """A call with the fields from its reply; ``absent`` maps error codes that are an answer to what they say."""

    call: Call
    fields: Fields
    params: Callable[[Scope], Mapping[str, Any]] = lambda _: {}
    absent: Mapping[str, Mapping[str, Any]] = item(default_factory=dict)


def _password_policy(reply: Reply) -> PasswordPolicy:
    policy = reply["PasswordPolicy"]
    return PasswordPolicy(
        minimum_password_length=policy["MinimumPasswordLength"],
        require_lowercase_characters=policy["RequireLowercaseCharacters"],
        require_uppercase_characters=policy["RequireUppercaseCharacters"],
        require_numbers=policy["RequireNumbers"],
        require_symbols=policy["RequireSymbols"],
        max_password_age=policy.get("MaxPasswordAge"),
        password_reuse_prevention=policy.get("PasswordReusePrevention"),
    )


def _root_last_used(rows: Mapping[str, report.Row]) -> dt.datetime | None:
    if report.ROOT not in rows:
        why = "the credential report has no row for the root user"
        raise Unknown("root_last_used", Gap(Reason.MALFORMED, detail=why))
    row = rows[report.ROOT]
    keys = [key.last_used for key in report.access_keys(row)]
    return max((used for used in (report.moment(row, "password_last_used"), *keys) if used), default=None)


def _contact(kind: str) -> _Part:
    name = f"{kind.lower()}_contact"
    return _Part(
        Call("account:GetAlternateContact"),
        {name: lambda reply: reply["AlternateContact"]["EmailAddress"]},
        params=lambda _: {"AlternateContactType": kind},
        absent={"ResourceNotFoundException": {name: None}},
    )


_DEVICES = Call("iam:ListVirtualMFADevices")
_PARTS = (
    _Part(
        Call("iam:GetAccountPasswordPolicy"),
        {"password_policy": _password_policy},
        absent={"NoSuchEntity": {"password_policy": None}},
    ),
    _Part(
        Call("iam:GetAccountSummary"),
        {
            # Left out for accounts that are older than the entry; those have a password.
            "root_password_present": lambda reply: reply["SummaryMap"].get("AccountPasswordPresent", 1) > 0,
            "root_mfa_enabled": lambda reply: reply["SummaryMap"]["AccountMFAEnabled"] > 0,
            "root_access_keys_present": lambda reply: reply["SummaryMap"]["AccountAccessKeysPresent"] > 0,
        },
    ),
    _contact("SECURITY"),
    _contact("OPERATIONS"),
    _contact("BILLING"),
    _Part(
        Call("s3control:GetPublicAccessBlock", permissions=("s3:GetAccountPublicAccessBlock",)),
        {"s3_public_access_block": lambda reply: access_block(reply["PublicAccessBlockConfiguration"])},
        params=lambda scope: {"AccountId": scope.account},
        absent={"NoSuchPublicAccessBlockConfiguration": {"s3_public_access_block": PublicAccessBlock()}},
    ),
)

_Found = tuple[dict[str, Any], dict[str, Gap]]


async def _part(api: Api, scope: Scope, part: _Part) -> _Found:
    try:
        reply = await api.call(part.call, scope, part.params(scope))
    except Failed as failed:
        if failed.code in part.absent:
            return dict(part.absent[failed.code]), {}
        return {}, dict.fromkeys(part.fields, failed.gap)
    return take(part.fields, reply)


async def _virtual_mfa(api: Api, scope: Scope) -> _Found:
    root = scope.arn("iam", "root", region="")
    try:
        owners = {
            device.get("User", {}).get("Arn")
            async for reply in api.pages(_DEVICES, scope, {"AssignmentStatus": "Assigned"})
            for device in reply["VirtualMFADevices"]
        }
    except Failed as failed:
        return {}, {"root_virtual_mfa": failed.gap}
    return {"root_virtual_mfa": root in owners}, {}


async def _root_use(api: Api, scope: Scope) -> _Found:
    try:
        rows = await report.credential_report(api, scope)
    except Failed as failed:
        return {}, {"root_last_used": failed.gap}
    return take({"root_last_used": _root_last_used}, rows)


async def _read(api: Api, scope: Scope) -> AsyncIterator[Resource | CoverageGap]:
    values: dict[str, Any] = {
        "account_id": scope.account,
        "arn": scope.arn("account", "account", region=""),
        "account": scope.account,
        "region": scope.region,
        "read_at": scope.now,
    }
    gaps: dict[str, Gap] = {}
    parts = (_part(api, scope, each) for each in _PARTS)
    for found, missing in await asyncio.gather(*parts, _virtual_mfa(api, scope), _root_use(api, scope)):
        values |= found
        gaps |= missing
    yield Account.of(values, gaps)


_BLOCK = next(each for each in _PARTS if "s3_public_access_block" in each.fields)


async def _read_block(api: Api, scope: Scope) -> AsyncIterator[Resource | CoverageGap]:
    values, gaps = await _part(api, scope, _BLOCK)
    arn = scope.arn("account", "account", region="")
    base = {"arn": arn, "account": scope.account, "region": scope.region, "read_at": scope.now}
    yield Account.of({"account_id": scope.account, **base, **values}, gaps)


def public_access_reader() -> CustomReader:
    """Reads of the account only what S3 blocks for all of its buckets."""
    return CustomReader((Account,), declared=(_BLOCK.call,), read=_read_block)


ACCOUNT = CustomReader(
    (Account,),
    declared=(*dict.fromkeys(each.call for each in _PARTS), _DEVICES, report.GENERATE, report.GET),
    read=_read,
)


def _password_policy_in(block: Block) -> PasswordPolicy:
    """The policy that code sets: once there is one, what it leaves out is not that of an account without one.

    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccountPasswordPolicy.html
    """
    return PasswordPolicy(
        minimum_password_length=block.get("minimum_password_length", 6),
        require_lowercase_characters=block.get("require_lowercase_characters", False),
        require_uppercase_characters=block.get("require_uppercase_characters", False),
        require_numbers=block.get("require_numbers", False),
        require_symbols=block.get("require_symbols", False),
        # Terraform writes 0 for none.
        max_password_age=block.get("max_password_age") or None,
        password_reuse_prevention=block.get("password_reuse_prevention") or None,
    )


TERRAFORM_PASSWORDS = CodeReader(
    "aws_iam_account_password_policy",
    Account,
    defaulted={
        "aws_iam_account_password_policy": (
            "max_password_age",
            "password_reuse_prevention",
            "require_lowercase_characters",
            "require_numbers",
            "require_symbols",
            "require_uppercase_characters",
        )
    },
    fields={"password_policy": _password_policy_in},
)


def _access_block_in(block: Block) -> PublicAccessBlock:
    names = ("block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets")
    return PublicAccessBlock(**{name: block.get(name, False) for name in names})


TERRAFORM_ACCESS_BLOCK = CodeReader(
    "aws_s3_account_public_access_block", Account, fields={"s3_public_access_block": _access_block_in}
)
