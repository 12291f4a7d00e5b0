"""Scan an account: read it in all its regions, judge it, and say what could not be read."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from bartizan.aws.client import AwsApi
from bartizan.aws.collect import Wanted, askers, collect, plan
from bartizan.aws.limits import Limits
from bartizan.aws.regions import enabled_regions
from bartizan.aws.session import Access, Session
from bartizan.engine.catalog import Catalog
from bartizan.engine.evaluate import Evaluation, evaluate
from bartizan.engine.trace import fields_asked, fields_read
from bartizan.model import CoverageGap, InputError, Reason, Resource, Rule, Snapshot
from bartizan.resources.index import ResourceIndex
from bartizan.resources.reading import Scope

Progress = Callable[[int, int, str], None]
"""Called with the listings done, the listings in all, and the last one's label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """The result of a scan: whose account, when, what was found, and what was not seen.

    ``calls`` counts the calls by operation, ``seconds`` is the wall time.
    """

    account: str
    partition: str
    caller: str
    regions: tuple[str, ...]
    started: dt.datetime
    seconds: float
    catalog: Catalog
    evaluation: Evaluation
    gaps: tuple[CoverageGap, ...] = ()
    calls: Mapping[str, int] = field(default_factory=dict)
    retries: int = 0

    @property
    def partial(self) -> bool:
        """Whether something exists, or may exist, that was not seen; a service that a region lacks hides nothing."""
        return any(each.gap.reason is not Reason.UNSUPPORTED for each in self.gaps)


def connect(session: Session) -> AwsApi:
    """The port to AWS with the limits and the patience of an ordinary scan."""
    return AwsApi(session, Limits(time.monotonic))


async def scan(
    access: Access,
    catalog: Catalog,
    regions: Iterable[str] = (),
    progress: Progress = lambda *_: None,
    connect: Callable[[Session], AwsApi] = connect,
) -> Scan:
    """Read and judge the account; raises ``InputError`` where it cannot be reached or a region does not exist.

    ``connect`` makes the port to AWS, for callers with limits of their own.
    """
    started, clock = dt.datetime.now(dt.UTC), time.monotonic()
    index = ResourceIndex.load()
    wanted = wanted_by(catalog)
    async with Session(access) as session:
        identity = await session.identity()
        api = connect(session)
        main = Scope(identity.partition, identity.account, identity.main_region, started)
        enabled, region_gaps = await enabled_regions(api, session, main)
        chosen = _chosen(list(regions), enabled)
        scopes = [Scope(identity.partition, identity.account, region, started) for region in chosen]
        tasks = plan(index.readers_of(frozenset(wanted)), main, scopes)
        api.share(askers(tasks, wanted))
        done = 0

        def count(label: str) -> None:
            nonlocal done
            done += 1
            progress(done, len(tasks), label)

        collection = await collect(api, tasks, wanted, count)
    snapshot = Snapshot(collection.resources, collection.gaps)
    return Scan(
        account=identity.account,
        partition=identity.partition,
        caller=identity.arn,
        regions=tuple(chosen),
        started=started,
        seconds=time.monotonic() - clock,
        catalog=catalog,
        evaluation=evaluate(catalog, snapshot),
        gaps=(*region_gaps, *collection.gaps),
        calls=api.calls,
        retries=api.retries,
    )


def wanted_by(rules: Iterable[Rule]) -> Wanted:
    """What the rules read: the fields of the types that they judge, and of those that they ask the world about."""
    wanted: dict[type[Resource], frozenset[str]] = {}
    for rule in rules:
        for kind, fields in [(rule.resource, fields_read(rule)), *fields_asked(rule).items()]:
            wanted[kind] = wanted.get(kind, frozenset()) | fields
    return wanted


def _chosen(asked: list[str], enabled: list[str]) -> list[str]:
    strange = [each for each in asked if each not in enabled]
    if strange:
        raise InputError(f"region {strange[0]!r} is not enabled in this account; enabled are {', '.join(enabled)}")
    return asked or enabled
