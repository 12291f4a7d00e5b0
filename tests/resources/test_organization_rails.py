"""The organization for questions of access, made of its tree."""

from __future__ import annotations

from bartizan.model import CoverageGap, Gap, Reason, Resource, Snapshot
from bartizan.policy import Estate, Identity, Layer, Organization, Policy, Principal, parse_policy
from bartizan.resources.organizations import MemberAccount, OrganizationPolicy
from bartizan.resources.organizations.rails import RCP, SCP, organization_of

MANAGEMENT, SHOP, MAIL = "444455556666", "111122223333", "222233334444"


def account(number: str, *units: str) -> MemberAccount:
    return MemberAccount(
        account_id=number,
        account=number,
        parents=("r-ab12", *units),
        management_account_id=MANAGEMENT,
        arn=f"arn:aws:organizations::{MANAGEMENT}:account/o-abcdefghij/{number}",
    )


def policy(name: str, kind: str, targets: tuple[str, ...], *, effect: str = "Allow", action: str = "*") -> Resource:
    statement = {"Effect": effect, "Action": action, "Resource": "*", **({"Principal": "*"} if kind == RCP else {})}
    return OrganizationPolicy(
        policy_name=name,
        type=kind,
        targets=targets,
        document=parse_policy({"Version": "2012-10-17", "Statement": statement}),
        arn=f"arn:policy:{kind}:{name}",
    )


EVERYWHERE = ("r-ab12", "ou-shop", MANAGEMENT, SHOP, MAIL)
TREE: tuple[Resource, ...] = (
    account(MANAGEMENT),
    account(SHOP, "ou-shop"),
    account(MAIL),
    policy("FullAWSAccess", SCP, EVERYWHERE),
    policy("no-mail", SCP, ("ou-shop",), effect="Deny", action="ses:*"),
    policy("RCPFullAWSAccess", RCP, EVERYWHERE),
)


def organization(*resources: Resource, gaps: tuple[CoverageGap, ...] = ()) -> Organization:
    return organization_of(Snapshot(resources, gaps).view((MemberAccount, OrganizationPolicy)))


def test_each_account_has_its_levels_and_its_place() -> None:
    made = organization(*TREE)
    assert (made.id, made.management_account, made.whole) == ("o-abcdefghij", MANAGEMENT, True)
    assert made.paths == {
        MANAGEMENT: "o-abcdefghij/r-ab12/",
        SHOP: "o-abcdefghij/r-ab12/ou-shop/",
        MAIL: "o-abcdefghij/r-ab12/",
    }
    assert [[each.name for each in level] for level in made.scps[SHOP]] == [
        ["FullAWSAccess"],
        ["FullAWSAccess", "no-mail"],
        ["FullAWSAccess"],
    ]
    assert [len(level) for level in made.rcps[MAIL]] == [1, 1]
    assert {each.layer for levels in made.rcps.values() for level in levels for each in level} == {Layer.RCP}
    assert made.scps[SHOP][0][0] is made.scps[MAIL][0][0]
    assert not made.unread


def test_its_policies_decide() -> None:
    anything = Policy(parse_policy({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}), Layer.IDENTITY)
    admins = {
        number: Identity(principal=Principal.parse(f"arn:aws:iam::{number}:user/anna"), policies=(anything,))
        for number in (SHOP, MAIL)
    }
    estate = Estate(admins.values(), organization=organization(*TREE))
    assert not estate.decide(admins[SHOP].principal, "ses:SendEmail").allowed
    assert estate.decide(admins[MAIL].principal, "ses:SendEmail").allowed


def test_policies_that_could_not_be_listed_are_no_leave() -> None:
    denied = Gap(Reason.DENIED, needs="organizations:ListPolicies")
    gap = CoverageGap(types=(OrganizationPolicy.cfn_type,), account=MANAGEMENT, region="", gap=denied)
    made = organization(*TREE[:3], gaps=(gap,))
    assert set(made.unread) == {MANAGEMENT, SHOP, MAIL}
    assert "organizations:ListPolicies" in made.unread[SHOP]
    assert made.accounts == {MANAGEMENT, SHOP, MAIL}


def test_accounts_that_could_not_be_listed_may_belong_to_it() -> None:
    denied = Gap(Reason.DENIED, needs="organizations:ListAccountsForParent")
    gap = CoverageGap(types=(MemberAccount.cfn_type,), account=MANAGEMENT, region="", gap=denied)
    made = organization(*TREE, gaps=(gap,))
    assert not made.whole
    assert SHOP in made.accounts
