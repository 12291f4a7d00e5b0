"""Exports: what they become, and that whatever a file holds, the worst is one clear line."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.export_sample import (
    ADMIN,
    ANNA,
    APP,
    MANAGEMENT,
    OWN,
    PUBLIC,
    QUEUE,
    details,
    found_in,
    organization,
    resource_policies,
    write,
)
from bartizan.app.estate import Source, find_estate
from bartizan.model import InputError
from bartizan.policy import Layer


def test_an_export_becomes_an_estate(tmp_path: Path) -> None:
    found = found_in(tmp_path)
    assert found.account == OWN
    assert [each.name for each in found.estate.identities[ANNA].policies] == ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
    assert found.estate.identities[APP].principal.organization == "o-abc123"
    assert found.estate.organization.management_account == MANAGEMENT
    assert [len(level) for level in found.estate.organization.scps[OWN]] == [1, 2]
    assert found.estate.resources[PUBLIC].account == OWN
    assert found.estate.resources[QUEUE].policies
    assert not found.notes


def test_several_accounts_come_from_a_folder(tmp_path: Path) -> None:
    other = json.loads(json.dumps(details()).replace(OWN, "222233334444"))
    (tmp_path / "one.json").write_text(json.dumps(details()))
    (tmp_path / "two.json").write_text(json.dumps(other))
    found = find_estate(Source(files=(tmp_path,)))
    assert found.estate.accounts == {OWN, "222233334444"}
    assert found.account == ""
    assert len(found.notes) == 2, "neither organization nor resource policies are known"


def test_an_export_that_was_cut_off_is_told(tmp_path: Path) -> None:
    found = found_in(tmp_path, details={**details(), "IsTruncated": True})
    assert found.partial
    assert "IsTruncated" in found.notes[0]


def changed(value: Any, *path: str | int, to: Any) -> Any:
    made = copy.deepcopy(value)
    inside = made
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = to
    return made


BROKEN: list[tuple[str, Any, str]] = [
    ("details", "{", "details.json:1:2"),
    ("details", "[1]", "$ must be an object"),
    ("details", {}, "none of UserDetailList"),
    ("details", "[" * 100_000, "nested too deeply"),
    ("details", '{"UserDetailList": ' + "9" * 5000 + "}", "details.json"),
    ("details", changed(details(), "UserDetailList", to={}), "$.UserDetailList must be a list"),
    ("details", changed(details(), "UserDetailList", 0, to=3), "$.UserDetailList[0] must be an object"),
    ("details", changed(details(), "UserDetailList", 0, "Arn", to=3), "$.UserDetailList[0].Arn must be an ARN"),
    ("details", changed(details(), "UserDetailList", 0, "UserId", to=3), "user id must be text"),
    ("details", changed(details(), "UserDetailList", 0, "GroupList", to=3), "$.UserDetailList[0]"),
    ("details", changed(details(), "UserDetailList", 0, "GroupList", to=[3]), "groups must be text"),
    ("details", changed(details(), "UserDetailList", 0, "Tags", to=[{"Key": "a", "Value": 3}]), "tags must be text"),
    (
        "details",
        changed(
            details(), "UserDetailList", 1, "UserPolicyList", 0, "PolicyDocument", "Statement", 0, "Effect", to="Yes"
        ),
        '$.Statement[0].Effect must be "Allow" or "Deny"',
    ),
    ("organization", {"Accounts": [{"Id": "12"}]}, "$.Accounts[0].Id must be the 12 digits"),
    (
        "organization",
        {"Accounts": [{"Id": OWN, "ServiceControlPolicies": [["p-x"]]}]},
        "$.Accounts[0].ServiceControlPolicies[0][0] names the policy 'p-x'",
    ),
    (
        "organization",
        changed(organization(), "Policies", "p-guard", "Content", to="{"),
        "$.Policies.p-guard.Content: line 1, column 2",
    ),
    ("resources", {"media": None}, "the key must be the ARN of a resource"),
    ("resources", {PUBLIC: 3}, f'$["{PUBLIC}"] must be a policy'),
    ("resources", {PUBLIC: {"Policy": None, "Account": "x"}}, "which account owns it?"),
    ("resources", {PUBLIC: {"Statement": 3}}, "$.Statement must be a statement or a list"),
]


@pytest.mark.parametrize(("name", "value", "said"), BROKEN, ids=[said for _, _, said in BROKEN])
def test_a_broken_file_is_told_with_its_path(tmp_path: Path, name: str, value: Any, said: str) -> None:
    with pytest.raises(InputError) as wrong:
        found_in(tmp_path, **{name: value})
    assert said in str(wrong.value)
    assert f"{name}.json" in str(wrong.value)


def test_a_folder_without_exports_and_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no JSON file"):
        find_estate(Source(files=(tmp_path,)))
    (tmp_path / "a.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="no text in UTF-8"):
        find_estate(Source(files=(tmp_path,)))
    with pytest.raises(InputError, match="No such file"):
        find_estate(Source(files=(tmp_path / "none.json",)))


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("*"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["Arn", "Statement", "x"]), inner),
    max_leaves=3,
)


def _places(value: Any, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for step, each in inside for place in ((*at, step), *_places(each, (*at, step)))]


SAMPLES = {"details": details(), "organization": organization(), "resources": resource_policies()}
PLACES = [(name, place) for name, value in SAMPLES.items() for place in _places(value)]


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(where=st.sampled_from(PLACES), value=junk)
def test_whatever_a_file_holds_it_is_read_or_refused(tmp_path: Path, where: Any, value: Any) -> None:
    name, place = where
    try:
        found = find_estate(write(tmp_path, **{name: changed(SAMPLES[name], *place, to=value)}))
    except InputError:
        return
    for identity in found.estate.identities.values():
        for resource in found.estate.resources:
            found.estate.decide(identity.principal, "s3:GetObject", resource)


def test_the_files_in_the_documentation_are_read(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "access.md").read_text()
    resources, around = (json.loads(block.partition("```")[0]) for block in text.split("```json")[1:])
    found = found_in(tmp_path, resources=resources, organization=around)
    assert found.estate.resources["arn:aws:s3:::media"].tags == {"data": "public"}
    assert len(found.estate.organization.scps[OWN]) == 3
    denied = found.estate.decide(found.estate.identities[ADMIN].principal, "cloudtrail:StopLogging")
    assert denied.layer is Layer.SCP
