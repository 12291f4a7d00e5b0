"""Faults as AWS sends them: which operation a request asks for, and the error reply of that operation's protocol.

Sources: https://smithy.io/2.0/aws/protocols/ and botocore's service models, which say what each operation looks like.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from urllib.parse import parse_qs, parse_qsl, urlsplit

import botocore.session
from botocore.model import ServiceModel

_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]*)/([^/]+)/aws4_request")


class Fault(Enum):
    """What can go wrong with a call; ``HANG`` is no answer at all."""

    DENIED = "is not authorized to perform this"
    THROTTLED = "Rate exceeded"
    EXPIRED = "The security token included in the request is expired"
    SUSPENDED = "The AWS Access Key Id needs a subscription for the service"
    HANG = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP reply."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation as ``service:Operation``, and the protocol that it speaks."""

    name: str
    protocol: str


@dataclass(frozen=True, slots=True)
class _Route:
    """The requests of an operation that is told by method, path and query; ``weight`` prefers the more exact one."""

    operation: Operation
    method: str
    path: re.Pattern[str]
    query: frozenset[str]
    weight: int


def scope_of(headers: Mapping[str, str]) -> tuple[str, str]:
    """The service, by the name that signs for it, and the region that a request is signed for."""
    signed = _CREDENTIAL.search(headers.get("Authorization", ""))
    return (signed[3], signed[2]) if signed else ("", "")


def key_of(headers: Mapping[str, str]) -> str:
    """The access key that a request is signed with."""
    signed = _CREDENTIAL.search(headers.get("Authorization", ""))
    return signed[1] if signed else ""


class Operations:
    """Tells which operation a request asks for, among those of some services."""

    def __init__(self, services: Iterable[str]) -> None:
        session = botocore.session.get_session()
        self._models = [session.get_service_model(name) for name in services]
        self._routes = [route for model in self._models for route in _routes(model)]

    def asked(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> frozenset[Operation]:
        """The operations that the request may be; more than one where an old and a new one look the same."""
        signing, _ = scope_of(headers)
        target, path = headers.get("X-Amz-Target", ""), urlsplit(url).path
        if "/operation/" in path:
            return self._named(signing, path.rpartition("/")[2])
        if target:
            return self._named(signing, target.rpartition(".")[2])
        if body.startswith(b"Action=") or b"&Action=" in body:
            return self._named(signing, parse_qs(body.decode())["Action"][0])
        return self._routed(signing, method, url)

    def _named(self, signing: str, operation: str) -> frozenset[Operation]:
        return frozenset(
            Operation(f"{model.service_name}:{operation}", model.resolved_protocol)
            for model in self._models
            if model.signing_name == signing and operation in model.operation_names
        )

    def _routed(self, signing: str, method: str, url: str) -> frozenset[Operation]:
        parts = urlsplit(url)
        query = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
        signers = {model.service_name for model in self._models if model.signing_name == signing}
        fitting = [
            route
            for route in self._routes
            if route.method == method
            and route.operation.name.partition(":")[0] in signers
            and route.query <= query
            and route.path.fullmatch(parts.path)
        ]
        most = max((route.weight for route in fitting), default=0)
        return frozenset(route.operation for route in fitting if route.weight == most)


def _routes(model: ServiceModel) -> Iterable[_Route]:
    if not model.resolved_protocol.startswith("rest-"):
        return
    for name in model.operation_names:
        http = model.operation_model(name).http
        path, _, query = http["requestUri"].partition("?")
        pieces = re.split(r"\{(\w+\+?)\}", path)
        literal, names = pieces[::2], pieces[1::2]
        pattern = re.escape(literal[0])
        for variable, text in zip(names, literal[1:], strict=True):
            pattern += (".+" if variable.endswith("+") else "[^/]+") + re.escape(text)
        keys = frozenset(key for key, _ in parse_qsl(query, keep_blank_values=True))
        operation = Operation(f"{model.service_name}:{name}", model.resolved_protocol)
        yield _Route(operation, http["method"], re.compile(pattern), keys, 1000 * len(keys) + len("".join(literal)))


_XML = {
    "query": "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{text}</Message></Error>"
    "<RequestId>0</RequestId></ErrorResponse>",
    "ec2": "<Response><Errors><Error><Code>{code}</Code><Message>{text}</Message></Error></Errors>"
    "<RequestID>0</RequestID></Response>",
    "rest-xml": "<Error><Code>{code}</Code><Message>{text}</Message><RequestId>0</RequestId></Error>",
}
_CODES: Mapping[tuple[str, Fault], tuple[int, str]] = {
    ("query", Fault.DENIED): (403, "AccessDenied"),
    ("query", Fault.THROTTLED): (400, "Throttling"),
    ("query", Fault.EXPIRED): (403, "ExpiredToken"),
    ("query", Fault.SUSPENDED): (403, "OptInRequired"),
    ("ec2", Fault.DENIED): (403, "UnauthorizedOperation"),
    ("ec2", Fault.THROTTLED): (503, "RequestLimitExceeded"),
    ("ec2", Fault.EXPIRED): (400, "RequestExpired"),
    ("ec2", Fault.SUSPENDED): (401, "OptInRequired"),
    ("rest-xml", Fault.DENIED): (403, "AccessDenied"),
    ("rest-xml", Fault.THROTTLED): (503, "SlowDown"),
    ("rest-xml", Fault.EXPIRED): (400, "ExpiredToken"),
    ("rest-xml", Fault.SUSPENDED): (403, "AccountProblem"),
    ("rest-json", Fault.DENIED): (403, "AccessDeniedException"),
    ("rest-json", Fault.THROTTLED): (429, "TooManyRequestsException"),
    ("rest-json", Fault.EXPIRED): (403, "ExpiredTokenException"),
    ("rest-json", Fault.SUSPENDED): (403, "OptInRequired"),
    ("json", Fault.DENIED): (400, "AccessDeniedException"),
    ("json", Fault.THROTTLED): (400, "ThrottlingException"),
    ("json", Fault.EXPIRED): (400, "ExpiredTokenException"),
    ("json", Fault.SUSPENDED): (403, "OptInRequired"),
}


def answer(operation: Operation, fault: Fault) -> Answer:
    """The error reply that says the fault in the operation's protocol; raises ``ValueError`` for ``HANG``."""
    if fault is Fault.HANG:
        raise ValueError("a call that hangs has no answer")
    protocol = operation.protocol
    status, code = _CODES["json" if protocol == "smithy-rpc-v2-cbor" else protocol, fault]
    text = f"{operation.name}: {fault.value}"
    if protocol in _XML:
        content = _XML[protocol].format(code=code, text=text)
        return Answer(status, {"Content-Type": "text/xml"}, f'<?xml version="1.0"?>{content}'.encode())
    if protocol == "smithy-rpc-v2-cbor":
        headers = {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
        return Answer(status, headers, _cbor({"__type": f"aws#{code}", "message": text}))
    if protocol == "rest-json":
        body = json.dumps({"message": text}).encode()
        return Answer(status, {"Content-Type": "application/json", "x-amzn-ErrorType": code}, body)
    body = json.dumps({"__type": f"com.amazonaws#{code}", "message": text}).encode()
    return Answer(status, {"Content-Type": "application/x-amz-json-1.1"}, body)


def _cbor(values: Mapping[str, str]) -> bytes:
    """A small map of texts: https://www.rfc-editor.org/rfc/rfc8949."""
    texts = [text.encode() for pair in values.items() for text in pair]
    return bytes([0xA0 | len(values)]) + b"".join(b"\x79" + len(text).to_bytes(2, "big") + text for text in texts)
