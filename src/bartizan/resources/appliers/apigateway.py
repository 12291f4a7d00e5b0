"""REST APIs, their stages, usage plans and domain names: changing them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bartizan.model import Gap, Reason, Resource, Unknown
from bartizan.resources.apigateway import DomainName, RestApi, Stage, UsagePlan
from bartizan.resources.apigateway.reader import EVERYTHING
from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put, policy_text
from bartizan.resources.reading import Call, Reply

_GET, _PATCH, _POST = ("apigateway:GET",), ("apigateway:PATCH",), ("apigateway:POST",)
_BUSY = ("ConflictException",)


def _path(resource: Resource) -> list[str]:
    """The parts of the path in an ARN, as in ``/restapis/a1/stages/prod``."""
    return resource.arn.split(":", 5)[5].split("/")[1:]


def _of(api: RestApi) -> dict[str, Any]:
    return {"restApiId": _path(api)[1]}


def _replace(path: str, value: str) -> dict[str, str]:
    return {"op": "replace", "path": path, "value": value}


def _ids(reply: Reply) -> dict[str, Any]:
    """The resources' ids by the methods' labels."""
    return {
        f"{verb} {each['path']}": each["id"] for each in reply["items"] for verb in each.get("resourceMethods") or {}
    }


_RESOURCES = Look(
    Call("apigateway:GetResources", _GET), lambda api: {**_of(api), "embed": ["methods"], "limit": 500}, _ids
)
_STAGES = Look(
    Call("apigateway:GetStages", _GET),
    _of,
    lambda reply: {each["stageName"]: each["deploymentId"] for each in reply["item"]},
)


def _methods(edit: Edit) -> Iterator[Params]:
    before = {each.label: each for each in edit.before.methods}
    for each in edit.after.methods:
        if before.get(each.label) == each:
            continue
        if each.label not in edit.now:
            raise Unknown("methods", Gap(Reason.NOT_READ, detail=f"{each.label} is not among the first 500 resources"))
        where = {"resourceId": edit.now[each.label], "httpMethod": each.verb}
        yield {**_of(edit.after), **where, "patchOperations": [_replace("/authorizationType", each.authorization_type)]}


def _settings(edit: Edit) -> Params:
    patches = []
    if edit.changes("policy"):
        patches.append(_replace("/policy", policy_text(edit.after.policy) or ""))
    if edit.changes("security_policy"):
        patches.append(_replace("/securityPolicy", edit.after.security_policy))
    return {**_of(edit.after), "patchOperations": patches}


def _deployed_before(edit: Edit) -> list[Params]:
    if not edit.undoing:
        return []
    return [
        {**_of(edit.after), "stageName": name, "patchOperations": [_replace("/deploymentId", edit.was[name])]}
        for name in sorted(edit.was)
        if edit.now.get(name, edit.was[name]) != edit.was[name]
    ]


def _deployments(edit: Edit) -> list[Params]:
    return [] if edit.undoing else [{**_of(edit.after), "stageName": name} for name in sorted(edit.now)]


REST_API = ApiWriter(
    RestApi,
    puts=(
        Put(
            Call("apigateway:UpdateMethod", _PATCH),
            lambda edit: list(_methods(edit)),
            ("methods",),
            look=_RESOURCES,
            busy=_BUSY,
        ),
        Put(
            Call("apigateway:UpdateRestApi", (*_PATCH, "apigateway:UpdateRestApiPolicy")),
            _settings,
            ("policy", "security_policy"),
            busy=_BUSY,
        ),
        # Neither methods nor the policy hold before they are deployed:
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html
        Put(Call("apigateway:UpdateStage", _PATCH), _deployed_before, ("methods", "policy"), look=_STAGES, busy=_BUSY),
        Put(Call("apigateway:CreateDeployment", _POST), _deployments, ("methods", "policy"), look=_STAGES, busy=_BUSY),
    ),
)


def _of_stage(stage: Stage) -> dict[str, Any]:
    path = _path(stage)
    return {"restApiId": path[1], "stageName": path[3]}


_STAGE = Look(Call("apigateway:GetStage", _GET), _of_stage, lambda reply: reply.get("methodSettings") or {})


def _stage(edit: Edit) -> Params:
    return {**_of_stage(edit.after), "patchOperations": list(_stage_patches(edit))}


def _stage_patches(edit: Edit) -> Iterator[Mapping[str, str]]:
    if edit.changes("throttling_rate_limit"):
        if edit.undoing and EVERYTHING not in edit.was:
            yield {"op": "remove", "path": f"/{EVERYTHING}"}
        else:
            rate = edit.was[EVERYTHING].get("throttlingRateLimit", -1) if edit.undoing else None
            wanted = edit.after.throttling_rate_limit if rate is None else rate
            yield _replace(f"/{EVERYTHING}/throttling/rateLimit", f"{wanted:g}")
    for each in _differing(edit, "unencrypted_cache"):
        encrypted = "false" if each in edit.after.unencrypted_cache else "true"
        yield _replace(f"{_setting(each)}/caching/dataEncrypted", encrypted)
    for each in _differing(edit, "traces_data"):
        yield _replace(f"{_setting(each)}/logging/dataTrace", "true" if each in edit.after.traces_data else "false")


def _differing(edit: Edit, name: str) -> list[str]:
    return sorted(set(getattr(edit.before, name)) ^ set(getattr(edit.after, name))) if edit.changes(name) else []


def _setting(method: str) -> str:
    """The path of a method's settings, in which slashes of the resource's path are written otherwise.

    Source: https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateStage.html
    """
    resource, _, verb = method.rpartition("/")
    return "/{}/{}".format(resource.replace("/", "~1"), verb)


STAGE = ApiWriter(
    Stage,
    puts=(
        Put(
            Call("apigateway:UpdateStage", _PATCH),
            _stage,
            ("throttling_rate_limit", "unencrypted_cache", "traces_data"),
            look=_STAGE,
            busy=_BUSY,
        ),
    ),
)

_RATE = 100
"""Requests a second of each key, which the fix names."""


def _of_plan(plan: UsagePlan) -> dict[str, Any]:
    return {"usagePlanId": _path(plan)[1]}


_PLAN = Look(Call("apigateway:GetUsagePlan", _GET), _of_plan, lambda reply: reply.get("throttle"))


def _plan(edit: Edit) -> Params:
    if edit.undoing and not edit.was:
        patches = [{"op": "remove", "path": "/throttle"}]
    elif edit.undoing:
        patches = [_replace(f"/throttle/{name}", f"{value:g}") for name, value in sorted(edit.was.items())]
    else:
        patches = [_replace("/throttle/rateLimit", str(_RATE))]
        if not (edit.now or {}).get("burstLimit"):
            # Without any burst the rate lets nothing through.
            patches.insert(0, _replace("/throttle/burstLimit", str(_RATE)))
    return {**_of_plan(edit.after), "patchOperations": patches}


USAGE_PLAN = ApiWriter(
    UsagePlan,
    puts=(Put(Call("apigateway:UpdateUsagePlan", _PATCH), _plan, ("unthrottled",), look=_PLAN, busy=_BUSY),),
)

DOMAIN_NAME = ApiWriter(
    DomainName,
    puts=(
        Put(
            Call("apigateway:UpdateDomainName", _PATCH),
            lambda edit: {
                "domainName": edit.after.domain_name,
                "patchOperations": [_replace("/securityPolicy", edit.after.security_policy)],
            },
            ("security_policy",),
            busy=_BUSY,
        ),
    ),
)
