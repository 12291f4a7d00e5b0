"""What is reachable from outside: how far, by whom, and what cannot be told."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from app.export_sample import (
    ADMIN,
    APP,
    MEDIA,
    OWN,
    PUBLIC,
    QUEUE,
    SHARED,
    VENDOR,
    details,
    document,
    found_in,
    resource_policies,
    statement,
)
from bartizan.app.estate import FoundEstate
from bartizan.app.exposed import exposed
from bartizan.app.vendors import vendors
from bartizan.model import InputError
from bartizan.policy.symbolic import exposures


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> FoundEstate:
    return found_in(tmp_path_factory.mktemp("export"))


def levels(found: FoundEstate, *trusted: str) -> dict[str, list[str]]:
    return {each.guarded.arn: [one.level for one in each.outsiders] for each in exposed(found, trusted=trusted)}


def test_everything_that_is_open_is_found_the_public_first(found: FoundEstate) -> None:
    assert levels(found) == {PUBLIC: ["public"], ADMIN: ["vendor"], SHARED: ["vendor"], QUEUE: ["service"]}
    assert exposed(found)[0].guarded.arn == PUBLIC
    assert [each.public for each in exposed(found)] == [True, False, False, False]


def test_a_service_that_was_handed_the_role_is_no_outsider(found: FoundEstate) -> None:
    assert APP not in levels(found)


def test_a_trusted_account_is_told_as_such(found: FoundEstate) -> None:
    assert levels(found, VENDOR)[SHARED] == ["trusted account"]


def test_the_witness_gets_through(found: FoundEstate) -> None:
    (only,) = exposed(found, f"{PUBLIC}/some/key")
    facts = only.facts()
    witness = facts["outsiders"][0]["witness"]
    assert (witness["principal"], witness["action"]) == ("anyone", "s3:GetObject")
    assert found.estate.decide(
        only.outsiders[0].exposure.witness.principal, witness["action"], witness["resource"]
    ).allowed


ANYONE: dict[str, Any] = {"Principal": "*"}


@pytest.mark.parametrize(
    ("more", "level"),
    [
        ({**ANYONE, "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}, "public within limits"),
        ({**ANYONE, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-other12345"}}}, "outside organization"),
        ({"Principal": {"AWS": "222233334444"}}, "unknown account"),
        ({"Principal": {"AWS": OWN}}, None),
        ({**ANYONE, "Condition": {"StringEquals": {"aws:PrincipalAccount": OWN}}}, None),
    ],
)
def test_how_far_a_policy_opens_a_bucket(tmp_path: Path, more: dict[str, Any], level: str | None) -> None:
    policies = {**resource_policies(), MEDIA: document(statement("Allow", "s3:GetObject", f"{MEDIA}/*", **more))}
    found = levels(found_in(tmp_path, resources=policies)).get(MEDIA)
    assert found == (None if level is None else [level])


def test_a_trust_that_was_not_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no resource with a policy"):
        exposed(found_in(tmp_path), "arn:aws:s3:::nowhere")
    own = details()
    found = found_in(tmp_path, details=own)
    object.__setattr__(found.estate.resources[MEDIA], "unread", ("policy (access denied)",))
    assert next(each for each in exposed(found) if each.guarded.arn == MEDIA).unknown == ("policy (access denied)",)


def test_vendors_are_numbers_with_names() -> None:
    assert vendors()[VENDOR] == "Datadog"
    assert all(len(each) == 12 and each.isdigit() and name for each, name in vendors().items())
    assert len(vendors()) > 400


OUTWARD = [
    {"Principal": {"AWS": [OWN, "222233334444"]}},
    {"Principal": {"AWS": "AROAEXAMPLEID"}},
    {"Principal": {"CanonicalUser": "79a59df900b949e55d96a1e698fbaced"}},
    {"NotPrincipal": {"AWS": OWN}},
    {"Principal": {"Service": "s3.amazonaws.com"}},
    {"Principal": {"Federated": "accounts.google.com"}},
]


@pytest.mark.parametrize("more", OUTWARD, ids=str)
def test_what_looks_outward_is_solved(tmp_path: Path, more: dict[str, Any]) -> None:
    policies = {MEDIA: document(statement("Allow", "s3:GetObject", f"{MEDIA}/*", **more))}
    found = found_in(tmp_path, resources=policies)
    answer = exposures(found.estate.resources[MEDIA], organization=found.estate.organization)
    assert bool(exposed(found, MEDIA)) is bool(answer.found)


def test_two_thousand_resources_that_look_inward_take_no_time(tmp_path: Path) -> None:
    inward = document(statement("Allow", "s3:*", Principal={"AWS": APP}), statement("Deny", "s3:*", Principal="*"))
    found = found_in(tmp_path, resources={f"arn:aws:s3:::b{number}": inward for number in range(2000)})
    start = time.process_time()
    assert [each.guarded.arn for each in exposed(found)] == [ADMIN]
    assert time.process_time() - start < 2
