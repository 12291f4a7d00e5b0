"""Templates: texts with holes, quoted or as heredocs, filled as far as the values are known.

The syntax: https://developer.hashicorp.com/terraform/language/expressions/strings
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bartizan.iac.hcl import functions
from bartizan.iac.hcl.syntax import shown
from bartizan.iac.hcl.values import Budget, Mixed
from bartizan.resources.code import Computed

if TYPE_CHECKING:
    from tree_sitter import Node

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_INDENT = re.compile(r"^[ \t]*(?=\S)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Filler:
    """Fills a template; ``value`` gives the value of the nodes of an expression in it."""

    budget: Budget
    value: Callable[[list[Node]], Any]

    def quoted(self, node: Node) -> Any:
        """The value of a text in quotes: of a single hole, whatever is in it."""
        holes = _holes(node.children)
        if len(holes) == 1 and holes[0].end_byte - holes[0].start_byte == len(node.text or b"") - 2:
            return self.hole(holes[0])
        return self._filled(node, (node.start_byte + 1, node.end_byte - 1), holes, unescaped)

    def heredoc(self, node: Node) -> Any:
        """The text of a heredoc; ``<<-`` leaves out the margin."""
        source = (node.text or b"").decode()
        first = source.index("\n") + 1
        between = (node.start_byte + len(source[:first].encode()), node.children[-1].start_byte)
        margin = 0
        if source.startswith("<<-"):
            margin = min((len(each) for each in _INDENT.findall(source[first:])), default=0)
        cut = re.compile(rf"^[ \t]{{1,{margin}}}", re.MULTILINE) if margin else None
        literal: Callable[[str], str] = lambda text: _escaped(cut.sub("", text) if cut else text)  # noqa: E731 - brief
        return self._filled(node, between, _holes(node.children), literal)

    def hole(self, node: Node) -> Any:
        """The value of ``${...}`` or ``%{...}``."""
        if node.type == "template_interpolation":
            return self.value([each for each in node.children if each.type == "expression"])
        if node.type == "template_directive" and node.children[0].type == "template_if":
            return self._if(node.children[0])
        return Computed(shown(node))

    def _if(self, node: Node) -> Any:
        met = self.value([each for each in node.children[0].children if each.type == "expression"])
        if not isinstance(met, bool):
            return Computed(shown(node))
        end = node.children[-1]
        between = next((each for each in node.children if each.type == "template_else_intro"), end)
        start, stop = (node.children[0], between) if met else (between, end)
        if start is end:
            return ""
        inside = [each for each in node.children if start.end_byte <= each.start_byte < stop.start_byte]
        return self._filled(node, (start.end_byte, stop.start_byte), _holes(inside), unescaped)

    def _filled(self, node: Node, between: tuple[int, int], holes: list[Node], literal: Callable[[str], str]) -> Any:
        """The text between two bytes of the source with its holes filled."""
        base, source = node.start_byte, node.text or b""
        start, end = between
        pieces: list[Any] = []
        for each in holes:
            pieces.append(literal(source[start - base : each.start_byte - base].decode()))
            pieces.append(self.hole(each))
            start = each.end_byte
        pieces.append(literal(source[start - base : max(start, end) - base].decode()))
        if any(isinstance(each, list | dict) for each in pieces):
            return Computed("a text made of a list or map")
        return glued("".join(map(as_text, pieces)), pieces, self.budget)


def glued(text: str, pieces: list[Any], budget: Budget) -> str | Mixed:
    """A text that was put together: ``Mixed`` if one of its pieces is not known."""
    budget.text(text)
    return Mixed(text) if any(isinstance(each, Computed | Mixed) or hasattr(each, "step") for each in pieces) else text


def as_text(value: Any) -> str:
    """A value as a part of a text: one that is not known as a stand-in that names it."""
    if isinstance(value, Mixed):
        return value.text
    if isinstance(value, Computed) or hasattr(value, "step"):
        return f"<{getattr(value, 'expression', '') or 'computed'}>"
    return functions.text_of(value)


def unescaped(text: str) -> str:
    """What stands between quotes, without its escapes."""

    def put(found: re.Match[str]) -> str:
        if code := found[1] or found[2]:
            return chr(int(code, 16)) if int(code, 16) < 0x110000 else ""
        return _ESCAPES.get(found[3], found[3])

    return _escaped(_ESCAPE.sub(put, text))


def _holes(nodes: list[Node]) -> list[Node]:
    return [each for each in nodes if each.type in {"template_interpolation", "template_directive"}]


def _escaped(text: str) -> str:
    return text.replace("$${", "${").replace("%%{", "%{")
