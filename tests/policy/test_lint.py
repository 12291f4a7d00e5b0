"""Each check finds its mistake where it is, and not where it is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bartizan.policy import parse_policy
from bartizan.policy.lint import CHECKS, Kind, Level, guess_kind, lint_policy
from bartizan.policy.reference import Reference

READ: dict[str, Any] = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
DENY: dict[str, Any] = {**READ, "Effect": "Deny"}
ANYONE: dict[str, Any] = {**READ, "Principal": "*"}
ACCOUNT: dict[str, Any] = {**READ, "Principal": {"AWS": "111122223333"}}
ORG = "o-a1b2c3d4e5"
ROLE = "arn:aws:iam::111122223333:role/r"


REFERENCE = Reference.load()


def policy(*statements: dict[str, Any], **elements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements), **elements}


def when(operator: str, key: str, value: Any, base: dict[str, Any] = READ) -> dict[str, Any]:
    return policy({**base, "Condition": {operator: {key: value}}})


LONG = [f"arn:aws:s3:::bucket-of-the-team-with-the-number-{number}/*" for number in range(200)]

# For each check: the kind, a policy that it remarks upon, the path of the remark, and one that it lets be.
SAMPLES: list[tuple[str, Kind, dict[str, Any], str, dict[str, Any]]] = [
    ("unknown-version", Kind.IDENTITY, policy(READ, Version="2015-01-01"), "$.Version", policy(READ)),
    ("old-version", Kind.IDENTITY, {"Statement": READ}, "$.Version", policy(READ)),
    ("no-statement", Kind.IDENTITY, policy(), "$.Statement", policy(READ)),
    ("unusual-case", Kind.S3, policy({**ACCOUNT, "sid": "a"}), "$.Statement[0].sid", policy({**ACCOUNT, "Sid": "a"})),
    ("sid-letters", Kind.IDENTITY, policy({**READ, "Sid": "a b"}), "$.Statement[0].Sid", policy({**READ, "Sid": "a1"})),
    (
        "sid-twice", Kind.IDENTITY, policy({**READ, "Sid": "a"}, {**DENY, "Sid": "a"}), "$.Statement[1].Sid",
        policy({**READ, "Sid": "a"}, {**DENY, "Sid": "b"}),
    ),
    ("empty-list", Kind.IDENTITY, policy({**READ, "Action": []}), "$.Statement[0].Action", policy(READ)),
    (
        "missing-resource", Kind.IDENTITY, policy({"Effect": "Allow", "Action": "s3:*"}), "$.Statement[0]",
        policy({"Effect": "Allow", "Action": "s3:*", "NotResource": "*"}),
    ),
    (
        "resource-in-trust-policy", Kind.TRUST, policy({**ACCOUNT, "Action": "sts:AssumeRole"}),
        "$.Statement[0].Resource", policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ROLE}}),
    ),
    ("missing-principal", Kind.S3, policy(READ), "$.Statement[0]", policy(ACCOUNT)),
    ("principal-not-allowed", Kind.SCP, policy(ACCOUNT), "$.Statement[0].Principal", policy(READ)),
    (
        "not-allowed-in-rcp", Kind.RCP, policy({**ANYONE, "Effect": "Deny", "NotAction": "s3:*"} | {"Action": None}),
        "$.Statement[0].NotAction", policy({**ANYONE, "Effect": "Deny"}),
    ),
    ("letter-not-allowed", Kind.IDENTITY, policy({**READ, "Resource": "arn:aws:s3:::Ł"}), "$", policy(READ)),
    ("too-long", Kind.IDENTITY, policy({**READ, "Resource": LONG}), "$", policy(READ)),
    ("nearly-too-long", Kind.IDENTITY, policy({**READ, "Resource": LONG[:110]}), "$", policy(READ)),
    ("malformed-action", Kind.IDENTITY, policy({**READ, "Action": ["s3:*", "s3"]}), "$.Statement[0].Action[1]",
     policy({**READ, "Action": "*"})),
    ("unknown-action", Kind.IDENTITY, policy({**READ, "Action": "s3:GetObjekt"}), "$.Statement[0].Action",
     policy({**READ, "Action": "s3:getobject"})),
    ("action-matches-nothing", Kind.IDENTITY, policy({**READ, "Action": "s3:Gett*"}), "$.Statement[0].Action",
     policy({**READ, "Action": "s3:Get*"})),
    ("redundant-action", Kind.IDENTITY, policy({**READ, "Action": ["s3:GetObject", "s3:get*"]}),
     "$.Statement[0].Action[0]", policy({**READ, "Action": ["s3:GetObject", "s3:Put*"]})),
    ("redundant-resource", Kind.IDENTITY, policy({**READ, "Resource": ["arn:aws:s3:::b/*", "arn:aws:s3:::b/c/*"]}),
     "$.Statement[0].Resource[1]", policy({**READ, "Resource": ["arn:aws:s3:::b/*", "arn:aws:s3:::c/*"]})),
    ("action-takes-no-resource", Kind.IDENTITY, policy({**READ, "Action": "s3:ListAllMyBuckets"}),
     "$.Statement[0].Action", policy({**READ, "Action": "s3:ListAllMyBuckets", "Resource": "*"})),
    ("action-fits-no-resource", Kind.IDENTITY, policy({**READ, "Action": "s3:ListBucket"}), "$.Statement[0].Action",
     policy({**READ, "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b*"})),
    ("no-arn", Kind.IDENTITY, policy({**READ, "Resource": "b/*"}), "$.Statement[0].Resource", policy(READ)),
    ("short-arn", Kind.IDENTITY, policy({**READ, "Resource": "arn:aws:s3:b"}), "$.Statement[0].Resource",
     policy({**READ, "Resource": "arn:aws:s3:*"})),
    ("unknown-partition", Kind.IDENTITY, policy({**READ, "Resource": "arn:aw:s3:::b/*"}), "$.Statement[0].Resource",
     policy({**READ, "Resource": "arn:aws-us-gov:s3:::b/*"})),
    ("unusual-region", Kind.IDENTITY,
     policy({**READ, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:europe:111122223333:q"}),
     "$.Statement[0].Resource",
     policy({**READ, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:us-gov-west-1:111122223333:q"})),
    ("account-of-arn", Kind.IDENTITY,
     policy({**READ, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:*:11112222333:q"}),
     "$.Statement[0].Resource",
     policy({**READ, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:*:${aws:PrincipalAccount}:q"})),
    ("malformed-principal", Kind.S3, policy({**READ, "Principal": {"AWS": [ROLE, "11112222333"]}}),
     "$.Statement[0].Principal.AWS[1]", policy({**READ, "Principal": {"Service": "logs.eu-west-1.amazonaws.com"}})),
    ("deleted-principal", Kind.S3, policy({**READ, "Principal": {"AWS": "AROAEXAMPLEEXAMPLE123"}}),
     "$.Statement[0].Principal.AWS", policy(ACCOUNT)),
    ("excepts-without-account", Kind.S3, policy({**DENY, "NotPrincipal": {"AWS": ROLE}}),
     "$.Statement[0].NotPrincipal", policy(ACCOUNT)),
    ("unknown-condition-key", Kind.IDENTITY, when("StringEquals", "aws:SourceVcp", "v"),
     "$.Statement[0].Condition.StringEquals.aws:SourceVcp", when("StringEquals", "aws:sourcevpc", "v")),
    ("key-not-for-action", Kind.IDENTITY, when("StringEquals", "s3:prefix", "a"),
     "$.Statement[0].Condition.StringEquals.s3:prefix",
     when("StringEquals", "s3:prefix", "a", {**READ, "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b"})),
    ("operator-for-other-type", Kind.IDENTITY, when("StringEquals", "aws:SourceIp", "203.0.113.9"),
     "$.Statement[0].Condition.StringEquals.aws:SourceIp", when("IpAddress", "aws:SourceIp", "203.0.113.9")),
    ("value-of-other-type", Kind.IDENTITY, when("DateLessThan", "aws:CurrentTime", ["2026-01-01", "soon"]),
     "$.Statement[0].Condition.DateLessThan.aws:CurrentTime[1]",
     when("DateLessThan", "aws:CurrentTime", ["2026-01-01", "1767225600"])),
    ("network-with-host-bits", Kind.IDENTITY, when("IpAddress", "aws:SourceIp", "203.0.113.9/24"),
     "$.Statement[0].Condition.IpAddress.aws:SourceIp", when("IpAddress", "aws:SourceIp", "203.0.113.0/24")),
    ("private-source-address", Kind.IDENTITY, when("IpAddress", "aws:SourceIp", "10.1.0.0/16"),
     "$.Statement[0].Condition.IpAddress.aws:SourceIp", when("IpAddress", "aws:VpcSourceIp", "10.1.0.0/16")),
    ("all-values-without-guard", Kind.IDENTITY, when("ForAllValues:StringEquals", "aws:CalledVia", "a"),
     "$.Statement[0].Condition.ForAllValues:StringEquals.aws:CalledVia",
     policy({**READ, "Condition": {"ForAllValues:StringEquals": {"aws:CalledVia": "a"},
                                   "Null": {"aws:calledvia": "false"}}})),
    ("set-operator-on-single-value", Kind.IDENTITY, when("ForAllValues:StringEquals", "aws:PrincipalOrgID", ORG),
     "$.Statement[0].Condition.ForAllValues:StringEquals.aws:PrincipalOrgID",
     when("StringEquals", "aws:PrincipalOrgID", ORG)),
    ("many-values-without-set-operator", Kind.IDENTITY, when("StringEquals", "aws:TagKeys", "a"),
     "$.Statement[0].Condition.StringEquals.aws:TagKeys", when("ForAnyValue:StringEquals", "aws:TagKeys", "a")),
    ("wildcard-without-like", Kind.IDENTITY, when("StringEquals", "aws:PrincipalTag/team", "a*"),
     "$.Statement[0].Condition.StringEquals.aws:PrincipalTag/team", when("StringLike", "aws:PrincipalTag/team", "a*")),
    ("variable-needs-version", Kind.IDENTITY,
     policy({**READ, "Resource": "arn:aws:s3:::b/${aws:username}"}, Version="2008-10-17"), "$.Statement[0].Resource",
     policy({**READ, "Resource": "arn:aws:s3:::b/${aws:username}"})),
    ("unknown-variable", Kind.IDENTITY, policy({**READ, "Resource": "arn:aws:s3:::b/${aws:usernam}"}),
     "$.Statement[0].Resource", policy({**READ, "Resource": "arn:aws:s3:::b/${aws:username, 'x'}${*}"})),
    ("unclosed-variable", Kind.IDENTITY, policy({**READ, "Resource": "arn:aws:s3:::b/${aws:username"}),
     "$.Statement[0].Resource", policy({**READ, "Resource": "arn:aws:s3:::b/${aws:username}"})),
    ("variable-out-of-place", Kind.IDENTITY, when("NumericLessThan", "s3:max-keys", "${aws:username}"),
     "$.Statement[0].Condition.NumericLessThan.s3:max-keys", when("NumericLessThan", "s3:max-keys", 7)),
    ("allows-everything", Kind.IDENTITY, policy({**READ, "Action": "*", "Resource": "*"}), "$.Statement[0].Action",
     policy({**DENY, "Action": "*", "Resource": "*"})),
    ("allows-whole-service", Kind.IDENTITY, policy({**READ, "Action": "s3:*", "Resource": "*"}),
     "$.Statement[0].Action", policy({**READ, "Action": "s3:*"})),
    ("passes-any-role", Kind.IDENTITY, policy({**READ, "Action": "iam:Pass*", "Resource": "*"}),
     "$.Statement[0].Action", policy({**READ, "Action": "iam:PassRole", "Resource": ROLE})),
    ("allows-all-but-some-actions", Kind.IDENTITY, policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
     "$.Statement[0].NotAction", policy({"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"})),
    ("allows-all-but-some-resources", Kind.IDENTITY,
     policy({"Effect": "Allow", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::b/*"}),
     "$.Statement[0].NotResource",
     policy({"Effect": "Deny", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::b/*"})),
    ("allows-all-but-some-principals", Kind.S3, policy({**READ, "NotPrincipal": {"AWS": ROLE}}),
     "$.Statement[0].NotPrincipal", policy({**DENY, "NotPrincipal": {"AWS": ROLE}})),
    ("allows-anyone", Kind.S3, policy(ANYONE), "$.Statement[0].Principal",
     when("StringEquals", "aws:PrincipalOrgID", ORG, ANYONE)),
    ("allows-service-for-anyone", Kind.S3, policy({**READ, "Principal": {"Service": "cloudtrail.amazonaws.com"}}),
     "$.Statement[0].Principal.Service",
     when("StringEquals", "aws:SourceAccount", "111122223333",
          {**READ, "Principal": {"Service": "cloudtrail.amazonaws.com"}})),
    ("never-applies", Kind.IDENTITY,
     policy({**READ, "Condition": {"Null": {"aws:SourceVpc": "true"}, "StringLike": {"aws:SourceVpc": "*"}}}),
     "$.Statement[0]",
     policy({**READ, "Condition": {"Null": {"aws:SourceVpc": "false"}, "StringLike": {"aws:SourceVpc": "*"}}})),
    ("adds-nothing", Kind.IDENTITY, policy({**READ, "Action": ["s3:Get*", "s3:PutObject"]}, READ), "$.Statement[1]",
     policy({**READ, "Action": "s3:Get*"}, {**READ, "Action": ["s3:GetObject", "s3:PutObject"]})),
    ("denied-anyway", Kind.IDENTITY, policy(READ, {**DENY, "Action": "s3:*", "Resource": "*"}), "$.Statement[0]",
     policy(READ, {**DENY, "Resource": "arn:aws:s3:::b/private/*"})),
]  # fmt: skip


def _policy(raw: dict[str, Any]) -> dict[str, Any]:
    statements = raw["Statement"]
    listed = [statements] if isinstance(statements, dict) else statements
    cleaned = [{name: value for name, value in each.items() if value is not None} for each in listed]
    return {**raw, "Statement": cleaned if isinstance(statements, list) else cleaned[0]}


@pytest.mark.parametrize(("code", "kind", "bad", "path", "good"), SAMPLES, ids=[each[0] for each in SAMPLES])
def test_a_check_finds_its_mistake_and_nothing_else(
    code: str, kind: Kind, bad: dict[str, Any], path: str, good: dict[str, Any]
) -> None:
    found = [each for each in lint_policy(parse_policy(_policy(bad)), kind, REFERENCE) if each.code == code]
    assert [each.path for each in found] == [path]
    assert found[0].message
    assert found[0].cure
    assert code not in {each.code for each in lint_policy(parse_policy(_policy(good)), kind, REFERENCE)}


def test_every_check_has_a_sample_a_code_of_its_own_and_documentation() -> None:
    assert sorted(each.code for each in CHECKS) == sorted(each[0] for each in SAMPLES)
    assert [each.code for each in CHECKS if len(each.doc) < 40] == []


def test_remarks_have_the_lines_of_the_text_and_stand_in_its_order() -> None:
    text = json.dumps(policy({**READ, "Action": ["s3:GetObject", "s3:Gett*", "s3:Put"]}), indent=1)
    remarks = lint_policy(parse_policy(text), Kind.IDENTITY, REFERENCE, text=text)
    assert [(each.code, each.line, each.level) for each in remarks] == [
        ("action-matches-nothing", 8, Level.WARNING),
        ("unknown-action", 9, Level.ERROR),
    ]
    assert "s3:PutObject" in remarks[1].cure or "s3:Put" in remarks[1].cure


def test_a_sound_policy_has_no_remarks() -> None:
    sound = policy(
        {"Sid": "Read", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::b/${aws:username}/*"},
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b",
         "Condition": {"StringLike": {"s3:prefix": ["${aws:username}/*"]}}},
        {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
    )  # fmt: skip
    assert lint_policy(parse_policy(sound), Kind.IDENTITY, REFERENCE) == ()


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        (READ, Kind.IDENTITY),
        (ANYONE, Kind.S3),
        ({"Effect": "Allow", "Principal": "*", "Action": ["sts:AssumeRole", "sts:TagSession"]}, Kind.TRUST),
        ({"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}, Kind.KMS),
        ({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}, Kind.RESOURCE),
    ],
)
def test_the_kind_is_guessed_from_principals_and_services(statement: dict[str, Any], kind: Kind) -> None:
    assert guess_kind(parse_policy(policy(statement))) is kind


def test_a_policy_of_very_many_statements_takes_bounded_time() -> None:
    many = policy(*({**READ, "Resource": f"arn:aws:s3:::b{number}/*"} for number in range(2_000)))
    codes = {each.code for each in lint_policy(parse_policy(many), Kind.IDENTITY, REFERENCE)}
    assert codes == {"too-long"}


def test_an_open_policy_is_judged_alike_when_it_comes_again() -> None:
    for _ in range(2):
        found = lint_policy(parse_policy(policy(ANYONE)), Kind.S3, REFERENCE)
        assert [each.code for each in found] == ["allows-anyone"]
