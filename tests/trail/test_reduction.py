"""Events become actions of principals on resources; what is not known of them is said, not left out."""

from __future__ import annotations

import csv
import gzip
import io
import json
from typing import Any

import pytest

from bartizan.trail.context import CONTEXT
from bartizan.trail.formats import UnreadableError, decode, holds_events, organization_of
from bartizan.trail.reduction import COLUMNS, Reduction
from trail.events import ACCOUNT, ROLE, SESSION, event, log

ELSEWHERE = "444455556666"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"


def reduced(*events: dict[str, Any], organization: str | None = None) -> list[dict[str, Any]]:
    return _rows(log(*events), organization)


def _rows(data: bytes, organization: str | None = None) -> list[dict[str, Any]]:
    reduction = Reduction()
    reduction.add(decode(data).events, organization)
    return [dict(zip(COLUMNS, row, strict=True)) for row in reduction.rows()]


def one(*events: dict[str, Any], organization: str | None = None) -> dict[str, Any]:
    (row,) = reduced(*events, organization=organization)
    return row


@pytest.mark.parametrize(
    ("identity", "kind", "name", "account"),
    [
        (SESSION, "role", ROLE, ACCOUNT),
        # Without a session's issuer the path of the role is lost, not the role.
        ({**SESSION, "sessionContext": None}, "role", f"arn:aws:iam::{ACCOUNT}:role/deploy", ACCOUNT),
        (
            {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/Alice", "accountId": ACCOUNT, "userName": "Alice"},
            "user",
            f"arn:aws:iam::{ACCOUNT}:user/Alice",
            ACCOUNT,
        ),
        ({"type": "Root", "arn": ROOT, "accountId": ACCOUNT}, "root", ROOT, ACCOUNT),
        (
            {
                "type": "FederatedUser",
                "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/Bob",
                "accountId": ACCOUNT,
                "sessionContext": {"sessionIssuer": {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/Alice"}},
            },
            "federated-user",
            f"arn:aws:sts::{ACCOUNT}:federated-user/Bob",
            ACCOUNT,
        ),
        (
            {"type": "WebIdentityUser", "principalId": "accounts.google.com:app:user", "userName": "user",
             "identityProvider": "accounts.google.com"},
            "web-identity",
            "accounts.google.com",
            None,
        ),
        ({"type": "SAMLUser", "principalId": "q:Bob", "userName": "Bob", "identityProvider": "q"}, "saml", "q", None),
        (
            {"type": "IdentityCenterUser", "accountId": ACCOUNT, "onBehalfOf": {"userId": "u"}},
            "identity-center",
            None,
            ACCOUNT,
        ),
        ({"type": "Directory", "accountId": ACCOUNT, "userName": "Bob"}, "directory", None, ACCOUNT),
        ({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}, "service", "ec2.amazonaws.com", None),
        ({"invokedBy": "ec2.amazonaws.com"}, "service", "ec2.amazonaws.com", None),
        ({"type": "AWSAccount", "principalId": "AIDAQ", "accountId": ELSEWHERE}, "account", None, ELSEWHERE),
        ({"type": "AWSAccount", "principalId": "", "accountId": "ANONYMOUS_PRINCIPAL"}, "anonymous", None, None),
        ({"type": "AWSAccount", "principalId": "", "accountId": "anonymous"}, "anonymous", None, None),
        ({"type": "Unknown", "principalId": "x"}, "unknown", None, None),
        ({"type": "ThingOfTomorrow"}, "unknown", None, None),
        (None, "unknown", None, None),
    ],
)  # fmt: skip
def test_who_called(identity: Any, kind: str, name: str | None, account: str | None) -> None:
    row = one(event(userIdentity=identity))
    assert (row["principal_kind"], row["principal"], row["principal_account"]) == (kind, name, account)


@pytest.mark.parametrize(
    ("source", "name", "changed", "rows"),
    [
        ("s3", "ListBuckets", {}, [("s3:ListAllMyBuckets", "*")]),
        (
            "iam",
            "GetRole",
            {"requestParameters": {"roleName": "a"}},
            [("iam:GetRole", f"arn:aws:iam::{ACCOUNT}:role/a")],
        ),
        (
            "lambda",
            "GetFunction20150331v2",
            {"requestParameters": {"functionName": "f"}},
            [("lambda:GetFunction", f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:f")],
        ),
        (
            "lambda",
            "Invoke",
            {"requestParameters": {"functionName": f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:f"}},
            [("lambda:InvokeFunction", f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:f")],
        ),
        (
            "s3",
            "GetObject",
            {
                "resources": [
                    {"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::b/in/2026/a.json"},
                    {"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::b", "accountId": ELSEWHERE},
                ]
            },
            [("s3:GetObject", "arn:aws:s3:::b/in/2026/*")],
        ),
        (
            "s3",
            "HeadBucket",
            {"resources": [{"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::b", "accountId": ELSEWHERE}]},
            [("s3:ListBucket", "arn:aws:s3:::b")],
        ),
        (
            "s3",
            "GetObject",
            {"requestParameters": {"bucketName": "b", "key": "k"}},
            [("s3:GetObject", "arn:aws:s3:::b/*")],
        ),
        (
            "ec2",
            "TerminateInstances",
            {"requestParameters": {"instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2"}]}}},
            [("ec2:TerminateInstances", f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/{each}") for each in ("i-1", "i-2")],
        ),
        (
            "logs",
            "CreateLogStream",
            {"requestParameters": {"logGroupName": "/aws/lambda/f", "logStreamName": "2026/[1]x"}},
            [("logs:CreateLogStream", f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/aws/lambda/f:log-stream:*")],
        ),
        ("monitoring", "DescribeAlarms", {}, [("cloudwatch:DescribeAlarms", None)]),
        ("apigateway", "GetRestApis", {}, [("apigateway:GET", None)]),
        (
            "s3",
            "CopyObject",
            {"resources": [{"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::b/x/y"}]},
            [("s3:GetObject", "arn:aws:s3:::b/x/*"), ("s3:PutObject", "arn:aws:s3:::b/x/*")],
        ),
        (
            "kms",
            "Decrypt",
            {"awsRegion": "cn-north-1", "requestParameters": {"keyId": "k"}},
            [("kms:Decrypt", f"arn:aws-cn:kms:cn-north-1:{ACCOUNT}:key/k")],
        ),
    ],
)
def test_what_was_called_on_what(source: str, name: str, changed: dict[str, Any], rows: list[tuple[str, str]]) -> None:
    found = reduced(event(source, name, **changed))
    assert [(each["action"], each["resource"]) for each in found] == rows
    assert {each["mapping"] for each in found} == {"mapped"}


@pytest.mark.parametrize(
    ("source", "name", "kind", "mapping"),
    [
        ("sts", "GetCallerIdentity", "AwsApiCall", "none-needed"),
        ("signin", "ConsoleLogin", "AwsConsoleSignIn", "no-call"),
        ("kms", "RotateKey", "AwsServiceEvent", "no-call"),
        ("tomorrow", "DoThings", "AwsApiCall", "unmapped"),
        ("s3", "DoThings", "AwsApiCall", "unmapped"),
    ],
)
def test_what_has_no_action_is_kept_and_says_why(source: str, name: str, kind: str, mapping: str) -> None:
    row = one(event(source, name, eventType=kind), event(source, name, eventType=kind))
    assert (row["action"], row["mapping"], row["event_name"], row["events"]) == (None, mapping, name, 2)


def test_the_context_that_policies_use_is_kept() -> None:
    session = {
        **SESSION["sessionContext"],
        "sourceIdentity": "alice",
        "webIdFederationData": {"federatedProvider": "p"},
    }
    identity = {**SESSION, "invokedBy": "cloudformation.amazonaws.com", "sessionContext": session}
    row = one(
        event(vpcEndpointId="vpce-1", vpcEndpointAccountId=ELSEWHERE, userIdentity=identity), organization="o-abc"
    )
    assert {each.key: row[each.column] for each in CONTEXT} == {
        "aws:SourceIp": "203.0.113.7",
        "aws:SourceVpce": "vpce-1",
        "aws:VpceAccount": ELSEWHERE,
        "aws:RequestedRegion": "eu-west-1",
        "aws:MultiFactorAuthPresent": True,
        "aws:SecureTransport": True,
        "s3:TlsVersion": "TLSv1.3",
        "aws:CalledVia": "cloudformation.amazonaws.com",
        "aws:ViaAWSService": True,
        "aws:SourceIdentity": "alice",
        "aws:FederatedProvider": "p",
    }
    assert row["principal_org_id"] == "o-abc"
    stranger = one(event(userIdentity={"type": "AWSAccount", "accountId": ELSEWHERE}), organization="o-abc")
    assert stranger["principal_org_id"] is None


def test_what_the_context_lacks_is_not_made_up() -> None:
    user = {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/a", "accountId": ACCOUNT}
    row = one(event(userIdentity=user, tlsDetails=..., sourceIPAddress="config.amazonaws.com"))
    assert [row[each] for each in ("mfa_present", "secure_transport", "source_ip", "via_aws_service")] == [None] * 4


def test_events_that_differ_in_nothing_kept_are_one_row_with_first_and_last() -> None:
    times = ("2026-03-01T10:00:00Z", "2026-03-02T10:00:00Z", "2026-03-01T08:00:00Z")
    sessions = [{**SESSION, "arn": f"{SESSION['arn']}{number}", "accessKeyId": f"ASIA{number}"} for number in range(3)]
    row = one(
        *(event(eventTime=at, userIdentity=who, eventID=at) for at, who in zip(times, sessions, strict=True)),
    )
    assert (row["events"], row["first_seen"], row["last_seen"]) == (3, times[2], times[1])
    # A month, a region, an error and an address are worth a row.
    others: list[dict[str, Any]] = [
        {"eventTime": "2026-04-01T00:00:00Z"},
        {"awsRegion": "us-east-1"},
        {"errorCode": "AccessDenied"},
        {"sourceIPAddress": "::1"},
    ]
    assert len(reduced(event(), *(event(**each) for each in others))) == 5


def test_no_secret_of_the_parameters_is_kept() -> None:
    secret = "hunter2-hunter2"
    given = {
        "secretId": "db",
        "secretString": secret,
        "password": secret,
        "tags": [{"key": "secretId2", "value": secret}],
        "environment": {"variables": {"TOKEN": secret}},
    }
    rows = reduced(
        event("secretsmanager", "PutSecretValue", requestParameters=given, responseElements={"secretString": secret}),
        event("lambda", "CreateFunction20150331", requestParameters={"functionName": "f", **given}),
        event("rds", "CreateDBInstance", requestParameters={"dBInstanceIdentifier": "d", "masterUserPassword": secret}),
        event("nobody", "Knows", requestParameters=given),
    )
    assert len(rows) == 4
    assert secret not in json.dumps(rows)


def _csv(*rows: dict[str, str]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


PLAIN = event("iam", "GetRole", requestParameters={"roleName": "a"})
PRINTED = (
    f"{{type=AssumedRole, principalid=AROA:run, arn={SESSION['arn']}, accountid={ACCOUNT}, invokedby=null, "
    f"sessioncontext={{attributes={{mfaauthenticated=true, creationdate=2026-03-01T09:00:00Z}}, "
    f"sessionissuer={{type=Role, arn={ROLE}, accountid={ACCOUNT}}}}}}}"
)
COLUMNAR = {
    "eventversion": "1.11",
    "useridentity": PRINTED,
    "eventtime": "2026-03-01T10:00:00Z",
    "eventsource": "iam.amazonaws.com",
    "eventname": "GetRole",
    "awsregion": "eu-west-1",
    "sourceipaddress": "203.0.113.7",
    "requestparameters": '{"roleName":"a"}',
    "readonly": "true",
    "eventtype": "AwsApiCall",
    "recipientaccountid": ACCOUNT,
    "eventcategory": "Management",
    "tlsdetails": "{tlsversion=TLSv1.3, ciphersuite=TLS_AES_128_GCM_SHA256}",
}


def _small(held: Any) -> Any:
    if isinstance(held, dict):
        return {name.lower(): _small(each) for name, each in held.items()}
    return held


@pytest.mark.parametrize(
    "data",
    [
        json.dumps({"Records": [PLAIN]}).encode(),
        log(PLAIN),
        gzip.compress(b'{"Records":[') + gzip.compress(json.dumps(PLAIN).encode() + b"]}"),
        json.dumps([PLAIN]).encode(),
        json.dumps(PLAIN).encode(),
        json.dumps({"Events": [{"EventId": "x", "CloudTrailEvent": json.dumps(PLAIN)}]}).encode(),
        _csv({"eventJson": json.dumps(PLAIN), "eventTime": "2026-03-01 10:00:00.000"}),
        gzip.compress(_csv(COLUMNAR)),
        _csv({**COLUMNAR, "eventtime": "2026-03-01 10:00:00.000"}),
        json.dumps({**_small(PLAIN), "requestparameters": '{"roleName":"a"}'}).encode() + b"\n",
    ],
    ids=[
        "plain",
        "gz",
        "gz of two",
        "array",
        "one",
        "lookup-events",
        "lake json",
        "athena csv",
        "lake csv",
        "athena json",
    ],
)
def test_every_shape_of_file_gives_the_same(data: bytes) -> None:
    assert _rows(data) == reduced(PLAIN)


def test_lines_of_json_are_events() -> None:
    lines = "\n".join(json.dumps(_small({**PLAIN, "requestParameters": None})) for _ in range(3))
    (row,) = _rows(gzip.compress(lines.encode()))
    assert row["events"] == 3


def test_an_odd_record_spoils_no_other() -> None:
    decoded = decode(log(PLAIN, {**PLAIN, "eventName": 7}, {"eventSource": "x"}, PLAIN))
    assert (len(decoded.events), decoded.malformed) == (2, 2)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (gzip.compress(b""), "empty"),
        (log(PLAIN)[:-20], "cut off"),
        (log(PLAIN)[:40] + b"\0\0\0\0" + log(PLAIN)[44:], "broken|cut off"),
        (b"\x1f\x8bnonsense", "broken"),
        (b"<html>", "no JSON"),
        (b'{"Records":[{', "no JSON or CSV"),
        (b'{"Records":[]}'[:-1], "no JSON or CSV"),
        (b'{"a": 1}', "none of its 1 records"),
        (b"\xff\xfe\x00", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b'"text"', "no JSON"),
        (b"a,b\n1,2\n", "no CSV with a column"),
    ],
)
def test_what_is_no_log_says_why(data: bytes, why: str) -> None:
    with pytest.raises(UnreadableError, match=why):
        decode(data)


def test_a_log_without_events_is_fine() -> None:
    assert decode(b'{"Records":[]}').events == []


def test_names_tell_what_holds_events_and_whose_they_are() -> None:
    path = "AWSLogs/o-exampleorgid/111122223333/CloudTrail/eu-west-1/2026/03/01/x.json.gz"
    assert holds_events(path)
    assert organization_of(path) == organization_of(f"prefix/{path}") == "o-exampleorgid"
    assert organization_of("AWSLogs/111122223333/CloudTrail/x.json.gz") is None
    for other in (
        "CloudTrail-Digest/a.json.gz",
        "CloudTrail-Insight/a.json.gz",
        "q/result_sign.json",
        "a.csv.metadata",
        "a.txt",
    ):
        assert not holds_events(other)
