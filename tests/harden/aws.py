"""The account that a round trip changes: moto over HTTP, and functions for what moto lacks, checked as AWS would."""

from __future__ import annotations

import copy
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.validate import ParamValidator

from bartizan.aws.client import AwsApi
from bartizan.aws.limits import Limits, Rate
from bartizan.aws.session import Access, Session
from bartizan.model import Gap, Reason
from bartizan.resources.reading import Call, Failed, Reply, Scope

_UNLIMITED = Rate(per_second=1e6, burst=1e6)

ACCOUNT = "123456789012"
REGION = "eu-west-1"

Answer = Callable[[dict[str, Any]], Any]
"""What stands for an operation: of its arguments the reply, or ``AwsError`` raised."""


class AwsError(Exception):
    """An error of AWS, by its code."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(code, message)
        self.code, self.message = code, message


@dataclass
class Aws:
    """An empty account: ``client`` seeds it, ``answers`` stands in for operations that moto lacks or gets wrong."""

    url: str
    fakes: dict[str, Answer] = field(default_factory=dict)
    seen: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def access(self) -> Access:
        return Access(endpoint_url=self.url, credentials=("demo", "demo"))

    def client(self, service: str, region: str = REGION) -> Any:
        client = boto3.client(
            service,
            region_name=region,
            endpoint_url=self.url,
            aws_access_key_id="demo",
            aws_secret_access_key="demo",
        )
        client.meta.events.register("before-sign", self._to_emulator)
        return client

    def _to_emulator(self, request: Any, **_: Any) -> None:
        request.url = urlsplit(request.url)._replace(netloc=urlsplit(self.url).netloc).geturl()

    def answers(self, name: str, answer: Answer | Mapping[str, Any]) -> None:
        """Let a function, or a fixed reply, stand for ``service:Operation``; botocore's models check both sides."""
        _operation(name)
        self.fakes[name] = answer if callable(answer) else lambda _: copy.deepcopy(dict(answer))

    def connect(self, session: Session) -> AwsApi:
        return Port(session, self)


class Port(AwsApi):
    """The port to AWS, with some operations answered by functions."""

    def __init__(self, session: Session, aws: Aws) -> None:
        super().__init__(
            session, Limits(time.monotonic, dict.fromkeys(_session().get_available_services(), _UNLIMITED))
        )
        self._aws = aws

    async def call(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> Reply:
        if not reads(call):
            self._aws.seen.append((call.name, copy.deepcopy(dict(params))))
        fake = self._aws.fakes.get(call.name)
        if fake is None:
            return await super().call(call, scope, params)
        self.calls[call.name] += 1
        model = _operation(call.name)
        report = ParamValidator().validate(dict(params), model.input_shape) if model.input_shape else None
        assert report is None or not report.has_errors(), f"{call.name}: {report.generate_report()}"
        try:
            reply = fake(copy.deepcopy(dict(params))) or {}
        except AwsError as error:
            detail = f"{call.name}: {error.code}: {error.message}"
            raise Failed(error.code, Gap(Reason.FAILED, call.name, detail)) from None
        _check(reply, model.output_shape, call.name)
        return copy.deepcopy(reply)

    async def pages(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> AsyncIterator[Reply]:
        if call.name in self._aws.fakes:
            yield await self.call(call, scope, params)
            return
        async for reply in super().pages(call, scope, params):
            yield reply


def reads(call: Call) -> bool:
    reading = ("Get", "List", "Describe", "BatchGet", "Search", "Lookup", "Select", "GenerateCredentialReport")
    return call.operation.startswith(reading)


@cache
def _session() -> Any:
    return botocore.session.get_session()


@cache
def _operation(name: str) -> OperationModel:
    service, _, operation = name.partition(":")
    return _session().get_service_model(service).operation_model(operation)


def _check(value: Any, shape: Shape | None, name: str) -> None:
    """Fail on a member that AWS does not send."""
    if value is None:
        return
    if isinstance(shape, StructureShape):
        strange = set(value) - set(shape.members) - {"ResponseMetadata"}
        assert not strange, f"{name}: AWS's {shape.name} has no {', '.join(sorted(strange))}"
        for key, each in value.items():
            _check(each, shape.members.get(key), name)
    elif isinstance(shape, ListShape):
        for each in value:
            _check(each, shape.member, name)
    elif isinstance(shape, MapShape):
        for each in value.values():
            _check(each, shape.value, name)
