"""Rules: pure functions that judge one resource, and fixes: pure functions that say how it should be.

::

    @rule(
        "medium",
        passes=[Queue(sse_managed=True), Queue(sse_managed=False, kms_key_id="alias/app")],
        fails=[Queue(sse_managed=False)],
    )
    def unencrypted_queue(queue: Queue) -> Problems:
        '''SQS queue stores messages unencrypted.

        ## Why it matters
        ...

        ## How to fix
        ...
        '''
        if not (queue.sse_managed or queue.kms_key_id):
            yield "neither SSE-SQS nor a KMS key is set"

    @unencrypted_queue.fix
    def enable_sse(queue: Queue) -> Queue:
        return replace(queue, sse_managed=True)

The id comes from module and function (``sqs.unencrypted-queue``), the type of resource from the annotation. There is no
registry: the catalog walks the modules and gathers the ``Rule`` and ``Fix`` values that it finds there.
"""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from bartizan.model.errors import DeclarationError
from bartizan.model.finding import Severity
from bartizan.model.resource import Resource
from bartizan.model.world import World

_WITHIN_NAME = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
"""Where a new word begins in the name of a class."""

Problems = Iterator[str]
"""What a rule yields: a sentence for each thing that is wrong. Nothing yielded is a pass."""

Check = Callable[..., Problems]
Change = Callable[[Any], Resource | None]
Sample = Resource | tuple[Resource, ...]
"""A resource that shows what a rule means; in a tuple, the first is judged and the others are the world around it."""


@dataclass(frozen=True, slots=True)
class Doc:
    """The parts of a rule's docstring."""

    title: str
    why: str
    how_to_fix: str
    references: tuple[str, ...]
    parameters: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str, owner: str) -> Doc:
        """Split a docstring at its ``##`` headings; raises ``DeclarationError`` where a part is missing."""
        head, *parts = inspect.cleandoc(text).split("\n## ")
        sections = {}
        for part in parts:
            heading, _, body = part.partition("\n")
            sections[heading.strip()] = body.strip()
        missing = [name for name in ("Why it matters", "How to fix") if not sections.get(name)]
        strange = sorted(set(sections) - {"Why it matters", "How to fix", "Parameters", "References"})
        if not head.strip() or missing or strange:
            wrong = [*(f"lacks '## {name}'" for name in missing), *(f"has an unknown '## {name}'" for name in strange)]
            raise DeclarationError(f"the docstring of {owner} {' and '.join(wrong) or 'has no title'}")
        references = tuple(
            line.lstrip("- ").strip() for line in sections.get("References", "").splitlines() if line.strip()
        )
        title = " ".join(head.split()).rstrip(".")
        parameters = dict(_described(line) for line in sections.get("Parameters", "").splitlines() if line.strip())
        return cls(title, sections["Why it matters"], sections["How to fix"], references, parameters)


def _described(line: str) -> tuple[str, str]:
    name, _, what = line.lstrip("- ").partition(":")
    return name.strip().strip("`"), what.strip()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rule:
    """A check: what it judges, how, what it means, and the samples that show and test it.

    ``reads`` are the types that it asks the world about; ``uses_world`` whether it takes the world as second argument.
    ``advice``: whether what it yields takes judgement and is no failure. ``organization``: whether it asks about all
    accounts of an organization together, so that the scan of a single one cannot answer it. ``parameters`` are the
    values of its keyword-only arguments, which a configuration may change. ``fields`` are the fields that it reads, by
    type, where that is known without running it.
    """

    id: str
    severity: Severity
    resource: type[Resource]
    check: Check
    doc: Doc
    uses_world: bool = False
    reads: tuple[type[Resource], ...] = ()
    passes: Sequence[Sample] = ()
    fails: Sequence[Sample] = ()
    advice: bool = False
    organization: bool = False
    parameters: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[type[Resource], frozenset[str]] | None = None

    def given(self, values: Mapping[str, Any]) -> Rule:
        """The same rule with other values of its parameters; raises ``DeclarationError`` for one that there is not."""
        strange = sorted(set(values) - set(self.parameters))
        if strange:
            raise DeclarationError(f"{self.id} has no parameter {', '.join(strange)}")
        return replace(self, check=partial(self.check, **values), parameters={**self.parameters, **values})

    @property
    def service(self) -> str:
        """The service it belongs to, which is the first part of its id."""
        return self.id.partition(".")[0]

    @property
    def title(self) -> str:
        """One line that says what is wrong where it fails."""
        return self.doc.title

    def fix(self, change: Change) -> Fix:
        """Decorate a function that gives the resource as it should be, or ``None`` to delete it."""
        return Fix(rule=self, change=change, what=_first_line(change))

    def risky_fix(self, breaks: str) -> Callable[[Change], Fix]:
        """As ``fix``, for a change that may break something; ``breaks`` says what."""
        return lambda change: Fix(rule=self, change=change, what=_first_line(change), breaks=breaks)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fix:
    """How a resource that fails a rule should be.

    ``breaks`` says what may stop working; empty means that the change is safe. ``what`` is the change in words.
    """

    rule: Rule
    change: Change
    what: str
    breaks: str = ""

    def given(self, rule: Rule) -> Fix:
        """The same fix for the rule with other values of its parameters, as far as the change takes them."""
        taken = inspect.signature(self.change).parameters
        values = {name: value for name, value in rule.parameters.items() if name in taken}
        return replace(self, rule=rule, change=partial(self.change, **values) if values else self.change)


def rule(  # noqa: PLR0913 - each says one thing of a rule
    severity: str,
    *,
    passes: Sequence[Sample] = (),
    fails: Sequence[Sample] = (),
    reads: Sequence[type[Resource]] = (),
    advice: bool = False,
    organization: bool = False,
) -> Callable[[Check], Rule]:
    """Make a function a rule.

    The function takes a resource, annotated with its type, and as a second argument the world if it asks about other
    resources, whose types ``reads`` must name; with ``organization`` it is that of all accounts together. Keyword-only
    arguments with a default are parameters that users may change; each is described under ``## Parameters``. Raises
    ``DeclarationError`` where the declaration does not hold.
    """

    def decorate(check: Check) -> Rule:
        owner = f"{check.__module__}.{check.__name__}"
        kind, uses_world, parameters = _signature(check, owner)
        weight = Severity.parse(severity)
        doc = Doc.parse(check.__doc__ or "", owner)
        if set(doc.parameters) != set(parameters):
            raise DeclarationError(f"the docstring of {owner} must describe its parameters, and no others")
        if bool(reads) != uses_world:
            raise DeclarationError(f"{owner}: a rule that takes the world names what it reads, and only such a rule")
        return Rule(
            id=f"{_service(check.__module__)}.{check.__name__.replace('_', '-')}",
            severity=weight,
            resource=kind,
            check=check,
            doc=doc,
            uses_world=uses_world,
            reads=tuple(reads),
            passes=tuple(passes),
            fails=tuple(fails),
            advice=advice,
            organization=organization,
            parameters=parameters,
        )

    return decorate


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Family:
    """A check that asks the same of several types; ``of`` makes the rule for one, in the module of its service."""

    severity: str
    check: Check
    passes: Callable[[type[Any]], Sequence[Sample]]
    fails: Callable[[type[Any]], Sequence[Sample]]
    reads: tuple[type[Resource], ...] = ()
    advice: bool = False
    organization: bool = False

    def of(self, kind: type[Resource], thing: str) -> Rule:
        """The rule for a type, which people call ``thing``; its id is made of the type's service and name.

        Raises ``DeclarationError`` as ``rule`` does.
        """
        made = rule(
            self.severity,
            passes=self.passes(kind),
            fails=self.fails(kind),
            reads=self.reads,
            advice=self.advice,
            organization=self.organization,
        )(self.check)
        text = inspect.cleandoc(self.check.__doc__ or "").replace("{thing}", thing)
        name = f"{_WITHIN_NAME.sub('-', kind.__name__).lower()}-{self.check.__name__.replace('_', '-')}"
        return replace(
            made,
            id=f"{_service(kind.__module__)}.{name}",
            resource=kind,
            doc=Doc.parse(text, f"{self.check.__module__}.{self.check.__name__}"),
        )


def family(  # noqa: PLR0913 - as rule
    severity: str,
    *,
    passes: Callable[[type[Any]], Sequence[Sample]],
    fails: Callable[[type[Any]], Sequence[Sample]],
    reads: Sequence[type[Resource]] = (),
    advice: bool = False,
    organization: bool = False,
) -> Callable[[Check], Family]:
    """Make a function a check of several types, for what is the same whatever the type.

    ``{thing}`` in its docstring stands for what people call a type; ``passes`` and ``fails`` make the samples of one.
    """
    return lambda check: Family(
        severity=severity,
        check=check,
        passes=passes,
        fails=fails,
        reads=tuple(reads),
        advice=advice,
        organization=organization,
    )


def _signature(check: Check, owner: str) -> tuple[type[Resource], bool, dict[str, Any]]:
    hints = typing.get_type_hints(check)
    arguments = inspect.signature(check).parameters
    parameters = {name: each.default for name, each in arguments.items() if each.kind is each.KEYWORD_ONLY}
    if any(not isinstance(each, (int, str, tuple)) for each in parameters.values()):
        raise DeclarationError(f"{owner}: a parameter has a default, which is a number, a text or a tuple of texts")
    names = [name for name in arguments if name not in parameters]
    kind = hints.get(names[0]) if names else None
    if not (isinstance(kind, type) and issubclass(kind, Resource)):
        raise DeclarationError(f"{owner} must annotate its first argument with the resource type that it judges")
    if len(names) > 2 or (len(names) == 2 and hints.get(names[1]) is not World):
        raise DeclarationError(f"{owner} takes a resource and, at most, the World")
    return kind, len(names) == 2, parameters


def _service(module: str) -> str:
    parts = module.split(".")
    own = parts[:2] in (["bartizan", "rules"], ["bartizan", "resources"])
    name = parts[2] if own and len(parts) > 2 else parts[-1]
    return name.rstrip("_")  # lambda_, since the module cannot be called as Python's keyword


def _first_line(change: Change) -> str:
    text = inspect.cleandoc(change.__doc__ or "")
    if not text:
        raise DeclarationError(f"{change.__module__}.{change.__name__} needs a docstring that says what it changes")
    return text.partition("\n\n")[0].replace("\n", " ").rstrip(".")


def judged(sample: Sample) -> tuple[Resource, Iterable[Resource]]:
    """The resource of a sample that is judged, and the world around it (itself included)."""
    if isinstance(sample, tuple):
        return sample[0], sample
    return sample, (sample,)
