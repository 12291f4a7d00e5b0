"""Checks of the account itself."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from bartizan.model import SAMPLE_TIME, Problems, replace, rule
from bartizan.resources.account import Account, PasswordPolicy
from bartizan.resources.s3 import ALL_BLOCKED, PublicAccessBlock


def _policy(account: Account) -> PasswordPolicy:
    """The password policy that holds; AWS's default where none is set."""
    return account.password_policy or PasswordPolicy()


def _with(account: Account, **changes: Any) -> Account:
    return replace(account, password_policy=dataclasses.replace(_policy(account), **changes))


def _with_policy(**values: Any) -> Account:
    return Account(password_policy=PasswordPolicy(**values))


@rule(
    "low",
    passes=[_with_policy(max_password_age=90), _with_policy(max_password_age=30)],
    fails=[_with_policy(max_password_age=None), _with_policy(max_password_age=365), Account(password_policy=None)],
)
def passwords_do_not_expire(account: Account, *, max_age: int = 90) -> Problems:
    """Passwords of IAM users do not expire soon enough.

    ## Why it matters
    A password that leaked somewhere works until somebody changes it.

    ## How to fix
    Set the password policy's expiry to 90 days or less, or move people to IAM Identity Center.

    ## Parameters
    - `max_age`: days after which passwords must expire.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
    """
    age = _policy(account).max_password_age
    if not age or age > max_age:
        yield f"they expire after {age} days" if age else "they never expire"


@passwords_do_not_expire.risky_fix("users whose password is older must change it at the next sign-in")
def expire_passwords(account: Account, *, max_age: int = 90) -> Account:
    """Let passwords expire."""
    return _with(account, max_password_age=max_age)


@rule(
    "medium",
    passes=[_with_policy(minimum_password_length=16)],
    fails=[_with_policy(minimum_password_length=14), Account(password_policy=None)],
)
def passwords_may_be_short(account: Account, *, min_length: int = 16) -> Problems:
    """Passwords of IAM users may be short.

    ## Why it matters
    Short passwords are guessed, and found in lists of leaked ones.

    ## How to fix
    Set the password policy's minimum length to 16 or more.

    ## Parameters
    - `min_length`: characters that a password must have.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
    """
    length = _policy(account).minimum_password_length
    if length < min_length:
        yield f"{length} characters are enough"


@passwords_may_be_short.fix
def demand_length(account: Account, *, min_length: int = 16) -> Account:
    """Ask for longer new passwords."""
    return _with(account, minimum_password_length=min_length)


@rule(
    "low",
    passes=[_with_policy(require_lowercase_characters=True)],
    fails=[_with_policy(), Account(password_policy=None)],
)
def passwords_without_lower_case(account: Account) -> Problems:
    """Passwords of IAM users need no lower-case letter.

    ## Why it matters
    The fewer kinds of character, the fewer passwords there are to try.

    ## How to fix
    Require a lower-case letter in the password policy.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
    """
    if not _policy(account).require_lowercase_characters:
        yield "no lower-case letter is required"


@passwords_without_lower_case.fix
def demand_lower_case(account: Account) -> Account:
    """Require a lower-case letter in new passwords."""
    return _with(account, require_lowercase_characters=True)


@rule(
    "low",
    passes=[_with_policy(require_uppercase_characters=True)],
    fails=[_with_policy(), Account(password_policy=None)],
)
def passwords_without_upper_case(account: Account) -> Problems:
    """Passwords of IAM users need no upper-case letter.

    ## Why it matters
    The fewer kinds of character, the fewer passwords there are to try.

    ## How to fix
    Require an upper-case letter in the password policy.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
    """
    if not _policy(account).require_uppercase_characters:
        yield "no upper-case letter is required"


@passwords_without_upper_case.fix
def demand_upper_case(account: Account) -> Account:
    """Require an upper-case letter in new passwords."""
    return _with(account, require_uppercase_characters=True)


@rule(
    "low",
    passes=[_with_policy(require_numbers=True)],
    fails=[_with_policy(), Account(password_policy=None)],
)
def passwords_without_number(account: Account) -> Problems:
    """Passwords of IAM users need no number.

    ## Why it matters
    The fewer kinds of character, the fewer passwords there are to try.

    ## How to fix
    Require a number in the password policy.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
    """
    if not _policy(account).require_numbers:
        yield "no number is required"


@passwords_without_number.fix
def demand_number(account: Account) -> Account:
    """Require a number in new passwords."""
    return _with(account, require_numbers=True)


@rule(
    "low",
    passes=[_with_policy(require_symbols=True)],
    fails=[_with_policy(), Account(password_policy=None)],
)
def passwords_without_symbol(account: Account) -> Problems:
    """Passwords of IAM users need no symbol.

    ## Why it matters
    The fewer kinds of character, the fewer passwords there are to try.

    ## How to fix
    Require a symbol in the password policy.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
    """
    if not _policy(account).require_symbols:
        yield "no symbol is required"


@passwords_without_symbol.fix
def demand_symbol(account: Account) -> Account:
    """Require a symbol in new passwords."""
    return _with(account, require_symbols=True)


@rule(
    "low",
    passes=[_with_policy(password_reuse_prevention=24)],
    fails=[_with_policy(password_reuse_prevention=5), _with_policy(), Account(password_policy=None)],
)
def passwords_may_be_reused(account: Account, *, remembered_passwords: int = 24) -> Problems:
    """Passwords of IAM users may be used again.

    ## Why it matters
    Whoever must change a password goes back to the old one, and so does whoever stole it.

    ## How to fix
    Let the password policy remember the last 24 passwords.

    ## Parameters
    - `remembered_passwords`: passwords that must be refused as used before.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
    """
    remembered = _policy(account).password_reuse_prevention or 0
    if remembered < remembered_passwords:
        yield f"the last {remembered} passwords are refused" if remembered else "no earlier password is refused"


@passwords_may_be_reused.fix
def remember_passwords(account: Account, *, remembered_passwords: int = 24) -> Account:
    """Refuse passwords that were used before."""
    return _with(account, password_reuse_prevention=remembered_passwords)


@rule(
    "critical",
    passes=[Account(root_mfa_enabled=True), Account(root_mfa_enabled=False, root_password_present=False)],
    fails=[Account(root_mfa_enabled=False)],
)
def root_without_mfa(account: Account) -> Problems:
    """Root user signs in without a second factor.

    ## Why it matters
    Root can do everything and no policy of the account binds it; a password alone stands before it.

    ## How to fix
    Register a hardware security key for root, or remove root's password by central root access in the organization.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/enable-mfa-for-root.html
    """
    if not account.root_mfa_enabled and account.root_password_present:
        yield "root has a password and no MFA device"


@rule(
    "low",
    passes=[Account(root_virtual_mfa=False), Account(root_mfa_enabled=False)],
    fails=[Account(root_virtual_mfa=True)],
)
def root_mfa_is_virtual(account: Account) -> Problems:
    """Root user's second factor is an app, not hardware.

    ## Why it matters
    A code can be phished, and the secret behind it copied from the phone or its backup.

    ## How to fix
    Register a hardware security key (FIDO) for root and remove the virtual device.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/enable-fido-mfa-for-root.html
    """
    if account.root_mfa_enabled and account.root_virtual_mfa:
        yield "a virtual MFA device is registered for root"


@rule("critical", passes=[Account(root_access_keys_present=False)], fails=[Account(root_access_keys_present=True)])
def root_access_key(account: Account) -> Problems:
    """Root user has an access key.

    ## Why it matters
    Whoever finds the key can do everything, without a second factor.

    ## How to fix
    Delete it, and give what used it a role.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html
    """
    if account.root_access_keys_present:
        yield "an access key of root exists"


@rule(
    "medium",
    passes=[Account(root_last_used=None), Account(root_last_used=SAMPLE_TIME - dt.timedelta(days=200))],
    fails=[Account(root_last_used=SAMPLE_TIME - dt.timedelta(days=3))],
)
def root_used_lately(account: Account, *, quiet_days: int = 90) -> Problems:
    """Root user has been used lately.

    ## Why it matters
    Work as root leaves no name, knows no limit, and wears down the rule that its use is an alarm.

    ## How to fix
    Find out who used it and what for, and do that work with a role.

    ## Parameters
    - `quiet_days`: days for which root must not have been used.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html
    """
    if account.root_last_used is not None:
        days = account.days_since(account.root_last_used)
        if days <= quiet_days:
            yield f"last used {days} days ago"


@rule(
    "medium",
    passes=[Account(security_contact="security@example.com")],
    fails=[Account(security_contact=None)],
)
def no_security_contact(account: Account) -> Problems:
    """Account has no security contact.

    ## Why it matters
    AWS's warnings about leaked keys and abuse go to whoever opened the account, who may have left.

    ## How to fix
    Set the alternate contact for security to an address that a team reads.

    ## References
    - https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-update-contact-alternate.html
    """
    if not account.security_contact:
        yield "no alternate security contact is set"


@rule(
    "high",
    passes=[Account(s3_public_access_block=ALL_BLOCKED)],
    fails=[
        Account(s3_public_access_block=PublicAccessBlock()),
        Account(s3_public_access_block=PublicAccessBlock(block_public_acls=True)),
    ],
)
def s3_public_access_not_blocked(account: Account) -> Problems:
    """Account does not block public access to S3.

    ## Why it matters
    Each bucket is as private as its own settings, and one wrong policy publishes it.

    ## How to fix
    Turn on all four switches for the whole account; serve public content through CloudFront.

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/configuring-block-public-access-account.html
    """
    if account.s3_public_access_block.missing:
        yield f"off: {', '.join(account.s3_public_access_block.missing)}"


@s3_public_access_not_blocked.risky_fix("buckets that are public on purpose stop being so")
def block_s3_public_access(account: Account) -> Account:
    """Turn on all four switches of the account's public access block."""
    return replace(account, s3_public_access_block=ALL_BLOCKED)


@rule(
    "info",
    passes=[Account()],
    fails=[Account(operations_contact=None), Account(billing_contact=None)],
)
def contacts_missing(account: Account) -> Problems:
    """Account has no contact for operations or billing.

    ## Why it matters
    AWS's notices of outages and of unusual cost, often the first sign of an intruder, go to the owner's mailbox only.

    ## How to fix
    Set the alternate contacts for operations and billing to addresses that a team reads.

    ## References
    - https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-update-contact-alternate.html
    """
    for kind, address in (("operations", account.operations_contact), ("billing", account.billing_contact)):
        if not address:
            yield f"no alternate contact for {kind} is set"
