"""Accounts worked on by a Dask cluster: other machines, each with what is installed and with the role that is there.

Sources: https://distributed.dask.org/en/stable/client.html, https://distributed.dask.org/en/stable/resilience.html
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from bartizan import __version__
from bartizan.app.organization.pool import Engine
from bartizan.app.selection import Selection
from bartizan.model import InputError

if TYPE_CHECKING:
    from distributed import Client

P = ParamSpec("P")
T = TypeVar("T")

_ANSWERS_WITHIN = 20
_SHOWN = 5


@contextmanager
def cluster(address: str, workers: int = 0) -> Iterator[Engine]:
    """The cluster whose scheduler is at ``address`` (``tcp://host:port``, or ``tls://``), as long as the context lasts.

    ``workers`` bounds the accounts that are worked on at once; 0 takes all workers. One account is handed to each, so
    that a worker that dies costs no other, and results do not wait in the cluster. Raises ``InputError`` where the
    cluster does not answer, has no workers, or one of them has another version of Bartizan than this process.
    """
    try:
        from distributed import Client, KilledWorker  # noqa: PLC0415 - an extra, and takes time
    except ImportError:
        raise InputError("--cluster needs Dask: pip install 'bartizan[cluster]'") from None
    try:
        client = Client(address, timeout=_ANSWERS_WITHIN, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as refused:
        raise InputError(f"no Dask scheduler answers at {address}: {refused}; give it as tcp://HOST:PORT") from None
    with client:
        threads = _threads(client, address)
        yield Engine(
            make=lambda _: _OnCluster(client),
            workers=min(workers or threads, threads),
            ahead=1,
            died=(KilledWorker,),
            gone=f"the cluster at {address} gave up the accounts it was working on",
        )


class _OnCluster(Executor):
    """A cluster as an executor that lets go of each result on its worker before it is told here.

    Dask's own (``Client.get_executor``) leaves it there for a while: where that worker dies with its next task, it does
    the earlier ones again as well.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        ours: Future[T] = Future()
        # Not pure: what an account holds is another thing each time.
        theirs = self._client.submit(fn, *args, pure=False, **kwargs)
        theirs.add_done_callback(lambda done: _hand_over(done, ours))
        return ours


def _hand_over(theirs: Any, ours: Future[Any]) -> None:
    """Tell what came of a task; runs in a thread of Dask's, where what is raised is seen by nobody."""
    try:
        error = theirs.exception()
        result = theirs.result() if error is None else None
        theirs.release()
    except (CancelledError, OSError):
        # The scheduler is gone, or gave the task up.
        ours.cancel()
        ours.set_running_or_notify_cancel()
        return
    if error is not None:
        ours.set_exception(error)
    else:
        ours.set_result(result)


def require_portable(selection: Selection, store: str = "") -> None:
    """Raise ``InputError`` for what workers on other machines do not have: files of this one."""
    if selection.custom:
        raise InputError(
            f"{selection.custom[0]} is a file of this machine, which the workers of a cluster do not have:"
            " scan with rules of your own without --cluster"
        )
    if store and not store.startswith("s3://"):
        raise InputError(f"each worker writes to the store, and {store} is a folder of this machine: name one in S3")


def require_one_version(found: Mapping[str, object]) -> None:
    """Raise ``InputError`` unless each worker, by its address, has the version of this process."""
    others = {worker: version for worker, version in found.items() if version != __version__}
    if not others:
        return
    said = ", ".join(f"{worker}: {_version(version)}" for worker, version in list(others.items())[:_SHOWN])
    raise InputError(
        f"{len(others)} of {len(found)} workers do not have Bartizan {__version__}, as this machine has ({said}):"
        " install the same version there"
    )


def _version(found: object) -> str:
    return "none" if isinstance(found, BaseException) else str(found)


def _threads(client: Client, address: str) -> int:
    """How many accounts the workers can take at once."""
    threads = client.nthreads()
    if not threads:
        raise InputError(f"the cluster at {address} has no workers yet: start them, then scan")
    # A function of Python's own, since a worker may not have ours.
    require_one_version(client.run(pkgutil.resolve_name, "bartizan:__version__", on_error="return"))
    return sum(threads.values())
