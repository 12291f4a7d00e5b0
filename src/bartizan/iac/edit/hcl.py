"""Edits of a block of Terraform's own language, by the places of what stands in it.

What is written as a value is replaced, what refers to something else is not: ``Refused`` says what stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bartizan.iac.edit.align import aligned
from bartizan.iac.edit.changes import (
    Refused,
    Splice,
    blocks_of,
    indentation,
    line_end,
    line_start,
    matched,
    newline_of,
    spliced,
    steps,
    without,
)
from bartizan.iac.edit.nodes import Tree, of_type
from bartizan.iac.edit.references import referring
from bartizan.iac.hcl.syntax import said, shown
from bartizan.iac.write.hcl import body as written_body
from bartizan.iac.write.hcl import expression as written_expression
from bartizan.resources.writing import Attributes, Json, Nested

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_DOCUMENT = re.compile(r"data\.aws_iam_policy_document\.([\w-]+)\.json")
_META = frozenset({"count", "depends_on", "for_each", "provider"})


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A policy that another block makes: the name of its ``aws_iam_policy_document``, as it is and as wanted."""

    document: str
    was: Any
    wanted: Any


def edited(text: str, was: Attributes, wanted: Attributes, parser: Parser, elsewhere: list[Elsewhere]) -> str:
    """The text of a block with its attributes as wanted; ``was`` are those that it stands for now, as far as known.

    Only attributes that ``wanted`` names are touched; one that is None there goes. What is to change in another block
    is added to ``elsewhere``. Raises ``Refused``.
    """
    tree = Tree(text, parser)
    block = tree.block()
    own = ".".join(said(each) for each in block.children if each.type == "string_lit")
    editor = _Editor(tree, own, elsewhere)
    editor.body(block, was, wanted)
    made = spliced(text, editor.splices)
    return aligned(made, parser) if aligned(text, parser) == text else made


def agrees(text: str, attributes: Attributes, parser: Parser) -> bool:
    """Whether a block says what these attributes do, as far as it is written as values; it must say some of it."""
    tree = Tree(text, parser)
    return _Editor(tree, "", []).agrees(tree.block(), attributes)


@dataclass(slots=True)
class _Editor:
    """Collects the splices of one block; ``own`` is its address."""

    tree: Tree
    own: str
    elsewhere: list[Elsewhere]
    splices: list[Splice] = field(default_factory=list)
    removed: set[int] = field(default_factory=set)

    def body(self, block: Node, was: Attributes, wanted: Attributes) -> None:
        """Make the body of a block say what is wanted."""
        new: list[tuple[str, Any]] = []
        inside = of_type(block, "body")
        present = inside.children if inside is not None else []
        attributes = {said(each.children[0]): each for each in present if each.type == "attribute"}
        for name, value in {**dict.fromkeys(was), **wanted}.items():
            if name in was and repr(was[name]) == repr(value):
                continue
            blocks = [each for each in present if each.type == "block" and said(each.children[0]) == name]
            if any(_is_dynamic(each, name) for each in present):
                raise Refused(f"its {name} come from a dynamic block")
            wanted_blocks = blocks_of(value)
            if blocks or wanted_blocks is not None:
                if name in attributes and not _is_empty(attributes[name]):
                    raise Refused(f"{name} is given as a value, not as a block")
                if name in attributes:
                    self.remove(attributes[name])
                new += [(name, each) for each in self._blocks(blocks, was.get(name), wanted_blocks or [], name)]
            elif name in attributes:
                self._attribute(attributes[name], was.get(name), value)
            elif value is not None:
                new.append((name, value))
        self._insert(block, new)

    def _blocks(self, blocks: list[Node], was: Any, wanted: list[Attributes], name: str) -> Iterator[Nested]:
        """Edit the nested blocks of a name; what comes out is to be added."""
        before = blocks_of(was) or []
        if len(blocks) == len(wanted) == 1:
            self.body(blocks[0], before[0] if len(before) == 1 else {}, wanted[0])
            return
        if blocks and not before:
            raise Refused(f"its {name} blocks cannot be told apart")
        before = before if blocks else []
        which = matched(len(blocks), before, lambda position, each: self.agrees(blocks[position], each))
        if which is None:
            raise Refused(f"its {name} blocks cannot be told apart")
        for step in steps(before, wanted):
            if step.old is None:
                yield Nested(wanted[step.new or 0])
            elif step.new is None:
                self.remove(blocks[which[step.old]])
            else:
                self.body(blocks[which[step.old]], before[step.old], wanted[step.new])

    def agrees(self, block: Node, attributes: Attributes) -> bool:
        """Whether a block says what these attributes do, as far as it is written as values; it must say some of it."""
        inside = of_type(block, "body")
        present = inside.children if inside is not None else []
        said_there = {said(each.children[0]): each.children[-1] for each in present if each.type == "attribute"}
        plain = {name: value for name, value in attributes.items() if value is not None and blocks_of(value) is None}
        compared = [name for name in plain if name in said_there and literal(said_there[name])]
        return bool(compared) and all(
            _flat(self.tree.text_of(said_there[name])) == _flat(written_expression(plain[name], self.own, ""))
            for name in compared
        )

    def _attribute(self, attribute: Node, was: Any, value: Any) -> None:
        if value is None:
            if not literal(attribute.children[-1]):
                raise Refused(f"{shown(attribute)} is not written as a value")
            self.remove(attribute)
        else:
            self._expression(attribute.children[-1], was, value, said(attribute.children[0]))

    def _expression(self, node: Node, was: Any, value: Any, name: str) -> None:
        if repr(was) == repr(value):
            return
        inner = _unwrapped(node)
        if isinstance(value, Json) and inner.type == "function_call" and said(inner.children[0]) == "jsonencode":
            arguments = of_type(inner, "function_arguments")
            given = [each for each in arguments.children if each.type == "expression"] if arguments else []
            if len(given) == 1:
                self._expression(given[0], was.value if isinstance(was, Json) else None, value.value, name)
                return
        if isinstance(value, Json) and (document := _DOCUMENT.fullmatch(shown(node))):
            self.elsewhere.append(Elsewhere(document[1], was.value if isinstance(was, Json) else None, value.value))
            return
        plain = value.attributes if isinstance(value, Nested) else value
        if inner.type == "object" and isinstance(plain, Mapping):
            self._object(inner, was if isinstance(was, Mapping) else {}, plain, name)
        elif inner.type == "tuple" and isinstance(value, list) and self._several(inner, was):
            self._tuple(inner, was, value, name)
        elif not literal(node):
            raise Refused(f"{name} is {shown(node)}")
        else:
            start, end = self.tree.span(node)
            self.splices.append(Splice(start, end, self._written(value, start)))

    def _several(self, node: Node, was: Any) -> bool:
        return isinstance(was, list) and len(was) == sum(each.type == "expression" for each in node.children)

    def _object(self, node: Node, was: Mapping[str, Any], wanted: Mapping[str, Any], name: str) -> None:
        items = [each for each in node.children if each.type == "object_elem"]
        keys = [_key_of(each) for each in items]
        if None in keys:
            raise Refused(f"a key in {name} is worked out")
        new: dict[str, Any] = {}
        for key, value in wanted.items():
            if key not in keys:
                new[key] = value
            elif key not in was or repr(was[key]) != repr(value):
                self._expression(items[keys.index(key)].children[-1], was.get(key), value, name)
        gone = [keys.index(key) for key in was if key not in wanted and key in keys]
        written = ""
        if new:
            text = written_expression(referring(new), self.own, "")
            written = "\n".join(line[2:] for line in text.splitlines()[1:-1])
        self._replace_items(node, items, gone, [written] if new else [], comma=False)

    def _tuple(self, node: Node, was: list[Any], wanted: list[Any], name: str) -> None:
        items = [each for each in node.children if each.type == "expression"]
        new, gone = [], []
        for step in steps(was, wanted):
            if step.old is None:
                new.append(written_expression(referring(wanted[step.new or 0]), self.own, ""))
            elif step.new is None:
                if not literal(items[step.old]):
                    raise Refused(f"{name} has {shown(items[step.old])} in it")
                gone.append(step.old)
            else:
                self._expression(items[step.old], was[step.old], wanted[step.new], name)
        self._replace_items(node, items, gone, new, comma=True)

    def _replace_items(self, node: Node, items: list[Node], gone: list[int], new: list[str], *, comma: bool) -> None:
        """Take items of a list or object out, and add written ones."""
        spans = [self.tree.span(each) for each in items]
        kept = [each for position, each in enumerate(items) if position not in gone]
        self.splices += without(self.tree.text, spans, gone, trailing=True)
        if new:
            self._add_items(node, kept, new, comma=comma, last_gone=bool(items) and len(items) - 1 in gone)

    def _add_items(
        self, holder: Node, items: Sequence[Node], written: list[str], *, comma: bool, last_gone: bool
    ) -> None:
        """Write items behind the last one of a list or object, each on a line, or on the one where all stand."""
        text, newline = self.tree.text, newline_of(self.tree.text)
        start, end = self.tree.span(holder)
        if "\n" not in text[start:end]:
            flat = written if comma else [", ".join(each.split("\n")) for each in written]
            at = self.tree.span(items[-1])[1] if items else start + 1
            lead, close = (", ", "") if items else ("", "") if comma else (" ", " ")
            joined = ", ".join(self._reindented(each, indentation(text, start)) for each in flat)
            self.splices.append(Splice(at, at, lead + joined + close))
            return
        indent = indentation(text, self.tree.span(items[-1])[0]) if items else indentation(text, start) + "  "
        at = start + 1
        if items:
            at = self.tree.span(items[-1])[1]
            behind = [each for each in holder.children if each.type == "," and self.tree.span(each)[0] >= at]
            if behind:
                at = self.tree.span(behind[0])[1]
            elif comma and not last_gone:
                self.splices.append(Splice(at, at, ","))
            at = self.tree.line_end_past_comments(at, within=end - 1)
        for each in written:
            lines = f"{indent}{self._reindented(each, indent)}{',' if comma else ''}"
            self.splices.append(Splice(at, at, newline + lines))
        if text[line_start(text, end) : end - 1].strip():
            self.splices.append(Splice(at, at, newline + indentation(text, start)))

    def _insert(self, block: Node, new: list[tuple[str, Any]]) -> None:
        """Add attributes behind the attributes, and blocks at the end."""
        if not new:
            return
        text, newline = self.tree.text, newline_of(self.tree.text)
        start, end = self.tree.span(block)
        inside = of_type(block, "body")
        present = [each for each in (inside.children if inside is not None else []) if each.id not in self.removed]
        indent = self._inner_indent(block)
        lines = self._lines({name: value for name, value in new if not isinstance(value, Nested)}, indent)
        pieces = [self._lines({name: value}, indent) for name, value in new if isinstance(value, Nested)]
        opening, closing = of_type(block, "block_start"), of_type(block, "block_end")
        if opening is None or closing is None:
            raise Refused("its block cannot be read")
        after_opening, before_closing = self.tree.span(opening)[1], self.tree.span(closing)[0]
        if "\n" not in text[start:end]:
            kept = text[after_opening:before_closing].strip()
            several = [piece for each in pieces for piece in ("", *each)]
            added = lines + (several if kept or lines else several[1:])
            first = text.index(kept, after_opening) if kept else before_closing
            last = first + len(kept)
            if kept:
                self.splices.append(Splice(after_opening, first, newline + indent))
            whole = newline.join(["", *added, indentation(text, start)])
            self.splices.append(Splice(last, before_closing, whole))
            return
        top = self.tree.line_end_past_comments(after_opening)
        if lines:
            anchor = _anchor([each for each in present if each.type == "attribute"], present)
            at = self._after(anchor) if anchor is not None else top
            self.splices.append(Splice(at, at, "".join(newline + each for each in lines)))
        at = self._after(present[-1]) if present else top
        for number, each in enumerate(pieces):
            gap = newline if present or lines or number else ""
            self.splices.append(Splice(at, at, gap + "".join(newline + line for line in each)))

    def _lines(self, attributes: Attributes, indent: str) -> list[str]:
        made = list(written_body(referring(attributes), self.own, ""))
        return [indent + _units(line, indent) if line else "" for line in made]

    def _inner_indent(self, block: Node) -> str:
        inside = of_type(block, "body")
        start, end = self.tree.span(block)
        here = indentation(self.tree.text, start)
        deeper = here + ("\t" if "\t" in here else "  ")
        if inside is None or "\n" not in self.tree.text[start:end]:
            return deeper
        return indentation(self.tree.text, self.tree.span(inside.children[0])[0]) or deeper

    def _after(self, node: Node) -> int:
        return self.tree.line_end_past_comments(self.tree.span(node)[1])

    def remove(self, node: Node) -> None:
        """Take an attribute or block out, with its lines, and one of the empty ones around it."""
        self.removed.add(node.id)
        text = self.tree.text
        start, end = self.tree.span(node)
        first, last = line_start(text, start), self._after(node)
        if text[first:start].strip() or "}" in text[end:last].partition("#")[0]:
            self.splices.append(Splice(start, end, ""))
            return
        following = text.find("\n", last)
        last = len(text) if following < 0 else following + 1
        above = text[:first].rstrip(" \t\r\n")
        between = text[len(above) : first].count("\n")
        empty_below = not text[last : line_end(text, last)].strip() and last < len(text)
        if between > 1 and not text[last : line_end(text, last)].strip(" \t}"):
            first = line_start(text, first - 1)
        elif above.endswith("{") and empty_below:
            last = text.index("\n", last) + 1
        self.splices.append(Splice(first, last, ""))

    def _written(self, value: Any, at: int) -> str:
        return self._reindented(written_expression(referring(value), self.own, ""), indentation(self.tree.text, at))

    def _reindented(self, written: str, indent: str) -> str:
        first, *rest = written.split("\n")
        return newline_of(self.tree.text).join([first, *(indent + _units(line, indent) for line in rest)])


def _flat(text: str) -> str:
    return "".join(text.replace(",", " ").split())


def _is_empty(attribute: Node) -> bool:
    return shown(attribute.children[-1]) == "[]"


def _units(line: str, indent: str) -> str:
    """A line indented by tabs where its surroundings are."""
    depth = len(line) - len(line.lstrip(" "))
    return "\t" * (depth // 2) + line[depth:] if "\t" in indent else line


def _anchor(attributes: list[Node], present: list[Node]) -> Node | None:
    """The attribute behind which new ones go: the last on one line before the first block, but for meta-arguments."""
    blocks = [each.start_byte for each in present if each.type == "block"]
    leading = [each for each in attributes if not blocks or each.start_byte < blocks[0]] or attributes
    short = [each for each in leading if each.start_point[0] == each.end_point[0]]
    own = [each for each in short if said(each.children[0]) not in _META]
    if own:
        return own[-1]
    return short[-1] if short and short == leading else None


def _is_dynamic(node: Node, name: str) -> bool:
    words = [said(each) for each in node.children if each.type in {"identifier", "string_lit"}]
    return node.type == "block" and words[:2] == ["dynamic", name]


def _unwrapped(node: Node) -> Node:
    while node.type in {"expression", "collection_value", "template_expr", "literal_value"} and len(node.children) == 1:
        node = node.children[0]
    return node


def _key_of(element: Node) -> str | None:
    """The key of an object's element as it is written; ``None`` where it is worked out."""
    key = _unwrapped(element.children[0])
    if key.type == "variable_expr" or (key.type == "string_lit" and literal(key)):
        return said(key)
    return None


def literal(node: Node) -> bool:
    """Whether an expression is written as a value, and refers to nothing."""
    if node.type in {
        "conditional", "for_expr", "template_directive", "template_interpolation", "variable_expr", "binary_operation",
    }:  # fmt: skip
        return False
    if node.type == "function_call" and said(node.children[0]) != "jsonencode":
        return False
    if node.type == "object_elem" and _key_of(node) is not None:
        return literal(node.children[-1])
    return all(literal(each) for each in node.children)
