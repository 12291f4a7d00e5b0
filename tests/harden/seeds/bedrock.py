"""Guardrails and API keys that fail."""

from __future__ import annotations

import datetime as dt
from typing import Any

from harden.aws import ACCOUNT, REGION, Aws, AwsError
from harden.seeded import State, seeds

_ARN = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:guardrail/g1"
_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k1"
_NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@seeds("bedrock.long-lived-api-key", lasting=("bedrock.long-lived-api-key",))
def keys_that_last(aws: Aws) -> None:
    keys = {
        name: {
            "UserName": "BedrockAPIKey-1",
            "ServiceName": "bedrock.amazonaws.com",
            "ServiceSpecificCredentialId": name,
            "Status": "Active",
            "CreateDate": _NOW,
            **({} if days is None else {"ExpirationDate": _NOW + dt.timedelta(days=days)}),
        }
        for name, days in (("ACCAEVERXXXXXXXXXXXX", None), ("ACCAYEARXXXXXXXXXXXX", 365), ("ACCAWEEKXXXXXXXXXXXX", 7))
    }

    def delete(params: dict[str, Any]) -> None:
        if keys.get(params["ServiceSpecificCredentialId"], {}).get("UserName") != params["UserName"]:
            raise AwsError("NoSuchEntity")
        del keys[params["ServiceSpecificCredentialId"]]

    aws.answers("iam:ListServiceSpecificCredentials", lambda _: {"ServiceSpecificCredentials": list(keys.values())})
    aws.answers("iam:DeleteServiceSpecificCredential", delete)


def _policy(config: dict[str, Any], told: tuple[str, ...] = ()) -> dict[str, Any]:
    """A policy as AWS tells it, of how it takes it."""
    return {name.removesuffix("Config"): value for name, value in config.items()} | {name: [] for name in told}


def _guardrail(aws: Aws, **parts: Any) -> State:
    """One guardrail, of which an update forgets what it is not given."""
    state: dict[str, Any] = {
        "guardrailId": "g1",
        "guardrailArn": _ARN,
        "version": "DRAFT",
        "status": "READY",
        "createdAt": _NOW,
        "updatedAt": _NOW,
        "name": "shop",
        "blockedInputMessaging": "No.",
        "blockedOutputsMessaging": "Neither.",
        **parts,
    }
    others = {name: value for name, value in state.items() if name != "contentPolicy"}

    def update(params: dict[str, Any]) -> Any:
        del params["guardrailIdentifier"]
        given = {}
        for name, value in params.items():
            if name == "kmsKeyId":
                given["kmsKeyArn"] = value
            elif name == "crossRegionConfig":
                given["crossRegionDetails"] = {"guardrailProfileArn": value["guardrailProfileIdentifier"]}
            elif name == "automatedReasoningPolicyConfig":
                given["automatedReasoningPolicy"] = value
            elif name == "wordPolicyConfig":
                given["wordPolicy"] = {"words": [], **_policy(value)}
            else:
                given[name.removesuffix("Config")] = _policy(value) if name.endswith("Config") else value
        head = {name: state[name] for name in ("guardrailId", "guardrailArn", "version", "status")}
        after = {**head, "createdAt": _NOW, "updatedAt": _NOW, **given}
        if {name: value for name, value in after.items() if name != "contentPolicy"} != others:
            raise AwsError("ValidationException", "what stays was not sent back")
        for each in after.get("contentPolicy", {}).get("filters", ()):
            if each["type"] == "PROMPT_ATTACK" and each["outputStrength"] != "NONE":
                raise AwsError("ValidationException", "prompt attacks are not looked for in answers")
        state.clear()
        state.update(after)
        return {"guardrailId": "g1", "guardrailArn": _ARN, "version": "DRAFT", "updatedAt": _NOW}

    summary = {"id": "g1", "arn": _ARN, "status": "READY", "name": "shop", "version": "DRAFT"}
    aws.answers("bedrock:ListGuardrails", {"guardrails": [{**summary, "createdAt": _NOW, "updatedAt": _NOW}]})
    aws.answers("bedrock:GetGuardrail", lambda _: state)
    aws.answers("bedrock:UpdateGuardrail", update)
    aws.answers("bedrock:ListTagsForResource", {"tags": [{"key": "team", "value": "web"}]})
    return lambda: state


@seeds("bedrock.prompt-attacks-pass")
def guardrail_that_only_detects(aws: Aws) -> State:
    filters = [
        {"type": "HATE", "inputStrength": "HIGH", "outputStrength": "MEDIUM", "outputAction": "NONE"},
        {"type": "PROMPT_ATTACK", "inputStrength": "LOW", "outputStrength": "NONE", "inputAction": "NONE"},
    ]
    profile = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:guardrail-profile/eu.guardrail.v1:0"
    return _guardrail(
        aws,
        description="for the shop",
        contentPolicy={"filters": filters, "tier": {"tierName": "STANDARD"}},
        topicPolicy={
            "topics": [{"name": "law", "definition": "Legal advice", "examples": ["May I?"], "type": "DENY"}],
            "tier": {"tierName": "STANDARD"},
        },
        wordPolicy={"words": [], "managedWordLists": [{"type": "PROFANITY", "inputAction": "NONE"}]},
        sensitiveInformationPolicy={
            "piiEntities": [{"type": "EMAIL", "action": "ANONYMIZE"}],
            "regexes": [{"name": "order", "pattern": "O-[0-9]+", "action": "BLOCK"}],
        },
        contextualGroundingPolicy={"filters": [{"type": "GROUNDING", "threshold": 0.7}]},
        automatedReasoningPolicy={"policies": ["arn:policy"], "confidenceThreshold": 0.9},
        crossRegionDetails={"guardrailProfileArn": profile},
        kmsKeyArn=_KEY,
    )


@seeds("bedrock.prompt-attacks-pass")
def guardrail_without_filters(aws: Aws) -> State:
    return _guardrail(aws)
