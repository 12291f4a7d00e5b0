"""A piece of Terraform's own language with its tree, by offsets of its text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bartizan.iac.edit.changes import Refused, line_end

if TYPE_CHECKING:
    from tree_sitter import Node, Parser


class Tree:
    """A text and its tree; raises ``Refused`` where the text is broken."""

    def __init__(self, text: str, parser: Parser) -> None:
        self.text = text
        self._bytes = text.encode()
        self.root = parser.parse(self._bytes).root_node
        if self.root.has_error:
            raise Refused("it is not written as Terraform's language is")
        self._comments = [self.span(each) for each in walked(self.root) if each.type == "comment"]

    def span(self, node: Node) -> tuple[int, int]:
        """Where a node begins and ends in the text."""
        return self._offset(node.start_byte), self._offset(node.end_byte)

    def text_of(self, node: Node) -> str:
        """What a node says."""
        start, end = self.span(node)
        return self.text[start:end]

    def _offset(self, at: int) -> int:
        return at if len(self._bytes) == len(self.text) else len(self._bytes[:at].decode())

    def block(self) -> Node:
        """The block that the text is."""
        body = of_type(self.root, "body")
        found = of_type(body, "block") if body is not None else None
        if found is None:
            raise Refused("there is no block")
        return found

    def line_end_past_comments(self, at: int, within: int | None = None) -> int:
        """The end of a line; where a comment on it goes on, that of the line on which it ends.

        ``within`` is an offset that must not be passed, such as that of a closing bracket.
        """
        end = line_end(self.text, at)
        for first, last in self._comments:
            if at <= first <= end < last and self.text[first : first + 2] == "/*":
                end = line_end(self.text, last)
        return end if within is None else min(end, within)


def of_type(node: Node, kind: str) -> Node | None:
    """The first child of a type."""
    return next((each for each in node.children if each.type == kind), None)


def walked(node: Node) -> Iterator[Node]:
    """A node and all below it, in the order of the text."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        yield each
        waiting += reversed(each.children)
