"""Snapshots compared: differences of findings, and drift from what was approved."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from bartizan.engine.catalog import Catalog
from bartizan.engine.diff import Change
from bartizan.model import CoverageGap, Gap, Reason, Severity, replace, without
from bartizan.resources.s3 import Bucket
from bartizan.store.compare import Comparison, compared
from bartizan.store.drifting import Drift, drift
from bartizan.store.files import Folder
from bartizan.store.store import Store
from bartizan.store.writing import Kept
from store.kept import ACCOUNT, DAY, RULES, bucket, keep, kept

OTHER = "444455556666"
ONE = RULES.select(rules=["s3.no-versioning"])
GOOD, BAD = bucket("data", versioning=True), bucket("data", versioning=False)
DENIED = Gap(Reason.DENIED, needs="s3:ListAllMyBuckets")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(Folder(tmp_path))


def difference(store: Store) -> Comparison:
    return compared(store, store.get("previous"), store.get("latest"))


def changes(store: Store) -> dict[str, tuple[str, str]]:
    found = difference(store).changed
    return {each.name: (str(each.difference.change), each.difference.why) for each in found}


def listing_failed(region: str = "") -> CoverageGap:
    return CoverageGap(types=(Bucket.cfn_type,), account=ACCOUNT, region=region, gap=DENIED)


def test_new_fixed_changed_and_still_open_by_account_and_severity(store: Store) -> None:
    gone, open_one = bucket("gone", versioning=False), bucket("open", versioning=False)
    keep(store, kept([GOOD, gone, open_one], catalog=ONE), kept([bucket("x", OTHER)], account=OTHER, catalog=ONE))
    theirs = bucket("x", OTHER, versioning=False)
    keep(store, kept([BAD, open_one], catalog=ONE, day=4), kept([theirs], account=OTHER, catalog=ONE, day=4))
    found = difference(store)
    assert {each.name: each.difference.change for each in found.changed} == {
        "data": Change.NEW, "x": Change.NEW, "gone": Change.FIXED,
    }  # fmt: skip
    assert found.still_open == {(ACCOUNT, Severity.MEDIUM): 1}
    assert found.oldest == DAY
    told = (Change.NEW, Change.FIXED, Change.OPEN)
    counted = {account: [numbers[each] for each in told] for (account, _), numbers in found.count().items()}
    assert counted == {ACCOUNT: [1, 1, 1], OTHER: [1, 0, 0]}
    new = next(each for each in found.changed if each.name == "data")
    assert [(each.name, each.before, each.after) for each in new.difference.fields] == [("versioning", True, False)]
    assert new.first_seen == DAY + dt.timedelta(days=4)


def test_what_was_not_looked_at_is_unseen_and_never_fixed(store: Store) -> None:
    far = bucket("far", versioning=False, region="us-east-1")
    here = bucket("here", versioning=False)
    theirs = kept([bucket("theirs", OTHER, versioning=False)], account=OTHER, catalog=ONE)

    def everything(day: int) -> Kept:
        return kept([here, far], catalog=ONE, regions=("eu-west-1", "us-east-1"), day=day)

    keep(store, everything(0), theirs)
    keep(store, kept([], catalog=ONE, day=1, gaps=(listing_failed("eu-west-1"),)))
    assert changes(store) == {
        "here": ("unseen", "the list of such resources could not be read (denied)"),
        "far": ("unseen", "us-east-1 was not read"),
        "theirs": ("unseen", "the account was not scanned"),
    }
    keep(store, everything(2))
    keep(store, kept([here, far], catalog=RULES.select(rules=["s3.no-replication"]), day=3))
    assert ("unseen", "the rule took no part") in {
        (str(each.difference.change), each.difference.why) for each in difference(store).changed
    }
    keep(store, everything(4))
    hidden = without(here, "versioning", gap=Gap(Reason.DENIED, needs="s3:GetBucketVersioning"))
    keep(store, kept([hidden, far], catalog=ONE, day=5))
    assert changes(store)["here"][0] == "unseen"
    assert "needs s3:GetBucketVersioning" in changes(store)["here"][1]


def test_two_equal_snapshots_do_not_differ(store: Store) -> None:
    keep(store, kept([BAD]))
    keep(store, kept([replace(BAD, read_at=DAY + dt.timedelta(days=1))], day=1))
    assert difference(store).changed == ()
    assert not drift(store, store.get("previous"), store.get("latest")).any


def drifted(store: Store) -> Drift:
    return drift(store, store.get("previous"), store.get("latest"))


def test_drift_is_what_was_added_changed_and_removed(store: Store) -> None:
    keep(store, kept([GOOD, bucket("gone"), bucket("tagged", tags={"a": "1", "b": "2"})]), settings={"rules": {"x": 1}})
    keep(
        store,
        kept([BAD, bucket("come"), bucket("tagged", tags={"b": "2", "a": "1"})], day=1),
        settings={"rules": {"x": 2}},
    )
    found = drifted(store)
    assert {each.name: str(each.way) for each in found.resources} == {
        "data": "changed", "come": "added", "gone": "removed",
    }  # fmt: skip
    changed = next(each for each in found.resources if each.name == "data")
    assert [(each.name, each.before, each.after) for each in changed.fields] == [("versioning", True, False)]
    assert [(each.name, each.before, each.after) for each in found.settings] == [("rules.x", 1, 2)]
    assert found.any


def test_what_one_of_the_two_could_not_read_has_not_drifted(store: Store) -> None:
    keep(store, kept([GOOD, bucket("gone")]))
    hidden = without(GOOD, "versioning", gap=DENIED)
    keep(store, kept([hidden], day=1, gaps=(listing_failed(),)))
    found = drifted(store)
    assert [(each.name, str(each.way)) for each in found.resources] == [("gone", "unseen")]
    assert not found.any


def test_a_scan_of_fewer_rules_removes_nothing(store: Store) -> None:
    keep(store, kept([BAD]))
    queues = Catalog.load().select(rules=["sqs.no-dead-letter-queue"])
    keep(store, kept([], catalog=queues, day=1))
    found = drifted(store)
    assert [(each.name, each.why) for each in found.resources] == [("data", "nothing of its type was read")]
    assert found.rules_added == ("sqs.no-dead-letter-queue",)
    assert set(found.rules_removed) == set(RULES.rules)
