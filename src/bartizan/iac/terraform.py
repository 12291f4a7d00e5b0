"""Terraform plans, as ``terraform show -json`` writes them: the resources that they plan, as blocks.

The format: https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bartizan.resources.code import Block, CodeReader, Computed

_INDEX = re.compile(r"\[[^\]]*\]")
_IDENTITIES = ("id", "arn", "url", "name", "bucket")


def planned(plan: Mapping[str, Any], readers: Mapping[str, CodeReader]) -> Iterator[tuple[CodeReader, str, Block]]:
    """Reader, address and block of each planned resource that can be read, with the parts that belong to it."""
    unknown = {each["address"]: each["change"].get("after_unknown", {}) for each in plan.get("resource_changes", ())}
    found = list(_resources(plan["planned_values"].get("root_module", {})))
    values = {each["address"]: _merge(each["values"], unknown.get(each["address"], {})) for each in found}
    types = {each["address"]: each["type"] for each in found}
    references = dict(_references(plan.get("configuration", {}).get("root_module", {}), ""))
    for address, code_type in types.items():
        if (reader := readers.get(code_type)) is None:
            continue
        owners = [each for each, kind in types.items() if kind == code_type]
        parts: dict[str, list[Block]] = {}
        untied: set[str] = set()
        for part, attribute in reader.parts.items():
            for each in (each for each, kind in types.items() if kind == part):
                owner = _owner(each, attribute, owners, values, references)
                if owner == address:
                    parts.setdefault(part, []).append(Block(values[each], what=each))
                elif owner is None:
                    untied.add(part)
        block = Block(values[address], what=address, parts=parts, untied=frozenset(untied - parts.keys()))
        if reader.when is None or reader.when(block):
            yield reader, address, block


def _resources(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from (each for each in module.get("resources", ()) if each["mode"] == "managed")
    for child in module.get("child_modules", ()):
        yield from _resources(child)


def _merge(value: Any, unknown: Any) -> Any:
    """The planned value with ``Computed`` wherever ``after_unknown`` says so."""
    if unknown is True:
        return Computed()
    if isinstance(unknown, dict) and unknown and (value is None or isinstance(value, dict)):
        given = value or {}
        names = (*given, *(name for name in unknown if name not in given))
        return {name: _merge(given.get(name), unknown.get(name)) for name in names}
    if isinstance(unknown, list) and isinstance(value, list):
        pairs = max(len(value), len(unknown))
        padded, marks = value + [None] * (pairs - len(value)), unknown + [None] * (pairs - len(unknown))
        return [_merge(one, mark) for one, mark in zip(padded, marks, strict=True)]
    return value


def _references(module: Mapping[str, Any], path: str) -> Iterator[tuple[tuple[str, str], list[str]]]:
    """What each attribute refers to, by address without indexes; only resources of the same module."""
    for each in module.get("resources", ()):
        for name, expression in each.get("expressions", {}).items():
            if isinstance(expression, dict):
                yield (path + each["address"], name), [path + one for one in expression.get("references", ())]
    for name, call in module.get("module_calls", {}).items():
        yield from _references(call.get("module", {}), f"{path}module.{name}.")


def _owner(
    part: str,
    attribute: str,
    owners: list[str],
    values: Mapping[str, Mapping[str, Any]],
    references: Mapping[tuple[str, str], list[str]],
) -> str | None:
    """The address of the one resource that a part belongs to; None if that cannot be told."""
    said = values[part].get(attribute)
    if isinstance(said, str):
        same = [each for each in owners if said in [values[each].get(name) for name in _IDENTITIES]]
        return same[0] if len(same) == 1 else None
    named = {_INDEX.sub("", each) for each in references.get((_INDEX.sub("", part), attribute), ())}
    close = [each for each in owners if _INDEX.sub("", each) in named]
    alike = [each for each in close if _INDEX.findall(each) == _INDEX.findall(part)]
    chosen = close if len(close) == 1 else alike
    return chosen[0] if len(chosen) == 1 else None
