"""Accounts at work in processes: each once, few ahead, and a process that dies costs one account."""

from __future__ import annotations

import datetime as dt
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bartizan.app.organization.pool import Engine, run
from bartizan.app.organization.unit import AccountResult, Task
from bartizan.app.selection import Selection
from bartizan.aws.session import Access

SELECTION = Selection(rules=("s3.public-policy",))


def tasks(*accounts: str) -> list[Task]:
    return [Task(account=each, name=f"name of {each}", access=Access(), selection=SELECTION) for each in accounts]


def done(task: Task) -> AccountResult:
    return AccountResult(account=task.account, name=task.name, started=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))


def dies_at_three(task: Task) -> AccountResult:
    if task.account == "3":
        os._exit(1)
    return done(task)


def dies_once(task: Task) -> AccountResult:
    mark = Path(task.name)
    if task.account == "3" and not mark.exists():
        mark.touch()
        os._exit(1)
    return done(task)


def fails(task: Task) -> AccountResult:
    raise ZeroDivisionError(f"at {task.account}")


def test_each_account_is_worked_on_once() -> None:
    found = [
        each.account for each in run(tasks("1", "2", "3", "4", "5"), done, Engine(make=ThreadPoolExecutor, workers=2))
    ]
    assert sorted(found) == ["1", "2", "3", "4", "5"]


def test_no_more_is_handed_out_than_keeps_the_workers_busy() -> None:
    begun: list[str] = []

    def work(task: Task) -> AccountResult:
        begun.append(task.account)
        return done(task)

    results = run(tasks(*map(str, range(100))), work, Engine(make=ThreadPoolExecutor, workers=2))
    next(results)
    assert len(begun) <= 8
    results.close()


def test_an_account_that_kills_its_worker_is_lost_alone() -> None:
    found = {each.account: each for each in run(tasks("1", "2", "3", "4", "5", "6"), dies_at_three, Engine(workers=2))}
    assert sorted(found) == ["1", "2", "3", "4", "5", "6"]
    assert [each for each, result in found.items() if result.unreached] == ["3"]
    assert "died" in str(found["3"].unreached)
    assert found["3"].gaps[0].account == "3"
    assert "AWS::S3::Bucket" in found["3"].gaps[0].types


def test_a_worker_that_dies_once_loses_nothing(tmp_path: Path) -> None:
    mark = str(tmp_path / "died")
    some = [Task(account=each, name=mark, access=Access(), selection=SELECTION) for each in ("1", "2", "3", "4")]
    found = list(run(some, dies_once, Engine(workers=2)))
    assert sorted(each.account for each in found) == ["1", "2", "3", "4"]
    assert not any(each.unreached for each in found)


@pytest.mark.parametrize("workers", [1, 3])
def test_what_breaks_within_an_account_is_told_and_stops_nothing(workers: int) -> None:
    found = list(run(tasks("1", "2"), fails, Engine(make=ThreadPoolExecutor, workers=workers)))
    assert {str(each.unreached) for each in found} == {
        f"the call failed: reading the account failed: ZeroDivisionError: at {each}" for each in ("1", "2")
    }
