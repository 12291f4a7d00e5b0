"""The credential report: one row per user and one for root, as CSV that AWS makes on request.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
"""

from __future__ import annotations

import asyncio
import csv
import datetime as dt
from collections.abc import Mapping

from bartizan.model import Gap, Reason
from bartizan.resources.iam.types import AccessKey
from bartizan.resources.reading import Api, Call, Failed, Scope

GENERATE = Call("iam:GenerateCredentialReport")
GET = Call("iam:GetCredentialReport")

ROOT = "<root_account>"
"""The user of root's row."""

Row = Mapping[str, str]

_NOTHING = frozenset({"", "N/A", "no_information", "not_supported"})
_WAITS = (0.25, 0.5, 1.0, *(2.0 for _ in range(29)))
"""Seconds between questions: a small account's report is there at once, a large one's takes up to a minute."""


async def credential_report(api: Api, scope: Scope) -> dict[str, Row]:
    """The rows by user name; raises ``Failed``, also where AWS takes longer than a minute to make the report."""
    for wait in _WAITS:
        if (await api.call(GENERATE, scope, {}))["State"] == "COMPLETE":
            reply = await api.call(GET, scope, {})
            return parse(reply["Content"])
        await asyncio.sleep(wait)
    raise Failed("ReportInProgress", Gap(Reason.TIMED_OUT, detail="AWS is still making the credential report"))


def parse(content: bytes) -> dict[str, Row]:
    """The rows of the report by user name."""
    return {row["user"]: row for row in csv.DictReader(content.decode().splitlines())}


def moment(row: Row, column: str) -> dt.datetime | None:
    """A time of the row; ``None`` where the report says that there is none."""
    text = row[column]
    return None if text in _NOTHING else dt.datetime.fromisoformat(text)


def flag(row: Row, column: str) -> bool:
    """A truth value of the row; what root does not have counts as false."""
    return row[column].lower() == "true"


def access_keys(row: Row) -> tuple[AccessKey, ...]:
    """The access keys of the row's user, inactive ones included."""
    keys = []
    for number in (1, 2):
        rotated = moment(row, f"access_key_{number}_last_rotated")
        if rotated:
            used = moment(row, f"access_key_{number}_last_used_date")
            keys.append(AccessKey(number, flag(row, f"access_key_{number}_active"), rotated, used))
    return tuple(keys)
