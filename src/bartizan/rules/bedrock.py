"""Checks of Amazon Bedrock."""

from __future__ import annotations

import datetime as dt

from bartizan.model import SAMPLE_TIME, Problems, replace, rule
from bartizan.resources.bedrock import Agent, ApiKey, CustomModel, Guardrail, InvocationLogging

_KEY = "arn:aws:kms:eu-west-1:111122223333:key/1"
_NOT_LOGGED = InvocationLogging(destinations=())


@rule(
    "medium",
    passes=[InvocationLogging(), replace(_NOT_LOGGED, models_used=False)],
    fails=[_NOT_LOGGED, InvocationLogging(text=False)],
)
def invocations_not_logged(settings: InvocationLogging) -> Problems:
    """Bedrock's models are used in a Region without a record of what they are asked.

    ## Why it matters
    Misuse by stolen credentials, leaked data and attacks by prompt show in what was asked and answered, nowhere else.

    ## How to fix
    Turn on model invocation logging, with text, to an encrypted bucket or log group that few people may read.

    ## References
    - https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
    """
    if not settings.destinations:
        if settings.models_used:
            yield "models were used within two weeks, and nothing records what they were asked"
    elif not settings.text:
        yield "the records leave out what was asked and answered"


@rule(
    "medium",
    passes=[Guardrail(), Guardrail(prompt_attack_filter="MEDIUM")],
    fails=[Guardrail(prompt_attack_filter="NONE"), Guardrail(prompt_attack_filter="LOW")],
)
def prompt_attacks_pass(guardrail: Guardrail) -> Problems:
    """Bedrock guardrail does not stop prompt attacks.

    ## Why it matters
    Whoever writes to the model, or writes what it reads, talks it out of its instructions and into its tools.

    ## How to fix
    Add the filter for prompt attacks at high strength, with the action to block, and publish a new version.

    ## References
    - https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-prompt-attack.html
    """
    if guardrail.prompt_attack_filter in {"NONE", "LOW"}:
        strength = guardrail.prompt_attack_filter
        yield (
            "prompt attacks are not blocked" if strength == "NONE" else f"prompt attacks are blocked at {strength} only"
        )


@prompt_attacks_pass.risky_fix("some harmless prompts are refused; versions that are published stay as they are")
def block_prompt_attacks(guardrail: Guardrail) -> Guardrail:
    """Block prompt attacks at high strength, in the draft."""
    return replace(guardrail, prompt_attack_filter="HIGH")


@rule("info", advice=True, passes=[Guardrail()], fails=[Guardrail(hides_personal_data=False)])
def personal_data_pass(guardrail: Guardrail) -> Problems:
    """Personal data: the guardrail lets all kinds of it through.

    ## Why it matters
    What a model was given, or finds by its tools, comes out to whoever asks: addresses, card numbers, passwords.

    ## How to fix
    Block or mask the kinds of data that neither prompts nor answers need, access keys and passwords first.

    ## References
    - https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-sensitive-filters.html
    """
    if not guardrail.hides_personal_data:
        yield "it neither blocks nor masks any sensitive information"


@rule("low", advice=True, passes=[Guardrail(kms_key_arn=_KEY)], fails=[Guardrail()])
def guardrail_under_key_of_aws(guardrail: Guardrail) -> Problems:
    """Bedrock guardrail is encrypted with a key of AWS.

    ## Why it matters
    Its words and patterns say what to ask for to get around it, and nobody can restrict who decrypts them.

    ## How to fix
    Set a customer managed key where the guardrail itself is confidential.

    ## References
    - https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-permissions-kms.html
    """
    if guardrail.kms_key_arn is None:
        yield "no key of the account encrypts it"


@rule("medium", passes=[Agent()], fails=[Agent(guardrail=None)])
def agent_without_guardrail(agent: Agent) -> Problems:
    """Bedrock agent works without a guardrail.

    ## Why it matters
    It acts with a role, on words that others write. Nothing looks at prompts that turn it against its owner.

    ## How to fix
    Attach a guardrail that blocks prompt attacks, prepare the agent, and point its aliases at the new version.

    ## References
    - https://docs.aws.amazon.com/bedrock/latest/userguide/agents-guardrail.html
    """
    if agent.guardrail is None:
        yield "no guardrail is attached"


@rule("low", advice=True, passes=[Agent(kms_key_arn=_KEY)], fails=[Agent()])
def agent_under_key_of_aws(agent: Agent) -> Problems:
    """Bedrock agent is encrypted with a key of AWS.

    ## Why it matters
    Nobody can restrict who decrypts its instructions and sessions, or withdraw the key.

    ## How to fix
    Set a customer managed key where its instructions or what people tell it are confidential.

    ## References
    - https://docs.aws.amazon.com/bedrock/latest/userguide/encryption-agents-new.html
    """
    if agent.kms_key_arn is None:
        yield "no key of the account encrypts it"


@rule("low", advice=True, passes=[CustomModel(kms_key_arn=_KEY)], fails=[CustomModel()])
def custom_model_under_key_of_aws(model: CustomModel) -> Problems:
    """Custom model is encrypted with a key of AWS.

    ## Why it matters
    A model gives away what it was trained on, and nobody can restrict the key's use or withdraw it.

    ## How to fix
    Train it with a customer managed key where the training data call for that control.

    ## References
    - https://docs.aws.amazon.com/bedrock/latest/userguide/encryption-custom-job.html
    """
    if model.kms_key_arn is None:
        yield "no key of the account encrypts it"


@rule(
    "high",
    passes=[
        ApiKey(expires=SAMPLE_TIME + dt.timedelta(days=7)),
        ApiKey(expires=None, active=False),
    ],
    fails=[ApiKey(expires=None), ApiKey(expires=SAMPLE_TIME + dt.timedelta(days=365))],
)
def long_lived_api_key(key: ApiKey, *, max_days: int = 30) -> Problems:
    """Bedrock API key lasts too long.

    ## Why it matters
    It is one line of text that works from anywhere, without a second factor, for whoever finds it in code or a log.

    ## How to fix
    Use roles, or short-term API keys that end with the session. Delete the key once nothing uses it.

    ## Parameters
    - `max_days`: days that a long-term key may last.

    ## References
    - https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html
    """
    if not key.active:
        return
    if key.expires is None:
        yield f"the key of {key.user_name} never ends"
    elif (key.expires - key.created).days > max_days:
        yield f"the key of {key.user_name} lasts for {(key.expires - key.created).days} days"


@long_lived_api_key.risky_fix("what uses the key is refused by Bedrock")
def delete_api_key(_: ApiKey) -> None:
    """Delete the key."""
    return
