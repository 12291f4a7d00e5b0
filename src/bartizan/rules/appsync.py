"""Checks of AWS AppSync."""

from __future__ import annotations

from bartizan.model import Problems, replace, rule
from bartizan.resources.appsync import GraphQLApi

_API = GraphQLApi(api_name="shop")


@rule(
    "medium",
    passes=[_API, replace(_API, authentication_types=("AWS_IAM", "OPENID_CONNECT"))],
    fails=[
        replace(_API, authentication_types=("API_KEY",)),
        replace(_API, authentication_types=("AWS_IAM", "API_KEY")),
    ],
)
def api_key(api: GraphQLApi) -> Problems:
    """GraphQL API takes an API key for proof of who is calling.

    ## Why it matters
    The key is in every client, says nothing of who sends it, and works for whoever has seen it.

    ## How to fix
    Use Cognito, OpenID Connect, IAM or a Lambda function, and let a key in only to what anyone may read.

    ## References
    - https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html
    """
    if "API_KEY" in api.authentication_types:
        alone = len(api.authentication_types) == 1
        yield "an API key is its only guard" if alone else "an API key is one of the ways in"


@api_key.risky_fix("clients that have nothing but the key are refused")
def let_iam_check(api: GraphQLApi) -> GraphQLApi:
    """Take the API key away; where it was the only guard, let IAM check callers."""
    others = tuple(each for each in api.authentication_types if each != "API_KEY")
    return replace(api, authentication_types=others or ("AWS_IAM",))


@rule("medium", passes=[_API], fails=[replace(_API, field_log_level="NONE")])
def no_log(api: GraphQLApi) -> Problems:
    """GraphQL API does not log what its resolvers do.

    ## Why it matters
    After an incident nobody can tell who asked for what, and failed tries of an attacker go unseen.

    ## How to fix
    Log at least the errors of resolvers, with verbose content left out.

    ## References
    - https://docs.aws.amazon.com/appsync/latest/devguide/monitoring.html
    """
    if api.field_log_level == "NONE":
        yield "field-level logging is off"


@rule(
    "medium",
    passes=[_API, replace(_API, web_acl_arn=None, visibility="PRIVATE")],
    fails=[replace(_API, web_acl_arn=None)],
)
def no_web_acl(api: GraphQLApi) -> Problems:
    """GraphQL API on the internet has no web ACL.

    ## Why it matters
    Injections, exploits of known holes and floods reach the resolvers as they come.

    ## How to fix
    Associate a regional web ACL of WAF with it.

    ## References
    - https://docs.aws.amazon.com/appsync/latest/devguide/WAF-Integration.html
    """
    if api.web_acl_arn is None and api.visibility != "PRIVATE":
        yield "it faces the internet without WAF"
