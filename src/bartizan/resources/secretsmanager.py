"""AWS Secrets Manager."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from bartizan.model import Gap, Reason, Resource, Unknown, field, resource
from bartizan.model.resource import SAMPLE_TIME
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Item, Listing, Reader
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in, terraform_tags


@resource("AWS::SecretsManager::Secret", name="secret_name")
class Secret(Resource):
    """A secret that is not scheduled for deletion. Its value is never read."""

    secret_name: str = field("Its name.")
    kms_key_id: str | None = field("The KMS key that encrypts it; null for `aws/secretsmanager`.", default=None)
    rotation_enabled: bool = field("Whether it is rotated automatically.", default=True)
    rotation_days: int | None = field("Days between two rotations.", default=30)
    last_rotated: dt.datetime | None = field("When it was last rotated.", default=SAMPLE_TIME)
    next_rotation: dt.datetime | None = field("When it is due to be rotated.", default=None)
    last_accessed: dt.datetime | None = field("The last day on which it was read.", default=SAMPLE_TIME)
    created: dt.datetime = field("When it was made.", default=SAMPLE_TIME)
    owning_service: str | None = field("The AWS service that manages it, if one does.", default=None)
    primary_region: str | None = field("The region of the original, where this is one of its replicas.", default=None)
    policy: PolicyDocument | None = field("Its resource policy.", default=None)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


def _primary(item: Item) -> str | None:
    # The original of a replicated secret names its own region.
    primary: str | None = item.get("PrimaryRegion")
    return primary if primary and primary != item["ARN"].split(":")[3] else None


SECRETS = Reader(
    Secret,
    listing=Listing(
        Call("secretsmanager:ListSecrets"),
        items="SecretList",
        params={"MaxResults": 100},
        fields={
            "secret_name": lambda item: item["Name"],
            "kms_key_id": lambda item: item.get("KmsKeyId"),
            "rotation_enabled": lambda item: item.get("RotationEnabled", False),
            "rotation_days": lambda item: (item.get("RotationRules") or {}).get("AutomaticallyAfterDays"),
            "last_rotated": lambda item: item.get("LastRotatedDate"),
            "next_rotation": lambda item: item.get("NextRotationDate"),
            "last_accessed": lambda item: item.get("LastAccessedDate"),
            "created": lambda item: item["CreatedDate"],
            "owning_service": lambda item: item.get("OwningService"),
            "primary_region": _primary,
            "tags": lambda item: tags_in(item.get("Tags") or ()),
        },
    ),
    arn=lambda item, _: item["ARN"],
    details=(
        Detail(
            Call("secretsmanager:GetResourcePolicy"),
            params=lambda item: {"SecretId": item["ARN"]},
            fields={"policy": lambda reply: parse_policy(text) if (text := reply.get("ResourcePolicy")) else None},
        ),
    ),
)


def _days(rules: Mapping[str, int | str] | None, days: str, schedule: str) -> int | None:
    """The days between rotations; raises ``Unknown`` where an expression of cron's kind says it."""
    if not rules:
        return None
    if days in rules:
        return int(rules[days])
    amount, _, unit = str(rules.get(schedule, "")).removeprefix("rate(").rstrip(")").partition(" ")
    if not amount.isdigit():
        raise Unknown("how often it is rotated", Gap(Reason.COMPUTED, detail=str(rules.get(schedule, ""))))
    return int(amount) if unit.startswith("day") else 1


def _tf_policy(block: Block) -> PolicyDocument | None:
    apart = block.part("aws_secretsmanager_secret_policy")
    text = (block if apart is None else apart).plain("policy")
    return parse_policy(text) if text else None


def _tf_rules(block: Block) -> Mapping[str, int | str] | None:
    part = block.part("aws_secretsmanager_secret_rotation")
    rules: Mapping[str, int | str] | None = part["rotation_rules"][0] if part else None
    return rules


TERRAFORM_SECRET = CodeReader(
    "aws_secretsmanager_secret",
    Secret,
    parts={"aws_secretsmanager_secret_policy": "secret_arn", "aws_secretsmanager_secret_rotation": "secret_id"},
    defaulted={
        "aws_secretsmanager_secret": ("name", "name_prefix", "policy", "tags_all"),
        "aws_secretsmanager_secret_rotation": ("rotation_rules.automatically_after_days",),
    },
    fields={
        "secret_name": lambda block: block["name"],
        "kms_key_id": lambda block: block.id_if_given("kms_key_id"),
        "rotation_enabled": lambda block: block.part("aws_secretsmanager_secret_rotation") is not None,
        "rotation_days": lambda block: _days(_tf_rules(block), "automatically_after_days", "schedule_expression"),
        "owning_service": lambda _: None,
        "primary_region": lambda _: None,
        "policy": _tf_policy,
        "tags": terraform_tags,
    },
)


def _cfn_policy(block: Block) -> PolicyDocument | None:
    part = block.part("AWS::SecretsManager::ResourcePolicy")
    return parse_policy(part.plain("ResourcePolicy")) if part else None


def _cfn_rules(block: Block) -> Mapping[str, int | str] | None:
    part = block.part("AWS::SecretsManager::RotationSchedule")
    rules: Mapping[str, int | str] | None = part.get("RotationRules") if part else None
    return rules


CLOUDFORMATION_SECRET = CodeReader(
    "AWS::SecretsManager::Secret",
    Secret,
    parts={"AWS::SecretsManager::ResourcePolicy": "SecretId", "AWS::SecretsManager::RotationSchedule": "SecretId"},
    fields={
        "secret_name": lambda block: block["Name"],
        "kms_key_id": lambda block: block.id_if_given("KmsKeyId"),
        "rotation_enabled": lambda block: block.part("AWS::SecretsManager::RotationSchedule") is not None,
        "rotation_days": lambda block: _days(_cfn_rules(block), "AutomaticallyAfterDays", "ScheduleExpression"),
        "owning_service": lambda _: None,
        "primary_region": lambda _: None,
        "policy": _cfn_policy,
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)
