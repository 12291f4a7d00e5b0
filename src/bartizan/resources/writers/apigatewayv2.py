"""HTTP and WebSocket APIs as code."""

from __future__ import annotations

from bartizan.resources.apigatewayv2 import Api, Stage
from bartizan.resources.writing import CodeWriter, Own, Part, tags_map, tags_object


def _routes(api: Api, key: str, authorization: str) -> list[dict[str, str]]:
    return [{key: each.route_key, authorization: each.authorization_type} for each in api.routes]


TERRAFORM_API = CodeWriter(
    "aws_apigatewayv2_api",
    Api,
    names={"api_name": "name", "protocol_type": "protocol_type"},
    fields={"disable_execute_api_endpoint": "disable_execute_api_endpoint", "tags": tags_map},
    parts=(
        Part(
            "aws_apigatewayv2_route",
            {"routes": lambda api: _routes(api, "route_key", "authorization_type")},
            {"api_id": Own("id")},
        ),
    ),
    import_id=lambda api: api.arn.rpartition("/")[2],
)

CLOUDFORMATION_API = CodeWriter(
    "AWS::ApiGatewayV2::Api",
    Api,
    names={"api_name": "Name", "protocol_type": "ProtocolType"},
    fields={"disable_execute_api_endpoint": "DisableExecuteApiEndpoint", "tags": tags_object},
    parts=(
        Part(
            "AWS::ApiGatewayV2::Route",
            {"routes": lambda api: _routes(api, "RouteKey", "AuthorizationType")},
            {"ApiId": Own()},
        ),
    ),
)

TERRAFORM_STAGE = CodeWriter(
    "aws_apigatewayv2_stage",
    Stage,
    names={"stage_name": "name"},
    fields={"throttling_rate_limit": "default_route_settings.throttling_rate_limit", "tags": tags_map},
    import_id=lambda stage: "/".join(stage.arn.split("/")[-3::2]),
)

CLOUDFORMATION_STAGE = CodeWriter(
    "AWS::ApiGatewayV2::Stage",
    Stage,
    names={"stage_name": "StageName"},
    fields={"throttling_rate_limit": "DefaultRouteSettings.ThrottlingRateLimit", "tags": tags_object},
)
