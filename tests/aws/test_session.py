"""Sessions: what the clients of one session share, and what they do not."""

from __future__ import annotations

import asyncio
import tracemalloc

from bartizan.aws.session import Access, Session

ACCESS = Access(endpoint_url="http://127.0.0.1:9", credentials=("key", "secret"))
REGIONS = ("eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2")


def test_clients_share_methods_and_connections_but_no_region() -> None:
    async def run() -> None:
        async with Session(ACCESS) as session:
            west = await session.client("sqs", "eu-west-1")
            central = await session.client("sqs", "eu-central-1")
            topics = await session.client("sns", "eu-west-1")
            assert west is await session.client("sqs", "eu-west-1")
            assert type(west).list_queues is type(central).list_queues
            assert not hasattr(topics, "list_queues")
            assert (west.meta.region_name, central.meta.region_name) == ("eu-west-1", "eu-central-1")
            pools = {id(each._endpoint.http_session._pool) for each in (west, central, topics)}
            assert len(pools) == 1
            pool = west._endpoint.http_session._pool
            await west._endpoint.http_session.close()
            assert pool._sessions is not None, "the end of one client closed the connections of the others"
        assert pool._sessions is None, "connections outlive their session"

    asyncio.run(run())


def test_hosts_behind_different_proxies_have_pools_of_their_own(monkeypatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "sqs.eu-west-1.amazonaws.com")

    async def run() -> None:
        async with Session(Access(credentials=("key", "secret"))) as session:
            direct = await session.client("sqs", "eu-west-1")
            through = await session.client("sqs", "eu-central-1")
            assert direct._endpoint.http_session._pool is not through._endpoint.http_session._pool

    asyncio.run(run())


def test_a_client_in_another_region_takes_little_memory() -> None:
    async def grown() -> float:
        async with Session(ACCESS) as session:
            await session.client("ec2", "ca-central-1")
            tracemalloc.start()
            for region in REGIONS:
                await session.client("ec2", region)
            return tracemalloc.get_traced_memory()[0] / len(REGIONS)

    try:
        assert asyncio.run(grown()) < 700_000
    finally:
        tracemalloc.stop()


def test_what_botocore_does_not_call_paged_is_paged_by_its_token() -> None:
    async def run() -> None:
        async with Session(ACCESS) as session:
            buses = session.pager("events", "ListEventBuses")
            assert (buses["input_token"], buses["output_token"]) == ("NextToken", "NextToken")
            assert session.pager("sqs", "GetQueueAttributes") is None
            assert session.pager("sqs", "ListQueues")["result_key"] == "QueueUrls"

    asyncio.run(run())
