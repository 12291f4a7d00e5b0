"""SAM templates and what CDK makes: the resources that come out, and where they stand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bartizan.iac.read import Code, read_code
from bartizan.iac.sam import expand
from bartizan.model import InputError
from bartizan.resources.code_readers import CodeReaders

READERS = CodeReaders()
SAM = """Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: python3.13
    Environment: {Variables: {A: all}}
    Tags: {team: ops}
Resources:
  Shop:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.run
      Environment: {Variables: {B: own}}
      Tracing: Active
      FunctionUrlConfig: {AuthType: NONE}
      Policies:
        - AmazonS3ReadOnlyAccess
        - Statement: [{Effect: Allow, Action: "*", Resource: "*"}]
        - SQSPollerPolicy: {QueueName: jobs}
      Events:
        Web: {Type: HttpApi}
        Jobs: {Type: SQS, Properties: {Queue: jobs}}
  Orders:
    Type: AWS::Serverless::SimpleTable
    Properties: {TableName: orders, Tags: {data: orders}}
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties: {Role: "arn:aws:iam::111122223333:role/flow"}
  Plain: {Type: AWS::SQS::Queue}
"""


def expanded(tmp_path: Path, text: str = SAM) -> Code:
    (tmp_path / "t.yaml").write_text(text)
    return read_code([tmp_path], READERS)


def document() -> dict[str, Any]:
    from bartizan.iac.text import parse  # noqa: PLC0415 - only here

    made, _ = expand(parse(SAM, "t.yaml").value, "t.yaml")
    return dict(made["Resources"])


def test_a_function_brings_its_role_url_and_permissions() -> None:
    made = document()
    assert {name: each["Type"] for name, each in made.items()} == {
        "Shop": "AWS::Lambda::Function",
        "ShopRole": "AWS::IAM::Role",
        "ShopUrl": "AWS::Lambda::Url",
        "ShopUrlPublicPermissions": "AWS::Lambda::Permission",
        "ShopWebPermission": "AWS::Lambda::Permission",
        "Orders": "AWS::DynamoDB::Table",
        "Flow": "AWS::StepFunctions::StateMachine",
        "Plain": "AWS::SQS::Queue",
    }
    shop = made["Shop"]["Properties"]
    assert shop["Runtime"] == "python3.13"
    assert shop["Environment"] == {"Variables": {"A": "all", "B": "own"}}
    assert shop["Tags"] == [{"Key": "team", "Value": "ops"}]
    assert shop["TracingConfig"] == {"Mode": "Active"}
    assert made["ShopUrlPublicPermissions"]["Properties"]["Principal"] == "*"
    assert made["Flow"]["Properties"]["RoleArn"] == "arn:aws:iam::111122223333:role/flow"


def test_the_role_has_the_policies_of_its_function_and_stands_where_that_does(tmp_path: Path) -> None:
    code = expanded(tmp_path)
    found: dict[str, Any] = {each.address: each for each in code.resources}
    role = found["ShopRole"]
    assert set(role.managed_policy_arns) == {
        "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
        "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess",
        "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
    }
    statements = [each.policy_document.statements[0] for each in role.policies]
    assert statements[0].actions == ("*",)
    assert "sqs:DeleteMessage" in statements[1].actions
    assert statements[1].resources == ("arn:aws:sqs:<AWS::Region>:<AWS::AccountId>:jobs",)
    assert (role.place.line, found["Orders"].place.line) == (8, 22)
    assert found["Orders"].billing_mode == "PAY_PER_REQUEST"
    assert [each.kind for each in code.readings] == ["SAM template"]


def test_a_policy_template_that_is_not_known_leaves_the_policies_unknown(tmp_path: Path) -> None:
    code = expanded(tmp_path, SAM.replace("SQSPollerPolicy", "SomedayPolicy"))
    (role,) = (each for each in code.resources if each.address == "ShopRole")
    assert "policies" not in role.known()
    assert "SomedayPolicy" in str(role.gaps["policies"])


@pytest.mark.parametrize("broken", ["Globals: 1", "Resources: {A: {Type: AWS::Serverless::Function, Properties: 1}}"])
def test_a_template_that_is_broken_is_refused(tmp_path: Path, broken: str) -> None:
    text = f"Transform: AWS::Serverless-2016-10-31\nAWSTemplateFormatVersion: '2010-09-09'\n{broken}\n"
    text += "" if "Resources" in broken else "Resources: {A: {Type: AWS::Serverless::Function}}\n"
    with pytest.raises(InputError, match="must be a mapping"):
        expanded(tmp_path, text)


def test_what_cdk_makes_is_named_by_its_construct_and_its_assets_are_left_alone(tmp_path: Path) -> None:
    queue = {"Type": "AWS::SQS::Queue", "Metadata": {"aws:cdk:path": "Shop/Jobs/Resource"}}
    out = tmp_path / "cdk.out"
    (out / "asset.1234").mkdir(parents=True)
    (out / "manifest.json").write_text('{"version": "36.0.0", "artifacts": {}}')
    (out / "Shop.template.json").write_text(json.dumps({"Resources": {"Jobs1A2B": queue}}, indent=1))
    (out / "asset.1234" / "t.json").write_text(json.dumps({"Resources": {"Other": queue}}))
    code = read_code([tmp_path], READERS)
    (found,) = code.resources
    assert found.address == "Shop/Jobs/Resource"
    assert (found.place.path, found.place.line) == (str(out / "Shop.template.json"), 3)
    assert [each.kind for each in code.readings] == ["CDK template"]
    assert str(out / "asset.1234") in code.not_read
