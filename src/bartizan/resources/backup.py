"""AWS Backup: vaults, plans, and what is backed up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bartizan.model import SAMPLE_TIME, Resource, field, resource
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Listing, Reader
from bartizan.resources.recorded import ConfigReader, recorded_tags
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, Tags, terraform_tags, whole


@resource("AWS::Backup::BackupVault", name="backup_vault_name")
class BackupVault(Resource):
    """A vault that holds backups."""

    backup_vault_name: str = field("Its name.", default="daily")
    encryption_key: str | None = field("The ARN of the KMS key that encrypts the backups.", default=None)
    locked: bool = field("Whether a vault lock keeps the backups from being deleted too early.", default=True)
    access_policy: PolicyDocument | None = field("Its resource policy.", default=None)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@dataclass(frozen=True, slots=True, order=True)
class PlanRule:
    """One schedule of a plan; ``keep_days`` is null where backups are kept for ever."""

    name: str
    keep_days: int | None
    copies: int = 0


@resource("AWS::Backup::BackupPlan", name="backup_plan_name")
class BackupPlan(Resource):
    """A plan of what is backed up when, and for how long it is kept."""

    backup_plan_name: str = field("Its name.", default="daily")
    rules: tuple[PlanRule, ...] = field("Its schedules.", default=(PlanRule("daily", 35, 1),))
    selections: int = field("How many selections say what it backs up.", default=1)


@resource("AWS::Backup::ProtectedResource", name="resource_arn")
class ProtectedResource(Resource):
    """Something that AWS Backup holds a backup of."""

    resource_arn: str = field("Its ARN.", default="arn:aws:dynamodb:eu-west-1:111122223333:table/shop")
    last_backup_time: dt.datetime | None = field("When it was last backed up.", default=SAMPLE_TIME)


VAULTS = Reader(
    BackupVault,
    listing=Listing(
        Call("backup:ListBackupVaults"),
        items="BackupVaultList",
        params={"MaxResults": 1000},
        fields={
            "backup_vault_name": lambda item: item["BackupVaultName"],
            "encryption_key": lambda item: item.get("EncryptionKeyArn"),
            # A vault that is cut off from its account is locked by its kind.
            "locked": lambda item: bool(
                item.get("Locked") or item.get("VaultType") == "LOGICALLY_AIR_GAPPED_BACKUP_VAULT"
            ),
        },
    ),
    arn=lambda item, _: item["BackupVaultArn"],
    details=(
        Detail(
            Call("backup:GetBackupVaultAccessPolicy"),
            params=lambda item: {"BackupVaultName": item["BackupVaultName"]},
            fields={"access_policy": lambda reply: parse_policy(reply["Policy"]) if reply.get("Policy") else None},
            absent={"ResourceNotFoundException": {"access_policy": None}},
        ),
        Detail(
            Call("backup:ListTags"),
            params=lambda _: {},
            arn_as="ResourceArn",
            fields={"tags": lambda reply: Tags(whole(reply, "NextToken").get("Tags") or {})},
        ),
    ),
)

VAULT_ITEMS = ConfigReader(BackupVault, fields={"tags": recorded_tags})


def _rule(each: Mapping[str, Any]) -> PlanRule:
    keep = (each.get("Lifecycle") or {}).get("DeleteAfterDays")
    return PlanRule(each["RuleName"], None if keep is None else int(keep), len(each.get("CopyActions") or ()))


PLANS = Reader(
    BackupPlan,
    listing=Listing(
        Call("backup:ListBackupPlans"),
        items="BackupPlansList",
        params={"MaxResults": 1000},
        fields={"backup_plan_name": lambda item: item["BackupPlanName"]},
    ),
    arn=lambda item, _: item["BackupPlanArn"],
    details=(
        Detail(
            Call("backup:GetBackupPlan"),
            params=lambda item: {"BackupPlanId": item["BackupPlanId"]},
            fields={"rules": lambda reply: tuple(sorted(map(_rule, reply["BackupPlan"]["Rules"])))},
        ),
        Detail(
            Call("backup:ListBackupSelections"),
            params=lambda item: {"BackupPlanId": item["BackupPlanId"]},
            fields={"selections": lambda reply: len(reply["BackupSelectionsList"])},
            whole="BackupSelectionsList",
        ),
    ),
)

PROTECTED = Reader(
    ProtectedResource,
    listing=Listing(
        Call("backup:ListProtectedResources"),
        items="Results",
        params={"MaxResults": 1000},
        fields={
            "resource_arn": lambda item: item["ResourceArn"],
            "last_backup_time": lambda item: item.get("LastBackupTime"),
        },
    ),
    # AWS has no ARN for that it protects something.
    arn=lambda item, scope: scope.arn("backup", f"protected-resource:{item['ResourceArn']}"),
)


def _tf_policy(block: Block) -> PolicyDocument | None:
    apart = block.part("aws_backup_vault_policy")
    return parse_policy(apart["policy"]) if apart else None


def _tf_rule(each: Block) -> PlanRule:
    lifecycle = each.get("lifecycle")
    keep = lifecycle[0].get("delete_after") if lifecycle else None
    return PlanRule(each["rule_name"], None if keep is None else int(keep), len(each.get("copy_action", ())))


TERRAFORM_VAULT = CodeReader(
    "aws_backup_vault",
    BackupVault,
    parts=dict.fromkeys(("aws_backup_vault_lock_configuration", "aws_backup_vault_policy"), "backup_vault_name"),
    defaulted={"aws_backup_vault": ("tags_all",)},
    fields={
        "backup_vault_name": lambda block: block["name"],
        "encryption_key": lambda block: block["kms_key_arn"],
        "locked": lambda block: block.part("aws_backup_vault_lock_configuration") is not None,
        "access_policy": _tf_policy,
        "tags": terraform_tags,
    },
)

TERRAFORM_PLAN = CodeReader(
    "aws_backup_plan",
    BackupPlan,
    parts={"aws_backup_selection": "plan_id"},
    fields={
        "backup_plan_name": lambda block: block["name"],
        "rules": lambda block: tuple(sorted(map(_tf_rule, block.get("rule", ())))),
        "selections": lambda block: len(block.parts("aws_backup_selection")),
    },
)


def _cf_policy(block: Block) -> PolicyDocument | None:
    document = block.plain("AccessPolicy")
    return parse_policy(document) if document else None


CLOUDFORMATION_VAULT = CodeReader(
    "AWS::Backup::BackupVault",
    BackupVault,
    fields={
        "backup_vault_name": lambda block: block["BackupVaultName"],
        "encryption_key": lambda block: block["EncryptionKeyArn"],
        "locked": lambda block: "LockConfiguration" in block,
        "access_policy": _cf_policy,
        "tags": lambda block: Tags(block.plain("BackupVaultTags", {})),
    },
)

CLOUDFORMATION_PLAN = CodeReader(
    "AWS::Backup::BackupPlan",
    BackupPlan,
    parts={"AWS::Backup::BackupSelection": "BackupPlanId"},
    fields={
        "backup_plan_name": lambda block: block["BackupPlan"]["BackupPlanName"],
        "rules": lambda block: tuple(sorted(map(_rule, block["BackupPlan"].get("BackupPlanRule", ())))),
        "selections": lambda block: len(block.parts("AWS::Backup::BackupSelection")),
    },
)
