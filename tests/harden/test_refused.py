"""What goes wrong while a plan is applied: drift, denial, throttling, expiry, two at once, what shows late."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bartizan.app.harden.journal import State, read_run
from bartizan.app.harden.lock import locked
from bartizan.app.harden.planning import make_plan
from bartizan.aws.client import AwsApi, Patience
from bartizan.aws.limits import Limits
from bartizan.aws.session import Session
from bartizan.demo.emulator import emulator
from bartizan.engine.catalog import Catalog
from bartizan.model import Gap, InputError, Reason
from bartizan.resources.appliers import sqs
from bartizan.resources.appliers.sqs import QUEUE
from bartizan.resources.reading import Call, Failed, Reply, Scope
from harden.aws import REGION, Aws, Port
from harden.seeding import plan_of, runner, seeded
from proxy import Proxy, share
from wire import Fault


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with emulator() as address:
        yield address


@pytest.fixture
def aws(url: str) -> Aws:
    return seeded(url)


class Failing(Port):
    """A port on which some calls fail."""

    def __init__(self, session: Session, aws: Aws, name: str, reason: Reason, code: str) -> None:
        super().__init__(session, aws)
        self._name, self._reason, self._code = name, reason, code

    async def call(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> Reply:
        if call.name == self._name:
            raise Failed(self._code, Gap(self._reason, call.actions[0], f"{call.name}: {self._code}"))
        return await super().call(call, scope, params)


def failing(aws: Aws, name: str, reason: Reason = Reason.DENIED, code: str = "AccessDenied") -> Any:
    def connect(session: Session) -> AwsApi:
        return Failing(session, aws, name, reason, code)

    return connect


def queue_url(aws: Aws) -> str:
    return str(aws.client("sqs").get_queue_url(QueueName="jobs")["QueueUrl"])


def states(run: Any) -> list[State]:
    return [each.state for each in run.progress.values()]


def test_a_resource_that_changed_since_the_plan_is_left_alone_and_the_others_are_not(aws: Aws, tmp_path: Path) -> None:
    plan = plan_of(aws)
    theirs = {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::shop/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [theirs]})
    aws.client("sqs").set_queue_attributes(
        QueueUrl=queue_url(aws), Attributes={"Policy": policy.replace("s3:DeleteObject", "sqs:DeleteMessage")}
    )
    aws.seen.clear()
    run = asyncio.run(runner(aws, tmp_path).apply(plan))
    assert states(run) == [State.DONE, State.DRIFTED]
    assert run.progress[2].why == "it changed since the plan was made: policy; make a new plan"
    assert not [name for name, _ in aws.seen if name.startswith("sqs:")]


def test_other_calls_than_those_that_people_reviewed_are_not_made(aws: Aws, tmp_path: Path) -> None:
    plan = plan_of(aws)
    first, second = plan.changes
    # So it is where what a call sends back unchanged was changed since, or another version would send something else.
    run = asyncio.run(
        runner(aws, tmp_path).apply(replace(plan, changes=(replace(first, calls=first.calls[1:]), second)))
    )
    assert states(run) == [State.DRIFTED, State.DONE]
    assert run.progress[1].why == "what would be sent now is not what was planned"
    assert not [name for name, _ in aws.seen if name.startswith("s3:")]


def test_what_is_gone_since_the_plan_is_said_to_be(aws: Aws, tmp_path: Path) -> None:
    plan = plan_of(aws)
    aws.client("sqs").delete_queue(QueueUrl=queue_url(aws))
    run = asyncio.run(runner(aws, tmp_path).apply(plan))
    assert (run.progress[2].state, run.progress[2].why) == (State.DRIFTED, "it is not there any more")


def test_what_is_to_be_deleted_and_is_in_use_since_the_plan_stays(aws: Aws, tmp_path: Path) -> None:
    iam, catalog = aws.client("iam"), Catalog.load().only({"iam.empty-group"})
    iam.create_group(GroupName="admins")
    plan = asyncio.run(make_plan(aws.access, catalog, [REGION], connect=aws.connect)).plan
    assert [each.after for each in plan.changes] == [None]
    iam.create_user(UserName="anna")
    iam.add_user_to_group(GroupName="admins", UserName="anna")
    work = replace(runner(aws, tmp_path), catalog=catalog)
    run = asyncio.run(work.apply(plan))
    assert states(run) == [State.DRIFTED]
    assert run.progress[1].why == "nothing is wrong with it any more; make a new plan"
    assert iam.get_group(GroupName="admins")["Users"]


def test_a_plan_that_was_applied_is_found_to_be_so_already(aws: Aws, tmp_path: Path) -> None:
    plan = plan_of(aws)
    asyncio.run(runner(aws, tmp_path).apply(plan))
    aws.seen.clear()
    run = asyncio.run(runner(aws, tmp_path).apply(plan))
    assert states(run) == [State.ALREADY, State.ALREADY]
    assert not aws.seen
    _, kept = asyncio.run(runner(aws, tmp_path).undo(run))
    assert not kept
    assert not aws.seen, "what a run did not change, its undo leaves alone"


def test_a_denied_call_in_the_middle_names_the_permission_and_the_rest_goes_on(aws: Aws, tmp_path: Path) -> None:
    plan = plan_of(aws)
    denied = failing(aws, "s3:PutPublicAccessBlock")
    run = asyncio.run(runner(aws, tmp_path, denied).apply(plan))
    assert states(run) == [State.FAILED, State.DONE]
    assert "needs s3:PutBucketPublicAccessBlock" in run.progress[1].why
    resumed = asyncio.run(runner(aws, tmp_path).resume(read_run(run.id, tmp_path)))
    assert states(resumed) == [State.DONE, State.DONE]
    assert not plan_of(aws).changes


def test_a_denied_call_in_the_middle_can_be_undone_as_far_as_it_came(aws: Aws, tmp_path: Path) -> None:
    before = aws.client("s3").get_bucket_acl(Bucket="shop")["Grants"]
    denied = failing(aws, "s3:PutPublicAccessBlock")
    run = asyncio.run(runner(aws, tmp_path, denied).apply(plan_of(aws)))
    assert aws.client("s3").get_bucket_acl(Bucket="shop")["Grants"] != before
    _, kept = asyncio.run(runner(aws, tmp_path).undo(run))
    assert not kept
    assert aws.client("s3").get_bucket_acl(Bucket="shop")["Grants"] == before


def test_credentials_that_expire_stop_the_run_and_new_ones_take_it_up(aws: Aws, tmp_path: Path) -> None:
    expired = failing(aws, "s3:PutBucketVersioning", Reason.EXPIRED, "ExpiredToken")
    with pytest.raises(InputError, match="apply --resume") as said:
        asyncio.run(runner(aws, tmp_path, expired).apply(plan_of(aws)))
    run = read_run("", tmp_path)
    assert run.id in str(said.value)
    assert states(run) == [State.BEGUN, State.PENDING]
    assert states(asyncio.run(runner(aws, tmp_path).resume(run))) == [State.DONE, State.DONE]
    assert not plan_of(aws).changes


def test_two_runs_on_one_account_do_not_work_at_the_same_time(aws: Aws, tmp_path: Path) -> None:
    plan = plan_of(aws)
    with locked(tmp_path, plan.account), pytest.raises(InputError, match="another run works on account"):
        asyncio.run(runner(aws, tmp_path).apply(plan))
    assert not list(tmp_path.glob("*.jsonl"))


def test_two_who_apply_one_plan_from_different_folders_do_not_harm_each_other(aws: Aws, tmp_path: Path) -> None:
    plan = plan_of(aws)

    async def both() -> list[Any]:
        return await asyncio.gather(*(runner(aws, tmp_path / name).apply(plan) for name in ("one", "other")))

    runs = asyncio.run(both())
    assert {state for run in runs for state in states(run)} <= {State.DONE, State.ALREADY, State.DRIFTED}
    assert any(State.DONE in states(run) for run in runs)
    assert not plan_of(aws).changes


def test_an_undo_leaves_alone_what_somebody_changed_since(aws: Aws, tmp_path: Path) -> None:
    run = asyncio.run(runner(aws, tmp_path).apply(plan_of(aws)))
    policy = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*"},
    }
    aws.client("sqs").set_queue_attributes(QueueUrl=queue_url(aws), Attributes={"Policy": json.dumps(policy)})
    found, kept = asyncio.run(runner(aws, tmp_path).undo(run))
    assert [each.number for each in kept] == [2]
    assert found.progress[2].why == "somebody changed it since; what they changed is left alone"
    assert found.progress[1].state is State.UNDONE


def test_what_shows_late_is_waited_for(aws: Aws, tmp_path: Path) -> None:
    """Reading after a change may still show the old: S3's configurations and IAM are so on AWS."""
    plan = plan_of(aws)
    late = {"left": 3}
    stale: dict[str, Reply] = {}

    class Late(Port):
        async def call(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> Reply:
            if call.name != "sqs:GetQueueAttributes":
                return await super().call(call, scope, params)
            if not self._aws.seen or self._aws.seen[-1][0] != "sqs:SetQueueAttributes" or not late["left"]:
                stale["reply"] = await super().call(call, scope, params)
            else:
                late["left"] -= 1
            return stale["reply"]

    work = runner(aws, tmp_path, lambda session: Late(session, aws))
    run = asyncio.run(work.apply(plan))
    assert states(run) == [State.DONE, State.DONE]
    assert late["left"] == 0


def test_what_does_not_show_in_time_is_said_to_be_accepted_and_can_be_undone(aws: Aws, tmp_path: Path) -> None:
    plan = plan_of(aws)
    frozen: dict[str, Reply] = {}

    class Frozen(Port):
        async def call(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> Reply:
            if call.name != "sqs:GetQueueAttributes":
                return await super().call(call, scope, params)
            if "reply" not in frozen:
                frozen["reply"] = await super().call(call, scope, params)
            return frozen["reply"]

    run = asyncio.run(runner(aws, tmp_path, lambda session: Frozen(session, aws)).apply(plan))
    assert states(run) == [State.DONE, State.UNSEEN]
    _, kept = asyncio.run(runner(aws, tmp_path).undo(run))
    assert not kept
    assert [each.before.name for each in plan_of(aws).changes] == ["shop", "jobs"]


def test_a_plan_for_another_account_is_refused(aws: Aws, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing was done"):
        asyncio.run(runner(aws, tmp_path).apply(replace(plan_of(aws), account="999999999999")))


def test_a_folder_that_cannot_be_written_stops_before_anything_is_changed(aws: Aws, tmp_path: Path) -> None:
    plan = plan_of(aws)
    (tmp_path / "file").write_text("")
    aws.seen.clear()
    with pytest.raises(InputError, match="cannot be written"):
        asyncio.run(runner(aws, tmp_path / "file").apply(plan))
    assert not aws.seen


@pytest.mark.parametrize(("times", "minutes"), [(3, 1), (6, 5)])
def test_a_resource_that_is_not_ready_is_asked_again_until_it_is(
    aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int, minutes: int
) -> None:
    plan = plan_of(aws)
    (put,) = QUEUE.puts
    slow = replace(put, busy=("QueueNotReady",), minutes=minutes)
    monkeypatch.setattr(sqs, "QUEUE", replace(QUEUE, puts=(slow,)))
    busy = {"left": times}

    class Busy(Port):
        async def call(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> Reply:
            if call.name == "sqs:SetQueueAttributes" and busy["left"]:
                busy["left"] -= 1
                raise Failed("QueueNotReady", Gap(Reason.FAILED))
            return await super().call(call, scope, params)

    run = asyncio.run(runner(aws, tmp_path, lambda session: Busy(session, aws)).apply(plan))
    assert states(run) == [State.DONE, State.DONE]
    assert busy["left"] == 0


def test_throttling_of_half_of_the_calls_changes_nothing(url: str, aws: Aws, tmp_path: Path) -> None:
    plan = plan_of(aws)
    with Proxy(url, services=["s3", "sqs", "sts"]) as between:
        between.faults = share(0.5, Fault.THROTTLED)
        slow = replace(aws, url=between.url)
        quick = Patience(attempts=1, throttled_attempts=60, first_wait=0, longest_wait=0)

        def connect(session: Session) -> AwsApi:
            return AwsApi(session, Limits(time.monotonic), patience=quick)

        run = asyncio.run(runner(slow, tmp_path, connect).apply(plan))
        assert states(run) == [State.DONE, State.DONE]
        assert between.refused.total()
    assert not plan_of(aws).changes
