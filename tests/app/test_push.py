"""Pushing to Security Hub, against an emulator over HTTP: what is sent, closed, kept, refused, and asked before."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest

from bartizan.app.push import Push, load_report, push
from bartizan.app.reading import connect
from bartizan.aws.client import AwsApi
from bartizan.aws.limits import Limits
from bartizan.aws.securityhub import send
from bartizan.aws.session import Access, Session
from bartizan.demo.emulator import emulator
from bartizan.engine.catalog import Catalog
from bartizan.model import CoverageGap, Gap, InputError, Reason
from bartizan.report.content import ReportInput, document
from bartizan.resources.reading import Call, Failed, Scope
from bartizan.resources.sqs import Queue
from report.sample import made

ACCOUNT = "123456789012"
HOME = "eu-west-1"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with emulator() as address:
        yield address


@pytest.fixture
def hub(address: str) -> Iterator[Any]:
    """Security Hub of the emulator, turned on and empty."""
    client = boto3.client(
        "securityhub", region_name=HOME, endpoint_url=address,
        aws_access_key_id="demo", aws_secret_access_key="demo",
    )  # fmt: skip
    client.enable_security_hub()
    yield client
    client.disable_security_hub()


def queue(name: str, *, encrypted: bool = False, region: str = HOME, account: str = ACCOUNT) -> Queue:
    arn = f"arn:aws:sqs:{region}:{account}:{name}"
    return Queue(queue_name=name, arn=arn, account=account, region=region, sqs_managed_sse_enabled=encrypted)


def report(
    *queues: Queue,
    rules: tuple[str, ...] = ("sqs.unencrypted-queue",),
    regions: tuple[str, ...] = (HOME,),
    gaps: tuple[CoverageGap, ...] = (),
) -> Any:
    given = made(Catalog.load().select(rules=rules), list(queues), gaps)
    named = ReportInput(**{**{name: getattr(given, name) for name in given.__dataclass_fields__}, "regions": regions})
    return json.loads(json.dumps(document(named)))


def pushed(address: str, given: Any, *, agree: bool = True, **options: Any) -> Push:
    access = Access(endpoint_url=address, credentials=("demo", "demo"))
    return asyncio.run(push(access, given, lambda _: agree, wait=0, **options))


def stored(hub: Any) -> dict[str, Any]:
    found = hub.get_paginator("get_findings").paginate().search("Findings")
    return {each["Resources"][0]["Id"].rpartition(":")[2]: each for each in found}


def test_findings_are_sent_and_the_fixed_and_the_gone_are_closed(address: str, hub: Any) -> None:
    first = pushed(address, report(queue("kept"), queue("mended"), queue("deleted"), queue("fine", encrypted=True)))
    assert (first.sent, first.refused, first.unreachable) == (True, (), {})
    assert first.regions[HOME].new == 3
    before = stored(hub)
    assert set(before) == {"kept", "mended", "deleted"}
    assert {each["RecordState"] for each in before.values()} == {"ACTIVE"}
    second = pushed(address, report(queue("kept"), queue("mended", encrypted=True), queue("added")))
    changes = second.regions[HOME]
    assert (len(changes.open), changes.new, len(changes.fixed), len(changes.gone)) == (2, 1, 1, 1)
    after = {name: (each["RecordState"], each["Compliance"]["Status"]) for name, each in stored(hub).items()}
    assert after == {
        "kept": ("ACTIVE", "FAILED"),
        "added": ("ACTIVE", "FAILED"),
        "mended": ("ARCHIVED", "PASSED"),
        "deleted": ("ARCHIVED", "FAILED"),
    }
    assert stored(hub)["kept"]["CreatedAt"] == before["kept"]["CreatedAt"]
    assert stored(hub)["kept"]["UpdatedAt"] > before["kept"]["UpdatedAt"]
    third = pushed(address, report(queue("kept"), queue("mended"), queue("added")))
    assert third.regions[HOME].new == 1, "what fails again is opened again"
    assert stored(hub)["mended"]["RecordState"] == "ACTIVE"


HIDDEN = CoverageGap(types=("AWS::SQS::Queue",), account=ACCOUNT, region=HOME, gap=Gap(Reason.DENIED), call="sqs:List")


@pytest.mark.parametrize(
    "given",
    [
        report(rules=("sqs.no-dead-letter-queue",)),
        report(gaps=(HIDDEN,)),
        report(regions=("us-east-1",)),
    ],
    ids=["the rule did not run", "the listing was denied", "the region was not read"],
)
def test_what_was_not_looked_at_stays_open(given: Any, address: str, hub: Any) -> None:
    pushed(address, report(queue("jobs")))
    pushed(address, given)
    assert stored(hub)["jobs"]["RecordState"] == "ACTIVE"


def test_findings_of_others_are_left_alone(address: str, hub: Any) -> None:
    pushed(address, report(queue("jobs")))
    (ours,) = stored(hub).values()
    theirs = {name: value for name, value in ours.items() if name != "ProductFields"} | {"Id": "x", "GeneratorId": "z"}
    theirs["Resources"] = [{"Type": "Other", "Id": "a:theirs"}]
    hub.batch_import_findings(Findings=[theirs])
    done = pushed(address, report())
    assert len(done.regions[HOME].gone) == 1
    assert {name: each["RecordState"] for name, each in stored(hub).items()} == {"jobs": "ARCHIVED", "theirs": "ACTIVE"}


def test_more_than_one_batch_is_sent(address: str, hub: Any) -> None:
    done = pushed(address, report(*(queue(f"jobs-{number}") for number in range(230))))
    assert done.refused == ()
    assert len(stored(hub)) == 230
    assert len(pushed(address, report()).regions[HOME].gone) == 230, "earlier ones are read page by page"


def test_each_region_gets_its_own_and_one_can_get_all(address: str, hub: Any) -> None:
    given = report(queue("here"), queue("there", region="eu-north-1"), regions=(HOME, "eu-north-1"))
    apart = pushed(address, given, agree=False)
    assert {name: len(each.open) for name, each in apart.regions.items()} == {"eu-north-1": 1, HOME: 1}
    assert list(pushed(address, given, agree=False, regions=(HOME,)).regions) == [HOME]
    assert stored(hub) == {}, "nothing is sent without agreement"
    pushed(address, given, into=HOME)
    assert {each["ProductArn"] for each in stored(hub).values()} == {
        f"arn:aws:securityhub:{HOME}:{ACCOUNT}:product/{ACCOUNT}/default"
    }
    assert set(stored(hub)) == {"here", "there"}


def test_findings_of_other_accounts_are_not_sent(address: str, hub: Any) -> None:
    done = pushed(address, report(queue("ours"), queue("theirs", account="444455556666")))
    assert done.elsewhere == 1
    assert set(stored(hub)) == {"ours"}
    with pytest.raises(InputError, match="not of account 123456789012"):
        pushed(address, report(queue("theirs", account="444455556666")))


def test_what_is_refused_is_tried_again_and_told(address: str, hub: Any) -> None:
    planned = pushed(address, report(queue("good"), queue("bad")), agree=False)
    findings = planned.regions[HOME].open
    for each in findings:
        if each["Resources"][0]["Id"].endswith("bad"):
            each["Resources"] = []

    async def sent() -> tuple[Any, Any]:
        async with Session(Access(endpoint_url=address, credentials=("demo", "demo"))) as session:
            api = connect(session)
            scope = Scope("aws", ACCOUNT, HOME, dt.datetime.now(dt.UTC))
            return await send(api, scope, findings, attempts=3, wait=0), api.calls

    refused, calls = asyncio.run(sent())
    assert [(each.id, each.code) for each in refused] == [
        (next(each["Id"] for each in findings if not each["Resources"]), "InvalidInput")
    ]
    assert "at least one resource" in refused[0].message
    assert calls["securityhub:BatchImportFindings"] == 3
    assert set(stored(hub)) == {"good"}


class Closed(AwsApi):
    """Security Hub that is off in one region and closed to us in another."""

    async def call(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> Any:
        if scope.region == "eu-north-1" and call.name == "securityhub:BatchImportFindings":
            raise Failed("AccessDenied", Gap(Reason.DENIED, needs=call.name))
        if scope.region in {"eu-west-3", "us-east-1"}:
            raise Failed("InvalidAccessException", Gap(Reason.FAILED, detail="not subscribed"))
        return await super().call(call, scope, params)


def test_a_region_that_takes_nothing_does_not_hold_up_the_others(address: str, hub: Any) -> None:
    regions = (HOME, "eu-north-1", "eu-west-3", "us-east-1")
    given = report(*(queue(f"in-{region}", region=region) for region in regions[:3]), regions=regions)
    done = pushed(address, given, connect=lambda session: Closed(session, Limits(time.monotonic)))
    assert done.unreachable == {
        "eu-north-1": "access denied (needs securityhub:BatchImportFindings)",
        "eu-west-3": "Security Hub is not on there",
    }, "where it is off and nothing is to be sent, nothing is missed"
    assert set(stored(hub)) == {f"in-{HOME}"}


def test_what_is_no_report_is_told(tmp_path: Path) -> None:
    for text, why in (
        ("{", "is no report of Bartizan"),
        ("[]", "is no report of Bartizan"),
        ('{"schema_version": 2, "findings": []}', "is no report of Bartizan"),
        ('{"schema_version": 1}', "damaged report, or one of another version"),
        (json.dumps(report(queue("jobs")) | {"passed": [{"rule": "x"}]}), "KeyError\\('fingerprint'\\)"),
        (json.dumps(report(queue("jobs")) | {"findings": [3]}), "damaged report"),
        (json.dumps(report(queue("jobs")) | {"rules": {}}), "damaged report"),
        (json.dumps(report(queue("jobs")) | {"started": "yesterday"}), "damaged report"),
        (json.dumps(report(queue("jobs"), regions=())), "report of code"),
    ):
        (tmp_path / "report.json").write_text(text)
        with pytest.raises(InputError, match=why):
            load_report(tmp_path / "report.json")
    with pytest.raises(InputError, match="cannot be read"):
        load_report(tmp_path / "nothing.json")
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="UTF-8"):
        load_report(tmp_path / "binary.json")
