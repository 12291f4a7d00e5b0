"""Amazon Bedrock: guardrails, agents, custom models, API keys, and whether what models are asked is logged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from bartizan.model import SAMPLE_TIME, Gap, Reason, Resource, Unknown, field, resource
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Listing, Reader, Reply
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, Tags, tags_in, terraform_tags


@resource("AWS::Bedrock::ModelInvocationLoggingConfiguration")
class InvocationLogging(Resource):
    """What one region records of the use of models."""

    destinations: tuple[str, ...] = field("The bucket and the log group that get the records.", default=("prompts",))
    text: bool = field("Whether the records hold what was asked and answered.", default=True)
    models_used: bool = field("Whether models were asked there within two weeks.", default=True)


@resource("AWS::Bedrock::Guardrail", name="guardrail_name")
class Guardrail(Resource):
    """What keeps prompts and answers within bounds, in its draft."""

    guardrail_name: str = field("Its name.", default="shop")
    prompt_attack_filter: str = field("How strictly it blocks prompt attacks: `NONE` to `HIGH`.", default="HIGH")
    hides_personal_data: bool = field("Whether it blocks or masks some kind of personal data.", default=True)
    kms_key_arn: str | None = field("The key of the account that encrypts it.", default=None)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::Bedrock::Agent", name="agent_name")
class Agent(Resource):
    """A Bedrock agent: a model with instructions, tools and a role."""

    agent_name: str = field("Its name.", default="helpdesk")
    guardrail: str | None = field("The guardrail that its prompts and answers pass.", default="gr1")
    kms_key_arn: str | None = field("The key of the account that encrypts it.", default=None)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::Bedrock::CustomModel", name="custom_model_name")
class CustomModel(Resource):
    """A model that was trained further on data of the account's own."""

    custom_model_name: str = field("Its name.", default="tone")
    kms_key_arn: str | None = field("The key of the account that encrypts it.", default=None)


@resource("AWS::IAM::ServiceSpecificCredential", name="api_key_id")
class ApiKey(Resource):
    """A long-term API key of Bedrock, which belongs to an IAM user."""

    api_key_id: str = field("Its id, which is not the key.", default="ACCAEXAMPLE")
    user_name: str = field("The user whose key it is.", default="BedrockAPIKey-1")
    active: bool = field("Whether Bedrock takes it.", default=True)
    created: dt.datetime = field("When it was made.", default=SAMPLE_TIME)
    expires: dt.datetime | None = field("When it ends; null for never.", default=SAMPLE_TIME)


def _destinations(config: Mapping[str, Any]) -> tuple[str, ...]:
    named = (
        (config.get("s3Config") or {}).get("bucketName"),
        (config.get("cloudWatchConfig") or {}).get("logGroupName"),
    )
    return tuple(each for each in named if each)


INVOCATION_LOGGING = Reader(
    InvocationLogging,
    listing=Listing(
        Call("bedrock:GetModelInvocationLoggingConfiguration"),
        items=lambda reply: [reply.get("loggingConfig") or {}],
        fields={
            "destinations": _destinations,
            "text": lambda item: bool(item.get("textDataDeliveryEnabled")),
        },
    ),
    arn=lambda _, scope: scope.arn("bedrock", "model-invocation-logging"),
    details=(
        Detail(
            Call("cloudwatch:ListMetrics"),
            params=lambda _: {"Namespace": "AWS/Bedrock", "MetricName": "Invocations"},
            fields={"models_used": lambda reply: bool(reply.get("Metrics"))},
        ),
    ),
)


def _prompt_attacks(filters: Iterable[Mapping[str, Any]], kind: str, strength: str, action: str, enabled: str) -> str:
    """How strictly prompt attacks are blocked; one that is only detected, or not looked for, is not blocked."""
    for each in filters:
        if each[kind] == "PROMPT_ATTACK" and each.get(enabled, True) and each.get(action, "BLOCK") == "BLOCK":
            return str(each[strength])
    return "NONE"


def _hides(entries: Iterable[Mapping[str, Any]], *actions: str) -> bool:
    return any(each.get(name, "NONE") != "NONE" for each in entries for name in actions)


def _sensitive(reply: Reply) -> list[Mapping[str, Any]]:
    policy = reply.get("sensitiveInformationPolicy") or {}
    return [*(policy.get("piiEntities") or ()), *(policy.get("regexes") or ())]


GUARDRAILS = Reader(
    Guardrail,
    listing=Listing(
        Call("bedrock:ListGuardrails"),
        items="guardrails",
        params={"maxResults": 1000},
        fields={"guardrail_name": lambda item: item["name"]},
    ),
    arn=lambda item, _: item["arn"],
    details=(
        Detail(
            Call("bedrock:GetGuardrail"),
            params=lambda item: {"guardrailIdentifier": item["id"]},
            fields={
                "prompt_attack_filter": lambda reply: _prompt_attacks(
                    (reply.get("contentPolicy") or {}).get("filters") or (),
                    "type", "inputStrength", "inputAction", "inputEnabled",
                ),
                "hides_personal_data": lambda reply: _hides(
                    _sensitive(reply), "action", "inputAction", "outputAction"
                ),
                "kms_key_arn": lambda reply: reply.get("kmsKeyArn"),
            },
        ),
        Detail(
            Call("bedrock:ListTagsForResource"),
            params=lambda item: {"resourceARN": item["arn"]},
            fields={"tags": lambda reply: tags_in(reply.get("tags") or (), "key", "value")},
        ),
    ),
)  # fmt: skip

AGENTS = Reader(
    Agent,
    listing=Listing(
        Call("bedrock-agent:ListAgents", permissions=("bedrock:ListAgents",)),
        items="agentSummaries",
        params={"maxResults": 1000},
        fields={
            "agent_name": lambda item: item["agentName"],
            "guardrail": lambda item: (item.get("guardrailConfiguration") or {}).get("guardrailIdentifier"),
        },
    ),
    arn=lambda item, scope: scope.arn("bedrock", f"agent/{item['agentId']}"),
    details=(
        Detail(
            Call("bedrock-agent:GetAgent", permissions=("bedrock:GetAgent",)),
            params=lambda item: {"agentId": item["agentId"]},
            fields={"kms_key_arn": lambda reply: reply["agent"].get("customerEncryptionKeyArn")},
        ),
        Detail(
            Call("bedrock-agent:ListTagsForResource", permissions=("bedrock:ListTagsForResource",)),
            params=lambda _: {},
            arn_as="resourceArn",
            fields={"tags": lambda reply: Tags(reply.get("tags") or {})},
        ),
    ),
)

CUSTOM_MODELS = Reader(
    CustomModel,
    listing=Listing(
        Call("bedrock:ListCustomModels"),
        items="modelSummaries",
        params={"isOwned": True, "maxResults": 1000},
        fields={"custom_model_name": lambda item: item["modelName"]},
    ),
    arn=lambda item, _: item["modelArn"],
    details=(
        Detail(
            Call("bedrock:GetCustomModel"),
            params=lambda item: {"modelIdentifier": item["modelArn"]},
            fields={"kms_key_arn": lambda reply: reply.get("modelKmsKeyArn")},
        ),
    ),
)

API_KEYS = Reader(
    ApiKey,
    listing=Listing(
        Call("iam:ListServiceSpecificCredentials"),
        items="ServiceSpecificCredentials",
        params={"AllUsers": True, "ServiceName": "bedrock.amazonaws.com"},
        fields={
            "api_key_id": lambda item: item["ServiceSpecificCredentialId"],
            "user_name": lambda item: item["UserName"],
            "active": lambda item: item["Status"] == "Active",
            "created": lambda item: item["CreateDate"],
            "expires": lambda item: item.get("ExpirationDate"),
        },
    ),
    # AWS gives it no ARN of its own.
    arn=lambda item, scope: scope.arn(
        "iam", f"service-specific-credential/{item['ServiceSpecificCredentialId']}", region=""
    ),
    where="account",
)


def _tf_entries(block: Block, *path: str) -> list[Mapping[str, Any]]:
    """The nested blocks at the end of a path; some versions of the provider write a single one without a list."""
    found: list[Mapping[str, Any]] = [block]
    for name in path:
        nested = [each[name] for each in found if each.get(name)]
        found = [entry for each in nested for entry in ([each] if isinstance(each, Mapping) else each)]
    return found


TERRAFORM_INVOCATION_LOGGING = CodeReader(
    "aws_bedrock_model_invocation_logging_configuration",
    InvocationLogging,
    fields={
        "destinations": lambda block: (
            *(each["bucket_name"] for each in _tf_entries(block, "logging_config", "s3_config")),
            *(each["log_group_name"] for each in _tf_entries(block, "logging_config", "cloudwatch_config")),
        ),
        "text": lambda block: any(
            each.get("text_data_delivery_enabled", True) for each in _tf_entries(block, "logging_config")
        ),
    },
)


def _later(block: Block) -> dt.datetime:
    raise Unknown(block.what, Gap(Reason.COMPUTED, detail="it counts from when the code is applied"))


TERRAFORM_API_KEY = CodeReader(
    "aws_iam_service_specific_credential",
    ApiKey,
    when=lambda block: block["service_name"] == "bedrock.amazonaws.com",
    fields={
        "user_name": lambda block: block["user_name"],
        "active": lambda block: block.get("status", "Active") == "Active",
        "expires": lambda block: _later(block) if block.get("credential_age_days") else None,
    },
)

_TF_SENSITIVE = "sensitive_information_policy_config"

TERRAFORM_GUARDRAIL = CodeReader(
    "aws_bedrock_guardrail",
    Guardrail,
    defaulted={"aws_bedrock_guardrail": ("tags_all",)},
    fields={
        "guardrail_name": lambda block: block["name"],
        "prompt_attack_filter": lambda block: _prompt_attacks(
            _tf_entries(block, "content_policy_config", "filters_config"),
            "type", "input_strength", "input_action", "input_enabled",
        ),
        "hides_personal_data": lambda block: _hides(
            [
                *_tf_entries(block, _TF_SENSITIVE, "pii_entities_config"),
                *_tf_entries(block, _TF_SENSITIVE, "regexes_config"),
            ],
            "action", "input_action", "output_action",
        ),
        "kms_key_arn": lambda block: block.get("kms_key_arn"),
        "tags": terraform_tags,
    },
)  # fmt: skip

TERRAFORM_AGENT = CodeReader(
    "aws_bedrockagent_agent",
    Agent,
    defaulted={"aws_bedrockagent_agent": ("tags_all", "guardrail_configuration")},
    fields={
        "agent_name": lambda block: block["agent_name"],
        "guardrail": lambda block: next(
            (each["guardrail_identifier"] for each in _tf_entries(block, "guardrail_configuration")), None
        ),
        "kms_key_arn": lambda block: block.get("customer_encryption_key_arn"),
        "tags": terraform_tags,
    },
)

TERRAFORM_CUSTOM_MODEL = CodeReader(
    "aws_bedrock_custom_model",
    CustomModel,
    fields={
        "custom_model_name": lambda block: block["custom_model_name"],
        "kms_key_arn": lambda block: block.get("custom_model_kms_key_id"),
    },
)


def _cf_sensitive(block: Block) -> list[Mapping[str, Any]]:
    policy = block.get("SensitiveInformationPolicyConfig", {})
    return [*policy.get("PiiEntitiesConfig", ()), *policy.get("RegexesConfig", ())]


CLOUDFORMATION_GUARDRAIL = CodeReader(
    "AWS::Bedrock::Guardrail",
    Guardrail,
    fields={
        "guardrail_name": lambda block: block["Name"],
        "prompt_attack_filter": lambda block: _prompt_attacks(
            block.get("ContentPolicyConfig", {}).get("FiltersConfig", ()),
            "Type", "InputStrength", "InputAction", "InputEnabled",
        ),
        "hides_personal_data": lambda block: _hides(_cf_sensitive(block), "Action", "InputAction", "OutputAction"),
        "kms_key_arn": lambda block: block.get("KmsKeyArn"),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)  # fmt: skip

CLOUDFORMATION_AGENT = CodeReader(
    "AWS::Bedrock::Agent",
    Agent,
    fields={
        "agent_name": lambda block: block["AgentName"],
        "guardrail": lambda block: block.get("GuardrailConfiguration", {}).get("GuardrailIdentifier"),
        "kms_key_arn": lambda block: block.get("CustomerEncryptionKeyArn"),
        "tags": lambda block: Tags(block.plain("Tags", {})),
    },
)
