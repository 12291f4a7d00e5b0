"""Checks of AWS KMS."""

from __future__ import annotations

import datetime as dt

from bartizan.model import SAMPLE_TIME, Problems, replace, rule
from bartizan.policy import parse_policy, reach
from bartizan.policy.deputy import SENDERS
from bartizan.resources.kms import Key, can_rotate, own
from bartizan.rules.outsiders import shared_with_other_account, shared_with_other_organization

_ALL = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}
_OWNER = {**_ALL, "Principal": {"AWS": "arn:aws:iam::111122223333:root"}}
_OTHER = {**_ALL, "Principal": {"AWS": "arn:aws:iam::444455556666:root"}}
_SERVICE = {
    "Effect": "Allow",
    "Principal": {"Service": "cloudtrail.amazonaws.com"},
    "Action": "kms:GenerateDataKey*",
    "Resource": "*",
}
_SERVICE_HERE = {
    **_SERVICE,
    "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:cloudtrail:eu-west-1:111122223333:trail/all"}},
}
_DECRYPTS = {**_OTHER, "Action": "kms:Decrypt"}


@rule(
    "medium",
    passes=[Key(enable_key_rotation=True), Key(key_manager="AWS"), Key(key_spec="RSA_2048"), Key(origin="EXTERNAL")],
    fails=[Key(enable_key_rotation=False)],
)
def rotation_off(key: Key) -> Problems:
    """KMS key is never rotated.

    ## Why it matters
    All data stays under the same key material for ever, so a single compromise reaches all of it.

    ## How to fix
    Turn on automatic rotation. Data that is encrypted already stays readable and nothing else changes.

    ## References
    - https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
    """
    if can_rotate(key) and not key.enable_key_rotation:
        yield "automatic rotation is off"


@rotation_off.fix
def enable_rotation(key: Key) -> Key:
    """Turn on automatic rotation."""
    return replace(key, enable_key_rotation=True)


@rule(
    "critical",
    passes=[Key(key_manager="AWS"), Key(key_policy=parse_policy({"Statement": _OWNER}))],
    fails=[Key(key_policy=parse_policy({"Statement": _ALL}))],
)
def public_key_policy(key: Key) -> Problems:
    """KMS key policy lets anyone use the key.

    ## Why it matters
    Any AWS account can decrypt with the key, or delete it, and then its encryption protects nothing.

    ## How to fix
    Name accounts or roles as principals, or add a condition such as `kms:CallerAccount` or `aws:PrincipalOrgID`.

    ## References
    - https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
    """
    if own(key):
        yield from reach.public(key.key_policy, key.arn, key.account)


@rule(
    "high",
    passes=[
        Key(key_manager="AWS"),
        Key(account="111122223333", key_policy=parse_policy({"Statement": [_OWNER, _DECRYPTS]})),
    ],
    fails=[Key(account="111122223333", key_policy=parse_policy({"Statement": _OTHER}))],
)
def foreign_administrator(key: Key, *, trusted_accounts: tuple[str, ...] = ()) -> Problems:
    """KMS key policy gives another account every action.

    ## Why it matters
    That account can change the policy, lock its owner out, and delete the key together with all data under it.

    ## How to fix
    Allow the other account only the cryptographic operations that it needs, such as `kms:Decrypt`.

    ## Parameters
    - `trusted_accounts`: accounts of yours, 12 digits each. The scan of an organization adds its own.

    ## References
    - https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html
    """
    if own(key):
        for each in reach.other_accounts(
            key.key_policy, key.arn, key.account, ["kms:PutKeyPolicy"], trusted=trusted_accounts
        ):
            yield f"{each} may change its policy, and so do everything with it"


@rule(
    "high",
    passes=[Key(key_state="Enabled")],
    fails=[Key(key_state="PendingDeletion", deletion_date=SAMPLE_TIME + dt.timedelta(days=7))],
)
def pending_deletion(key: Key) -> Problems:
    """KMS key is about to be deleted.

    ## Why it matters
    Once it is gone, whatever it encrypted is lost for good. Attackers schedule deletions to hold data to ransom.

    ## How to fix
    Cancel the deletion unless it is sure that nothing is encrypted with the key. Disable the key to find out.

    ## References
    - https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
    """
    if key.key_state == "PendingDeletion":
        yield f"it is deleted in {-key.days_since(key.deletion_date)} days" if key.deletion_date else "deletion is due"


@pending_deletion.fix
def cancel_deletion(key: Key) -> Key:
    """Cancel the deletion, which leaves the key disabled."""
    return replace(key, key_state="Disabled", deletion_date=None)


@rule("info", passes=[Key(), Key(key_manager="AWS", key_state="Disabled")], fails=[Key(key_state="Disabled")])
def disabled_key(key: Key) -> Problems:
    """KMS key is disabled.

    ## Why it matters
    Nothing can read what it encrypted, and it costs as much as one in use.

    ## How to fix
    Enable it if its data is still needed, or else schedule its deletion.

    ## References
    - https://docs.aws.amazon.com/kms/latest/developerguide/enabling-keys.html
    """
    if key.key_state == "Disabled" and own(key):
        yield "it is disabled"


@rule(
    "medium",
    passes=[Key(), Key(key_policy=parse_policy({"Statement": _SERVICE_HERE}))],
    fails=[Key(key_policy=parse_policy({"Statement": _SERVICE}))],
)
def service_allowed_for_anyone(key: Key) -> Problems:
    """KMS key policy lets a service in on anybody's behalf.

    ## Why it matters
    Anyone can tell the service to use the key for resources of their own.

    ## How to fix
    Add a condition on `aws:SourceArn`, `aws:SourceAccount` or `aws:SourceOrgID` that names what the service acts for.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    - https://docs.aws.amazon.com/kms/latest/developerguide/policy-conditions.html
    """
    if own(key):
        yield from reach.deputies(key.key_policy, key.arn, key.account, SENDERS)


key_shared_with_other_account = shared_with_other_account.of(Key, "KMS key")
key_shared_with_other_organization = shared_with_other_organization.of(Key, "KMS key")
