"""Ten thousand buckets: read in a window, so that neither calls in flight nor memory grow with their number."""

from __future__ import annotations

import asyncio
import datetime as dt
import tracemalloc
import weakref
from collections import UserDict
from collections.abc import AsyncIterator, Mapping
from typing import Any

from bartizan.aws.collect import Collection, collect, plan
from bartizan.resources.reading import Call, Reply, Scope
from bartizan.resources.s3 import BUCKETS, Bucket

SCOPE = Scope("aws", "111122223333", "us-east-1", dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
REPLY = 20_000


class ManyBuckets:
    """A port with many buckets, whose replies are large, that notes how much is asked and held at once."""

    def __init__(self, buckets: int) -> None:
        self.buckets = buckets
        self.running = self.most = self.calls = self.pages_read = 0
        self.held: weakref.WeakSet[Large] = weakref.WeakSet()
        self.most_held = 0

    async def call(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> Reply:
        self.calls += 1
        self.running += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(0)
        self.running -= 1
        reply = Large({"Status": "Enabled", "Ballast": bytes(REPLY)})
        self.held.add(reply)
        self.most_held = max(self.most_held, len(self.held))
        return reply

    async def pages(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> AsyncIterator[Reply]:
        for start in range(0, self.buckets, 1000):
            self.pages_read += 1
            assert self.calls >= start - 100, "a page was asked for long before the items of the one before were read"
            yield {"Buckets": [{"Name": f"b{number}"} for number in range(start, start + 1000)]}


class Large(UserDict[str, Any]):
    """A reply that can be watched."""

    __hash__ = object.__hash__


def read(api: ManyBuckets) -> Collection:
    return asyncio.run(collect(api, plan([BUCKETS], SCOPE, []), {Bucket: frozenset({"versioning", "mfa_delete"})}))


def test_ten_thousand_buckets_are_read_in_a_window() -> None:
    api = ManyBuckets(10_000)
    found = read(api)
    assert len(found.resources) == 10_000
    assert (api.calls, api.pages_read) == (10_000, 10)
    assert 32 <= api.most <= 64
    assert api.most_held <= 64, "replies are kept after they were read"
    assert all(bucket.versioning for bucket in found.resources)


def test_memory_grows_with_what_is_kept_and_not_with_what_passes_through() -> None:
    tracemalloc.start()
    try:
        found = read(ManyBuckets(2000))
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept / len(found.resources) < 1500, "a bucket takes too many bytes once it is read"
    # All replies together are 40 MB; those of one window are one.
    assert peak - kept < 5_000_000
