"""Security Hub: sending findings, which writes to the account, and reading those that were sent before.

Source: https://docs.aws.amazon.com/securityhub/latest/userguide/finding-update-batchimportfindings.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bartizan.resources.reading import Api, Call, Scope

IMPORT = Call("securityhub:BatchImportFindings")
GET = Call("securityhub:GetFindings")

BATCH = 100
"""Findings that one call takes.

Source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchImportFindings.html
"""

Sent = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Refused:
    """A finding that Security Hub did not take, and why in its own words."""

    id: str
    code: str
    message: str


async def earlier(api: Api, scope: Scope, *, product: str, generator: str) -> list[Sent]:
    """The active findings of a product whose generators begin so; raises ``Failed``."""
    filters = {
        "ProductArn": [{"Value": product, "Comparison": "EQUALS"}],
        "GeneratorId": [{"Value": generator, "Comparison": "PREFIX"}],
        "RecordState": [{"Value": "ACTIVE", "Comparison": "EQUALS"}],
    }
    found: list[Sent] = []
    async for reply in api.pages(GET, scope, {"Filters": filters, "MaxResults": 100}):
        found += reply.get("Findings") or ()
    # Whatever else an endpoint sends is not ours to change.
    return [each for each in found if _ours(each, product, generator)]


def _ours(finding: Sent, product: str, generator: str) -> bool:
    active = finding.get("RecordState", "ACTIVE") == "ACTIVE"
    return active and finding["ProductArn"] == product and str(finding["GeneratorId"]).startswith(generator)


async def send(
    api: Api, scope: Scope, findings: Iterable[Sent], *, attempts: int = 3, wait: float = 1
) -> tuple[Refused, ...]:
    """Send the findings in batches, those that are refused again, and give what is still refused; raises ``Failed``.

    ``wait`` are the seconds before the second attempt; they double with each.
    """
    waiting, refused = list(findings), dict[str, Refused]()
    for attempt in range(attempts):
        refused = {}
        for start in range(0, len(waiting), BATCH):
            reply = await api.call(IMPORT, scope, {"Findings": waiting[start : start + BATCH]})
            for each in reply.get("FailedFindings") or ():
                refused[each["Id"]] = Refused(each["Id"], each.get("ErrorCode", ""), each.get("ErrorMessage", ""))
        waiting = [each for each in waiting if each["Id"] in refused]
        if not waiting:
            break
        if attempt + 1 < attempts:
            await asyncio.sleep(wait * 2**attempt)
    return tuple(refused.values())
