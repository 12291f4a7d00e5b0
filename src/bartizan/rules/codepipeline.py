"""Checks of AWS CodePipeline."""

from __future__ import annotations

from bartizan.model import Problems, rule
from bartizan.resources.codepipeline import Pipeline


@rule(
    "critical",
    passes=[Pipeline(secrets=())],
    fails=[Pipeline(secrets=("Deploy: API_KEY (value of a secret's name)",))],
)
def secret_in_configuration(pipeline: Pipeline) -> Problems:
    """Pipeline has a secret in the configuration of an action.

    ## Why it matters
    Everybody who may see the pipeline reads it.

    ## How to fix
    Replace the secret by a new one, keep that in Secrets Manager, and let the action fetch it.

    ## References
    - https://docs.aws.amazon.com/codepipeline/latest/userguide/parameter-store-encryption.html
    """
    yield from pipeline.secrets


@rule("info", passes=[Pipeline(own_key=True)], fails=[Pipeline(own_key=False)], advice=True)
def artifacts_without_own_key(pipeline: Pipeline) -> Problems:
    """Pipeline's artifacts are encrypted, but not under a key of yours.

    ## Why it matters
    Whoever may read the bucket has the code that is released; no second policy asks whether they may decrypt.

    ## How to fix
    Give the artifact store a customer managed key, which deployments to other accounts need anyway.

    ## References
    - https://docs.aws.amazon.com/codepipeline/latest/userguide/S3-artifact-encryption.html
    """
    if not pipeline.own_key:
        yield "the artifact store names no key"


@rule("info", passes=[Pipeline(approved=True)], fails=[Pipeline(approved=False)], advice=True)
def nobody_approves(pipeline: Pipeline) -> Problems:
    """Pipeline releases without anybody having approved it.

    ## Why it matters
    One person who may push changes production alone, unless the repository asks for a review.

    ## How to fix
    Add a manual approval before production, or protect the branch so that every change is reviewed.

    ## References
    - https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals.html
    """
    if not pipeline.approved:
        yield "no action asks for an approval"
