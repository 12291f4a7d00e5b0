"""User pools, their clients, and identity pools: changing them.

Each call sets what it does not name back to AWS's default, so all that was there is sent back with what changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put, Refused
from bartizan.resources.cognito import IdentityPool, UserPool, UserPoolClient
from bartizan.resources.reading import Call, Reply

_BUSY = ("ConcurrentModificationException",)

_POOL_KEEPS = (
    "AccountRecoverySetting", "AcrConfiguration", "AdminCreateUserConfig", "AutoVerifiedAttributes",
    "DeletionProtection", "DeviceConfiguration", "EmailConfiguration", "EmailVerificationMessage",
    "EmailVerificationSubject", "IssuerConfiguration", "KeyConfiguration", "LambdaConfig", "MfaConfiguration",
    "Policies", "SmsAuthenticationMessage", "SmsConfiguration", "SmsVerificationMessage",
    "UserAttributeUpdateSettings", "UserPoolAddOns", "UserPoolTags", "UserPoolTier", "VerificationMessageTemplate",
)  # fmt: skip
"""What UpdateUserPool takes of what DescribeUserPool tells."""

_KINDS = {
    "lower case": "RequireLowercase",
    "upper case": "RequireUppercase",
    "numbers": "RequireNumbers",
    "symbols": "RequireSymbols",
}


def _pool(pool: UserPool) -> dict[str, Any]:
    return {"UserPoolId": pool.arn.rpartition("/")[2]}


def _kept_of_pool(reply: Reply) -> dict[str, Any]:
    pool = reply["UserPool"]
    kept = {name: pool[name] for name in _POOL_KEEPS if name in pool}
    passwords = kept.get("Policies", {}).get("PasswordPolicy", {})
    if "TemporaryPasswordValidityDays" in passwords and "AdminCreateUserConfig" in kept:
        # AWS tells the same number here too, under its old name, and refuses to be told both.
        created = kept["AdminCreateUserConfig"]
        kept["AdminCreateUserConfig"] = {
            name: value for name, value in created.items() if name != "UnusedAccountValidityDays"
        }
    return {**kept, "PoolName": pool["Name"]}


_POOL = Look(Call("cognito-idp:DescribeUserPool"), _pool, _kept_of_pool)
_MFA = Look(
    Call("cognito-idp:GetUserPoolMfaConfig"),
    _pool,
    lambda reply: {name: value for name, value in reply.items() if name != "ResponseMetadata"},
)


def _with(now: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    """What is there now but for what changes; None takes a value away."""
    return {name: value for name, value in {**now, **changed}.items() if value is not None}


def _as_it_was(edit: Edit, fields: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    """The members that stand for the fields of an undo, as the look saw them before the change."""
    return {name: edit.was.get(name) for field, names in fields.items() if edit.changes(field) for name in names}


def _pool_params(edit: Edit) -> Params:
    if edit.undoing:
        # The second factor is put back before this call, which would otherwise set it again as it was seen.
        changed = {**_as_it_was(edit, _POOL_FIELDS), "MfaConfiguration": edit.after.mfa_configuration}
    else:
        changed = _secured_pool(edit)
    return {**_pool(edit.after), **_with(edit.now, changed)}


_POOL_FIELDS = {
    "advanced_security_mode": ("UserPoolAddOns", "UserPoolTier"),
    "minimum_length": ("Policies",),
    "password_lacks": ("Policies",),
    "deletion_protection": ("DeletionProtection",),
}


def _secured_pool(edit: Edit) -> dict[str, Any]:
    pool, now = edit.after, edit.now
    changed: dict[str, Any] = {}
    if edit.changes("advanced_security_mode"):
        changed["UserPoolAddOns"] = {
            **now.get("UserPoolAddOns", {}),
            "AdvancedSecurityMode": pool.advanced_security_mode,
        }
        # Threat protection is part of this plan alone:
        # https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-sign-in-feature-plans.html
        changed["UserPoolTier"] = "PLUS" if "UserPoolTier" in now else None
    if edit.changes("minimum_length", "password_lacks"):
        policies = now.get("Policies", {})
        needed = {name: kind not in pool.password_lacks for kind, name in _KINDS.items()}
        passwords = {**policies.get("PasswordPolicy", {}), **needed, "MinimumLength": pool.minimum_length}
        changed["Policies"] = {**policies, "PasswordPolicy": passwords}
    if edit.changes("deletion_protection"):
        changed["DeletionProtection"] = "ACTIVE" if pool.deletion_protection else "INACTIVE"
    return changed


_FACTORS = frozenset({"EmailMfaConfiguration", "SmsMfaConfiguration", "SoftwareTokenMfaConfiguration"})


def _mfa(edit: Edit) -> Params:
    if edit.undoing:
        # Beside OFF no second factor may be named, not even as one that is not enabled.
        off = edit.after.mfa_configuration == "OFF"
        was = {name: value for name, value in edit.was.items() if not (off and name in _FACTORS)}
        return {**_pool(edit.after), **was, "MfaConfiguration": edit.after.mfa_configuration}
    changed: dict[str, Any] = {"MfaConfiguration": edit.after.mfa_configuration}
    if edit.now.get("MfaConfiguration", "OFF") == "OFF":
        # While it is off there may be no second factor to ask for; an app makes this one, which costs nothing.
        changed["SoftwareTokenMfaConfiguration"] = {"Enabled": True}
    return {**_pool(edit.after), **edit.now, **changed}


USER_POOL = ApiWriter(
    UserPool,
    puts=(
        Put(
            Call("cognito-idp:UpdateUserPool", ("cognito-idp:UpdateUserPool", "iam:PassRole")),
            _pool_params,
            tuple(_POOL_FIELDS),
            look=_POOL,
            busy=_BUSY,
        ),
        Put(
            Call("cognito-idp:SetUserPoolMfaConfig", ("cognito-idp:SetUserPoolMfaConfig", "iam:PassRole")),
            _mfa,
            ("mfa_configuration",),
            look=_MFA,
            busy=_BUSY,
        ),
    ),
)


def _client(client: UserPoolClient) -> dict[str, Any]:
    _, pool, _, number = client.arn.rsplit(":", 1)[1].split("/")
    return {"UserPoolId": pool, "ClientId": number}


_NOT_OF_UPDATE = frozenset({"ClientSecret", "CreationDate", "LastModifiedDate", "UserPoolId", "ClientId"})

_CLIENT = Look(
    Call("cognito-idp:DescribeUserPoolClient"),
    _client,
    lambda reply: {name: value for name, value in reply["UserPoolClient"].items() if name not in _NOT_OF_UPDATE},
)

_CLIENT_FIELDS = {
    "explicit_auth_flows": ("ExplicitAuthFlows",),
    "allowed_oauth_flows": ("AllowedOAuthFlows",),
    "insecure_callbacks": ("CallbackURLs", "DefaultRedirectURI"),
    "prevent_user_existence_errors": ("PreventUserExistenceErrors",),
    "enable_token_revocation": ("EnableTokenRevocation",),
}


def _client_params(edit: Edit) -> Params:
    changed = _as_it_was(edit, _CLIENT_FIELDS) if edit.undoing else _secured_client(edit)
    return {**_client(edit.after), **_with(edit.now, changed)}


def _secured_client(edit: Edit) -> dict[str, Any]:
    client = edit.after
    changed: dict[str, Any] = {}
    if edit.changes("explicit_auth_flows"):
        changed["ExplicitAuthFlows"] = list(client.explicit_auth_flows)
    if edit.changes("allowed_oauth_flows"):
        changed["AllowedOAuthFlows"] = list(client.allowed_oauth_flows)
    if edit.changes("insecure_callbacks"):
        changed |= _callbacks(edit)
    if edit.changes("prevent_user_existence_errors"):
        changed["PreventUserExistenceErrors"] = "ENABLED" if client.prevent_user_existence_errors else "LEGACY"
    if edit.changes("enable_token_revocation"):
        changed["EnableTokenRevocation"] = client.enable_token_revocation
    return changed


def _callbacks(edit: Edit) -> dict[str, Any]:
    gone = set(edit.before.insecure_callbacks) - set(edit.after.insecure_callbacks)
    kept = [each for each in edit.now.get("CallbackURLs", ()) if each not in gone]
    if not kept and edit.after.allowed_oauth_flows:
        raise Refused("no callback address by HTTPS would be left; give the app client one first")
    default = edit.now.get("DefaultRedirectURI")
    return {"CallbackURLs": kept, "DefaultRedirectURI": None if default in gone else default}


USER_POOL_CLIENT = ApiWriter(
    UserPoolClient,
    puts=(
        Put(
            Call("cognito-idp:UpdateUserPoolClient"),
            _client_params,
            tuple(_CLIENT_FIELDS),
            look=_CLIENT,
            busy=_BUSY,
        ),
    ),
)


def _identity_pool(pool: IdentityPool) -> dict[str, Any]:
    # The id has a colon in itself: REGION:UUID.
    return {"IdentityPoolId": pool.arn.partition("identitypool/")[2]}


_IDENTITY = Look(
    Call("cognito-identity:DescribeIdentityPool"),
    _identity_pool,
    lambda reply: {name: value for name, value in reply.items() if name != "ResponseMetadata"},
)

_IDENTITY_FIELDS = {
    "allow_unauthenticated_identities": "AllowUnauthenticatedIdentities",
    "allow_classic_flow": "AllowClassicFlow",
}


def _identity_params(edit: Edit) -> Params:
    changed = {key: getattr(edit.after, name) for name, key in _IDENTITY_FIELDS.items() if edit.changes(name)}
    return {**edit.now, **changed}


IDENTITY_POOL = ApiWriter(
    IdentityPool,
    puts=(
        Put(
            Call("cognito-identity:UpdateIdentityPool"),
            _identity_params,
            tuple(_IDENTITY_FIELDS),
            look=_IDENTITY,
            busy=_BUSY,
        ),
    ),
)
