"""How REST APIs are read from Terraform plans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bartizan.resources.apigateway.code import described_by, given, policy_in_code, unthrottled
from bartizan.resources.apigateway.reader import EVERYTHING, own_rate, traced, unencrypted
from bartizan.resources.apigateway.types import DomainName, Method, RestApi, Stage, UsagePlan
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.secrets import in_variables
from bartizan.resources.tags import terraform_tags
from bartizan.resources.wafv2 import associated


def _tf_methods(block: Block) -> Iterator[Method]:
    described_by(block, "body")
    for each in block.parts("aws_api_gateway_method"):
        yield Method(
            label=f"{each['http_method']} of {each.what}",
            verb=each["http_method"],
            authorization_type=each["authorization"],
            api_key_required=bool(each.get("api_key_required", False)),
            validated=given(each, "request_validator_id"),
        )


def _endpoint_types(block: Block) -> tuple[str, ...]:
    nested = block.get("endpoint_configuration")
    return tuple(nested[0]["types"]) if nested else ("EDGE",)


TERRAFORM_API = CodeReader(
    "aws_api_gateway_rest_api",
    RestApi,
    parts=dict.fromkeys(("aws_api_gateway_method", "aws_api_gateway_rest_api_policy"), "rest_api_id"),
    defaulted={
        "aws_api_gateway_rest_api": (
            "disable_execute_api_endpoint",
            "endpoint_configuration",
            "policy",
            "tags_all",
        )
    },
    fields={
        "api_name": lambda block: block["name"],
        "endpoint_types": _endpoint_types,
        "policy": lambda block: policy_in_code((block.part("aws_api_gateway_rest_api_policy") or block).get("policy")),
        "disable_execute_api_endpoint": lambda block: bool(block.get("disable_execute_api_endpoint", False)),
        "methods": lambda block: tuple(_tf_methods(block)),
        "tags": terraform_tags,
    },
)


def _tf_settings(block: Block) -> Mapping[str, Mapping[str, Any]]:
    names = {
        "cachingEnabled": "caching_enabled",
        "cacheDataEncrypted": "cache_data_encrypted",
        "dataTraceEnabled": "data_trace_enabled",
        "throttlingRateLimit": "throttling_rate_limit",
    }
    return {
        each["method_path"]: {ours: each["settings"][0].get(theirs) for ours, theirs in names.items()}
        for each in block.parts("aws_api_gateway_method_settings")
    }


TERRAFORM_STAGE = CodeReader(
    "aws_api_gateway_stage",
    Stage,
    parts={"aws_api_gateway_method_settings": "stage_name", "aws_wafv2_web_acl_association": "resource_arn"},
    defaulted={
        "aws_api_gateway_stage": ("tags_all",),
        "aws_api_gateway_method_settings": (
            "settings.cache_data_encrypted",
            "settings.caching_enabled",
            "settings.data_trace_enabled",
        ),
    },
    fields={
        "stage_name": lambda block: block["stage_name"],
        "access_log": lambda block: (
            block["access_log_settings"][0]["destination_arn"] if block.get("access_log_settings") else None
        ),
        "throttling_rate_limit": lambda block: own_rate(_tf_settings(block).get(EVERYTHING), "throttlingRateLimit"),
        "unencrypted_cache": lambda block: (
            unencrypted(_tf_settings(block)) if block.get("cache_cluster_enabled") else ()
        ),
        "traces_data": lambda block: traced(_tf_settings(block)),
        "client_certificate_id": lambda block: block.get("client_certificate_id") or None,
        "web_acl_arn": lambda block: associated(block, "aws_wafv2_web_acl_association", "web_acl_arn"),
        "secret_variables": lambda block: in_variables(block.plain("variables", {})),
        "tags": terraform_tags,
    },
)


def _tf_plan_stages(block: Block) -> list[Mapping[str, Any]]:
    return [
        {"apiId": each["api_id"], "stage": each["stage"], "throttle": each.get("throttle")}
        for each in block.get("api_stages", ())
    ]


TERRAFORM_PLAN = CodeReader(
    "aws_api_gateway_usage_plan",
    UsagePlan,
    defaulted={"aws_api_gateway_usage_plan": ("tags_all",)},
    fields={
        "usage_plan_name": lambda block: block["name"],
        "stages": lambda block: tuple(f"{each['apiId']}:{each['stage']}" for each in _tf_plan_stages(block)),
        "unthrottled": lambda block: unthrottled(
            _tf_plan_stages(block),
            block["throttle_settings"][0].get("rate_limit") if block.get("throttle_settings") else None,
        ),
        "has_quota": lambda block: bool(block.get("quota_settings")),
    },
)

TERRAFORM_DOMAIN = CodeReader(
    "aws_api_gateway_domain_name",
    DomainName,
    defaulted={"aws_api_gateway_domain_name": ("tags_all",)},
    fields={
        "domain_name": lambda block: block["domain_name"],
        "security_policy": lambda block: block["security_policy"],
        "mutual_tls": lambda block: bool(block.get("mutual_tls_authentication")),
        "tags": terraform_tags,
    },
)
TERRAFORM_DOMAIN_V2 = CodeReader(
    "aws_apigatewayv2_domain_name",
    DomainName,
    defaulted={"aws_apigatewayv2_domain_name": ("tags_all",)},
    fields={
        "domain_name": lambda block: block["domain_name"],
        "security_policy": lambda block: block["domain_name_configuration"][0]["security_policy"],
        "mutual_tls": lambda block: bool(block.get("mutual_tls_authentication")),
        "tags": terraform_tags,
    },
)
