"""What the clients of a session share, since a scan makes hundreds of them: connections, TLS settings, methods."""

from __future__ import annotations

from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

from aiobotocore.httpsession import AIOHTTPSession

_Key = tuple[tuple[str, str], ...]


class Connections:
    """One pool of connections for all clients, in the place of botocore's class for the pool of one client.

    A pool of one's own would cost each client the certificates of all authorities, read from disk. The options are
    the same for all clients but for the proxies, which the environment can set by host.
    """

    def __init__(self, opened: AsyncExitStack) -> None:
        self._opened = opened
        self._pools: dict[_Key, AIOHTTPSession] = {}

    def __call__(self, *, proxies: dict[str, str] | None = None, **options: Any) -> _Lent:
        """The pool for these proxies, as a client sees it."""
        return _Lent(self, proxies, options)

    async def pool(self, proxies: dict[str, str] | None, options: dict[str, Any]) -> AIOHTTPSession:
        """The open pool for these proxies; it closes with the stack."""
        key = tuple(sorted((proxies or {}).items()))
        if key not in self._pools:
            self._pools[key] = made = AIOHTTPSession(proxies=proxies, **options)
            await self._opened.enter_async_context(made)
        return self._pools[key]


class _Lent:
    """A client's sight of a pool that is not its own: the client's end does not close it."""

    def __init__(self, connections: Connections, proxies: dict[str, str] | None, options: dict[str, Any]) -> None:
        self._connections, self._proxies, self._options = connections, proxies, options

    async def __aenter__(self) -> Self:
        self._pool = await self._connections.pool(self._proxies, self._options)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return

    async def close(self) -> None:
        """Nothing: the pool closes with the session."""

    async def send(self, request: Any) -> Any:
        """The reply to a request."""
        return await self._pool.send(request)


class Methods:
    """Gives all clients of a service the methods that were made for its first client.

    Botocore makes a class for each client, with a method and its documentation for each of the service's operations:
    770 of them for EC2, in each region.
    """

    def __init__(self) -> None:
        self._made: dict[str, dict[str, Any]] = {}

    def share(self, class_attributes: dict[str, Any], event_name: str, **_: Any) -> None:
        """A handler of botocore's event ``creating-client-class``, which changes ``class_attributes`` in place."""
        class_attributes.update(self._made.setdefault(event_name, dict(class_attributes)))
