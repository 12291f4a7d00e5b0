"""Terraform's language as text, laid out as ``terraform fmt`` does.

Nothing that comes from an account can end a text or begin an expression in it: quotes and control characters are
escaped, and so are the marks of templates.

The language: https://developer.hashicorp.com/terraform/language/syntax/configuration and
https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bartizan.iac.write.comments import comment
from bartizan.resources.writing import Declaration, Json, Nested, Own

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_TEMPLATE = re.compile(r"([$%]+)(?=\{)")
_WORDS = frozenset({"true", "false", "null"})


@dataclass(frozen=True, slots=True)
class Raw:
    """An expression, as it is to stand in the code."""

    text: str


def block(declaration: Declaration, label: str) -> str:
    """A resource block, called ``label``."""
    own = f"{declaration.own}.{label}"
    name = label if declaration.number == 1 else f"{label}_{declaration.number}"
    lines = [f'resource "{declaration.code_type}" "{name}" {{']
    lines += [f"  {comment(f'{name} is left out')}" for name in declaration.left_out]
    lines += body(declaration.attributes, own, "  ")
    return "\n".join([*lines, "}"]) if len(lines) > 1 else f"{lines[0]}}}"


def import_block(code_type: str, label: str, import_id: str) -> str:
    """The block that lets Terraform take over what exists already.

    Source: https://developer.hashicorp.com/terraform/language/import
    """
    return f"import {{\n  to = {code_type}.{label}\n  id = {quoted(import_id)}\n}}"


def quoted(text: str) -> str:
    """The text as a quoted one, in which nothing is a template."""
    escaped = "".join(_ESCAPES.get(each) or (each if each.isprintable() else _code(each)) for each in text)
    return f'"{_TEMPLATE.sub(_doubled, escaped)}"'


def _doubled(mark: re.Match[str]) -> str:
    """The start of a template with its last sign doubled, which makes it a text; those before it as their codes.

    Not all parsers agree on what three of them are.
    """
    return "".join(map(_code, mark[1][:-1])) + mark[1][-1] * 2


def _code(letter: str) -> str:
    return f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else f"\\U{ord(letter):08x}"


def body(attributes: Mapping[str, Any], own: str, indent: str) -> Iterator[str]:
    """The lines of a block: its attributes, then its nested blocks, each after an empty line."""
    blocks: list[tuple[str, Nested]] = []
    arguments: list[tuple[str, str]] = []
    for name, value in attributes.items():
        inner = [value] if isinstance(value, Nested) else value
        if inner and isinstance(inner, list) and all(isinstance(each, Nested) for each in inner):
            blocks += [(name, each) for each in inner]
        elif value is not None:
            arguments.append((name, expression(value, own, indent)))
    yield from _aligned(arguments, indent)
    for number, (name, each) in enumerate(blocks):
        if arguments or number:
            yield ""
        inside = list(body(each.attributes, own, f"{indent}  "))
        yield from (f"{indent}{name} {{", *inside, f"{indent}}}") if inside else (f"{indent}{name} {{}}",)


def _aligned(arguments: list[tuple[str, str]], indent: str) -> Iterator[str]:
    """Lines of ``name = value``, their equals signs below each other as far as no longer value comes between."""
    for number, (name, value) in enumerate(arguments):
        width = len(name)
        if "\n" not in value:
            width = max(len(each) for each in _neighbours(arguments, number))
        yield f"{indent}{name:<{width}} = {value}"


def _neighbours(arguments: list[tuple[str, str]], number: int) -> Iterator[str]:
    first = last = number
    while first and "\n" not in arguments[first - 1][1]:
        first -= 1
    while last + 1 < len(arguments) and "\n" not in arguments[last + 1][1]:
        last += 1
    return (name for name, _ in arguments[first : last + 1])


def expression(value: Any, own: str, indent: str) -> str:  # noqa: PLR0911 - one line per kind of value
    """A value; ``own`` is the address of the resource that parts refer to, ``indent`` that of its line."""
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, Own):
        return f"{own}.{value.attribute}"
    if isinstance(value, Json):
        return f"jsonencode({expression(value.value, own, indent)})"
    if isinstance(value, Nested):
        return expression(value.attributes, own, indent)
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, Mapping):
        return _object(value, own, indent)
    if isinstance(value, (list, tuple)):
        return _list(value, own, indent)
    return quoted(str(value))


def _object(value: Mapping[str, Any], own: str, indent: str) -> str:
    if not value:
        return "{}"
    inner = f"{indent}  "
    arguments = [(_key(str(name)), expression(each, own, inner)) for name, each in value.items()]
    return "\n".join(["{", *_aligned(arguments, inner), f"{indent}}}"])


def _key(name: str) -> str:
    return name if _NAME.fullmatch(name) and name not in _WORDS and name != "for" else quoted(name)


def _list(value: list[Any] | tuple[Any, ...], own: str, indent: str) -> str:
    if all(not isinstance(each, (Mapping, list, tuple, Json, Nested)) for each in value) and len(value) < 4:
        return f"[{', '.join(expression(each, own, indent) for each in value)}]"
    inner = f"{indent}  "
    return "\n".join(["[", *(f"{inner}{expression(each, own, inner)}," for each in value), f"{indent}]"])
