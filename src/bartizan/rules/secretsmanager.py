"""Checks of AWS Secrets Manager."""

from __future__ import annotations

import datetime as dt

from bartizan.model import SAMPLE_TIME, Problems, replace, rule
from bartizan.policy import parse_policy, reach
from bartizan.policy.removal import without_statements
from bartizan.resources.kms import customer_managed
from bartizan.resources.secretsmanager import Secret
from bartizan.rules.datatags import without_data_tag
from bartizan.rules.outsiders import shared_with_other_account, shared_with_other_organization

_ANYONE = {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
_OURS = {**_ANYONE, "Principal": {"AWS": "arn:aws:iam::111122223333:role/shop"}}
_PARTNER = {**_ANYONE, "Principal": {"AWS": "arn:aws:iam::444455556666:root"}}
_SHARED = parse_policy({"Statement": _PARTNER})
# A rotation has a window of a day at most, and the days of last use are those of a whole day.
_GRACE = 2


def _days_ago(days: int) -> dt.datetime:
    return SAMPLE_TIME - dt.timedelta(days=days)


@rule(
    "medium",
    passes=[
        Secret(rotation_enabled=True),
        Secret(rotation_enabled=False, owning_service="rds"),
        Secret(rotation_enabled=False, primary_region="us-east-1"),
    ],
    fails=[Secret(rotation_enabled=False)],
)
def rotation_off(secret: Secret) -> Problems:
    """Secret is never rotated.

    ## Why it matters
    Whoever once read it, from a log, a laptop or a former job, can use it for ever.

    ## How to fix
    Turn on managed rotation where the service offers it, or rotation by a Lambda function, every 90 days or sooner.

    ## References
    - https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/secretsmanager-controls.html
    """
    # A replica is rotated with its original, and what a service manages is that service's to rotate.
    if not (secret.rotation_enabled or secret.owning_service or secret.primary_region):
        yield "automatic rotation is off"


@rule(
    "high",
    passes=[
        Secret(rotation_enabled=False),
        Secret(rotation_days=30, last_rotated=_days_ago(30)),
        Secret(rotation_days=30, last_rotated=None, next_rotation=_days_ago(-3)),
        Secret(primary_region="us-east-1", last_rotated=_days_ago(300)),
    ],
    fails=[
        Secret(rotation_days=30, last_rotated=_days_ago(40)),
        Secret(rotation_days=None, last_rotated=None, next_rotation=_days_ago(5)),
    ],
)
def rotation_overdue(secret: Secret) -> Problems:
    """Secret should have been rotated, and was not.

    ## Why it matters
    Rotation fails without a sound; everybody believes the secret to be new while the old one goes on working.

    ## How to fix
    Read the log of the rotation function, mend what fails, and rotate the secret at once.

    ## References
    - https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot_rotation.html
    """
    if not secret.rotation_enabled or secret.primary_region:
        return
    late = -_GRACE
    if secret.last_rotated and secret.rotation_days:
        late += secret.days_since(secret.last_rotated) - secret.rotation_days
    elif secret.next_rotation:
        late += secret.days_since(secret.next_rotation)
    if late > 0:
        yield f"rotation is {late + _GRACE} days late"


@rule(
    "low",
    passes=[Secret(rotation_days=90), Secret(rotation_enabled=False), Secret(rotation_days=None)],
    fails=[Secret(rotation_days=365)],
)
def rotated_rarely(secret: Secret, *, max_days: int = 90) -> Problems:
    """Secret is rotated too rarely.

    ## Why it matters
    A stolen secret works until the next rotation.

    ## How to fix
    Shorten the rotation schedule.

    ## Parameters
    - `max_days`: days that may lie between two rotations.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/secretsmanager-controls.html
    """
    if secret.rotation_enabled and secret.rotation_days and secret.rotation_days > max_days:
        yield f"{secret.rotation_days} days lie between two rotations"


@rotated_rarely.risky_fix("clients that keep the secret for longer than the new schedule are refused")
def rotate_sooner(secret: Secret, *, max_days: int = 90) -> Secret:
    """Rotate the secret as often as is asked for."""
    return replace(secret, rotation_days=min(secret.rotation_days or max_days, max_days))


@rule(
    "low",
    passes=[
        Secret(last_accessed=_days_ago(10)),
        Secret(last_accessed=None, created=_days_ago(10)),
        Secret(last_accessed=None, created=_days_ago(400), owning_service="rds"),
        Secret(last_accessed=None, created=_days_ago(400), primary_region="us-east-1"),
    ],
    fails=[
        Secret(last_accessed=_days_ago(100), created=_days_ago(400)),
        Secret(last_accessed=None, created=_days_ago(100)),
    ],
)
def unused_secret(secret: Secret, *, max_days: int = 90) -> Problems:
    """Secret is not used.

    ## Why it matters
    It still opens a door that nobody watches, and costs money.

    ## How to fix
    Revoke what it gives access to, then delete it; it can be restored for up to 30 days.

    ## Parameters
    - `max_days`: days for which a secret may stay unread.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/secretsmanager-controls.html
    """
    # A replica waits for the day on which its region is needed.
    if secret.owning_service or secret.primary_region:
        return
    days = secret.days_since(secret.last_accessed or secret.created)
    if days > max_days:
        yield f"it was last read {days} days ago" if secret.last_accessed else f"nobody read it in {days} days"


@unused_secret.risky_fix("whatever reads it after all finds it gone, until it is restored")
def delete_secret(_: Secret) -> None:
    """Schedule the secret for deletion."""


@rule(
    "critical",
    passes=[Secret(), Secret(policy=parse_policy({"Statement": _OURS}))],
    fails=[Secret(policy=parse_policy({"Statement": _ANYONE}))],
)
def public_secret(secret: Secret) -> Problems:
    """Secret's policy lets anyone in.

    ## Why it matters
    Any AWS account may read the secret or change it, as far as the key lets it.

    ## How to fix
    Name the roles that need it as principals, block public policies, and treat the secret as leaked.

    ## References
    - https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html
    """
    yield from reach.public(secret.policy, secret.arn, secret.account)


@public_secret.risky_fix("whoever relies on the open statement is refused")
def close_secret(secret: Secret) -> Secret:
    """Remove the statements that let anyone in from the secret's policy."""
    return replace(
        secret, policy=without_statements(secret.policy, reach.opening(secret.policy, secret.arn, secret.account))
    )


@rule(
    "low",
    passes=[
        Secret(account="111122223333", policy=parse_policy({"Statement": _OURS})),
        Secret(account="111122223333", policy=_SHARED, kms_key_id="alias/shop"),
    ],
    fails=[
        Secret(account="111122223333", policy=_SHARED),
        Secret(account="111122223333", policy=_SHARED, kms_key_id="alias/aws/secretsmanager"),
    ],
)
def shared_without_own_key(secret: Secret) -> Problems:
    """Secret is shared with another account, but not under a key of yours.

    ## Why it matters
    The other account cannot decrypt it under the key of AWS; what makes people copy the secret instead.

    ## How to fix
    Encrypt it with a customer managed key whose policy lets the other account decrypt.

    ## References
    - https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples_cross.html
    """
    if not customer_managed(secret.kms_key_id):
        for each in reach.other_accounts(secret.policy, secret.arn, secret.account):
            yield f"{each} has access, and no key of yours stands in between"


secret_without_data_tag = without_data_tag.of(Secret, "Secret")
secret_shared_with_other_account = shared_with_other_account.of(Secret, "Secret")
secret_shared_with_other_organization = shared_with_other_organization.of(Secret, "Secret")
