"""What the modules of this room declare: resource types and readers, gathered by walking them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from bartizan.model import DeclarationError, InputError, Resource
from bartizan.resources.applying import ApiWriter
from bartizan.resources.code import CodeReader, service_of
from bartizan.resources.reading import AnyReader, CustomReader, Reader
from bartizan.resources.recorded import ConfigListing, ConfigReader
from bartizan.resources.writing import CodeWriter

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ResourceIndex:
    """All resource types by name (``sqs.Queue``), with the readers for AWS and for code, and the writers of code.

    ``config_readers`` and ``config_listings`` are for configuration items of AWS Config, by their type.
    """

    types: Mapping[str, type[Resource]]
    readers: tuple[AnyReader, ...]
    code_readers: Mapping[str, CodeReader]
    code_writers: tuple[CodeWriter, ...] = ()
    config_readers: Mapping[str, ConfigReader] = field(default_factory=dict)
    config_listings: Mapping[str, ConfigListing] = field(default_factory=dict)

    @classmethod
    def load(cls) -> ResourceIndex:
        """Everything that Bartizan knows how to read; raises ``DeclarationError`` where two claim the same."""
        types: dict[str, type[Resource]] = {}
        readers: dict[int, AnyReader] = {}
        code_readers: dict[str, CodeReader] = {}
        code_writers: dict[int, CodeWriter] = {}
        config_readers: dict[str, ConfigReader] = {}
        config_listings: dict[str, ConfigListing] = {}
        for service, value in _declared():
            if isinstance(value, type) and issubclass(value, Resource) and value is not Resource:
                types[f"{service_of(value)}.{value.__name__}"] = value
            elif isinstance(value, (Reader, CustomReader)):
                readers[id(value)] = value
            elif isinstance(value, CodeWriter):
                code_writers[id(value)] = value
            elif isinstance(value, ConfigReader):
                config_readers[value.kind.cfn_type] = value
            elif isinstance(value, ConfigListing):
                config_listings[value.type] = value
            elif isinstance(value, CodeReader) and code_readers.setdefault(value.code_type, value) is not value:
                raise DeclarationError(f"{service}: {value.code_type} is read in two ways")
        writers = tuple(code_writers.values())
        kinds = dict(sorted(types.items()))
        return cls(kinds, tuple(readers.values()), code_readers, writers, config_readers, config_listings)

    def readers_of(self, types: frozenset[type[Resource]]) -> tuple[AnyReader, ...]:
        """The readers that give at least one of these types."""
        return tuple(each for each in self.readers if types.intersection(each.types))

    def type_named(self, name: str) -> type[Resource]:
        """The type called ``sqs.Queue``, ``Queue`` or ``AWS::SQS::Queue``; raises ``InputError`` for another name."""
        wanted = name.lower()
        for full, kind in self.types.items():
            if wanted in {full.lower(), kind.__name__.lower(), kind.cfn_type.lower()}:
                return kind
        raise InputError(f"there is no resource type {name!r}; there are {', '.join(self.types)}")


def code_writers(services: Collection[str]) -> tuple[CodeWriter, ...]:
    """What writes the types of these services as code; no others are imported. Their modules are named after them."""
    return _in_room("bartizan.resources.writers", CodeWriter, services)


def api_writers(services: Collection[str]) -> tuple[ApiWriter, ...]:
    """What changes the types of these services in AWS; no others are imported. Their modules are named after them."""
    return _in_room("bartizan.resources.appliers", ApiWriter, services)


def _in_room(name: str, kind: type[T], services: Collection[str]) -> tuple[T, ...]:
    room = importlib.import_module(name)
    found: dict[int, T] = {}
    for info in pkgutil.iter_modules(room.__path__, f"{room.__name__}."):
        if info.name.rpartition(".")[2].partition("_")[0] in services:
            values = vars(importlib.import_module(info.name)).values()
            found |= {id(each): each for each in values if isinstance(each, kind)}
    return tuple(found.values())


def _declared() -> Iterator[tuple[str, object]]:
    package = importlib.import_module("bartizan.resources")
    for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        for value in vars(importlib.import_module(info.name)).values():
            yield info.name, value
