"""Vaults and plans that fail."""

from __future__ import annotations

import json
from typing import Any

from harden.aws import ACCOUNT, REGION, Aws, AwsError
from harden.seeded import State, seeds

_COPIES = {"Effect": "Allow", "Principal": "*", "Action": "backup:CopyIntoBackupVault", "Resource": "*"}
_OWN = {**_COPIES, "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}


def _policies(aws: Aws, *statements: dict[str, Any]) -> None:
    """Moto has vaults without policies."""
    held = {"daily": json.dumps({"Version": "2012-10-17", "Statement": list(statements)})} if statements else {}

    def get(params: dict[str, Any]) -> Any:
        if params["BackupVaultName"] not in held:
            raise AwsError("ResourceNotFoundException")
        return {"BackupVaultName": params["BackupVaultName"], "Policy": held[params["BackupVaultName"]]}

    def put(params: dict[str, Any]) -> None:
        held[params["BackupVaultName"]] = params["Policy"]

    def delete(params: dict[str, Any]) -> None:
        del held[params["BackupVaultName"]]

    aws.answers("backup:GetBackupVaultAccessPolicy", get)
    aws.answers("backup:PutBackupVaultAccessPolicy", put)
    aws.answers("backup:DeleteBackupVaultAccessPolicy", delete)


def _vault(aws: Aws) -> None:
    aws.client("backup").create_backup_vault(BackupVaultName="daily", BackupVaultTags={"team": "data"})


@seeds("backup.vault-without-lock", "backup.public-vault")
def vault_with_everything_wrong(aws: Aws) -> None:
    _vault(aws)
    _policies(aws, _COPIES)


@seeds("backup.public-vault")
def locked_vault(aws: Aws) -> None:
    _vault(aws)
    aws.client("backup").put_backup_vault_lock_configuration(BackupVaultName="daily", MinRetentionDays=7)
    _policies(aws, _COPIES, _OWN)


@seeds("backup.plan-keeps-for-short")
def plan_with_short_schedules(aws: Aws) -> State:
    vault = f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:far"
    daily = {
        "RuleName": "daily",
        "RuleId": "r0",
        "TargetBackupVaultName": "daily",
        "ScheduleExpression": "cron(0 5 ? * * *)",
        "StartWindowMinutes": 60,
        "CompletionWindowMinutes": 600,
        "EnableContinuousBackup": True,
        "Lifecycle": {"DeleteAfterDays": 14, "OptInToArchiveForSupportedResources": False},
        "CopyActions": [{"DestinationBackupVaultArn": vault, "Lifecycle": {"DeleteAfterDays": 3}}],
    }
    hourly = {"RuleName": "hourly", "RuleId": "r1", "TargetBackupVaultName": "h", "Lifecycle": {"DeleteAfterDays": 1}}
    plan: dict[str, Any] = {
        "BackupPlanName": "shop",
        "Rules": [daily, hourly],
        "AdvancedBackupSettings": [{"ResourceType": "EC2", "BackupOptions": {"WindowsVSS": "enabled"}}],
    }
    rest = [
        {name: value for name, value in each.items() if name not in {"RuleId", "Lifecycle"}} for each in plan["Rules"]
    ]
    head = {"BackupPlanId": "p1", "BackupPlanArn": f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-plan:p1"}

    def update(params: dict[str, Any]) -> Any:
        given = params["BackupPlan"]
        kept = [{name: value for name, value in each.items() if name != "Lifecycle"} for each in given["Rules"]]
        if kept != rest or given.get("AdvancedBackupSettings") != plan["AdvancedBackupSettings"]:
            raise AwsError("InvalidParameterValueException", "what stays was not sent back")
        if any("OptInToArchiveForSupportedResources" not in each["Lifecycle"] for each in given["Rules"][:1]):
            raise AwsError("InvalidParameterValueException", "half of a lifecycle was not sent back")
        plan.update(given, Rules=[{**each, "RuleId": f"r{place}"} for place, each in enumerate(given["Rules"])])
        return head

    aws.answers("backup:ListBackupPlans", {"BackupPlansList": [{**head, "BackupPlanName": "shop"}]})
    aws.answers("backup:GetBackupPlan", lambda _: {**head, "BackupPlan": plan})
    aws.answers("backup:UpdateBackupPlan", update)
    aws.answers("backup:ListBackupSelections", {"BackupSelectionsList": []})
    return lambda: plan
