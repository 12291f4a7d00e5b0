"""Equals signs below each other, as ``terraform fmt`` puts them, of attributes on lines that follow each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bartizan.iac.edit.changes import Splice, line_start, spliced
from bartizan.iac.edit.nodes import Tree, walked

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_NAMED = frozenset({"attribute", "object_elem"})


def aligned(text: str, parser: Parser) -> str:
    """The text with the signs of each group in one column; raises ``Refused`` where it is broken."""
    tree = Tree(text, parser)
    splices = []
    for group in _groups(tree):
        width = max(_width(each) for each in group)
        for each in group:
            start = tree.span(each.children[0])[1]
            end = tree.span(each.children[1])[0]
            splices.append(Splice(start, end, " " * (width - _width(each) + 1)))
    return spliced(text, splices)


def _width(node: Node) -> int:
    return len((node.children[0].text or b"").decode())


def _groups(tree: Tree) -> Iterator[list[Node]]:
    """Attributes on lines that follow each other, each alone on its line."""
    group: list[Node] = []
    for each in walked(tree.root):
        if each.type not in _NAMED or each.children[1].type != "=" or not _begins_line(tree, each):
            continue
        short = each.start_point[0] == each.end_point[0]
        follows = group and group[-1].parent == each.parent and each.start_point[0] == group[-1].end_point[0] + 1
        if not (short and follows):
            if group:
                yield group
            group = []
        if short:
            group.append(each)
        else:
            yield [each]
    if group:
        yield group


def _begins_line(tree: Tree, node: Node) -> bool:
    start, _ = tree.span(node)
    return not tree.text[line_start(tree.text, start) : start].strip()
