"""A proxy in front of an emulated AWS that counts calls, can make each one later, and can let some of them fail."""

from __future__ import annotations

import asyncio
import random
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs

from aiohttp import ClientSession, TCPConnector, web

from wire import Answer, Fault, Operation, Operations, answer, key_of, scope_of

Faults = Callable[[str], Fault | None]
"""Told the name of the operation that is asked for (``s3:GetBucketAcl``), says what goes wrong, if anything does."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A call: its operation, its account where a role was assumed for it, its region, its path, and what it sends.

    ``account`` of a call that assumes a role is the account of that role.
    """

    operation: str
    account: str
    region: str
    body: bytes
    path: str


FaultsOf = Callable[[Asked], Fault | None]
"""As ``Faults``, told more of the call."""


def only(operation: str, fault: Fault) -> Faults:
    """Every call of one operation fails."""
    return lambda asked: fault if asked == operation else None


def share(part: float, fault: Fault, seed: int = 7) -> Faults:
    """A part of all calls fails, between 0 and 1; which ones, the seed decides."""
    dice = random.Random(seed)
    return lambda _: fault if dice.random() < part else None


_ROLE = re.compile(r"arn:[^:]+:iam::(\d+):role/")
_KEY = re.compile(rb"<AccessKeyId>([^<]+)<")


class Proxy:
    """Forwards every request to ``target``; ``latency`` (seconds) is added to each.

    ``calls`` counts the requests, ``failed`` those among them that the target could not serve (5xx), and ``by_bucket``
    all of them by service (as its requests are signed) and region. ``faults`` decides which calls of ``services`` fail,
    ``faults_of`` the same by account and region, and ``refused`` counts those by operation. With ``replay``, the last
    answer to the same request comes from memory, without the target's own time.
    """

    def __init__(self, target: str, latency: float = 0.0, services: Iterable[str] = ()) -> None:
        self.calls = self.failed = 0
        self.by_bucket: Counter[tuple[str, str]] = Counter()
        self.refused: Counter[str] = Counter()
        self.replay = False
        self.latency = latency
        self.faults: Faults | None = None
        self.faults_of: FaultsOf | None = None
        self.url = ""
        self._recorded: dict[tuple[str, ...], Answer] = {}
        self._accounts: dict[str, str] = {}
        self._target = target
        self._operations = Operations(services)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def reset(self) -> None:
        """Count from nothing, without faults."""
        self.count_anew()
        self.faults = self.faults_of = None

    def count_anew(self) -> None:
        """Count from nothing."""
        self.calls = self.failed = 0
        self.by_bucket.clear()
        self.refused.clear()

    async def _start(self) -> None:
        self._client = ClientSession(connector=TCPConnector(limit=64), auto_decompress=False)
        application = web.Application(client_max_size=2**28)
        application.router.add_route("*", "/{path:.*}", self._handle)
        # A call that hangs ends when its caller has gone.
        self._runner = web.AppRunner(application, access_log=None, handler_cancellation=True, shutdown_timeout=1)
        await self._runner.setup()
        # With a shorter queue, hundreds of connections at once are refused and tried again seconds later.
        site = web.TCPSite(self._runner, "127.0.0.1", 0, backlog=1024)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def _stop(self) -> None:
        await self._runner.cleanup()
        await self._client.close()

    async def _handle(self, request: web.Request) -> web.Response:
        self.calls += 1
        service, region = scope_of(request.headers)
        self.by_bucket[service, region] += 1
        body = await request.read()
        if self.latency:
            await asyncio.sleep(self.latency)
        account = self._accounts.get(key_of(request.headers), "")
        assumed = _ROLE.search(parse_qs(body.decode("latin-1")).get("RoleArn", [""])[0]) if service == "sts" else None
        if self.faults or self.faults_of:
            for operation in self._operations.asked(request.method, request.raw_path, request.headers, body):
                fault = self.faults(operation.name) if self.faults else None
                if self.faults_of and not fault:
                    fault = self.faults_of(
                        Asked(operation.name, assumed[1] if assumed else account, region, body, request.raw_path)
                    )
                if fault:
                    self.refused[operation.name] += 1
                    return await _failing(operation, fault)
        target = request.headers.get("X-Amz-Target", "")
        key = (service, region, request.method, request.raw_path, target, body.decode("latin-1"))
        if not self.replay or key not in self._recorded:
            self._recorded[key] = await self._forward(request, body)
        reply = self._recorded[key]
        given = _KEY.search(reply.body) if assumed else None
        if assumed and given:
            self._accounts[given[1].decode()] = assumed[1]
        self.failed += reply.status >= 500
        return _response(reply)

    async def _forward(self, request: web.Request, body: bytes) -> Answer:
        kept = {name: value for name, value in request.headers.items() if name.lower() != "transfer-encoding"}
        url = self._target + request.raw_path
        async with self._client.request(request.method, url, data=body, headers=kept, allow_redirects=False) as reply:
            dropped = {"transfer-encoding", "content-length", "connection"}
            headers = {name: value for name, value in reply.headers.items() if name.lower() not in dropped}
            return Answer(reply.status, headers, await reply.read())


async def _failing(operation: Operation, fault: Fault) -> web.Response:
    if fault is Fault.HANG:
        await asyncio.Event().wait()
    return _response(answer(operation, fault))


def _response(reply: Answer) -> web.Response:
    return web.Response(status=reply.status, body=reply.body, headers=reply.headers)
