"""Where accounts are worked on: processes of this machine, or what another engine offers as an executor."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from bartizan.app.organization.work import AccountResult, Task, lost

Work = Callable[[Task], AccountResult]

_TRIES = 2
_AHEAD = 2


def processes(workers: int) -> Executor:
    """A pool of that many processes, each of which begins with nothing of ours in memory."""
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))


def run(tasks: Iterable[Task], work: Work, make: Callable[[int], Executor], workers: int) -> Iterator[AccountResult]:
    """The results as they are done, each task once.

    Only as many tasks are handed out as keep the workers busy, so that results do not pile up. A worker that dies takes
    its pool with it: the tasks that were at work are tried once more, each in a pool of its own, so that the one that
    kills its worker is known, and only it is lost.
    """
    waiting = deque(tasks)
    broken: list[Task] = []
    while waiting:
        with make(min(workers, len(waiting))) as pool:
            yield from _in_one_pool(waiting, work, pool, workers * _AHEAD, broken)
    for task in broken:
        yield _alone(task, work, make)


def _in_one_pool(
    waiting: deque[Task], work: Work, pool: Executor, most: int, broken: list[Task]
) -> Iterator[AccountResult]:
    """Work until nothing waits, or the pool breaks; what was at work then goes to ``broken``."""
    running: dict[Future[AccountResult], Task] = {}
    while waiting or running:
        while waiting and len(running) < most:
            task = waiting.popleft()
            try:
                running[pool.submit(work, task)] = task
            except BrokenProcessPool:
                broken.extend((task, *running.values()))
                return
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            task = running.pop(future)
            error = future.exception()
            if isinstance(error, BrokenProcessPool):
                broken.extend((task, *running.values()))
                return
            yield lost(task, _said(error)) if error is not None else future.result()


def _alone(task: Task, work: Work, make: Callable[[int], Executor]) -> AccountResult:
    error: BaseException | None = None
    for _ in range(_TRIES - 1):
        with make(1) as pool:
            future = pool.submit(work, task)
            error = future.exception()
            if error is None:
                return future.result()
    return lost(task, _said(error))


def _said(error: BaseException | None) -> str:
    if isinstance(error, BrokenProcessPool):
        return "the process that read the account died, and died again"
    return f"reading the account failed: {type(error).__name__}: {error}"
