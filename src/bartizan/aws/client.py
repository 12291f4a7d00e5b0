"""Calls within limits: rate, calls in flight, time, and attempts."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import jmespath
from botocore import exceptions as aws
from botocore import xform_name
from botocore.parsers import ResponseParserError

from bartizan.aws.errors import Trouble, understand
from bartizan.aws.limits import Limits
from bartizan.aws.session import CONNECTIONS, Session
from bartizan.resources.reading import Call, Reply, Scope

_TROUBLES = (aws.BotoCoreError, aws.ClientError, ResponseParserError, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a call is tried, how long an attempt may take, and how long to wait between attempts, in seconds.

    Throttling is waited out much longer than other failures, since only time helps there.
    """

    attempts: int = 3
    throttled_attempts: int = 14
    timeout: float = 75
    first_wait: float = 0.2
    longest_wait: float = 20


@dataclass(slots=True)
class _Shared:
    """An answer under way, and how many readers are still to ask for it."""

    reply: asyncio.Future[Reply]
    due: int


class AwsApi:
    """The port ``Api`` on AWS itself."""

    def __init__(
        self, session: Session, limits: Limits, *, in_flight: int = CONNECTIONS, patience: Patience | None = None
    ) -> None:
        self.calls: Counter[str] = Counter()
        self.retries = 0
        self._session = session
        self._limits = limits
        self._slots = asyncio.Semaphore(in_flight)
        self._patience = patience or Patience()
        self._jitter = random.Random()  # noqa: S311 - spreads retries, guards nothing
        self._askers: Mapping[tuple[Call, str], int] = {}
        self._shared: dict[str, _Shared] = {}

    def share(self, askers: Mapping[tuple[Call, str], int]) -> None:
        """From now on, let readers that ask the same share the answer: how many make which call in which region."""
        self._askers = askers

    async def call(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> Reply:
        """One reply, after as many attempts as patience allows; raises ``Failed``."""
        askers = self._askers.get((call, scope.region), 1)
        if askers == 1:
            return await self._reply(call, scope, params)
        key = f"{call.name} {scope.account} {scope.region} {sorted(params.items())}"
        shared = self._shared.get(key)
        if shared is None:
            shared = self._shared[key] = _Shared(asyncio.ensure_future(self._reply(call, scope, params)), askers)
        # An answer goes once to each reader: whoever asks again, as while a report is made, wants a newer one.
        shared.due -= 1
        if shared.due == 0:
            del self._shared[key]
        return await shared.reply

    async def _reply(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> Reply:
        region = call.region or scope.region
        bucket = self._limits.bucket(scope.account, region, call.service)
        attempt = 0
        while True:
            attempt += 1
            await bucket.acquire()
            try:
                async with self._slots:
                    return await self._attempt(call, region, params)
            except _TROUBLES as error:
                in_region = await self._session.offers(call.service, region, scope.partition)
                trouble = understand(error, call, in_region=in_region)
                if trouble.throttled:
                    bucket.slow_down()
                if not self._again(trouble, attempt):
                    raise trouble.failure from None
            self.retries += 1
            await asyncio.sleep(self._wait(attempt))

    async def pages(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> AsyncIterator[Reply]:
        """The replies of a paged operation one after the other; raises ``Failed``."""
        pager = self._session.pager(call.service, call.operation)
        asked = dict(params)
        while True:
            reply = await self.call(call, scope, asked)
            yield reply
            following = _next(pager, reply) if pager else {}
            # A service that hands out the same token again would keep us for ever.
            if not following or following.items() <= asked.items():
                return
            asked |= following

    async def _attempt(self, call: Call, region: str, params: Mapping[str, Any]) -> Reply:
        client = await self._session.client(call.service, region)
        self.calls[call.name] += 1
        async with asyncio.timeout(self._patience.timeout):
            reply: Reply = await getattr(client, xform_name(call.operation))(**params)
            return reply

    def _again(self, trouble: Trouble, attempt: int) -> bool:
        allowed = self._patience.throttled_attempts if trouble.throttled else self._patience.attempts
        return trouble.retry and attempt < allowed

    def _wait(self, attempt: int) -> float:
        """Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/."""
        return self._jitter.uniform(0, min(self._patience.longest_wait, self._patience.first_wait * 2 ** (attempt - 1)))


def _next(pager: Mapping[str, Any], reply: Reply) -> dict[str, Any]:
    """The arguments that ask for the page after this one; empty after the last."""
    more = pager.get("more_results")
    if more and not jmespath.search(more, reply):
        return {}
    names, paths = _listed(pager["input_token"]), _listed(pager["output_token"])
    tokens = {name: jmespath.search(path, reply) for name, path in zip(names, paths, strict=True)}
    return {name: token for name, token in tokens.items() if token}


def _listed(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]
