"""Checks of HTTP and WebSocket APIs in Amazon API Gateway."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from bartizan.model import Problems, replace, rule
from bartizan.resources.apigatewayv2 import Api, Route, Stage

_ACCOUNT_RATE = 10_000
_HTTP = Api(api_name="orders")
_SOCKET = Api(api_name="chat", protocol_type="WEBSOCKET")


def _open_routes(api: Api) -> Iterator[Route]:
    """The routes whose callers nobody checks; who has connected to a WebSocket API was checked then."""
    for each in api.routes:
        checked = each.route_key == "$connect" if api.protocol_type == "WEBSOCKET" else True
        if checked and each.authorization_type == "NONE" and not each.route_key.startswith("OPTIONS "):
            yield each


@rule(
    "medium",
    passes=[
        _HTTP,
        replace(_HTTP, routes=(Route("GET /orders", "JWT"), Route("OPTIONS /orders"))),
        replace(_SOCKET, routes=(Route("$connect", "AWS_IAM"), Route("$default"))),
    ],
    fails=[
        replace(_HTTP, routes=(Route("GET /orders", "JWT"), Route("$default"))),
        replace(_SOCKET, routes=(Route("$connect"),)),
    ],
)
def no_authorizer(api: Api) -> Problems:
    """HTTP or WebSocket API has routes that anyone may call.

    ## Why it matters
    Whoever finds the address can use the routes and what is behind them, at your cost.

    ## How to fix
    Give each route an authorizer: JWT, a Lambda function, or IAM. In WebSocket APIs that is the route `$connect`.

    ## References
    - https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control.html
    - https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-control-access.html
    """
    for each in _open_routes(api):
        yield f"{each.route_key} has no authorizer"


@no_authorizer.risky_fix(
    "callers that do not sign requests with AWS credentials are refused; what else was changed in the API since it was "
    "deployed goes live with it"
)
def let_iam_check(api: Api) -> Api:
    """Let IAM check the callers of those routes."""
    opened = set(_open_routes(api))
    return replace(
        api,
        routes=tuple(
            dataclasses.replace(each, authorization_type="AWS_IAM") if each in opened else each for each in api.routes
        ),
    )


@rule("medium", passes=[Stage()], fails=[Stage(access_log=None)])
def no_access_log(stage: Stage) -> Problems:
    """Stage of an HTTP or WebSocket API writes no access logs.

    ## Why it matters
    After an incident nobody can tell who called what.

    ## How to fix
    Set a log group as destination, and a format with caller, route, status and time.

    ## References
    - https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html
    """
    if not stage.access_log:
        yield "no destination is set for its access logs"


@rule("medium", passes=[Stage()], fails=[Stage(throttling_rate_limit=None), Stage(throttling_rate_limit=10_000.0)])
def not_throttled(stage: Stage) -> Problems:
    """Stage of an HTTP or WebSocket API has no rate limit of its own.

    ## Why it matters
    One stage under load uses up the limit of the whole account and Region, and takes all other APIs down with it.

    ## How to fix
    Set a rate and a burst limit for the routes of the stage, a little above what it needs.

    ## References
    - https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
    """
    if stage.throttling_rate_limit is None or stage.throttling_rate_limit >= _ACCOUNT_RATE:
        yield "only the limit of the account holds it back"


@not_throttled.risky_fix("requests above 1000 a second are refused")
def throttle(stage: Stage) -> Stage:
    """Limit the routes of the stage to 1000 requests a second."""
    return replace(stage, throttling_rate_limit=1000.0)


@rule("high", passes=[Stage()], fails=[Stage(secret_variables=("TOKEN (GitHub token)",))])
def secret_in_stage_variable(stage: Stage) -> Problems:
    """Stage variable of an HTTP or WebSocket API holds a secret in plain text.

    ## Why it matters
    Everybody who may look at the API reads it, and it goes to backends and into logs.

    ## How to fix
    Keep the secret in Secrets Manager, let the backend fetch it, and replace the one that was exposed.

    ## References
    - https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.html
    """
    for each in stage.secret_variables:
        yield f"variable {each}"
