"""How fast a service may be asked: a token bucket per account, region and service that learns from throttling.

The bucket starts at the rate that AWS documents (or a careful guess), halves when AWS throttles, and grows back by a
twentieth of its full rate with each second of success: additive increase, multiplicative decrease, as TCP does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Rate:
    """Calls a second in the long run, and how many may come at once after a pause."""

    per_second: float
    burst: float


DEFAULT_RATE = Rate(per_second=100, burst=100)

RATES: Mapping[str, Rate] = MappingProxyType(
    {
        # https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html (per action; we count the service)
        "ec2": Rate(per_second=50, burst=100),
        # https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (control plane)
        "lambda": Rate(per_second=15, burst=30),
        # https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html
        "cloudtrail": Rate(per_second=10, burst=10),
        # Bucket settings are not the data plane, but share its front end: 5,500 reads a second for each prefix.
        "s3": Rate(per_second=500, burst=500),
        # https://docs.aws.amazon.com/kms/latest/developerguide/throttling.html (the lowest of the calls made here)
        "kms": Rate(per_second=200, burst=200),
    }
)


@dataclass(slots=True)
class Bucket:
    """Lets calls through at a rate that falls on throttling and recovers; waiting callers are served in order."""

    full: Rate
    clock: Clock
    rate: float = field(init=False)
    _tokens: float = field(init=False)
    _filled_at: float = field(init=False)
    _slowed_at: float = field(init=False, default=float("-inf"))
    _turn: asyncio.Lock = field(init=False, default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.rate = self.full.per_second
        self._tokens = self.full.burst
        self._filled_at = self.clock()

    async def acquire(self) -> None:
        """Wait until one more call is within the rate."""
        async with self._turn:
            self._fill()
            while self._tokens < 1:
                await asyncio.sleep((1 - self._tokens) / self.rate)
                self._fill()
            self._tokens -= 1

    def slow_down(self) -> None:
        """AWS throttled: halve the rate, once a second at most, and spend what was saved up."""
        now = self.clock()
        self._tokens = min(self._tokens, 0)
        if now - self._slowed_at >= 1:
            self._slowed_at = now
            self.rate = max(self.rate / 2, 1.0)

    def _fill(self) -> None:
        now = self.clock()
        passed, self._filled_at = now - self._filled_at, now
        self.rate = min(self.full.per_second, self.rate + passed * self.full.per_second / 20)
        self._tokens = min(self.full.burst, self._tokens + passed * self.rate)


class Limits:
    """The buckets of a run, made when first asked for."""

    def __init__(self, clock: Clock, rates: Mapping[str, Rate] = RATES) -> None:
        self._clock = clock
        self._rates = rates
        self._buckets: dict[tuple[str, str, str], Bucket] = {}

    def bucket(self, account: str, region: str, service: str) -> Bucket:
        """The bucket of one service in one region of one account."""
        key = (account, region, service)
        if key not in self._buckets:
            self._buckets[key] = Bucket(self._rates.get(service, DEFAULT_RATE), self._clock)
        return self._buckets[key]
