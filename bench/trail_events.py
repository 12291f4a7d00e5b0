"""CloudTrail files as an organization trail delivers them, made up: the same seed makes the same files.

Who calls what is skewed as in a real account: a few roles make most of the calls, sessions change their names, and most
calls are reads, of which many are made by services. One event in two hundred is denied.
"""

from __future__ import annotations

import datetime as dt
import gzip
import random
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

PER_FILE = 5_000
ACCOUNTS = 20
_APART = 100_000
REGIONS = ("eu-central-1", "eu-west-1", "us-east-1")
ORGANIZATION = "o-exampleorgid"
START = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)

Call = tuple[str, str, bool, Mapping[str, Any], str]
"""The service, the event's name, whether it only reads, its parameters, and the type of the resource that it lists."""

CALLS: tuple[Call, ...] = (
    (
        "ec2",
        "DescribeInstances",
        True,
        {"instancesSet": {"items": [{"instanceId": "i-0{n:016x}"}]}, "filterSet": {}},
        "",
    ),
    (
        "ec2",
        "DescribeNetworkInterfaces",
        True,
        {
            "networkInterfaceIdSet": {},
            "filterSet": {"items": [{"name": "vpc-id", "valueSet": {"items": [{"value": "vpc-0{n:016x}"}]}}]},
        },
        "",
    ),
    (
        "sts",
        "AssumeRole",
        True,
        {"roleArn": "arn:aws:iam::{account}:role/service-{n}", "roleSessionName": "run-{r}", "durationSeconds": 3600},
        "AWS::IAM::Role",
    ),
    (
        "kms",
        "Decrypt",
        True,
        {"encryptionContext": {"aws:s3:arn": "arn:aws:s3:::data-{n}"}, "encryptionAlgorithm": "SYMMETRIC_DEFAULT"},
        "AWS::KMS::Key",
    ),
    (
        "s3",
        "GetObject",
        True,
        {"bucketName": "data-{n}", "Host": "data-{n}.s3.amazonaws.com", "key": "in/{m}/{r}.json"},
        "AWS::S3::Object",
    ),
    (
        "s3",
        "PutObject",
        False,
        {
            "bucketName": "data-{n}",
            "Host": "data-{n}.s3.amazonaws.com",
            "key": "out/{m}/{r}.json",
            "x-amz-server-side-encryption": "aws:kms",
        },
        "AWS::S3::Object",
    ),
    (
        "s3",
        "ListObjects",
        True,
        {"bucketName": "data-{n}", "list-type": "2", "prefix": "in/", "Host": "s3"},
        "AWS::S3::Bucket",
    ),
    (
        "dynamodb",
        "GetItem",
        True,
        {"tableName": "orders-{n}", "key": {"id": "{r}"}, "consistentRead": False},
        "AWS::DynamoDB::Table",
    ),
    (
        "lambda",
        "Invoke",
        False,
        {"functionName": "arn:aws:lambda:{region}:{account}:function:worker-{n}", "invocationType": "Event"},
        "AWS::Lambda::Function",
    ),
    ("lambda", "GetFunction20150331v2", True, {"functionName": "worker-{n}"}, ""),
    (
        "logs",
        "CreateLogStream",
        False,
        {"logGroupName": "/aws/lambda/worker-{n}", "logStreamName": "2026/03/[$LATEST]{r}"},
        "",
    ),
    ("iam", "GetRole", True, {"roleName": "service-{n}"}, ""),
    ("iam", "ListRoles", True, {"maxItems": 1000}, ""),
    ("secretsmanager", "GetSecretValue", True, {"secretId": "app/db-{n}"}, ""),
    ("ssm", "GetParametersByPath", True, {"path": "/app/{n}", "recursive": True, "withDecryption": True}, ""),
    ("monitoring", "PutMetricAlarm", False, {"alarmName": "cpu-{n}", "namespace": "AWS/EC2", "period": 60}, ""),
    ("config", "PutEvaluations", False, {"evaluations": [{"complianceType": "COMPLIANT"}], "resultToken": "t"}, ""),
    ("codebuild", "BatchGetBuilds", True, {"ids": ["build-{n}:{r}"]}, ""),
)
_WEIGHTS = (14, 6, 12, 10, 14, 8, 5, 8, 5, 3, 4, 3, 1, 2, 2, 1, 1, 1)


def events(number: int, accounts: int, seed: int = 7) -> Iterator[tuple[str, str, dt.datetime, list[dict[str, Any]]]]:
    """That many events by file: the account, the region, when it was delivered, and what is in it."""
    chance = random.Random(seed)
    done = 0
    files = max(1, -(-number // PER_FILE))
    for index in range(files):
        account = f"{100000000000 + index % accounts}"
        region = REGIONS[index // accounts % len(REGIONS)]
        when = START + dt.timedelta(seconds=30 * 86400 * index / files)
        size = min(PER_FILE, number - done)
        done += size
        yield account, region, when, [_event(chance, account, region, when) for _ in range(size)]


def write(root: Path, number: int) -> int:
    """Write that many events as files below a folder, and give the bytes before they were compressed.

    Beyond the first hundred thousand they are those of the same accounts under other numbers.
    """
    made = [
        (account, region, when, orjson.dumps({"Records": records}))
        for account, region, when, records in events(min(number, _APART), ACCOUNTS)
    ]
    total = 0
    for copy in range(max(1, number // _APART)):
        for first, region, when, text in made:
            account = f"1{copy:07}{first[8:]}"
            folder = root / "AWSLogs" / ORGANIZATION / account / "CloudTrail" / region / f"{when:%Y/%m/%d}"
            folder.mkdir(parents=True, exist_ok=True)
            data = text.replace(b"10000000", f"1{copy:07}".encode())
            total += len(data)
            tag = uuid.uuid5(uuid.NAMESPACE_OID, f"{account}{region}{when}").hex[:16]
            name = f"{account}_CloudTrail_{region}_{when:%Y%m%dT%H%MZ}_{tag}.json.gz"
            (folder / name).write_bytes(gzip.compress(data, 4, mtime=0))
    return total


def _filled(value: Any, names: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        return value.format_map(names) if "{" in value else value
    if isinstance(value, dict):
        return {key: _filled(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, names) for each in value]
    return value


def _event(chance: random.Random, account: str, region: str, when: dt.datetime) -> dict[str, Any]:
    service, name, reads, parameters, kind = chance.choices(CALLS, _WEIGHTS)[0]
    n, m, r = min(int(chance.expovariate(0.12)), 60), chance.randrange(4), chance.randrange(10**9)
    names = {"n": n, "m": m, "r": r, "account": account, "region": region}
    at = when + dt.timedelta(seconds=chance.randrange(300))
    ident = uuid.UUID(int=chance.getrandbits(128), version=4)
    denied = chance.random() < 0.005
    found: dict[str, Any] = {
        "eventVersion": "1.11",
        "userIdentity": _identity(chance, account, n, r, at),
        "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "awsRegion": region,
        "sourceIPAddress": f"10.{n % 4}.{n}.{chance.randrange(3)}",
        "userAgent": "aws-sdk-java/2.29.0 md/io#sync md/http#Apache ua/2.1 os/Linux#6.1 lang/java#21.0.5 md/OpenJDK",
        "requestParameters": _filled(parameters, names),
        "responseElements": None,
        "requestID": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        "eventID": str(ident),
        "readOnly": reads,
        "eventType": "AwsApiCall",
        "managementEvent": kind not in ("AWS::S3::Object", "AWS::DynamoDB::Table"),
        "recipientAccountId": account,
        "eventCategory": "Data" if kind in ("AWS::S3::Object", "AWS::DynamoDB::Table") else "Management",
        "tlsDetails": {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": f"{service}.{region}.amazonaws.com",
        },
    }
    if denied:
        found["errorCode"] = "AccessDenied"
        found["errorMessage"] = (
            f"User: {found['userIdentity'].get('arn')} is not authorized to perform: {service}:{name}"
        )
    if name == "AssumeRole" and not denied:
        found["responseElements"] = {
            "credentials": {
                "accessKeyId": f"ASIA{r:016d}",
                "sessionToken": "x" * 400,
                "expiration": "Mar 1, 2026, 1:00:00 PM",
            },
            "assumedRoleUser": {
                "assumedRoleId": f"AROA{n:016d}:run-{r}",
                "arn": f"arn:aws:sts::{account}:assumed-role/s/run-{r}",
            },
        }
    listed = {
        "AWS::S3::Object": [
            {"type": "AWS::S3::Object", "ARN": f"arn:aws:s3:::data-{n}/in/{m}/{r}.json"},
            {"accountId": account, "type": "AWS::S3::Bucket", "ARN": f"arn:aws:s3:::data-{n}"},
        ],
        "AWS::S3::Bucket": [{"accountId": account, "type": "AWS::S3::Bucket", "ARN": f"arn:aws:s3:::data-{n}"}],
        "AWS::KMS::Key": [
            {
                "accountId": account,
                "type": "AWS::KMS::Key",
                "ARN": f"arn:aws:kms:{region}:{account}:key/{uuid.UUID(int=n)}",
            }
        ],
        "AWS::IAM::Role": [
            {"accountId": account, "type": "AWS::IAM::Role", "ARN": f"arn:aws:iam::{account}:role/service-{n}"}
        ],
        "AWS::DynamoDB::Table": [
            {
                "accountId": account,
                "type": "AWS::DynamoDB::Table",
                "ARN": f"arn:aws:dynamodb:{region}:{account}:table/orders-{n}",
            }
        ],
    }.get(kind)
    if listed:
        found["resources"] = listed
    return found


def _identity(chance: random.Random, account: str, n: int, r: int, at: dt.datetime) -> dict[str, Any]:
    kind = chance.random()
    if kind < 0.1:
        return {"type": "AWSService", "invokedBy": "config.amazonaws.com"}
    if kind < 0.13:
        return {
            "type": "IAMUser",
            "principalId": f"AIDA{n:016d}",
            "arn": f"arn:aws:iam::{account}:user/u{n}",
            "accountId": account,
            "accessKeyId": f"AKIA{n:016d}",
            "userName": f"u{n}",
        }
    who = f"service-{n}"
    return {
        "type": "AssumedRole",
        "principalId": f"AROA{n:016d}:run-{r % 1000}",
        "arn": f"arn:aws:sts::{account}:assumed-role/{who}/run-{r % 1000}",
        "accountId": account,
        "accessKeyId": f"ASIA{r:016d}",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": f"AROA{n:016d}",
                "arn": f"arn:aws:iam::{account}:role/{who}",
                "accountId": account,
                "userName": who,
            },
            "attributes": {"creationDate": f"{at:%Y-%m-%dT%H:00:00Z}", "mfaAuthenticated": "false"},
        },
    }
