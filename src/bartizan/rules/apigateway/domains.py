"""Checks of the domain names of REST APIs."""

from __future__ import annotations

from bartizan.model import Problems, replace, rule
from bartizan.resources.apigateway import DomainName


@rule(
    "medium",
    passes=[DomainName(), DomainName(security_policy="SecurityPolicy_TLS13_1_3_2025_09")],
    fails=[DomainName(security_policy="TLS_1_0")],
)
def old_tls(domain: DomainName) -> Problems:
    """Domain name of an API accepts TLS 1.0 and 1.1.

    ## Why it matters
    Both versions are known to be weak and are deprecated; an attacker on the way can make clients fall back to them.

    ## How to fix
    Set the security policy to TLS 1.2 or newer.

    ## References
    - https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-custom-domain-tls-version.html
    """
    if domain.security_policy == "TLS_1_0":
        yield "its security policy is TLS_1_0"


@old_tls.risky_fix("clients that do not know TLS 1.2 cannot connect any more")
def newer_tls(domain: DomainName) -> DomainName:
    """Set the security policy to TLS 1.2."""
    return replace(domain, security_policy="TLS_1_2")


@rule("info", advice=True, passes=[DomainName()], fails=[DomainName(mutual_tls=False)])
def no_mutual_tls(domain: DomainName) -> Problems:
    """Mutual TLS: the domain name of the API does not ask clients for a certificate.

    ## Why it matters
    Where only known machines call the API, a certificate keeps all others away before a request is even read.

    ## How to fix
    For APIs between machines, upload a truststore and turn on mutual TLS, and disable the default endpoint.

    ## References
    - https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mutual-tls.html
    """
    if not domain.mutual_tls:
        yield "clients need no certificate"
