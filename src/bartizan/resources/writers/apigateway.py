"""REST APIs, their stages, plans and domain names as code."""

from __future__ import annotations

from typing import Any

from bartizan.resources.apigateway import DomainName, RestApi, Stage, UsagePlan
from bartizan.resources.writing import CodeWriter, Own, Part, nested, tags_map, tags_pairs

# The burst is left to AWS, which allows as many at once as its own limit.
_PLAN_RATE = 100


def _methods(api: RestApi, verb: str, authorization: str, key: str) -> list[dict[str, Any]]:
    return [
        {verb: each.verb, authorization: each.authorization_type, key: each.api_key_required or None}
        for each in api.methods
    ]


TERRAFORM_API = CodeWriter(
    "aws_api_gateway_rest_api",
    RestApi,
    names={"api_name": "name"},
    fields={
        "disable_execute_api_endpoint": "disable_execute_api_endpoint",
        "endpoint_types": "endpoint_configuration.types",
        "tags": tags_map,
    },
    parts=(
        Part("aws_api_gateway_rest_api_policy", {"policy": "policy"}, {"rest_api_id": Own("id")}),
        Part(
            "aws_api_gateway_method",
            {"methods": lambda api: _methods(api, "http_method", "authorization", "api_key_required")},
            {"rest_api_id": Own("id")},
        ),
    ),
    import_id=lambda api: api.arn.rpartition("/")[2],
)

CLOUDFORMATION_API = CodeWriter(
    "AWS::ApiGateway::RestApi",
    RestApi,
    names={"api_name": "Name"},
    fields={
        "policy": "Policy",
        "security_policy": "SecurityPolicy",
        "disable_execute_api_endpoint": "DisableExecuteApiEndpoint",
        "endpoint_types": "EndpointConfiguration.Types",
        "tags": tags_pairs,
    },
    parts=(
        Part(
            "AWS::ApiGateway::Method",
            {"methods": lambda api: _methods(api, "HttpMethod", "AuthorizationType", "ApiKeyRequired")},
            {"RestApiId": Own()},
        ),
    ),
)

TERRAFORM_STAGE = CodeWriter(
    "aws_api_gateway_stage",
    Stage,
    names={"stage_name": "stage_name"},
    fields={"client_certificate_id": "client_certificate_id", "tags": tags_map},
    parts=(
        Part(
            "aws_api_gateway_method_settings",
            {
                "throttling_rate_limit": "settings.throttling_rate_limit",
                "unencrypted_cache": lambda stage: {
                    "settings": nested(cache_data_encrypted=not stage.unencrypted_cache)
                },
                "traces_data": lambda stage: {"settings": nested(data_trace_enabled=bool(stage.traces_data))},
            },
            {"rest_api_id": Own("rest_api_id"), "stage_name": Own("stage_name"), "method_path": "*/*"},
        ),
    ),
    import_id=lambda stage: "/".join(stage.arn.split("/")[-3::2]),
)


def _settings(name: str, value: Any) -> dict[str, Any]:
    return {"MethodSettings": [{"ResourcePath": "/*", "HttpMethod": "*", name: value}]}


CLOUDFORMATION_STAGE = CodeWriter(
    "AWS::ApiGateway::Stage",
    Stage,
    names={"stage_name": "StageName"},
    fields={
        "throttling_rate_limit": lambda stage: _settings("ThrottlingRateLimit", stage.throttling_rate_limit),
        "unencrypted_cache": lambda stage: _settings("CacheDataEncrypted", not stage.unencrypted_cache),
        "traces_data": lambda stage: _settings("DataTraceEnabled", bool(stage.traces_data)),
        "client_certificate_id": "ClientCertificateId",
        "tags": tags_pairs,
    },
)

TERRAFORM_PLAN = CodeWriter(
    "aws_api_gateway_usage_plan",
    UsagePlan,
    names={"usage_plan_name": "name"},
    fields={
        "unthrottled": lambda plan: {"throttle_settings": None if plan.unthrottled else nested(rate_limit=_PLAN_RATE)}
    },
    import_id=lambda plan: plan.arn.rpartition("/")[2],
)

CLOUDFORMATION_PLAN = CodeWriter(
    "AWS::ApiGateway::UsagePlan",
    UsagePlan,
    names={"usage_plan_name": "UsagePlanName"},
    fields={"unthrottled": lambda plan: {"Throttle": None if plan.unthrottled else {"RateLimit": _PLAN_RATE}}},
)

TERRAFORM_DOMAIN = CodeWriter(
    "aws_api_gateway_domain_name",
    DomainName,
    names={"domain_name": "domain_name"},
    fields={"security_policy": "security_policy", "tags": tags_map},
    import_id=lambda domain: domain.domain_name,
)

CLOUDFORMATION_DOMAIN = CodeWriter(
    "AWS::ApiGateway::DomainName",
    DomainName,
    names={"domain_name": "DomainName"},
    fields={"security_policy": "SecurityPolicy", "tags": tags_pairs},
)
