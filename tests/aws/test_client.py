"""Calls: what each failure means, attempts, pages, calls in flight."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from botocore import exceptions as aws
from botocore.parsers import ResponseParserError

from bartizan.aws.client import AwsApi, Patience
from bartizan.aws.errors import understand
from bartizan.aws.limits import Limits
from bartizan.model import Reason
from bartizan.resources.reading import Call, Failed, Scope

SCOPE = Scope("aws", "111122223333", "eu-west-1", dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
LIST = Call("sqs:ListQueues")
FAST = Patience(first_wait=0, longest_wait=0, timeout=0.05)


def refused(code: str, status: int = 400) -> aws.ClientError:
    return aws.ClientError(
        {"Error": {"Code": code, "Message": "because"}, "ResponseMetadata": {"HTTPStatusCode": status}}, "ListQueues"
    )


@pytest.mark.parametrize(
    ("error", "reason", "retry"),
    [
        (refused("AccessDenied", 403), Reason.DENIED, False),
        (refused("UnauthorizedOperation", 403), Reason.DENIED, False),
        (refused("SomethingNew", 403), Reason.DENIED, False),
        (refused("ThrottlingException"), Reason.THROTTLED, True),
        (refused("RequestLimitExceeded", 503), Reason.THROTTLED, True),
        (refused("SlowDown", 503), Reason.THROTTLED, True),
        (refused("Whatever", 429), Reason.THROTTLED, True),
        (refused("ExpiredToken", 403), Reason.EXPIRED, False),
        (refused("InvalidClientTokenId", 403), Reason.EXPIRED, False),
        (refused("SubscriptionRequiredException"), Reason.UNSUPPORTED, False),
        # So AWS answers for an account that is suspended: what it holds is not known, and no permission helps.
        (refused("OptInRequired", 401), Reason.FAILED, False),
        (refused("AccountProblem", 403), Reason.FAILED, False),
        (refused("InternalError", 500), Reason.FAILED, True),
        (refused("ValidationException"), Reason.FAILED, False),
        (aws.ReadTimeoutError(endpoint_url="https://sqs"), Reason.TIMED_OUT, True),
        (TimeoutError(), Reason.TIMED_OUT, True),
        (aws.EndpointConnectionError(endpoint_url="https://sqs"), Reason.UNSUPPORTED, False),
        (aws.NoCredentialsError(), Reason.EXPIRED, False),
        (OSError("reset"), Reason.FAILED, True),
        (ResponseParserError("<!doctype html>"), Reason.FAILED, True),
        (aws.ParamValidationError(report="no"), Reason.FAILED, False),
    ],
)
def test_what_a_failure_means(error: Exception, reason: Reason, retry: bool) -> None:
    trouble = understand(error, LIST, in_region=False)
    assert (trouble.failure.gap.reason, trouble.retry) == (reason, retry)
    assert trouble.failure.gap.needs == ("sqs:ListQueues" if reason is Reason.DENIED else "")


def test_no_connection_in_a_region_that_has_the_service_is_worth_another_try() -> None:
    trouble = understand(aws.EndpointConnectionError(endpoint_url="https://sqs"), LIST, in_region=True)
    assert (trouble.failure.gap.reason, trouble.retry) == (Reason.FAILED, True)


class FakeSession:
    """A session whose one client answers from a function."""

    def __init__(self, answer: Callable[..., Any], pager: Mapping[str, Any] | None = None) -> None:
        self.answer = answer
        self._pager = pager

    async def client(self, service: str, region: str) -> Any:
        return self

    def pager(self, service: str, operation: str) -> Any:
        return self._pager

    async def offers(self, service: str, region: str, partition: str) -> bool:
        return True

    async def list_queues(self, **params: Any) -> Any:
        return await self.answer(**params)


def api(answer: Callable[..., Any], pager: Mapping[str, Any] | None = None, **options: Any) -> AwsApi:
    return AwsApi(FakeSession(answer, pager), Limits(time.monotonic), patience=FAST, **options)  # type: ignore[arg-type]


def failing(times: int, error: Exception) -> Callable[..., Any]:
    left = iter([error] * times)

    async def answer(**params: Any) -> Any:
        for each in left:
            raise each
        return {"QueueUrls": []}

    return answer


def test_a_passing_failure_is_tried_again_and_throttling_for_longer() -> None:
    assert asyncio.run(api(failing(2, refused("InternalError", 500))).call(LIST, SCOPE, {})) == {"QueueUrls": []}
    assert asyncio.run(api(failing(10, refused("Throttling"))).call(LIST, SCOPE, {})) == {"QueueUrls": []}
    with pytest.raises(Failed):
        asyncio.run(api(failing(3, refused("InternalError", 500))).call(LIST, SCOPE, {}))
    with pytest.raises(Failed) as throttled:
        asyncio.run(api(failing(99, refused("Throttling"))).call(LIST, SCOPE, {}))
    assert throttled.value.gap.reason is Reason.THROTTLED


def test_a_denied_call_is_not_repeated() -> None:
    port = api(failing(99, refused("AccessDenied", 403)))
    with pytest.raises(Failed, match="AccessDenied"):
        asyncio.run(port.call(LIST, SCOPE, {}))
    assert port.calls == {"sqs:ListQueues": 1}


def test_an_attempt_that_hangs_is_ended() -> None:
    async def hang(**params: Any) -> Any:
        await asyncio.sleep(60)

    with pytest.raises(Failed) as failed:
        asyncio.run(api(hang).call(LIST, SCOPE, {}))
    assert failed.value.gap.reason is Reason.TIMED_OUT


async def gathered(port: AwsApi) -> list[Any]:
    return [page async for page in port.pages(LIST, SCOPE, {"MaxResults": 2})]


def test_pages_follow_the_token_until_it_is_gone_or_repeats() -> None:
    pager = {"input_token": "NextToken", "output_token": "NextToken", "result_key": "QueueUrls"}
    asked: list[Any] = []

    async def three(**params: Any) -> Any:
        asked.append(params)
        number = int(params.get("NextToken", 0)) + 1
        return {"QueueUrls": [number], "NextToken": str(number) if number < 3 else None}

    assert [page["QueueUrls"] for page in asyncio.run(gathered(api(three, pager)))] == [[1], [2], [3]]
    assert asked[2] == {"MaxResults": 2, "NextToken": "2"}

    async def stuck(**params: Any) -> Any:
        return {"QueueUrls": [], "NextToken": "same"}

    assert len(asyncio.run(gathered(api(stuck, pager)))) == 2


def test_pages_with_several_tokens_stop_when_there_is_no_more() -> None:
    pager = {"input_token": ["A", "B"], "output_token": ["NextA", "NextB"], "more_results": "Truncated"}

    async def two(**params: Any) -> Any:
        return {"Truncated": "A" not in params, "NextA": "a", "NextB": "b"}

    assert len(asyncio.run(gathered(api(two, pager)))) == 2


def counting() -> tuple[Callable[..., Any], list[int]]:
    count: list[int] = []

    async def answer(**params: Any) -> Any:
        count.append(1)
        number = len(count)
        await asyncio.sleep(0)
        if params.get("Denied"):
            raise refused("AccessDenied", 403)
        return {"QueueUrls": [number]}

    return answer, count


def test_readers_that_ask_the_same_share_the_answer_and_nothing_is_kept() -> None:
    answer, count = counting()

    async def run() -> None:
        port = api(answer)
        port.share({(LIST, SCOPE.region): 2})
        both = await asyncio.gather(port.call(LIST, SCOPE, {}), port.call(LIST, SCOPE, {}))
        assert both[0] is both[1]
        other = await asyncio.gather(port.call(LIST, SCOPE, {"A": 1}), port.call(LIST, SCOPE, {"A": 2}))
        assert other[0] != other[1]
        await asyncio.gather(port.call(LIST, SCOPE, {"A": 2}), port.call(LIST, SCOPE, {"A": 1}))
        assert len(count) == 3
        assert (await port.call(LIST, SCOPE, {}))["QueueUrls"] == [4], "an old answer was kept for a later question"
        elsewhere = dataclasses.replace(SCOPE, region="us-east-1")
        for _ in range(2):
            await port.call(LIST, elsewhere, {})
        assert len(count) == 6
        await port.call(LIST, SCOPE, {})
        assert not port._shared

    asyncio.run(run())


def test_readers_that_ask_the_same_share_its_failure() -> None:
    answer, count = counting()

    async def run() -> None:
        port = api(answer)
        port.share({(LIST, SCOPE.region): 2})
        asked = (port.call(LIST, SCOPE, {"Denied": True}) for _ in range(2))
        both = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(each) for each in both] == [Failed, Failed]
        assert len(count) == 1

    asyncio.run(run())


def test_calls_in_flight_are_bounded() -> None:
    running = most = 0

    async def slow(**params: Any) -> Any:
        nonlocal running, most
        running += 1
        most = max(most, running)
        try:
            await asyncio.sleep(0.001)
        finally:  # an attempt that a busy machine made too slow is cancelled, and is in flight no more
            running -= 1
        return {}

    async def many() -> None:
        port = api(slow, in_flight=7)
        await asyncio.gather(*(port.call(LIST, SCOPE, {}) for _ in range(90)), return_exceptions=True)

    asyncio.run(many())
    assert most == 7
