"""Domains of OpenSearch and Elasticsearch: changing them."""

from __future__ import annotations

from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put, policy_text
from bartizan.resources.opensearch import Domain
from bartizan.resources.reading import Call

_UPDATE = Call("opensearch:UpdateDomainConfig", ("es:UpdateDomainConfig",))
_ENDPOINT = ("enforce_https", "tls_security_policy")
_ENCRYPTION = ("encrypted", "node_to_node_encryption")

_DOMAIN = Look(
    Call("opensearch:DescribeDomain", ("es:DescribeDomain",)),
    lambda domain: {"DomainName": domain.domain_name},
    lambda reply: reply["DomainStatus"]["DomainEndpointOptions"],
)


def _of(edit: Edit) -> dict[str, Any]:
    """All that changes, since a domain takes one call at a time; the name of its own that it may have stays with it."""
    given: dict[str, Any] = {"DomainName": edit.after.domain_name}
    if edit.changes("access_policies"):
        given["AccessPolicies"] = policy_text(edit.after.access_policies) or ""
    if edit.changes(*_ENDPOINT):
        given["DomainEndpointOptions"] = {
            **(edit.now or {}),
            "EnforceHTTPS": edit.after.enforce_https,
            "TLSSecurityPolicy": edit.after.tls_security_policy,
        }
    if edit.changes("encrypted"):
        given["EncryptionAtRestOptions"] = {"Enabled": edit.after.encrypted}
    if edit.changes("node_to_node_encryption"):
        given["NodeToNodeEncryptionOptions"] = {"Enabled": edit.after.node_to_node_encryption}
    return given


def _reversible(edit: Edit) -> Params | None:
    return None if edit.changes(*_ENCRYPTION) else _of(edit)


_BUSY = ("ValidationException: is in progress",)

DOMAIN = ApiWriter(
    Domain,
    puts=(
        Put(_UPDATE, _reversible, ("access_policies", *_ENDPOINT), look=_DOMAIN, busy=_BUSY),
        Put(
            _UPDATE,
            _of,
            _ENCRYPTION,
            look=_DOMAIN,
            busy=_BUSY,
            lasting="a domain cannot go without encryption again, at rest or between its nodes, once it has it",
        ),
    ),
)
