"""Vaults and plans of AWS Backup: changing them."""

from __future__ import annotations

from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put, policy_text
from bartizan.resources.backup import BackupPlan, BackupVault
from bartizan.resources.reading import Call


def _of(vault: BackupVault) -> dict[str, Any]:
    return {"BackupVaultName": vault.backup_vault_name}


def _policy(edit: Edit) -> Params | None:
    text = policy_text(edit.after.access_policy)
    return None if text is None else {**_of(edit.after), "Policy": text}


VAULT = ApiWriter(
    BackupVault,
    puts=(
        Put(Call("backup:PutBackupVaultAccessPolicy"), _policy, ("access_policy",)),
        Put(
            Call("backup:DeleteBackupVaultAccessPolicy"),
            lambda edit: _of(edit.after) if policy_text(edit.after.access_policy) is None else None,
            ("access_policy",),
        ),
        # Without a day from which on it holds for good, it is in governance mode. No plan keeps backups for less than a
        # day, so that none fails for the lock.
        # https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultLockConfiguration.html
        Put(
            Call("backup:PutBackupVaultLockConfiguration"),
            lambda edit: {**_of(edit.after), "MinRetentionDays": 1} if edit.after.locked else None,
            ("locked",),
        ),
        Put(
            Call("backup:DeleteBackupVaultLockConfiguration"),
            lambda edit: None if edit.after.locked else _of(edit.after),
            ("locked",),
        ),
    ),
)


def _id(plan: BackupPlan) -> str:
    return plan.arn.rpartition(":")[2]


_PLAN = Look(
    Call("backup:GetBackupPlan"),
    lambda plan: {"BackupPlanId": _id(plan)},
    lambda reply: reply["BackupPlan"],
)


def _whole_plan(edit: Edit) -> Params:
    """The whole plan, since an update replaces it."""
    days = {each.name: each.keep_days for each in edit.after.rules}
    return {
        "BackupPlanId": _id(edit.after),
        "BackupPlan": {**edit.now, "Rules": [_rule(each, days) for each in edit.now["Rules"]]},
    }


def _rule(each: dict[str, Any], days: dict[str, int | None]) -> dict[str, Any]:
    given = {name: value for name, value in each.items() if name != "RuleId"}
    keep = days.get(each["RuleName"])
    return given if keep is None else given | {"Lifecycle": {**(each.get("Lifecycle") or {}), "DeleteAfterDays": keep}}


PLAN = ApiWriter(BackupPlan, puts=(Put(Call("backup:UpdateBackupPlan"), _whole_plan, ("rules",), look=_PLAN),))
