"""HTTP and WebSocket APIs: changing them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bartizan.resources.apigatewayv2 import Api, Stage
from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put
from bartizan.resources.reading import Call, Reply

_GET, _PATCH, _POST = ("apigateway:GET",), ("apigateway:PATCH",), ("apigateway:POST",)


def _of(api: Api) -> dict[str, Any]:
    return {"ApiId": api.arn.rpartition("/")[2]}


def _of_stage(stage: Stage) -> dict[str, Any]:
    path = stage.arn.split("/", 4)
    return {"ApiId": path[2], "StageName": path[4]}


_ROUTES = Look(
    Call("apigatewayv2:GetRoutes", _GET),
    lambda api: {**_of(api), "MaxResults": "500"},
    lambda reply: {each["RouteKey"]: each["RouteId"] for each in reply["Items"]},
)


def _deployed(reply: Reply) -> dict[str, str]:
    """What is deployed to each stage that is not deployed to by itself."""
    return {
        each["StageName"]: each["DeploymentId"]
        for each in reply["Items"]
        if not each.get("AutoDeploy") and each.get("DeploymentId")
    }


_STAGES = Look(Call("apigatewayv2:GetStages", _GET), lambda api: {**_of(api), "MaxResults": "500"}, _deployed)


def _routes(edit: Edit) -> Iterator[Params]:
    before = {each.route_key: each for each in edit.before.routes}
    for each in edit.after.routes:
        if before.get(each.route_key) != each:
            route = {"RouteId": edit.now[each.route_key], "AuthorizationType": each.authorization_type}
            yield {**_of(edit.after), **route}


def _deployments(edit: Edit) -> list[Params]:
    return [] if edit.undoing else [{**_of(edit.after), "StageName": name} for name in sorted(edit.now)]


def _deployed_before(edit: Edit) -> list[Params]:
    if not edit.undoing:
        return []
    return [
        {**_of(edit.after), "StageName": name, "DeploymentId": edit.was[name]}
        for name in sorted(edit.was)
        if edit.now.get(name, edit.was[name]) != edit.was[name]
    ]


API = ApiWriter(
    Api,
    puts=(
        Put(
            Call("apigatewayv2:UpdateRoute", _PATCH),
            lambda edit: list(_routes(edit)),
            ("routes",),
            look=_ROUTES,
            busy=("ConflictException",),
        ),
        # A route is served as it is once it is deployed:
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.html
        Put(Call("apigatewayv2:UpdateStage", _PATCH), _deployed_before, ("routes",), look=_STAGES),
        Put(Call("apigatewayv2:CreateDeployment", _POST), _deployments, ("routes",), look=_STAGES),
    ),
)

_RATE = "ThrottlingRateLimit"
_BURST = "ThrottlingBurstLimit"
_SETTINGS = Look(
    Call("apigatewayv2:GetStage", _GET), _of_stage, lambda reply: dict(reply.get("DefaultRouteSettings") or {})
)


def _settings(edit: Edit) -> Params:
    """All settings of routes by default, since they are replaced together."""
    if edit.undoing:
        others = {name: value for name, value in edit.now.items() if name not in {_RATE, _BURST}}
        limits = {name: edit.was[name] for name in (_RATE, _BURST) if name in edit.was}
        settings = {**others, **limits}
    else:
        settings = {**edit.now, _RATE: edit.after.throttling_rate_limit}
        if settings.get(_BURST, 0) <= 0:
            # Without any burst the rate lets nothing through.
            settings[_BURST] = int(edit.after.throttling_rate_limit)
    return {**_of_stage(edit.after), "DefaultRouteSettings": settings}


STAGE = ApiWriter(
    Stage,
    puts=(
        Put(
            Call("apigatewayv2:UpdateStage", _PATCH),
            _settings,
            ("throttling_rate_limit",),
            look=_SETTINGS,
            busy=("ConflictException",),
        ),
    ),
)
