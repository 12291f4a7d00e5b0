"""How long queries, the difference and the drift take over two snapshots of a million resources in many accounts.

    python bench/store.py [--resources 1000000] [--accounts 50] [--store DIR] [--apart]

One account is read from the rules' samples, four passing for each failing one, judged by all rules and written. The
others are its copies under other account numbers and ARNs, and all are merged, as at the end of an organization's scan;
``--apart`` leaves them as files of their own. The second snapshot has one resource in a thousand changed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bartizan.app.scan import wanted_by
from bartizan.engine.catalog import Catalog
from bartizan.engine.evaluate import evaluate
from bartizan.engine.outcome import LISTED
from bartizan.engine.trace import fields_read
from bartizan.model import Resource, Sample, Snapshot, judged
from bartizan.store.arrow import as_parquet
from bartizan.store.asking import ask
from bartizan.store.compare import compared
from bartizan.store.drifting import drift
from bartizan.store.files import Folder
from bartizan.store.manifest import Manifest, Part, StoredFile, path_of
from bartizan.store.merging import merge
from bartizan.store.store import Store
from bartizan.store.tables import table_name
from bartizan.store.writing import Kept, write_account

QUERIES = (
    "SELECT count(*) FROM resources",
    "SELECT resource_table, count(*) AS n FROM resources GROUP BY ALL ORDER BY n DESC",
    "SELECT account, count(*) FROM s3_bucket WHERE NOT versioning GROUP BY ALL",
    "SELECT account, severity, count(*) FROM findings WHERE status = 'fail' GROUP BY ALL",
    """SELECT r.account, r.name, f.rule FROM findings f JOIN resources r USING (account, region, arn)
    WHERE f.severity = 'critical' AND f.status = 'fail' AND r.tags IS NOT NULL""",
)
FIRST = "000000000000"
PARTS = "parts/"
DAY = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def made(catalog: Catalog, size: int, changed: int) -> list[Resource]:
    """Resources of one account; of each thousand, the first ``changed`` are mended or broken."""
    rules = list(catalog)
    found: list[Resource] = []
    for number in range(size):
        rule = rules[number % len(rules)]
        failing = (number % 5 == 4) != (number % 1000 < changed)
        found.append(_own((rule.fails if failing else rule.passes)[0], number))
    return found


def _own(sample: Sample, number: int) -> Resource:
    one = judged(sample)[0]
    arn = f"arn:aws:{one.cfn_type.split('::')[1].lower()}:eu-west-1:{FIRST}:{number}"
    return type(one).of({**one.known(), "arn": arn, "account": FIRST, "region": "eu-west-1"})


def snapshot(
    store: Store, catalog: Catalog, resources: list[Resource], accounts: int, day: int
) -> tuple[str, list[Part]]:
    """Write one account, and its copies."""
    evaluation = evaluate(catalog, Snapshot(resources))
    kept = Kept(
        account=FIRST, caller="bench", regions=("eu-west-1",), started=DAY + dt.timedelta(days=day), seconds=0,
        resources=evaluation.snapshot.by_type, findings=evaluation.findings(*LISTED), rules=catalog,
        tally=evaluation.tally(),
    )  # fmt: skip
    name = store.begin(kept.started)
    part = write_account(store.files, name, kept, within=PARTS)
    return name, [part, *(copied(store, name, part, f"{number:012}") for number in range(1, accounts))]


def committed(store: Store, catalog: Catalog, name: str, parts: list[Part], *, apart: bool) -> Manifest:
    """Make the snapshot whole, merged or as its accounts were written."""
    clock, before = time.perf_counter(), peak()
    shared = () if apart else merge(store.files, name, parts)
    if shared:
        files = sum(len(each.files) for each in parts)
        print(f"{time.perf_counter() - clock:8.2f} s to merge {files:,} files into {len(shared):,}, for which memory "
              f"grew from {before:.0f} to {peak():.0f} MB at the most", flush=True)  # fmt: skip
    manifest = store.commit(
        name,
        parts[0].started,
        [replace(each, files=()) for each in parts] if shared else parts,
        rules={each.id: fields_read(each) for each in catalog},
        tables=map(table_name, wanted_by(catalog)),
        settings={},
        shared=shared,
    )
    store.files.remove(store.leftover(manifest))
    return manifest


def peak() -> float:
    """The most memory so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def copied(store: Store, name: str, part: Part, account: str) -> Part:
    """The part of one account as that of another."""
    files = []
    for each in part.files:
        (source,) = store.files.local([path_of(name, each.path)])
        rows = pq.read_table(source, partitioning=None)
        for column in ("account", "arn", "fingerprint"):
            if column in rows.column_names:
                old, new = (FIRST, account) if column != "fingerprint" else ("^.{12}", account)
                change: Callable[..., Any] = pc.replace_substring_regex if old[0] == "^" else pc.replace_substring
                values = change(rows[column], pattern=old, replacement=new)
                rows = rows.set_column(rows.column_names.index(column), column, values.cast(pa.string()))
        data, path = as_parquet(rows), f"{PARTS}{each.table}/{account}.parquet"
        store.files.write(path_of(name, path), data)
        files.append(StoredFile(path=path, table=each.table, rows=each.rows, bytes=len(data)))
    return replace(part, account=account, files=tuple(files))


def timed(label: str, what: Callable[[], Any]) -> Any:
    """Do it three times, and print the best: wall time, and that of all processors together."""
    times = []
    for _ in range(3):
        clock, busy = time.perf_counter(), time.process_time()
        found = what()
        times.append((time.perf_counter() - clock, time.process_time() - busy))
    print(f"{min(times)[0]:8.2f} s {min(busy for _, busy in times):8.2f} s of CPU  {label}", flush=True)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resources", type=int, default=1_000_000)
    parser.add_argument("--accounts", type=int, default=50)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--apart", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Folder(given.store or Path(folder)))
        if not store.ids():
            catalog, size = Catalog.load(), given.resources // given.accounts
            for day, changed in enumerate((0, 1)):
                name, parts = snapshot(store, catalog, made(catalog, size, changed), given.accounts, day)
                committed(store, catalog, name, parts, apart=given.apart)
        after, before = store.snapshots()
        for each in (before, after):
            findings = sum(file.rows for file in each.stored if file.table == "findings")
            print(f"{sum(part.resources for part in each.parts):,} resources, {findings:,} findings, "
                  f"{sum(file.bytes for file in each.stored) / 1e6:.0f} MB in {len(each.stored):,} files")  # fmt: skip
        for sql in QUERIES:
            timed(" ".join(sql.split())[:80], lambda sql=sql: ask(store, after, sql))
        difference = timed("the difference", lambda: compared(store, before, after))
        print(f"{len(difference.changed):,} changed, {sum(difference.still_open.values()):,} still open")
        drifted = timed("the drift", lambda: drift(store, before, after))
        print(f"{len(drifted.resources):,} resources drifted")
        print(f"{peak():.0f} MB of memory at the most")


if __name__ == "__main__":
    main()
