"""Amazon API Gateway: HTTP and WebSocket APIs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bartizan.model import Gap, Reason, Resource, Unknown, field, resource
from bartizan.resources.apigateway.reader import own_rate
from bartizan.resources.apigateway.types import execute_arn, functions_in
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Listing, Reader, Within
from bartizan.resources.secrets import in_variables
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, Tags, terraform_tags


@dataclass(frozen=True, slots=True)
class Route:
    """A route: its key (``GET /orders``, ``$default``), and who may call it."""

    route_key: str
    authorization_type: str = "NONE"


@resource("AWS::ApiGatewayV2::Api", name="api_name")
class Api(Resource):
    """An HTTP or WebSocket API."""

    api_name: str = field("Its name.")
    protocol_type: str = field("`HTTP` or `WEBSOCKET`.", default="HTTP")
    disable_execute_api_endpoint: bool = field("Whether only custom domain names lead to it.", default=False)
    routes: tuple[Route, ...] = field("Its routes, by key.", default=())
    functions: tuple[str, ...] = field("The functions that its routes call, by ARN without version.", default=())
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)

    @property
    def invoke_arn(self) -> str:
        """The ARN by which policies name it; empty for what comes from code."""
        return execute_arn(self.arn, self.account)


@resource("AWS::ApiGatewayV2::Stage", name="stage_name")
class Stage(Resource):
    """A stage of an HTTP or WebSocket API. The values of its variables are looked at, and never kept."""

    stage_name: str = field("Its name.", default="$default")
    access_log: str | None = field("What takes its access logs, by ARN.", default="arn:aws:logs:group")
    throttling_rate_limit: float | None = field(
        "How many requests a second its routes take; null without a limit of its own.", default=100.0
    )
    secret_variables: tuple[str, ...] = field(
        "Stage variables that look like secrets: name and kind, never the value.", default=()
    )
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


_GET = ("apigateway:GET",)
_APIS = Listing(
    Call("apigatewayv2:GetApis", permissions=_GET),
    items="Items",
    params={"MaxResults": "500"},
    fields={
        "api_name": lambda item: item["Name"],
        "protocol_type": lambda item: item["ProtocolType"],
        "disable_execute_api_endpoint": lambda item: bool(item.get("DisableExecuteApiEndpoint")),
        "tags": lambda item: Tags(item.get("Tags") or {}),
    },
)


def _key(route: Route) -> str:
    return route.route_key


APIS = Reader(
    Api,
    listing=_APIS,
    arn=lambda item, scope: scope.arn("apigateway", f"/apis/{item['ApiId']}", account=""),
    details=(
        Detail(
            Call("apigatewayv2:GetRoutes", permissions=_GET),
            params=lambda item: {"ApiId": item["ApiId"], "MaxResults": "500"},
            fields={
                "routes": lambda reply: tuple(
                    sorted(
                        (Route(each["RouteKey"], each.get("AuthorizationType", "NONE")) for each in reply["Items"]),
                        key=_key,
                    )
                )
            },
            whole="Items",
        ),
        Detail(
            Call("apigatewayv2:GetIntegrations", permissions=_GET),
            params=lambda item: {"ApiId": item["ApiId"], "MaxResults": "500"},
            fields={"functions": lambda reply: functions_in(each.get("IntegrationUri") for each in reply["Items"])},
            whole="Items",
        ),
    ),
)

STAGES = Reader(
    Stage,
    listing=Listing(
        Call("apigatewayv2:GetStages", permissions=_GET),
        items="Items",
        within=Within(_APIS, params=lambda item: {"ApiId": item["ApiId"]}, keys=("ApiId",)),
        fields={
            "stage_name": lambda item: item["StageName"],
            "access_log": lambda item: (item.get("AccessLogSettings") or {}).get("DestinationArn"),
            "throttling_rate_limit": lambda item: own_rate(item.get("DefaultRouteSettings"), "ThrottlingRateLimit"),
            "secret_variables": lambda item: in_variables(item.get("StageVariables") or {}),
            "tags": lambda item: Tags(item.get("Tags") or {}),
        },
    ),
    arn=lambda item, scope: scope.arn("apigateway", f"/apis/{item['ApiId']}/stages/{item['StageName']}", account=""),
)


def _described(block: Block, *names: str) -> None:
    if any(block.get(each) for each in names):
        raise Unknown(block.what, Gap(Reason.NOT_READ, detail="an OpenAPI document describes its routes"))


def _tf_routes(block: Block) -> Iterator[Route]:
    _described(block, "body")
    if block.get("target"):
        yield Route(block.get("route_key", "$default"))
    for each in block.parts("aws_apigatewayv2_route"):
        yield Route(each["route_key"], each.get("authorization_type", "NONE"))


TERRAFORM_API = CodeReader(
    "aws_apigatewayv2_api",
    Api,
    parts={"aws_apigatewayv2_route": "api_id"},
    defaulted={"aws_apigatewayv2_api": ("tags_all",)},
    fields={
        "api_name": lambda block: block["name"],
        "protocol_type": lambda block: block["protocol_type"],
        "disable_execute_api_endpoint": lambda block: bool(block.get("disable_execute_api_endpoint", False)),
        "routes": lambda block: tuple(sorted(_tf_routes(block), key=_key)),
        "tags": terraform_tags,
    },
)

TERRAFORM_STAGE = CodeReader(
    "aws_apigatewayv2_stage",
    Stage,
    defaulted={"aws_apigatewayv2_stage": ("tags_all",)},
    fields={
        "stage_name": lambda block: block["name"],
        "access_log": lambda block: (
            block["access_log_settings"][0]["destination_arn"] if block.get("access_log_settings") else None
        ),
        "throttling_rate_limit": lambda block: (
            # The provider writes 0 where the code sets no limit.
            (own_rate(block["default_route_settings"][0], "throttling_rate_limit") or None)
            if block.get("default_route_settings")
            else None
        ),
        "secret_variables": lambda block: in_variables(block.plain("stage_variables", {})),
        "tags": terraform_tags,
    },
)


def _cfn_routes(block: Block) -> Iterator[Route]:
    _described(block, "Body", "BodyS3Location")
    if block.get("Target"):
        yield Route(block.get("RouteKey", "$default"))
    for each in block.parts("AWS::ApiGatewayV2::Route"):
        yield Route(each["RouteKey"], each.get("AuthorizationType", "NONE"))


CLOUDFORMATION_API = CodeReader(
    "AWS::ApiGatewayV2::Api",
    Api,
    parts={"AWS::ApiGatewayV2::Route": "ApiId"},
    fields={
        "api_name": lambda block: block["Name"],
        "protocol_type": lambda block: block["ProtocolType"],
        "disable_execute_api_endpoint": lambda block: bool(block.get("DisableExecuteApiEndpoint", False)),
        "routes": lambda block: tuple(sorted(_cfn_routes(block), key=_key)),
        "tags": lambda block: Tags(block.plain("Tags", {})),
    },
)

CLOUDFORMATION_STAGE = CodeReader(
    "AWS::ApiGatewayV2::Stage",
    Stage,
    fields={
        "stage_name": lambda block: block["StageName"],
        "access_log": lambda block: block.get("AccessLogSettings", {}).get("DestinationArn"),
        "throttling_rate_limit": lambda block: own_rate(block.get("DefaultRouteSettings"), "ThrottlingRateLimit"),
        "secret_variables": lambda block: in_variables(block.plain("StageVariables", {})),
        "tags": lambda block: Tags(block.plain("Tags", {})),
    },
)
