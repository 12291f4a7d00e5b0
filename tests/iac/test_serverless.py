"""Projects of the Serverless Framework: roles, functions, resources, and variables as far as they are known."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from bartizan.iac.read import read_code
from bartizan.iac.serverless import as_template
from bartizan.iac.text import parse
from bartizan.model import InputError
from bartizan.resources.code_readers import CodeReaders

READERS = CodeReaders()
PROJECT = """service: shop
custom:
  name: jobs-${self:provider.stage}
  list: ${file(names.yml):names}
provider:
  name: aws
  runtime: python3.13
  environment: {A: all}
  iam:
    role:
      statements:
        - {Effect: Allow, Action: "*", Resource: !GetAtt Jobs.Arn}
functions:
  hello-world:
    handler: app.run
    url: true
    environment: {B: own}
resources:
  Resources:
    Jobs:
      Type: AWS::SQS::Queue
      Properties: {QueueName: NAME}
"""


def queue_name(folder: Path, name: str) -> Any:
    (folder / "serverless.yml").write_text(PROJECT.replace("NAME", name))
    found = {each.address: each for each in read_code([folder], READERS).resources}
    return found["Jobs"].known().get("queue_name", "unknown")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ('"${self:custom.name}"', "jobs-dev"),
        ("\"${opt:stage, 'test'}-x\"", "test-x"),
        ('"${opt:stage, self:provider.stage}-x"', "dev-x"),
        ('"${sls:stage}-x"', "dev-x"),
        ('"${env:NAME}"', "unknown"),
        ("\"${env:NAME, 'guess'}-x\"", "unknown"),
        ('"${ssm:/name}"', "unknown"),
        ('"${self:custom.missing}"', "unknown"),
        ('"${self:custom.list.1}"', "two"),
        ('"${file(names.yml):names.0}"', "one"),
        ('"${file(../names.yml):names.0}"', "unknown"),
        ('"${file(/etc/passwd)}"', "unknown"),
        ('!Sub "${AWS::Partition}-x"', "aws-x"),
    ],
)
def test_variables_are_worked_out_as_far_as_they_are_known(tmp_path: Path, written: str, name: str) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (tmp_path / "names.yml").write_text("names: [outside]")
    (project / "names.yml").write_text("names: [one, two]")
    assert queue_name(project, written) == name


def test_functions_share_a_role_and_stand_where_they_are_written(tmp_path: Path) -> None:
    (tmp_path / "serverless.yml").write_text(PROJECT)
    code = read_code([tmp_path], READERS)
    role: Any = next(each for each in code.resources if each.address == "IamRoleLambdaExecution")
    statements = role.policies[0].policy_document.statements
    assert (statements[1].actions, statements[1].resources) == (("*",), ("<GetAtt Jobs.Arn>",))
    assert (role.place.path, role.place.line) == (str(tmp_path / "serverless.yml"), 5)
    jobs = next(each for each in code.resources if each.address == "Jobs")
    assert jobs.place is not None
    assert jobs.place.line == 20
    assert [each.kind for each in code.readings] == ["Serverless Framework project"]


def test_a_function_has_its_environment_and_a_public_url() -> None:
    made, lines = as_template(parse(PROJECT, "serverless.yml"), Path("serverless.yml"))
    resources = made["Resources"]
    function = resources["HelloDashworldLambdaFunction"]["Properties"]
    assert function["Environment"] == {"Variables": {"A": "all", "B": "own"}}
    assert function["Role"] == {"Fn::GetAtt": ["IamRoleLambdaExecution", "Arn"]}
    assert resources["HelloDashworldLambdaFunctionPermissionFnUrl"]["Properties"]["Principal"] == "*"
    assert lines["HelloDashworldLambdaFunction"] == 14


@pytest.mark.parametrize("custom", ["a: ${self:custom.b}\n  b: ${self:custom.a}", "a: ${self:custom.a}x"])
def test_variables_in_circles_are_refused_soon(tmp_path: Path, custom: str) -> None:
    started = time.process_time()
    (tmp_path / "serverless.yml").write_text(
        f"custom:\n  {custom}\nprovider: {{name: aws}}\nfunctions:\n  f: {{handler: '${{self:custom.a}}'}}\n"
    )
    with pytest.raises(InputError, match="go in circles"):
        read_code([tmp_path], READERS)
    assert time.process_time() - started < 10
