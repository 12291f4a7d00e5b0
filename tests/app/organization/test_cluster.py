"""Accounts worked on by a Dask cluster of this machine: two workers, each a process of its own."""

from __future__ import annotations

import datetime as dt
import os
import pickle
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bartizan.app.organization.cluster import cluster, require_one_version, require_portable
from bartizan.app.organization.members import Members
from bartizan.app.organization.pool import Engine, run
from bartizan.app.organization.run import Reach, _Run
from bartizan.app.organization.unit import AccountResult, Task
from bartizan.app.organization.work import work
from bartizan.app.reading import Reading
from bartizan.app.selection import Selection
from bartizan.aws.session import Access
from bartizan.cli.main import cli
from bartizan.demo.emulator import emulator
from bartizan.model import InputError
from bartizan.resources.organizations import MemberAccount

distributed = pytest.importorskip("distributed")

HOME = "111111111111"
SELECTION = Selection(rules=("s3.no-versioning",))


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    import dask  # noqa: PLC0415 - comes with distributed

    # As the recipe sets it: an account whose worker died is tried once more.
    with dask.config.set({"distributed.scheduler.allowed-failures": 1}):
        made = distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
        )
    try:
        yield made.scheduler_address
    finally:
        made.close(timeout=10)


def tasks(folder: Path, *accounts: str) -> list[Task]:
    return [Task(account=each, name=str(folder), access=Access(), selection=SELECTION) for each in accounts]


def noted(task: Task) -> AccountResult:
    with (Path(task.name) / "begun").open("a") as begun:
        begun.write(f"{task.account}\n")
    return AccountResult(account=task.account, name=task.name, started=dt.datetime.now(dt.UTC))


def dies_once(task: Task) -> AccountResult:
    result, mark = noted(task), Path(task.name) / "died"
    time.sleep(0.1)
    if task.account == "3" and not mark.exists():
        mark.touch()
        os._exit(1)
    return result


def dies_at_three(task: Task) -> AccountResult:
    result = noted(task)
    # In the middle of its work: within milliseconds of its beginning an earlier result may still lie on the worker.
    time.sleep(0.1)
    if task.account == "3":
        os._exit(1)
    return result


def begun(folder: Path) -> Counter[str]:
    return Counter((folder / "begun").read_text().split())


def test_a_worker_killed_in_the_middle_loses_nothing_and_repeats_one_account(scheduler: str, tmp_path: Path) -> None:
    with cluster(scheduler) as engine:
        assert engine.workers == 2
        found = list(run(tasks(tmp_path, *"123456"), dies_once, engine))
    assert sorted(each.account for each in found) == list("123456")
    assert not any(each.unreached for each in found)
    assert begun(tmp_path) == Counter({**dict.fromkeys("12456", 1), "3": 2})


def test_an_account_that_kills_its_workers_is_tried_twice_and_lost_alone(scheduler: str, tmp_path: Path) -> None:
    with cluster(scheduler) as engine:
        found = {each.account: each for each in run(tasks(tmp_path, *"12345"), dies_at_three, engine)}
    assert [account for account, each in found.items() if each.unreached] == ["3"]
    assert "died, and died again" in str(found["3"].unreached)
    assert begun(tmp_path) == Counter({**dict.fromkeys("1245", 1), "3": 2})


def test_results_come_as_they_are_done_and_no_more_is_begun_than_there_are_workers(
    scheduler: str, tmp_path: Path
) -> None:
    with cluster(scheduler, workers=1) as engine:
        results = run(tasks(tmp_path, *map(str, range(50))), noted, engine)
        next(results)
        assert begun(tmp_path).total() == 1
        results.close()


def test_accounts_are_scanned_on_the_cluster(scheduler: str) -> None:
    with emulator() as url, cluster(scheduler) as engine:
        access = Access(endpoint_url=url, credentials=("test", "test"))
        asked = [
            Task(account=each, name="shop", access=access.into(role), selection=SELECTION, regions=("us-east-1",))
            for each in ("222222222222", "333333333333")
            for role in (f"arn:aws:iam::{each}:role/Audit",)
        ]
        found = {each.account: each for each in run(asked, work, engine)}
    assert set(found) == {"222222222222", "333333333333"}
    assert [each.unreached for each in found.values()] == [None, None]
    assert all(each.calls["s3:ListBuckets"] for each in found.values())


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nowhere"])
def test_a_cluster_that_does_not_answer_is_said(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bartizan.app.organization.cluster._ANSWERS_WITHIN", 1)
    with pytest.raises(InputError, match=f"no Dask scheduler answers at {address}"), cluster(address):
        pass


def test_workers_of_another_version_are_refused_before_anything_is_read(
    scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bartizan.app.organization.cluster.__version__", "99.0")
    with pytest.raises(InputError, match=r"2 of 2 workers do not have Bartizan 99\.0"), cluster(scheduler):
        pass
    with pytest.raises(InputError, match=r"1 of 2 workers do not have Bartizan 99\.0.*\(tcp://b:1: none\)"):
        require_one_version({"tcp://a:1": "99.0", "tcp://b:1": ModuleNotFoundError("bartizan")})


def test_a_cluster_that_gives_up_ends_the_scan_with_a_reason(tmp_path: Path) -> None:
    class Gone(Executor):
        def submit(self, *_: Any, **__: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.cancel()
            future.set_running_or_notify_cancel()
            return future

    engine = Engine(make=lambda _: Gone(), workers=1, gone="the cluster is gone")
    with pytest.raises(InputError, match="the cluster is gone"):
        list(run(tasks(tmp_path, "1"), noted, engine))


def test_files_of_this_machine_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"rules\.py is a file of this machine"):
        require_portable(Selection(custom=(Path("rules.py"),)))
    with pytest.raises(InputError, match="name one in S3"):
        require_portable(SELECTION, str(tmp_path))
    require_portable(SELECTION, "s3://audit/bartizan")
    result = CliRunner().invoke(cli, ["scan", "--org", "--cluster", "tcp://127.0.0.1:9", "--custom", "rules.py"])
    assert isinstance(result.exception, InputError)
    assert "rules.py is a file of this machine" in str(result.exception)


def test_no_secret_of_the_user_goes_into_a_task(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secrets = {
        "AWS_ACCESS_KEY_ID": "AKIASECRETSECRET0000",
        "AWS_SECRET_ACCESS_KEY": "verysecret",
        "AWS_SESSION_TOKEN": "t0ken",
    }
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    account = MemberAccount(
        account_id=HOME, account_name="management", arn=f"arn:aws:organizations::{HOME}:account/o-1/{HOME}"
    )
    reading = Reading(
        account=HOME,
        partition="aws",
        caller="",
        regions=(),
        started=dt.datetime.now(dt.UTC),
        resources=[account],
        gaps=(),
    )
    reach = Reach(access=Access(profile="my-profile"), external_id="7c1e42", elsewhere=True)
    scan = _Run(reach, SELECTION, (), Members(reading=reading, chosen=(account,), left_out={}), reading.started)
    (task,) = scan.tasks()
    # Its own account too is reached by the role, since the workers' credentials may be of another one.
    assert task.access.role_arn == f"arn:aws:iam::{HOME}:role/BartizanAudit"
    assert task.access.credentials is None
    sent = pickle.dumps(task)
    assert not any(each.encode() in sent for each in (*secrets.values(), "my-profile"))
