"""Fixes as edits of the user's own code: made, read again, and kept only where they do what they should and no more."""

from __future__ import annotations

import datetime as dt
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bartizan.app.check import CodeCheck, check_with, judge
from bartizan.engine.catalog import Catalog
from bartizan.engine.hardening import Failing, Left, compose, failures, left
from bartizan.engine.settings import Settings
from bartizan.iac.edit.changes import Refused, Splice, spliced
from bartizan.iac.edit.cloudformation import Templates, template_edits
from bartizan.iac.edit.source import Sources, as_read
from bartizan.iac.edit.task import Task
from bartizan.iac.edit.terraform import Edits, TerraformFiles, terraform_edits
from bartizan.iac.read import Code, Reading, read_code
from bartizan.model import Fix, InputError, Place, Resource, Status, Unknown
from bartizan.model.resource import BASE_DEFAULTS
from bartizan.resources.code import Block, service_of
from bartizan.resources.code_readers import CodeReaders
from bartizan.resources.index import code_writers
from bartizan.resources.writing import CodeWriter, Unwritable, writer_for

if TYPE_CHECKING:
    from tree_sitter import Parser

_NO_SOURCE = {
    "Terraform plan": "a plan shows what the code makes, not the code: name the folder with the *.tf",
    "Terraform state": "a state shows what the code made, not the code: name the folder with the *.tf",
    "CDK template": "CDK writes this template: change the construct that it comes from",
    "Serverless Framework project": "the Serverless Framework makes it of its own file",
}
_REMOVAL = "its fix is to take it out of the code, which is yours to do"
_TEMPLATES = frozenset({"CloudFormation template", "SAM template"})


@dataclass(frozen=True, slots=True)
class Done:
    """One rule that a resource passes once the edits are made."""

    resource: Resource
    fix: Fix


@dataclass(frozen=True, slots=True)
class Unedited:
    """A failure that is left: of which rule and resource, where, and why; ``fixable`` where its rule has a fix."""

    rule: str
    resource: str
    place: str
    why: str
    fixable: bool = True


@dataclass(frozen=True, slots=True)
class Edited:
    """A file as it is, and as it should be."""

    path: Path
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What would be edited, what that settles, and what is left and why."""

    check: CodeCheck
    files: tuple[Edited, ...]
    done: tuple[Done, ...]
    left: tuple[Unedited, ...]


@dataclass(frozen=True, slots=True)
class _Member:
    """A resource that fails, what it was read from, and the fixes that there are for it."""

    resource: Resource
    block: Block
    kind: Reading
    fixes: tuple[Fix, ...]


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is edited together: the resources that one block of the code makes, by the fixes of some rules.

    ``edits`` are those of each task, ``fixes`` what each task settles.
    """

    members: tuple[_Member, ...]
    rules: tuple[str, ...]
    tasks: tuple[Task, ...]
    fixes: tuple[tuple[Fix, ...], ...]
    edits: tuple[Edits, ...]


def propose(
    paths: Iterable[Path],
    choose: Callable[[Collection[str]], Catalog],
    settings: Settings | None = None,
    *,
    safe_only: bool = False,
    advice: bool = False,
) -> Proposal:
    """Check code, and edit it so that it passes; nothing is written.

    With ``safe_only`` fixes that may break something are left; with ``advice`` what takes judgement is edited too.
    Raises ``InputError`` as ``check_with`` does.
    """
    asked = list(paths)
    found = check_with(asked, choose, settings)
    failing = failures(found.evaluation, found.catalog, safe_only=safe_only, advice=advice)
    work = _Work(asked, found, settings)
    work.note(failing.left)
    units = [unit for each in work.members(failing.failing) if (unit := work.started(each))]
    return work.proposal(work.settled([], units))


@dataclass(slots=True)
class _Work:
    paths: list[Path]
    check: CodeCheck
    settings: Settings | None
    left: dict[tuple[str, str], Unedited] = field(default_factory=dict)
    sources: Sources = field(default_factory=Sources)
    writers: tuple[CodeWriter, ...] = ()
    places: dict[str, dict[str, Place]] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    terraform: Callable[[Task], Edits] = field(init=False)
    templates: Templates = field(init=False)

    def __post_init__(self) -> None:
        self.terraform, self.templates = self._terraform(), Templates(self.sources)
        for (path, address), place in self.check.code.places.items():
            self.places.setdefault(path, {})[address] = place
        self.shown = {each.key: str(each.place) for each in self.check.code.resources}

    def members(self, failing: Sequence[Failing]) -> list[tuple[_Member, ...]]:
        """What fails and has a fix that edits, by the block of code that makes it."""
        code = self.check.code
        self.writers = code_writers({service_of(type(each.resource)) for each in failing})
        positions = {id(each): number for number, each in enumerate(code.resources)}
        found: dict[str, list[_Member]] = {}
        for each in failing:
            removing = [one for one in each.fixes if _removes(one, each.resource)]
            self.note(left(one.rule, each.resource, _REMOVAL) for one in removing)
            composed = compose(each.resource, [one for one in each.fixes if one not in removing])
            self.note(composed.left)
            if composed.used:
                position = positions[id(each.resource)]
                member = _Member(each.resource, code.blocks[position], code.kinds[position], composed.used)
                found.setdefault(str(each.resource.place), []).append(member)
        return [tuple(each) for each in found.values()]

    def started(self, members: tuple[_Member, ...]) -> _Unit | None:
        """The edits for all of their fixes, or for those that can be made; the others are left."""
        rules = tuple(dict.fromkeys(fix.rule.id for each in members for fix in each.fixes))
        unit, why = self._made(members, rules)
        if unit is None and len(rules) > 1:
            return self._one_by_one(members, rules, lambda _: "")
        if unit is None:
            self._leave(members, rules, why)
        return unit

    def _one_by_one(
        self, members: tuple[_Member, ...], rules: Sequence[str], wrong: Callable[[_Unit], str]
    ) -> _Unit | None:
        """As many fixes as go together, in their order; the others are left."""
        best: _Unit | None = None
        for rule in rules:
            unit, why = self._made(members, (*(best.rules if best else ()), rule))
            why = wrong(unit) if unit else why
            if unit is None or why:
                self._leave(members, [rule], why)
            else:
                best = unit
        return best

    def _made(self, members: tuple[_Member, ...], rules: tuple[str, ...]) -> tuple[_Unit | None, str]:
        """The edits for the fixes of some rules; none, and why, where they cannot be made."""
        tasks, fixes, edits = [], [], []
        try:
            for each in members:
                composed = compose(each.resource, [one for one in each.fixes if one.rule.id in rules])
                if composed.after is None or not composed.used:
                    continue
                in_template = each.kind.kind in _TEMPLATES
                writer = self._writer(each, composed.after)
                task = Task(
                    resource=each.resource, after=composed.after, block=each.block, writer=writer,
                    places=self.places.get(each.kind.path, {}),
                )  # fmt: skip
                edits.append(template_edits(task, self.templates) if in_template else self.terraform(task))
                tasks.append(task)
                fixes.append(composed.used)
        except (Refused, Unwritable, Unknown) as wrong:
            return None, str(wrong)
        except (LookupError, TypeError, ValueError, AttributeError) as wrong:
            return None, f"it cannot be written as code: {type(wrong).__name__}: {wrong}"
        return _Unit(members, rules, tuple(tasks), tuple(fixes), tuple(edits)), ""

    def _writer(self, member: _Member, after: Resource) -> CodeWriter:
        """What writes a resource in the language that it comes from; raises ``Refused``."""
        kind = member.kind.kind
        if kind in _NO_SOURCE:
            raise Refused(_NO_SOURCE[kind])
        writer = writer_for(self.writers, after, terraform=kind not in _TEMPLATES)
        if writer is None:
            raise Refused(f"{after.cfn_type} is not written as code")
        return writer

    def _leave(self, members: Iterable[_Member], rules: Collection[str], why: str) -> None:
        for each in members:
            self.note(left(fix.rule, each.resource, why) for fix in each.fixes if fix.rule.id in rules)

    def note(self, found: Iterable[Left]) -> None:
        """Keep what is left; what is said last of a failure counts."""
        for each in found:
            place = self.shown.get(each.resource, "")
            fixable = each.rule in self.check.catalog.fixes
            self.left[each.rule, each.resource] = Unedited(each.rule, each.resource, place, each.why, fixable)

    def _terraform(self) -> Callable[[Task], Edits]:
        files: list[TerraformFiles] = []

        def edits(task: Task) -> Edits:
            if not files:
                from bartizan.iac.hcl.syntax import hcl_parser  # noqa: PLC0415 - only wanted where there are such files

                parser: Parser = hcl_parser()
                files.append(TerraformFiles(self.sources, parser))
            return terraform_edits(task, files[0])

        return edits

    def settled(self, kept: list[_Unit], units: list[_Unit]) -> list[_Unit]:
        """The units, of those that are added to some, that do what they should; the others are left, with the reason.

        All are tried at once, and then halves, since most of the time nothing is wrong.
        """
        if not units:
            return kept
        wrong = self._wrong(kept + units)
        if not wrong:
            return kept + units
        if len(units) == 1:
            (unit,) = units
            if len(unit.rules) > 1:
                best = self._one_by_one(unit.members, unit.rules, lambda each: self._wrong([*kept, each]))
                return [*kept, best] if best else kept
            self._leave(unit.members, unit.rules, wrong)
            return kept
        middle = len(units) // 2
        return self.settled(self.settled(kept, units[:middle]), units[middle:])

    def _wrong(self, units: Sequence[_Unit]) -> str:
        """Why these edits together do not do what they should, or do more; empty where they are right."""
        try:
            texts = {path: after for path, _, after in self._texts(units)}
            code = read_code(self.paths, CodeReaders(), {path.resolve(): as_read(each) for path, each in texts.items()})
        except (InputError, Refused) as wrong:
            return f"the edited code would be wrong: {wrong}" if isinstance(wrong, InputError) else str(wrong)
        tasks = [each for unit in units for each in unit.tasks]
        added = {address for unit in units for edits in unit.edits for address in edits.added}
        return _differs(self.check.code, code, tasks, added) or self._fails(code, units)

    def _texts(self, units: Sequence[_Unit]) -> Iterator[tuple[Path, str, str]]:
        """Each file that is edited, as it is and as it would be."""
        splices: defaultdict[Path, list[Splice]] = defaultdict(list)
        for unit in units:
            for edits in unit.edits:
                for path, found in edits.splices.items():
                    # The instances of a block ask for the same; one resource may add the same text twice.
                    splices[path] += [each for each in found if each not in splices[path]]
        for path, found in splices.items():
            text = self.sources.text(path)
            yield path, text, spliced(text, found)

    def _fails(self, code: Code, units: Sequence[_Unit]) -> str:
        judged = self._judged(code)
        passed = {
            (each.rule.id, _key(resource))
            for each in judged.evaluation.verdicts
            for _, resource in each.those(Status.PASS)
        }
        for unit in units:
            for task, fixes in zip(unit.tasks, unit.fixes, strict=True):
                for fix in fixes:
                    if (fix.rule.id, _key(task.resource)) not in passed:
                        return f"the edited code would not pass {fix.rule.id}"
        return ""

    def _judged(self, code: Code) -> CodeCheck:
        return judge(
            code, lambda _: self.check.catalog, self.settings, started=dt.datetime.now(dt.UTC), clock=time.monotonic()
        )

    def proposal(self, kept: Sequence[_Unit]) -> Proposal:
        """What comes of the units that were kept."""
        files = tuple(
            Edited(path, self.sources.whole(path, before), self.sources.whole(path, after))
            for path, before, after in self._texts(kept)
            if before != after
        )
        done = tuple(
            Done(task.resource, fix)
            for unit in kept
            for task, fixes in zip(unit.tasks, unit.fixes, strict=True)
            for fix in fixes
        )
        settled = {(each.fix.rule.id, each.resource.key) for each in done}
        left = tuple(each for which, each in self.left.items() if which not in settled)
        return Proposal(check=self.check, files=files, done=done, left=left)


def _removes(fix: Fix, resource: Resource) -> bool:
    try:
        return fix.change(resource) is None
    except Unknown:
        return False


_Key = tuple[type[Resource], str, str]


def _key(resource: Resource) -> _Key:
    return type(resource), resource.address, resource.place.path if resource.place else ""


def _differs(before: Code, after: Code, tasks: Sequence[Task], added: Collection[str]) -> str:
    """What is another in the code as edited that should not be; empty where nothing is."""
    was, now = _by_key(before.resources), _by_key(after.resources)
    expected = {_key(each.resource): each for each in tasks}
    for key, found in was.items():
        if len(now.get(key, ())) != len(found):
            return f"{key[1]} would not be there any more"
    for key, found in now.items():
        if key not in was:
            if key[1].rpartition("module.")[2] not in added and key[1] not in added:
                return f"there would be another {key[1]}"
            continue
        for old, new in zip(was[key], found, strict=True):
            changed = expected[key].changed if key in expected else frozenset()
            if others := sorted(name for name in _facts(old, new) if name not in changed):
                return f"{', '.join(others)} of {key[1]} would be others too"
    return ""


def _facts(old: Resource, new: Resource) -> Iterator[str]:
    """The fields that two readings of a resource tell differently."""
    before, after = old.known(), new.known()
    for name in {**before, **after}:
        if name not in BASE_DEFAULTS and (name not in before or name not in after or before[name] != after[name]):
            yield name


def _by_key(resources: Iterable[Resource]) -> dict[_Key, list[Resource]]:
    found: dict[_Key, list[Resource]] = {}
    for each in resources:
        found.setdefault(_key(each), []).append(each)
    return found
