"""A proxy in front of an emulated AWS that counts calls and can make each one later."""

from __future__ import annotations

import asyncio
import threading
from types import TracebackType
from typing import Self

from aiohttp import ClientSession, TCPConnector, web


class Proxy:
    """Forwards every request to ``target``; ``calls`` counts them, ``latency`` (seconds) is added to each."""

    def __init__(self, target: str, latency: float = 0.0) -> None:
        self.calls = 0
        self.latency = latency
        self.url = ""
        self._target = target
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

    async def _start(self) -> None:
        self._client = ClientSession(connector=TCPConnector(limit=64), auto_decompress=False)
        application = web.Application(client_max_size=2**28)
        application.router.add_route("*", "/{path:.*}", self._forward)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def _stop(self) -> None:
        await self._runner.cleanup()
        await self._client.close()

    async def _forward(self, request: web.Request) -> web.Response:
        self.calls += 1
        if self.latency:
            await asyncio.sleep(self.latency)
        body = await request.read()
        kept = {name: value for name, value in request.headers.items() if name.lower() != "transfer-encoding"}
        url = self._target + request.raw_path
        async with self._client.request(request.method, url, data=body, headers=kept, allow_redirects=False) as reply:
            content = await reply.read()
            dropped = {"transfer-encoding", "content-length", "connection"}
            headers = {name: value for name, value in reply.headers.items() if name.lower() not in dropped}
            return web.Response(status=reply.status, body=content, headers=headers)
