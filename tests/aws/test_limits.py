"""The token bucket: rate, slowing down, recovery, order."""

from __future__ import annotations

import asyncio

from bartizan.aws.limits import Bucket, Limits, Rate


class Clock:
    """Time that only passes when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += max(seconds, 1e-6)


def spend(bucket: Bucket, calls: int) -> None:
    async def run() -> None:
        for _ in range(calls):
            await bucket.acquire()

    asyncio.run(run())


def test_a_burst_goes_at_once_and_the_rest_at_the_rate(monkeypatch) -> None:
    clock = Clock()
    monkeypatch.setattr(asyncio, "sleep", clock.sleep)
    bucket = Bucket(Rate(per_second=10, burst=5), clock)
    spend(bucket, 5)
    assert clock.now == 0
    spend(bucket, 20)
    assert 1.9 < clock.now < 2.1


def test_throttling_halves_the_rate_once_a_second_and_success_brings_it_back(monkeypatch) -> None:
    clock = Clock()
    monkeypatch.setattr(asyncio, "sleep", clock.sleep)
    bucket = Bucket(Rate(per_second=40, burst=10), clock)
    for _ in range(5):
        bucket.slow_down()
    assert bucket.rate == 20
    clock.now += 1
    bucket.slow_down()
    assert bucket.rate == 10
    spend(bucket, 400)
    assert bucket.rate > 30
    clock.now += 60
    spend(bucket, 1)
    assert bucket.rate == 40


def test_the_rate_never_falls_to_nothing() -> None:
    clock = Clock()
    bucket = Bucket(Rate(per_second=4, burst=4), clock)
    for _ in range(20):
        clock.now += 1
        bucket.slow_down()
    assert bucket.rate == 1.0


def test_buckets_are_apart_by_account_region_and_service() -> None:
    limits = Limits(Clock())
    one = limits.bucket("1", "eu-west-1", "ec2")
    assert one is limits.bucket("1", "eu-west-1", "ec2")
    assert all(
        one is not other
        for other in (
            limits.bucket("2", "eu-west-1", "ec2"),
            limits.bucket("1", "us-east-1", "ec2"),
            limits.bucket("1", "eu-west-1", "iam"),
        )
    )
