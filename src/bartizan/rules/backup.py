"""Checks of AWS Backup."""

from __future__ import annotations

import dataclasses

from bartizan.model import Problems, World, replace, rule
from bartizan.policy import parse_policy, reach
from bartizan.policy.removal import without_statements
from bartizan.resources.backup import BackupPlan, BackupVault, PlanRule
from bartizan.resources.kms import Key
from bartizan.rules.outsiders import shared_with_other_account, shared_with_other_organization

_ARN = "arn:aws:backup:eu-west-1:111122223333:backup-vault:daily"
_KEY = "arn:aws:kms:eu-west-1:111122223333:key/1"
_ANYONE = {"Effect": "Allow", "Principal": "*", "Action": "backup:CopyIntoBackupVault", "Resource": "*"}
_ORGANIZATION = {**_ANYONE, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}
_OURS = BackupVault(arn=_ARN, account="111122223333", encryption_key=_KEY)


@rule("medium", passes=[BackupVault()], fails=[BackupVault(locked=False)])
def vault_without_lock(vault: BackupVault) -> Problems:
    """Backup vault has no lock.

    ## Why it matters
    Who takes over the account deletes the backups first, and then there is nothing to restore.

    ## How to fix
    Lock the vault: in governance mode first, and in compliance mode once the retention has proven right.

    ## References
    - https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
    """
    if not vault.locked:
        yield "no vault lock guards its backups"


@vault_without_lock.risky_fix(
    "nobody can delete its backups before their time is over, unless they take the lock off first"
)
def lock_vault(vault: BackupVault) -> BackupVault:
    """Lock the vault in governance mode, which those who are allowed to can take off again."""
    return replace(vault, locked=True)


@rule(
    "critical",
    passes=[_OURS, replace(_OURS, access_policy=parse_policy({"Statement": _ORGANIZATION}))],
    fails=[replace(_OURS, access_policy=parse_policy({"Statement": _ANYONE}))],
)
def public_vault(vault: BackupVault) -> Problems:
    """Backup vault's policy lets anyone in.

    ## Why it matters
    Strangers can read, delete or add backups, as far as the policy goes.

    ## How to fix
    Name the accounts that need the vault as principals, or restrict the statement with `aws:PrincipalOrgID`.

    ## References
    - https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html
    """
    yield from reach.public(vault.access_policy, vault.arn, vault.account)


@public_vault.risky_fix("accounts that copy backups into the vault are refused")
def close_vault(vault: BackupVault) -> BackupVault:
    """Remove the statements that let anyone in from the policy."""
    opening = reach.opening(vault.access_policy, vault.arn, vault.account)
    return replace(vault, access_policy=without_statements(vault.access_policy, opening))


@rule(
    "low",
    passes=[
        (_OURS, Key(arn=_KEY, account="111122223333", key_manager="CUSTOMER")),
        replace(_OURS, encryption_key=None),
    ],
    fails=[(_OURS, Key(arn=_KEY, account="111122223333", key_manager="AWS"))],
    reads=[Key],
    advice=True,
)
def vault_under_key_of_aws(vault: BackupVault, world: World) -> Problems:
    """Backup vault is encrypted with a key that AWS manages.

    ## Why it matters
    Such a key cannot be opened for another account, so backups can be copied to none; nor can its use be restricted.

    ## How to fix
    Make a vault with a customer managed key, and let the plans write there.

    ## References
    - https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html
    """
    if vault.encryption_key and any(
        each.key_manager == "AWS" for each in world.find(Key, near=vault, arn=vault.encryption_key)
    ):
        yield f"{vault.encryption_key} is managed by AWS"


@rule("medium", passes=[BackupPlan()], fails=[BackupPlan(selections=0)])
def plan_without_resources(plan: BackupPlan) -> Problems:
    """Backup plan backs nothing up.

    ## Why it matters
    It looks as if there were backups, until one is needed.

    ## How to fix
    Add a selection, best by tag so that new resources are taken in by themselves, or delete the plan.

    ## References
    - https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html
    """
    if not plan.selections:
        yield "no selection says what to back up"


@rule(
    "low",
    passes=[BackupPlan(), BackupPlan(rules=(PlanRule("ever", None, 1), PlanRule("hourly", 1)))],
    fails=[BackupPlan(rules=(PlanRule("daily", 7, 1),))],
)
def plan_keeps_for_short(plan: BackupPlan, *, min_days: int = 35) -> Problems:
    """Backup plan keeps no backup for long.

    ## Why it matters
    Attackers wait until the last clean backup has expired before they make themselves known.

    ## How to fix
    Let one of its rules keep backups for five weeks at least.

    ## Parameters
    - `min_days`: days for which one rule of the plan keeps its backups at least.

    ## References
    - https://docs.aws.amazon.com/aws-backup/latest/devguide/creating-a-backup-plan.html
    """
    if all(each.keep_days is not None and each.keep_days < min_days for each in plan.rules):
        longest = max((each.keep_days or 0 for each in plan.rules), default=0)
        yield f"the longest that it keeps a backup is {longest} days"


@plan_keeps_for_short.fix
def keep_for_longer(plan: BackupPlan, *, min_days: int = 35) -> BackupPlan:
    """Keep the backups of the rule that keeps them longest for longer."""
    if not plan.rules:
        return plan
    longest = max(plan.rules, key=lambda each: min_days if each.keep_days is None else each.keep_days)
    days = None if longest.keep_days is None else max(longest.keep_days, min_days)
    kept = (dataclasses.replace(each, keep_days=days) if each is longest else each for each in plan.rules)
    return replace(plan, rules=tuple(kept))


@rule("low", passes=[BackupPlan()], fails=[BackupPlan(rules=(PlanRule("daily", 35, 0),))], advice=True)
def plan_copies_nowhere(plan: BackupPlan) -> Problems:
    """Backup plan keeps all backups in one place.

    ## Why it matters
    An outage of the Region, or whoever takes over the account, takes data and backups away together.

    ## How to fix
    Copy backups to another account, and to another Region that the data may be kept in.

    ## References
    - https://docs.aws.amazon.com/aws-backup/latest/devguide/cross-region-backup.html
    - https://docs.aws.amazon.com/aws-backup/latest/devguide/create-cross-account-backup.html
    """
    if not any(each.copies for each in plan.rules):
        yield "none of its rules copies backups elsewhere"


backup_vault_shared_with_other_account = shared_with_other_account.of(BackupVault, "Backup vault")
backup_vault_shared_with_other_organization = shared_with_other_organization.of(BackupVault, "Backup vault")
