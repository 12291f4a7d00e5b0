"""Read an account in all its regions: what a scan and the questions about access have in common."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from bartizan.aws.aggregator import Aggregator
from bartizan.aws.client import AwsApi
from bartizan.aws.collect import Task, Wanted, askers, collect, plan
from bartizan.aws.known import Answered, Known, read_known
from bartizan.aws.limits import Limits
from bartizan.aws.regions import enabled_regions
from bartizan.aws.session import Access, Session
from bartizan.model import CoverageGap, InputError, Resource
from bartizan.resources.config import RECORDERS
from bartizan.resources.index import ResourceIndex
from bartizan.resources.reading import AnyReader, Scope

Progress = Callable[[int, int, str], None]
"""Called with the listings done, the listings in all, and the last one's label."""


def no_progress(done: int, total: int, label: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read of an account, when and by whom, and what could not be listed; ``calls`` counts by operation.

    Of ``recorded`` resources an aggregator told a part, and ``unlisted`` listings were not made since it knew what they
    would show; ``unrecorded`` says where it was not believed: region → why.
    """

    account: str
    partition: str
    caller: str
    regions: tuple[str, ...]
    started: dt.datetime
    resources: list[Resource]
    gaps: tuple[CoverageGap, ...]
    calls: Mapping[str, int] = field(default_factory=dict)
    retries: int = 0
    recorded: int = 0
    unlisted: int = 0
    unrecorded: Mapping[str, str] = field(default_factory=dict)


def connect(session: Session) -> AwsApi:
    """The port to AWS with the limits and the patience of an ordinary scan."""
    return AwsApi(session, Limits(time.monotonic))


def readers_of(wanted: Wanted) -> tuple[AnyReader, ...]:
    """The readers that give the types that are wanted."""
    return ResourceIndex.load().readers_of(frozenset(wanted))


async def read_account(  # noqa: PLR0913 - all but three can be left out
    access: Access,
    wanted: Wanted,
    readers: Iterable[AnyReader],
    *,
    regions: Iterable[str] = (),
    all_must_exist: bool = True,
    progress: Progress = no_progress,
    connect: Callable[[Session], AwsApi] = connect,
    aggregator: Aggregator | None = None,
) -> Reading:
    """Read the wanted types by these readers, in the regions or in all that are enabled.

    Raises ``UnreachableError`` where the account cannot be reached, and ``InputError`` where a region is not enabled
    there; unless ``all_must_exist``, such a region is left out. ``connect`` makes the port to AWS, for callers with
    limits of their own. An ``aggregator`` of AWS Config is asked first for what it knows of the account.
    """
    started = dt.datetime.now(dt.UTC)
    async with Session(access) as session:
        identity = await session.identity()
        api = connect(session)
        main = Scope(identity.partition, identity.account, identity.main_region, started)
        enabled, region_gaps = await enabled_regions(api, session, main)
        chosen = _chosen(list(regions), enabled, all_must_exist=all_must_exist)
        scopes = [Scope(identity.partition, identity.account, region, started) for region in chosen]
        planned = plan(readers, main, scopes)
        known, asked, earlier = Known(), Counter[str](), list[Task]()
        if aggregator:
            # What is asked about the recorders to begin with is not asked again by who reads them.
            earlier = [Task(RECORDERS, each) for each in scopes]
            api.share(askers([*planned, *earlier], wanted))
            known, asked = await _known(aggregator, wanted, planned, api=api, main=main, connect=connect)
        tasks = [each for each in planned if not known.lacks(each)]
        api.share(askers([*tasks, *earlier], wanted))
        done = 0

        def count(label: str) -> None:
            nonlocal done
            done += 1
            progress(done, len(tasks), label)

        port = Answered(api, known.answers) if known.answers else api
        collection = await collect(port, tasks, wanted, count, known.resources)
    return Reading(
        account=identity.account,
        partition=identity.partition,
        caller=identity.arn,
        regions=tuple(chosen),
        started=started,
        resources=collection.resources,
        gaps=(*region_gaps, *collection.gaps),
        calls=api.calls + asked,
        retries=api.retries,
        recorded=collection.recorded,
        unlisted=sum(known.lacks(each) or known.lists(each) for each in planned),
        unrecorded=known.unused,
    )


async def _known(  # noqa: PLR0913 - both ends of the way, and what is wanted
    aggregator: Aggregator,
    wanted: Wanted,
    tasks: Iterable[Task],
    *,
    api: AwsApi,
    main: Scope,
    connect: Callable[[Session], AwsApi],
) -> tuple[Known, Counter[str]]:
    """What an aggregator knows of the account that ``api`` reaches, and the calls to the aggregator."""
    declared = ResourceIndex.load()
    async with Session(aggregator.access) as session:
        home = connect(session)
        return await read_known(aggregator, declared, wanted, tasks, home=home, api=api, main=main), home.calls


def _chosen(asked: list[str], enabled: list[str], *, all_must_exist: bool) -> list[str]:
    strange = [each for each in asked if each not in enabled]
    if strange and not all_must_exist:
        return [each for each in asked if each in enabled]
    if strange:
        raise InputError(f"region {strange[0]!r} is not enabled in this account; enabled are {', '.join(enabled)}")
    return asked or enabled
