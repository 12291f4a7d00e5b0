"""Certificates as code."""

from __future__ import annotations

from bartizan.resources.acm import Certificate
from bartizan.resources.writing import CodeWriter, nested

TERRAFORM_CERTIFICATE = CodeWriter(
    "aws_acm_certificate",
    Certificate,
    names={"domain_name": "domain_name"},
    fields={
        "transparency_logging": lambda certificate: {
            "options": nested(certificate_transparency_logging_preference=_preference(certificate))
        },
    },
    import_id=lambda certificate: certificate.arn,
)

CLOUDFORMATION_CERTIFICATE = CodeWriter(
    "AWS::CertificateManager::Certificate",
    Certificate,
    names={"domain_name": "DomainName"},
    fields={
        "transparency_logging": lambda certificate: {
            "CertificateTransparencyLoggingPreference": _preference(certificate)
        },
    },
)


def _preference(certificate: Certificate) -> str:
    return "ENABLED" if certificate.transparency_logging else "DISABLED"
