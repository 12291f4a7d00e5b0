"""Which accounts of an organization are read."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from bartizan.app.organization.members import Choice, choose
from bartizan.app.reading import Reading
from bartizan.model import CoverageGap, Gap, InputError, Reason, Resource
from bartizan.resources.organizations import MemberAccount, OrganizationalUnit

HOME = "111111111111"


def unit(number: int, name: str, parent: str) -> OrganizationalUnit:
    return OrganizationalUnit(unit_id=f"ou-{number}", unit_name=name, parent_id=parent, arn=f"arn:unit:{number}")


def account(digit: int, name: str, *parents: str, state: str = "ACTIVE") -> MemberAccount:
    return MemberAccount(
        account_id=str(digit) * 12,
        account_name=name,
        parents=("r-1", *parents),
        state=state,
        management_account_id=HOME,
        arn=f"arn:aws:organizations::{HOME}:account/o-1/{str(digit) * 12}",
    )


TREE: tuple[Resource, ...] = (
    OrganizationalUnit(unit_id="r-1", unit_name="Root", parent_id=""),
    unit(1, "Workloads", "r-1"),
    unit(2, "Production", "ou-1"),
    unit(3, "Sandbox", "r-1"),
    account(1, "management"),
    account(2, "shop", "ou-1", "ou-2"),
    account(3, "mail", "ou-1"),
    account(4, "play", "ou-3"),
    account(5, "old", "ou-3", state="SUSPENDED"),
)


def reading(*resources: Resource, gaps: tuple[CoverageGap, ...] = ()) -> Reading:
    return Reading(
        account=HOME,
        partition="aws",
        caller=f"arn:aws:iam::{HOME}:user/auditor",
        regions=("us-east-1",),
        started=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        resources=list(resources),
        gaps=gaps,
    )


def names(choice: Choice, **more: Any) -> set[str]:
    return {each.account_name for each in choose(reading(*TREE), choice, **more).chosen}


@pytest.mark.parametrize(
    ("choice", "chosen"),
    [
        (Choice(), {"management", "shop", "mail", "play"}),
        (Choice(units=("Workloads",)), {"shop", "mail"}),
        (Choice(units=("Workloads/Production",)), {"shop"}),
        (Choice(units=("ou-2", "Sandbox")), {"shop", "play"}),
        (Choice(accounts=("m*",)), {"management", "mail"}),
        (Choice(accounts=("222222222222",)), {"shop"}),
        (Choice(without=("play", "333333333333")), {"management", "shop"}),
        (Choice(units=("Workloads",), without=("mail",)), {"shop"}),
    ],
)
def test_accounts_are_chosen_by_unit_number_name_and_pattern(choice: Choice, chosen: set[str]) -> None:
    assert names(choice) == chosen


def test_accounts_are_chosen_by_tag() -> None:
    assert names(Choice(tags={"env": "prod"}), tagged={"222222222222"}) == {"shop"}


def test_what_is_left_out_says_why() -> None:
    members = choose(reading(*TREE), Choice(units=("Workloads",)))
    assert members.left_out == {
        "111111111111": "it was not chosen",
        "444444444444": "it was not chosen",
        "555555555555": "it is suspended",
    }
    assert members.management_account == HOME


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (Choice(units=("Workload",)), "no unit 'Workload'; it has Root, Sandbox, Workloads, Workloads/Production"),
        (Choice(accounts=("shopp",)), "no account 'shopp'"),
        (Choice(without=("9*",)), "no account '9\\*'"),
        (Choice(accounts=("old",)), "no account of the organization is in what you chose"),
    ],
)
def test_what_there_is_not_is_refused(choice: Choice, words: str) -> None:
    with pytest.raises(InputError, match=words):
        choose(reading(*TREE), choice)


def test_credentials_that_see_no_organization_are_refused_with_the_reason() -> None:
    denied = Gap(Reason.DENIED, needs="organizations:ListRoots")
    gap = CoverageGap(types=("AWS::Organizations::Account",), account=HOME, region="", gap=denied)
    with pytest.raises(InputError, match="needs organizations:ListRoots"):
        choose(reading(gaps=(gap,)), Choice())
