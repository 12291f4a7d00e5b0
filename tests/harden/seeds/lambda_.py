"""Functions that fail."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from harden.aws import Aws, AwsError
from harden.seeded import State, seeds

_ARN = "arn:aws:lambda:eu-west-1:123456789012:function:checkout"
_ANYONE = {
    "Sid": "partner",
    "Effect": "Allow",
    "Principal": "*",
    "Action": "lambda:InvokeFunction",
    "Resource": _ARN,
}
_BUCKET = {
    "Sid": "uploads",
    "Effect": "Allow",
    "Principal": {"Service": "s3.amazonaws.com"},
    "Action": "lambda:InvokeFunction",
    "Resource": _ARN,
    "Condition": {
        "StringEquals": {"AWS:SourceAccount": "123456789012"},
        "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::shop"},
    },
}
_URL = {
    **_ANYONE,
    "Sid": "url",
    "Action": "lambda:InvokeFunctionUrl",
    "Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}},
}


def _made(params: dict[str, Any]) -> dict[str, Any]:
    """The statement that Lambda makes of a permission without conditions."""
    assert set(params) == {"FunctionName", "StatementId", "Action", "Principal"}
    return {
        "Sid": params["StatementId"],
        "Effect": "Allow",
        "Principal": params["Principal"],
        "Action": params["Action"],
        "Resource": _ARN,
    }


def _function(aws: Aws, *statements: Mapping[str, Any]) -> State:
    """A function with a policy, of which moto leaves half of the conditions out."""
    role = aws.client("iam").create_role(RoleName="checkout", AssumeRolePolicyDocument=json.dumps({"Statement": []}))
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("main.py", "")
    aws.client("lambda").create_function(
        FunctionName="checkout",
        Runtime="python3.13",
        Role=role["Role"]["Arn"],
        Handler="main.handler",
        Code={"ZipFile": code.getvalue()},
    )
    held = {each["Sid"]: each for each in statements}

    def told(_: dict[str, Any]) -> dict[str, Any]:
        if not held:
            raise AwsError("ResourceNotFoundException", "The resource you requested does not exist.")
        policy = {"Version": "2012-10-17", "Id": "default", "Statement": list(held.values())}
        return {"Policy": json.dumps(policy), "RevisionId": "1"}

    def add(params: dict[str, Any]) -> dict[str, Any]:
        assert params["FunctionName"] == "checkout"
        if params["StatementId"] in held:
            raise AwsError("ResourceConflictException", "The statement id provided already exists.")
        held[params["StatementId"]] = made = _made(params)
        return {"Statement": json.dumps(made)}

    def remove(params: dict[str, Any]) -> None:
        assert params["FunctionName"] == "checkout"
        if held.pop(params["StatementId"], None) is None:
            raise AwsError("ResourceNotFoundException", "Statement is not found in resource policy.")

    aws.answers("lambda:GetPolicy", told)
    aws.answers("lambda:AddPermission", add)
    aws.answers("lambda:RemovePermission", remove)
    return lambda: held


def _url(aws: Aws) -> State:
    """A URL, of which moto does not tell how it answers."""
    state: dict[str, Any] = {
        "FunctionUrl": "https://x.lambda-url.eu-west-1.on.aws/",
        "FunctionArn": _ARN,
        "AuthType": "NONE",
        "Cors": {"AllowOrigins": ["https://shop.example"], "MaxAge": 600},
        "InvokeMode": "RESPONSE_STREAM",
        "CreationTime": "2024-01-01T00:00:00+00:00",
        "LastModifiedTime": "2024-01-01T00:00:00+00:00",
    }

    def update(params: dict[str, Any]) -> dict[str, Any]:
        state.update({"Cors": {}, "InvokeMode": "BUFFERED", **params})
        del state["FunctionName"]
        return state

    aws.answers("lambda:GetFunctionUrlConfig", lambda _: state)
    aws.answers("lambda:UpdateFunctionUrlConfig", update)
    return lambda: state


@seeds("lambda.public-function", "lambda.public-url")
def function_with_everything_wrong(aws: Aws) -> State:
    policy, url = _function(aws, _ANYONE, _BUCKET, _URL), _url(aws)
    return lambda: (policy(), url())


@seeds("lambda.public-function")
def function_with_nothing_but_an_open_statement(aws: Aws) -> State:
    return _function(aws, _ANYONE)


@seeds("lambda.public-function", "lambda.public-url")
def function_whose_open_statement_opens_its_url_too(aws: Aws) -> State:
    _url(aws)
    return _function(aws, {**_ANYONE, "Action": "lambda:*"}, _BUCKET)
