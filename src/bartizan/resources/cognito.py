"""Amazon Cognito: user pools with their app clients, and identity pools."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bartizan.model import Resource, field, resource
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Item, Listing, Reader, Reply, Within
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, Tags, terraform_tags
from bartizan.resources.wafv2 import associated


@resource("AWS::Cognito::UserPool", name="user_pool_name")
class UserPool(Resource):
    """A user pool: a directory of the people who sign in to an application."""

    user_pool_name: str = field("Its name.")
    mfa_configuration: str = field("`ON`, `OPTIONAL` or `OFF`.", default="ON")
    advanced_security_mode: str = field("Threat protection: `ENFORCED`, `AUDIT` or `OFF`.", default="ENFORCED")
    minimum_length: int = field("The shortest password.", default=16)
    password_lacks: tuple[str, ...] = field("The kinds of characters that a password need not have.", default=())
    self_sign_up: bool = field("Whether people can sign up by themselves.", default=False)
    deletion_protection: bool = field("Whether it refuses to be deleted.", default=True)
    web_acl_arn: str | None = field("The web ACL that protects it.", default="arn:aws:wafv2:acl")
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::Cognito::UserPoolClient", name="client_name")
class UserPoolClient(Resource):
    """An application that signs people in with a user pool. Its secret is never kept."""

    client_name: str = field("Its name.")
    explicit_auth_flows: tuple[str, ...] = field("How it may sign people in.", default=("ALLOW_USER_SRP_AUTH",))
    allowed_oauth_flows: tuple[str, ...] = field("The OAuth flows that it may use.", default=("code",))
    insecure_callbacks: tuple[str, ...] = field(
        "The addresses by plain HTTP that people are sent back to, but for one's own machine.", default=()
    )
    prevent_user_existence_errors: bool = field("Whether errors hide which users exist.", default=True)
    enable_token_revocation: bool = field("Whether its tokens can be revoked.", default=True)


@resource("AWS::Cognito::IdentityPool", name="identity_pool_name")
class IdentityPool(Resource):
    """An identity pool: it gives AWS credentials to people who signed in elsewhere."""

    identity_pool_name: str = field("Its name.")
    allow_unauthenticated_identities: bool = field("Whether it gives credentials to anyone.", default=False)
    allow_classic_flow: bool = field("Whether callers may choose a role and session themselves.", default=False)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


_KINDS = {
    "RequireLowercase": "lower case",
    "RequireUppercase": "upper case",
    "RequireNumbers": "numbers",
    "RequireSymbols": "symbols",
}
_WITHOUT_POLICY = 8
"""The shortest password where no policy is set, which then must have all kinds of characters."""


def _passwords(pool: Mapping[str, Any]) -> Mapping[str, Any]:
    return (pool.get("Policies") or {}).get("PasswordPolicy") or {}


def _lacks(pool: Mapping[str, Any]) -> tuple[str, ...]:
    policy = _passwords(pool)
    return tuple(kind for name, kind in _KINDS.items() if policy and not policy.get(name))


_POOL: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "mfa_configuration": lambda pool: pool.get("MfaConfiguration") or "OFF",
    "advanced_security_mode": lambda pool: (pool.get("UserPoolAddOns") or {}).get("AdvancedSecurityMode", "OFF"),
    "minimum_length": lambda pool: int(_passwords(pool).get("MinimumLength") or _WITHOUT_POLICY),
    "password_lacks": _lacks,
    "self_sign_up": lambda pool: not (pool.get("AdminCreateUserConfig") or {}).get("AllowAdminCreateUserOnly", False),
    "deletion_protection": lambda pool: pool.get("DeletionProtection") == "ACTIVE",
}
"""What AWS and CloudFormation write in the same way."""

_POOLS = Listing(
    Call("cognito-idp:ListUserPools"),
    items="UserPools",
    params={"MaxResults": 60},
    fields={"user_pool_name": lambda item: item["Name"]},
)


def _of_pool(function: Callable[[Mapping[str, Any]], Any]) -> Callable[[Reply], Any]:
    return lambda reply: function(reply["UserPool"])


def _pool_arn(item: Item, scope: Any) -> str:
    arn: str = scope.arn("cognito-idp", f"userpool/{item['Id']}")
    return arn


USER_POOLS = Reader(
    UserPool,
    listing=_POOLS,
    arn=_pool_arn,
    details=(
        Detail(
            Call("cognito-idp:DescribeUserPool"),
            params=lambda item: {"UserPoolId": item["Id"]},
            fields={
                **{name: _of_pool(function) for name, function in _POOL.items()},
                "tags": lambda reply: Tags(reply["UserPool"].get("UserPoolTags") or {}),
            },
        ),
        Detail(
            Call(
                "wafv2:GetWebACLForResource",
                permissions=(
                    "wafv2:GetWebACLForResource",
                    "wafv2:GetWebACL",
                    "cognito-idp:GetWebACLForResource",
                ),
            ),
            params=lambda _: {},
            arn_as="ResourceArn",
            fields={"web_acl_arn": lambda reply: (reply.get("WebACL") or {}).get("ARN")},
        ),
    ),
)


def _insecure(addresses: Any) -> tuple[str, ...]:
    own = ("http://localhost", "http://127.0.0.1", "http://[::1]")
    return tuple(sorted(each for each in addresses or () if each.startswith("http://") and not each.startswith(own)))


_CLIENT: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "explicit_auth_flows": lambda client: tuple(sorted(client.get("ExplicitAuthFlows") or ())),
    "allowed_oauth_flows": lambda client: (
        tuple(sorted(client.get("AllowedOAuthFlows") or ())) if client.get("AllowedOAuthFlowsUserPoolClient") else ()
    ),
    "insecure_callbacks": lambda client: _insecure(client.get("CallbackURLs")),
    "prevent_user_existence_errors": lambda client: client.get("PreventUserExistenceErrors") == "ENABLED",
}


def _of_client(function: Callable[[Mapping[str, Any]], Any]) -> Callable[[Reply], Any]:
    return lambda reply: function(reply["UserPoolClient"])


CLIENTS = Reader(
    UserPoolClient,
    listing=Listing(
        Call("cognito-idp:ListUserPoolClients"),
        items="UserPoolClients",
        params={"MaxResults": 60},
        within=Within(_POOLS, params=lambda item: {"UserPoolId": item["Id"]}),
        fields={"client_name": lambda item: item["ClientName"]},
    ),
    arn=lambda item, scope: scope.arn("cognito-idp", f"userpool/{item['UserPoolId']}/client/{item['ClientId']}"),
    details=(
        Detail(
            Call("cognito-idp:DescribeUserPoolClient"),
            params=lambda item: {"UserPoolId": item["UserPoolId"], "ClientId": item["ClientId"]},
            fields={
                **{name: _of_client(function) for name, function in _CLIENT.items()},
                "enable_token_revocation": lambda reply: bool(reply["UserPoolClient"].get("EnableTokenRevocation")),
            },
        ),
    ),
)

IDENTITY_POOLS = Reader(
    IdentityPool,
    listing=Listing(
        Call("cognito-identity:ListIdentityPools"),
        items="IdentityPools",
        params={"MaxResults": 60},
        fields={"identity_pool_name": lambda item: item["IdentityPoolName"]},
    ),
    arn=lambda item, scope: scope.arn("cognito-identity", f"identitypool/{item['IdentityPoolId']}"),
    details=(
        Detail(
            Call("cognito-identity:DescribeIdentityPool"),
            params=lambda item: {"IdentityPoolId": item["IdentityPoolId"]},
            fields={
                "allow_unauthenticated_identities": lambda reply: reply["AllowUnauthenticatedIdentities"],
                "allow_classic_flow": lambda reply: bool(reply.get("AllowClassicFlow")),
                "tags": lambda reply: Tags(reply.get("IdentityPoolTags") or {}),
            },
        ),
    ),
)


def _only(block: Block, name: str) -> Block:
    nested = block.get(name)
    return nested[0] if nested else Block({})


def _tf_lacks(block: Block) -> tuple[str, ...]:
    policy = _only(block, "password_policy")
    names = {
        "require_lowercase": "lower case",
        "require_uppercase": "upper case",
        "require_numbers": "numbers",
        "require_symbols": "symbols",
    }
    return tuple(kind for name, kind in names.items() if len(policy) and not policy.get(name))


TERRAFORM_USER_POOL = CodeReader(
    "aws_cognito_user_pool",
    UserPool,
    parts={"aws_wafv2_web_acl_association": "resource_arn"},
    defaulted={"aws_cognito_user_pool": ("admin_create_user_config", "password_policy", "tags_all")},
    fields={
        "user_pool_name": lambda block: block["name"],
        "mfa_configuration": lambda block: block.get("mfa_configuration", "OFF"),
        "advanced_security_mode": lambda block: _only(block, "user_pool_add_ons").get("advanced_security_mode", "OFF"),
        "minimum_length": lambda block: int(_only(block, "password_policy").get("minimum_length") or _WITHOUT_POLICY),
        "password_lacks": _tf_lacks,
        "self_sign_up": lambda block: (
            not _only(block, "admin_create_user_config").get("allow_admin_create_user_only", False)
        ),
        "deletion_protection": lambda block: block.get("deletion_protection") == "ACTIVE",
        "web_acl_arn": lambda block: associated(block, "aws_wafv2_web_acl_association", "web_acl_arn"),
        "tags": terraform_tags,
    },
)

TERRAFORM_CLIENT = CodeReader(
    "aws_cognito_user_pool_client",
    UserPoolClient,
    defaulted={
        "aws_cognito_user_pool_client": (
            "allowed_oauth_flows",
            "allowed_oauth_flows_user_pool_client",
            "callback_urls",
            "enable_token_revocation",
            "explicit_auth_flows",
            "prevent_user_existence_errors",
        )
    },
    fields={
        "client_name": lambda block: block["name"],
        "explicit_auth_flows": lambda block: tuple(sorted(block.get("explicit_auth_flows", ()))),
        "allowed_oauth_flows": lambda block: (
            tuple(sorted(block.get("allowed_oauth_flows", ())))
            if block.get("allowed_oauth_flows_user_pool_client")
            else ()
        ),
        "insecure_callbacks": lambda block: _insecure(block.get("callback_urls")),
        "prevent_user_existence_errors": lambda block: block.get("prevent_user_existence_errors") == "ENABLED",
        "enable_token_revocation": lambda block: bool(block.get("enable_token_revocation", True)),
    },
)

TERRAFORM_IDENTITY_POOL = CodeReader(
    "aws_cognito_identity_pool",
    IdentityPool,
    defaulted={"aws_cognito_identity_pool": ("tags_all",)},
    fields={
        "identity_pool_name": lambda block: block["identity_pool_name"],
        "allow_unauthenticated_identities": lambda block: bool(block.get("allow_unauthenticated_identities", False)),
        "allow_classic_flow": lambda block: bool(block.get("allow_classic_flow", False)),
        "tags": terraform_tags,
    },
)

CLOUDFORMATION_USER_POOL = CodeReader(
    "AWS::Cognito::UserPool",
    UserPool,
    parts={"AWS::WAFv2::WebACLAssociation": "ResourceArn"},
    fields={
        "user_pool_name": lambda block: block["UserPoolName"],
        **_POOL,
        "web_acl_arn": lambda block: associated(block, "AWS::WAFv2::WebACLAssociation", "WebACLArn"),
        "tags": lambda block: Tags(block.plain("UserPoolTags", {})),
    },
)

CLOUDFORMATION_CLIENT = CodeReader(
    "AWS::Cognito::UserPoolClient",
    UserPoolClient,
    fields={
        "client_name": lambda block: block["ClientName"],
        **_CLIENT,
        "enable_token_revocation": lambda block: bool(block.get("EnableTokenRevocation", True)),
    },
)

CLOUDFORMATION_IDENTITY_POOL = CodeReader(
    "AWS::Cognito::IdentityPool",
    IdentityPool,
    fields={
        "identity_pool_name": lambda block: block["IdentityPoolName"],
        "allow_unauthenticated_identities": lambda block: bool(block["AllowUnauthenticatedIdentities"]),
        "allow_classic_flow": lambda block: bool(block.get("AllowClassicFlow", False)),
        "tags": lambda block: Tags({each["Key"]: each["Value"] for each in block.plain("IdentityPoolTags", [])}),
    },
)
