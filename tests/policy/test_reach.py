"""What findings say of who reaches a resource; and that one remembered answer serves only what it is the answer for."""

from __future__ import annotations

from typing import Any

import pytest

from bartizan.model import Unknown
from bartizan.policy import GuardedResource, Layer, Policy, PolicyDocument, parse_policy, reach
from bartizan.policy.symbolic import exposures

OWN, OTHER = "111122223333", "444455556666"
BUCKETS = ("arn:aws:s3:::shop", "arn:aws:s3:::shop-logs", "arn:aws:s3:::other")


def policy(**more: Any) -> PolicyDocument:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*", **more}
    return parse_policy({"Version": "2012-10-17", "Statement": statement})


@pytest.mark.parametrize(
    "resource",
    [
        "*",
        "arn:aws:s3:::*",
        "arn:aws:s3:::shop/*",
        "arn:aws:s3:::shop",
        "arn:aws:s3:::shop*",
        "arn:aws:s3:::sho?/public/*",
        "arn:aws:s3:::some-resource/*",
        ["arn:aws:s3:::other/a", "arn:aws:s3:::shop-logs/*"],
    ],
)
@pytest.mark.parametrize("arn", BUCKETS)
@pytest.mark.parametrize("element", ["Resource", "NotResource"])
def test_what_is_remembered_of_one_resource_is_true_of_the_other(resource: Any, arn: str, element: str) -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", element: resource}
    document = parse_policy({"Version": "2012-10-17", "Statement": statement})
    for owner in (OWN, OTHER):
        guarded = GuardedResource(arn=arn, account=owner, policies=(Policy(document, Layer.RESOURCE),))
        said = list(reach.public(document, arn, owner))
        assert bool(said) is (exposures(guarded).public is not None)
        assert all(f" on {arn}" in each for each in said)


def test_an_account_that_the_policy_names_is_told_from_others() -> None:
    document = policy(Principal={"AWS": OTHER})
    assert reach.other_accounts(document, BUCKETS[0], OWN) == (f"account {OTHER}",)
    assert reach.other_accounts(document, BUCKETS[0], OTHER) == ()
    assert reach.other_accounts(document, BUCKETS[0], OWN, trusted=(OTHER,)) == ()
    with pytest.raises(Unknown, match="account"):
        reach.other_accounts(document, "", "")


def test_a_claim_is_shown_by_a_request_in_the_policys_own_spelling() -> None:
    (said,) = reach.public(policy(Sid="Site", Resource="arn:aws:s3:::shop/*"), BUCKETS[0], OWN)
    assert said == (
        "statement Site allows s3:GetObject to anyone, without signing in to AWS; "
        "s3:GetObject on arn:aws:s3:::shop/example gets through"
    )


def test_the_statements_that_open_are_found_though_others_hide_them() -> None:
    read = {"Sid": "A", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}
    again = {**read, "Sid": "B", "Action": "s3:*"}
    own = {**read, "Sid": "C", "Principal": {"AWS": OWN}}
    document = parse_policy({"Version": "2012-10-17", "Statement": [read, own, again]})
    assert [each.sid for each in reach.opening(document, BUCKETS[0], OWN)] == ["A", "B"]


def test_plain_http_is_denied_to_all_or_shown_to_somebody() -> None:
    deny = policy(Effect="Deny", Action="*", Condition={"Bool": {"aws:SecureTransport": "false"}})
    assert reach.over_plain_http(deny, BUCKETS[0], OWN, ["s3:*"]) is None
    shown = reach.over_plain_http(None, BUCKETS[0], OWN, ["s3:*"])
    assert shown is not None
    assert reach.caller(shown) == "anonymous callers"


@pytest.mark.parametrize(
    ("principal", "service"),
    [
        ("logs.eu-west-1.amazonaws.com", "logs"),
        ("delivery.logs.amazonaws.com", "delivery.logs"),
        ("s3.us-gov-west-1.amazonaws.com", "s3"),
        ("events.amazonaws.com.cn", "events"),
    ],
)
def test_a_service_is_known_without_its_region(principal: str, service: str) -> None:
    assert reach.service_of(principal) == service


def test_the_statements_that_open_a_policy_are_found_in_an_equal_one_too() -> None:
    text = {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"}}
    for document in (parse_policy(text), parse_policy(text)):
        assert reach.opening(document, "", OWN) == [document.statements[0]]
        assert reach.opening(document, "", OWN)[0] is document.statements[0]


OURS, THEIRS = "o-exampleours", "o-exampletheirs"


def of_organization(*ids: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*",
            "Condition": {"StringEquals": {"aws:PrincipalOrgID": list(ids)}}, **more}  # fmt: skip


def let_in(*statements: dict[str, Any], own: str | None = OURS) -> list[str]:
    document = parse_policy({"Version": "2012-10-17", "Statement": list(statements)})
    return list(reach.other_organizations(document, BUCKETS[0], OWN, {own}))


def test_of_several_organizations_only_the_foreign_ones_are_told() -> None:
    (said,) = let_in(of_organization(OURS, THEIRS))
    assert f"to accounts of organization {THEIRS}" in said
    assert "s3:GetObject on arn:aws:s3:::shop" in said
    assert let_in(of_organization(OURS)) == []
    assert len(let_in(of_organization(OURS, THEIRS), own=None)) == 2


def test_an_organization_that_another_statement_keeps_out_is_not_let_in() -> None:
    strangers = {"StringNotEquals": {"aws:PrincipalOrgID": OURS}}
    assert let_in(of_organization(OURS, THEIRS), of_organization(Effect="Deny", Condition=strangers)) == []


def test_an_organization_within_everybody_is_no_claim_of_its_own() -> None:
    anyone = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}
    assert let_in(anyone, of_organization(THEIRS)) == []


def test_an_organization_behind_an_endpoint_is_told_with_it() -> None:
    both = {"StringEquals": {"aws:PrincipalOrgID": THEIRS, "aws:SourceVpce": "vpce-1"}}
    (said,) = let_in(of_organization(Condition=both))
    assert f"organization {THEIRS} that come by aws:sourcevpce" in said


def test_an_organization_named_by_other_keys_lets_nobody_in_as_its_member() -> None:
    resource = parse_policy(
        {"Version": "2012-10-17", "Statement": of_organization(Condition={"StringEquals": {"aws:SourceOrgID": THEIRS}})}
    )
    assert reach.organizations_named(resource) == frozenset()


def test_a_policy_of_code_names_its_bucket_by_what_stands_for_its_arn() -> None:
    plain = {"Bool": {"aws:SecureTransport": "false"}}
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Condition": plain}
    bucket, objects = "<aws_s3_bucket.b.arn>", "<aws_s3_bucket.b.arn>/*"
    both, only = (parse_policy({"Statement": {**deny, "Resource": each}}) for each in ([bucket, objects], [objects]))
    assert reach.over_plain_http(both, "", "", ["s3:*"]) is None
    assert reach.over_plain_http(only, "", "", ["s3:*"]) is not None
