"""Checks of Amazon Cognito."""

from __future__ import annotations

from bartizan.model import Problems, replace, rule
from bartizan.resources.cognito import IdentityPool, UserPool, UserPoolClient
from bartizan.rules.datatags import without_data_tag

_SHORTEST = 8
_POOL = UserPool(user_pool_name="customers")
_CLIENT = UserPoolClient(client_name="web")
_PASSWORD_FLOWS = frozenset({"ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"})


@rule(
    "medium",
    passes=[_POOL],
    fails=[replace(_POOL, mfa_configuration="OFF"), replace(_POOL, mfa_configuration="OPTIONAL")],
)
def no_mfa(pool: UserPool) -> Problems:
    """Cognito user pool does not require a second factor.

    ## Why it matters
    A guessed, phished or leaked password is all it takes to be somebody else.

    ## How to fix
    Require MFA, by authenticator app or passkey rather than SMS. Where that is too much for all users, let it be
    optional with adaptive authentication that asks for it when a sign-in looks risky.

    ## References
    - https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa.html
    """
    if pool.mfa_configuration != "ON":
        yield "MFA is off" if pool.mfa_configuration == "OFF" else "MFA is left to each user"


@no_mfa.risky_fix("users without a second factor have to set one up when they sign in next")
def require_mfa(pool: UserPool) -> UserPool:
    """Require MFA."""
    return replace(pool, mfa_configuration="ON")


@rule(
    "medium",
    passes=[_POOL],
    fails=[replace(_POOL, advanced_security_mode="OFF"), replace(_POOL, advanced_security_mode="AUDIT")],
)
def no_threat_protection(pool: UserPool) -> Problems:
    """Cognito user pool does not act on risky sign-ins.

    ## Why it matters
    Leaked passwords and sign-ins from strange places and devices go through like all others.

    ## How to fix
    Turn on threat protection (advanced security), first to audit, then to enforce. It needs the Plus plan.

    ## References
    - https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-threat-protection.html
    """
    if pool.advanced_security_mode != "ENFORCED":
        only = "off" if pool.advanced_security_mode == "OFF" else "only watching"
        yield f"threat protection is {only}"


@no_threat_protection.risky_fix("sign-ins that look risky are refused or asked for a second factor; it costs by user")
def enforce_threat_protection(pool: UserPool) -> UserPool:
    """Turn on threat protection, enforced."""
    return replace(pool, advanced_security_mode="ENFORCED")


@rule(
    "medium",
    passes=[_POOL],
    fails=[replace(_POOL, minimum_length=6), replace(_POOL, password_lacks=("symbols",))],
)
def weak_passwords(pool: UserPool) -> Problems:
    """Cognito user pool takes weak passwords.

    ## Why it matters
    Short passwords of few kinds of characters are guessed and found by trying.

    ## How to fix
    Ask for at least eight characters, better more, of lower and upper case, numbers and symbols.

    ## References
    - https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html
    """
    if pool.minimum_length < _SHORTEST:
        yield f"passwords of {pool.minimum_length} characters are enough"
    if pool.password_lacks:
        yield f"passwords need no {' and no '.join(pool.password_lacks)}"


@weak_passwords.fix
def strengthen_passwords(pool: UserPool) -> UserPool:
    """Ask new passwords for eight characters or more, of all kinds."""
    return replace(pool, minimum_length=max(pool.minimum_length, _SHORTEST), password_lacks=())


@rule("medium", passes=[_POOL], fails=[replace(_POOL, deletion_protection=False)])
def no_deletion_protection(pool: UserPool) -> Problems:
    """Cognito user pool can be deleted with one call.

    ## Why it matters
    A mistake in a script or template, or a stolen credential, removes all users, whose passwords cannot be restored.

    ## How to fix
    Turn on deletion protection.

    ## References
    - https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-deletion-protection.html
    """
    if not pool.deletion_protection:
        yield "deletion protection is off"


@no_deletion_protection.fix
def protect(pool: UserPool) -> UserPool:
    """Turn on deletion protection."""
    return replace(pool, deletion_protection=True)


@rule("low", passes=[_POOL], fails=[replace(_POOL, web_acl_arn=None)])
def no_web_acl(pool: UserPool) -> Problems:
    """Cognito user pool has no web ACL.

    ## Why it matters
    Nothing slows down who tries passwords one after the other, or signs up users by the thousand.

    ## How to fix
    Associate a regional web ACL with rate-based rules.

    ## References
    - https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-waf.html
    """
    if pool.web_acl_arn is None:
        yield "its sign-in is open to the internet without WAF"


@rule("info", advice=True, passes=[_POOL], fails=[replace(_POOL, self_sign_up=True)])
def self_sign_up(pool: UserPool) -> Problems:
    """Self sign-up: anyone can become a user of the Cognito user pool.

    ## Why it matters
    Where the application is for known people only, whoever signs up is one of them, with all that users may do.

    ## How to fix
    If it is not for everybody, let administrators create the users.

    ## References
    - https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-admin-create-user-policy.html
    """
    if pool.self_sign_up:
        yield "people can sign up by themselves"


@rule(
    "medium",
    passes=[_CLIENT],
    fails=[replace(_CLIENT, explicit_auth_flows=("ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH"))],
)
def password_flow(client: UserPoolClient) -> Problems:
    """App client lets the password itself be sent to sign in.

    ## Why it matters
    The application and everything on the way to Cognito sees the password, and trying passwords is easy.

    ## How to fix
    Sign in by the hosted pages or by SRP, and take `ALLOW_USER_PASSWORD_AUTH` away.

    ## References
    - https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html
    """
    for each in sorted(_PASSWORD_FLOWS.intersection(client.explicit_auth_flows)):
        yield f"{each} is allowed"


@password_flow.risky_fix("applications that send the password cannot sign people in any more")
def no_password_flow(client: UserPoolClient) -> UserPoolClient:
    """Take the password flow away."""
    return replace(
        client, explicit_auth_flows=tuple(each for each in client.explicit_auth_flows if each not in _PASSWORD_FLOWS)
    )


@rule(
    "medium",
    passes=[_CLIENT],
    fails=[
        replace(_CLIENT, allowed_oauth_flows=("implicit",)),
        replace(_CLIENT, insecure_callbacks=("http://app.example.com/",)),
    ],
)
def tokens_in_the_open(client: UserPoolClient) -> Problems:
    """App client lets tokens or codes travel in the open.

    ## Why it matters
    Tokens in an address end up in histories and logs, and what goes to an address by plain HTTP is read on the way.

    ## How to fix
    Use the authorization code flow with PKCE, and callback addresses by HTTPS only.

    ## References
    - https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-client-apps.html
    - https://www.rfc-editor.org/rfc/rfc9700
    """
    if "implicit" in client.allowed_oauth_flows:
        yield "the implicit flow puts tokens into the address"
    for each in client.insecure_callbacks:
        yield f"people are sent back to {each}"


@tokens_in_the_open.risky_fix(
    "applications that use the implicit flow or those addresses cannot sign people in any more"
)
def keep_tokens_in(client: UserPoolClient) -> UserPoolClient:
    """Take the implicit flow and the addresses by plain HTTP away; the code flow stands in where no other is left."""
    flows = tuple(each for each in client.allowed_oauth_flows if each != "implicit")
    if client.allowed_oauth_flows and not flows:
        flows = ("code",)
    return replace(client, allowed_oauth_flows=flows, insecure_callbacks=())


@rule(
    "low",
    passes=[_CLIENT],
    fails=[
        replace(_CLIENT, prevent_user_existence_errors=False),
        replace(_CLIENT, enable_token_revocation=False),
    ],
)
def loose_sessions(client: UserPoolClient) -> Problems:
    """App client tells which users exist, or cannot take tokens back.

    ## Why it matters
    Attackers first find out whom they can try to be; and who has stolen a refresh token keeps its access.

    ## How to fix
    Turn on the prevention of user existence errors, and token revocation.

    ## References
    - https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-managing-errors.html
    - https://docs.aws.amazon.com/cognito/latest/developerguide/token-revocation.html
    """
    if not client.prevent_user_existence_errors:
        yield "errors tell whether a user exists"
    if not client.enable_token_revocation:
        yield "tokens cannot be revoked"


@loose_sessions.fix
def tighten_sessions(client: UserPoolClient) -> UserPoolClient:
    """Hide which users exist, and let tokens be revoked."""
    return replace(client, prevent_user_existence_errors=True, enable_token_revocation=True)


@rule(
    "high",
    passes=[IdentityPool(identity_pool_name="app")],
    fails=[IdentityPool(identity_pool_name="app", allow_unauthenticated_identities=True)],
)
def guests_get_credentials(pool: IdentityPool) -> Problems:
    """Cognito identity pool gives AWS credentials to anyone.

    ## Why it matters
    Whoever knows its id, which is in the application's code, acts in the account with the role for guests.

    ## How to fix
    Turn guest access off. Where it must stay, let its role do one narrow thing only.

    ## References
    - https://docs.aws.amazon.com/cognito/latest/developerguide/identity-pools.html
    """
    if pool.allow_unauthenticated_identities:
        yield "guest access is on"


@guests_get_credentials.risky_fix("parts of the application that work without signing in lose their access to AWS")
def no_guests(pool: IdentityPool) -> IdentityPool:
    """Turn guest access off."""
    return replace(pool, allow_unauthenticated_identities=False)


@rule(
    "medium",
    passes=[IdentityPool(identity_pool_name="app")],
    fails=[IdentityPool(identity_pool_name="app", allow_classic_flow=True)],
)
def classic_flow(pool: IdentityPool) -> Problems:
    """Cognito identity pool lets callers choose their role.

    ## Why it matters
    In the classic flow the caller asks STS for a role and a session of its choice; the pool's limits do not hold.

    ## How to fix
    Turn the basic (classic) flow off, and let the pool choose the role.

    ## References
    - https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flow.html
    """
    if pool.allow_classic_flow:
        yield "the basic (classic) flow is on"


@classic_flow.risky_fix("applications that call STS themselves lose their access to AWS")
def no_classic_flow(pool: IdentityPool) -> IdentityPool:
    """Turn the basic (classic) flow off."""
    return replace(pool, allow_classic_flow=False)


user_pool_without_data_tag = without_data_tag.of(UserPool, "User pool")
