"""Every fix there and back: what fails is planned and applied, passes, and is undone to what it was before."""

from __future__ import annotations

import asyncio
import copy
import tomllib
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from bartizan.app.harden import plan_file
from bartizan.app.harden.journal import Run, State
from bartizan.app.harden.planning import make_plan
from bartizan.app.harden.running import Runner
from bartizan.app.harden.steps import Waits
from bartizan.aws.again import read_again
from bartizan.aws.session import Session
from bartizan.demo.emulator import emulator
from bartizan.engine.catalog import Catalog
from bartizan.engine.hardening import Plan
from bartizan.model import Resource
from bartizan.resources.code import service_of
from bartizan.resources.index import ResourceIndex, api_writers
from bartizan.resources.reading import Scope
from harden.aws import REGION, Aws
from harden.seeded import SECRET, Seed, gather

CATALOG = Catalog.load()
INDEX = ResourceIndex.load()
SEEDS = list(gather())
QUICK = Waits(first=0.01, longest=0.1)

HERE = Path(__file__).parent
BY_HAND: dict[str, str] = tomllib.loads((HERE / "by_hand.toml").read_text())
"""Rules whose fix no API call makes, with the reason."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with emulator() as address:
        yield address


@pytest.fixture
def aws(url: str) -> Aws:
    urllib.request.urlopen(urllib.request.Request(f"{url}/moto-api/reset", method="POST")).read()  # noqa: S310 - ours
    return Aws(url)


def plan_for(aws: Aws, seed: Seed) -> Plan:
    catalog = CATALOG.only(set(seed.rules))
    return asyncio.run(make_plan(aws.access, catalog, [REGION], advice=True, connect=aws.connect)).plan


def runner(aws: Aws, seed: Seed, folder: Path) -> Runner:
    catalog = CATALOG.only(set(seed.rules))
    return Runner(access=aws.access, catalog=catalog, folder=folder, waits=QUICK, connect=aws.connect)


def fixed(plan: Plan) -> set[str]:
    return {fixing.rule for change in plan.changes for fixing in change.fixes}


def read(aws: Aws, resources: list[Resource]) -> dict[str, Resource]:
    """The resources as they are now, with all their fields."""

    async def work() -> dict[str, Resource]:
        found: dict[str, Resource] = {}
        async with Session(aws.access) as session:
            identity = await session.identity()
            for each in resources:
                main = Scope(identity.partition, identity.account, identity.main_region, each.read_at)
                readers = INDEX.readers_of(frozenset({type(each)}))
                again = await read_again(aws.connect(session), readers, [each], main)
                found |= again.resources
        return found

    return asyncio.run(work())


def why(run: Run) -> list[tuple[int, State, str]]:
    return [(number, each.state, each.why) for number, each in run.progress.items()]


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
def test_there_and_back(seed: Seed, aws: Aws, tmp_path: Path) -> None:
    held = seed.fill(aws) or dict
    state = copy.deepcopy(held())
    plan = plan_for(aws, seed)
    assert fixed(plan) == set(seed.rules), plan.left
    assert not [each for each in plan.left if each.rule in seed.rules], plan.left
    plan_file.write(plan, tmp_path / "plan.json")
    reviewed, _ = plan_file.read(tmp_path / "plan.json")
    assert reviewed == plan
    before = read(aws, [each.before for each in plan.changes])

    aws.seen.clear()
    run = asyncio.run(runner(aws, seed, tmp_path).apply(reviewed))
    assert {each.state for each in run.progress.values()} == {State.DONE}, why(run)
    assert {verdict for each in run.progress.values() for verdict in each.verdicts.values()} == {"pass"}
    assert [name for name, _ in aws.seen] == [each.call for change in plan.changes for each in change.calls]
    after = plan_for(aws, seed)
    assert not after.changes
    assert not [each for each in after.left if each.rule in seed.rules], after.left

    aws.seen.clear()
    undone, kept = asyncio.run(runner(aws, seed, tmp_path).undo(run))
    lasting = {each.number for each in plan.changes if each.lasting}
    assert {each.number for each in kept} == lasting, why(undone)
    assert {fixing.rule for each in kept for fixing in each.fixes} == set(seed.lasting)
    undoable = [each.before.arn for each in plan.changes if not each.lasting]
    now = read(aws, [each.before for each in plan.changes])
    for arn in undoable:
        assert facts(now[arn]) == facts(before[arn])
    assert not [each for each in tmp_path.rglob("*") if each.is_file() and SECRET in each.read_text()]
    assert lasting or held() == state


def facts(resource: Resource) -> dict[str, object]:
    """What is said of a resource, but for when it was read."""
    return {name: value for name, value in resource.known().items() if name in resource.compared}


def test_every_fix_has_a_seed_or_a_reason_why_people_must_make_it() -> None:
    seeded = {rule for seed in SEEDS for rule in seed.rules}
    assert seeded <= CATALOG.fixes.keys()
    assert not seeded & BY_HAND.keys()
    missing = sorted(CATALOG.fixes.keys() - seeded - BY_HAND.keys())
    assert missing == (HERE / "unwritten.txt").read_text().split()


def test_every_call_that_writes_is_one_that_aws_has() -> None:
    import botocore.session  # noqa: PLC0415

    session, names = botocore.session.get_session(), set[str]()
    services = {service_of(kind) for kind in INDEX.types.values()}
    for writer in api_writers(services):
        for put in (*writer.puts, *writer.deletes, *writer.creates):
            names |= {put.call.name} | ({put.look.call.name} if put.look else set())
    for name in sorted(names):
        service, _, operation = name.partition(":")
        assert operation in session.get_service_model(service).operation_names, name


def test_puts_of_a_type_that_look_by_the_same_call_share_the_look() -> None:
    services = {service_of(kind) for kind in INDEX.types.values()}
    for writer in api_writers(services):
        looks: dict[str, object] = {}
        for put in (*writer.puts, *writer.deletes, *writer.creates):
            if put.look:
                assert looks.setdefault(put.look.key, put.look) is put.look, put.look.key
