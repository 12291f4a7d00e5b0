"""Guardrails and API keys of Bedrock: changing them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put
from bartizan.resources.bedrock import ApiKey, Guardrail
from bartizan.resources.reading import Call

_PLAIN = ("name", "description", "blockedInputMessaging", "blockedOutputsMessaging")
_POLICIES = (
    "topicPolicy",
    "contentPolicy",
    "wordPolicy",
    "sensitiveInformationPolicy",
    "contextualGroundingPolicy",
)
_SENT_BACK = (*_PLAIN, *_POLICIES, "automatedReasoningPolicy", "crossRegionDetails", "kmsKeyArn")

_GUARDRAIL = Look(
    Call("bedrock:GetGuardrail"),
    lambda guardrail: {"guardrailIdentifier": guardrail.arn},
    lambda reply: {name: value for name, value in reply.items() if name in _SENT_BACK},
)


def _whole(edit: Edit) -> Params:
    """The whole guardrail, since an update replaces it, in which parts have other names than in what AWS tells.

    Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_UpdateGuardrail.html
    """
    now = dict(edit.now)
    content = edit.was.get("contentPolicy") if edit.undoing else _strict(now.get("contentPolicy") or {}, edit)
    now["contentPolicy"] = content or {}
    given: dict[str, Any] = {name: now[name] for name in _PLAIN if name in now}
    for name in _POLICIES:
        # Empty lists are not taken.
        if parts := {f"{part}Config": value for part, value in now.get(name, {}).items() if value}:
            given[f"{name}Config"] = parts
    if now.get("automatedReasoningPolicy"):
        given["automatedReasoningPolicyConfig"] = now["automatedReasoningPolicy"]
    if now.get("crossRegionDetails"):
        profile = now["crossRegionDetails"]["guardrailProfileArn"]
        given["crossRegionConfig"] = {"guardrailProfileIdentifier": profile}
    if now.get("kmsKeyArn"):
        given["kmsKeyId"] = now["kmsKeyArn"]
    return {"guardrailIdentifier": edit.after.arn, **given}


def _strict(content: Mapping[str, Any], edit: Edit) -> dict[str, Any]:
    """The filters with that of prompt attacks as it should be; it looks at what comes in alone."""
    kind = "PROMPT_ATTACK"
    filters = list(content.get("filters") or ())
    if not any(each["type"] == kind for each in filters):
        filters.append({"type": kind, "outputStrength": "NONE"})
    strict = {"inputStrength": edit.after.prompt_attack_filter, "inputAction": "BLOCK", "inputEnabled": True}
    return {**content, "filters": [each | strict if each["type"] == kind else each for each in filters]}


GUARDRAIL = ApiWriter(
    Guardrail,
    puts=(
        Put(
            Call("bedrock:UpdateGuardrail"),
            _whole,
            ("prompt_attack_filter",),
            look=_GUARDRAIL,
            busy=("ConflictException",),
        ),
    ),
)

API_KEY = ApiWriter(
    ApiKey,
    deletes=(
        Put(
            Call("iam:DeleteServiceSpecificCredential"),
            lambda edit: {"UserName": edit.before.user_name, "ServiceSpecificCredentialId": edit.before.api_key_id},
            already=("NoSuchEntity",),
        ),
    ),
    lost="the key is gone, and another one has another secret",
)
