"""Edits of files of Terraform's own language: a resource's block, those of its parts, and the documents they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from bartizan.iac.edit.changes import Refused, Splice, line_end, newline_of
from bartizan.iac.edit.hcl import Elsewhere, agrees, edited
from bartizan.iac.edit.nodes import of_type
from bartizan.iac.edit.references import owning, referring
from bartizan.iac.edit.source import Sources
from bartizan.iac.edit.task import Parts, Task, Wanted, wanted
from bartizan.iac.hcl.folder import code_files
from bartizan.iac.hcl.syntax import said
from bartizan.iac.write.hcl import Raw
from bartizan.iac.write.hcl import block as written_block
from bartizan.model import Place, Unknown
from bartizan.resources.writing import Attributes, Declaration, Nested

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_LOOPS: Mapping[str, str] = MappingProxyType({"count": "[count.index]", "for_each": "[each.key]"})
"""What makes several instances of a block, and how one of them names its own among those of another."""

_REPLACED = "_configuration"


@dataclass(slots=True)
class Edits:
    """Splices by file, and the addresses of resources that are new."""

    splices: dict[Path, list[Splice]] = field(default_factory=dict)
    added: set[str] = field(default_factory=set)

    def put(self, path: Path, splice: Splice) -> None:
        """Add a splice of a file."""
        self.splices.setdefault(path, []).append(splice)


@dataclass(frozen=True, slots=True)
class Found:
    """A block at the top of a file: its kind and labels, and where it begins and ends in the text.

    ``loop`` is what makes several instances of it, with its expression.
    """

    path: Path
    labels: tuple[str, ...]
    start: int
    end: int
    line: int
    text: str
    attributes: frozenset[str]
    blocks: frozenset[str]
    loop: tuple[str, str] | None = None

    @property
    def own(self) -> str:
        """What a part of it calls it: the instance that the part is for, where there are several."""
        return ".".join(self.labels[1:]) + (_LOOPS[self.loop[0]] if self.loop else "")


@dataclass(slots=True)
class TerraformFiles:
    """The blocks of files that were asked for."""

    sources: Sources
    parser: Parser
    read: dict[Path, list[Found]] = field(default_factory=dict)

    def blocks(self, path: Path) -> list[Found]:
        """The blocks at the top of a file."""
        if path not in self.read:
            if path.name.endswith(".json"):
                raise Refused("it is written as JSON, which Terraform is read from but not edited in")
            self.read[path] = list(_blocks(path, self.sources.text(path), self.parser))
        return self.read[path]

    def at(self, place: Place) -> Found:
        """The block that begins at a place."""
        path = Path(place.path)
        found = next((each for each in self.blocks(path) if each.line == place.line), None)
        if found is None:
            raise Refused(f"there is no block at {place}")
        return found

    def labelled(self, folder: Path, labels: tuple[str, ...]) -> Found | None:
        """The block of these labels in a folder."""
        files = [each for each in code_files(folder) if each.suffix == ".tf"]
        return next((one for each in files for one in self.blocks(each) if one.labels == labels), None)

    def mentions(self, found: Found) -> bool:
        """Whether anything in the folder of a resource's block refers to it."""
        name = ".".join(found.labels[1:])
        for each in code_files(found.path.parent):
            text = self.sources.text(each)
            outside = text[: found.start] + text[found.end :] if each == found.path else text
            if name in outside:
                return True
        return False


def _blocks(path: Path, text: str, parser: Parser) -> Iterator[Found]:
    data = text.encode()
    root = parser.parse(data).root_node
    body = of_type(root, "body")

    def offset(at: int) -> int:
        return at if len(data) == len(text) else len(data[:at].decode())

    for each in body.children if body is not None else ():
        if each.type == "block":
            start, end = offset(each.start_byte), offset(each.end_byte)
            names = tuple(said(child) for child in each.children if child.type in {"identifier", "string_lit"})
            inside = of_type(each, "body")
            present = inside.children if inside is not None else []
            yield Found(
                path, names, start, end, each.start_point[0] + 1, text[start:end],
                frozenset(_names(present, "attribute")), frozenset(_names(present, "block")), _loop(present),
            )  # fmt: skip


def _loop(nodes: list[Node]) -> tuple[str, str] | None:
    for each in nodes:
        if each.type == "attribute" and said(each.children[0]) in _LOOPS:
            return said(each.children[0]), (each.children[-1].text or b"").decode()
    return None


def _names(nodes: list[Node], kind: str) -> Iterator[str]:
    return (said(each.children[0]) for each in nodes if each.type == kind)


def terraform_edits(task: Task, files: TerraformFiles) -> Edits:
    """The edits that make a resource's code say what it should; raises ``Refused``, ``Unknown`` and ``Unwritable``."""
    place = task.resource.place
    if place is None:
        raise Refused("it does not come from code")
    found = files.at(place)
    return _Edit(replace(task, own=found.own), files, found).all()


@dataclass(slots=True)
class _Edit:
    """The edits for one resource, whose own block is ``found``."""

    task: Task
    files: TerraformFiles
    found: Found
    edits: Edits = field(default_factory=Edits)
    elsewhere: list[tuple[Path, Elsewhere]] = field(default_factory=list)
    text: str = ""

    def all(self) -> Edits:
        """All of them."""
        self.text = self.found.text
        own, parts = wanted(self.task)
        if own:
            if own.code_type != self.found.labels[1] and (own.attributes or own.was):
                raise Refused(f"its fix is written for {own.code_type}, and this is {self.found.labels[1]}")
            self._own(own.was, own.attributes)
        for each in parts:
            self._parts(each)
        if self.text != self.found.text:
            self.edits.put(self.found.path, Splice(self.found.start, self.found.end, self.text))
        for folder, document in self.elsewhere:
            self._document(folder, document)
        return self.edits

    def _own(self, was: Attributes, attributes: Attributes) -> None:
        self.text = self._edited(self.text, was, attributes, self.found)

    def _edited(self, text: str, was: Attributes, attributes: Attributes, found: Found) -> str:
        elsewhere: list[Elsewhere] = []
        made = edited(text, was, attributes, self.files.parser, elsewhere)
        self.elsewhere += [(found.path.parent, each) for each in elsewhere]
        return made

    def _parts(self, parts: Parts) -> None:
        own_type = self.found.labels[1]
        name = parts.code_type.removeprefix(f"{own_type}_")
        first = parts.after[0].attributes if parts.after else {}
        was = parts.before[0] if parts.before else {}
        if parts.code_type == own_type:
            if not parts.after:
                raise Refused("its fix is to take it out of the code, which is yours to do")
            self._own(was, first)
            return
        if len(parts.after) < 2 and name in self.found.attributes and name in {**was, **first}:
            self._own(was, first or {name: None})
            return
        inline = {name, name.removesuffix(_REPLACED)} & (self.found.blocks | self.found.attributes)
        if inline:
            raise Refused(f"it sets {min(inline)} itself; the provider has {parts.code_type} for that since version 4")
        existing = self._existing(parts.code_type)
        for old, new in parts.steps(
            len(existing), lambda position, each: agrees(existing[position].text, each, self.files.parser)
        ):
            if old is None and new is not None:
                self._append(new)
            elif old is not None and new is None:
                self._remove(existing[old])
            elif old is not None and new is not None:
                self._change(existing[old], new)

    def _existing(self, code_type: str) -> list[Found]:
        try:
            found = self.task.block.parts(code_type)
        except Unknown as unknown:
            raise Refused(str(unknown)) from None
        return [self.files.at(self.task.place(each.what)) for each in found]

    def _change(self, found: Found, each: Wanted) -> None:
        text = self._edited(found.text, each.was, each.attributes, found)
        if text != found.text:
            self.edits.put(found.path, Splice(found.start, found.end, text))

    def _remove(self, found: Found) -> None:
        if self.files.mentions(found):
            raise Refused(f"{'.'.join(found.labels[1:])} is to be removed, and other code refers to it")
        text = self.files.sources.text(found.path)
        end = line_end(text, found.end)
        if text[found.end : end].strip():
            raise Refused(f"{'.'.join(found.labels[1:])} is to be removed, and shares its line")
        following = text.find("\n", end)
        end = len(text) if following < 0 else following + 1
        if text[end : line_end(text, end)].strip() == "" and end < len(text):
            end = text.find("\n", end) + 1 or len(text)
        self.edits.put(found.path, Splice(found.start, end, ""))

    def _append(self, each: Wanted) -> None:
        loop = self.found.loop
        label = self.found.labels[2]
        name, number = label, 2
        while self.files.labelled(self.found.path.parent, ("resource", each.code_type, name)):
            name, number = f"{label}_{number}", number + 1
        while f"{each.code_type}.{name}" in self.edits.added:
            name, number = f"{label}_{number}", number + 1
        self.edits.added.add(f"{each.code_type}.{name}")
        given = {name: value for name, value in {**each.refers, **each.attributes}.items() if value is not None}
        # As many as there are of the resource, each for its own.
        attributes: Mapping[str, Any] = referring(owning(given, self.found.own))
        if loop:
            attributes = {loop[0]: Raw(loop[1]), **attributes}
        text = self.files.sources.text(self.found.path)
        newline = newline_of(text)
        written = written_block(Declaration(each.code_type, each.code_type, attributes), name)
        end = line_end(text, self.found.end)
        self.edits.put(self.found.path, Splice(end, end, f"\n\n{written}".replace("\n", newline)))

    def _document(self, folder: Path, each: Elsewhere) -> None:
        found = self.files.labelled(folder, ("data", "aws_iam_policy_document", each.document))
        if found is None:
            raise Refused(f"there is no data.aws_iam_policy_document.{each.document}")
        if found.loop:
            raise Refused(f"data.aws_iam_policy_document.{each.document} has a count or for_each")
        self._change(
            found, Wanted("", {"statement": _statements(each.was)}, {"statement": _statements(each.wanted)}, {})
        )


_LISTS = {
    "Action": "actions",
    "NotAction": "not_actions",
    "Resource": "resources",
    "NotResource": "not_resources",
}


def _statements(document: Any) -> list[Nested]:
    """The statements of a policy as the blocks of a document."""
    given = document.get("Statement", []) if isinstance(document, Mapping) else []
    return [Nested(_statement(each)) for each in (given if isinstance(given, list) else [given])]


def _statement(statement: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"sid": statement["Sid"]} if statement.get("Sid") else {}
    made["effect"] = statement.get("Effect")
    for name, attribute in _LISTS.items():
        if name in statement:
            made[attribute] = _listed(statement[name])
    for name, attribute in (("Principal", "principals"), ("NotPrincipal", "not_principals")):
        who = statement.get(name)
        groups = {"*": "*"} if who == "*" else who or {}
        if groups:
            made[attribute] = [Nested({"type": kind, "identifiers": _listed(each)}) for kind, each in groups.items()]
    tests = [
        Nested({"test": operator, "variable": key, "values": _listed(values)})
        for operator, keys in (statement.get("Condition") or {}).items()
        for key, values in keys.items()
    ]
    return made | ({"condition": tests} if tests else {})


def _listed(value: Any) -> list[Any]:
    found = value if isinstance(value, list) else [value]
    return [str(each).lower() if isinstance(each, bool) else each for each in found]
