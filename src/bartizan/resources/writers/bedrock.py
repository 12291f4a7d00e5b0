"""Guardrails of Bedrock as code."""

from __future__ import annotations

from bartizan.resources.bedrock import Guardrail
from bartizan.resources.writing import CodeWriter, nested, tags_map, tags_pairs

TERRAFORM_GUARDRAIL = CodeWriter(
    "aws_bedrock_guardrail",
    Guardrail,
    names={"guardrail_name": "name"},
    fields={
        "prompt_attack_filter": lambda guardrail: {
            "content_policy_config": nested(
                # Answers cannot attack a prompt: AWS takes no other strength for them.
                filters_config=nested(
                    type="PROMPT_ATTACK", input_strength=guardrail.prompt_attack_filter, output_strength="NONE"
                )
            )
        },
        "kms_key_arn": "kms_key_arn",
        "tags": tags_map,
    },
    import_id=lambda guardrail: f"{guardrail.arn.rpartition('/')[2]},DRAFT",
)

CLOUDFORMATION_GUARDRAIL = CodeWriter(
    "AWS::Bedrock::Guardrail",
    Guardrail,
    names={"guardrail_name": "Name"},
    fields={
        "prompt_attack_filter": lambda guardrail: {
            "ContentPolicyConfig": {
                "FiltersConfig": [
                    {
                        "Type": "PROMPT_ATTACK",
                        "InputStrength": guardrail.prompt_attack_filter,
                        "OutputStrength": "NONE",
                    }
                ]
            }
        },
        "kms_key_arn": "KmsKeyArn",
        "tags": tags_pairs,
    },
)
