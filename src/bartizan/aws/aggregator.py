"""AWS Config's aggregator as a source: which it is, and what it is asked.

Sources: https://docs.aws.amazon.com/config/latest/APIReference/API_SelectAggregateResourceConfig.html,
https://docs.aws.amazon.com/config/latest/developerguide/querying-AWS-resources.html and
https://docs.aws.amazon.com/config/latest/APIReference/API_AggregatedSourceStatus.html
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bartizan.aws.session import Access
from bartizan.model import InputError
from bartizan.resources.counted import COUNTED
from bartizan.resources.reading import Api, Call, Failed, Scope
from bartizan.resources.recorded import ConfigurationItem

SELECT = Call("config:SelectAggregateResourceConfig")
SOURCES = Call("config:DescribeConfigurationAggregatorSourcesStatus")

PAGE = 100
"""How many items a reply holds at most."""

_COLUMNS = (
    "accountId", "arn", "awsRegion", "resourceType", "configurationItemCaptureTime", "configurationItemStatus", "tags"
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregator:
    """An aggregator of AWS Config: its name, where it is, and the way there.

    ``behind`` are its sources whose copy is not up to date, as account or organization and region; the region is empty
    where it is all of them. ``seen`` are the counted types of which any account has something, by region, which shows
    that Config records them there: it does not know every type in every region.
    """

    name: str
    scope: Scope
    access: Access
    behind: frozenset[tuple[str, str]] = frozenset()
    seen: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def is_behind(self, region: str) -> bool:
        """Whether its copy of the region is not up to date."""
        return any(each in {"", region} for _, each in self.behind)

    def for_account(self, account: str, organization: str) -> Aggregator:
        """The same for one account: only what is behind of it, or of the whole organization."""
        of_it = frozenset((account, region) for source, region in self.behind if source in {account, organization})
        return replace(self, behind=of_it)


async def find_aggregator(api: Api, named: str, scope: Scope, access: Access) -> Aggregator:
    """The aggregator that is called ``name@region``, by default in the region of ``scope``.

    Raises ``InputError`` where there is none, or AWS does not show it.
    """
    name, _, region = named.partition("@")
    there = replace(scope, region=region or scope.region)
    asked = {"ConfigurationAggregatorName": name, "UpdateStatus": ["FAILED", "OUTDATED"]}
    behind: set[tuple[str, str]] = set()
    try:
        async for reply in api.pages(SOURCES, there, asked):
            found = reply.get("AggregatedSourceStatusList") or ()
            behind |= {(each["SourceId"], each.get("AwsRegion", "")) for each in found}
    except Failed as failed:
        raise InputError(
            f"the aggregator {name!r} of AWS Config in {there.region} cannot be asked: {failed.gap}; name it as"
            " NAME@REGION, with credentials of the account that it is in"
        ) from None
    found = Aggregator(name=name, scope=there, access=access, behind=frozenset(behind))
    try:
        present = await present_in(api, found)
    except Failed:
        # Each account is read without it, and says why.
        return found
    # The names are those of the table, so that thousands of tasks do not carry copies of them.
    names = {each: each for each in COUNTED}
    seen = {region: frozenset(names[each] for each in types.keys() & COUNTED) for region, types in present.items()}
    return replace(found, seen=seen)


async def present_in(api: Api, aggregator: Aggregator, account: str = "") -> dict[str, Counter[str]]:
    """How much there is of which type in the account, or in all, by region; raises ``Failed``.

    No limit is given, since without one AWS gives 500 groups at once.
    """
    where = f" WHERE accountId = '{account}'" if account else ""
    asked = {
        "Expression": f"SELECT resourceType, awsRegion, COUNT(*){where} GROUP BY resourceType, awsRegion",
        "ConfigurationAggregatorName": aggregator.name,
    }
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    async for reply in api.pages(SELECT, aggregator.scope, asked):
        for group in map(_parsed, reply.get("Results") or ()):
            found[group.get("awsRegion", "")][group.get("resourceType", "")] += group.get("COUNT(*)", 1)
    return dict(found)


async def items_of(
    api: Api, aggregator: Aggregator, account: str, types: Iterable[str], part: str
) -> dict[str, list[ConfigurationItem]]:
    """The account's items of these types by region, with a ``part`` of what is recorded; raises ``Failed``."""
    listed = ", ".join(f"'{each}'" for each in sorted(types))
    columns = ", ".join((*_COLUMNS, part))
    asked = {
        "Expression": f"SELECT {columns} WHERE accountId = '{account}' AND resourceType IN ({listed})",
        "ConfigurationAggregatorName": aggregator.name,
        "Limit": PAGE,
    }
    found: defaultdict[str, list[ConfigurationItem]] = defaultdict(list)
    async for reply in api.pages(SELECT, aggregator.scope, asked):
        for item in map(_parsed, reply.get("Results") or ()):
            if item.get("accountId") == account:
                found[item.get("awsRegion", "")].append(item)
    return dict(found)


def _parsed(text: str) -> dict[str, Any]:
    try:
        item = json.loads(text)
    except ValueError:
        return {}
    return item if isinstance(item, dict) else {}
