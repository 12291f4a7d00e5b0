"""Files of Terraform's language into bodies: attributes with their expressions, and blocks, each with its line.

The parser is tree-sitter's, of the extra ``terraform``. Expressions stay nodes of its tree, or values of JSON in which
texts may be templates.

The language: https://developer.hashicorp.com/terraform/language/syntax/configuration and, for JSON,
https://developer.hashicorp.com/terraform/language/syntax/json
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bartizan.iac.text import Document, parse
from bartizan.model import InputError

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_LARGEST = 5_000_000
_DEEPEST = 120
_INSTALL = "Terraform's *.tf are read with an extra: pip install 'bartizan[terraform]'; or give a plan as JSON"
_MAPS = frozenset({"tags", "tags_all", "variables", "default_tags", "default", "value", "labels", "locals"})
_LABELS = {"resource": 2, "data": 2, "variable": 1, "output": 1, "module": 1, "provider": 1, "dynamic": 1}


@dataclass(frozen=True, slots=True)
class Written:
    """An expression, a node of the tree or a value of JSON, and its line, counted from 1 (0 if not known)."""

    expression: Any
    line: int = 0


@dataclass(slots=True)
class Part:
    """A block: its type and labels (``resource``, ``aws_sqs_queue``, ``q``), its body, its file and line."""

    type: str
    labels: tuple[str, ...]
    body: Body
    file: str
    line: int


@dataclass(slots=True)
class Body:
    """Attributes by name, and blocks in their order."""

    attributes: dict[str, Written] = field(default_factory=dict)
    blocks: list[Part] = field(default_factory=list)


def hcl_parser() -> Parser:
    """The parser; raises ``InputError`` that says how to install it."""
    try:
        import tree_sitter  # noqa: PLC0415 - of an extra, and only wanted where there are such files
        import tree_sitter_hcl  # noqa: PLC0415 - as above
    except ImportError:
        raise InputError(_INSTALL) from None
    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))


def read_body(text: str, path: str, parser: Parser) -> Body:
    """The body of a file; raises ``InputError`` with file and line where it is broken or made to harm."""
    if len(text) > _LARGEST:
        raise InputError(f"{path} is larger than {_LARGEST // 1_000_000} MB; name a smaller folder")
    if path.endswith(".json"):
        return _json_body(parse(text, path), path)
    root = parser.parse(text.encode()).root_node
    if root.has_error:
        line, column = _broken(root)
        raise InputError(f"{path}:{line}:{column}: this is no expression or block of Terraform's language")
    _check_depth(root, path)
    return _body(next((each for each in root.children if each.type == "body"), None), path)


def template(text: str, parser: Parser) -> Any:
    """A text of JSON as an expression: itself, or the tree of the template that it is."""
    if "${" not in text and "%{" not in text:
        return text
    root = parser.parse(f"v = <<BARTIZAN_END\n{text}\nBARTIZAN_END\n".encode()).root_node
    if root.has_error:
        return text
    _check_depth(root, text[:40])
    return root.children[0].children[0].children[-1]


def _broken(root: Node) -> tuple[int, int]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type == "ERROR" or node.is_missing:
            return node.start_point[0] + 1, node.start_point[1] + 1
        waiting += [each for each in reversed(node.children) if each.has_error]
    return 1, 1


def _check_depth(root: Node, path: str) -> None:
    # Several nodes of the tree stand for one level of the text.
    level = [root]
    for _ in range(_DEEPEST * 4):
        level = [each for node in level for each in node.children]
        if not level:
            return
    raise InputError(f"{path}:{level[0].start_point[0] + 1}: nested deeper than {_DEEPEST} levels")


def _body(node: Node | None, path: str) -> Body:
    body = Body()
    for each in node.children if node is not None else ():
        line = each.start_point[0] + 1
        if each.type == "attribute":
            name = said(each.children[0])
            if name in body.attributes:
                raise InputError(f"{path}:{line}: {name!r} is there twice")
            body.attributes[name] = Written(each.children[-1], line)
        elif each.type == "block":
            inner = next((child for child in each.children if child.type == "body"), None)
            names = [said(child) for child in each.children if child.type in {"identifier", "string_lit"}]
            body.blocks.append(Part(names[0], tuple(names[1:]), _body(inner, path), path, line))
    return body


def said(node: Node) -> str:
    """The text of a node, without quotes."""
    text = (node.text or b"").decode()
    return text[1:-1] if node.type == "string_lit" else text


def _json_body(document: Document, path: str) -> Body:
    value = document.value
    if value is None:
        return Body()
    if not isinstance(value, dict):
        raise InputError(f"{path}: Terraform's JSON must be a mapping")
    body = Body()
    for kind, found in value.items():
        labels = _LABELS.get(kind, 0)
        for names, inner in _labelled(found, labels):
            line = document.lines.get((kind, names[0]) if names else (kind,), 0)
            body.blocks.append(Part(kind, names, _json_inner(inner, path, line, maps=kind == "locals"), path, line))
    return body


def _labelled(value: Any, labels: int, names: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for each in value if isinstance(value, list) else [value]:
        if labels and isinstance(each, dict):
            for name, inner in each.items():
                yield from _labelled(inner, labels - 1, (*names, name))
        elif isinstance(each, dict):
            yield names, each


def _json_inner(value: dict[str, Any], path: str, line: int, *, maps: bool = False) -> Body:
    """A body of JSON, where a block looks like a map; ``maps`` says that all are maps."""
    body = Body()
    for name, each in value.items():
        if name == "dynamic":
            for names, inner in _labelled(each, 1):
                body.blocks.append(Part(name, names, _json_inner(inner, path, line), path, line))
            continue
        listed = each if isinstance(each, list) else [each]
        if maps or name in _MAPS or not listed or not all(isinstance(one, dict) for one in listed):
            body.attributes[name] = Written(each, line)
        else:
            body.blocks += [Part(name, (), _json_inner(one, path, line), path, line) for one in listed]
    return body


def shown(expression: Any) -> str:
    """An expression as the code writes it, cut short."""
    text = json.dumps(expression) if not hasattr(expression, "text") else (expression.text or b"").decode()
    return " ".join(text.split())[:80]
