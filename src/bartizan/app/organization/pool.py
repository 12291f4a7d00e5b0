"""Where accounts are worked on: processes of this machine, or what another engine offers as an executor."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass

from bartizan.app.organization.unit import AccountResult, Task
from bartizan.app.organization.work import lost
from bartizan.model import InputError

Work = Callable[[Task], AccountResult]

_TRIES = 2


def usual_workers() -> int:
    """How many accounts to read at once where nobody says it: two for each core, since reading mostly waits for AWS."""
    return 2 * (os.cpu_count() or 1)


def processes(workers: int) -> Executor:
    """A pool of that many processes, each of which begins with nothing of ours in memory."""
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=_settle)


def _settle() -> None:
    """Leave Ctrl-C to the process that started this one, and end with it, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """What works on accounts: ``make`` makes an executor of so many workers, of which there are ``workers``.

    Each worker is handed ``ahead`` tasks at once. ``died`` are the errors by which an executor that tries again itself
    says that a task killed its worker every time. ``gone`` is told to the user if the executor gives up its tasks.
    """

    make: Callable[[int], Executor] = processes
    workers: int = 0
    ahead: int = 2
    died: tuple[type[BaseException], ...] = ()
    gone: str = "the workers are gone"

    @property
    def at_once(self) -> int:
        """How many accounts are worked on at once: the usual number, where none is given."""
        return self.workers or usual_workers()


def run(tasks: Iterable[Task], work: Work, engine: Engine) -> Generator[AccountResult, None, None]:
    """The results as they are done, each task once; raises ``InputError`` if the engine gives up.

    Only as many tasks are handed out as keep the workers busy, so that results do not pile up. A worker that dies takes
    its pool with it: the tasks that were at work are tried once more, each in a pool of its own, so that the one that
    kills its worker is known, and only it is lost. Whoever closes this, or breaks it off, ends the work at once.
    """
    waiting = deque(tasks)
    broken: list[Task] = []
    while waiting:
        with _open(engine, min(engine.at_once, len(waiting))) as pool:
            yield from _in_one_pool(waiting, work, pool, engine, broken)
    for task in broken:
        yield _alone(task, work, engine)


@contextmanager
def _open(engine: Engine, workers: int) -> Iterator[Executor]:
    with engine.make(workers) as pool:
        try:
            yield pool
        except BaseException:
            # The pool's own end waits for what is at work, which can take minutes.
            if isinstance(pool, ProcessPoolExecutor):
                _end(pool)
            raise


def _end(pool: ProcessPoolExecutor) -> None:
    # Python has no public way before 3.14.
    running = list((pool._processes or {}).values())  # noqa: SLF001 - as the comment says
    pool.shutdown(wait=False, cancel_futures=True)
    for process in running:
        process.terminate()


def _in_one_pool(
    waiting: deque[Task], work: Work, pool: Executor, engine: Engine, broken: list[Task]
) -> Iterator[AccountResult]:
    """Work until nothing waits, or the pool breaks; what was at work then goes to ``broken``."""
    running: dict[Future[AccountResult], Task] = {}
    while waiting or running:
        while waiting and len(running) < engine.at_once * engine.ahead:
            task = waiting.popleft()
            try:
                running[pool.submit(work, task)] = task
            except BrokenProcessPool:
                broken.extend((task, *running.values()))
                return
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            task = running.pop(future)
            error = _error(future, engine)
            if isinstance(error, BrokenProcessPool):
                broken.extend((task, *running.values()))
                return
            yield lost(task, _said(error, engine)) if error is not None else future.result()


def _alone(task: Task, work: Work, engine: Engine) -> AccountResult:
    error: BaseException | None = None
    for _ in range(_TRIES - 1):
        with _open(engine, 1) as pool:
            future = pool.submit(work, task)
            error = _error(future, engine)
            if error is None:
                return future.result()
    return lost(task, _said(error, engine))


def _error(future: Future[AccountResult], engine: Engine) -> BaseException | None:
    try:
        return future.exception()
    except CancelledError:
        raise InputError(engine.gone) from None


def _said(error: BaseException | None, engine: Engine) -> str:
    if isinstance(error, (BrokenProcessPool, *engine.died)):
        return "the process that read the account died, and died again"
    return f"reading the account failed: {type(error).__name__}: {error}"
