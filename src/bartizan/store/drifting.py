"""Drift: what differs between the approved snapshot and a later one in resources, rules and settings.

Times are not compared, since a role that was used again has not drifted; neither is what one of the two could not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bartizan.engine.diff import FieldChange, changed_fields, flat
from bartizan.store.compare import SIDES, Key, Row, Unlisted, decoded, own_fields, rows_of
from bartizan.store.duck import Connection, DuckError
from bartizan.store.manifest import Manifest
from bartizan.store.records import COVERAGE
from bartizan.store.store import Store
from bartizan.store.tables import Kind, kind_of, resource_tables
from bartizan.store.views import broken_snapshot, viewing

# Resources that are the same in both, by far the most of them, never leave DuckDB. Names put in are ours.
_HASHED = "SELECT account, region, arn, hash({columns}) AS said FROM {side}.{table}"
_DIFFERENT = """
CREATE OR REPLACE TEMP TABLE places AS
SELECT account, region, arn
FROM ({before}) b FULL JOIN ({after}) a USING (account, region, arn)
WHERE a.said IS DISTINCT FROM b.said
"""
_ROWS = "FROM {side}.{table} SEMI JOIN places USING (account, region, arn)"


class Way(StrEnum):
    """How a resource differs from the baseline; ``UNSEEN`` is one that is missing where not all could be listed."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drifted:
    """A resource that is not as it was approved, ``why`` where it is unseen."""

    way: Way
    table: str
    account: str
    region: str
    arn: str
    name: str
    fields: tuple[FieldChange, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """All that differs from the approved snapshot; ``settings`` by their names joined by dots, ``rules`` by id."""

    approved: Manifest
    now: Manifest
    resources: tuple[Drifted, ...] = ()
    settings: tuple[FieldChange, ...] = ()
    rules_added: tuple[str, ...] = ()
    rules_removed: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        """Whether anything has drifted; what is only unseen has not."""
        seen = any(each.way is not Way.UNSEEN for each in self.resources)
        return seen or bool(self.settings or self.rules_added or self.rules_removed)


def drift(store: Store, approved: Manifest, now: Manifest) -> Drift:
    """What differs between the approved snapshot and another; raises ``StoreError`` where one is broken."""
    manifests = dict(zip(SIDES, (approved, now), strict=True))
    listed = {file.table for each in (approved, now) for file in each.stored}
    tables = sorted(listed & resource_tables().keys())
    try:
        with viewing(store.files, manifests, (*tables, COVERAGE.name)) as connection:
            unlisted = {side: Unlisted.of(connection, side, manifests[side]) for side in SIDES}
            found = [each for table in tables for each in _of_table(connection, table, unlisted)]
    except DuckError as broken:
        raise broken_snapshot(store.files, now, broken) from None
    return Drift(
        approved=approved,
        now=now,
        resources=tuple(found),
        settings=tuple(changed_fields(flat(approved.settings), flat(now.settings))),
        rules_added=tuple(sorted(set(now.rules) - set(approved.rules))),
        rules_removed=tuple(sorted(set(approved.rules) - set(now.rules))),
    )


def _compared(table: str) -> list[str]:
    made = resource_tables()[table]
    facts = kind_of(made).compared
    return [each.name for each in made.columns if each.name in facts and each.kind is not Kind.TIMESTAMP]


def _of_table(connection: Connection, table: str, unlisted: Mapping[str, Unlisted]) -> Iterator[Drifted]:
    columns = _compared(table)
    sides = {side: _HASHED.format(columns=", ".join(columns), side=side, table=table) for side in SIDES}
    if connection.execute(_DIFFERENT.format(**sides)).fetchall() == [(0,)]:
        return
    rows = {}
    for side in SIDES:
        found = rows_of(connection, _ROWS.format(side=side, table=table))
        rows[side] = {_key(row): decoded(table, row) for row in found}
    for key in sorted(rows["before"].keys() | rows["after"].keys()):
        made = _drifted(table, rows["before"].get(key), rows["after"].get(key), unlisted, columns)
        if made is not None:
            yield made


def _key(row: Row) -> Key:
    return row["account"], row["region"], row["arn"]


def _drifted(
    table: str, before: Row | None, after: Row | None, unlisted: Mapping[str, Unlisted], columns: list[str]
) -> Drifted | None:
    row = after or before or {}
    account, region = row["account"], row["region"]
    way, why, fields = Way.CHANGED, "", tuple[FieldChange, ...]()
    if before and after:
        ignored = {*(before["unknown"] or ()), *(after["unknown"] or ())}
        old, new = ({name: own_fields(table, each)[name] for name in columns} for each in (before, after))
        fields = tuple(changed_fields(old, new, ignored))
        if not fields:
            return None
    else:
        missing, other = ("before", "after") if after else ("after", "before")
        regions = unlisted[other].regions.get(account, frozenset())
        why = unlisted[missing].why_not(table, account, region, regions)
        way = Way.UNSEEN if why else Way.ADDED if after else Way.REMOVED
    return Drifted(
        way=way, table=table, account=account, region=region, arn=row["arn"], name=row["name"], fields=fields, why=why
    )
