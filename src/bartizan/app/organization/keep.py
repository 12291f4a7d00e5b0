"""Keep the scan of an organization: each account's part by whoever scanned it, and what another run can take up.

While a snapshot is unfinished it also holds the result of each account that is done. A run that was broken off is taken
up from there: those accounts are not read again. They are removed once the snapshot is whole.

At the end the files of the accounts are merged into few of each table. The manifest names only those, and the others go
after it is written.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache

from bartizan import __version__
from bartizan.app.keep import commit, settings_facts, store_at
from bartizan.app.organization.members import TREE_TYPES
from bartizan.app.organization.unit import AccountResult, Keeping, Read
from bartizan.app.selection import Selection
from bartizan.aws.session import Access
from bartizan.engine.evaluate import Evaluation
from bartizan.engine.outcome import LISTED
from bartizan.engine.settings import Settings
from bartizan.model import CoverageGap, Rule
from bartizan.resources.codec import decode, encode
from bartizan.store.files import Claim, MissingError, StoreError
from bartizan.store.manifest import Manifest, Part, path_of
from bartizan.store.merging import BrokenPartError, merge
from bartizan.store.store import Store
from bartizan.store.writing import Kept, write_account

_BEGUN = "begun.json"
_RESULTS = "results"
_LOCK = "lock"
_PARTS = "parts/"


@dataclass(frozen=True, slots=True)
class Begun:
    """A snapshot that is being written: its id, and what other runs did for it already, by account.

    ``earlier`` holds the paths of files with each account's last findings. ``claim`` keeps other runs away.
    """

    store: Store
    access: Access
    snapshot: str
    done: Mapping[str, AccountResult]
    earlier: Mapping[str, tuple[str, ...]]
    claim: Claim

    def keeping(self, account: str) -> Keeping:
        """What a worker needs to know to keep an account."""
        earlier = self.earlier.get(account, ())
        return Keeping(address=self.store.address, access=self.access, snapshot=self.snapshot, earlier=earlier)


@contextmanager
def begin(  # noqa: PLR0913 - what a snapshot begins with
    store: Store, access: Access, accounts: Iterable[str], purpose: str, started: dt.datetime, *, resume: bool
) -> Iterator[Begun]:
    """Begin a snapshot, or take up the newest unfinished one of the same purpose, which is claimed until this ends.

    Raises ``StoreError``, also where the scan that began that one still runs.
    """
    earlier = store.last_of(accounts)
    with ExitStack() as claims:
        snapshot = _unfinished(store, purpose) if resume else None
        if snapshot is not None:
            claim = _claimed(store, snapshot, claims)
            # It may have been finished before it could be claimed.
            if not store.is_whole(snapshot):
                done = {each.account: each for each in _results(store, snapshot)}
                yield Begun(store, access, snapshot, done, earlier, claim)
                return
            claims.close()
            store.files.remove([path_of(snapshot, _LOCK)])
        snapshot = store.begin(started)
        claim = _claimed(store, snapshot, claims)
        store.files.write(path_of(snapshot, _BEGUN), json.dumps({"purpose": purpose}).encode())
        yield Begun(store, access, snapshot, {}, earlier, claim)


def _claimed(store: Store, snapshot: str, claims: ExitStack) -> Claim:
    claim = store.files.claim(path_of(snapshot, _LOCK))
    if claim is None:
        raise StoreError(
            f"another scan is writing the snapshot {snapshot} in {store.address}: wait until it has ended, or scan "
            "without --resume"
        )
    claims.callback(claim.release)
    return claim


def purpose_of(organization: str, selection: Selection, regions: Sequence[str], aggregator: str = "") -> str:
    """The same for scans that another one may take up: of the same organization, rules, settings, regions, source.

    One version of the code writes all of a snapshot, so that it is of the same version too.
    """
    asked = [__version__, organization, sorted(regions), selection.services, selection.rules, selection.severity]
    more = [selection.frameworks, [str(each) for each in selection.custom], settings_facts(selection.settings)]
    more += [aggregator] if aggregator else []
    return hashlib.sha256(json.dumps([*asked, *more], sort_keys=True).encode()).hexdigest()


def keep_account(keeping: Keeping, read: Read, result: AccountResult) -> Part:
    """Write the part of an account, and after it the result that another run can take up; raises ``StoreError``."""
    store = _store(keeping.address, keeping.access)
    kept = Kept(
        account=result.account,
        caller=read.caller,
        regions=result.regions,
        started=result.started,
        seconds=result.seconds,
        resources=read.evaluation.snapshot.by_type,
        findings=result.outcome.listed,
        rules=read.rules,
        tally=result.outcome.counts,
        gaps=result.gaps,
    )
    part = write_account(store.files, keeping.snapshot, kept, keeping.earlier, _PARTS)
    held = {"result": encode(result), "part": encode(part)}
    path = _result_of(keeping.snapshot, result.account)
    store.files.write(path, gzip.compress(json.dumps(held, separators=(",", ":")).encode(), mtime=0))
    return part


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """What concerns an organization as a whole: the verdicts on it, and how its scan was made.

    ``settings`` are the user's own, ``members`` the accounts of the organization. ``failed`` says of accounts why they
    are not in the snapshot.
    """

    organization: str
    caller: str
    started: dt.datetime
    evaluation: Evaluation
    gaps: Sequence[CoverageGap]
    rules: Sequence[Rule]
    settings: Settings
    members: Sequence[str]
    failed: Mapping[str, str]


def finish(begun: Begun, whole: Whole, parts: Iterable[Part]) -> Manifest:
    """Write what concerns the organization, and make the snapshot whole; raises ``StoreError``."""
    store, evaluation = begun.store, whole.evaluation
    kept = Kept(
        account=whole.organization,
        caller=whole.caller,
        regions=(),
        started=whole.started,
        seconds=0.0,
        resources={kind: evaluation.snapshot.by_type[kind] for kind in TREE_TYPES},
        findings=evaluation.findings(*LISTED),
        rules=[each.rule for each in evaluation.verdicts],
        tally=evaluation.tally(),
        gaps=whole.gaps,
    )
    part = write_account(store.files, begun.snapshot, kept, begun.earlier.get(whole.organization, ()), _PARTS)
    together = [*parts, part]
    try:
        shared = merge(store.files, begun.snapshot, together)
    except BrokenPartError as broken:
        store.files.remove([_result_of(begun.snapshot, broken.account)])
        raise StoreError(f"{broken}, so that {broken.account} must be read again") from None
    if not begun.claim.held():
        raise StoreError(f"another scan has taken up the snapshot {begun.snapshot}, since this one was not heard of")
    bare = [replace(each, files=()) for each in together]
    manifest = commit(
        store,
        begun.snapshot,
        whole.started,
        bare,
        whole.rules,
        whole.settings,
        failed=whole.failed,
        shared=shared,
        members=whole.members,
    )
    store.files.remove(store.leftover(manifest))
    return manifest


def _result_of(snapshot: str, account: str) -> str:
    return path_of(snapshot, f"{_RESULTS}/{account}.json.gz")


@lru_cache(maxsize=1)
def _store(address: str, access: Access) -> Store:
    """The store of a worker, which copies the shared files of the snapshot before out of S3 once for all accounts."""
    return store_at(address, access)


def _unfinished(store: Store, purpose: str) -> str | None:
    for snapshot in store.ids():
        try:
            said = json.loads(store.files.read(path_of(snapshot, _BEGUN)))
        except (MissingError, ValueError):
            continue
        if isinstance(said, dict) and said.get("purpose") == purpose and not store.is_whole(snapshot):
            return snapshot
    return None


def _results(store: Store, snapshot: str) -> Iterator[AccountResult]:
    """What is done already; a result that is broken, or of another version, is as one that is not there."""
    for path in sorted(store.files.sizes(path_of(snapshot, _RESULTS))):
        try:
            held = json.loads(gzip.decompress(store.files.read(path)))
            result: AccountResult = decode(AccountResult, {**held["result"], "part": held["part"]})
        except (StoreError, OSError, EOFError, ValueError, LookupError, TypeError):
            continue
        yield result
