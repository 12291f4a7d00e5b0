"""A folder of Terraform's language into the instances that a plan of a new state would hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bartizan.iac.configuration import Address, Configuration
from bartizan.iac.hcl.folder import Folder, constant
from bartizan.iac.hcl.module import Instance, Module, Project
from bartizan.iac.hcl.references import configuration_of
from bartizan.iac.hcl.syntax import Part
from bartizan.iac.hcl.values import settled
from bartizan.iac.terraform import Planned, defaulted, tied
from bartizan.model import InputError, Place
from bartizan.resources.code import Block, CodeReader, Computed
from bartizan.resources.code_readers import CodeReaders

_FILLED_IN = ("arn", "bucket", "dns_name", "endpoint", "id", "key_id", "name", "url", "vpc_id")
_TEXTS = re.compile(r"(?:^|_)(?:description|identifier|name|prefix)$")
"""Attributes that are texts for every provider, whatever they hold: a queue may be called ``false``."""

_NUMBERS = re.compile(r"(?:^|_)(?:port|days|seconds|duration|size|age|count|threshold)$")


@dataclass(frozen=True, slots=True)
class Read:
    """What a folder holds: reader, address, block and place of each resource, and what of it was not read, and why."""

    found: list[tuple[CodeReader, str, Block]]
    places: Mapping[str, Place]
    left_out: Mapping[str, str]


def read_hcl(folder: Path, project: Project, readers: CodeReaders) -> Read:
    """Read the root module in ``folder``; raises ``InputError`` where it goes in circles or is made to harm."""
    try:
        module = Module(project, project.folder(project.root))
        walk = _Walk(folder, readers, _Common.of(module))
        configuration = Configuration(configuration_of(module))
        found = list(tied(list(walk.through(module)), configuration, readers, str(folder)))
    except RecursionError:
        raise InputError(f"{folder}: its expressions or modules are nested too deeply") from None
    return Read(
        found, walk.places, {shown_path(where, project.root, folder): why for where, why in project.left_out.items()}
    )


def shown_path(path: str, root: Path, folder: Path) -> str:
    """A path below the root as the user would write it."""
    return str(folder / path[len(str(root)) + 1 :]) if path.startswith(f"{root}/") else path


@dataclass(frozen=True, slots=True)
class _Common:
    """The tags that the provider gives to all resources; ``None`` if it gives none."""

    tags: Any = None

    @classmethod
    def of(cls, module: Module) -> _Common:
        for part in module.folder.providers:
            if part.labels == ("aws",) and "alias" not in part.body.attributes:
                values = module.body(part, module.scope).get("default_tags")
                if isinstance(values, list) and len(values) == 1:
                    return cls(settled(values[0].get("tags"), module.project.evaluator.budget))
        return cls()

    def added(self, part: Part, values: dict[str, Any]) -> None:
        """Set ``tags_all`` where the provider adds to the tags."""
        if self.tags is None or "tags_all" in values:
            return
        own = values.get("tags") or {}
        known = isinstance(own, dict) and isinstance(self.tags, dict) and "provider" not in part.body.attributes
        values["tags_all"] = {**self.tags, **own} if known else Computed("default_tags")


@dataclass(slots=True)
class _Walk:
    """One way through the modules of a root: what they share, and the places that it notes."""

    folder: Path
    readers: CodeReaders
    common: _Common
    places: dict[str, Place] = field(default_factory=dict)

    def through(self, module: Module) -> Iterator[Planned]:
        """The instances of all resources that are read, in a module and in those that it calls."""
        for (kind, name), part in module.folder.of("resource").items():
            for instance in module.instances(part) if self.readers.about(kind) else ():
                module.project.count_resource()
                address = f"{module.at}{'.' if module.at else ''}{kind}.{name}{instance.key}"
                self.places[address] = Place(shown_path(part.file, module.project.root, self.folder), part.line)
                yield self._instance(module, part, instance, address)
        for part in module.folder.of("module").values():
            for instance in module.instances(part):
                inner = module.call(part, instance)
                if inner is not None:
                    yield from self.through(inner)

    def _instance(self, module: Module, part: Part, instance: Instance, address: str) -> Planned:
        kind = part.labels[0]
        written = module.body(part, module.scope.within(instance.loops))
        values = {name: _fitting(name, each) for name, each in written.items()}
        self.common.added(part, values)
        optional = defaulted(kind, self.readers)
        for name in _FILLED_IN:
            if name not in optional:
                values.setdefault(name, Computed())
        depends = (*module.depends, instance.depends) if instance.depends else module.depends
        return Planned(address, kind, values, new=True, at=Address.parse(address), depends=depends)


def _fitting(name: str, value: Any) -> Any:
    """A value as the provider's schema would have it: texts that are numbers or truths in code become these."""
    if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        return [{inner: _fitting(inner, each) for inner, each in one.items()} for one in value]
    if not isinstance(value, str):
        return str(value) if name == "protocol" and isinstance(value, int) else value
    if value in {"true", "false"}:
        return value if _TEXTS.search(name) else value == "true"
    return int(value) if _NUMBERS.search(name) and re.fullmatch(r"-?\d{1,10}", value) else value


def local_modules(folder: Folder) -> Iterator[Path]:
    """The folders of the local modules that a folder calls."""
    for part in folder.of("module").values():
        source = constant(part.body.attributes.get("source"))
        if isinstance(source, str) and source.startswith(("./", "../")):
            yield (folder.path / source).resolve()
