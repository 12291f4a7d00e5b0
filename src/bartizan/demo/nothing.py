"""Answers for services that moto lacks: those of an account that has nothing there.

Only questions are answered so (``Get``, ``List``, ``Describe``), in the protocols that speak JSON, and only where the
answer holds a list, which is then empty.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, StructureShape

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

_SCOPE = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/")
_QUESTIONS = ("Get", "List", "Describe", "BatchGet")
_OFF: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "macie2:GetMacieSession": ("AccessDeniedException", "Macie is not enabled"),
        "sso-admin:GetPermissionsBoundaryForPermissionSet": ("ResourceNotFoundException", "it has no boundary"),
    }
)
"""Operations by which AWS says that a service is off, or nothing set, with error code and message."""

_SETTINGS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "guardduty:DescribeOrganizationConfiguration": {
            "autoEnable": False,
            "autoEnableOrganizationMembers": "NONE",
            "memberAccountLimitReached": False,
        },
        "macie2:DescribeOrganizationConfiguration": {"autoEnable": False, "maxAccountLimitReached": False},
        "macie2:GetAutomatedDiscoveryConfiguration": {"status": "DISABLED"},
        "ssm:GetServiceSetting": {"ServiceSetting": {"SettingValue": "Enable"}},
    }
)
"""Operations that tell a setting, with what they say where nobody has set it."""

_NAMED_OTHERWISE: Mapping[str, str] = MappingProxyType({"elasticmapreduce": "emr"})
"""Botocore's name of services that sign their calls by another one."""


class WithNothing:
    """An emulator whose "I do not know this" becomes "there is nothing"."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a call as the application does, where it knows the operation."""
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], *_: Any) -> Callable[[bytes], object]:
            started.append((status, headers))
            return lambda _: None

        try:
            body = b"".join(self._application(environ, start))
        except (AttributeError, KeyError, TypeError, ValueError) as broken:  # moto, in a region that it does not know
            body, failed = repr(broken).encode(), ("500 INTERNAL SERVER ERROR", [("Content-Type", "text/html")])
            started.append(failed)
        status, headers = started[-1]
        answer = _instead(environ, status, headers)
        if answer is not None:
            status, body = answer
            headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        start_response(status, headers)
        return [body]


def _instead(environ: Environ, status: str, headers: Iterable[tuple[str, str]]) -> tuple[str, bytes] | None:
    kind = next((value for name, value in headers if name.lower() == "content-type"), "")
    if status[:3] not in {"404", "500", "501"} or ("html" not in kind and status[:3] != "501"):
        return None
    found = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    operation = _operation(found[1], environ) if found else None
    if operation is None or not operation.name.startswith(_QUESTIONS):
        return None
    name = f"{operation.service_model.service_name}:{operation.name}"
    if name in _OFF:
        code, message = _OFF[name]
        return "403 FORBIDDEN", json.dumps({"__type": code, "code": code, "message": message}).encode()
    nothing = _SETTINGS.get(name) or _nothing(operation)
    return None if nothing is None else ("200 OK", json.dumps(nothing).encode())


def _operation(signing_name: str, environ: Environ) -> OperationModel | None:
    model = _model(signing_name)
    if model is None:
        return None
    target = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
    for name, pattern, method in _routes(signing_name):
        asked = (environ["REQUEST_METHOD"], environ["PATH_INFO"])
        if name == target or (not target and method == asked[0] and pattern.fullmatch(asked[1])):
            return model.operation_model(name)
    return None


@cache
def _model(signing_name: str) -> ServiceModel | None:
    session = botocore.session.get_session()
    for service in session.get_available_services():
        named = _NAMED_OTHERWISE.get(signing_name, signing_name)
        if named in {service, service.partition("-")[0]} or named.replace("-", "") == service:
            model = session.get_service_model(service)
            if model.signing_name == signing_name and "json" in model.metadata["protocol"]:
                return model
    return None


@cache
def _routes(signing_name: str) -> tuple[tuple[str, re.Pattern[str], str], ...]:
    model = _model(signing_name)
    names = model.operation_names if model else ()
    return tuple(_route(name, model.operation_model(name).http) for name in names if model)


def _route(name: str, http: Mapping[str, str]) -> tuple[str, re.Pattern[str], str]:
    path = http["requestUri"].partition("?")[0]
    pattern = "".join(
        "[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{[^}]*\})", path) if part
    )
    return name, re.compile(pattern + "/?"), http["method"]


def _nothing(operation: OperationModel) -> Mapping[str, Any] | None:
    shape = operation.output_shape
    members = shape.members if shape else {}
    if any(isinstance(each, StructureShape) for each in members.values()):
        return None  # a setting, which has some value
    empty: dict[str, Any] = {
        each.serialization.get("name", name): [] if isinstance(each, ListShape) else {}
        for name, each in members.items()
        if isinstance(each, (ListShape, MapShape))
    }
    return empty or None
