"""One account as the unit of work: read, judged, and reduced to what the others need of it.

It is a plain function of small values, so that it runs in this process, in a pool, or on another machine.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from bartizan.app.organization.members import TREE_TYPES
from bartizan.app.organization.unit import AccountResult, Keeping, Read, Task
from bartizan.app.reading import read_account, readers_of
from bartizan.app.scan import wanted_by
from bartizan.app.selection import Selection
from bartizan.aws.collect import Wanted
from bartizan.aws.session import UnreachableError
from bartizan.engine.catalog import Catalog
from bartizan.engine.evaluate import evaluate
from bartizan.engine.outcome import Outcome
from bartizan.engine.suppress import accept
from bartizan.model import CoverageGap, Gap, InputError, Reason, Resource, Snapshot


@dataclass(frozen=True, slots=True)
class Plan:
    """What a selection comes down to: all rules, those of accounts and of the organization, and what they read."""

    catalog: Catalog
    of_accounts: Catalog
    of_organization: Catalog
    wanted: Wanted
    shared: frozenset[type[Resource]]

    @classmethod
    def of(cls, catalog: Catalog) -> Plan:
        """Part the rules: who asks about several accounts, or about the organization's tree, is judged at the end."""
        at_the_end = {each.id for each in catalog if each.organization or each.resource in TREE_TYPES}
        of_accounts = catalog.only(catalog.rules.keys() - at_the_end)
        of_organization = catalog.only(at_the_end)
        shared = {kind: fields for kind, fields in wanted_by(of_organization).items() if kind not in TREE_TYPES}
        wanted = dict(wanted_by(of_accounts))
        for kind, fields in shared.items():
            wanted[kind] = (wanted.get(kind) or frozenset()) | (fields or frozenset())
        return cls(catalog, of_accounts, of_organization, wanted, frozenset(shared))


@lru_cache(maxsize=1)
def plan_of(selection: Selection) -> Plan:
    """The plan of a selection, made once in each process."""
    return Plan.of(selection.catalog())


def work(task: Task) -> AccountResult:
    """Read and judge one account; one that cannot be reached gives a result that says so."""
    started, clock = dt.datetime.now(dt.UTC), time.monotonic()
    plan = plan_of(task.selection)
    readers = readers_of(plan.wanted)
    where: dict[str, Any] = {"regions": task.regions, "all_must_exist": False, "aggregator": task.aggregator}
    try:
        read = asyncio.run(read_account(task.access, plan.wanted, readers, **where))
    except UnreachableError as refused:
        return unreached(task, refused.gap, started)
    evaluation = evaluate(plan.of_accounts, Snapshot(read.resources, read.gaps))
    accepted = accept(evaluation, task.selection.settings, read.started.date())
    result = AccountResult(
        account=task.account,
        name=task.name,
        started=started,
        seconds=time.monotonic() - clock,
        outcome=Outcome.of(evaluation),
        accepted=accepted,
        gaps=read.gaps,
        shared=tuple(each for each in read.resources if type(each) in plan.shared),
        regions=read.regions,
        calls=dict(read.calls),
        retries=read.retries,
        recorded=read.recorded,
        unlisted=read.unlisted,
        unrecorded=dict(read.unrecorded),
    )
    return _kept(task.keeping, Read(read.caller, evaluation, plan.of_accounts), result) if task.keeping else result


def _kept(keeping: Keeping, read: Read, result: AccountResult) -> AccountResult:
    # The store is an extra, which a scan that keeps nothing does without.
    from bartizan.app.organization.keep import keep_account  # noqa: PLC0415 - as the comment says

    try:
        return replace(result, part=keep_account(keeping, read, result))
    except InputError as refused:
        return replace(result, unkept=str(refused))


def unreached(task: Task, gap: Gap, started: dt.datetime | None = None) -> AccountResult:
    """The result of an account of which nothing could be read: all that would have been read is a gap."""
    types = tuple(kind.cfn_type for kind in plan_of(task.selection).wanted)
    hidden = CoverageGap(types=types, account=task.account, region="", gap=gap, call=gap.needs)
    began = started or dt.datetime.now(dt.UTC)
    return AccountResult(account=task.account, name=task.name, started=began, gaps=(hidden,), unreached=gap)


def lost(task: Task, why: str) -> AccountResult:
    """The result of an account whose worker broke."""
    return unreached(task, Gap(Reason.FAILED, detail=why))
