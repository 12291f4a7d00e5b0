"""HTTP and WebSocket APIs that fail."""

from __future__ import annotations

from typing import Any

from harden.aws import Aws, AwsError
from harden.seeded import State, seeds


def _api(aws: Aws, protocol: str, routes: dict[str, dict[str, Any]], stages: dict[str, dict[str, Any]]) -> State:
    """An API with the routes as they are drafted, and its stages."""
    api = {"ApiId": "a1", "Name": "shop", "ProtocolType": protocol, "RouteSelectionExpression": "$request.method"}

    def route(params: dict[str, Any]) -> Any:
        found = next(each for each in routes.values() if each["RouteId"] == params["RouteId"])
        if set(params) != {"ApiId", "RouteId", "AuthorizationType"}:
            raise AwsError("BadRequestException", "nobody asked for this to be changed")
        found["AuthorizationType"] = params["AuthorizationType"]
        return {"RouteId": params["RouteId"]}

    def deploy(params: dict[str, Any]) -> Any:
        stage = stages[params["StageName"]]
        if stage.get("AutoDeploy"):
            raise AwsError("BadRequestException", "it deploys by itself")
        stage["DeploymentId"] += "+"
        return {"DeploymentId": stage["DeploymentId"]}

    def change(params: dict[str, Any]) -> Any:
        stage = stages[params["StageName"]]
        if stage.get("AutoDeploy") and "DeploymentId" in params:
            raise AwsError("BadRequestException", "it deploys by itself")
        stage.update({name: value for name, value in params.items() if name != "ApiId"})
        return stage

    def read(params: dict[str, Any]) -> Any:
        return stages[params["StageName"]]

    aws.answers("apigatewayv2:GetApis", {"Items": [api]})
    aws.answers("apigatewayv2:GetRoutes", lambda _: {"Items": list(routes.values())})
    aws.answers("apigatewayv2:GetIntegrations", {"Items": []})
    aws.answers("apigatewayv2:GetStages", lambda _: {"Items": list(stages.values())})
    aws.answers("apigatewayv2:GetStage", read)
    aws.answers("apigatewayv2:UpdateRoute", route)
    aws.answers("apigatewayv2:CreateDeployment", deploy)
    aws.answers("apigatewayv2:UpdateStage", change)
    return lambda: (routes, stages)


def _routes(*keys: str) -> dict[str, dict[str, Any]]:
    return {
        key: {"RouteKey": key, "RouteId": f"r{place}", "AuthorizationType": "NONE", "Target": "integrations/i1"}
        for place, key in enumerate(keys)
    }


@seeds("apigatewayv2.no-authorizer", "apigatewayv2.not-throttled")
def http_api_with_everything_wrong(aws: Aws) -> State:
    routes = _routes("GET /orders", "POST /orders", "$default")
    routes["POST /orders"] |= {"AuthorizationType": "JWT", "AuthorizerId": "z1", "AuthorizationScopes": ["write"]}
    stages = {
        "$default": {"StageName": "$default", "AutoDeploy": True, "DefaultRouteSettings": {}},
        "prod": {
            "StageName": "prod",
            "DeploymentId": "d1",
            "StageVariables": {"place": "prod"},
            "DefaultRouteSettings": {"DetailedMetricsEnabled": True},
        },
        "test": {
            "StageName": "test",
            "DeploymentId": "d0",
            "DefaultRouteSettings": {"ThrottlingBurstLimit": 50, "ThrottlingRateLimit": 20_000.0},
        },
    }
    return _api(aws, "HTTP", routes, stages)


@seeds("apigatewayv2.no-authorizer")
def socket_that_anyone_opens(aws: Aws) -> State:
    limits = {"ThrottlingBurstLimit": 50, "ThrottlingRateLimit": 100.0}
    stage = {"StageName": "live", "DeploymentId": "d1", "DefaultRouteSettings": limits}
    return _api(aws, "WEBSOCKET", _routes("$connect", "$default"), {"live": stage})
