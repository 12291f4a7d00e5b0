"""The errors of Bartizan.

::

    BartizanError
    ├── InputError      what the user gave cannot be used (exit code 2)
    ├── DeclarationError  a rule, resource type or reader is written wrongly (a bug in code, seen when it is loaded)
    └── Unknown         a value that a rule asked for was not read
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class BartizanError(Exception):
    """Every error that Bartizan raises on purpose."""


class InputError(BartizanError):
    """What the user gave cannot be used; the message names what, where, and what to do."""


class DeclarationError(BartizanError):
    """A rule, a resource type or a reader is declared wrongly; raised when it is loaded."""


class Reason(StrEnum):
    """Why a value is not known."""

    DENIED = "denied"
    THROTTLED = "throttled"
    TIMED_OUT = "timed-out"
    UNSUPPORTED = "unsupported"
    EXPIRED = "expired"
    FAILED = "failed"
    MALFORMED = "malformed"
    COMPUTED = "computed"
    NOT_READ = "not-read"


@dataclass(frozen=True, slots=True)
class Gap:
    """Why a value, or a whole listing, is not known, and what would make it known.

    ``needs`` is the IAM action that would fill it (``sqs:GetQueueAttributes``), empty where no permission would.
    ``detail`` is the source's own words: AWS's error message, or the expression that a plan could not compute.
    """

    reason: Reason
    needs: str = ""
    detail: str = ""

    def __str__(self) -> str:
        words = {
            Reason.DENIED: "access denied",
            Reason.THROTTLED: "AWS kept throttling",
            Reason.TIMED_OUT: "no answer in time",
            Reason.UNSUPPORTED: "not available in this region",
            Reason.EXPIRED: "the credentials expired",
            Reason.FAILED: "the call failed",
            Reason.MALFORMED: "the answer could not be understood",
            Reason.COMPUTED: "not known before it is applied",
            Reason.NOT_READ: "not read",
        }[self.reason]
        needed = f" (needs {self.needs})" if self.needs else ""
        return f"{words}{needed}" + (f": {self.detail}" if self.detail else "")


NOT_READ = Gap(Reason.NOT_READ)


class Unknown(BartizanError):  # noqa: N818 - the design's word: it is an answer, not an accident
    """A value that a rule asked for was not read; the engine turns it into an ``unknown`` finding."""

    def __init__(self, what: str, gap: Gap = NOT_READ) -> None:
        super().__init__(what, gap)
        self.what = what
        self.gap = gap

    def __str__(self) -> str:
        return f"{self.what} is unknown: {self.gap}"
