"""How fast CloudTrail's logs are reduced, how that grows, and what other ways take for the same files.

    python bench/trail.py [--sizes 100000,1000000] [--logs DIR] [--others]

The logs are made up in the layout of an organization's trail (``trail_events.py``). Besides wall time the processor's
time is measured, in which other work on the machine does not count: events per second are those of one core. The bound
is what it takes to expand the same files with zlib and to decode them with orjson on one core, into objects and nothing
else.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import duckdb
import orjson

from bartizan.app.trail import Here
from bartizan.store.files import Folder
from bartizan.store.trail.ingest import Limits, ingest
from bartizan.store.trail.ledger import Ledger
from bartizan.store.trail.reducing import Input, reduce_files, start
from trail_events import write


def processor_time() -> float:
    """Seconds of this process and of its children that have ended."""
    used = [resource.getrusage(each) for each in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def measured(name: str, number: int, size: int, work: Callable[[], object]) -> float:
    """Run it in a process of its own, and print what it took; gives the events per second of processor time."""
    read, written = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        began, used = time.perf_counter(), processor_time()
        work()
        peak = max(resource.getrusage(each).ru_maxrss for each in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        os.write(written, json.dumps([time.perf_counter() - began, processor_time() - used, peak / 1024]).encode())
        os._exit(0)
    os.close(written)
    with os.fdopen(read) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    if not text:
        print(f"{name:<34}failed")
        return 0.0
    wall, used, peak = json.loads(text)
    print(
        f"{name:<34}{wall:>8.1f} s {used:>8.1f} s CPU {number / used:>10,.0f} events/s {size / used / 1e6:>7.1f} MB/s "
        f"{peak:>7.0f} MB",
        flush=True,
    )
    return number / used


def bound(paths: list[Path]) -> None:
    """Expand and decode, nothing else."""
    for path in paths:
        len(orjson.loads(zlib.decompress(path.read_bytes(), 31))["Records"])


def plain(paths: list[Path]) -> None:
    """The same by what Python has, with a count of a few fields."""
    seen = Counter[tuple[object, ...]]()
    for path in paths:
        for each in json.loads(zlib.decompress(path.read_bytes(), 31))["Records"]:
            who = each["userIdentity"]
            issuer = who.get("sessionContext", {}).get("sessionIssuer", {}).get("arn") or who.get("arn")
            seen[issuer, each["eventSource"], each["eventName"], each["sourceIPAddress"], each.get("errorCode")] += 1


def by_duckdb(paths: list[Path]) -> None:
    """The same few fields, counted by DuckDB over the files as they are, with the fields declared."""
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        connection.execute(
            """SELECT r.who.sessionContext.sessionIssuer.arn, r.who.arn, r.eventSource, r.eventName, r.ip, r.errorCode,
                count(*)
            FROM (SELECT unnest(Records) AS e FROM read_json($1, format = 'unstructured', compression = 'gzip',
                maximum_object_size = 200000000, columns = {Records: 'STRUCT(
                    userIdentity STRUCT(arn VARCHAR, sessionContext STRUCT(sessionIssuer STRUCT(arn VARCHAR))),
                    eventSource VARCHAR, eventName VARCHAR, sourceIPAddress VARCHAR, errorCode VARCHAR)[]'})),
            LATERAL (SELECT {'who': e.userIdentity, 'eventSource': e.eventSource, 'eventName': e.eventName,
                'ip': e.sourceIPAddress, 'errorCode': e.errorCode} AS r) GROUP BY ALL""",
            [[str(each) for each in paths]],
        ).fetchall()


def by_jq(paths: list[Path]) -> None:
    """The same few fields, printed by jq and counted by sort and uniq."""
    fields = ".Records[] | [.userIdentity.arn, .eventSource, .eventName, .sourceIPAddress, .errorCode] | @tsv"
    listed = "\0".join(map(str, paths))
    command = f"xargs -0 gunzip -c | jq -r '{fields}' | LC_ALL=C sort | uniq -c | wc -l"
    subprocess.run(["bash", "-c", command], input=listed.encode(), check=True, stdout=subprocess.DEVNULL)


def one_core(paths: list[Path]) -> None:
    """What one process of ours does: expand, decode, reduce, map, write Parquet."""
    start()
    with tempfile.TemporaryDirectory() as folder:
        for index in range(0, len(paths), 16):
            reduce_files([Input(str(p), str(p), 0, p.read_bytes()) for p in paths[index : index + 16]], folder)


def whole(logs: Path, store: Path, processes: int) -> Callable[[], object]:
    """All of it, with the merging."""
    return lambda: ingest(Here(logs), Folder(store), Limits(processes=processes))


def main() -> None:
    """Measure, and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", default="100000,1000000")
    options.add_argument("--logs", type=Path)
    options.add_argument("--others", action="store_true")
    given = options.parse_args()
    root = given.logs or Path(tempfile.mkdtemp(prefix="bartizan-trail-bench-"))
    for number in map(int, given.sizes.split(",")):
        logs = root / str(number)
        size = write(logs, number)
        paths = sorted(logs.rglob("*.gz"))
        packed = sum(path.stat().st_size for path in paths)
        print(
            f"\n{number:,} events, {len(paths)} files, {size / 1e6:,.0f} MB, compressed {packed / 1e6:,.0f} MB",
            flush=True,
        )
        best = measured("expand and decode (zlib, orjson)", number, size, lambda paths=paths: bound(paths))
        ours = measured("reduce, one process", number, size, lambda paths=paths: one_core(paths))
        print(f"{'':<34}{ours / best:.0%} of the bound")
        for processes in (1, 2):
            store = root / f"past-{number}-{processes}"
            measured(f"ingest, {processes} processes, merged", number, size, whole(logs, store, processes))
            ledger = Ledger.read(Folder(store))
            kept = ledger.kept
            print(f"{'':<34}{sum(e.rows for e in kept):,} rows, {sum(e.bytes for e in kept) / 1e6:.1f} MB")
        measured("ingest again, nothing new", number, size, whole(logs, store, 2))
        if given.others:
            measured("json of Python, few fields", number, size, lambda paths=paths: plain(paths))
            measured("DuckDB over JSON, few fields", number, size, lambda paths=paths: by_duckdb(paths))
            if shutil.which("jq"):
                measured("jq, sort and uniq, few fields", number, size, lambda paths=paths: by_jq(paths))
        shutil.rmtree(logs)
    shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
