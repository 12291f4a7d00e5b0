"""Who comes from one account of an organization to rule another, and who is no stranger to its accounts."""

from __future__ import annotations

from typing import Any

import pytest

from bartizan.engine.catalog import Catalog
from bartizan.engine.evaluate import evaluate
from bartizan.engine.settings import Settings
from bartizan.model import CoverageGap, Finding, Gap, Reason, Resource, Snapshot, Status
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.iam import InlinePolicy, Role, User
from bartizan.resources.kms import Key
from bartizan.resources.organizations import MemberAccount
from bartizan.resources.s3 import Bucket

MANAGEMENT, SHOP, TOOLS, PROD = "444455556666", "111122223333", "222233334444", "555566667777"
CATALOG = Catalog.load()


def document(*actions: str, resource: str = "*", **more: Any) -> PolicyDocument:
    body = {"Effect": "Allow", "Action": list(actions), **(more or {"Resource": resource})}
    return parse_policy({"Version": "2012-10-17", "Statement": body})


def account(number: str, *services: str) -> MemberAccount:
    return MemberAccount(account_id=number, account=number, arn=f"arn:{number}", delegated_services=services)


def user(number: str, name: str, *actions: str, resource: str = "*") -> User:
    inline = (InlinePolicy("inline", document(*actions, resource=resource)),)
    return User(arn=f"arn:aws:iam::{number}:user/{name}", account=number, user_name=name, policies=inline)


def role(number: str, name: str, trusted: str, *actions: str) -> Role:
    return Role(
        arn=f"arn:aws:iam::{number}:role/{name}",
        account=number,
        role_name=name,
        policies=(InlinePolicy("inline", document(*actions)),),
        assume_role_policy_document=document("sts:AssumeRole", Principal={"AWS": trusted}),
    )


def judged(rule: str, *resources: Resource, gaps: tuple[CoverageGap, ...] = ()) -> dict[str, Finding]:
    evaluation = evaluate(CATALOG.select(rules=[rule]), Snapshot(resources, gaps))
    return {each.account: each for each in evaluation.findings()}


WORLD: tuple[Resource, ...] = (
    *map(account, (MANAGEMENT, SHOP, TOOLS, PROD)),
    user(SHOP, "dev", "sts:AssumeRole", resource=f"arn:aws:iam::{TOOLS}:role/build"),
    role(TOOLS, "build", SHOP, "sts:AssumeRole"),
    role(PROD, "deploy", TOOLS, "*"),
)


def test_a_way_over_several_accounts_is_told_in_words() -> None:
    found = judged("organizations.account-can-be-taken-over", *WORLD)
    assert found[PROD].status is Status.FAIL
    last = f"assume-role (sts:AssumeRole) to role/deploy of account {PROD}"
    first = f"assume-role (sts:AssumeRole) to role/build of account {TOOLS}"
    assert found[PROD].problems == (
        f"role/build of account {TOOLS}: {last}",
        f"user/dev of account {SHOP}: {first}; then {last}",
    )
    assert {found[each].status for each in (SHOP, TOOLS, MANAGEMENT)} == {Status.PASS}


def test_what_the_organization_rests_on_is_told_apart() -> None:
    world = (*WORLD, role(MANAGEMENT, "automation", TOOLS, "*"))
    vital = judged("organizations.vital-account-can-be-taken-over", *world)
    assert vital[MANAGEMENT].status is Status.FAIL
    assert vital[PROD].status is Status.PASS
    # Once an administrator of the management account rules them, the ways over it are no news.
    others = judged("organizations.account-can-be-taken-over", *world, role(SHOP, "org", MANAGEMENT, "*"))
    assert others[MANAGEMENT].status is Status.PASS
    assert others[SHOP].status is Status.PASS
    security = (account(PROD, "securityhub.amazonaws.com"), *(each for each in WORLD if each != account(PROD)))
    assert judged("organizations.vital-account-can-be-taken-over", *security)[PROD].status is Status.FAIL


def test_an_account_that_was_not_read_hides_ways_but_none_that_were_found() -> None:
    gap = CoverageGap(types=(Role.cfn_type,), account=SHOP, region="", gap=Gap(Reason.DENIED, needs="sts:AssumeRole"))
    found = judged("organizations.account-can-be-taken-over", *WORLD, gaps=(gap,))
    assert found[PROD].status is Status.FAIL
    assert found[SHOP].status is Status.UNKNOWN


SHARED = document("s3:GetObject", Principal={"AWS": f"arn:aws:iam::{TOOLS}:root"}, Resource="arn:aws:s3:::shop/*")
GIVEN = document("kms:*", Principal={"AWS": f"arn:aws:iam::{TOOLS}:role/build"}, Resource="*")


@pytest.mark.parametrize(
    ("rule", "resource"),
    [
        ("s3.shared-with-other-account", Bucket(account=SHOP, arn="arn:aws:s3:::shop", policy=SHARED)),
        ("kms.foreign-administrator", Key(account=SHOP, key_policy=GIVEN)),
        ("iam.other-account-without-external-id", role(SHOP, "partner", TOOLS, "s3:Get*")),
    ],
)
def test_accounts_of_the_own_organization_are_no_strangers(rule: str, resource: Resource) -> None:
    def status(*trusted: str) -> Status:
        catalog = Settings().trusting(trusted).applied(CATALOG).select(rules=[rule])
        (found,) = evaluate(catalog, Snapshot([resource])).findings()
        return found.status

    assert status(TOOLS, PROD) is Status.PASS
    assert status(PROD) is Status.FAIL
