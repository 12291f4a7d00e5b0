"""Vaults and plans of AWS Backup as code."""

from __future__ import annotations

from bartizan.resources.backup import BackupPlan, BackupVault, PlanRule
from bartizan.resources.writing import CodeWriter, Nested, Own, Part, nested, tags_map

# No plan keeps backups for less, so that none fails for the lock.
_LEAST_DAYS = 1

TERRAFORM_VAULT = CodeWriter(
    "aws_backup_vault",
    BackupVault,
    names={"backup_vault_name": "name"},
    fields={"encryption_key": "kms_key_arn", "tags": tags_map},
    parts=(
        Part(
            "aws_backup_vault_lock_configuration",
            {"locked": lambda vault: {"min_retention_days": _LEAST_DAYS if vault.locked else None}},
            {"backup_vault_name": Own("name")},
        ),
        Part("aws_backup_vault_policy", {"access_policy": "policy"}, {"backup_vault_name": Own("name")}),
    ),
    import_id=lambda vault: vault.backup_vault_name,
)

CLOUDFORMATION_VAULT = CodeWriter(
    "AWS::Backup::BackupVault",
    BackupVault,
    names={"backup_vault_name": "BackupVaultName"},
    fields={
        "encryption_key": "EncryptionKeyArn",
        "locked": lambda vault: {"LockConfiguration": {"MinRetentionDays": _LEAST_DAYS} if vault.locked else None},
        "access_policy": "AccessPolicy",
        "tags": lambda vault: {"BackupVaultTags": dict(vault.tags) or None},
    },
)


def _keeping(rule: PlanRule) -> Nested | None:
    return None if rule.keep_days is None else nested(delete_after=rule.keep_days)


TERRAFORM_PLAN = CodeWriter(
    "aws_backup_plan",
    BackupPlan,
    names={"backup_plan_name": "name"},
    fields={
        "rules": lambda plan: {"rule": [nested(rule_name=each.name, lifecycle=_keeping(each)) for each in plan.rules]},
    },
)

CLOUDFORMATION_PLAN = CodeWriter(
    "AWS::Backup::BackupPlan",
    BackupPlan,
    names={"backup_plan_name": "BackupPlan.BackupPlanName"},
    fields={
        "rules": lambda plan: {
            "BackupPlan": Nested(
                {
                    "BackupPlanRule": [
                        {
                            "RuleName": each.name,
                            "Lifecycle": None if each.keep_days is None else {"DeleteAfterDays": each.keep_days},
                        }
                        for each in plan.rules
                    ]
                }
            )
        },
    },
)
