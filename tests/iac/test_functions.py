"""Functions in code: their permissions as a policy, and what is not known of their environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from bartizan.app.check import check
from bartizan.engine.catalog import Catalog
from bartizan.model import Status

PERMISSION = """
Resources:
  Hello:
    Type: AWS::Lambda::Function
    Properties:
      Role: arn:aws:iam::111122223333:role/x
      Code: {ZipFile: x}
      Runtime: python3.13
      Environment: {Variables: %s}
  Allowed:
    Type: AWS::Lambda::Permission
    Properties: {FunctionName: !Ref Hello, Action: lambda:InvokeFunction, %s}
"""


def status(folder: Path, rule: str, principal: str, variables: str = "{A: b}") -> Status:
    (folder / "template.yaml").write_text(PERMISSION % (variables, principal))
    result = check([folder / "template.yaml"], Catalog.load().select(rules=[rule]))
    (finding,) = result.evaluation.findings()
    return finding.status


@pytest.mark.parametrize(
    ("principal", "public", "deputy"),
    [
        ('Principal: "*"', Status.FAIL, Status.PASS),
        ('Principal: "*", PrincipalOrgID: o-abcdefghij', Status.PASS, Status.PASS),
        ("Principal: s3.amazonaws.com", Status.PASS, Status.FAIL),
        ('Principal: s3.amazonaws.com, SourceAccount: "111122223333"', Status.PASS, Status.PASS),
        (
            'Principal: sns.amazonaws.com, SourceArn: "arn:aws:sns:eu-west-1:111122223333:news"',
            Status.PASS,
            Status.PASS,
        ),
        ('Principal: "111122223333"', Status.PASS, Status.PASS),
    ],
)
def test_permissions_are_judged_as_the_policy_that_they_become(
    tmp_path: Path, principal: str, public: Status, deputy: Status
) -> None:
    assert status(tmp_path, "lambda.public-function", principal) is public
    assert status(tmp_path, "lambda.service-allowed-for-anyone", principal) is deputy


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ("{STAGE: prod}", Status.PASS),
        ("{DB_PASSWORD: hunter2-made-up}", Status.FAIL),
        ("{STAGE: !GetAtt Elsewhere.Value}", Status.UNKNOWN),
        ("{STAGE: !GetAtt Elsewhere.Value, DB_PASSWORD: hunter2-made-up}", Status.FAIL),
    ],
)
def test_what_is_not_known_of_the_environment_never_passes(tmp_path: Path, variables: str, expected: Status) -> None:
    assert status(tmp_path, "lambda.secret-in-environment", "Principal: s3.amazonaws.com", variables) is expected
