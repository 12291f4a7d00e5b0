"""Functions that fail."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from itertools import count
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


def _function(aws: Aws, *statements: Mapping[str, Any]) -> State:
    """A function with a policy, of which moto knows no replacing."""
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
    policy = {"Version": "2012-10-17", "Id": "default", "Statement": statements}
    revisions = (f"{number:036}" for number in count())
    state = {"Policy": json.dumps(policy), "RevisionId": next(revisions)}

    def held(params: dict[str, Any]) -> dict[str, Any]:
        if not state:
            raise AwsError("ResourceNotFoundException", "The resource you requested does not exist.")
        assert params.get("ResourceArn", _ARN) == _ARN
        return state

    def match(params: dict[str, Any]) -> None:
        if params.get("RevisionId") != state.get("RevisionId"):
            raise AwsError("PreconditionFailedException", "The revision does not match the latest one.")

    def put(params: dict[str, Any]) -> dict[str, Any]:
        match(params)
        state.update(Policy=params["Policy"], RevisionId=next(revisions))
        return state

    def delete(params: dict[str, Any]) -> None:
        held(params)
        match(params)
        state.clear()

    aws.answers("lambda:GetPolicy", held)
    aws.answers("lambda:GetResourcePolicy", held)
    aws.answers("lambda:PutResourcePolicy", put)
    aws.answers("lambda:DeleteResourcePolicy", delete)
    return lambda: json.loads(state["Policy"])


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
