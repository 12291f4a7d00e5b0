"""Identity providers that serve everybody: whose tokens anyone can have, and by what a policy tells its own apart.

Such a provider signs tokens for all of its customers; only the token's subject says for whom. Sources:
https://docs.github.com/actions/reference/openid-connect-reference, https://docs.gitlab.com/ci/cloud_services/,
https://support.atlassian.com/bitbucket-cloud/docs/deploy-on-aws-using-bitbucket-pipelines-openid-connect/,
https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/workload-identity-tokens,
https://buildkite.com/docs/pipelines/security/oidc and
https://docs.aws.amazon.com/cognito/latest/developerguide/role-trust-and-permissions.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from bartizan.policy.conditions import Constraint, texts


@dataclass(frozen=True, slots=True)
class Issuer:
    """A shared provider: its host, the claim that tells customers apart, and how that claim begins and where it parts.

    A subject is ``start``, the customer's name, then ``end``.
    """

    host: str
    claim: str
    start: str
    end: str


ISSUERS = (
    Issuer("token.actions.githubusercontent.com", "sub", "repo:", "/"),
    Issuer("gitlab.com", "sub", "project_path:", "/"),
    Issuer("app.terraform.io", "sub", "organization:", ":"),
    Issuer("agent.buildkite.com", "sub", "organization:", ":"),
    Issuer("cognito-identity.amazonaws.com", "aud", "", ""),
    Issuer("accounts.google.com", "aud", "", ""),
    Issuer("www.amazon.com", "app_id", "", ""),
    Issuer("graph.facebook.com", "app_id", "", ""),
)
"""Bitbucket is not among them: its issuer names the workspace, so that its tokens are of one customer."""


def issuer_of(provider: str) -> Issuer | None:
    """The shared issuer behind the ARN or the host of a provider, if it is one."""
    host = provider.partition("oidc-provider/")[2] or provider
    return next((each for each in ISSUERS if host == each.host), None)


def issuers_named(keys: Collection[str]) -> tuple[Issuer, ...]:
    """The shared issuers that condition keys (in lower case) speak of."""
    return tuple(each for each in ISSUERS if any(key.startswith(f"{each.host}:") for key in keys))


def foreign_subjects(provider: str, values: Iterable[tuple[str, str]]) -> tuple[Constraint, ...] | None:
    """What holds for the tokens of strangers: their claim names none of the customers that conditions name in full.

    ``None`` where the provider serves one customer only. ``values`` are the conditions' keys and values.
    """
    issuer = issuer_of(provider)
    if issuer is None:
        return None
    key = f"{issuer.host}:{issuer.claim}"
    own = {_customer(value, issuer) for each, value in values if each == key}
    named = sorted(each for each in own if each)
    return (
        Constraint(key, texts([f"{issuer.start}*{issuer.end}*" if issuer.end else "*"], variables=False)),
        Constraint(key, texts(named, variables=False), negated=True, some=False, absent=True),
    )


def _customer(value: str, issuer: Issuer) -> str:
    """The pattern of all subjects of the customer that a value names, or nothing where it names none in full."""
    name, found, _ = value.removeprefix(issuer.start).partition(issuer.end) if issuer.end else (value, "all", "")
    if not value.startswith(issuer.start) or not found or "*" in name or "?" in name:
        return ""
    return f"{issuer.start}{name}{issuer.end}*" if issuer.end else name
