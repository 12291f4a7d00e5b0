"""Macie as code."""

from __future__ import annotations

from bartizan.resources.macie2 import Session
from bartizan.resources.writing import CodeWriter


def _status(session: Session) -> str:
    return "ENABLED" if session.enabled else "PAUSED"


TERRAFORM_SESSION = CodeWriter(
    "aws_macie2_account",
    Session,
    fields={"enabled": lambda session: {"status": _status(session)}},
    import_id=lambda session: session.account,
)

CLOUDFORMATION_SESSION = CodeWriter(
    "AWS::Macie::Session",
    Session,
    fields={
        "enabled": lambda session: {"Status": _status(session)},
        "automated_discovery": lambda session: {
            "AutomatedDiscoveryStatus": "ENABLED" if session.automated_discovery else "DISABLED"
        },
    },
)
