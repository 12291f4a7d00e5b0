"""What the code of a root module refers to, as the configuration section of a plan has it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from bartizan.iac.hcl.evaluate import Scope
from bartizan.iac.hcl.module import Instance, Module
from bartizan.iac.hcl.syntax import Part, Written, said, template

if TYPE_CHECKING:
    from tree_sitter import Node

_KEY = re.compile(r"\[[^\]]*\]")
_META = frozenset({"count", "for_each", "provider", "depends_on"})
_META_OF_MODULES = _META | {"source", "version", "providers"}


def configuration_of(module: Module) -> dict[str, Any]:
    """The module with its calls in the form of a plan's ``configuration.root_module``."""
    resources = [_resource(module, part) for part in module.folder.of("resource").values()]
    calls: dict[str, Any] = {}
    for (name,), part in module.folder.of("module").items():
        found = module.instances(part)
        inner = module.call(part, found[0]) if found else None
        calls[name] = _block(module, part) | ({"module": configuration_of(inner)} if inner else {})
    outputs = {
        name: {"expression": _expression(module, part.body.attributes["value"], module.scope)}
        for (name,), part in module.folder.of("output").items()
        if "value" in part.body.attributes
    }
    return {"resources": resources, "module_calls": calls, "outputs": outputs}


def _resource(module: Module, part: Part) -> dict[str, Any]:
    return {"address": ".".join(part.labels)} | _block(module, part)


def _block(module: Module, part: Part) -> dict[str, Any]:
    found = module.instances(part)
    scope = module.scope.within(found[0].loops if found else Instance().loops)
    written = part.body.attributes
    meta = _META_OF_MODULES if part.type == "module" else _META
    made: dict[str, Any] = {
        "expressions": {name: _expression(module, each, scope) for name, each in written.items() if name not in meta}
    }
    if "for_each" in written:
        made["for_each_expression"] = _expression(module, written["for_each"], module.scope)
    return made


def _expression(module: Module, written: Written, scope: Scope) -> Mapping[str, Any]:
    return {"references": list(dict.fromkeys(_of(module, written.expression, scope, frozenset())))}


def _of(module: Module, expression: Any, scope: Scope, passed: frozenset[str]) -> Iterator[str]:
    module.project.evaluator.budget.spend()
    if isinstance(expression, str):
        made = template(expression, module.project.evaluator.parser)
        if not isinstance(made, str):
            yield from _of(module, made, scope, passed)
    elif isinstance(expression, dict | list):
        for each in expression.values() if isinstance(expression, dict) else expression:
            yield from _of(module, each, scope, passed)
    elif hasattr(expression, "children"):
        yield from _of_node(module, expression, scope, passed)


def _of_node(module: Module, node: Node, scope: Scope, passed: frozenset[str]) -> Iterator[str]:
    children = node.children
    if node.type == "conditional":
        branches = [each for each in children if each.type == "expression"]
        met = module.project.evaluator.value(branches[0], scope)
        children = branches if not isinstance(met, bool) else [branches[1 if met else 2]]
    elif node.type in {"for_tuple_expr", "for_object_expr"}:
        names = next((each for each in children if each.type == "for_intro"), node).children
        passed = passed | {said(each) for each in names if each.type == "identifier"}
    for at, each in enumerate(children):
        if each.type == "variable_expr":
            text = _reference(children[at:])
            head, _, rest = text.partition(".")
            name = rest.partition(".")[0].partition("[")[0]
            if head == "local" and name in module.folder.locals and head not in passed:
                yield from module.once(("references", name), partial(_of_local, module, name))
            elif rest and head not in passed:
                part = module.folder.of("resource").get((head, name))
                # Of instances whose number is not known, one without a key stands for all.
                keyless = part is not None and any(found.depends for found in module.instances(part))
                yield _KEY.sub("", text) if keyless else text
        else:
            yield from _of(module, each, scope, passed)


def _of_local(module: Module, name: str) -> list[str]:
    found = _of(module, module.folder.locals[name].expression, module.scope, frozenset())
    return list(dict.fromkeys(found))


def _reference(nodes: list[Node]) -> str:
    """A name and what is taken from it, as far as its keys are written."""
    text = said(nodes[0])
    for each in nodes[1:]:
        if each.type == "get_attr":
            text += f".{said(each.children[-1])}"
        elif each.type == "index" and (key := (each.text or b"").decode())[1:-1].strip('"').isalnum():
            text += key
        elif each.type == "index":
            continue
        else:
            break
    return text
