"""How REST APIs are read from AWS."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.apigateway.types import DomainName, Method, RestApi, Stage, UsagePlan, functions_in
from bartizan.resources.reading import Call, Detail, Item, Listing, Reader, Reply, Within
from bartizan.resources.secrets import in_variables
from bartizan.resources.tags import Tags

_GET = ("apigateway:GET",)
_APIS = Listing(
    Call("apigateway:GetRestApis", permissions=_GET),
    items="items",
    params={"limit": 500},
    fields={
        "api_name": lambda item: item["name"],
        "endpoint_types": lambda item: tuple(item["endpointConfiguration"]["types"]),
        "policy": lambda item: _policy(item.get("policy")),
        "disable_execute_api_endpoint": lambda item: bool(item.get("disableExecuteApiEndpoint")),
        "security_policy": lambda item: item.get("securityPolicy") or None,
        "tags": lambda item: Tags(item.get("tags") or {}),
    },
)


def _policy(text: str | None) -> PolicyDocument | None:
    """The policy in a text, in which API Gateway puts a backslash before each quotation mark."""
    if not text:
        return None
    return parse_policy(json.loads(f'"{text}"') if text.startswith('{\\"') else text)


def _methods(reply: Reply) -> Iterator[Method]:
    for each in reply["items"]:
        for verb, method in sorted((each.get("resourceMethods") or {}).items()):
            yield Method(
                label=f"{verb} {each['path']}",
                verb=verb,
                authorization_type=method["authorizationType"],
                api_key_required=bool(method.get("apiKeyRequired")),
                validated=bool(method.get("requestValidatorId")),
                mock=(method.get("methodIntegration") or {}).get("type") == "MOCK",
            )


def _uris(reply: Reply) -> Iterator[str | None]:
    for each in reply["items"]:
        for method in (each.get("resourceMethods") or {}).values():
            yield (method.get("methodIntegration") or {}).get("uri")


def _label(method: Method) -> str:
    return method.label.partition(" ")[2] + method.verb


REST_APIS = Reader(
    RestApi,
    listing=_APIS,
    arn=lambda item, scope: scope.arn("apigateway", f"/restapis/{item['id']}", account=""),
    details=(
        Detail(
            Call("apigateway:GetResources", permissions=_GET),
            params=lambda item: {"restApiId": item["id"], "embed": ["methods"], "limit": 500},
            fields={
                "methods": lambda reply: tuple(sorted(_methods(reply), key=_label)),
                "functions": lambda reply: functions_in(_uris(reply)),
            },
            whole="items",
        ),
    ),
)

EVERYTHING = "*/*"


def own_rate(settings: Mapping[str, Any] | None, name: str) -> float | None:
    """The rate limit in the settings of a stage; AWS writes -1 where only the account's limit holds."""
    rate = (settings or {}).get(name)
    return float(rate) if rate is not None and float(rate) >= 0 else None


def unencrypted(settings: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(
        sorted(
            name for name, each in settings.items() if each.get("cachingEnabled") and not each.get("cacheDataEncrypted")
        )
    )


def traced(settings: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(sorted(name for name, each in settings.items() if each.get("dataTraceEnabled")))


def _settings(item: Item) -> Mapping[str, Mapping[str, Any]]:
    return item.get("methodSettings") or {}


STAGES = Reader(
    Stage,
    listing=Listing(
        Call("apigateway:GetStages", permissions=_GET),
        items="item",
        within=Within(_APIS, params=lambda item: {"restApiId": item["id"]}, keys=("id", "endpointConfiguration")),
        fields={
            "stage_name": lambda item: item["stageName"],
            "private": lambda item: "PRIVATE" in item["endpointConfiguration"]["types"],
            "access_log": lambda item: (item.get("accessLogSettings") or {}).get("destinationArn"),
            "throttling_rate_limit": lambda item: own_rate(_settings(item).get(EVERYTHING), "throttlingRateLimit"),
            "unencrypted_cache": lambda item: unencrypted(_settings(item)) if item.get("cacheClusterEnabled") else (),
            "traces_data": lambda item: traced(_settings(item)),
            "client_certificate_id": lambda item: item.get("clientCertificateId") or None,
            "web_acl_arn": lambda item: item.get("webAclArn") or None,
            "secret_variables": lambda item: in_variables(item.get("variables") or {}),
            "tags": lambda item: Tags(item.get("tags") or {}),
        },
    ),
    arn=lambda item, scope: scope.arn("apigateway", f"/restapis/{item['id']}/stages/{item['stageName']}", account=""),
)


def _stages_of(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(item.get("apiStages") or ())


def _rated(throttle: Mapping[str, Any] | None) -> bool:
    return bool(throttle and throttle.get("rateLimit"))


USAGE_PLANS = Reader(
    UsagePlan,
    listing=Listing(
        Call("apigateway:GetUsagePlans", permissions=_GET),
        items="items",
        params={"limit": 500},
        fields={
            "usage_plan_name": lambda item: item["name"],
            "stages": lambda item: tuple(f"{each['apiId']}:{each['stage']}" for each in _stages_of(item)),
            "unthrottled": lambda item: (
                ()
                if _rated(item.get("throttle"))
                else tuple(f"{each['apiId']}:{each['stage']}" for each in _stages_of(item) if not each.get("throttle"))
            ),
            "has_quota": lambda item: bool((item.get("quota") or {}).get("limit")),
        },
    ),
    arn=lambda item, scope: scope.arn("apigateway", f"/usageplans/{item['id']}", account=""),
)

DOMAIN_NAMES = Reader(
    DomainName,
    listing=Listing(
        Call("apigateway:GetDomainNames", permissions=_GET),
        items="items",
        params={"limit": 500},
        fields={
            "domain_name": lambda item: item["domainName"],
            "security_policy": lambda item: item["securityPolicy"],
            "mutual_tls": lambda item: bool((item.get("mutualTlsAuthentication") or {}).get("truststoreUri")),
            "tags": lambda item: Tags(item.get("tags") or {}),
        },
    ),
    arn=lambda item, scope: (
        item.get("domainNameArn") or scope.arn("apigateway", f"/domainnames/{item['domainName']}", account="")
    ),
)
