"""AWS Certificate Manager."""

from __future__ import annotations

import datetime as dt

from bartizan.model import Resource, field, resource
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Item, Listing, Reader, Reply

_IN_2030 = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)


@resource("AWS::CertificateManager::Certificate", name="domain_name")
class Certificate(Resource):
    """A certificate in ACM, issued there or imported."""

    domain_name: str = field("The domain name that it is for.")
    type: str = field("`AMAZON_ISSUED`, `IMPORTED` or `PRIVATE`.", default="AMAZON_ISSUED")
    status: str = field("Its status, such as `ISSUED`, `EXPIRED` or `PENDING_VALIDATION`.", default="ISSUED")
    key_algorithm: str = field("Its kind of key, such as `RSA_2048` or `EC_prime256v1`.", default="RSA_2048")
    not_after: dt.datetime | None = field("When it expires; null before it is issued.", default=_IN_2030)
    in_use: bool = field("Whether something shows it.", default=True)
    renewal_status: str | None = field("How the last renewal by ACM went, if there was one.", default=None)
    transparency_logging: bool = field("Whether it is written into the public logs of certificates.", default=True)


_KEY_TYPES = (
    "RSA_1024",
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "EC_prime256v1",
    "EC_secp384r1",
    "EC_secp521r1",
)


def _certificate(reply: Reply) -> Item:
    return reply["Certificate"]


CERTIFICATES = Reader(
    Certificate,
    listing=Listing(
        Call("acm:ListCertificates"),
        items="CertificateSummaryList",
        # Unless they are asked for, ACM leaves out all keys but those of RSA with up to 2048 bits.
        params={"Includes": {"keyTypes": list(_KEY_TYPES)}, "MaxItems": 1000},
        fields={
            "domain_name": lambda item: item["DomainName"],
            "type": lambda item: item["Type"],
            "status": lambda item: item["Status"],
            "key_algorithm": lambda item: item["KeyAlgorithm"].replace("-", "_"),
            "not_after": lambda item: item.get("NotAfter"),
            "in_use": lambda item: bool(item["InUse"]),
        },
    ),
    arn=lambda item, _: item["CertificateArn"],
    details=(
        Detail(
            Call("acm:DescribeCertificate"),
            params=lambda item: {"CertificateArn": item["CertificateArn"]},
            fields={
                "renewal_status": lambda reply: (_certificate(reply).get("RenewalSummary") or {}).get("RenewalStatus"),
                "transparency_logging": lambda reply: (
                    (_certificate(reply).get("Options") or {}).get("CertificateTransparencyLoggingPreference")
                    != "DISABLED"
                ),
            },
        ),
    ),
)


def _tf_type(block: Block) -> str:
    if block.get("certificate_body"):
        return "IMPORTED"
    return "PRIVATE" if block.get("certificate_authority_arn") else "AMAZON_ISSUED"


def _tf_logging(block: Block) -> bool:
    options = block.get("options")
    return not options or options[0].get("certificate_transparency_logging_preference", "ENABLED") != "DISABLED"


TERRAFORM_CERTIFICATE = CodeReader(
    "aws_acm_certificate",
    Certificate,
    defaulted={"aws_acm_certificate": ("certificate_body", "domain_name", "key_algorithm", "options")},
    fields={
        "domain_name": lambda block: block["domain_name"],
        "type": _tf_type,
        "key_algorithm": lambda block: block.get("key_algorithm", "RSA_2048"),
        "transparency_logging": _tf_logging,
    },
)

CLOUDFORMATION_CERTIFICATE = CodeReader(
    "AWS::CertificateManager::Certificate",
    Certificate,
    fields={
        "domain_name": lambda block: block["DomainName"],
        "type": lambda block: "PRIVATE" if "CertificateAuthorityArn" in block else "AMAZON_ISSUED",
        "key_algorithm": lambda block: block.get("KeyAlgorithm", "RSA_2048"),
        "transparency_logging": lambda block: block.get("CertificateTransparencyLoggingPreference") != "DISABLED",
    },
)
