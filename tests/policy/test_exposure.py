"""Who reaches a resource from outside: one case for each way in, and for each way of shutting it."""

from __future__ import annotations

from typing import Any

import pytest

from bartizan.policy import Authorization, GuardedResource, Layer, Organization, Policy, decide, parse_policy
from bartizan.policy.symbolic import Reach, exposures, undenied

OWN, OTHER, THIRD = "111122223333", "444455556666", "777788889999"
BUCKET = "arn:aws:s3:::data"
QUEUE = f"arn:aws:sqs:eu-west-1:{OWN}:jobs"
ROLE = f"arn:aws:iam::{OWN}:role/deploy"
GITHUB = f"arn:aws:iam::{OWN}:oidc-provider/token.actions.githubusercontent.com"
SUBJECT = "token.actions.githubusercontent.com:sub"
ORGANIZATION = "o-abcdefghij"
ANYONE = (Reach.ANYONE, "", ())
ANY_ACCOUNT = (Reach.ANY_ACCOUNT, "", ())


def _read(**more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"{BUCKET}/*", **more}


def _deny(**condition: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*", "Condition": condition}


def _send(**more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": QUEUE, **more}


def _trust(**more: Any) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"Federated": GITHUB},
        "Action": "sts:AssumeRoleWithWebIdentity",
        **more,
    }


def _subject(*values: str) -> dict[str, Any]:
    return {"StringLike": {SUBJECT: list(values)}}


def _guarded(arn: str, *statements: dict[str, Any]) -> GuardedResource:
    document = parse_policy({"Version": "2012-10-17", "Statement": list(statements)})
    return GuardedResource(arn=arn, account=OWN, policies=(Policy(document, Layer.RESOURCE, "its policy"),))


CASES: dict[str, tuple[str, list[dict[str, Any]], list[tuple[Reach, str, tuple[str, ...]]]]] = {
    "no policy": (BUCKET, [], []),
    "anyone": (BUCKET, [_read()], [ANYONE]),
    "anyone over https": (BUCKET, [_read(), _deny(Bool={"aws:SecureTransport": "false"})], [ANYONE]),
    "everything denied to everyone": (BUCKET, [_read(), _deny()], []),
    "another action denied": (BUCKET, [_read(), {**_deny(), "Action": "s3:PutObject"}], [ANYONE]),
    "the objects denied": (BUCKET, [_read(), {**_deny(), "Resource": f"{BUCKET}/*"}], []),
    "half of the objects denied": (BUCKET, [_read(), {**_deny(), "Resource": f"{BUCKET}/private/*"}], [ANYONE]),
    "one network": (
        BUCKET,
        [_read(Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})],
        [(Reach.ANYONE, "", ("aws:sourceip",)), (Reach.ANY_ACCOUNT, "", ("aws:sourceip",))],
    ),
    "the whole internet as a network": (
        BUCKET,
        [_read(Condition={"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}})],
        [ANYONE],
    ),
    "denied outside one network": (
        BUCKET,
        [_read(), _deny(NotIpAddress={"aws:SourceIp": "203.0.113.0/24"})],
        [(Reach.ANYONE, "", ("aws:sourceip",)), (Reach.ANY_ACCOUNT, "", ("aws:sourceip",))],
    ),
    "denied inside one network": (BUCKET, [_read(), _deny(IpAddress={"aws:SourceIp": "203.0.113.0/24"})], [ANYONE]),
    "one endpoint": (
        BUCKET,
        [_read(Condition={"StringEquals": {"aws:SourceVpce": "vpce-1"}})],
        [(Reach.ANYONE, "", ("aws:sourcevpce",)), (Reach.ANY_ACCOUNT, "", ("aws:sourcevpce",))],
    ),
    "endpoint if there is one": (
        BUCKET,
        [_read(Condition={"StringEqualsIfExists": {"aws:SourceVpce": "vpce-1"}})],
        [ANYONE],
    ),
    "denied from anywhere but one endpoint": (
        BUCKET,
        [_read(), _deny(StringNotEqualsIfExists={"aws:SourceVpce": "vpce-1"})],
        [(Reach.ANYONE, "", ("aws:sourcevpce",)), (Reach.ANY_ACCOUNT, "", ("aws:sourcevpce",))],
    ),
    "a header that anyone can send": (
        BUCKET,
        [_read(Condition={"StringLike": {"aws:Referer": "https://x/*"}})],
        [ANYONE],
    ),
    "an organization": (
        BUCKET,
        [_read(Condition={"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}})],
        [(Reach.ORGANIZATION, ORGANIZATION, ())],
    ),
    "a path in an organization": (
        BUCKET,
        [_read(Condition={"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{ORGANIZATION}/r-ab/*"}})],
        [(Reach.ORGANIZATION, ORGANIZATION, ())],
    ),
    "all values of a missing key": (
        BUCKET,
        [_read(Condition={"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": f"{ORGANIZATION}/r-ab/*"}})],
        [ANYONE],
    ),
    "denied outside an organization": (
        BUCKET,
        [_read(), _deny(StringNotEquals={"aws:PrincipalOrgID": ORGANIZATION})],
        [(Reach.ORGANIZATION, ORGANIZATION, ())],
    ),
    "the own account": (BUCKET, [_read(Principal={"AWS": OWN})], []),
    "the own account by condition": (
        BUCKET,
        [_read(Condition={"StringEquals": {"aws:PrincipalAccount": OWN}})],
        [],
    ),
    "another account": (BUCKET, [_read(Principal={"AWS": OTHER})], [(Reach.ACCOUNT, OTHER, ())]),
    "another account's role": (
        BUCKET,
        [_read(Principal={"AWS": f"arn:aws:iam::{OTHER}:role/x"})],
        [(Reach.ACCOUNT, f"arn:aws:iam::{OTHER}:role/x", ())],
    ),
    "another account, where it is in an organization": (
        BUCKET,
        [_read(Principal={"AWS": OTHER}, Condition={"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}})],
        [(Reach.ACCOUNT, OTHER, ())],
    ),
    "another account, from a network by roles and from anywhere by users": (
        BUCKET,
        [
            _read(Principal={"AWS": OTHER}, Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),
            _read(Principal={"AWS": OTHER}, Condition={"StringEquals": {"aws:PrincipalType": "User"}}),
        ],
        [(Reach.ACCOUNT, OTHER, ())],
    ),
    "pipelines by their claim alone, whoever signs it": (
        ROLE,
        [_trust(Principal="*", Condition=_subject("repo:shop*"))],
        [ANY_ACCOUNT, (Reach.FEDERATED, "token.actions.githubusercontent.com", ())],
    ),
    "a role of that name in any account": (
        BUCKET,
        [_read(Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/x"}})],
        [ANY_ACCOUNT],
    ),
    "all but one account": (
        BUCKET,
        [_read(), {**_deny(), "NotPrincipal": {"AWS": [OTHER, f"arn:aws:iam::{OTHER}:root"]}, "Principal": None}],
        [(Reach.ACCOUNT, OTHER, ())],
    ),
    "a deleted principal": (BUCKET, [_read(Principal={"AWS": "AROAEXAMPLEID12345678"})], []),
    "a canonical user": (
        BUCKET,
        [_read(Principal={"CanonicalUser": "ab" * 32})],
        [(Reach.ACCOUNT, f"canonical user {'ab' * 32}", ())],
    ),
    "the topic's owner": (
        f"arn:aws:sns:eu-west-1:{OWN}:news",
        [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": "sns:Publish",
                "Resource": "*",
                "Condition": {"StringEquals": {"AWS:SourceOwner": OWN}},
            }
        ],
        [],
    ),
    "a service for anybody": (
        QUEUE,
        [_send(Principal={"Service": "sns.amazonaws.com"})],
        [(Reach.SERVICE, "sns.amazonaws.com", ())],
    ),
    "a service for one topic": (
        QUEUE,
        [
            _send(
                Principal={"Service": "sns.amazonaws.com"},
                Condition={"ArnEquals": {"aws:SourceArn": f"arn:aws:sns:eu-west-1:{OWN}:news"}},
            )
        ],
        [],
    ),
    "a service for the own account": (
        QUEUE,
        [_send(Principal={"Service": "events.amazonaws.com"}, Condition={"StringEquals": {"aws:SourceAccount": OWN}})],
        [],
    ),
    "a service for one bucket": (
        QUEUE,
        [
            _send(
                Principal={"Service": "s3.amazonaws.com"},
                Condition={"ArnLike": {"aws:SourceArn": "arn:aws:s3:*:*:mine"}},
            )
        ],
        [],
    ),
    "a service for buckets of a prefix": (
        QUEUE,
        [
            _send(
                Principal={"Service": "s3.amazonaws.com"},
                Condition={"ArnLike": {"aws:SourceArn": "arn:aws:s3:::mine*"}},
            )
        ],
        [(Reach.SERVICE, "s3.amazonaws.com", ())],
    ),
    "a star that takes colons, which a stranger's function can fit": (
        QUEUE,
        [
            _send(
                Principal={"Service": "lambda.amazonaws.com"},
                Condition={"StringLike": {"aws:SourceArn": f"arn:aws:lambda:*:{OWN}:*"}},
            )
        ],
        [(Reach.SERVICE, "lambda.amazonaws.com", ())],
    ),
    "a star that takes colons, where no resource fits": (
        QUEUE,
        [
            _send(
                Principal={"Service": "lambda.amazonaws.com"},
                Condition={"StringLike": {"aws:SourceArn": f"arn:aws:lambda:*:{OWN}:function:*"}},
            )
        ],
        [],
    ),
    "any pipeline": (ROLE, [_trust()], [(Reach.FEDERATED, GITHUB, ())]),
    "any pipeline, by another claim": (
        ROLE,
        [_trust(Condition={"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}})],
        [(Reach.FEDERATED, GITHUB, ())],
    ),
    "one organization's pipelines": (ROLE, [_trust(Condition=_subject("repo:shop/*"))], []),
    "one branch": (ROLE, [_trust(Condition=_subject("repo:shop/web:ref:refs/heads/main"))], []),
    "organizations of a prefix": (ROLE, [_trust(Condition=_subject("repo:shop*"))], [(Reach.FEDERATED, GITHUB, ())]),
    "a provider of one's own": (
        ROLE,
        [_trust(Principal={"Federated": f"arn:aws:iam::{OWN}:saml-provider/corp"}, Action="sts:AssumeRoleWithSAML")],
        [],
    ),
}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_who_gets_through(case: str) -> None:
    arn, statements, expected = CASES[case]
    cleaned = [{name: value for name, value in each.items() if value is not None} for each in statements]
    answer = exposures(_guarded(arn, *cleaned))
    assert [(each.reach, each.who, each.limits) for each in answer.found] == expected
    assert answer.undecided == ()


@pytest.mark.parametrize("case", [name for name, (_, _, expected) in CASES.items() if expected], ids=str)
def test_every_claim_has_a_request_that_the_evaluation_allows(case: str) -> None:
    arn, statements, _ = CASES[case]
    guarded = _guarded(
        arn, *[{name: value for name, value in each.items() if value is not None} for each in statements]
    )
    full = parse_policy({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
    authorization = Authorization(identity=(Policy(full, Layer.IDENTITY),), resource=guarded.policies)
    for each in exposures(guarded).found:
        assert each.witness.principal.account != OWN or each.reach is Reach.FEDERATED
        assert decide(each.witness, authorization).allowed
        assert each.statements


def test_the_organization_tells_its_members_from_strangers() -> None:
    home = Organization(id=ORGANIZATION, management_account=THIRD, paths={OWN: f"{ORGANIZATION}/r-ab/"})
    guarded = _guarded(BUCKET, _read(Principal={"AWS": [THIRD, OTHER]}))
    reached = {each.who: each.reach for each in exposures(guarded, organization=home).found}
    assert reached == {THIRD: Reach.ORGANIZATION, OTHER: Reach.ACCOUNT}


def test_a_resource_control_policy_shuts_what_the_resource_opens() -> None:
    perimeter = {
        **_deny(
            StringNotEqualsIfExists={"aws:PrincipalOrgID": ORGANIZATION},
            BoolIfExists={"aws:PrincipalIsAWSService": "false"},
        ),
    }
    full = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    level = (Policy(parse_policy({"Version": "2012-10-17", "Statement": [full, perimeter]}), Layer.RCP, "perimeter"),)
    home = Organization(id=ORGANIZATION, rcps={OWN: (level,)})
    assert exposures(_guarded(BUCKET, _read()), organization=home).public is None
    assert [each.reach for each in exposures(_guarded(BUCKET, _read()), organization=home).found] == [
        Reach.ORGANIZATION
    ]


def test_a_question_can_be_narrowed() -> None:
    guarded = _guarded(BUCKET, _read())
    assert exposures(guarded, actions=["s3:Put*", "s3:Delete*"]).found == ()
    trust = {"Effect": "Allow", "Principal": {"AWS": OTHER}, "Action": "sts:AssumeRole"}
    external = {**trust, "Condition": {"StringEquals": {"sts:ExternalId": "shared"}}}
    assert exposures(_guarded(ROLE, trust), known={"sts:externalid": ()}).found
    assert exposures(_guarded(ROLE, external), known={"sts:externalid": ()}).found == ()


PLAIN = {"aws:securetransport": ("false",)}
TLS = _deny(Bool={"aws:SecureTransport": "false"})


@pytest.mark.parametrize(
    ("statements", "action"),
    [
        ([{**TLS, "Action": "s3:*", "Resource": [BUCKET, f"{BUCKET}/*"]}], None),
        ([{**TLS, "Principal": {"AWS": "*"}}], None),
        ([_deny(BoolIfExists={"aws:SecureTransport": "false"})], None),
        ([_deny(StringNotEquals={"aws:SecureTransport": "true"})], None),
        ([{**TLS, "Action": "s3:*", "Resource": f"{BUCKET}/*"}], "s3:listbucket"),
        ([{**TLS, "Action": "s3:*", "Resource": BUCKET}], "s3:getobject"),
        ([{**TLS, "Action": "s3:GetObject"}], "s3:putobject"),
        ([{**TLS, "Principal": {"AWS": OTHER}}], "s3:getobject"),
        ([_deny(Bool={"aws:SecureTransport": "false"}, StringNotEquals={"aws:PrincipalAccount": OWN})], "s3:getobject"),
        ([_deny(Bool={"aws:SecureTransport": "true"})], "s3:getobject"),
        ([], "s3:getobject"),
    ],
)
def test_https_only_is_proven_or_refuted_by_a_request(statements: list[dict[str, Any]], action: str | None) -> None:
    found = list(undenied(_guarded(BUCKET, *statements), known=PLAIN))
    assert (found[0].action if found else None) == action


MANY = tuple(f"2000000000{number:02}" for number in range(40))


def let_in_of_many(**statement: Any) -> set[str]:
    """Who of an organization of many accounts is named as let in by a bucket's policy of one statement."""
    document = parse_policy(
        {
            "Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*", **statement},
        }
    )
    guarded = GuardedResource(
        arn=f"arn:aws:s3:::of-{MANY[7]}", account=MANY[0], policies=(Policy(document, Layer.RESOURCE, "policy"),)
    )
    home = Organization(id="o-exampleours", management_account=MANY[1], paths=dict.fromkeys(MANY, "o-exampleours/r-a/"))
    return {each.who for each in exposures(guarded, organization=home).found}


@pytest.mark.parametrize(
    ("statement", "who"),
    [
        ({"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-exampleours"}}}, {"o-exampleours"}),
        ({"Principal": {"AWS": f"arn:aws:iam::{MANY[3]}:root"}}, {MANY[3]}),
        ({"Condition": {"StringLike": {"aws:PrincipalAccount": "20000000001*"}}}, set(MANY[10:20])),
        ({"Condition": {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{MANY[5]}:role/*"}}}, {MANY[5]}),
        ({"Condition": {"NumericLessThan": {"aws:PrincipalAccount": MANY[3]}}}, {MANY[1], MANY[2]}),
        ({"Resource": "arn:aws:s3:::of-${aws:PrincipalAccount}/*"}, {MANY[7]}),
    ],
)
def test_members_that_nothing_tells_apart_are_in_their_organization_and_others_are_named(
    statement: dict[str, Any], who: set[str]
) -> None:
    assert who <= let_in_of_many(**statement)
    assert let_in_of_many(**statement) & set(MANY) == who & set(MANY)
