"""REST APIs, stages, usage plans and domain names that fail."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from harden.aws import ACCOUNT, REGION, Aws, AwsError
from harden.seeded import State, seeds

_ARN = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:a1/*"
_OPEN = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": _ARN}
_OURS = {**_OPEN, "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}
_SETTINGS = {
    "throttling/rateLimit": ("throttlingRateLimit", float),
    "caching/dataEncrypted": ("cacheDataEncrypted", lambda text: text == "true"),
    "logging/dataTrace": ("dataTraceEnabled", lambda text: text == "true"),
}


def _policy(*statements: dict[str, Any]) -> str:
    """A policy as API Gateway tells it."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}).replace('"', '\\"')


def _stage_patches(stage: dict[str, Any], patches: Iterable[dict[str, str]]) -> None:
    settings = stage["methodSettings"]
    for each in patches:
        if each["path"] == "/deploymentId":
            stage["deploymentId"] = each["value"]
            continue
        resource, verb, *name = each["path"].removeprefix("/").split("/", 2)
        key = f"{resource.replace('~1', '/')}/{verb}"
        if each["op"] == "remove" and not name:
            del settings[key]
            continue
        setting, kind = _SETTINGS[name[0]]
        settings.setdefault(key, {"throttlingBurstLimit": 5000, "throttlingRateLimit": 10_000.0, "loggingLevel": "OFF"})
        settings[key][setting] = kind(each["value"])


def _api(aws: Aws, api: dict[str, Any], resources: list[dict[str, Any]], *stages: dict[str, Any]) -> State:
    """An API with the methods as they are drafted, and its stages."""
    api = {"id": "a1", "name": "shop", "endpointConfiguration": {"types": ["REGIONAL"]}, "tags": {"team": "web"}, **api}
    by_name = {each["stageName"]: each for each in stages}

    def method(params: dict[str, Any]) -> Any:
        found = next(each for each in resources if each["id"] == params["resourceId"])
        (patch,) = params["patchOperations"]
        if (patch["op"], patch["path"]) != ("replace", "/authorizationType"):
            raise AwsError("BadRequestException", "nobody asked for this to be changed")
        found["resourceMethods"][params["httpMethod"]]["authorizationType"] = patch["value"]
        return found["resourceMethods"][params["httpMethod"]]

    def settings(params: dict[str, Any]) -> Any:
        for each in params["patchOperations"]:
            name = each["path"].removeprefix("/")
            if each["value"]:
                api[name] = each["value"].replace('"', '\\"')
            else:
                del api[name]
        return api

    def deploy(params: dict[str, Any]) -> Any:
        by_name[params["stageName"]]["deploymentId"] += "+"
        return {"id": by_name[params["stageName"]]["deploymentId"]}

    def change(params: dict[str, Any]) -> Any:
        _stage_patches(by_name[params["stageName"]], params["patchOperations"])
        return by_name[params["stageName"]]

    def stage(params: dict[str, Any]) -> Any:
        return by_name[params["stageName"]]

    aws.answers("apigateway:GetRestApis", lambda _: {"items": [api]})
    aws.answers("apigateway:GetResources", lambda _: {"items": resources})
    aws.answers("apigateway:GetStages", lambda _: {"item": list(by_name.values())})
    aws.answers("apigateway:GetStage", stage)
    aws.answers("apigateway:UpdateMethod", method)
    aws.answers("apigateway:UpdateRestApi", settings)
    aws.answers("apigateway:CreateDeployment", deploy)
    aws.answers("apigateway:UpdateStage", change)
    return lambda: (api, resources, by_name)


def _method(kind: str = "NONE", **more: Any) -> dict[str, Any]:
    return {"authorizationType": kind, "methodIntegration": {"type": "AWS_PROXY"}, **more}


@seeds(
    "apigateway.no-authorizer",
    "apigateway.api-key-is-only-guard",
    "apigateway.old-tls-on-own-address",
    "apigateway.policy-lets-anyone-in",
)
def api_with_everything_wrong(aws: Aws) -> State:
    orders = {
        "GET": _method(),
        "POST": _method(apiKeyRequired=True),
        "PUT": _method("AWS_IAM", authorizationScopes=["write"]),
        "OPTIONS": _method(),
    }
    resources = [
        {"id": "r0", "path": "/"},
        {"id": "r1", "path": "/orders", "resourceMethods": orders},
        {"id": "r2", "path": "/orders/{id}", "resourceMethods": {"GET": _method()}},
    ]
    stages = (
        {"stageName": "prod", "deploymentId": "d1", "methodSettings": {}},
        {"stageName": "test", "deploymentId": "d2", "methodSettings": {}},
    )
    return _api(aws, {"policy": _policy(_OURS, _OPEN), "securityPolicy": "TLS_1_0"}, resources, *stages)


@seeds("apigateway.policy-lets-anyone-in")
def private_api_for_anyone(aws: Aws) -> State:
    return _api(
        aws,
        {"policy": _policy(_OPEN), "endpointConfiguration": {"types": ["PRIVATE"]}},
        [{"id": "r0", "path": "/", "resourceMethods": {"GET": _method()}}],
        {"stageName": "prod", "deploymentId": "d1", "methodSettings": {}},
    )


@seeds("apigateway.not-throttled", "apigateway.unencrypted-cache", "apigateway.whole-requests-logged")
def stages_with_everything_wrong(aws: Aws) -> State:
    open_cache = {"cachingEnabled": True, "cacheDataEncrypted": False, "cacheTtlInSeconds": 60}
    settings = {
        "*/*": {"throttlingRateLimit": -1.0, "throttlingBurstLimit": 20, "dataTraceEnabled": True, **open_cache},
        "orders/{id}/GET": {"dataTraceEnabled": True, "metricsEnabled": True, **open_cache},
        "orders/GET": {"dataTraceEnabled": False, "cachingEnabled": True, "cacheDataEncrypted": True},
    }
    bare = {"stageName": "test", "deploymentId": "d1", "methodSettings": {}}
    cached = {"stageName": "prod", "deploymentId": "d1", "cacheClusterEnabled": True, "methodSettings": settings}
    return _api(aws, {}, [], bare, cached)


@seeds("apigateway.usage-plan-not-throttled")
def plans_without_rate(aws: Aws) -> State:
    plans: dict[str, dict[str, Any]] = {
        "p1": {"id": "p1", "name": "free", "apiStages": [{"apiId": "a1", "stage": "prod"}]},
        "p2": {
            "id": "p2",
            "name": "paid",
            "apiStages": [
                {"apiId": "a1", "stage": "prod", "throttle": {"/orders/GET": {"rateLimit": 5.0, "burstLimit": 9}}},
                {"apiId": "a1", "stage": "test"},
            ],
            "throttle": {"burstLimit": 40, "rateLimit": 0.0},
            "quota": {"limit": 1000, "period": "DAY", "offset": 0},
        },
    }

    def update(params: dict[str, Any]) -> Any:
        plan = plans[params["usagePlanId"]]
        for each in params["patchOperations"]:
            if each == {"op": "remove", "path": "/throttle"}:
                del plan["throttle"]
            elif each["path"] == "/throttle/rateLimit":
                plan.setdefault("throttle", {"burstLimit": 0})["rateLimit"] = float(each["value"])
            elif each["path"] == "/throttle/burstLimit":
                plan.setdefault("throttle", {"rateLimit": 0.0})["burstLimit"] = int(each["value"])
        if plan.get("throttle", {}).get("burstLimit") == 0:
            raise AwsError("BadRequestException", "nothing would get through")
        return plan

    def read(params: dict[str, Any]) -> Any:
        return plans[params["usagePlanId"]]

    aws.answers("apigateway:GetUsagePlans", lambda _: {"items": list(plans.values())})
    aws.answers("apigateway:GetUsagePlan", read)
    aws.answers("apigateway:UpdateUsagePlan", update)
    return lambda: plans


@seeds("apigateway.old-tls")
def domain_with_old_tls(aws: Aws) -> State:
    domain = {
        "domainName": "api.example.com",
        "domainNameArn": f"arn:aws:apigateway:{REGION}::/domainnames/api.example.com",
        "securityPolicy": "TLS_1_0",
        "mutualTlsAuthentication": {"truststoreUri": "s3://trust/store.pem"},
    }

    def update(params: dict[str, Any]) -> Any:
        if params["domainName"] != domain["domainName"]:
            raise AwsError("NotFoundException")
        for each in params["patchOperations"]:
            domain[each["path"].removeprefix("/")] = each["value"]
        return domain

    aws.answers("apigateway:GetDomainNames", lambda _: {"items": [domain]})
    aws.answers("apigateway:UpdateDomainName", update)
    return lambda: domain
