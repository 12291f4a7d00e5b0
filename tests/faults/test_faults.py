"""What goes wrong with AWS: denied, throttled, expired, hanging calls, against an emulated account over HTTP."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

import pytest
from botocore import exceptions as aws

from bartizan.app.scan import Scan, scan, wanted_by
from bartizan.aws.client import AwsApi, Patience
from bartizan.aws.collect import collect, plan
from bartizan.aws.limits import Limits, Rate
from bartizan.aws.session import Access, Session
from bartizan.demo.emulator import company_account, emulator
from bartizan.engine.catalog import Catalog
from bartizan.model import Reason, Severity, Status
from bartizan.resources.index import ResourceIndex
from bartizan.resources.reading import Call, Reply, Scope
from bartizan.resources.s3 import BUCKETS, Bucket

CATALOG = Catalog.load()
INDEX = ResourceIndex.load()
REGION = "eu-west-1"
WANTED = wanted_by(CATALOG)
CALLS = sorted(
    {call for reader in INDEX.readers for call in reader.calls(WANTED.get(reader.types[0]))}, key=lambda call: call.name
)
FAST = Rate(per_second=1e6, burst=1e6)

Fault = Callable[[Call], Exception | None]
Verdicts = dict[tuple[str, str], Status]


class FaultyApi(AwsApi):
    """The real port, but that some attempts fail before they leave."""

    fault: Fault = staticmethod(lambda _: None)

    async def _attempt(self, call: Call, region: str, params: Mapping[str, Any]) -> Reply:
        error = self.fault(call)
        if error:
            raise error
        return await super()._attempt(call, region, params)


def refusal(code: str, status: int) -> aws.ClientError:
    reply = {"Error": {"Code": code, "Message": "fault"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return aws.ClientError(reply, "Operation")


def run(access: Access, catalog: Catalog, fault: Fault, patience: Patience | None = None) -> Scan:
    def connect(session: Session) -> AwsApi:
        quick = patience or Patience(attempts=1, throttled_attempts=40, first_wait=0, longest_wait=0)
        rates = {reader.listing.call.service: FAST for reader in INDEX.readers if hasattr(reader, "listing")}
        api = FaultyApi(session, Limits(time.monotonic, rates), patience=quick)
        api.fault = fault  # type: ignore[method-assign]
        return api

    return asyncio.run(scan(access, catalog, [REGION], connect=connect))


def verdicts(result: Scan) -> Verdicts:
    return {(each.rule, each.resource): each.status for each in result.evaluation.findings()}


def reading(call: Call) -> Catalog:
    """The rules for whose sake the call is made."""
    kinds = {kind for reader in INDEX.readers if call in set(reader.calls()) for kind in reader.types}
    chosen = [rule.id for rule in CATALOG if kinds & set(wanted_by([rule]))]
    return CATALOG.select(rules=chosen)


@pytest.fixture(scope="module")
def company() -> Iterator[Access]:
    with company_account() as access:
        yield access


@pytest.fixture(scope="module")
def sound(company: Access) -> Verdicts:
    result = run(company, CATALOG, lambda _: None)
    assert {each.severity for each in result.evaluation.findings(Status.FAIL)} == set(Severity)
    return verdicts(result)


@pytest.mark.parametrize("denied", CALLS, ids=lambda call: call.name)
def test_a_denied_call_never_turns_a_verdict_into_a_pass(company: Access, sound: Verdicts, denied: Call) -> None:
    met = 0

    def deny(call: Call) -> Exception | None:
        nonlocal met
        met += call == denied
        return refusal("AccessDenied", 403) if call == denied else None

    result = run(company, reading(denied), deny)
    assert met, "the company's account gives no occasion for this call, so denying it shows nothing"
    for key, status in verdicts(result).items():
        assert status in {sound[key], Status.UNKNOWN}, f"{key} says {status} though {denied.name} was denied"
    expected = {key: status for key, status in sound.items() if key[0] in result.catalog.rules}
    if verdicts(result) != expected:
        gaps = [each.gap for each in result.gaps]
        gaps += [each.gap for each in result.evaluation.findings(Status.UNKNOWN) if each.gap]
        assert set(denied.actions) <= {action for gap in gaps for action in gap.needs.split(", ")}


def test_throttling_of_a_third_of_the_calls_changes_no_verdict(company: Access, sound: Verdicts) -> None:
    dice = random.Random(7)  # noqa: S311 - the same faults each time
    result = run(company, CATALOG, lambda _: refusal("Throttling", 400) if dice.random() < 0.3 else None)
    assert result.retries > 50
    assert verdicts(result) == sound


def test_credentials_that_expire_in_the_middle_end_in_unknowns_that_say_so(company: Access, sound: Verdicts) -> None:
    left = iter(range(60))
    result = run(company, CATALOG, lambda _: refusal("ExpiredToken", 400) if next(left, None) is None else None)
    assert result.partial
    reasons = {each.gap.reason for each in result.gaps}
    assert Reason.EXPIRED in reasons
    assert all(status in {sound[key], Status.UNKNOWN} for key, status in verdicts(result).items())


def test_a_call_that_hangs_is_given_up(company: Access) -> None:
    topics = CATALOG.select(services=["sns"])
    result = run(company, topics, lambda call: TimeoutError("hangs") if call.name == "sns:ListTopics" else None)
    assert [each.gap.reason for each in result.gaps] == [Reason.TIMED_OUT]
    assert verdicts(result) == {}


def test_an_empty_account_is_no_trouble() -> None:
    with emulator() as address:
        result = run(Access(endpoint_url=address, credentials=("x", "y")), CATALOG, lambda _: None)
    counts = result.evaluation.count()
    assert counts[Status.ERROR] == 0
    assert not [each for each in result.gaps if each.gap.reason is not Reason.UNSUPPORTED]


class ManyBuckets:
    """A port with ten thousand buckets that notes how much is asked at once."""

    def __init__(self, buckets: int) -> None:
        self.buckets = buckets
        self.running = self.most = self.calls = 0

    async def call(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> Reply:
        self.calls += 1
        self.running += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(0)
        self.running -= 1
        return {"Status": "Enabled"}

    async def pages(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> AsyncIterator[Reply]:
        for start in range(0, self.buckets, 1000):
            yield {"Buckets": [{"Name": f"b{number}"} for number in range(start, start + 1000)]}


def test_ten_thousand_buckets_are_read_in_a_window() -> None:
    api = ManyBuckets(10_000)
    scope = Scope("aws", "111122223333", "us-east-1", dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    found = asyncio.run(collect(api, plan([BUCKETS], scope, []), {Bucket: frozenset({"versioning", "mfa_delete"})}))
    assert len(found.resources) == 10_000
    assert api.calls == 10_000
    assert api.most <= 64
