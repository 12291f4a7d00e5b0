"""Regions that Inspector does not scan."""

from __future__ import annotations

import copy
import io
import zipfile
from typing import Any

from harden.aws import ACCOUNT, Aws, AwsError
from harden.seeded import State, seeds


def _inspector(aws: Aws, **on: bool) -> State:
    """Inspector with these kinds of scan; scans of code build on those of packages."""
    kinds = {"ec2": False, "ecr": False, "lambda": False, "lambdaCode": False} | on
    names = {"EC2": "ec2", "ECR": "ecr", "LAMBDA": "lambda", "LAMBDA_CODE": "lambdaCode"}

    def turn(params: dict[str, Any], *, to: bool) -> Any:
        assert "accountIds" not in params
        kinds.update({names[each]: to for each in params["resourceTypes"]})
        if kinds["lambdaCode"] and not kinds["lambda"]:
            raise AwsError("ValidationException", "scans of code need scans of Lambda")
        return {"accounts": []}

    def status(_: dict[str, Any]) -> Any:
        state = {
            name: {"status": "ENABLED" if each else "DISABLED", "errorCode": "", "errorMessage": ""}
            for name, each in kinds.items()
        }
        whole = {"status": "ENABLED" if any(kinds.values()) else "DISABLED", "errorCode": "", "errorMessage": ""}
        return {"accounts": [{"accountId": ACCOUNT, "state": whole, "resourceState": state}]}

    def nobody(_: dict[str, Any]) -> None:
        raise AwsError("ResourceNotFoundException", "no administrator")

    aws.answers("inspector2:BatchGetAccountStatus", status)
    aws.answers("inspector2:Enable", lambda params: turn(params, to=True))
    aws.answers("inspector2:Disable", lambda params: turn(params, to=False))
    aws.answers("inspector2:GetDelegatedAdminAccount", nobody)
    aws.answers("inspector2:DescribeOrganizationConfiguration", {"autoEnable": {"ec2": False, "ecr": False}})
    return lambda: copy.deepcopy(kinds)


def _function(aws: Aws) -> None:
    trust = '{"Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}]}'
    role = aws.client("iam").create_role(RoleName="jobs", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("index.py", "def handler(event, context): ...")
    aws.client("lambda").create_function(
        FunctionName="jobs",
        Runtime="python3.13",
        Role=role,
        Handler="index.handler",
        Code={"ZipFile": content.getvalue()},
    )


@seeds(
    "inspector2.function-code-not-scanned",
    "inspector2.functions-not-scanned",
    "inspector2.images-not-scanned",
    "inspector2.instances-not-scanned",
)
def region_that_nobody_scans(aws: Aws) -> State:
    _function(aws)
    aws.client("ec2").run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)
    aws.client("ecr").create_repository(repositoryName="shop")
    return _inspector(aws)


@seeds("inspector2.function-code-not-scanned")
def region_where_code_is_not_scanned(aws: Aws) -> State:
    _function(aws)
    return _inspector(aws, ec2=True, **{"lambda": True})
