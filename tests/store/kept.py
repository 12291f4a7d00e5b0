"""Snapshots for tests: resources judged by some rules and written to a store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from bartizan.app.scan import wanted_by
from bartizan.engine.catalog import Catalog
from bartizan.engine.evaluate import evaluate
from bartizan.engine.outcome import LISTED
from bartizan.engine.trace import fields_read
from bartizan.model import CoverageGap, Resource, Snapshot
from bartizan.resources.s3 import Bucket
from bartizan.store.manifest import Manifest
from bartizan.store.store import Store
from bartizan.store.tables import table_name
from bartizan.store.writing import Kept, write_account

ACCOUNT = "111122223333"
DAY = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
RULES = Catalog.load().select(rules=["s3.no-versioning", "s3.no-replication"])


def bucket(name: str, account: str = ACCOUNT, **fields: object) -> Bucket:
    values = {"account": account, "region": "eu-west-1", "read_at": DAY, **fields}
    return Bucket(bucket_name=name, arn=f"arn:aws:s3:::{name}", **values)


def kept(
    resources: Iterable[Resource], *, account: str = ACCOUNT, day: int = 0, gaps: tuple[CoverageGap, ...] = (),
    catalog: Catalog = RULES, regions: tuple[str, ...] = ("eu-west-1",),
) -> Kept:  # fmt: skip
    evaluation = evaluate(catalog, Snapshot(resources, gaps))
    return Kept(
        account=account,
        caller=f"arn:aws:iam::{account}:role/audit",
        regions=regions,
        started=DAY + dt.timedelta(days=day),
        seconds=1.5,
        resources=evaluation.snapshot.by_type,
        findings=evaluation.findings(*LISTED),
        rules=catalog,
        tally=evaluation.tally(),
        gaps=gaps,
    )


def keep(store: Store, *accounts: Kept, settings: dict[str, object] | None = None) -> Manifest:
    started = accounts[0].started
    snapshot = store.begin(started)
    earlier = store.last_of(each.account for each in accounts)
    parts = [write_account(store.files, snapshot, each, earlier.get(each.account, ())) for each in accounts]
    return store.commit(
        snapshot,
        started,
        parts,
        rules={each.id: fields_read(each) for each in accounts[0].rules},
        tables=[table_name(kind) for kind in wanted_by(accounts[0].rules)],
        settings=settings or {},
    )
