"""The same resource from AWS, from Terraform and from CloudFormation is the same resource."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape

from bartizan.aws.collect import collect, plan
from bartizan.iac.read import read_code
from bartizan.model import Gap, Reason, Resource, plain
from bartizan.model.resource import BASE_DEFAULTS
from bartizan.resources.code_readers import CodeReaders
from bartizan.resources.index import ResourceIndex
from bartizan.resources.reading import Call, Failed, Reply, Scope

HERE = Path(__file__).parent
INDEX = ResourceIndex.load()
READERS = CodeReaders()
CONTRACTS = sorted(path.name for path in HERE.iterdir() if path.is_dir() and not path.name.startswith("__"))
SCOPE = Scope("aws", "111122223333", "eu-west-1", dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
BOTOCORE = botocore.session.get_session()


class Recorded:
    """The port to AWS, answering from a file."""

    def __init__(self, replies: Mapping[str, Any]) -> None:
        self.replies = replies
        self.asked: set[str] = set()

    async def call(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> Reply:
        self.asked.add(call.name)
        recorded = self.replies.get(call.name)
        if recorded is None:
            raise AssertionError(f"the contract holds no reply of {call.name}")
        if isinstance(recorded, Mapping):
            return dated(recorded, output_of(call.name))
        for each in recorded:
            if each.get("params", {}).items() <= dict(params).items():
                if "error" in each:
                    raise Failed(each["error"].partition(":")[0], Gap(Reason.FAILED, detail=each["error"]))
                return dated(each["reply"], output_of(call.name))
        raise AssertionError(f"the contract holds no reply of {call.name} for {params}")

    async def pages(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> AsyncIterator[Reply]:
        yield await self.call(call, scope, params)


def output_of(name: str) -> Shape:
    service, _, operation = name.partition(":")
    return BOTOCORE.get_service_model(service).operation_model(operation).output_shape


def dated(value: Any, shape: Shape | None) -> Any:
    """The recorded JSON with timestamps and bytes as botocore gives them; fails on a key that AWS does not send."""
    if isinstance(shape, StructureShape):
        strange = set(value) - set(shape.members) - {"ResponseMetadata"}
        assert not strange, f"AWS's {shape.name} has no {', '.join(sorted(strange))}"
        return {name: dated(each, shape.members.get(name)) for name, each in value.items()}
    if isinstance(shape, ListShape):
        return [dated(each, shape.member) for each in value]
    if isinstance(shape, MapShape):
        return {name: dated(each, shape.value) for name, each in value.items()}
    if shape is not None and shape.type_name == "timestamp":
        return dt.datetime.fromisoformat(value)
    if shape is not None and shape.type_name == "blob" and isinstance(value, str):
        return value.encode()
    return value


def load(contract: str, name: str) -> Any:
    path = HERE / contract / name
    return json.loads(path.read_text()) if path.exists() else {}


def from_aws(contract: str) -> list[Resource]:
    kind = INDEX.types[contract]
    readers = INDEX.readers_of(frozenset({kind}))
    api = Recorded(load(contract, "aws.json"))
    collection = asyncio.run(collect(api, plan(readers, SCOPE, [SCOPE]), {kind: None}))
    assert not collection.gaps, collection.gaps
    unused = set(api.replies) - api.asked
    assert not unused, f"the contract records replies that nothing asks for: {unused}"
    return collection.resources


def facts(resource: Resource) -> dict[str, Any]:
    return {name: plain(value) for name, value in resource.known().items() if name not in BASE_DEFAULTS}


def ordered(resources: list[Resource]) -> list[Resource]:
    return sorted(resources, key=lambda each: each.name)


@pytest.mark.parametrize("contract", CONTRACTS)
def test_aws_s_answers_become_the_expected_resources(contract: str) -> None:
    found = [facts(each) for each in ordered(from_aws(contract))]
    assert found == load(contract, "expected.json")


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_field_is_set_and_every_resource_has_an_arn(contract: str) -> None:
    kind = INDEX.types[contract]
    found = from_aws(contract)
    for each in found:
        assert each.arn.startswith("arn:aws:")
        # An account belongs to itself, whoever lists it.
        assert each.account == each.known().get("account_id", SCOPE.account)
    never = set(kind.defaults) - set(BASE_DEFAULTS) - {name for each in found for name in each.known()}
    assert not never, f"no source ever sets {', '.join(sorted(never))}"


def test_every_type_has_a_contract() -> None:
    assert set(CONTRACTS) == set(INDEX.types)


_STAND_IN = re.compile(r"(?:[a-z]+-)?<(\S+) in [^<>]+>")


def named_by_aws(value: Any, names: Mapping[str, str]) -> Any:
    """A fact read from code with the ids that AWS gives in the place of what stands for them."""
    if isinstance(value, dict):
        return {name: named_by_aws(each, names) for name, each in value.items()}
    if isinstance(value, list):
        return [named_by_aws(each, names) for each in value]
    found = _STAND_IN.fullmatch(value) if isinstance(value, str) else None
    return names[found[1]] if found else value


FILES = ("plan.json", "main.tf", "template.yaml")
CODE = [(name, file) for name in CONTRACTS for file in FILES if (HERE / name / file).exists()]


@pytest.mark.parametrize(("contract", "file"), CODE)
def test_code_becomes_the_same_resources_as_aws_s_answers(contract: str, file: str) -> None:
    said = load(contract, "unknown.json")
    never, names = set(said.get(file.partition(".")[0], ())), load(contract, "names.json")
    live = {each.name: facts(each) for each in from_aws(contract)}
    code = [
        each for each in read_code([HERE / contract / file], READERS).resources if type(each) is INDEX.types[contract]
    ]
    assert code
    for each in code:
        found, alike = named_by_aws(facts(each), names), live[names.get(each.name, each.name)]
        only = said.get("only", {}).get(each.address)
        unknown = never if only is None else set(alike) - set(only)
        assert set(alike) - set(found) <= unknown, each.gaps
        assert {name: alike[name] for name in found if name not in unknown} == {
            name: value for name, value in found.items() if name not in unknown
        }


def without_code() -> tuple[set[str], set[str]]:
    """The types of which the README says why no code is read for them, and those that are still to do."""
    section, _, later = (HERE / "README.md").read_text().partition("## Types without code")[2].partition("Not read yet")
    return set(re.findall(r"^- `(\w+\.\w+)`: \w", section, re.MULTILINE)), set(re.findall(r"`(\w+\.\w+)`", later))


def test_every_type_is_read_from_code_or_says_why_not() -> None:
    kinds = {each.kind for each in INDEX.code_readers.values()}
    read = {name for name, kind in INDEX.types.items() if kind in kinds}
    never, later = without_code()
    assert read <= {name for name, _ in CODE}, "there are readers of code that no contract shows"
    assert set(INDEX.types) <= read | never | later, "no code is read for these, and the README says not why"
    assert never <= set(INDEX.types) - read, "code is read for these, though the README says that it is not"
