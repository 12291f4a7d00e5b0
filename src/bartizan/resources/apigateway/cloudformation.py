"""How REST APIs are read from CloudFormation templates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bartizan.resources.apigateway.code import described_by, given, policy_in_code, unthrottled
from bartizan.resources.apigateway.reader import EVERYTHING, own_rate, traced, unencrypted
from bartizan.resources.apigateway.types import DomainName, Method, RestApi, Stage, UsagePlan
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.secrets import in_variables
from bartizan.resources.tags import Tags, tags_in
from bartizan.resources.wafv2 import associated


def _methods(block: Block) -> Iterator[Method]:
    described_by(block, "Body", "BodyS3Location")
    for each in block.parts("AWS::ApiGateway::Method"):
        yield Method(
            label=f"{each['HttpMethod']} of {each.what}",
            verb=each["HttpMethod"],
            authorization_type=each.get("AuthorizationType", "NONE"),
            api_key_required=bool(each.get("ApiKeyRequired", False)),
            validated=given(each, "RequestValidatorId"),
            mock=each.get("Integration", {}).get("Type") == "MOCK",
        )


API = CodeReader(
    "AWS::ApiGateway::RestApi",
    RestApi,
    parts={"AWS::ApiGateway::Method": "RestApiId"},
    fields={
        "api_name": lambda block: block["Name"],
        "endpoint_types": lambda block: tuple(block.get("EndpointConfiguration", {}).get("Types", ("EDGE",))),
        "policy": lambda block: policy_in_code(block.plain("Policy")),
        "disable_execute_api_endpoint": lambda block: bool(block.get("DisableExecuteApiEndpoint", False)),
        "methods": lambda block: tuple(_methods(block)),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)


def _settings(block: Block) -> Mapping[str, Mapping[str, Any]]:
    names = {
        "cachingEnabled": "CachingEnabled",
        "cacheDataEncrypted": "CacheDataEncrypted",
        "dataTraceEnabled": "DataTraceEnabled",
        "throttlingRateLimit": "ThrottlingRateLimit",
    }
    # A path in it has ~1 for each slash but the first: /orders~1{id}.
    return {
        f"{each['ResourcePath'].removeprefix('/')}/{each['HttpMethod']}": {
            ours: each.get(theirs) for ours, theirs in names.items()
        }
        for each in block.get("MethodSettings", ())
    }


STAGE = CodeReader(
    "AWS::ApiGateway::Stage",
    Stage,
    parts={"AWS::WAFv2::WebACLAssociation": "ResourceArn"},
    fields={
        "stage_name": lambda block: block["StageName"],
        "access_log": lambda block: block.get("AccessLogSetting", {}).get("DestinationArn"),
        "throttling_rate_limit": lambda block: own_rate(_settings(block).get(EVERYTHING), "throttlingRateLimit"),
        "unencrypted_cache": lambda block: unencrypted(_settings(block)) if block.get("CacheClusterEnabled") else (),
        "traces_data": lambda block: traced(_settings(block)),
        "client_certificate_id": lambda block: block.get("ClientCertificateId") or None,
        "web_acl_arn": lambda block: associated(block, "AWS::WAFv2::WebACLAssociation", "WebACLArn"),
        "secret_variables": lambda block: in_variables(block.plain("Variables", {})),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)


def _plan_stages(block: Block) -> list[Mapping[str, Any]]:
    return [
        {"apiId": each["ApiId"], "stage": each["Stage"], "throttle": each.get("Throttle")}
        for each in block.get("ApiStages", ())
    ]


PLAN = CodeReader(
    "AWS::ApiGateway::UsagePlan",
    UsagePlan,
    fields={
        "usage_plan_name": lambda block: block["UsagePlanName"],
        "stages": lambda block: tuple(f"{each['apiId']}:{each['stage']}" for each in _plan_stages(block)),
        "unthrottled": lambda block: unthrottled(_plan_stages(block), block.get("Throttle", {}).get("RateLimit")),
        "has_quota": lambda block: bool(block.get("Quota", {}).get("Limit")),
    },
)


def _security_policy(block: Block, name: str) -> str:
    """The policy of a domain name, of which AWS makes TLS 1.2 where nothing is said.

    Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies-list.html
    """
    policy: str = block.get(name, "TLS_1_2")
    return policy


def _v2_policy(block: Block) -> str:
    return _security_policy(block.get("DomainNameConfigurations", [Block({})])[0], "SecurityPolicy")


DOMAIN = CodeReader(
    "AWS::ApiGateway::DomainName",
    DomainName,
    fields={
        "domain_name": lambda block: block["DomainName"],
        "security_policy": lambda block: _security_policy(block, "SecurityPolicy"),
        "mutual_tls": lambda block: bool(block.get("MutualTlsAuthentication", {}).get("TruststoreUri")),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)
DOMAIN_V2 = CodeReader(
    "AWS::ApiGatewayV2::DomainName",
    DomainName,
    fields={
        "domain_name": lambda block: block["DomainName"],
        "security_policy": _v2_policy,
        "mutual_tls": lambda block: bool(block.get("MutualTlsAuthentication", {}).get("TruststoreUri")),
        "tags": lambda block: Tags(block.plain("Tags", {})),
    },
)
