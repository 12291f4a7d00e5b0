"""Expressions into values, as far as they are known."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from bartizan.iac.hcl import functions
from bartizan.iac.hcl.syntax import said, shown, template
from bartizan.iac.hcl.templates import Filler, as_text, glued
from bartizan.iac.hcl.values import Budget, Mixed, encoded, is_unknown
from bartizan.resources.code import Computed

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_SUFFIXES = frozenset({"get_attr", "index", "splat"})
_BINARY: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Names(Protocol):
    """What an expression may refer to beyond the names of its loops: the module that it stands in."""

    def named(self, head: str, scope: Scope) -> Any:
        """The object behind the first name of a reference; ``Computed`` if there is none."""

    def read(self, path: str) -> str | None:
        """The text of a file of the module; ``None`` where it may not or cannot be read."""


class Thing(Protocol):
    """An object that is looked into step by step: all resources of a type, one resource, a module call."""

    def step(self, key: Any) -> Any:
        """What lies behind an attribute or index."""

    def each(self) -> list[Any] | None:
        """Its instances; ``None`` if that is not known."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression is evaluated: its module, and the names of the loops around it (``each``, ``count``, ...)."""

    names: Names
    loops: Mapping[str, Any] = field(default_factory=dict)

    def within(self, loops: Mapping[str, Any]) -> Scope:
        """The scope of a loop inside."""
        return replace(self, loops={**self.loops, **loops})


@dataclass(slots=True)
class Evaluator:
    """Works out expressions; ``budget`` bounds what all of them together may cost."""

    parser: Parser
    budget: Budget

    def value(self, expression: Any, scope: Scope) -> Any:
        """The value of an expression: a node of the tree, or a value of JSON with templates in its texts."""
        self.budget.spend()
        if isinstance(expression, str):
            made = template(expression, self.parser)
            return made if isinstance(made, str) else self._json_text(made, scope)
        if isinstance(expression, dict):
            return {str(name): self.value(each, scope) for name, each in expression.items()}
        if isinstance(expression, list):
            return [self.value(each, scope) for each in expression]
        if not hasattr(expression, "children"):
            return expression
        return self._node(expression, scope)

    def _json_text(self, node: Node, scope: Scope) -> Any:
        heredoc = node.children[0].children[0]
        holes = [each for each in heredoc.children if each.type.startswith("template_") and each.is_named]
        whole = (heredoc.text or b"").decode().split("\n", 1)[1].rsplit("\n", 1)[0]
        if len(holes) == 1 and (holes[0].text or b"").decode().strip() == whole.strip():
            return self._filler(scope).hole(holes[0])
        made = self._node(node, scope)
        # The heredoc around it ends a line that the text does not.
        if isinstance(made, Mixed):
            return Mixed(made.text.removesuffix("\n"))
        return made.removesuffix("\n") if isinstance(made, str) else made

    def _node(self, node: Node, scope: Scope) -> Any:
        self.budget.spend()
        kind = node.type
        if kind in {"expression", "literal_value", "collection_value", "for_expr", "operation", "template_expr"}:
            inner = [each for each in node.children if each.is_named]
            return self._chain(inner, scope) if inner else Computed(shown(node))
        filler = self._filler(scope)
        found: Callable[[Node, Scope], Any] | None = {
            "binary_operation": self._binary,
            "conditional": self._conditional,
            "for_object_expr": self._for,
            "for_tuple_expr": self._for,
            "function_call": self._call,
            "heredoc_template": lambda each, _: filler.heredoc(each),
            "object": self._object,
            "quoted_template": lambda each, _: filler.quoted(each),
            "string_lit": lambda each, _: filler.quoted(each),
            "tuple": self._tuple,
            "unary_operation": self._unary,
            "variable_expr": self._variable,
        }.get(kind)
        return found(node, scope) if found else self._literal(node)

    def _filler(self, scope: Scope) -> Filler:
        return Filler(self.budget, lambda nodes: self._chain(nodes, scope))

    def _literal(self, node: Node) -> Any:
        text = (node.text or b"").decode()
        if node.type == "bool_lit":
            return text == "true"
        if node.type == "null_lit":
            return None
        if node.type == "numeric_lit":
            try:
                return int(text)
            except ValueError:
                return float(text) if len(text) < 400 and not text.startswith("0x") else Computed(text[:80])
        return Computed(shown(node))

    def _chain(self, nodes: list[Node], scope: Scope) -> Any:
        """A value and what is taken from it: ``aws_s3_bucket.b[0].arn``."""
        value = self._node(nodes[0], scope)
        for at, each in enumerate(nodes[1:], 1):
            if each.type == "splat":
                value = self._splat(value, each, nodes[at + 1 :], scope)
                return Computed(_shown(nodes)) if isinstance(value, Computed) else value
            value = self._step(value, self._key(each, scope))
        if isinstance(value, Computed) and not value.expression:
            return Computed(_shown(nodes))
        return value

    def _key(self, node: Node, scope: Scope) -> Any:
        if node.type == "get_attr":
            return said(node.children[-1])
        inner = node.children[0] if node.type == "index" else node
        named = [each for each in inner.children if each.is_named]
        if inner.type == "legacy_index":
            return int((inner.text or b"").decode()[1:])
        return self._chain([each for each in named if each.type == "expression"], scope)

    def _step(self, value: Any, key: Any) -> Any:
        """What lies behind a key; unknown where nothing does, for it may be the default of an optional attribute."""
        if isinstance(key, Computed | Mixed) or value is None:
            return Computed()
        if hasattr(value, "step"):
            return value.step(key)
        if isinstance(value, dict):
            return value.get(functions.text_of(key), Computed())
        if isinstance(value, list):
            try:
                return value[int(key)]
            except (ValueError, TypeError, IndexError):
                return Computed()
        return Computed() if not isinstance(value, Computed) else value

    def _splat(self, value: Any, node: Node, rest: list[Node], scope: Scope) -> Any:
        found = value.each() if hasattr(value, "each") else value
        if found is None or isinstance(found, Computed | Mixed):
            return Computed() if value is not None else []
        listed = found if isinstance(found, list) else [found]
        inner = [each for each in node.children[0].children if each.type in _SUFFIXES]
        keys = [self._key(each, scope) for each in (*inner, *rest) if each.type != "splat"]
        made = []
        for one in listed:
            self.budget.spend()
            taken = one
            for key in keys:
                taken = self._step(taken, key)
            made.append(taken)
        return made

    def _variable(self, node: Node, scope: Scope) -> Any:
        name = said(node)
        return scope.loops[name] if name in scope.loops else scope.names.named(name, scope)

    def _tuple(self, node: Node, scope: Scope) -> list[Any]:
        return [self._node(each, scope) for each in node.children if each.type == "expression"]

    def _object(self, node: Node, scope: Scope) -> Any:
        made: dict[str, Any] = {}
        for each in (child for child in node.children if child.type == "object_elem"):
            key_node, value_node = (child for child in each.children if child.type == "expression")
            inner = key_node.children
            bare = len(inner) == 1 and inner[0].type == "variable_expr"
            key = said(inner[0]) if bare else self._node(key_node, scope)
            if isinstance(key, Computed | Mixed | list | dict):
                return Computed(shown(node))
            made[functions.text_of(key)] = self._node(value_node, scope)
        return made

    def _unary(self, node: Node, scope: Scope) -> Any:
        value = self._chain([each for each in node.children if each.is_named], scope)
        if isinstance(value, bool) and node.children[0].type == "!":
            return not value
        if isinstance(value, int | float) and node.children[0].type == "-":
            return -value
        return Computed(shown(node))

    def _binary(self, node: Node, scope: Scope) -> Any:
        at = next(index for index, each in enumerate(node.children) if not each.is_named)
        sign = node.children[at].type
        left = self._chain(node.children[:at], scope)
        if sign in {"&&", "||"} and isinstance(left, bool) and left == (sign == "||"):
            return left
        right = self._chain(node.children[at + 1 :], scope)
        if sign in {"&&", "||"}:
            if isinstance(right, bool) and (isinstance(left, bool) or right == (sign == "||")):
                return right
            return Computed(shown(node))
        unknown = is_unknown(left, self.budget) or is_unknown(right, self.budget)
        return Computed(shown(node)) if unknown else _calculated(left, sign, right)

    def _conditional(self, node: Node, scope: Scope) -> Any:
        condition, then, otherwise = (each for each in node.children if each.type == "expression")
        met = self._node(condition, scope)
        met = {"true": True, "false": False}.get(met, met) if isinstance(met, str) else met
        return self._node(then if met else otherwise, scope) if isinstance(met, bool) else Computed(shown(node))

    def _for(self, node: Node, scope: Scope) -> Any:
        intro = next(each for each in node.children if each.type == "for_intro")
        names = [said(each) for each in intro.children if each.type == "identifier"]
        over = self._chain([each for each in intro.children if each.type == "expression"], scope)
        pairs = self._pairs(over)
        if pairs is None:
            return Computed(shown(node))
        results = [each for each in node.children if each.type == "expression"]
        condition = next((each for each in node.children if each.type == "for_cond"), None)
        grouped = any(each.type == "ellipsis" for each in node.children)
        made: list[tuple[Any, Any]] = []
        for key, value in pairs:
            inner = scope.within(dict(zip(names, (key, value) if len(names) == 2 else (value,), strict=True)))
            met = self._chain(condition.children[-1:], inner) if condition is not None else True
            if not isinstance(met, bool):
                return Computed(shown(node))
            if met:
                found = [self._node(each, inner) for each in results]
                made.append((found[0], found[-1]))
        if node.type == "for_tuple_expr":
            return [value for _, value in made]
        if grouped or any(isinstance(key, Computed | Mixed | list | dict) for key, _ in made):
            return Computed(shown(node))
        return {functions.text_of(key): value for key, value in made}

    def _pairs(self, over: Any) -> list[tuple[Any, Any]] | None:
        found = over.each() if hasattr(over, "each") else over
        if isinstance(found, list):
            return list(enumerate(found))
        return sorted(found.items()) if isinstance(found, dict) else None

    def _call(self, node: Node, scope: Scope) -> Any:
        name = said(node.children[0])
        holder = next((each for each in node.children if each.type == "function_arguments"), None)
        nodes = [each for each in holder.children if each.type == "expression"] if holder is not None else []
        if name in {"try", "can"}:
            found = self._node(nodes[0], scope) if nodes else Computed()
            later = isinstance(found, Computed) and not found.refers
            return Computed(shown(node)) if name == "can" or later else found
        arguments = [self._node(each, scope) for each in nodes]
        if holder is not None and any(each.type == "ellipsis" for each in holder.children) and arguments:
            if not isinstance(arguments[-1], list):
                return Computed(shown(node))
            arguments = [*arguments[:-1], *arguments[-1]]
        made = self._apply(name, arguments, scope)
        return Computed(shown(node)) if isinstance(made, Computed) else made

    def _apply(self, name: str, arguments: list[Any], scope: Scope) -> Any:
        if name == "jsonencode" and len(arguments) == 1:
            return encoded(arguments[0], self.budget)
        if name in {"file", "templatefile"} and arguments and isinstance(arguments[0], str):
            return self._file(name, arguments, scope)
        if name in {"format", "join"} and arguments and isinstance(arguments[0], str):
            return self._text_function(name, arguments)
        whole = {"merge", "concat", "tolist", "tomap", "lookup", "element", "coalescelist", "length", "values", "keys"}
        if name in whole and not any(isinstance(each, Computed | Mixed) or hasattr(each, "step") for each in arguments):
            return functions.call(name, arguments, self.budget)
        if any(is_unknown(each, self.budget) or hasattr(each, "step") for each in arguments):
            return Computed(name)
        return functions.call(name, arguments, self.budget)

    def _file(self, name: str, arguments: list[Any], scope: Scope) -> Any:
        text = scope.names.read(arguments[0])
        if text is None or name == "file":
            return Computed() if text is None else text
        if len(arguments) != 2 or not isinstance(arguments[1], dict):
            return Computed()
        made = template(text, self.parser)
        return made if isinstance(made, str) else self._json_text(made, Scope(scope.names, arguments[1]))

    def _text_function(self, name: str, arguments: list[Any]) -> Any:
        values = arguments[1:]
        if name == "join":
            if not all(isinstance(each, list) for each in values):
                return Computed()
            values = [one for each in values for one in each]
        if any(isinstance(each, list | dict) or each is None for each in values):
            return Computed()
        texts = [as_text(each) for each in values]
        made = functions.format_text(arguments[0], texts) if name == "format" else arguments[0].join(texts)
        return Computed() if made is None else glued(made, values, self.budget)


def _shown(nodes: list[Node]) -> str:
    return "".join((each.text or b"").decode() for each in nodes)[:80]


def pairs_of(value: Any) -> Iterator[tuple[str, Any]] | None:
    """Keys and values of a known ``for_each``: of a map, or of a set of texts; ``None`` if it is not known."""
    if isinstance(value, dict):
        return ((key, value[key]) for key in sorted(value))
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ((each, each) for each in sorted(set(value)))
    return None


def _calculated(left: Any, sign: str, right: Any) -> Any:
    if sign in {"==", "!="}:
        same = type(left) is type(right) or {type(left), type(right)} == {int, float}
        return (same and left == right) == (sign == "==")
    try:
        left, right = (float(each) if abs(each) > 1e12 else each for each in (left, right))
        made = _BINARY[sign](left, right)
        return made if abs(made) < math.inf else Computed(sign)
    except (TypeError, ArithmeticError, KeyError):
        return Computed(sign)
