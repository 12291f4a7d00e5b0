"""Snapshots written: one account after the other, each by whoever scanned it, and the manifest at the end.

What one account adds to memory is gone when its part is written. Parts may be written by several processes, since all
that they share is the store and the snapshot's id.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from bartizan.model import CoverageGap, Finding, Resource, Rule, Status
from bartizan.store.arrow import Rows, as_parquet, filled, from_rows, parquet_columns
from bartizan.store.files import Files, StoreError
from bartizan.store.manifest import Part, StoredFile, path_of
from bartizan.store.records import (
    COVERAGE,
    FINDINGS,
    RESOURCES,
    RULES,
    finding_rows,
    gap_rows,
    resource_rows,
    rule_rows,
)
from bartizan.store.tables import table_of

_AT_ONCE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept of one account: what was read, what came of judging it, and by which rules.

    ``findings`` are those that are no pass; ``tally`` counts the verdicts of each rule by status.
    """

    account: str
    caller: str
    regions: tuple[str, ...]
    started: dt.datetime
    seconds: float
    resources: Mapping[type[Resource], Sequence[Resource]]
    findings: Iterable[Finding]
    rules: Iterable[Rule]
    tally: Mapping[str, Counter[Status]] = field(default_factory=dict)
    gaps: Sequence[CoverageGap] = ()


def write_account(files: Files, snapshot: str, kept: Kept, earlier: Iterable[str] = (), within: str = "") -> Part:
    """Write the files of one account into a snapshot, and give the part that its manifest is to list.

    ``earlier`` are the paths of files with the account's findings in the snapshot before, which say since when one has
    been seen. ``within`` is the folder, with its slash, of files that are to be merged into those of the tables.
    Raises ``StoreError`` where something cannot be written.
    """
    findings = list(kept.findings)
    since = _since(files, earlier, findings)
    made = {
        FINDINGS.name: from_rows(FINDINGS, finding_rows(findings, kept.started, since)),
        COVERAGE.name: from_rows(COVERAGE, gap_rows(kept.gaps)),
        RESOURCES.name: from_rows(RESOURCES, resource_rows(kept.resources)),
        RULES.name: from_rows(RULES, rule_rows(kept.account, kept.rules, kept.tally)),
    }

    def write(table: str, rows: Rows) -> StoredFile:
        data = as_parquet(rows)
        path = f"{within}{table}/{kept.account or 'unknown'}.parquet"
        files.write(path_of(snapshot, path), data)
        return StoredFile(path=path, table=table, rows=rows.num_rows, bytes=len(data))

    def write_type(kind: type[Resource]) -> StoredFile:
        table = table_of(kind)
        return write(table.name, filled(table, kept.resources[kind]))

    kinds = [kind for kind, some in kept.resources.items() if some]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        stored = [*pool.map(write, made, made.values()), *pool.map(write_type, kinds)]
    statuses = sum(kept.tally.values(), Counter[Status]())
    return Part(
        account=kept.account,
        caller=kept.caller,
        regions=kept.regions,
        started=kept.started,
        seconds=round(kept.seconds, 3),
        resources=sum(map(len, kept.resources.values())),
        statuses={str(status): number for status, number in statuses.items()},
        gaps=len(kept.gaps),
        files=tuple(sorted(stored, key=lambda each: each.path)),
    )


def _since(files: Files, paths: Iterable[str], findings: Sequence[Finding]) -> dict[str, dt.datetime]:
    since: dict[str, dt.datetime] = {}
    # Those of an organization lie in its accounts.
    among = {"account": {each.account for each in findings}, "fingerprint": {each.fingerprint for each in findings}}
    for path in paths if findings else ():
        try:
            (local,) = files.local([path])
            held = parquet_columns(local, ("fingerprint", "first_seen"), among)
        except (OSError, ValueError) as broken:
            why = " ".join(str(broken).split())
            raise StoreError(
                f"{files.address}/{path} is broken ({why}): move the folder of its snapshot away, "
                "from which it is taken since when findings are open"
            ) from None
        since.update(zip(held["fingerprint"], held["first_seen"], strict=True))
    return since
