"""Checks of REST APIs in Amazon API Gateway."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from bartizan.model import Problems, replace, rule
from bartizan.policy import parse_policy, reach
from bartizan.policy.removal import without_statements
from bartizan.resources.apigateway import DomainName, Method, RestApi, Stage, UsagePlan

_ACCOUNT_RATE = 10_000
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


@no_authorizer.risky_fix("callers that do not sign requests with AWS credentials are refused")
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


@api_key_is_only_guard.risky_fix("callers that do not sign requests with AWS credentials are refused")
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


@policy_lets_anyone_in.risky_fix("whoever relies on the open statement is refused")
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


@rule("medium", passes=[Stage()], fails=[Stage(access_log=None)])
def no_access_log(stage: Stage) -> Problems:
    """Stage of a REST API writes no access logs.

    ## Why it matters
    After an incident nobody can tell who called what.

    ## How to fix
    Set a log group or Firehose stream as destination, and a format with caller, path, status and time.

    ## References
    - https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
    """
    if not stage.access_log:
        yield "no destination is set for its access logs"


@rule(
    "medium",
    passes=[Stage()],
    fails=[Stage(throttling_rate_limit=None), Stage(throttling_rate_limit=10_000.0)],
)
def not_throttled(stage: Stage) -> Problems:
    """Stage of a REST API has no rate limit of its own.

    ## Why it matters
    One stage under load uses up the limit of the whole account and Region, and takes all other APIs down with it.

    ## How to fix
    Set a rate and a burst limit for all methods of the stage, a little above what it needs.

    ## References
    - https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
    """
    if stage.throttling_rate_limit is None or stage.throttling_rate_limit >= _ACCOUNT_RATE:
        yield "only the limit of the account holds it back"


@not_throttled.risky_fix("requests above 1000 a second are refused")
def throttle(stage: Stage) -> Stage:
    """Limit the methods of the stage to 1000 requests a second."""
    return replace(stage, throttling_rate_limit=1000.0)


@rule("medium", passes=[Stage()], fails=[Stage(unencrypted_cache=("*/*",))])
def unencrypted_cache(stage: Stage) -> Problems:
    """Stage of a REST API caches answers unencrypted.

    ## Why it matters
    Whoever reaches the cache's memory or disks reads the answers, personal data included, as they are.

    ## How to fix
    Turn on the encryption of cached data.

    ## References
    - https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html
    """
    for each in stage.unencrypted_cache:
        yield f"what it caches of {each} is not encrypted"


@unencrypted_cache.fix
def encrypt_cache(stage: Stage) -> Stage:
    """Turn on the encryption of cached data."""
    return replace(stage, unencrypted_cache=())


@rule(
    "medium",
    passes=[Stage(), Stage(web_acl_arn=None, private=True)],
    fails=[Stage(web_acl_arn=None)],
)
def no_web_acl(stage: Stage) -> Problems:
    """Stage of a REST API has no web ACL.

    ## Why it matters
    Injections, exploits of known holes and floods reach the code behind as they come.

    ## How to fix
    Associate a regional web ACL of WAF with the stage.

    ## References
    - https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-aws-waf.html
    """
    if stage.web_acl_arn is None and not stage.private:
        yield "it faces the internet without WAF"


@rule("low", passes=[Stage()], fails=[Stage(traces_data=("*/*",))])
def whole_requests_logged(stage: Stage) -> Problems:
    """Stage of a REST API logs whole requests and answers.

    ## Why it matters
    Personal data, and credentials in bodies and headers, end up in logs that many may read.

    ## How to fix
    Turn data tracing off but for short searches for a fault.

    ## References
    - https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
    """
    for each in stage.traces_data:
        yield f"data tracing is on for {each}"


@whole_requests_logged.fix
def stop_tracing(stage: Stage) -> Stage:
    """Turn data tracing off."""
    return replace(stage, traces_data=())


@rule("high", passes=[Stage()], fails=[Stage(secret_variables=("TOKEN (GitHub token)",))])
def secret_in_stage_variable(stage: Stage) -> Problems:
    """Stage variable of a REST API holds a secret in plain text.

    ## Why it matters
    Everybody who may look at the API reads it, and it goes to backends and into logs.

    ## How to fix
    Keep the secret in Secrets Manager, let the backend fetch it, and replace the one that was exposed.

    ## References
    - https://docs.aws.amazon.com/apigateway/latest/developerguide/aws-api-gateway-stage-variables-reference.html
    """
    for each in stage.secret_variables:
        yield f"variable {each}"


@rule("info", advice=True, passes=[Stage()], fails=[Stage(client_certificate_id=None)])
def no_client_certificate(stage: Stage) -> Problems:
    """Client certificate: the stage shows none to its HTTP backends.

    ## Why it matters
    A backend that is reachable otherwise cannot tell requests of the API from those of anybody else.

    ## How to fix
    Where backends are reached by HTTP, make a client certificate for the stage and have the backends insist on it.

    ## References
    - https://docs.aws.amazon.com/apigateway/latest/developerguide/getting-started-client-side-ssl-authentication.html
    """
    if not stage.client_certificate_id:
        yield "it has no client certificate"


@rule(
    "low",
    passes=[UsagePlan(), UsagePlan(stages=(), has_quota=False)],
    fails=[UsagePlan(unthrottled=("a1:prod",)), UsagePlan(unthrottled=("a1:prod",), has_quota=False)],
)
def usage_plan_not_throttled(plan: UsagePlan) -> Problems:
    """Usage plan does not limit the rate of requests.

    ## Why it matters
    One holder of a key can use up what all others share.

    ## How to fix
    Set a rate and a burst limit in the plan, and a quota where usage is paid for.

    ## References
    - https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
    """
    for each in plan.unthrottled:
        also = "" if plan.has_quota else ", and no quota either"
        yield f"there is no rate limit for {each}{also}"


@usage_plan_not_throttled.risky_fix("keys with more than 100 requests a second are refused")
def throttle_plan(plan: UsagePlan) -> UsagePlan:
    """Limit each key of the plan to 100 requests a second."""
    return replace(plan, unthrottled=())


@rule(
    "medium",
    passes=[DomainName(), DomainName(security_policy="SecurityPolicy_TLS13_1_3_2025_09")],
    fails=[DomainName(security_policy="TLS_1_0")],
)
def old_tls(domain: DomainName) -> Problems:
    """Domain name of an API accepts TLS 1.0 and 1.1.

    ## Why it matters
    Both versions are known to be weak and are deprecated; an attacker on the way can make clients fall back to them.

    ## How to fix
    Set the security policy to TLS 1.2 or newer.

    ## References
    - https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-custom-domain-tls-version.html
    """
    if domain.security_policy == "TLS_1_0":
        yield "its security policy is TLS_1_0"


@old_tls.risky_fix("clients that do not know TLS 1.2 cannot connect any more")
def newer_tls(domain: DomainName) -> DomainName:
    """Set the security policy to TLS 1.2."""
    return replace(domain, security_policy="TLS_1_2")


@rule("info", advice=True, passes=[DomainName()], fails=[DomainName(mutual_tls=False)])
def no_mutual_tls(domain: DomainName) -> Problems:
    """Mutual TLS: the domain name of the API does not ask clients for a certificate.

    ## Why it matters
    Where only known machines call the API, a certificate keeps all others away before a request is even read.

    ## How to fix
    For APIs between machines, upload a truststore and turn on mutual TLS, and disable the default endpoint.

    ## References
    - https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mutual-tls.html
    """
    if not domain.mutual_tls:
        yield "clients need no certificate"
