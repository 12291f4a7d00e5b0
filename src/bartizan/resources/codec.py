"""Values of the model as JSON and back, by their types: what a process wrote down, another one takes up again.

``encode`` gives plain values, ``decode`` makes of them what a type hint says. Resources carry the name of their type
and the reasons for what they do not know, so that what was unknown stays unknown, and why.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import types
import typing
from collections import Counter
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from typing import Any

from bartizan.model import Gap, Reason, Resource, Severity, plain
from bartizan.model.resource import Place
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.index import ResourceIndex
from bartizan.resources.tags import Tags

_TYPE, _VALUES, _GAPS = "type", "values", "gaps"


def encode(value: Any) -> Any:
    """A value of the model as plain JSON values."""
    if isinstance(value, Resource):
        gaps = {name: [str(gap.reason), gap.needs, gap.detail] for name, gap in value.gaps.items()}
        held = {name: encode(each) for name, each in value.known().items()}
        return {_TYPE: _name_of(type(value)), _VALUES: held, _GAPS: gaps}
    if isinstance(value, Mapping):
        return {str(name): encode(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [encode(each) for each in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, (type, PolicyDocument)):
        return {each.name: encode(getattr(value, each.name)) for each in dataclasses.fields(value) if each.init}
    return plain(value)


def decode(hint: Any, value: Any) -> Any:  # noqa: PLR0911 - one line per kind of type
    """What the hint says, of plain values that ``encode`` gave; raises ``ValueError`` where they do not fit."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in {typing.Union, types.UnionType}:
        return _first_that_fits(arguments, value)
    if hint is Any or origin is typing.Literal:
        return value
    if origin is not None:
        return _container(origin, arguments, value)
    if not isinstance(hint, type):
        raise ValueError(f"{hint!r} cannot be read back")  # noqa: TRY004 - so is a type that is not there any more
    if issubclass(hint, Resource):
        return _resource(hint, value)
    if hint in _SPECIAL:
        return _SPECIAL[hint](value)
    if issubclass(hint, Enum):
        return hint(value)
    if dataclasses.is_dataclass(hint):
        hints = _hints(hint)
        return hint(**{name: decode(hints[name], each) for name, each in _mapping(value).items()})
    if isinstance(value, hint) or (hint is float and isinstance(value, int)):
        return value
    raise ValueError(f"{value!r} is no {hint.__name__}")


def _first_that_fits(hints: tuple[Any, ...], value: Any) -> Any:
    if value is None and types.NoneType in hints:
        return None
    for each in hints:
        try:
            return decode(each, value)
        except (ValueError, TypeError, LookupError):
            continue
    raise ValueError(f"{value!r} fits none of what it may be")


def _container(origin: type, arguments: tuple[Any, ...], value: Any) -> Any:
    if origin is Counter:
        return Counter({decode(arguments[0], name): number for name, number in _mapping(value).items()})
    if issubclass(origin, Mapping):
        name, held = arguments
        made = {decode(name, key): decode(held, each) for key, each in _mapping(value).items()}
        return Tags(made) if arguments == (str, str) else made
    if not isinstance(value, list):
        raise ValueError(f"{value!r} is no list")  # noqa: TRY004 - what is read, not what was passed, is wrong
    if origin is tuple and arguments[-1:] != (...,):
        return tuple(decode(hint, each) for hint, each in zip(arguments, value, strict=True))
    # A sequence of no certain kind is a tuple.
    kind = origin if origin in {list, frozenset, set} else tuple
    return kind(decode(arguments[0], each) for each in value)


def _resource(hint: type[Resource], value: Any) -> Resource:
    held = _mapping(value)
    kind: Any = _types()[held[_TYPE]]  # a class is hashable, which mypy doubts for lack of a frozen __eq__
    if not issubclass(kind, hint):
        raise ValueError(f"{held[_TYPE]} is no {hint.__name__}")  # noqa: TRY004 - what is read is wrong
    hints = _hints(kind)
    values = {name: decode(hints[name], each) for name, each in held[_VALUES].items()}
    gaps = {name: Gap(Reason(each[0]), *each[1:]) for name, each in held[_GAPS].items()}
    made: Resource = kind.of(values, gaps)
    return made


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{value!r} is no mapping")  # noqa: TRY004 - what is read, not what was passed, is wrong
    return value


def _policy(value: Any) -> PolicyDocument:
    # One that was made rather than read has no text.
    return parse_policy(value) if value else PolicyDocument(())


def _time(value: Any) -> dt.datetime:
    return dt.datetime.fromisoformat(value)


def _date(value: Any) -> dt.date:
    return dt.date.fromisoformat(value)


_SPECIAL: Mapping[type, Callable[[Any], Any]] = types.MappingProxyType(
    {PolicyDocument: _policy, Severity: Severity.parse, dt.datetime: _time, dt.date: _date}
)
"""The types that are read back in a way of their own."""


_BASE = dict.fromkeys(("arn", "address", "account", "region"), str) | {"place": Place | None, "read_at": dt.datetime}


@cache
def _hints(kind: Any) -> Mapping[str, Any]:
    hints = typing.get_type_hints(kind)
    # What every resource has stands in no class body, since a slot takes no default.
    return {**_BASE, **hints} if issubclass(kind, Resource) else hints


@cache
def _types() -> Mapping[str, type[Resource]]:
    return {_name_of(each): each for each in ResourceIndex.load().types.values()}


def _name_of(kind: type[Resource]) -> str:
    return f"{kind.__module__.removeprefix('bartizan.resources.')}.{kind.__name__}"
