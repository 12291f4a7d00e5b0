"""Checks of functions by themselves."""

from __future__ import annotations

from bartizan.model import Problems, World, replace, rule
from bartizan.policy import parse_policy, reach
from bartizan.policy.deputy import SENDERS
from bartizan.policy.removal import without_statements
from bartizan.resources.lambda_ import Function
from bartizan.resources.lambda_runtimes import DEPRECATED
from bartizan.rules.outsiders import shared_with_other_account, shared_with_other_organization

_ANYONE = {"Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction", "Resource": "*"}
_URL = {**_ANYONE, "Action": "lambda:InvokeFunctionUrl"}
_DIRECTLY: reach.Known = (("lambda:functionurlauthtype", ()), ("lambda:invokedviafunctionurl", ()))
"""A call of the function itself, not of its URL."""

_CALLS = ("lambda:InvokeFunction", "lambda:InvokeAsync")
_URL_CALLS = ("lambda:InvokeFunctionUrl",)
_UNSIGNED: reach.Known = (("lambda:functionurlauthtype", ("NONE",)),)
_CHANGES = ("lambda:Update*", "lambda:Delete*", "lambda:Put*", "lambda:AddPermission", "lambda:GetFunction*")
_SERVICE = {
    "Effect": "Allow",
    "Principal": {"Service": "s3.amazonaws.com"},
    "Action": "lambda:InvokeFunction",
    "Resource": "*",
}
_SERVICE_HERE = {**_SERVICE, "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}}


@rule(
    "critical",
    passes=[Function(), Function(policy=parse_policy({"Statement": _URL}))],
    fails=[
        Function(policy=parse_policy({"Statement": _ANYONE})),
        Function(policy=parse_policy({"Statement": [_URL, _ANYONE]})),
    ],
)
def public_function(function: Function) -> Problems:
    """Lambda function policy lets anyone call the function.

    ## Why it matters
    Anyone with an AWS account runs the code with its role's permissions, and at your expense.

    ## How to fix
    Name the principal, and add `aws:SourceArn` or `aws:SourceAccount` where it is a service.

    ## References
    - https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
    """
    yield from reach.public(function.policy, function.arn, function.account, (*_CALLS, *_CHANGES), _DIRECTLY)


@public_function.risky_fix("whoever relies on the open statement is refused, services that call the function included")
def close_function(function: Function) -> Function:
    """Remove the statements that let anyone call the function from its policy."""
    opening = reach.opening(function.policy, function.arn, function.account, (*_CALLS, *_CHANGES), _DIRECTLY)
    return replace(function, policy=without_statements(function.policy, opening))


@rule(
    "high",
    passes=[Function(), Function(url_auth_type="AWS_IAM")],
    fails=[Function(url_auth_type="NONE", policy=parse_policy({"Statement": _URL}))],
)
def public_url(function: Function) -> Problems:
    """Lambda function has a URL that anyone can call.

    ## Why it matters
    The code is exposed to the internet with no check of who calls, unless it makes one itself.

    ## How to fix
    Set the URL's authentication to `AWS_IAM`, or put API Gateway or CloudFront with authorization in front.

    ## References
    - https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
    """
    if function.url_auth_type == "NONE":
        yield from reach.public(function.policy, function.arn, function.account, _URL_CALLS, _UNSIGNED)


@public_url.risky_fix("callers that do not sign their requests are refused")
def require_signatures(function: Function) -> Function:
    """Set the URL's authentication to `AWS_IAM`."""
    # Nobody comes by a URL that no statement of the policy opens.
    return replace(function, url_auth_type="AWS_IAM") if any(public_url.check(function)) else function


@rule("high", passes=[Function()], fails=[Function(secret_variables=("DB_PASSWORD (secret by its name)",))])
def secret_in_environment(function: Function) -> Problems:
    """Lambda function holds secrets in its environment.

    ## Why it matters
    Everyone who may look at the function's settings reads them, and they end up in templates and logs.

    ## How to fix
    Keep them in Secrets Manager or Parameter Store, read them at run time, and replace those that stood here.

    ## References
    - https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    """
    for variable in function.secret_variables:
        yield f"variable {variable} looks like a secret"


@rule("medium", passes=[Function(), Function(runtime="nodejs22.x")], fails=[Function(runtime="python3.8")])
def deprecated_runtime(function: Function) -> Problems:
    """Lambda function uses a runtime that is no longer patched.

    ## Why it matters
    Known holes in the language and its libraries stay open, and soon the function can no longer be updated.

    ## How to fix
    Move to a supported version of the language. Test first: versions are not compatible in all respects.

    ## References
    - https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
    """
    ended = DEPRECATED.get(function.runtime) if function.runtime else None
    if ended and ended <= function.read_at.date():
        yield f"{function.runtime} is deprecated since {ended.isoformat()}"


@rule(
    "low",
    passes=[(Function(function_name="a", role="one"), Function(function_name="b", role="two"))],
    fails=[(Function(function_name="a", role="one"), Function(function_name="b", role="one"))],
    reads=[Function],
)
def shared_role(function: Function, world: World) -> Problems:
    """Lambda function shares its role with other functions.

    ## Why it matters
    Each function gets what any of them needs, so a hole in one reaches the data of all.

    ## How to fix
    Give each function a role of its own with what that function does.

    ## References
    - https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
    """
    users = len(world.find(Function, role=function.role))
    if users > 1:
        yield f"{users} functions use {function.role}"


@rule(
    "info", passes=[Function(), Function(has_environment=True, kms_key_arn="k")], fails=[Function(has_environment=True)]
)
def environment_without_own_key(function: Function) -> Problems:
    """Lambda function encrypts its environment with a key that AWS manages.

    ## Why it matters
    Everyone who may read the function's settings sees the variables: no key policy of yours stands in between.

    ## How to fix
    Set a customer managed key on functions whose variables are sensitive.

    ## References
    - https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
    """
    if function.has_environment and not function.kms_key_arn:
        yield "no key of its own is set"


@rule("info", passes=[Function()], fails=[Function(tracing_mode="PassThrough")])
def no_tracing(function: Function) -> Problems:
    """Lambda function is not traced with X-Ray.

    ## Why it matters
    After a fault or an attack, the way of a request through the system is harder to follow.

    ## How to fix
    Turn on active tracing, and let the role write to X-Ray.

    ## References
    - https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
    """
    if function.tracing_mode != "Active":
        yield "active tracing is off"


@rule(
    "medium",
    passes=[Function(), Function(policy=parse_policy({"Statement": _SERVICE_HERE}))],
    fails=[Function(policy=parse_policy({"Statement": _SERVICE}))],
)
def service_allowed_for_anyone(function: Function) -> Problems:
    """Lambda function policy lets a service in on anybody's behalf.

    ## Why it matters
    Anyone can tell the service to run the function with input of their choice, from a bucket, API or rule of their own.

    ## How to fix
    Add a condition on `aws:SourceArn`, `aws:SourceAccount` or `aws:SourceOrgID` that names what the service acts for.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    - https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
    """
    yield from reach.deputies(function.policy, function.arn, function.account, SENDERS)


@rule(
    "info",
    advice=True,
    passes=[Function(), Function(runtime="python3.13", code_signing_config_arn="arn:aws:lambda:eu-west-1:1:c")],
    fails=[Function(runtime="python3.13")],
)
def no_code_signing(function: Function) -> Problems:
    """Lambda function takes code that nobody signed.

    ## Why it matters
    Whoever may update the function, or gets into the pipeline, runs any code with its role's permissions.

    ## How to fix
    Sign packages with AWS Signer in the pipeline, and attach a code signing configuration that refuses others.

    ## References
    - https://docs.aws.amazon.com/lambda/latest/dg/configuration-codesigning.html
    """
    if function.runtime and not function.code_signing_config_arn:
        yield "no code signing configuration is attached"


@rule("info", advice=True, passes=[Function(reserved_concurrent_executions=5)], fails=[Function()])
def no_reserved_concurrency(function: Function) -> Problems:
    """Lambda function may use up the account's concurrency.

    ## Why it matters
    A flood of events for one function leaves no executions for the others in the Region, and no limit to the bill.

    ## How to fix
    Reserve concurrency for functions that outsiders can trigger, and for those that must always run.

    ## References
    - https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
    """
    if function.reserved_concurrent_executions is None:
        yield "no concurrency is reserved"


function_shared_with_other_account = shared_with_other_account.of(Function, "Lambda function")
function_shared_with_other_organization = shared_with_other_organization.of(Function, "Lambda function")
