"""Certificates that fail."""

from __future__ import annotations

from typing import Any

from harden.aws import ACCOUNT, REGION, Aws, AwsError
from harden.seeded import State, seeds


@seeds("acm.not-transparent")
def certificate_out_of_the_logs(aws: Aws) -> State:
    arn = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/c1"
    summary = {
        "CertificateArn": arn,
        "DomainName": "shop.example.com",
        "Type": "AMAZON_ISSUED",
        "Status": "ISSUED",
        "KeyAlgorithm": "RSA-2048",
        "InUse": True,
    }
    options = {"CertificateTransparencyLoggingPreference": "DISABLED", "Export": "ENABLED"}

    def update(params: dict[str, Any]) -> None:
        if params["CertificateArn"] != arn:
            raise AwsError("ResourceNotFoundException")
        if params["Options"].get("Export", "ENABLED") != options["Export"]:
            raise AwsError("ValidationException", "whether it can be exported stays as it was requested")
        options.update(params["Options"])

    aws.answers("acm:ListCertificates", {"CertificateSummaryList": [summary]})
    aws.answers("acm:DescribeCertificate", lambda _: {"Certificate": {"CertificateArn": arn, "Options": options}})
    aws.answers("acm:UpdateCertificateOptions", update)
    return lambda: options
