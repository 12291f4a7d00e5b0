"""JSON and YAML texts into plain values, with the line of each mapping's keys, safe against hostile documents."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

from bartizan.model import InputError

_DEEPEST = 100
_LARGEST = 20_000_000
_MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Tagged:
    """A value behind one of CloudFormation's short tags: ``!Ref Logs`` is ``Tagged("Ref", "Logs")``."""

    tag: str
    value: Any


@dataclass(slots=True)
class Document:
    """A parsed text and the line, counted from 1, of each key by its path from the top (the first three levels)."""

    value: Any
    lines: dict[tuple[str, ...], int] = field(default_factory=dict)


def parse(text: str, path: str) -> Document:
    """Parse YAML, and so JSON too; raises ``InputError`` with path and line where it is broken or made to harm."""
    if len(text) > _LARGEST:
        raise InputError(f"{path} is larger than {_LARGEST // 1_000_000} MB; name a smaller file")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        node = yaml.compose(text, Loader=loader)
        return _build(node, path)
    except yaml.MarkedYAMLError as broken:
        mark = broken.problem_mark or broken.context_mark
        where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else path
        raise InputError(f"{where}: {broken.problem or broken.context}") from None
    except yaml.YAMLError as broken:
        raise InputError(f"{path}: {broken}".splitlines()[0]) from None
    except RecursionError:
        raise InputError(f"{path} is nested too deeply") from None


def _build(node: Any, path: str) -> Document:
    document = Document(None)
    if node is not None:
        _check_size(node, path)
        document.value = _value(node, path, (), document.lines, 0)
    return document


def _check_size(node: Any, path: str) -> None:
    """Refuse a document whose aliases, each a whole value again, make far more of it than the text shows."""
    sizes: dict[int, int] = {}

    def size(each: Any, depth: int) -> int:
        if depth > _DEEPEST:
            return 1  # which is refused with its line, once it is built
        if id(each) not in sizes:
            inner = [one for pair in each.value for one in pair] if isinstance(each, yaml.MappingNode) else each.value
            sizes[id(each)] = 1 + sum(size(one, depth + 1) for one in inner if isinstance(one, yaml.Node))
        return sizes[id(each)]

    if size(node, 0) > _MOST:
        raise InputError(f"{path}: its aliases make more than {_MOST:,} values of it")


def _value(node: Any, path: str, at: tuple[str, ...], lines: dict[tuple[str, ...], int], depth: int) -> Any:
    if depth > _DEEPEST:
        raise InputError(f"{path}:{node.start_mark.line + 1}: nested deeper than {_DEEPEST} levels")
    if isinstance(node, yaml.MappingNode):
        made: Any = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise InputError(f"{path}:{key_node.start_mark.line + 1}: a key must be a text")
            key = key_node.value
            if key in made:
                raise InputError(f"{path}:{key_node.start_mark.line + 1}: {key!r} is there twice")
            if len(at) < 3:
                lines[*at, key] = key_node.start_mark.line + 1
            made[key] = _value(value_node, path, (*at, key), lines, depth + 1)
    elif isinstance(node, yaml.SequenceNode):
        made = [_value(each, path, (*at, "[]"), lines, depth + 1) for each in node.value]
    else:
        made = _scalar(node)
    return Tagged(node.tag[1:], made) if node.tag.startswith("!") else made


def _scalar(node: Any) -> Any:
    # Dates stay texts: the Version of a policy is one.
    if node.tag.startswith("!") or node.tag.endswith((":str", ":timestamp")):
        return node.value
    try:
        return SafeConstructor().construct_object(node)
    except ValueError:
        return node.value
