"""Checks of AWS CloudFormation."""

from __future__ import annotations

from bartizan.model import Problems, replace, rule
from bartizan.resources.cloudformation import Stack

_SECRET = ("DbPassword (value of a secret's name)",)
_STUCK = {"ROLLBACK_FAILED", "UPDATE_ROLLBACK_FAILED", "DELETE_FAILED", "IMPORT_ROLLBACK_FAILED"}


@rule("high", passes=[Stack(stack_name="shop")], fails=[Stack(stack_name="shop", parameter_secrets=_SECRET)])
def secret_in_parameter(stack: Stack) -> Problems:
    """CloudFormation stack has a secret in plain text among its parameters.

    ## Why it matters
    Everybody who may describe stacks, as most read-only roles may, reads it.

    ## How to fix
    Refer to Secrets Manager or Parameter Store by a dynamic reference in the template, and change the secret. `NoEcho`
    hides it in answers only.

    ## References
    - https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/security-best-practices.html
    - https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
    """
    for secret in stack.parameter_secrets:
        yield f"parameter {secret}"


@rule("high", passes=[Stack(stack_name="shop")], fails=[Stack(stack_name="shop", output_secrets=_SECRET)])
def secret_in_output(stack: Stack) -> Problems:
    """CloudFormation stack gives a secret away among its outputs.

    ## Why it matters
    Everybody who may describe stacks, as most read-only roles may, reads it.

    ## How to fix
    Put out the ARN of the secret in place of its value, and change the secret.

    ## References
    - https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/outputs-section-structure.html
    """
    for secret in stack.output_secrets:
        yield f"output {secret}"


@rule(
    "low",
    passes=[Stack(stack_name="shop"), Stack(stack_name="shop", enable_termination_protection=False, nested=True)],
    fails=[Stack(stack_name="shop", enable_termination_protection=False)],
)
def no_termination_protection(stack: Stack) -> Problems:
    """CloudFormation stack can be deleted by one call.

    ## Why it matters
    One mistaken or hostile call removes all that the stack made.

    ## How to fix
    Turn on termination protection. Nested stacks are guarded by that of the outermost one.

    ## References
    - https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-protect-stacks.html
    """
    if not stack.nested and not stack.enable_termination_protection:
        yield "termination protection is off"


@no_termination_protection.fix
def protect_stack(stack: Stack) -> Stack:
    """Turn on termination protection."""
    return replace(stack, enable_termination_protection=stack.enable_termination_protection or not stack.nested)


_SAFE_BOOTSTRAP = 21
"""The first version whose roles write into buckets of the same account only."""


@rule(
    "medium",
    passes=[Stack(stack_name="shop"), Stack(stack_name="CDKToolkit", cdk_bootstrap_version=21)],
    fails=[Stack(stack_name="CDKToolkit", cdk_bootstrap_version=20)],
)
def old_cdk_bootstrap(stack: Stack) -> Problems:
    """Bootstrap stack of the CDK is older than a flaw in it.

    ## Why it matters
    Before version 21 the role that uploads assets trusts the bucket's name alone. Where the bucket was deleted, a
    stranger can make one of that name and slip his own templates into your deployments.

    ## How to fix
    Run `cdk bootstrap` again with a current version of the CDK, in each account and Region.

    ## References
    - https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html
    - https://github.com/aws/aws-cdk/issues/31885
    """
    version = stack.cdk_bootstrap_version
    if version is not None and version < _SAFE_BOOTSTRAP:
        yield f"its version is {version}"


@rule("low", passes=[Stack(stack_name="shop")], fails=[Stack(stack_name="shop", drift_status="DRIFTED")])
def drifted(stack: Stack) -> Problems:
    """CloudFormation stack is no longer as its template says.

    ## Why it matters
    Somebody changed resources past the template and its review. The next update may undo it, or keep a hole open.

    ## How to fix
    Look at what differs. Take it over into the template, or update the stack to put it back.

    ## References
    - https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html
    """
    if stack.drift_status == "DRIFTED":
        yield "the last drift detection found differences"


@rule(
    "info",
    advice=True,
    passes=[Stack(stack_name="shop"), Stack(stack_name="shop", drift_status="NOT_CHECKED", nested=True)],
    fails=[Stack(stack_name="shop", drift_status="NOT_CHECKED")],
)
def drift_not_looked_for(stack: Stack) -> Problems:
    """Drift of a stack was never looked for.

    ## Why it matters
    Changes made past the template stay unseen.

    ## How to fix
    Consider the managed rule `cloudformation-stack-drift-detection-check` of AWS Config.

    ## References
    - https://docs.aws.amazon.com/config/latest/developerguide/cloudformation-stack-drift-detection-check.html
    """
    if not stack.nested and stack.drift_status == "NOT_CHECKED":
        yield "drift detection never ran"


@rule(
    "low",
    passes=[Stack(stack_name="shop"), Stack(stack_name="shop", stack_status="ROLLBACK_COMPLETE")],
    fails=[Stack(stack_name="shop", stack_status="UPDATE_ROLLBACK_FAILED")],
)
def stuck(stack: Stack) -> Problems:
    """CloudFormation stack is stuck and cannot be updated.

    ## Why it matters
    A fix for a hole that is found tomorrow cannot be rolled out, and what is half made may stand open.

    ## How to fix
    Continue the rollback, leaving out what cannot be put back, or delete the stack.

    ## References
    - https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html
    """
    if stack.stack_status in _STUCK:
        yield f"its state is {stack.stack_status}"


@rule(
    "info",
    advice=True,
    passes=[
        Stack(stack_name="shop", role_arn="arn:aws:iam::111122223333:role/deploy-shop"),
        Stack(stack_name="shop", nested=True),
    ],
    fails=[Stack(stack_name="shop")],
)
def no_service_role(stack: Stack) -> Problems:
    """Role of its own is what a stack lacks for its changes.

    ## Why it matters
    Whoever deploys needs all permissions that the template needs, and keeps them for everything else.

    ## How to fix
    Consider a service role for each stack, so that deploying takes only CloudFormation and `iam:PassRole` on that role.

    ## References
    - https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html
    """
    if not stack.nested and stack.role_arn is None:
        yield "changes are made with the permissions of whoever asks"
