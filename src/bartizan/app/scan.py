"""Scan an account: read it in all its regions, judge it, and say what could not be read."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from bartizan.app.reading import Progress, connect, no_progress, read_account, readers_of
from bartizan.aws.client import AwsApi
from bartizan.aws.collect import Wanted
from bartizan.aws.session import Access, Session
from bartizan.engine.catalog import Catalog
from bartizan.engine.evaluate import Evaluation, evaluate
from bartizan.engine.settings import Settings
from bartizan.engine.suppress import Accepted, accept
from bartizan.engine.trace import fields_asked, fields_read
from bartizan.model import CoverageGap, Resource, Rule, Snapshot


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
    accepted: Accepted = field(default_factory=Accepted)
    calls: Mapping[str, int] = field(default_factory=dict)
    retries: int = 0

    @property
    def partial(self) -> bool:
        """Whether something exists, or may exist, that was not seen; a service that a region lacks hides nothing."""
        return any(each.hides for each in self.gaps)


async def scan(  # noqa: PLR0913 - all but two can be left out
    access: Access,
    catalog: Catalog,
    regions: Iterable[str] = (),
    progress: Progress = no_progress,
    *,
    settings: Settings | None = None,
    connect: Callable[[Session], AwsApi] = connect,
) -> Scan:
    """Read and judge the account; raises ``InputError`` where it cannot be reached or a region does not exist.

    ``settings`` say which failures are accepted; ``connect`` makes the port to AWS, for callers with limits of their
    own.
    """
    clock = time.monotonic()
    catalog = catalog.of_one_account()
    wanted = wanted_by(catalog)
    read = await read_account(access, wanted, readers_of(wanted), regions=regions, progress=progress, connect=connect)
    evaluation = evaluate(catalog, Snapshot(read.resources, read.gaps))
    return Scan(
        account=read.account,
        partition=read.partition,
        caller=read.caller,
        regions=read.regions,
        started=read.started,
        seconds=time.monotonic() - clock,
        catalog=catalog,
        evaluation=evaluation,
        gaps=read.gaps,
        accepted=accept(evaluation, settings or Settings(), read.started.date()),
        calls=read.calls,
        retries=read.retries,
    )


def wanted_by(rules: Iterable[Rule]) -> Wanted:
    """What the rules read: the fields of the types that they judge, and of those that they ask the world about."""
    wanted: dict[type[Resource], frozenset[str]] = {}
    for rule in rules:
        for kind, fields in [(rule.resource, fields_read(rule)), *fields_asked(rule).items()]:
            wanted[kind] = wanted.get(kind, frozenset()) | fields
    return wanted
