"""Two snapshots side by side: DuckDB finds the few rows that differ among the many that do not."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bartizan.engine.diff import Change, Difference, Seen, compare
from bartizan.model import Severity, Status
from bartizan.store.arrow import texts
from bartizan.store.duck import Connection, DuckError
from bartizan.store.manifest import Manifest
from bartizan.store.records import COVERAGE, FINDINGS
from bartizan.store.store import Store
from bartizan.store.tables import Kind, resource_tables
from bartizan.store.views import broken_snapshot, viewing

SIDES = ("before", "after")
Key = tuple[str, str, str]
"""Account, region and ARN of a resource."""

Row = Mapping[str, Any]
"""A row by names of columns."""

# Failures that are the same in both, by far the most of them, never leave DuckDB.
_DIFFERENT = """
CREATE TEMP TABLE different AS
SELECT fingerprint
FROM (SELECT fingerprint, digest FROM before.findings WHERE status = 'fail') b
FULL JOIN (SELECT fingerprint, digest FROM after.findings WHERE status = 'fail') a
USING (fingerprint)
WHERE a.digest IS DISTINCT FROM b.digest
"""
_OPEN = """
SELECT account, severity, count(*), min(first_seen)
FROM after.findings ANTI JOIN different USING (fingerprint)
WHERE status = 'fail'
GROUP BY ALL
"""
_SIDE = """
SELECT
  fingerprint, rule, title, severity, status, account, region, resource_table, arn, name, problems,
  epoch_us(first_seen) AS first_seen
FROM {side}.findings SEMI JOIN different USING (fingerprint)
"""
_ALWAYS = ("account", "region", "arn", "unknown")
_RESOURCES = "SELECT {columns} FROM {side}.{table} SEMI JOIN places USING (account, region, arn)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A finding of which something changed; ``first_seen`` is since when it has been open without a break."""

    fingerprint: str
    rule: str
    title: str
    severity: Severity
    account: str
    region: str
    table: str
    arn: str
    name: str
    problems: tuple[str, ...]
    first_seen: dt.datetime
    difference: Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What changed between two snapshots; ``still_open`` counts what did not, by account and severity.

    ``oldest`` is since when the oldest of those has been open.
    """

    before: Manifest
    after: Manifest
    changed: tuple[Changed, ...] = ()
    still_open: Mapping[tuple[str, Severity], int] = field(default_factory=dict)
    oldest: dt.datetime | None = None

    def count(self) -> dict[tuple[str, Severity], dict[Change, int]]:
        """How many findings took which change, by account and severity, the most severe of each account first."""
        counted: dict[tuple[str, Severity], dict[Change, int]] = defaultdict(lambda: dict.fromkeys(Change, 0))
        for key, number in self.still_open.items():
            counted[key][Change.OPEN] += number
        for each in self.changed:
            counted[each.account, each.severity][each.difference.change] += 1
        return dict(sorted(counted.items(), key=lambda item: (item[0][0], -item[0][1])))


@dataclass(frozen=True, slots=True)
class Unlisted:
    """What a snapshot cannot know of: accounts and regions that were not read, and listings that failed."""

    manifest: Manifest
    regions: Mapping[str, frozenset[str]]
    gaps: Mapping[str, tuple[tuple[str, str, str], ...]]

    @classmethod
    def of(cls, connection: Connection, side: str, manifest: Manifest) -> Unlisted:
        """That of one side."""
        # The name of a side is ours.
        query = f"SELECT resource_table, account, region, reason FROM {side}.coverage WHERE reason <> 'unsupported'"  # noqa: S608
        gaps = defaultdict(list)
        for table, account, region, reason in connection.execute(query).fetchall():
            gaps[table].append((account, region, reason))
        regions = {each.account: frozenset(each.regions) for each in manifest.parts}
        return cls(manifest, regions, {table: tuple(some) for table, some in gaps.items()})

    def why_not(self, table: str, account: str, region: str, elsewhere: frozenset[str]) -> str:
        """Why a resource may be there although the snapshot has none; empty where it would have it.

        ``elsewhere`` are the regions that the other snapshot read of the account.
        """
        if account not in self.regions:
            return "the account was not scanned"
        if table not in self.manifest.tables:
            return "nothing of its type was read"
        if region not in self.regions[account] and region in elsewhere:
            return f"{region} was not read"
        for of_account, of_region, reason in self.gaps.get(table, ()):
            if of_account in {"", account} and of_region in {"", region}:
                return f"the list of such resources could not be read ({reason})"
        return ""


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the snapshots: its findings that are not the same in both, their resources, and what it cannot know."""

    found: Mapping[str, Row]
    held: Mapping[tuple[str, Key], Row]
    unlisted: Unlisted

    def seen(self, row: Row, other: _Side) -> Seen:
        """What it knew of the rule and the resource of a finding of either side."""
        mine: Row = self.found.get(row["fingerprint"], {})
        table, account, region = row["resource_table"], row["account"], row["region"]
        resource = self.held.get((table, (account, region, row["arn"])))
        hidden = self.unlisted.why_not(table, account, region, other.unlisted.regions.get(account, frozenset()))
        looked_at = {name for each in (self, other) for name in each.unlisted.manifest.rules.get(row["rule"], ())}
        judged = bool(mine) or (account in self.unlisted.regions and row["rule"] in self.unlisted.manifest.rules)
        if not judged and account in self.unlisted.regions:
            hidden = "the rule took no part"
        return Seen(
            status=Status(mine["status"]) if mine else None,
            severity=Severity.parse(mine["severity"]) if mine else Severity.INFO,
            problems=tuple(mine["problems"]) if mine else (),
            judged=judged,
            fields={name: resource.get(name) for name in looked_at} if resource else None,
            unread=frozenset(resource["unknown"] or ()) if resource else frozenset(),
            hidden=hidden,
        )


def compared(store: Store, before: Manifest, after: Manifest) -> Comparison:
    """What changed between two snapshots; raises ``StoreError`` where one is broken."""
    manifests = dict(zip(SIDES, (before, after), strict=True))
    try:
        with viewing(store.files, manifests, (FINDINGS.name, COVERAGE.name)) as connection:
            connection.execute(_DIFFERENT).fetchall()
            same = connection.execute(_OPEN).fetchall()
            found = {side: _by_fingerprint(connection, side) for side in SIDES}
            unlisted = {side: Unlisted.of(connection, side, manifests[side]) for side in SIDES}
        places, columns = _places(found), _columns(found, manifests)
        with viewing(store.files, manifests, places) as connection:
            held = {side: _resources(connection, side, places, columns) for side in SIDES}
    except DuckError as broken:
        raise broken_snapshot(store.files, after, broken) from None
    earlier, later = (_Side(found[side], held[side], unlisted[side]) for side in SIDES)
    changed = [_changed(each, earlier, later) for each in earlier.found.keys() | later.found.keys()]
    order = {change: number for number, change in enumerate(Change)}
    changed.sort(key=lambda each: (order[each.difference.change], -each.severity, each.rule, each.account, each.arn))
    return Comparison(
        before=before,
        after=after,
        changed=tuple(changed),
        still_open={(account, Severity.parse(severity)): number for account, severity, number, _ in same},
        oldest=min((first for *_, first in same), default=None),
    )


def _changed(fingerprint: str, before: _Side, after: _Side) -> Changed:
    row = after.found.get(fingerprint) or before.found[fingerprint]
    return Changed(
        fingerprint=fingerprint,
        rule=row["rule"],
        title=row["title"],
        severity=Severity.parse(row["severity"]),
        account=row["account"],
        region=row["region"],
        table=row["resource_table"],
        arn=row["arn"],
        name=row["name"],
        problems=tuple(row["problems"] or ()),
        first_seen=dt.datetime.fromtimestamp(row["first_seen"] / 1e6, dt.UTC),
        difference=compare(before.seen(row, after), after.seen(row, before)),
    )


def rows_of(connection: Connection, query: str) -> Iterator[dict[str, Any]]:
    """The rows of a query, by names of columns."""
    connection.execute(query)
    names = [each[0] for each in connection.description or ()]
    return (dict(zip(names, row, strict=True)) for row in connection.fetchall())


def _by_fingerprint(connection: Connection, side: str) -> dict[str, Row]:
    return {row["fingerprint"]: row for row in rows_of(connection, _SIDE.format(side=side))}


def _places(found: Mapping[str, Mapping[str, Row]]) -> dict[str, set[Key]]:
    """Where the resources of findings are, by table."""
    places: dict[str, set[Key]] = defaultdict(set)
    for rows in found.values():
        for row in rows.values():
            if row["resource_table"] in resource_tables():
                places[row["resource_table"]].add((row["account"], row["region"], row["arn"]))
    return places


def _columns(found: Mapping[str, Mapping[str, Row]], manifests: Mapping[str, Manifest]) -> dict[str, set[str]]:
    """The columns that the rules of findings look at, by table."""
    rules = {(row["resource_table"], row["rule"]) for rows in found.values() for row in rows.values()}
    columns: dict[str, set[str]] = defaultdict(set)
    for table, rule in rules:
        for manifest in manifests.values():
            columns[table].update(manifest.rules.get(rule, ()))
    return columns


def _resources(
    connection: Connection, side: str, places: Mapping[str, Iterable[Key]], columns: Mapping[str, set[str]]
) -> dict[tuple[str, Key], Row]:
    found: dict[tuple[str, Key], Row] = {}
    for table, keys in places.items():
        connection.register("places", texts(("account", "region", "arn"), keys))
        named = [each for each in resource_tables()[table].names if each in columns[table] | {*_ALWAYS}]
        for row in rows_of(connection, _RESOURCES.format(columns=", ".join(named), side=side, table=table)):
            found[table, (row["account"], row["region"], row["arn"])] = decoded(table, row)
        connection.unregister("places")
    return found


def decoded(table: str, row: Row) -> dict[str, Any]:
    """A row of resources with what is JSON in it as values."""
    nested = {each.name for each in resource_tables()[table].columns if each.kind is Kind.JSON}
    return {name: json.loads(value) if name in nested and value else value for name, value in row.items()}


def own_fields(table: str, row: Row) -> dict[str, Any]:
    """The fields of the resource itself, without where and when it was read."""
    return {each.name: row.get(each.name) for each in resource_tables()[table].columns[5:-1]}
