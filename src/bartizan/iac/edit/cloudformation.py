"""Edits of CloudFormation templates: a resource's properties, and those of the resources that hold parts of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bartizan.iac.edit.changes import Refused
from bartizan.iac.edit.references import calling
from bartizan.iac.edit.source import Sources
from bartizan.iac.edit.task import Parts, Task, Wanted, wanted
from bartizan.iac.edit.template import ParsedTemplate, TemplateEditor
from bartizan.iac.edit.terraform import Edits
from bartizan.iac.write.yaml_ import plain_of
from bartizan.model import Unknown


@dataclass(slots=True)
class Templates:
    """The templates that were asked for, each parsed once."""

    sources: Sources
    parsed: dict[Path, ParsedTemplate] = field(default_factory=dict)

    def of(self, path: Path) -> ParsedTemplate:
        """The template of a file."""
        if path not in self.parsed:
            self.parsed[path] = ParsedTemplate.of(self.sources.text(path))
        return self.parsed[path]


def template_edits(task: Task, templates: Templates) -> Edits:
    """The edits that make a template say what a resource should be.

    Raises ``Refused``, ``Unknown`` and ``Unwritable``.
    """
    place = task.resource.place
    if place is None:
        raise Refused("it does not come from code")
    path = Path(place.path)
    editor = TemplateEditor(templates.of(path))
    edits = Edits()
    _Edit(task, editor, edits).all()
    edits.splices[path] = editor.splices
    return edits


@dataclass(frozen=True, slots=True)
class _Edit:
    task: Task
    editor: TemplateEditor
    edits: Edits

    def all(self) -> None:
        """All that is to change."""
        name = self.task.block.what
        kind = self.editor.type_of(name)
        if not kind:
            raise Refused("it is made of something else in the file, which its fix does not know")
        own, parts = wanted(self.task)
        if own and (own.attributes or own.was):
            if own.code_type != kind:
                raise Refused(f"its fix is written for {own.code_type}, and this is {kind}")
            self.editor.edit(name, self._plain(own.was), self._plain(own.attributes))
        for each in parts:
            if each.code_type == kind:
                if not each.after:
                    raise Refused("its fix is to take it out of the code, which is yours to do")
                was = each.before[0] if each.before else {}
                self.editor.edit(name, self._plain(was), self._plain(each.after[0].attributes))
            else:
                self._parts(each)

    def _parts(self, parts: Parts) -> None:
        existing = self._existing(parts.code_type)
        for old, new in parts.steps(
            len(existing), lambda position, each: self.editor.agrees(existing[position], self._plain(each))
        ):
            if old is None and new is not None:
                self._append(new)
            elif old is not None and new is None:
                name = existing[old]
                if self.editor.mentions(name):
                    raise Refused(f"{name} is to be removed, and other code refers to it")
                self.editor.remove(name)
            elif old is not None and new is not None:
                self.editor.edit(existing[old], self._plain(new.was), self._plain(new.attributes))

    def _existing(self, code_type: str) -> list[str]:
        try:
            return [each.what for each in self.task.block.parts(code_type)]
        except Unknown as unknown:
            raise Refused(str(unknown)) from None

    def _append(self, each: Wanted) -> None:
        own = self.task.block.what
        wanted_name = f"{own}{each.code_type.rpartition('::')[2]}"
        name, number = wanted_name, 2
        while name in self.editor.names | self.edits.added:
            name, number = f"{wanted_name}{number}", number + 1
        self.edits.added.add(name)
        given = {**each.refers, **each.attributes}
        entry: dict[str, Any] = {"Type": each.code_type}
        if condition := self.editor.condition_of(own):
            entry["Condition"] = condition
        self.editor.add(own, name, {**entry, "Properties": self._plain(given)})

    def _plain(self, attributes: Mapping[str, Any]) -> dict[str, Any]:
        owner = self.task.block.what
        return {name: None if each is None else calling(plain_of(each, owner)) for name, each in attributes.items()}
