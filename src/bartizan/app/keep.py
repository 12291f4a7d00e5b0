"""Keep what a scan found: open a store, and write a snapshot to it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from bartizan.app.scan import Scan, wanted_by
from bartizan.aws.objects import Objects
from bartizan.aws.session import Access
from bartizan.engine.outcome import LISTED
from bartizan.engine.settings import Settings
from bartizan.engine.trace import fields_read
from bartizan.model import InputError, Rule, plain
from bartizan.store.files import Files, Folder, MissingError, StoreError
from bartizan.store.manifest import Manifest, Part, StoredFile
from bartizan.store.store import Store
from bartizan.store.tables import table_name
from bartizan.store.writing import Kept, write_account

_S3 = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>[^?#]*))?")


def store_at(address: str, access: Access | None = None, told: Callable[[str], None] | None = None) -> Store:
    """The store at an address: a folder, or ``s3://bucket/prefix``, which is reached with the profile of ``access``.

    ``told`` is told of what is passed over, if anybody is to know. Raises ``InputError`` where the address is neither.
    The role that a scan assumes is not used: it may only read.
    """
    files = files_at(address, access or Access())
    return Store(files) if told is None else Store(files, told)


def files_at(address: str, access: Access) -> Files:
    """The files at an address: a folder, or ``s3://bucket/prefix``; raises ``InputError`` where it is neither."""
    if "://" not in address:
        return Folder(Path(address).expanduser())
    found = _S3.fullmatch(address)
    if found is None:
        raise InputError(f"{address!r} is no store: name a folder, or s3://bucket/prefix")
    return Objects(
        bucket=found["bucket"],
        prefix=(found["prefix"] or "").strip("/"),
        refused=StoreError,
        missing=MissingError,
        profile=access.profile,
        endpoint_url=access.endpoint_url,
        credentials=access.credentials,
    )


def keep(scan: Scan, store: Store, settings: Settings) -> Manifest:
    """Write the scan to the store as a snapshot.

    Raises ``InputError`` where that fails; then nothing of it can be read, and what was written is taken away again as
    far as the store still answers.
    """
    snapshot = store.begin(scan.started)
    kept = Kept(
        account=scan.account,
        caller=scan.caller,
        regions=scan.regions,
        started=scan.started,
        seconds=scan.seconds,
        resources=scan.evaluation.snapshot.by_type,
        findings=scan.evaluation.findings(*LISTED),
        rules=scan.catalog,
        tally=scan.evaluation.tally(),
        gaps=scan.gaps,
    )
    try:
        earlier = store.last_of([scan.account]).get(scan.account, ())
        part = write_account(store.files, snapshot, kept, earlier)
        return commit(store, snapshot, scan.started, [part], tuple(scan.catalog), settings)
    except BaseException:
        with suppress(StoreError):
            store.abandon(snapshot)
        raise


def commit(  # noqa: PLR0913, PLR0917 - what a snapshot says of itself
    store: Store,
    snapshot: str,
    started: dt.datetime,
    parts: Iterable[Part],
    rules: Sequence[Rule],
    settings: Settings,
    *,
    failed: Mapping[str, str] | None = None,
    shared: Iterable[StoredFile] = (),
    members: Iterable[str] = (),
) -> Manifest:
    """Make a snapshot of its parts whole: by which rules they were judged, what these read, and by which settings.

    ``failed``, ``shared`` and ``members`` as in ``Store.commit``. Raises ``StoreError`` where that fails.
    """
    return store.commit(
        snapshot,
        started,
        parts,
        rules={each.id: fields_read(each) for each in rules},
        tables=map(table_name, wanted_by(rules)),
        settings=settings_facts(settings),
        failed=failed,
        shared=shared,
        members=members,
    )


def settings_facts(settings: Settings) -> Mapping[str, Any]:
    """What the settings say, as plain values; the place where they stand is not part of it."""
    left_out = {"source", "text", "store"}
    return {
        each.name: plain(getattr(settings, each.name))
        for each in dataclasses.fields(settings)
        if each.name not in left_out
    }
