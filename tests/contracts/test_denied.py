"""A call that is denied leaves unknown what it would have told, and lets no rule pass for it; of every type."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from bartizan.aws.collect import Collection, collect, plan
from bartizan.engine.catalog import Catalog
from bartizan.engine.evaluate import evaluate
from bartizan.model import Gap, Reason, Rule, Snapshot, Status
from bartizan.resources.reading import Call, CustomReader, Failed, Reply, Scope

from .test_contracts import CONTRACTS, INDEX, SCOPE, Recorded, load

CATALOG = Catalog.load()
CASES = [(contract, call) for contract in CONTRACTS for call in load(contract, "aws.json")]


class Denying(Recorded):
    """The recorded answers, but for one call that is denied."""

    def __init__(self, replies: Mapping[str, Any], denied: str) -> None:
        super().__init__(replies)
        self.denied = denied

    async def call(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> Reply:
        if call.name == self.denied:
            raise Failed("AccessDenied", Gap(Reason.DENIED, needs=", ".join(call.actions)))
        return await super().call(call, scope, params)


def read(contract: str, denied: str) -> Collection:
    readers = INDEX.readers_of(frozenset({INDEX.types[contract]}))
    wanted = {kind: None for reader in readers for kind in reader.types}
    return asyncio.run(collect(Denying(load(contract, "aws.json"), denied), plan(readers, SCOPE, [SCOPE]), wanted))


def rules_of(contract: str) -> list[Rule]:
    return [rule for rule in CATALOG if rule.resource is INDEX.types[contract]]


def verdicts(contract: str, found: Collection) -> dict[tuple[str, str], Status]:
    evaluation = evaluate(rules_of(contract), Snapshot(found.resources, found.gaps))
    return {(each.rule, each.resource): each.status for each in evaluation.findings()}


@pytest.mark.parametrize(("contract", "denied"), CASES)
def test_what_was_denied_is_unknown_and_named(contract: str, denied: str) -> None:
    found = read(contract, denied)
    gaps = [each.gap for each in found.gaps] + [gap for each in found.resources for gap in each.gaps.values()]
    refused = [each for each in gaps if each.reason is Reason.DENIED]
    readers = INDEX.readers_of(frozenset({INDEX.types[contract]}))
    # A reader of its own kind may ask for what concerns only its other types, of which the contract has none.
    assert refused or any(isinstance(each, CustomReader) for each in readers), (
        f"{denied} is denied, and nothing is missing"
    )
    assert all(each.needs for each in refused)


@pytest.mark.parametrize(("contract", "denied"), CASES)
def test_no_rule_passes_for_what_was_denied(contract: str, denied: str) -> None:
    sound, found = verdicts(contract, read(contract, "")), verdicts(contract, read(contract, denied))
    for key, status in found.items():
        if key in sound:
            assert status in {sound[key], Status.UNKNOWN}, f"{key} says {status} though {denied} was denied"
        else:
            assert status in {Status.UNKNOWN, Status.FAIL, Status.ADVICE}
