"""The definition of the reduction: the context keys that are kept of an event, and how each is taken.

Left out are keys whose values hardly repeat (``aws:UserAgent``, ``aws:userid``): each value would be a row of its own.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any


def text(value: Any) -> str | None:
    """The value as it is."""
    return value if isinstance(value, str) and value else None


def flag(value: Any) -> bool | None:
    """``true`` and ``false``, which CloudTrail writes as text in some places."""
    return {"true": True, "false": False, True: True, False: False}.get(value)


def present(value: Any) -> bool | None:
    """That there is a value; where there is none, it is not known that it was otherwise."""
    return True if value else None


@lru_cache(maxsize=1 << 16)
def address(value: Any) -> str | None:
    """An address; in the place of one stands a service's name where a service made the call."""
    try:
        return str(ipaddress.ip_address(value)) if isinstance(value, str) else None
    except ValueError:
        return None


@lru_cache(maxsize=1 << 16)
def network(value: str | None) -> str | None:
    """The network of an address, by which many addresses of one principal are held together: /24, of IPv6 /48."""
    if value is None:
        return None
    known = ipaddress.ip_address(value)
    return str(ipaddress.ip_network((known, 24 if known.version == 4 else 48), strict=False))


@dataclass(frozen=True, slots=True)
class ContextKey:
    """A key of IAM, the column that keeps it, where an event has it, and how its value is taken from there."""

    key: str
    column: str
    path: str
    take: Callable[[Any], str | bool | None]

    @property
    def is_flag(self) -> bool:
        """Whether its column holds true and false."""
        return self.take in (flag, present)


CONTEXT: tuple[ContextKey, ...] = (
    ContextKey("aws:SourceIp", "source_ip", "sourceIPAddress", address),
    ContextKey("aws:SourceVpce", "source_vpce", "vpcEndpointId", text),
    ContextKey("aws:VpceAccount", "vpce_account", "vpcEndpointAccountId", text),
    ContextKey("aws:RequestedRegion", "requested_region", "awsRegion", text),
    ContextKey(
        "aws:MultiFactorAuthPresent", "mfa_present", "userIdentity.sessionContext.attributes.mfaAuthenticated", flag
    ),
    ContextKey("aws:SecureTransport", "secure_transport", "tlsDetails.tlsVersion", present),
    ContextKey("s3:TlsVersion", "tls_version", "tlsDetails.tlsVersion", text),
    ContextKey("aws:CalledVia", "called_via", "userIdentity.invokedBy", text),
    ContextKey("aws:ViaAWSService", "via_aws_service", "userIdentity.invokedBy", present),
    ContextKey("aws:SourceIdentity", "source_identity", "userIdentity.sessionContext.sourceIdentity", text),
    ContextKey(
        "aws:FederatedProvider",
        "federated_provider",
        "userIdentity.sessionContext.webIdFederationData.federatedProvider",
        text,
    ),
)
"""What is kept of the request's context.

``aws:PrincipalArn`` and ``aws:PrincipalAccount`` are columns of the principal, and so is ``aws:PrincipalOrgID`` where
an organization's trail delivered the file for the principal's own account.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html,
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""
