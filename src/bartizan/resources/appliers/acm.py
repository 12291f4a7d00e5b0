"""Certificates: changing them."""

from __future__ import annotations

from bartizan.resources.acm import Certificate
from bartizan.resources.applying import ApiWriter, Put
from bartizan.resources.reading import Call

CERTIFICATE = ApiWriter(
    Certificate,
    puts=(
        # What is in the public logs stays there; turned off again, renewals are not written into them.
        # https://docs.aws.amazon.com/acm/latest/userguide/acm-bestpractices.html#best-practices-transparency
        Put(
            Call("acm:UpdateCertificateOptions"),
            lambda edit: {
                "CertificateArn": edit.after.arn,
                "Options": {
                    "CertificateTransparencyLoggingPreference": (
                        "ENABLED" if edit.after.transparency_logging else "DISABLED"
                    )
                },
            },
            ("transparency_logging",),
            busy=("ConflictException",),
        ),
    ),
)
