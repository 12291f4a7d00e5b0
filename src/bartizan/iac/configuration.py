"""The configuration section of a Terraform plan: which attributes the code writes, and what they refer to.

It holds expressions unevaluated: a constant, or the references in them. What ``dynamic`` blocks write is not in it.

The format: https://developer.hashicorp.com/terraform/internals/json-format#configuration-representation
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

_KEY = r'(?:\[(?:\d+|"(?:\\.|[^"\\])*")\])*'
_CUT = re.compile(r"[.\[]")
_STEP = re.compile(rf"([\w-]+)({_KEY})(?:\.|$)")
_FIXED = frozenset({"count", "path", "terraform"})
_NOT_RESOURCES = frozenset({"data", "local", "self", "var", "module"})

Path = tuple[str, ...]
"""Names of module calls, from the root module down."""


@dataclass(frozen=True, slots=True)
class Address:
    """An absolute address taken apart: ``module.m["x"].aws_sqs_queue.q[0]``.

    ``modules`` are the module calls on the way with their keys, ``name`` the resource as its module's code calls it
    (``aws_sqs_queue.q``), ``key`` its own key (``[0]``), empty where it has none.
    """

    modules: tuple[tuple[str, str], ...]
    name: str
    key: str

    @classmethod
    def parse(cls, text: str) -> Address:
        """The address that ``text`` writes."""
        steps = _STEP.findall(text)
        modules = []
        while len(steps) > 2 and steps[0][0] == "module":
            modules.append((steps[1][0], steps[1][1]))
            steps = steps[2:]
        return cls(tuple(modules), ".".join(name for name, _ in steps), steps[-1][1] if steps else "")

    @property
    def path(self) -> Path:
        """The names of the module calls on the way to it."""
        return tuple(name for name, _ in self.modules)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the module calls on the way, and its own."""
        return (*(key for _, key in self.modules), self.key)

    def reaches(self, other: Address) -> bool:
        """Whether code of this instance can mean the other: where both are in one module, in the same instance."""
        for mine, theirs in zip(self.modules, other.modules, strict=False):
            if mine[0] != theirs[0]:
                return True
            if mine[1] != theirs[1]:
                return False
        return True


@dataclass(frozen=True, slots=True)
class Target:
    """A resource that an expression refers to, with its key where the code writes one.

    ``same`` says that the code picks the instance by a key of its own (``each.key``, ``count.index``): which of
    the ``keys`` of its address that is. ``attribute`` is the one that the expression takes; empty for the whole.
    """

    path: Path
    name: str
    key: str = ""
    same: int | None = None
    attribute: str = ""


@dataclass(slots=True)
class Configuration:
    """The code of a plan, by module path and name of the resource."""

    root: Mapping[str, Any]
    modules: dict[Path, Mapping[str, Any]] = field(default_factory=dict)
    calls: dict[Path, Mapping[str, Any]] = field(default_factory=dict)
    resources: dict[tuple[Path, str], Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._enter(self.root, ())

    def _enter(self, module: Mapping[str, Any], path: Path) -> None:
        self.modules[path] = module
        for each in module.get("resources", ()):
            self.resources[path, each["address"]] = each
        for name, call in module.get("module_calls", {}).items():
            self.calls[*path, name] = call
            self._enter(call.get("module", {}), (*path, name))

    def reference(self, address: Address, attribute: str) -> str:
        """The first thing that an attribute refers to, as the code writes it; empty where it says nothing."""
        expression = self._expressions(address.path, address.name).get(attribute)
        return next(iter(_leaves(expression)), "") if isinstance(expression, dict) else ""

    def gives(self, address: Address, attribute: str) -> bool:
        """Whether the code may give a value to an attribute whose value is not known (``block.attribute`` if nested).

        It does not where it leaves it out, or where all that the expression is made of is known: then the value is
        known too, so it was null. What the configuration does not tell counts as given.
        """
        resource = self.resources.get((address.path, address.name))
        if resource is None:
            return True
        expressions = resource.get("expressions", {})
        *blocks, last = attribute.split(".")
        for each in blocks:
            nested = expressions.get(each)
            if not isinstance(nested, list) or len(nested) != 1:
                return True
            expressions = nested[0]
        expression = expressions.get(last)
        if not isinstance(expression, dict):
            return expression is not None
        return not self._settled(address.path, expression)

    def expression(self, path: Path, name: str, attribute: str) -> Any:
        """What code writes for an attribute; for one of nested blocks (``block.attribute``), what all of them say."""
        expressions = [self._expressions(path, name)]
        *blocks, last = attribute.split(".")
        for each in blocks:
            # Blocks of a set are in another order than in the code.
            expressions = [one for found in expressions for one in _listed(found.get(each))]
        written = [each[last] for each in expressions if last in each]
        if not blocks:
            return written[0] if written else None
        return {"references": [one for each in written if isinstance(each, dict) for one in each.get("references", ())]}

    def _expressions(self, path: Path, name: str) -> Mapping[str, Any]:
        expressions: Mapping[str, Any] = self.resources.get((path, name), {}).get("expressions", {})
        return expressions

    def _settled(self, path: Path, expression: Mapping[str, Any]) -> bool:
        """Whether the value of an expression is known when the plan is made, as far as references tell."""
        waiting, seen = [(path, expression)], set[tuple[Path, str]]()
        while waiting:
            path, expression = waiting.pop()
            leaves = list(_leaves(expression))
            if not leaves and "constant_value" not in expression:
                return False
            for leaf in leaves:
                (head, _), *rest = _STEP.findall(leaf)
                if head == "var" and path and (path, leaf) not in seen:
                    seen.add((path, leaf))
                    given = self.calls[path].get("expressions", {}).get(rest[0][0])
                    if given is not None and not isinstance(given, dict):
                        return False
                    waiting += [(path[:-1], given)] if given is not None else []
                elif head not in _FIXED and head != "var" and leaf != "each.key":
                    return False
        return True

    def targets(self, address: Address, attribute: str, through: Mapping[str, str]) -> frozenset[Target] | None:
        """The resources that an attribute refers to, through variables and outputs; ``None`` if that cannot be told.

        ``through`` maps resource types that only stand for another one to the attribute by which they refer to it.
        """
        found = list(_Trail(self, through).of_resource(address.path, address.name, attribute))
        return None if not found or None in found else frozenset(each for each in found if each is not None)


@dataclass(slots=True)
class _Trail:
    """One way along references; what was passed once is not followed again."""

    configuration: Configuration
    through: Mapping[str, str]
    seen: set[tuple[Path, str]] = field(default_factory=set)

    def of_resource(self, path: Path, name: str, attribute: str) -> Iterator[Target | None]:
        resource = self.configuration.resources.get((path, name), {})
        expression = self.configuration.expression(path, name, attribute)
        yield from self._of(path, expression, resource.get("for_each_expression"), -1)

    def _of(self, path: Path, expression: Any, loop: Any, own: int) -> Iterator[Target | None]:
        """``loop`` is what ``each.value`` goes through, ``own`` which key of the address ``each.key`` is."""
        leaves = list(_leaves(expression)) if isinstance(expression, dict) else []
        same = None if {"each.key", "count.index"}.isdisjoint(leaves) else own
        for leaf in leaves:
            if leaf == "each.key" or (path, leaf) in self.seen:
                continue
            self.seen.add((path, leaf))
            (head, _), *rest = _STEP.findall(leaf)
            if head == "each":
                yield from (each and replace(each, same=own) for each in self._of(path, loop, None, own))
            elif head == "var" and path:
                call = self.configuration.calls[path]
                given = call.get("expressions", {}).get(rest[0][0])
                yield from self._of(path[:-1], given, call.get("for_each_expression"), len(path) - 1)
            elif head == "module" and len(rest) > 1:
                inner = (*path, rest[0][0])
                output = self.configuration.modules.get(inner, {}).get("outputs", {}).get(rest[1][0], {})
                yield from self._of(inner, output.get("expression"), None, -1)
            elif head in self.through:
                yield from self.of_resource(path, f"{head}.{rest[0][0]}", self.through[head])
            elif head in _NOT_RESOURCES or not rest:
                yield None
            elif head not in _FIXED:
                attribute = rest[1][0] if len(rest) > 1 else ""
                yield Target(path, f"{head}.{rest[0][0]}", rest[0][1], same, attribute)


def _listed(blocks: Any) -> list[Mapping[str, Any]]:
    """Nested blocks as the configuration has them; none where it has an expression in their place."""
    return [each for each in blocks if isinstance(each, dict)] if isinstance(blocks, list) else []


def _leaves(expression: Mapping[str, Any]) -> Iterator[str]:
    """The references of an expression, without those that only lead to another one."""
    references = expression.get("references", ())
    passed = {each[: cut.start()] for each in references for cut in _CUT.finditer(each)}
    return (each for each in references if each not in passed and _STEP.match(each))
