"""Secrets as code; their values are never read."""

from __future__ import annotations

from bartizan.resources.secretsmanager import Secret
from bartizan.resources.writing import CodeWriter, Own, Part, tags_map, tags_pairs

TERRAFORM_SECRET = CodeWriter(
    "aws_secretsmanager_secret",
    Secret,
    names={"secret_name": "name"},
    fields={"kms_key_id": "kms_key_id", "tags": tags_map},
    parts=(
        Part("aws_secretsmanager_secret_policy", {"policy": "policy"}, {"secret_arn": Own("arn")}),
        Part(
            "aws_secretsmanager_secret_rotation",
            {"rotation_days": "rotation_rules.automatically_after_days"},
            {"secret_id": Own("id")},
        ),
    ),
    import_id=lambda secret: secret.arn,
)

CLOUDFORMATION_SECRET = CodeWriter(
    "AWS::SecretsManager::Secret",
    Secret,
    names={"secret_name": "Name"},
    fields={"kms_key_id": "KmsKeyId", "tags": tags_pairs},
    parts=(
        Part("AWS::SecretsManager::ResourcePolicy", {"policy": "ResourcePolicy"}, {"SecretId": Own()}),
        Part(
            "AWS::SecretsManager::RotationSchedule",
            {"rotation_days": "RotationRules.AutomaticallyAfterDays"},
            {"SecretId": Own()},
        ),
    ),
)
