"""Edits of a CloudFormation template, in YAML or JSON, by the places of its nodes.

What is written as a value is replaced, a function (``!Sub``) is not: ``Refused`` says what stands there.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from bartizan.iac.edit.changes import (
    Refused,
    Splice,
    indentation,
    line_end,
    line_start,
    matched,
    newline_of,
    steps,
    without,
)
from bartizan.iac.write.yaml_ import dumped

_WIDE = 10_000
"""Characters: no line of what is written is broken."""


@dataclass(frozen=True, slots=True)
class ParsedTemplate:
    """A template's text, and the node of its resources."""

    text: str
    resources: yaml.MappingNode

    @classmethod
    def of(cls, text: str) -> ParsedTemplate:
        """Parse a template that could be read; raises ``Refused`` where its resources cannot be edited."""
        root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        resources = _pairs(root).get("Resources", (None, None))[1] if isinstance(root, yaml.MappingNode) else None
        if not isinstance(resources, yaml.MappingNode):
            raise Refused("the template has no Resources that can be edited")
        return cls(text, resources)


class TemplateEditor:
    """Collects the splices of a template; values are plain ones, with functions among them."""

    def __init__(self, template: ParsedTemplate) -> None:
        self.text = template.text
        self.splices: list[Splice] = []
        self._resources = template.resources

    @property
    def names(self) -> frozenset[str]:
        """The logical ids of the template."""
        return frozenset(_pairs(self._resources))

    def type_of(self, name: str) -> str:
        """The type of a resource; empty where there is none of that name."""
        return self._said(name, "Type")

    def condition_of(self, name: str) -> str:
        """The name of the condition of a resource; empty where it has none."""
        return self._said(name, "Condition")

    def _said(self, name: str, key: str) -> str:
        entry = _pairs(self._resources).get(name, (None, None))[1]
        said = _pairs(entry).get(key, (None, None))[1] if isinstance(entry, yaml.MappingNode) else None
        return str(said.value) if isinstance(said, yaml.ScalarNode) else ""

    def mentions(self, name: str) -> bool:
        """Whether the template has a resource's name in it beside the resource."""
        key, value = _pairs(self._resources)[name]
        outside = self.text[: key.start_mark.index] + self.text[self._end(value) :]
        return re.search(rf"\b{re.escape(name)}\b", outside) is not None

    def edit(self, name: str, was: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
        """Make the properties of a resource as wanted; one that is None there goes. Raises ``Refused``."""
        entry = self._entry(name)
        found = _pairs(entry).get("Properties")
        if found is None:
            self._add(entry, {"Properties": _present(wanted)})
        elif isinstance(found[1], yaml.MappingNode):
            self._mapping(found[1], was, wanted)
        else:
            self._value(found, {}, _present(wanted), "Properties", entry)

    def add(self, after: str, name: str, entry: Mapping[str, Any]) -> None:
        """Add a resource behind another."""
        pairs = _pairs(self._resources)
        self._entry(after)
        key = list(pairs).index(after)
        if self._resources.flow_style:
            self._add(self._resources, {name: entry}, behind=after)
            return
        last = self._next_line(self._end(pairs[after][1]))
        apart = key + 1 < len(pairs) and not self.text[last : line_end(self.text, last)].strip()
        self._add(self._resources, {name: entry}, behind=after, apart=apart)

    def remove(self, name: str) -> None:
        """Take a resource out."""
        self._entry(name)
        if len(self._resources.value) == 1:
            raise Refused(f"{name} is all that the template has")
        self._take_out(self._resources, [name])

    def agrees(self, name: str, properties: Mapping[str, Any]) -> bool:
        """Whether a resource says what these properties do, as far as it is written as values."""
        found = _pairs(self._entry(name)).get("Properties")
        return found is not None and _agrees(found[1], properties)

    def _entry(self, name: str) -> yaml.MappingNode:
        entry = _pairs(self._resources).get(name, (None, None))[1]
        if not isinstance(entry, yaml.MappingNode):
            raise Refused(f"there is no {name} that can be edited")
        return entry

    def _mapping(self, node: yaml.MappingNode, was: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
        self._plain(node, "it")
        pairs = _pairs(node)
        new: dict[str, Any] = {}
        gone = [each for each in was if each not in wanted and each in pairs]
        for name, value in wanted.items():
            if name in was and repr(was[name]) == repr(value):
                continue
            if name not in pairs:
                new |= {name: value} if value is not None else {}
            elif value is None:
                gone.append(name)
            else:
                self._value(pairs[name], was.get(name), value, name, node)
        for name in gone:
            self._literal(pairs[name][1], name)
        if gone and len(gone) == len(pairs):
            self._replace_all(node, _present(new))
            return
        self._take_out(node, gone)
        if new:
            staying = [name for name in pairs if name not in gone]
            self._add(node, _present(new), behind=staying[-1] if staying else "", keeps=not gone)

    def _replace_all(self, node: yaml.MappingNode, pairs: Mapping[str, Any]) -> None:
        start, end = node.start_mark.index, self._end(node)
        if not pairs:
            self.splices.append(self._emptied(node, "{}"))
            return
        if node.flow_style:
            text = self._flow(dict(pairs), start, node, None)
        else:
            indent = " " * node.value[0][0].start_mark.column
            text = self._lines(textwrap.indent(dumped(pairs, _WIDE), indent).lstrip())
        self.splices.append(Splice(start, end, text))

    def _value(
        self, pair: tuple[yaml.ScalarNode, yaml.Node], was: Any, value: Any, name: str, holder: yaml.MappingNode
    ) -> None:
        key, node = pair
        if self._within(node, was, value, name, key.end_mark.index):
            return
        start, end = node.start_mark.index, self._end(node)
        both_plain = isinstance(node, yaml.ScalarNode) and not isinstance(value, Mapping | list) and node.style not in {
            "|", ">"
        }  # fmt: skip
        if holder.flow_style or (both_plain and start > key.end_mark.index):
            self.splices.append(Splice(start, end, self._flow(value, start, holder, node)))
            return
        indent = " " * key.start_mark.column
        rendered = textwrap.indent(dumped({str(key.value): _present(value)}, _WIDE), indent).lstrip()
        self.splices.append(Splice(key.start_mark.index, max(end, key.end_mark.index + 1), self._lines(rendered)))

    def _within(self, node: yaml.Node, was: Any, value: Any, name: str, after: int) -> bool:
        """Edit inside of a value, if that can be done; one that stands before an offset is an alias."""
        if repr(was) == repr(value):
            return True
        if node.start_mark.index < after or self.text[node.start_mark.index : node.start_mark.index + 1] == "&":
            raise Refused(f"{name} is an alias, or has one")
        self._plain(node, name)
        if isinstance(node, yaml.MappingNode) and isinstance(value, Mapping):
            self._mapping(node, was if isinstance(was, Mapping) else {}, value)
            return True
        if isinstance(node, yaml.SequenceNode) and isinstance(value, list):
            single = len(node.value) == len(value) == 1 and isinstance(value[0], Mapping)
            before = was if isinstance(was, list) and was else [{}] if single else []
            if before:
                self._sequence(node, before, value, name)
                return True
        self._literal(node, name)
        return False

    def _sequence(self, node: yaml.SequenceNode, was: list[Any], wanted: list[Any], name: str) -> None:
        items = node.value
        which = matched(len(items), was, lambda position, each: _agrees(items[position], each))
        if which is None:
            raise Refused(f"the items of {name} cannot be told apart")
        new, gone = [], []
        for step in steps(was, wanted):
            if step.old is None:
                new.append(wanted[step.new or 0])
                continue
            position = which[step.old]
            item = items[position]
            after = items[position - 1].start_mark.index + 1 if position else node.start_mark.index
            if step.new is None:
                self._literal(item, name)
                gone.append(position)
            elif not self._within(item, was[step.old], wanted[step.new], name, after):
                start = item.start_mark.index
                self.splices.append(Splice(start, self._end(item), self._item(wanted[step.new], start, node, item)))
        if len(gone) == len(items):
            if new:
                raise Refused(f"all of {name} would be others")
            self.splices.append(self._emptied(node, "[]"))
            return
        self._drop(node, gone)
        last = next(each for position, each in reversed(list(enumerate(items))) if position not in gone)
        for each in new:
            at = self._end(last)
            if node.flow_style:
                ends_at_last = len(items) - 1 not in gone
                self._add_to_flow(at, self._item(each, at, node, None), last, keeps=ends_at_last)
            else:
                indent = " " * node.start_mark.column
                text = "- " + self._item(each, last.start_mark.index, node, None)
                end = line_end(self.text, at)
                self.splices.append(Splice(end, end, newline_of(self.text) + indent + text))

    def _emptied(self, node: yaml.CollectionNode, text: str) -> Splice:
        """What has nothing in it any more, behind its key."""
        start, end = node.start_mark.index, self._end(node)
        before = self.text[:start].rstrip()
        if not node.flow_style and before.endswith(":"):
            return Splice(len(before), end, f" {text}")
        return Splice(start, end, text if node.flow_style else f"  {text}")

    def _item(self, value: Any, at: int, holder: yaml.SequenceNode, old: yaml.Node | None) -> str:
        if holder.flow_style or not isinstance(value, Mapping | list):
            return self._flow(value, at, holder, old)
        rendered = dumped({"x": [_present(value)]}, _WIDE).split("\n")[1:]
        indent = " " * holder.start_mark.column
        return self._lines("\n".join([rendered[0][4:], *(indent + each[2:] for each in rendered[1:])]))

    def _drop(self, node: yaml.SequenceNode, gone: list[int]) -> None:
        spans = [(each.start_mark.index, self._end(each)) for each in node.value]
        if node.flow_style:
            self.splices += without(self.text, spans, gone, trailing=False)
            return
        for position in gone:
            start, end = spans[position]
            first = line_start(self.text, start)
            if self.text[first:start].strip() != "-":
                raise Refused("an item shares its line with another")
            self.splices.append(Splice(first, self._next_line(end), ""))

    def _take_out(self, node: yaml.MappingNode, names: Collection[str]) -> None:
        """Take keys out of a mapping that keeps some."""
        pairs = _pairs(node)
        spans = [(key.start_mark.index, max(self._end(value), key.end_mark.index + 1)) for key, value in pairs.values()]
        gone = [list(pairs).index(each) for each in names]
        if node.flow_style:
            self.splices += without(self.text, spans, gone, trailing=False)
            return
        for position in gone:
            start, end = spans[position]
            first = line_start(self.text, start)
            if self.text[first:start].strip():
                raise Refused(f"{list(pairs)[position]} shares its line with another")
            self.splices.append(Splice(first, self._next_line(end), ""))

    def _next_line(self, at: int) -> int:
        found = self.text.find("\n", at)
        return len(self.text) if found < 0 else found + 1

    def _add(
        self,
        node: yaml.MappingNode,
        pairs: Mapping[str, Any],
        *,
        behind: str = "",
        apart: bool = False,
        keeps: bool = True,
    ) -> None:
        newline = newline_of(self.text)
        if not node.value:
            start = node.start_mark.index
            self.splices.append(Splice(start, node.end_mark.index, self._flow(dict(pairs), start, node, None)))
            return
        key, last = _pairs(node)[behind] if behind else node.value[-1]
        at = max(self._end(last), key.end_mark.index + 1)
        if node.flow_style:
            for name, value in pairs.items():
                written = f"{json.dumps(name)}: {self._flow(value, key.start_mark.index, node, None)}"
                self._add_to_flow(at, written, key, keeps=keeps)
            return
        if isinstance(last, yaml.ScalarNode) and "+" in self._source(last)[:3] and last.style in {"|", ">"}:
            raise Refused(f"{key.value} keeps the empty lines behind it")
        indent = " " * key.start_mark.column
        lines = textwrap.indent(dumped(pairs, _WIDE), indent)
        end = line_end(self.text, at)
        self.splices.append(Splice(end, end, newline * (2 if apart else 1) + self._lines(lines)))

    def _add_to_flow(self, at: int, written: str, sibling: yaml.Node, *, keeps: bool) -> None:
        """Add an item behind one that ends at an offset: on a line of its own where its sibling has one.

        ``keeps`` says that what stands behind the offset stays.
        """
        rest = self.text[at:]
        comma = len(rest) - len(rest.lstrip())
        place = sibling.start_mark.index
        own_line = not self.text[line_start(self.text, place) : place].strip()
        lead = newline_of(self.text) + indentation(self.text, place) if own_line else " "
        if keeps and rest[comma : comma + 1] == ",":
            at += comma + 1
            closes = rest[comma + 1 :].lstrip()[:1] in {"]", "}"}
            self.splices.append(Splice(at, at, lead + written + ("" if closes else ",")))
        else:
            self.splices.append(Splice(at, at, "," + lead + written))

    def _flow(self, value: Any, at: int, holder: yaml.Node, old: yaml.Node | None) -> str:
        """A value on its line: as YAML has it, or as JSON inside of brackets."""
        in_json = self.text.lstrip()[:1] == "{"
        if isinstance(value, str) and isinstance(old, yaml.ScalarNode) and old.style == "'":
            return "'" + value.replace("'", "''") + "'" if value.isprintable() else json.dumps(value)
        if isinstance(value, str) and isinstance(old, yaml.ScalarNode) and old.style == '"':
            return json.dumps(value)
        if not in_json and not isinstance(value, Mapping | list):
            return dumped({"x": value}, _WIDE)[3:]
        spread = in_json and isinstance(value, Mapping | list) and "\n" in self._source(holder)
        unit = indentation(self.text, at)
        step = ("\t" if "\t" in unit else self._unit()) if spread else None
        text = json.dumps(_present(value), indent=step, default=lambda each: each.long, ensure_ascii=False)
        return self._lines(text.replace("\n", "\n" + unit))

    def _unit(self) -> str:
        first = self._resources.value[0][0] if self._resources.value else self._resources
        return " " * (max(first.start_mark.column // 2, 1) if first.start_mark.column <= 8 else 2)

    def _source(self, node: yaml.Node) -> str:
        return self.text[node.start_mark.index : node.end_mark.index]

    def _lines(self, text: str) -> str:
        return text.replace("\n", newline_of(self.text))

    def _end(self, node: yaml.Node) -> int:
        """Where what a node says ends, without the empty lines and comments behind it."""
        if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            inner = last[1] if isinstance(last, tuple) else last
            key_end = last[0].end_mark.index + 1 if isinstance(last, tuple) else 0
            return max(self._end(inner), key_end) if self._holds(node, inner) else key_end
        end: int = node.end_mark.index
        if isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"}:
            return len(self.text[:end].rstrip("\r\n "))
        return end

    def _holds(self, node: yaml.Node, inner: yaml.Node) -> bool:
        inside: bool = node.start_mark.index <= inner.start_mark.index <= node.end_mark.index
        if not inside:
            raise Refused("it ends in an alias")
        return inside

    def _plain(self, node: yaml.Node, name: str) -> None:
        if _is_function(node):
            raise Refused(f"{name} is {' '.join(self._source(node).split())[:80]}")

    def _literal(self, node: yaml.Node, name: str) -> None:
        for each in _leaves(node):
            self._plain(each, name)


def _pairs(node: yaml.MappingNode) -> dict[str, tuple[yaml.ScalarNode, yaml.Node]]:
    return {str(key.value): (key, value) for key, value in node.value if isinstance(key, yaml.ScalarNode)}


def _leaves(node: yaml.Node) -> list[yaml.Node]:
    """A node and all below it."""
    inner = node.value if isinstance(node, yaml.CollectionNode) else []
    flat = [one for each in inner for one in (each if isinstance(each, tuple) else (each,))]
    return [node, *(one for each in flat for one in _leaves(each))]


def _agrees(node: yaml.Node, value: Any) -> bool:
    """Whether a node says what a value does, as far as it is written as values; it must say some of it."""
    if isinstance(node, yaml.ScalarNode) and not isinstance(value, Mapping | list):
        return not _is_function(node) and str(node.value).lower() == str(value).lower()
    if not isinstance(node, yaml.MappingNode) or not isinstance(value, Mapping):
        return False
    pairs = _pairs(node)
    plain = {name: each for name, each in value.items() if name in pairs and not isinstance(each, Mapping | list)}
    compared = [name for name in plain if isinstance(pairs[name][1], yaml.ScalarNode)]
    return bool(compared) and all(_agrees(pairs[name][1], plain[name]) for name in compared)


def _is_function(node: yaml.Node) -> bool:
    if node.tag.startswith("!"):
        return True
    if not isinstance(node, yaml.MappingNode) or len(node.value) != 1:
        return False
    name = str(node.value[0][0].value)
    return name == "Ref" or name.startswith("Fn::")


def _present(value: Any) -> Any:
    """A value without what is None in it."""
    if isinstance(value, Mapping):
        return {name: _present(each) for name, each in value.items() if each is not None}
    return [_present(each) for each in value] if isinstance(value, list | tuple) else value
