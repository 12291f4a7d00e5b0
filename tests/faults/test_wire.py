"""The faults of the proxy: botocore reads in each protocol's error what the fault says."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from botocore.parsers import create_parser

from bartizan.aws.errors import understand
from bartizan.model import Reason
from bartizan.resources.reading import Call
from wire import Fault, Operation, Operations, answer

OPERATIONS = Operations(["s3", "s3control", "ec2", "lambda", "sqs", "cloudwatch"])


@pytest.mark.parametrize("protocol", ["query", "ec2", "rest-xml", "rest-json", "json", "smithy-rpc-v2-cbor"])
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.DENIED, Reason.DENIED),
        (Fault.THROTTLED, Reason.THROTTLED),
        (Fault.EXPIRED, Reason.EXPIRED),
        (Fault.SUSPENDED, Reason.FAILED),
    ],
)
def test_an_error_means_the_same_in_every_protocol(protocol: str, fault: Fault, reason: Reason) -> None:
    reply = answer(Operation("sqs:ListQueues", protocol), fault)
    headers = {name.lower(): value for name, value in reply.headers.items()}
    sent = {"status_code": reply.status, "headers": headers, "body": reply.body, "context": {}}
    read = create_parser(protocol).parse(sent, None)
    assert "sqs:ListQueues" in read["Error"]["Message"]
    trouble = understand(ClientError(read, "ListQueues"), Call("sqs:ListQueues"), in_region=True)
    assert trouble.failure.gap.reason is reason
    assert trouble.retry is (fault is Fault.THROTTLED)


@pytest.mark.parametrize(
    ("signing", "url", "headers", "body", "names"),
    [
        ("s3", "/?max-buckets=1000", {}, b"", {"ListBuckets", "ListDirectoryBuckets"}),
        ("s3", "/logs?policy", {}, b"", {"GetBucketPolicy"}),
        ("s3", "/logs?lifecycle", {}, b"", {"GetBucketLifecycle", "GetBucketLifecycleConfiguration"}),
        ("s3", "/v20180820/configuration/publicAccessBlock", {}, b"", {"GetPublicAccessBlock"}),
        ("lambda", "/2015-03-31/functions/mailer/policy", {}, b"", {"GetPolicy"}),
        ("sqs", "/", {"X-Amz-Target": "AmazonSQS.ListQueues"}, b"{}", {"ListQueues"}),
        ("ec2", "/", {}, b"Action=DescribeVpcs&Version=2016-11-15", {"DescribeVpcs"}),
        ("ec2", "/", {"X-Amz-Target": "AmazonSQS.ListQueues"}, b"{}", set()),
        ("dynamodb", "/", {"X-Amz-Target": "DynamoDB_20120810.ListTables"}, b"{}", set()),
    ],
)
def test_a_request_tells_its_operation(signing, url, headers, body, names) -> None:
    credential = f"AWS4-HMAC-SHA256 Credential=demo/20260101/eu-west-1/{signing}/aws4_request, Signature=0"
    method = "POST" if body else "GET"
    asked = OPERATIONS.asked(method, url, {**headers, "Authorization": credential}, body)
    assert {each.name.partition(":")[2] for each in asked} == names
