"""What goes wrong with AWS: calls denied, throttled, expired, never answered, over HTTP in each call's own protocol."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator

import pytest

from bartizan.app.scan import Scan, scan, wanted_by
from bartizan.aws.client import AwsApi, Patience
from bartizan.aws.collect import Wanted
from bartizan.aws.limits import Limits, Rate
from bartizan.aws.session import Access, Session
from bartizan.demo.emulator import company_account, emulator
from bartizan.engine.catalog import Catalog
from bartizan.model import Reason, Rule, Severity, Status
from bartizan.resources.ec2.compute import RegionSettings
from bartizan.resources.index import ResourceIndex
from bartizan.resources.reading import AnyReader, Call, Reader
from proxy import Faults, Proxy, only, share
from wire import Fault

CATALOG = Catalog.load()
INDEX = ResourceIndex.load()
REGION = "eu-west-1"
WANTED = wanted_by(CATALOG)
CALLS = sorted(
    {call for reader in INDEX.readers for call in reader.calls(WANTED.get(reader.types[0]))}, key=lambda call: call.name
)
SERVICES = sorted({call.service for call in CALLS} | {"ec2", "sts"})
FAST = dict.fromkeys(SERVICES, Rate(per_second=1e6, burst=1e6))
QUICK = Patience(attempts=1, throttled_attempts=40, first_wait=0, longest_wait=0)

Verdicts = dict[tuple[str, str], Status]


@pytest.fixture(scope="module")
def proxy() -> Iterator[Proxy]:
    with company_account() as access, Proxy(str(access.endpoint_url), services=SERVICES) as between:
        yield between


def run(
    proxy: Proxy, catalog: Catalog, faults: Faults | None = None, patience: Patience = QUICK, wait: float = 60
) -> Scan:
    def connect(session: Session) -> AwsApi:
        if faults:
            proxy.faults = faults
        return AwsApi(session, Limits(time.monotonic, FAST), patience=patience)

    proxy.reset()
    access = Access(endpoint_url=proxy.url, credentials=("demo", "demo"), read_timeout=wait)
    return asyncio.run(scan(access, catalog, [REGION], connect=connect))


def verdicts(result: Scan) -> Verdicts:
    return {(each.rule, each.resource): each.status for each in result.evaluation.findings()}


def makes(reader: AnyReader, call: Call, wanted: Wanted) -> bool:
    fields = wanted.get(reader.kind) if isinstance(reader, Reader) else None
    return bool(set(reader.types) & set(wanted)) and call in set(reader.calls(fields))


def needing(call: Call) -> Catalog:
    """The rules for whose sake the call is made."""

    def needs(rule: Rule) -> bool:
        wanted = wanted_by([rule])
        return any(makes(reader, call, wanted) for reader in INDEX.readers)

    return CATALOG.select(rules=[rule.id for rule in CATALOG if needs(rule)])


@pytest.fixture(scope="module")
def sound(proxy: Proxy) -> Verdicts:
    result = run(proxy, CATALOG)
    assert {each.severity for each in result.evaluation.findings(Status.FAIL)} == set(Severity)
    return verdicts(result)


def test_the_emulator_knows_the_settings_that_moto_lacks(proxy: Proxy) -> None:
    result = run(proxy, CATALOG.select(rules=[rule.id for rule in CATALOG if rule.resource is RegionSettings]))
    settings = result.evaluation.snapshot.by_type[RegionSettings]
    assert [(each.region, each.gaps) for each in settings] == [(REGION, {})]
    assert (proxy.failed, result.retries) == (0, 0)


@pytest.mark.parametrize("denied", CALLS, ids=lambda call: call.name)
def test_a_denied_call_never_turns_a_verdict_into_a_pass(proxy: Proxy, sound: Verdicts, denied: Call) -> None:
    result = run(proxy, needing(denied), only(denied.name, Fault.DENIED))
    if not proxy.refused[denied.name]:
        pytest.skip("the company's account gives no occasion for this call; the contract of its type shows it")
    found = verdicts(result)
    for key, status in found.items():
        assert status in {sound[key], Status.UNKNOWN}, f"{key} says {status} though {denied.name} was denied"
    gaps = [each.gap for each in result.gaps]
    gaps += [gap for kind in result.evaluation.snapshot.by_type.values() for each in kind for gap in each.gaps.values()]
    assert set(denied.actions) <= {action for gap in gaps for action in gap.needs.split(", ")}


def test_throttling_of_a_third_of_the_calls_changes_no_verdict(proxy: Proxy, sound: Verdicts) -> None:
    some, met = share(0.3, Fault.THROTTLED), set[str]()

    def faults(operation: str) -> Fault | None:
        service = operation.partition(":")[0]
        if service in met:
            return some(operation)
        met.add(service)  # so that each service, and each protocol with it, is throttled once at least
        return Fault.THROTTLED

    result = run(proxy, CATALOG, faults)
    assert {name.partition(":")[0] for name in proxy.refused} == met >= {call.service for call in CALLS}
    assert result.retries == proxy.refused.total() > 50
    assert verdicts(result) == sound


def test_credentials_that_expire_in_the_middle_end_in_unknowns_that_say_so(proxy: Proxy, sound: Verdicts) -> None:
    number = itertools.count()
    result = run(proxy, CATALOG, lambda _: Fault.EXPIRED if next(number) >= 60 else None)
    assert result.partial
    assert Reason.EXPIRED in {each.gap.reason for each in result.gaps}
    assert all(status in {sound[key], Status.UNKNOWN} for key, status in verdicts(result).items())


@pytest.mark.parametrize(
    ("patience", "wait"),
    [(Patience(attempts=2, timeout=60, first_wait=0), 0.2), (Patience(attempts=2, timeout=0.2, first_wait=0), 60)],
    ids=["no byte arrives", "the attempt takes too long"],
)
def test_a_server_that_never_answers_is_given_up(proxy: Proxy, patience: Patience, wait: float) -> None:
    started = time.monotonic()
    topics = CATALOG.select(services=["sns"])
    result = run(proxy, topics, only("sns:ListTopics", Fault.HANG), patience, wait)
    assert time.monotonic() - started < 10
    assert proxy.refused["sns:ListTopics"] == 2
    assert [(each.gap.reason, each.call) for each in result.gaps] == [(Reason.TIMED_OUT, "sns:ListTopics")]
    assert verdicts(result) == {}


def test_an_empty_account_is_no_trouble() -> None:
    with emulator() as address, Proxy(address) as between:
        result = run(between, CATALOG)
    counts = result.evaluation.count()
    assert counts[Status.ERROR] == 0
    assert not [each for each in result.gaps if each.gap.reason is not Reason.UNSUPPORTED]
