"""A run that is killed anywhere, before, within or after a call, ends right: taken up again, or undone."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bartizan.app.harden import journal as journals
from bartizan.app.harden.journal import Run, State, read_run
from bartizan.app.harden.planning import make_plan
from bartizan.aws.client import AwsApi
from bartizan.aws.session import Session
from bartizan.engine.catalog import Catalog
from bartizan.engine.hardening import Plan
from bartizan.model import Gap, InputError, Reason
from bartizan.resources.reading import Call, Failed, Reply, Scope
from harden.aws import REGION, Aws, Port, reads
from harden.emulators import EMULATORS
from harden.seeding import CALLS, plan_of, runner, seeded


class Killed(BaseException):
    """The process ended here."""


class Mortal(Port):
    """A port that dies at a certain writing call, before it is sent or after it is answered."""

    def __init__(self, session: Session, aws: Aws, at: int, *, after: bool) -> None:
        super().__init__(session, aws)
        self._left, self._after = at, after

    async def call(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> Reply:
        if reads(call):
            return await super().call(call, scope, params)
        self._left -= 1
        if self._left == 0 and not self._after:
            raise Killed
        reply = await super().call(call, scope, params)
        if self._left == 0:
            raise Killed
        return reply


@pytest.fixture(scope="module", params=EMULATORS)
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    with EMULATORS[request.param]() as address:
        yield address


@pytest.fixture
def aws(url: str) -> Aws:
    return seeded(url)


def state_of(aws: Aws) -> dict[str, Any]:
    """What AWS says of the two, in its own words."""
    s3, sqs = aws.client("s3"), aws.client("sqs")
    found: dict[str, Any] = {}
    for name in ("acl", "website", "ownership_controls", "policy", "versioning"):
        try:
            reply = getattr(s3, f"get_bucket_{name}")(Bucket="shop")
        except s3.exceptions.ClientError as error:
            found[name] = error.response["Error"]["Code"]
        else:
            found[name] = {key: value for key, value in reply.items() if key != "ResponseMetadata"}
    try:
        found["block"] = s3.get_public_access_block(Bucket="shop")["PublicAccessBlockConfiguration"]
    except s3.exceptions.ClientError as error:
        found["block"] = error.response["Error"]["Code"]
    attributes = sqs.get_queue_attributes(
        QueueUrl=sqs.get_queue_url(QueueName="jobs")["QueueUrl"], AttributeNames=["Policy", "SqsManagedSseEnabled"]
    )
    return found | {"queue": attributes.get("Attributes")}


def broken_off(aws: Aws, plan: Plan, folder: Path, connect: Any = None) -> Run | None:
    """The run that was killed, or None where it came to its end."""
    try:
        asyncio.run(runner(aws, folder, connect).apply(plan))
    except Killed:
        return read_run("", folder)
    return None


def undone(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    # A bucket whose versions were ever kept cannot go back to never: it is suspended.
    rest = {name: value for name, value in now.items() if name != "versioning"}
    return rest == {name: value for name, value in before.items() if name != "versioning"}


def ends_right(aws: Aws, before: Mapping[str, Any], run: Run, way: str) -> None:
    folder = run.path.parent
    if way == "resume":
        found = asyncio.run(runner(aws, folder).resume(run))
        assert {each.state for each in found.progress.values()} <= {State.DONE}, found.progress
        assert not plan_of(aws).changes
    # A run that was taken up is undone as one that was not broken off.
    found, kept = asyncio.run(runner(aws, folder).undo(read_run(run.id, folder)))
    assert not kept, found.progress
    assert undone(before, state_of(aws))
    assert {each.state for each in found.progress.values()} <= {State.UNDONE, State.PENDING}


@pytest.mark.parametrize("way", ["resume", "undo"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", range(1, CALLS + 1))
def test_killed_at_a_call(aws: Aws, tmp_path: Path, number: int, way: str, *, after: bool) -> None:
    before, plan = state_of(aws), plan_of(aws)
    assert sum(len(each.calls) for each in plan.changes) == CALLS

    def connect(session: Session) -> AwsApi:
        return Mortal(session, aws, number, after=after)

    run = broken_off(aws, plan, tmp_path, connect)
    assert run is not None
    ends_right(aws, before, run, way)


RECORDS = 17


@pytest.mark.parametrize("url", ["moto"], indirect=True)
@pytest.mark.parametrize("way", ["resume", "undo"])
@pytest.mark.parametrize("kept", ["none of it", "half of it", "all of it"])
@pytest.mark.parametrize("number", range(2, RECORDS + 1))
def test_killed_at_a_record_of_the_journal(
    aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, number: int, kept: str, way: str
) -> None:
    before, plan = state_of(aws), plan_of(aws)
    written, sync = 0, os.fsync

    def mortal(handle: int) -> None:
        nonlocal written
        sync(handle)
        if not os.path.isfile(f"/proc/self/fd/{handle}"):  # noqa: PTH113 - the folder's own handle
            return
        written += 1
        if written == number:
            raise Killed

    monkeypatch.setattr(journals.os, "fsync", mortal)
    run = broken_off(aws, plan, tmp_path)
    monkeypatch.undo()
    assert run is not None
    lines = run.path.read_bytes().splitlines(keepends=True)
    cut = {"none of it": b"", "half of it": lines[-1][: len(lines[-1]) // 2], "all of it": lines[-1]}[kept]
    run.path.write_bytes(b"".join(lines[:-1]) + cut)
    ends_right(aws, before, read_run(run.id, tmp_path), way)


def test_the_number_of_records_is_the_one_that_the_test_above_goes_through(aws: Aws, tmp_path: Path) -> None:
    run = asyncio.run(runner(aws, tmp_path).apply(plan_of(aws)))
    assert len(run.path.read_text().splitlines()) == RECORDS


@pytest.mark.parametrize("number", range(1, CALLS + 1))
def test_an_undo_that_is_killed_is_done_again(aws: Aws, tmp_path: Path, number: int) -> None:
    before = state_of(aws)
    run = asyncio.run(runner(aws, tmp_path).apply(plan_of(aws)))

    def connect(session: Session) -> AwsApi:
        return Mortal(session, aws, number, after=True)

    with pytest.raises(Killed):
        asyncio.run(runner(aws, tmp_path, connect).undo(run))
    _, kept = asyncio.run(runner(aws, tmp_path).undo(read_run(run.id, tmp_path)))
    assert not kept
    assert undone(before, state_of(aws))


def test_a_journal_whose_plan_was_cut_off_says_that_nothing_was_changed(aws: Aws, tmp_path: Path) -> None:
    run = asyncio.run(runner(aws, tmp_path).apply(plan_of(aws)))
    first = run.path.read_bytes().splitlines()[0]
    run.path.write_bytes(first[: len(first) // 2])
    with pytest.raises(InputError, match="nothing was changed by it"):
        read_run(run.id, tmp_path)


def test_no_secret_and_no_other_reader(aws: Aws, tmp_path: Path) -> None:
    run = asyncio.run(runner(aws, tmp_path).apply(plan_of(aws)))
    assert run.path.stat().st_mode & 0o077 == 0
    assert [json.loads(line)["at"] for line in run.path.read_text().splitlines()]


def test_what_was_not_reached_before_a_refusal_is_not_put_back(aws: Aws, tmp_path: Path) -> None:
    plan = plan_of(aws)

    class Denied(Port):
        async def call(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> Reply:
            if call.name == "s3:PutPublicAccessBlock":
                raise Failed("AccessDenied", Gap(Reason.DENIED, call.actions[0]))
            return await super().call(call, scope, params)

    run = asyncio.run(runner(aws, tmp_path, lambda session: Denied(session, aws)).apply(plan))
    assert run.progress[1].touched == {"s3:PutBucketAcl", "s3:PutBucketOwnershipControls"}
    aws.seen.clear()
    _, kept = asyncio.run(runner(aws, tmp_path).undo(read_run(run.id, tmp_path)))
    assert not kept
    undone_by = [name for name, _ in aws.seen if name.startswith("s3:")]
    assert undone_by == ["s3:PutBucketOwnershipControls", "s3:PutBucketAcl"]


GROUP = Catalog.load().only({"iam.empty-group"})


def group_of(aws: Aws) -> tuple[list[str], list[str]] | None:
    iam = aws.client("iam")
    try:
        attached = iam.list_attached_group_policies(GroupName="nobody")["AttachedPolicies"]
    except iam.exceptions.NoSuchEntityException:
        return None
    return sorted(each["PolicyArn"] for each in attached), iam.list_group_policies(GroupName="nobody")["PolicyNames"]


@pytest.mark.parametrize("url", ["moto"], indirect=True)
@pytest.mark.parametrize("way", ["resume", "undo"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", range(1, 5))
def test_a_deletion_that_is_killed(aws: Aws, tmp_path: Path, number: int, way: str, *, after: bool) -> None:
    iam = aws.client("iam")
    iam.create_group(GroupName="nobody")
    statement = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}
    text = json.dumps({"Version": "2012-10-17", "Statement": statement})
    for name in ("one", "other"):
        arn = iam.create_policy(PolicyName=name, PolicyDocument=text)["Policy"]["Arn"]
        iam.attach_group_policy(GroupName="nobody", PolicyArn=arn)
    iam.put_group_policy(GroupName="nobody", PolicyName="list", PolicyDocument=text)
    before = group_of(aws)
    plan = asyncio.run(make_plan(aws.access, GROUP, [REGION], connect=aws.connect)).plan
    assert [len(each.calls) for each in plan.changes] == [4]

    def connect(session: Session) -> AwsApi:
        return Mortal(session, aws, number, after=after)

    run = broken_off(aws, plan, tmp_path, connect)
    assert run is not None
    if way == "resume":
        found = asyncio.run(runner(aws, tmp_path).resume(run))
        assert found.progress[1].state is State.DONE, found.progress[1].why
        assert group_of(aws) is None
    _, kept = asyncio.run(runner(aws, tmp_path).undo(read_run(run.id, tmp_path)))
    assert not kept
    assert group_of(aws) == before
