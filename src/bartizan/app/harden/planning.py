"""Make a plan: what fails, how it should be, which calls make it so, and who would notice. Only reads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from importlib.metadata import version
from itertools import groupby

from bartizan.app.harden.steps import Seen, look, looks_of, scope_of, steps
from bartizan.app.reading import Progress, connect, no_progress
from bartizan.app.scan import Scan, scan
from bartizan.aws.again import Again, read_again
from bartizan.aws.client import AwsApi
from bartizan.aws.session import Access, Session
from bartizan.engine.catalog import Catalog
from bartizan.engine.dependence import affected, in_order, users_of
from bartizan.engine.hardening import (
    Change,
    Composed,
    Failing,
    Fixing,
    Left,
    Plan,
    PlannedCall,
    compose,
    failures,
    left,
    unsettled,
    worsened,
)
from bartizan.engine.settings import Settings
from bartizan.model import Fix, Resource, Unknown
from bartizan.resources.applying import ApiWriter, Edit, Refused, api_writer_for
from bartizan.resources.code import service_of
from bartizan.resources.index import ResourceIndex, api_writers
from bartizan.resources.reading import Api, Failed, Scope


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and the scan that it comes from."""

    plan: Plan
    scan: Scan


async def make_plan(  # noqa: PLR0913 - all but two can be left out
    access: Access,
    catalog: Catalog,
    regions: Iterable[str] = (),
    progress: Progress = no_progress,
    *,
    settings: Settings | None = None,
    resources: Sequence[str] = (),
    safe_only: bool = False,
    advice: bool = False,
    connect: Callable[[Session], AwsApi] = connect,
) -> Planned:
    """Scan the account, and plan the fixes of what fails and is not accepted.

    ``resources`` are ARNs or names, or patterns of them (``arn:aws:s3:::log-*``), to plan for alone. With ``safe_only``
    fixes that may break something are left, with ``advice`` what takes judgement is planned too. Raises ``InputError``
    as ``scan`` does.
    """
    scanned = await scan(access, catalog, regions, progress, settings=settings, connect=connect)
    found = failures(scanned.evaluation, scanned.catalog, safe_only=safe_only, advice=advice)
    failing = [each for each in found.failing if _chosen(each.resource, resources)]
    lefts = [each for each in found.left if not resources or _matches(each.resource, resources)]
    async with Session(access) as session:
        identity = await session.identity()
        main = Scope(identity.partition, identity.account, identity.main_region, scanned.started)
        drafts = await _Drafts(connect(session), main, scanned).all(failing)
    changes = in_order(each.change for each in drafts if each.change)
    lefts += [each for draft in drafts for each in draft.left]
    lefts += unsettled(changes, scanned.catalog, scanned.evaluation.snapshot)
    plan = Plan(
        account=scanned.account,
        partition=scanned.partition,
        made=scanned.started,
        by=scanned.caller,
        regions=scanned.regions,
        version=version("bartizan"),
        changes=changes,
        left=tuple(lefts),
    )
    return Planned(plan, scanned)


def _chosen(resource: Resource, patterns: Sequence[str]) -> bool:
    return not patterns or _matches(resource.key, patterns) or _matches(resource.name, patterns)


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, each) for each in patterns)


@dataclass(frozen=True, slots=True)
class _Draft:
    """What came of one failing resource: a change, or why there is none."""

    change: Change | None
    left: tuple[Left, ...] = ()


@dataclass(slots=True)
class _Drafts:
    """Makes the changes of a scan's failures."""

    api: Api
    main: Scope
    scanned: Scan

    async def all(self, failing: Sequence[Failing]) -> list[_Draft]:
        """A draft for each failing resource."""
        services = {service_of(type(each.resource)) for each in failing}
        writers = api_writers(services)
        users = users_of(self.scanned.evaluation.snapshot, [each.resource for each in failing])
        drafts: list[_Draft] = []
        for _, group in groupby(sorted(failing, key=_kind), key=_kind):
            some = list(group)
            again = await self._again([each.resource for each in some])
            made = await asyncio.gather(*(self._draft(each, again, writers) for each in some))
            for each, draft in zip(some, made, strict=True):
                drafts.append(_with_affected(draft, affected(each.resource, users)))
        return drafts

    async def _again(self, resources: list[Resource]) -> Again:
        readers = ResourceIndex.load().readers_of(frozenset({type(resources[0])}))
        return await read_again(self.api, readers, resources, self.main)

    async def _draft(self, failing: Failing, again: Again, writers: Sequence[ApiWriter]) -> _Draft:
        resource = again.resources.get(failing.resource.arn)
        if resource is None:
            why = next((str(each.gap) for each in again.gaps), "it is not there any more")
            return _all_left(failing, f"it could not be read again: {why}")
        writer = api_writer_for(writers, resource)
        composed = compose(resource, failing.fixes)
        if not composed.used:
            return _Draft(None, composed.left)
        if writer is None:
            return _all_left(failing, "its fix cannot be made by API here; `bartizan rule` shows how to do it")
        edit = Edit(resource, composed.after)
        if missing := writer.unwritten(edit):
            return _all_left(failing, f"its fix cannot be made by API here: it changes {', '.join(missing)}")
        try:
            scope = scope_of(resource, self.main)
            seen = await look(self.api, scope, resource, looks_of(writer, edit))
            return _Draft(self._change(composed, edit, writer, seen), composed.left)
        except (Failed, Unknown) as failed:
            return _all_left(failing, _why_not(failed))

    def _change(self, composed: Composed, edit: Edit, writer: ApiWriter, seen: Seen) -> Change:
        lasting = writer.lasting(edit)
        backwards = Edit(edit.after, edit.before)
        return Change(
            number=0,
            before=edit.before,
            after=edit.after,
            fixes=tuple(_fixing(each) for each in composed.used),
            calls=tuple(each.planned for each in steps(writer, edit, seen)),
            undo=() if lasting else tuple(_undo(writer, backwards, seen)),
            lasting=lasting,
            worsens=tuple(worsened(self.scanned.catalog, edit.before, edit.after)) if edit.after else (),
        )


def _why_not(failed: Failed | Unknown) -> str:
    if isinstance(failed, Refused):
        return f"its fix cannot be made by API here: {failed.why}"
    return f"what the change would send cannot be known: {failed.gap if isinstance(failed, Failed) else failed}"


def _undo(writer: ApiWriter, backwards: Edit, seen: Seen) -> Iterator[PlannedCall]:
    return (each.planned for each in steps(writer, backwards, seen, was=seen))


def _fixing(fix: Fix) -> Fixing:
    rule = fix.rule
    return Fixing(rule=rule.id, title=rule.title, severity=rule.severity, what=fix.what, breaks=fix.breaks)


def _all_left(failing: Failing, why: str) -> _Draft:
    return _Draft(None, tuple(left(fix.rule, failing.resource, why) for fix in failing.fixes))


def _with_affected(draft: _Draft, who: tuple[str, ...]) -> _Draft:
    return _Draft(replace(draft.change, affected=who), draft.left) if draft.change else draft


def _kind(failing: Failing) -> str:
    return service_of(type(failing.resource)) + type(failing.resource).__name__
