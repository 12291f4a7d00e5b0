"""Certificates that IAM keeps for load balancers and distributions, from the time before ACM.

Code is not read: a template holds the certificate's text, and when it expires stands nowhere beside it.
"""

from __future__ import annotations

import datetime as dt

from bartizan.model import SAMPLE_TIME, Resource, field, resource
from bartizan.resources.reading import Call, Listing, Reader


@resource("AWS::IAM::ServerCertificate", name="server_certificate_name")
class ServerCertificate(Resource):
    """A certificate with its private key, uploaded to IAM."""

    server_certificate_name: str = field("Its name.")
    expiration: dt.datetime = field("When it expires.", default=SAMPLE_TIME + dt.timedelta(days=365))


SERVER_CERTIFICATES = Reader(
    ServerCertificate,
    listing=Listing(
        Call("iam:ListServerCertificates"),
        items="ServerCertificateMetadataList",
        fields={
            "server_certificate_name": lambda item: item["ServerCertificateName"],
            "expiration": lambda item: item["Expiration"],
        },
    ),
    arn=lambda item, _: item["Arn"],
    where="account",
)
