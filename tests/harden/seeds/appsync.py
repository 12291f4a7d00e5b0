"""GraphQL APIs that fail."""

from __future__ import annotations

from typing import Any

from harden.aws import ACCOUNT, REGION, Aws, AwsError
from harden.seeded import State, seeds

_WAYS = {
    "authenticationType",
    "userPoolConfig",
    "openIDConnectConfig",
    "lambdaAuthorizerConfig",
    "additionalAuthenticationProviders",
}
_SET = {
    "name": "shop",
    "logConfig": {"fieldLogLevel": "ERROR", "cloudWatchLogsRoleArn": f"arn:aws:iam::{ACCOUNT}:role/logs"},
    "xrayEnabled": True,
    "ownerContact": "shop@example.com",
    "introspectionConfig": "DISABLED",
    "queryDepthLimit": 7,
    "resolverCountLimit": 90,
}


def _api(aws: Aws, **ways: Any) -> State:
    """One API, of which an update forgets what it is not given."""
    fixed = {
        "apiId": "a1",
        "arn": f"arn:aws:appsync:{REGION}:{ACCOUNT}:apis/a1",
        "apiType": "GRAPHQL",
        "visibility": "GLOBAL",
        "tags": {"team": "web"},
    }
    state: dict[str, Any] = {**fixed, **_SET, **ways}

    def update(params: dict[str, Any]) -> Any:
        if params.pop("apiId") != "a1":
            raise AwsError("NotFoundException")
        if {name: value for name, value in params.items() if name not in _WAYS} != _SET:
            raise AwsError("BadRequestException", "what stays was not sent back")
        if params["authenticationType"] == "AMAZON_COGNITO_USER_POOLS" and "userPoolConfig" not in params:
            raise AwsError("BadRequestException", "which user pool?")
        if params["authenticationType"] == "OPENID_CONNECT" and "openIDConnectConfig" not in params:
            raise AwsError("BadRequestException", "which issuer?")
        state.clear()
        state.update(fixed | params)
        return {"graphqlApi": state}

    aws.answers("appsync:ListGraphqlApis", lambda _: {"graphqlApis": [state]})
    aws.answers("appsync:GetGraphqlApi", lambda _: {"graphqlApi": state})
    aws.answers("appsync:UpdateGraphqlApi", update)
    return lambda: state


@seeds("appsync.api-key")
def api_with_key_alone(aws: Aws) -> State:
    return _api(aws, authenticationType="API_KEY")


@seeds("appsync.api-key")
def api_with_key_first(aws: Aws) -> State:
    pool = {"userPoolId": "eu-west-1_a", "awsRegion": REGION, "appIdClientRegex": "shop"}
    issuer = {"issuer": "https://login.example.com", "clientId": "shop"}
    return _api(
        aws,
        authenticationType="API_KEY",
        additionalAuthenticationProviders=[
            {"authenticationType": "OPENID_CONNECT", "openIDConnectConfig": issuer},
            {"authenticationType": "AMAZON_COGNITO_USER_POOLS", "userPoolConfig": pool},
        ],
    )


@seeds("appsync.api-key")
def api_with_key_beside(aws: Aws) -> State:
    issuer = {"issuer": "https://login.example.com", "clientId": "shop", "authTTL": 60}
    return _api(
        aws,
        authenticationType="OPENID_CONNECT",
        openIDConnectConfig=issuer,
        additionalAuthenticationProviders=[
            {"authenticationType": "API_KEY"},
            {"authenticationType": "OPENID_CONNECT", "openIDConnectConfig": {"issuer": "https://b.example.com"}},
            {"authenticationType": "AWS_IAM"},
        ],
    )
