"""What code refers to before it has an ARN: keys, queues, buckets, log groups and policies, as rules look for them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bartizan.app.check import check
from bartizan.engine.catalog import Catalog

from .test_terraform import code, instance, of, plan

CODE = """
resource "aws_kms_key" "k" {
  enable_key_rotation = true
}
resource "aws_sqs_queue" "jobs" {
  name              = "jobs"
  kms_master_key_id = aws_kms_key.k.id
  redrive_policy    = jsonencode({ deadLetterTargetArn = aws_sqs_queue.failed.arn, maxReceiveCount = 3 })
}
resource "aws_sqs_queue" "failed" {
  name              = "failed"
  kms_master_key_id = aws_kms_key.k.arn
}
resource "aws_sns_topic" "t" {
  name              = "t"
  kms_master_key_id = aws_kms_key.k.id
}
resource "aws_cloudtrail" "t" {
  name                       = "t"
  s3_bucket_name             = aws_s3_bucket.logs.id
  kms_key_id                 = aws_kms_key.k.arn
  cloud_watch_logs_group_arn = "${aws_cloudwatch_log_group.trail.arn}:*"
}
resource "aws_s3_bucket" "logs" {
  bucket = "logs"
}
resource "aws_cloudwatch_log_group" "trail" {
  name              = "trail"
  retention_in_days = 30
  kms_key_id        = aws_kms_key.k.arn
}
resource "aws_cloudwatch_log_group" "other" {
  name              = "other"
  retention_in_days = 30
  kms_key_id        = aws_kms_key.k.arn
}
resource "aws_lambda_function" "one" {
  function_name = "one"
  runtime       = "python3.13"
  role          = aws_iam_role.shared.arn
}
resource "aws_lambda_function" "two" {
  function_name = "two"
  runtime       = "python3.13"
  role          = aws_iam_role.shared.arn
}
resource "aws_iam_role" "shared" {
  name = "shared"
}
resource "aws_iam_policy" "p" {
  name   = "p"
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "*" }] })
}
resource "aws_iam_user" "u" {
  name = "u"
}
resource "aws_iam_user_policy_attachment" "u" {
  user       = aws_iam_user.u.name
  policy_arn = aws_iam_policy.p.arn
}
"""

TEMPLATE: dict[str, Any] = {
    "K": {"Type": "AWS::KMS::Key", "Properties": {"EnableKeyRotation": True}},
    "Jobs": {
        "Type": "AWS::SQS::Queue",
        "Properties": {
            "KmsMasterKeyId": {"Ref": "K"},
            "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["Failed", "Arn"]}, "maxReceiveCount": 3},
        },
    },
    "Failed": {"Type": "AWS::SQS::Queue", "Properties": {"KmsMasterKeyId": {"Fn::GetAtt": ["K", "Arn"]}}},
    "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"KmsMasterKeyId": {"Ref": "K"}}},
    "Trail": {
        "Type": "AWS::CloudTrail::Trail",
        "Properties": {
            "IsLogging": True,
            "S3BucketName": {"Ref": "Logs"},
            "KMSKeyId": {"Fn::GetAtt": ["K", "Arn"]},
            "CloudWatchLogsLogGroupArn": {"Fn::GetAtt": ["TrailGroup", "Arn"]},
        },
    },
    "Logs": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "logs"}},
    "TrailGroup": {
        "Type": "AWS::Logs::LogGroup",
        "Properties": {"RetentionInDays": 30, "KmsKeyId": {"Fn::GetAtt": ["K", "Arn"]}},
    },
    "Other": {
        "Type": "AWS::Logs::LogGroup",
        "Properties": {"RetentionInDays": 30, "KmsKeyId": {"Fn::GetAtt": ["K", "Arn"]}},
    },
    "One": {
        "Type": "AWS::Lambda::Function",
        "Properties": {"Runtime": "python3.13", "Role": {"Fn::GetAtt": ["Shared", "Arn"]}},
    },
    "Two": {
        "Type": "AWS::Lambda::Function",
        "Properties": {"Runtime": "python3.13", "Role": {"Fn::GetAtt": ["Shared", "Arn"]}},
    },
    "May": {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "FunctionName": {"Ref": "One"},
            "Action": "lambda:InvokeFunction",
            "Principal": "s3.amazonaws.com",
            "SourceArn": {"Fn::GetAtt": ["Logs", "Arn"]},
            "SourceAccount": {"Ref": "AWS::AccountId"},
        },
    },
    "Shared": {"Type": "AWS::IAM::Role", "Properties": {}},
    "P": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"Users": [{"Ref": "U"}], "PolicyDocument": {}}},
    "U": {"Type": "AWS::IAM::User", "Properties": {}},
}

FAILING = {
    ("cloudtrail.logs-can-be-deleted", "Trail"),
    ("iam.policies-on-user", "U"),
    ("lambda.shared-role", "One"),
    ("lambda.shared-role", "Two"),
    ("logs.trail-kept-too-short", "TrailGroup"),
}
PASSING = {
    ("cloudtrail.trail-without-kms-key", "Trail"),
    ("cloudtrail.trail-without-log-group", "Trail"),
    ("iam.administrator-user", "U"),
    ("lambda.public-function", "One"),
    ("logs.trail-kept-too-short", "Other"),
    ("sns.shared-without-own-key", "Topic"),
    ("sns.unencrypted-topic", "Topic"),
    ("sqs.no-dead-letter-queue", "Failed"),
    ("sqs.no-dead-letter-queue", "Jobs"),
    ("sqs.unencrypted-queue", "Jobs"),
}
ADDRESSES = {
    "Trail": "aws_cloudtrail.t", "U": "aws_iam_user.u", "One": "aws_lambda_function.one",
    "Two": "aws_lambda_function.two", "TrailGroup": "aws_cloudwatch_log_group.trail",
    "Other": "aws_cloudwatch_log_group.other", "Topic": "aws_sns_topic.t", "Failed": "aws_sqs_queue.failed",
    "Jobs": "aws_sqs_queue.jobs",
}  # fmt: skip


def verdicts(path: Path) -> dict[tuple[str, str], str]:
    return {
        (each.rule, each.resource): each.status.value for each in check([path], Catalog.load()).evaluation.findings()
    }


def test_terraform_s_references_are_followed_as_rules_need_them(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(CODE)
    found = verdicts(tmp_path)
    assert {key: found[key[0], ADDRESSES[key[1]]] for key in FAILING} == dict.fromkeys(FAILING, "fail")
    assert {key: found[key[0], ADDRESSES[key[1]]] for key in PASSING} == dict.fromkeys(PASSING, "pass")


@pytest.mark.parametrize("construct", [False, True])
def test_a_template_s_references_are_followed_as_rules_need_them(tmp_path: Path, construct: bool) -> None:
    path, names = tmp_path / "t.json", {name: f"Stack/{name}/Resource" if construct else name for name in TEMPLATE}
    resources = {name: each | {"Metadata": {"aws:cdk:path": names[name]}} for name, each in TEMPLATE.items()}
    path.write_text(json.dumps({"Resources": resources if construct else TEMPLATE}))
    found = verdicts(path)
    assert {key: found[key[0], names[key[1]]] for key in FAILING} == dict.fromkeys(FAILING, "fail")
    assert {key: found[key[0], names[key[1]]] for key in PASSING} == dict.fromkeys(PASSING, "pass")


def test_a_plan_s_references_are_followed_as_rules_need_them(tmp_path: Path) -> None:
    queue, failed = "aws_sqs_queue.jobs", "aws_sqs_queue.failed"
    trail, bucket = "aws_cloudtrail.t", "aws_s3_bucket.logs"
    later = ("arn", "id", "redrive_policy", "redrive_allow_policy", "kms_master_key_id")
    document = plan(
        [
            instance("aws_kms_key.k", {}, ("arn", "id", "policy")),
            instance(queue, {"name": "jobs"}, later),
            instance(failed, {"name": "failed"}, later),
            instance(trail, {"name": "t"}, ("s3_bucket_name", "kms_key_id")),
            instance(bucket, {"bucket": "logs"}, ("id", "arn")),
        ],
        code("aws_kms_key.k"),
        code(queue, redrive_policy=of(failed, "arn"), kms_master_key_id=of("aws_kms_key.k", "arn")),
        code(failed, kms_master_key_id=of("aws_kms_key.k", "arn")),
        code(trail, s3_bucket_name=of(bucket), kms_key_id=of("aws_kms_key.k", "arn")),
        code(bucket, bucket={"constant_value": "logs"}),
    )
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(document))
    found = verdicts(path)
    assert found["cloudtrail.logs-can-be-deleted", trail] == "fail"
    assert found["cloudtrail.trail-without-kms-key", trail] == "pass"
    for each in (queue, failed):
        assert found["sqs.no-dead-letter-queue", each] == "pass"
        assert found["sqs.unencrypted-queue", each] == "pass"
