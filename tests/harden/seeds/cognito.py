"""User pools, clients and identity pools that fail. Each update sets what it does not name to AWS's default."""

from __future__ import annotations

import copy
from typing import Any

from harden.aws import Aws, AwsError
from harden.seeded import SECRET, State, seeds

_POOL_ID = "eu-west-1_abc"
_TOLD_ONLY = ("Id", "Name", "Arn", "CreationDate", "SchemaAttributes", "UsernameAttributes", "EstimatedNumberOfUsers")


def _pool(aws: Aws, **known: Any) -> State:
    pool = {
        "Id": _POOL_ID,
        "Name": "customers",
        "SchemaAttributes": [{"Name": "email", "Required": True}],
        "DeletionProtection": "INACTIVE",
        "LambdaConfig": {"PreSignUp": "arn:aws:lambda:eu-west-1:123456789012:function:check"},
        "AutoVerifiedAttributes": ["email"],
        "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_LINK", "EmailSubjectByLink": "Hello"},
        "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": True},
        "UserPoolTags": {"team": "shop"},
        "AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}]},
        **known,
    }
    mfa = {"WebAuthnConfiguration": {"UserVerification": "required"}, **pool.pop("Mfa", {})}
    pool.setdefault("MfaConfiguration", "OFF")
    other = _others(pool)

    def update(asked: dict[str, Any]) -> None:
        assert asked.pop("UserPoolId") == _POOL_ID
        created = asked.get("AdminCreateUserConfig", {})
        days = asked.get("Policies", {}).get("PasswordPolicy", {}).get("TemporaryPasswordValidityDays")
        if days and "UnusedAccountValidityDays" in created:
            raise AwsError("InvalidParameterException", "Please use TemporaryPasswordValidityDays")
        if asked.get("UserPoolAddOns", {}).get("AdvancedSecurityMode", "OFF") != "OFF":
            assert asked["UserPoolTier"] == "PLUS"
        kept = {name: pool[name] for name in _TOLD_ONLY if name in pool}
        defaults = {"MfaConfiguration": "OFF", "DeletionProtection": "INACTIVE", "UserPoolTier": "ESSENTIALS"}
        name = asked.pop("PoolName", kept["Name"])
        pool.clear()
        pool.update({**defaults, **kept, **asked, "Name": name})
        if days:
            created["UnusedAccountValidityDays"] = days
        assert _others(pool) == other, "lost a setting of the pool"

    def set_mfa(asked: dict[str, Any]) -> None:
        assert asked.pop("UserPoolId") == _POOL_ID
        mode = asked.pop("MfaConfiguration", "OFF")
        factors = {name for name in asked if name.endswith("MfaConfiguration")}
        if mode == "OFF" and factors:
            raise AwsError("InvalidParameterException", "can't turn off MFA and configure an MFA together")
        if mode != "OFF" and not (
            "SmsMfaConfiguration" in factors or asked.get("SoftwareTokenMfaConfiguration", {}).get("Enabled")
        ):
            raise AwsError("InvalidParameterException", "SMS MFA, Email MFA, or Software Token MFA must be enabled.")
        pool["MfaConfiguration"] = mode
        assert asked.get("WebAuthnConfiguration") == mfa.get("WebAuthnConfiguration")
        mfa.clear()
        mfa.update(asked)

    aws.answers("cognito-idp:ListUserPools", lambda _: {"UserPools": [{"Id": _POOL_ID, "Name": pool["Name"]}]})
    aws.answers("cognito-idp:DescribeUserPool", lambda _: {"UserPool": pool})
    aws.answers("cognito-idp:GetUserPoolMfaConfig", lambda _: {**mfa, "MfaConfiguration": pool["MfaConfiguration"]})
    aws.answers("cognito-idp:UpdateUserPool", update)
    aws.answers("cognito-idp:SetUserPoolMfaConfig", set_mfa)
    aws.answers("wafv2:GetWebACLForResource", {})
    return lambda: {"pool": pool, "mfa": mfa}


def _others(pool: dict[str, Any]) -> dict[str, Any]:
    """What no fix is about."""
    changed = {"MfaConfiguration", "UserPoolAddOns", "UserPoolTier", "Policies", "DeletionProtection"}
    return copy.deepcopy({name: value for name, value in pool.items() if name not in changed})


_WEAK = {
    "MinimumLength": 6,
    "RequireUppercase": False,
    "RequireLowercase": True,
    "RequireNumbers": True,
    "RequireSymbols": False,
    "PasswordHistorySize": 5,
    "TemporaryPasswordValidityDays": 3,
}


@seeds(
    "cognito.no-mfa",
    "cognito.no-threat-protection",
    "cognito.weak-passwords",
    "cognito.no-deletion-protection",
)
def pool_with_everything_wrong(aws: Aws) -> State:
    created = {"AllowAdminCreateUserOnly": True, "UnusedAccountValidityDays": 3}
    policies = {"PasswordPolicy": _WEAK, "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD"]}}
    return _pool(aws, Policies=policies, AdminCreateUserConfig=created, UserPoolTier="ESSENTIALS")


@seeds("cognito.no-mfa", "cognito.no-threat-protection")
def pool_that_leaves_it_to_its_users(aws: Aws) -> State:
    sms = {"SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::123456789012:role/sms", "ExternalId": "pool"}}
    return _pool(
        aws,
        Mfa={"SmsMfaConfiguration": {"SmsAuthenticationMessage": "{####}", **sms}},
        MfaConfiguration="OPTIONAL",
        UserPoolTier="PLUS",
        UserPoolAddOns={
            "AdvancedSecurityMode": "AUDIT",
            "AdvancedSecurityAdditionalFlows": {"CustomAuthMode": "AUDIT"},
        },
        **sms,
    )


def _client(aws: Aws, **known: Any) -> State:
    ids = {"UserPoolId": _POOL_ID, "ClientId": "1example23456789"}
    named = {**ids, "ClientName": "web"}
    client = {
        **named,
        "ClientSecret": SECRET,
        "RefreshTokenValidity": 7,
        "TokenValidityUnits": {"RefreshToken": "days"},
        "ReadAttributes": ["email"],
        "SupportedIdentityProviders": ["COGNITO", "Corporate"],
        "AllowedOAuthScopes": ["openid"],
        "LogoutURLs": ["https://app.example.com/bye"],
        **known,
    }
    ours = {
        "ExplicitAuthFlows", "AllowedOAuthFlows", "CallbackURLs", "DefaultRedirectURI",
        "PreventUserExistenceErrors", "EnableTokenRevocation",
    }  # fmt: skip
    other = copy.deepcopy({name: value for name, value in client.items() if name not in ours})

    def update(asked: dict[str, Any]) -> None:
        secret = client["ClientSecret"]
        client.clear()
        client.update({"ClientSecret": secret, **asked})
        if asked.get("DefaultRedirectURI", "") not in ("", *asked.get("CallbackURLs", ())):
            raise AwsError("InvalidParameterException", "DefaultRedirectURI must be in CallbackURLs")
        if asked.get("AllowedOAuthFlowsUserPoolClient") and not asked.get("AllowedOAuthFlows"):
            raise AwsError("InvalidOAuthFlowException", "AllowedOAuthFlows are required")
        assert {name: value for name, value in client.items() if name not in ours} == other

    aws.answers("cognito-idp:ListUserPools", {"UserPools": [{"Id": _POOL_ID, "Name": "customers"}]})
    aws.answers("cognito-idp:ListUserPoolClients", {"UserPoolClients": [named]})
    aws.answers("cognito-idp:DescribeUserPoolClient", lambda _: {"UserPoolClient": client})
    aws.answers("cognito-idp:UpdateUserPoolClient", update)
    return lambda: client


@seeds("cognito.password-flow", "cognito.tokens-in-the-open", "cognito.loose-sessions")
def client_with_everything_wrong(aws: Aws) -> State:
    return _client(
        aws,
        ExplicitAuthFlows=["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH"],
        AllowedOAuthFlows=["code", "implicit"],
        AllowedOAuthFlowsUserPoolClient=True,
        CallbackURLs=["http://app.example.com/", "https://app.example.com/", "http://localhost:3000/"],
        DefaultRedirectURI="http://app.example.com/",
        EnableTokenRevocation=False,
    )


@seeds("cognito.tokens-in-the-open", "cognito.loose-sessions")
def client_that_only_knows_the_implicit_flow(aws: Aws) -> State:
    return _client(
        aws,
        AllowedOAuthFlows=["implicit"],
        AllowedOAuthFlowsUserPoolClient=True,
        CallbackURLs=["https://app.example.com/"],
        PreventUserExistenceErrors="LEGACY",
        EnableTokenRevocation=True,
    )


@seeds("cognito.guests-get-credentials", "cognito.classic-flow")
def identity_pool_for_everyone(aws: Aws) -> State:
    number = "eu-west-1:6f0e1f39-aaaa-bbbb-cccc-0123456789ab"
    pool = {
        "IdentityPoolId": number,
        "IdentityPoolName": "app",
        "AllowUnauthenticatedIdentities": True,
        "AllowClassicFlow": True,
        "SupportedLoginProviders": {"accounts.google.com": "app-id"},
        "CognitoIdentityProviders": [{"ProviderName": "cognito-idp.eu-west-1.amazonaws.com/a", "ClientId": "b"}],
        "SamlProviderARNs": ["arn:aws:iam::123456789012:saml-provider/corp"],
        "IdentityPoolTags": {"team": "shop"},
    }
    ours = {"AllowUnauthenticatedIdentities", "AllowClassicFlow"}
    other = {name: value for name, value in pool.items() if name not in ours}

    def update(asked: dict[str, Any]) -> dict[str, Any]:
        pool.clear()
        pool.update(asked)
        assert {name: value for name, value in pool.items() if name not in ours} == other
        return pool

    short = {"IdentityPoolId": number, "IdentityPoolName": "app"}
    aws.answers("cognito-identity:ListIdentityPools", {"IdentityPools": [short]})
    aws.answers("cognito-identity:DescribeIdentityPool", lambda _: pool)
    aws.answers("cognito-identity:UpdateIdentityPool", update)
    return lambda: pool
