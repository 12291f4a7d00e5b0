"""User pools, their clients, and identity pools as code."""

from __future__ import annotations

from typing import Any

from bartizan.resources.cognito import IdentityPool, UserPool, UserPoolClient
from bartizan.resources.writing import CodeWriter, Nested, nested, tags_map

_KINDS = {
    "lower case": ("require_lowercase", "RequireLowercase"),
    "upper case": ("require_uppercase", "RequireUppercase"),
    "numbers": ("require_numbers", "RequireNumbers"),
    "symbols": ("require_symbols", "RequireSymbols"),
}


def _required(pool: UserPool, language: int) -> Nested:
    return Nested({names[language]: kind not in pool.password_lacks for kind, names in _KINDS.items()})


def _protection(pool: UserPool) -> str:
    return "ACTIVE" if pool.deletion_protection else "INACTIVE"


TERRAFORM_POOL = CodeWriter(
    "aws_cognito_user_pool",
    UserPool,
    names={"user_pool_name": "name"},
    fields={
        "mfa_configuration": "mfa_configuration",
        "advanced_security_mode": "user_pool_add_ons.advanced_security_mode",
        "minimum_length": "password_policy.minimum_length",
        "password_lacks": lambda pool: {"password_policy": _required(pool, 0)},
        "self_sign_up": lambda pool: {
            "admin_create_user_config": nested(allow_admin_create_user_only=not pool.self_sign_up)
        },
        "deletion_protection": lambda pool: {"deletion_protection": _protection(pool)},
        "tags": tags_map,
    },
    import_id=lambda pool: pool.arn.rpartition("/")[2],
)

CLOUDFORMATION_POOL = CodeWriter(
    "AWS::Cognito::UserPool",
    UserPool,
    names={"user_pool_name": "UserPoolName"},
    fields={
        "mfa_configuration": "MfaConfiguration",
        "advanced_security_mode": "UserPoolAddOns.AdvancedSecurityMode",
        "minimum_length": "Policies.PasswordPolicy.MinimumLength",
        "password_lacks": lambda pool: {"Policies": Nested({"PasswordPolicy": _required(pool, 1)})},
        "self_sign_up": lambda pool: {"AdminCreateUserConfig": {"AllowAdminCreateUserOnly": not pool.self_sign_up}},
        "deletion_protection": lambda pool: {"DeletionProtection": _protection(pool)},
        "tags": lambda pool: {"UserPoolTags": dict(pool.tags) or None},
    },
)


def _hidden(client: UserPoolClient) -> str:
    return "ENABLED" if client.prevent_user_existence_errors else "LEGACY"


def _flows(client: UserPoolClient, flows: str, used: str) -> dict[str, Any]:
    return {flows: list(client.allowed_oauth_flows), used: bool(client.allowed_oauth_flows)}


# Which addresses people are sent back to is not known, only which of them are insecure.
TERRAFORM_CLIENT = CodeWriter(
    "aws_cognito_user_pool_client",
    UserPoolClient,
    names={"client_name": "name"},
    fields={
        "explicit_auth_flows": "explicit_auth_flows",
        "allowed_oauth_flows": lambda client: _flows(
            client, "allowed_oauth_flows", "allowed_oauth_flows_user_pool_client"
        ),
        "prevent_user_existence_errors": lambda client: {"prevent_user_existence_errors": _hidden(client)},
        "enable_token_revocation": "enable_token_revocation",
    },
)

CLOUDFORMATION_CLIENT = CodeWriter(
    "AWS::Cognito::UserPoolClient",
    UserPoolClient,
    names={"client_name": "ClientName"},
    fields={
        "explicit_auth_flows": "ExplicitAuthFlows",
        "allowed_oauth_flows": lambda client: _flows(client, "AllowedOAuthFlows", "AllowedOAuthFlowsUserPoolClient"),
        "prevent_user_existence_errors": lambda client: {"PreventUserExistenceErrors": _hidden(client)},
        "enable_token_revocation": "EnableTokenRevocation",
    },
)

TERRAFORM_IDENTITY_POOL = CodeWriter(
    "aws_cognito_identity_pool",
    IdentityPool,
    names={"identity_pool_name": "identity_pool_name"},
    fields={
        "allow_unauthenticated_identities": "allow_unauthenticated_identities",
        "allow_classic_flow": "allow_classic_flow",
        "tags": tags_map,
    },
    import_id=lambda pool: pool.arn.rpartition("/")[2],
)

CLOUDFORMATION_IDENTITY_POOL = CodeWriter(
    "AWS::Cognito::IdentityPool",
    IdentityPool,
    names={"identity_pool_name": "IdentityPoolName"},
    fields={
        "allow_unauthenticated_identities": "AllowUnauthenticatedIdentities",
        "allow_classic_flow": "AllowClassicFlow",
    },
)
