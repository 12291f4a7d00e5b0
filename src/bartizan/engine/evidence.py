"""Evidence: what a person looked at where AWS has no interface for it, as an answer to controls of frameworks. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Somebody's word that a control is met, as of ``date``; ``expires`` is the last day on which it counts.

    ``control`` is the framework's id and the control's (``mission/C-SSO.mfa``). ``file`` is what proves it, such as a
    picture of the screen, with its SHA-256, by which it is known to be the one that was seen.
    """

    control: str
    statement: str
    owner: str
    date: dt.date
    expires: dt.date
    file: str = ""
    sha256: str = ""

    def holds(self, today: dt.date) -> bool:
        """Whether it counts on that day."""
        return self.date <= today <= self.expires

    def __str__(self) -> str:
        """It in one line, for reports."""
        proof = f", {self.file}" if self.file else ""
        return f"{self.statement} ({self.owner}, {self.date.isoformat()}, until {self.expires.isoformat()}{proof})"
