"""Plans: from what fails a rule, the changes that put it right. Pure; what a plan asks AWS is asked elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bartizan.engine.catalog import Catalog
from bartizan.engine.evaluate import Evaluation, evaluate
from bartizan.model import Fix, Resource, Rule, Severity, Snapshot, Status, Unknown, replace
from bartizan.resources.applying import Edit


class Risk(StrEnum):
    """What a change may do beside what it is for.

    ``LASTING`` is one that cannot be undone, ``RISKY`` one that may break something and says what.
    """

    SAFE = "safe"
    RISKY = "risky"
    LASTING = "lasting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixing:
    """One rule that a change puts right: in words what is done, and what that may break."""

    rule: str
    title: str
    severity: Severity
    what: str
    breaks: str = ""


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """One API call, as ``service:Operation`` with its arguments, as far as they may be shown."""

    call: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """All that a plan changes of one resource; ``after`` is None where it is deleted.

    ``lasting`` says why it cannot be undone, ``worsens`` which rules it will fail that it passes now, ``affected`` who
    uses the resource. ``needs`` are the numbers of the changes that go before it.
    """

    number: int
    before: Resource
    after: Resource | None
    fixes: tuple[Fixing, ...]
    calls: tuple[PlannedCall, ...] = ()
    undo: tuple[PlannedCall, ...] = ()
    lasting: str = ""
    worsens: tuple[str, ...] = ()
    affected: tuple[str, ...] = ()
    needs: tuple[int, ...] = ()

    @property
    def risk(self) -> Risk:
        """The gravest that can be said of it."""
        if self.lasting:
            return Risk.LASTING
        return Risk.RISKY if self.worsens or any(each.breaks for each in self.fixes) else Risk.SAFE

    @property
    def changed(self) -> tuple[str, ...]:
        """The fields that it changes; none where the resource is deleted."""
        if self.after is None:
            return ()
        edit = Edit(self.before, self.after)
        return tuple(name for name in self.after.known() if edit.changes(name))

    def after_of(self, resource: Resource, only: Collection[str] | None = None) -> Resource | None:
        """The resource with what the change changes, or some fields of that, and all else as it is there."""
        return self._with(resource, self.after, only)

    def before_of(self, resource: Resource, only: Collection[str] | None = None) -> Resource | None:
        """The resource with what the change changed, or some fields of that, put back, and all else as it is there."""
        return self._with(resource, self.before, only)

    def _with(self, resource: Resource, source: Resource | None, only: Collection[str] | None) -> Resource | None:
        if source is None:
            return None
        known = source.known()
        return replace(resource, **{name: known[name] for name in self.changed if only is None or name in only})


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A failure that a plan leaves: of which resource and rule, and why."""

    rule: str
    resource: str
    region: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The changes of one account, in an order in which they can be made, and what is left for people.

    ``regions`` are those that were read.
    """

    account: str
    partition: str
    made: dt.datetime
    by: str
    regions: tuple[str, ...]
    version: str
    changes: tuple[Change, ...]
    left: tuple[Left, ...] = ()

    def risks(self) -> Mapping[Risk, int]:
        """How many changes there are of each risk."""
        return {risk: sum(each.risk is risk for each in self.changes) for risk in Risk}


@dataclass(frozen=True, slots=True)
class Failing:
    """A resource that fails rules which have a fix, as it was read by the rules alone."""

    resource: Resource
    fixes: tuple[Fix, ...]


@dataclass(slots=True)
class Sorted:
    """The failures of an evaluation: those with a fix, by resource, and those without."""

    failing: list[Failing] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


def failures(evaluation: Evaluation, catalog: Catalog, *, safe_only: bool = False, advice: bool = False) -> Sorted:
    """What fails and is not accepted, by resource; with ``advice`` what takes judgement too.

    With ``safe_only`` fixes that may break something are left.
    """
    wanted = (Status.FAIL, Status.ADVICE) if advice else (Status.FAIL,)
    by_resource: dict[int, tuple[Resource, list[Fix]]] = {}
    found = Sorted()
    for verdicts in evaluation.verdicts:
        fix = catalog.fixes.get(verdicts.rule.id)
        for _, resource in verdicts.those(*wanted):
            if fix is None:
                found.left.append(left(verdicts.rule, resource, "no fix is known for this rule"))
            elif safe_only and fix.breaks:
                found.left.append(left(verdicts.rule, resource, f"its fix may break something: {fix.breaks}"))
            else:
                by_resource.setdefault(id(resource), (resource, []))[1].append(fix)
    found.failing = [Failing(resource, tuple(fixes)) for resource, fixes in by_resource.values()]
    return found


def left(rule: Rule, resource: Resource, why: str) -> Left:
    """A failure that is left, with the reason."""
    return Left(rule=rule.id, resource=resource.key, region=resource.region, why=why)


@dataclass(frozen=True, slots=True)
class Composed:
    """A resource with all its fixes: as it should be, by which of them, and what is left."""

    after: Resource | None
    used: tuple[Fix, ...]
    left: tuple[Left, ...]


def compose(resource: Resource, fixes: Sequence[Fix]) -> Composed:
    """Apply fixes one after the other; one that lacks a value, or does not make its rule pass, is left.

    A fix that deletes the resource makes the others needless.
    """
    after, used, rest = resource, [], []
    for fix in fixes:
        try:
            changed = fix.change(after)
        except Unknown as unknown:
            rest.append(left(fix.rule, resource, str(unknown)))
            continue
        if changed is None:
            return Composed(None, (fix,), ())
        problems = () if fix.rule.uses_world else verdict(fix.rule, changed, Snapshot([]))[1]
        if problems:
            rest.append(left(fix.rule, resource, f"{_NOT_ALL}: {'; '.join(problems)}"))
        # Another fix may have settled it before.
        if changed != after or (changed != resource and not problems):
            after = changed
            used.append(fix)
    return Composed(after, tuple(used), tuple(rest))


def unsettled(changes: Iterable[Change], catalog: Catalog, snapshot: Snapshot) -> Iterator[Left]:
    """What will still fail of the rules that ask the world, once all changes are made."""
    made = list(changes)
    wanted = {(each.before.key, each.before.region, fixing.rule) for each in made for fixing in each.fixes}
    ids = {rule for *_, rule in wanted if catalog.rules[rule].uses_world}
    if not ids:
        return
    afters = [each.after for each in made if each.after is not None]
    gone = {_which(each.before) for each in made}
    world = Snapshot([*(each for each in snapshot if _which(each) not in gone), *afters], snapshot.gaps)
    for finding in evaluate(catalog.only(ids), world).findings(Status.FAIL):
        if (finding.resource, finding.region, finding.rule) in wanted:
            why = f"{_NOT_ALL}: {'; '.join(finding.problems)}"
            yield Left(rule=finding.rule, resource=finding.resource, region=finding.region, why=why)


_NOT_ALL = "its fix does not settle all of it"


def verdict(rule: Rule, resource: Resource, snapshot: Snapshot) -> tuple[Status, tuple[str, ...]]:
    """What the rule says of a resource that takes the place of the one of the same ARN, with the problems."""
    world = replaced(snapshot, resource) if rule.uses_world else Snapshot([resource])
    judged = evaluate([rule], world, lambda _, each: each is resource)
    found = next(iter(judged.findings()))
    return found.status, found.problems


def replaced(snapshot: Snapshot, resource: Resource) -> Snapshot:
    """The snapshot with a resource in the place of the same one as it was."""
    return Snapshot([*without(snapshot, resource), resource], snapshot.gaps)


def without(snapshot: Snapshot, resource: Resource) -> Iterator[Resource]:
    """The resources of a snapshot but for one."""
    return (each for each in snapshot if _which(each) != _which(resource))


def _which(resource: Resource) -> tuple[type[Resource], str, str, str]:
    return type(resource), resource.account, resource.region, resource.key


def worsened(rules: Iterable[Rule], before: Resource, after: Resource) -> Iterator[str]:
    """The rules, of those that ask about the resource alone, that it passes before and fails after."""
    for rule in rules:
        if rule.resource is type(before) and not rule.uses_world and not rule.advice:
            now, then = (verdict(rule, each, Snapshot([]))[0] for each in (before, after))
            if now is Status.PASS and then is Status.FAIL:
                yield rule.id
