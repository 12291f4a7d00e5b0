"""Checks of REST APIs themselves: who may call them, and how."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from bartizan.model import Problems, replace, rule
from bartizan.policy import parse_policy, reach
from bartizan.policy.removal import without_statements
from bartizan.resources.apigateway import Method, RestApi
from bartizan.rules.outsiders import shared_with_other_account, shared_with_other_organization

_OPEN = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*"}
_FROM_ENDPOINT = {**_OPEN, "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}}}
_API = RestApi(
    api_name="orders",
    arn="arn:aws:apigateway:eu-west-1::/restapis/a1b2c3d4e5",
    account="111122223333",
    region="eu-west-1",
    methods=(Method("GET /orders", authorization_type="AWS_IAM"),),
)
_PRIVATE = replace(_API, endpoint_types=("PRIVATE",), policy=parse_policy({"Statement": _FROM_ENDPOINT}))
_BY_KEY = Method("POST /orders", verb="POST", api_key_required=True)
_FREE = Method("GET /orders")
_LIVE = "what else was changed in the API since it was deployed goes live with it"


def _open_methods(api: RestApi) -> Iterator[Method]:
    """The methods whose callers nobody checks; what API Gateway itself answers, and preflights, need no check."""
    if "PRIVATE" not in api.endpoint_types:
        for each in api.methods:
            if each.authorization_type == "NONE" and each.verb != "OPTIONS" and not each.mock:
                yield each


def _checked_by_iam(api: RestApi, *, with_key: bool) -> RestApi:
    opened = {each for each in _open_methods(api) if each.api_key_required is with_key}
    return replace(
        api,
        methods=tuple(
            dataclasses.replace(each, authorization_type="AWS_IAM") if each in opened else each for each in api.methods
        ),
    )


@rule(
    "medium",
    passes=[
        _API,
        replace(_API, methods=(Method("OPTIONS /", verb="OPTIONS"), Method("GET /ping", mock=True), _BY_KEY)),
        replace(_PRIVATE, methods=(_FREE,)),
    ],
    fails=[replace(_API, methods=(_FREE,))],
)
def no_authorizer(api: RestApi) -> Problems:
    """REST API has methods that anyone may call.

    ## Why it matters
    Whoever finds the address can use the methods and what is behind them, at your cost.

    ## How to fix
    Give each method an authorizer: Cognito, a Lambda function, or IAM.

    ## References
    - https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html
    """
    for each in _open_methods(api):
        if not each.api_key_required:
            yield f"{each.label} has no authorizer"


@no_authorizer.risky_fix(f"callers that do not sign requests with AWS credentials are refused; {_LIVE}")
def let_iam_check(api: RestApi) -> RestApi:
    """Let IAM check the callers of those methods."""
    return _checked_by_iam(api, with_key=False)


@rule("medium", passes=[_API, replace(_API, methods=(_FREE,))], fails=[replace(_API, methods=(_BY_KEY,))])
def api_key_is_only_guard(api: RestApi) -> Problems:
    """REST API has methods that only an API key guards.

    ## Why it matters
    API keys are for counting usage: they do not expire, travel in every request, and say nothing of who sends it.

    ## How to fix
    Give those methods an authorizer as well: Cognito, a Lambda function, or IAM.

    ## References
    - https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
    """
    for each in _open_methods(api):
        if each.api_key_required:
            yield f"{each.label} asks for an API key and nothing else"


@api_key_is_only_guard.risky_fix(f"callers that do not sign requests with AWS credentials are refused; {_LIVE}")
def let_iam_check_too(api: RestApi) -> RestApi:
    """Let IAM check the callers of those methods too."""
    return _checked_by_iam(api, with_key=True)


@rule(
    "low",
    passes=[_API, replace(_API, methods=(dataclasses.replace(_BY_KEY, validated=True),))],
    fails=[replace(_API, methods=(_BY_KEY,))],
)
def requests_not_validated(api: RestApi) -> Problems:
    """REST API hands requests with a body on without checking them.

    ## Why it matters
    Malformed and hostile input reaches the code behind, which then has to catch all of it.

    ## How to fix
    Add a request validator with a model of the body to methods that take one.

    ## References
    - https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
    """
    for each in api.methods:
        if each.verb in {"POST", "PUT", "PATCH", "ANY"} and not each.validated and not each.mock:
            yield f"{each.label} has no request validator"


@rule(
    "high",
    passes=[
        _PRIVATE,
        _API,
        replace(_API, policy=parse_policy({"Statement": _FROM_ENDPOINT})),
        replace(_API, policy=parse_policy({"Statement": _OPEN}), methods=(_FREE,)),
    ],
    fails=[
        replace(_PRIVATE, policy=parse_policy({"Statement": _OPEN})),
        replace(_PRIVATE, policy=parse_policy({"Statement": {**_OPEN, "Resource": f"{_PRIVATE.invoke_arn}/*"}})),
        replace(_API, policy=parse_policy({"Statement": _OPEN})),
    ],
)
def policy_lets_anyone_in(api: RestApi) -> Problems:
    """REST API policy lets in whom IAM or its privacy should keep out.

    ## Why it matters
    A private API is then open to the VPC endpoints of every AWS account, and IAM passes the identities of all accounts.

    ## How to fix
    Name the VPC endpoints (`aws:SourceVpce`) or the accounts and roles that need it.

    ## References
    - https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html
    - https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
    """
    private = "PRIVATE" in api.endpoint_types
    if private or any(each.authorization_type == "AWS_IAM" for each in api.methods):
        yield from reach.public(api.policy, api.invoke_arn, api.account)


@policy_lets_anyone_in.risky_fix(f"whoever relies on the open statement is refused; {_LIVE}")
def close_policy(api: RestApi) -> RestApi:
    """Remove the statements that let anyone in from the API's policy."""
    return replace(api, policy=without_statements(api.policy, reach.opening(api.policy, api.invoke_arn, api.account)))


@rule(
    "low",
    passes=[_API, replace(_API, security_policy=None, disable_execute_api_endpoint=True)],
    fails=[replace(_API, security_policy="TLS_1_0")],
)
def old_tls_on_own_address(api: RestApi) -> Problems:
    """REST API accepts TLS 1.0 and 1.1 on its own address.

    ## Why it matters
    Both versions are known to be weak and are deprecated; an attacker on the way can make clients fall back to them.

    ## How to fix
    Set a security policy of TLS 1.2 or newer, or disable the default endpoint where a custom domain name leads to it.

    ## References
    - https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies.html
    """
    if not api.disable_execute_api_endpoint and api.security_policy == "TLS_1_0":
        yield "the security policy of its default endpoint is TLS_1_0"


@old_tls_on_own_address.risky_fix("clients that do not know TLS 1.2 cannot connect any more")
def newer_tls_on_own_address(api: RestApi) -> RestApi:
    """Set the security policy to TLS 1.2."""
    return replace(api, security_policy="TLS_1_2")


rest_api_shared_with_other_account = shared_with_other_account.of(RestApi, "REST API")
rest_api_shared_with_other_organization = shared_with_other_organization.of(RestApi, "REST API")
