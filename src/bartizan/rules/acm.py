"""Checks of AWS Certificate Manager."""

from __future__ import annotations

import datetime as dt

from bartizan.model import Problems, replace, rule
from bartizan.resources.acm import Certificate

_SOON = 30
_CERTIFICATE = Certificate(domain_name="www.example.com")
_ENDING = replace(_CERTIFICATE, not_after=dt.datetime(2026, 1, 11, tzinfo=dt.UTC))


@rule(
    "high",
    passes=[
        _CERTIFICATE,
        replace(_ENDING, in_use=False),
        replace(_CERTIFICATE, status="PENDING_VALIDATION", not_after=None),
    ],
    fails=[_ENDING, replace(_CERTIFICATE, status="EXPIRED", not_after=dt.datetime(2025, 12, 1, tzinfo=dt.UTC))],
)
def expires_soon(certificate: Certificate) -> Problems:
    """Certificate in use is about to expire, or has expired.

    ## Why it matters
    From then on clients refuse to connect, or people learn to click warnings away.

    ## How to fix
    Import its successor. One that ACM issued should have been renewed weeks ago: look why it was not.

    ## References
    - https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html
    - https://docs.aws.amazon.com/acm/latest/userguide/import-reimport.html
    """
    if not certificate.in_use or certificate.not_after is None:
        return
    left = -certificate.days_since(certificate.not_after)
    if left < 0:
        yield f"it expired {-left} days ago"
    elif left <= _SOON:
        yield f"it expires in {left} days"


@rule(
    "high",
    passes=[
        _CERTIFICATE,
        replace(_CERTIFICATE, renewal_status="SUCCESS"),
        replace(_CERTIFICATE, renewal_status="FAILED", in_use=False),
    ],
    fails=[
        replace(_CERTIFICATE, renewal_status="FAILED"),
        replace(_CERTIFICATE, renewal_status="PENDING_VALIDATION"),
    ],
)
def renewal_stuck(certificate: Certificate) -> Problems:
    """Certificate in use could not be renewed.

    ## Why it matters
    It will expire, and clients will refuse to connect.

    ## How to fix
    Put the validation record that ACM names into the DNS zone, or follow the mail that ACM has sent.

    ## References
    - https://docs.aws.amazon.com/acm/latest/userguide/check-certificate-renewal-status.html
    """
    if certificate.in_use and certificate.renewal_status in {"FAILED", "PENDING_VALIDATION"}:
        what = "failed" if certificate.renewal_status == "FAILED" else "waits for a validation"
        yield f"its renewal {what}"


@rule(
    "high",
    passes=[_CERTIFICATE, replace(_CERTIFICATE, key_algorithm="EC_prime256v1")],
    fails=[replace(_CERTIFICATE, key_algorithm="RSA_1024")],
)
def weak_key(certificate: Certificate) -> Problems:
    """Certificate has a weak key.

    ## Why it matters
    RSA keys of 1024 bits can be broken by those with the means, who then read and change all traffic.

    ## How to fix
    Replace it by one with a key of RSA with 2048 bits or more, or of an elliptic curve.

    ## References
    - https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html
    """
    if certificate.key_algorithm == "RSA_1024":
        yield "its key is RSA with 1024 bits"


@rule(
    "low",
    passes=[_CERTIFICATE, replace(_CERTIFICATE, type="PRIVATE", transparency_logging=False)],
    fails=[replace(_CERTIFICATE, transparency_logging=False)],
)
def not_transparent(certificate: Certificate) -> Problems:
    """Certificate is kept out of the public logs of certificates.

    ## Why it matters
    Browsers distrust certificates that no log knows, and you cannot tell yours from one that somebody else obtained.

    ## How to fix
    Turn on certificate transparency logging.

    ## References
    - https://docs.aws.amazon.com/acm/latest/userguide/acm-concepts.html
    """
    if certificate.type == "AMAZON_ISSUED" and not certificate.transparency_logging:
        yield "certificate transparency logging is off"


@not_transparent.risky_fix("the domain name becomes public, for good")
def log_certificate(certificate: Certificate) -> Certificate:
    """Turn on certificate transparency logging."""
    return replace(certificate, transparency_logging=True)
