"""Checks of the stages and usage plans of REST APIs."""

from __future__ import annotations

from bartizan.model import Problems, replace, rule
from bartizan.resources.apigateway import Stage, UsagePlan

_ACCOUNT_RATE = 10_000


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
