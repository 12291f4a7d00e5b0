"""Terraform plans and states, as ``terraform show -json`` writes them: the resources that they hold, as blocks.

What a plan deletes is not in its planned values, so it is not judged.

The format: https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bartizan.iac.configuration import Address, Configuration, Target
from bartizan.model import InputError
from bartizan.resources.code import Block, CodeReader, Computed, Surroundings
from bartizan.resources.code_readers import CodeReaders

_IDENTITIES = (
    "id", "arn", "url", "name", "bucket", "function_name", "stage_name", "domain", "repository", "domain_name",
    "cluster_identifier",
)  # fmt: skip
_ENDING = re.compile(r"[/:]")
_DEEPEST = 200


@dataclass(frozen=True, slots=True)
class Planned:
    """One resource instance; ``new`` says that the plan creates or replaces it.

    ``depends`` are the expressions, as the code writes them, of counts that are not known: there may be none of it.
    """

    address: str
    type: str
    values: Mapping[str, Any]
    new: bool
    at: Address
    depends: tuple[str, ...] = ()


def planned(
    plan: Mapping[str, Any], readers: CodeReaders, path: str = "the plan"
) -> Iterator[tuple[CodeReader, str, Block]]:
    """Reader, address and block of each resource that can be read, with the parts that belong to it.

    ``plan`` is a plan or a state; raises ``InputError`` that names ``path`` and the place where it is neither.
    """
    _check(plan, path)
    configuration = Configuration(plan.get("configuration", {}).get("root_module", {}))
    yield from tied(_instances(plan, configuration, readers, path), configuration, readers, path)


def tied(
    instances: Iterable[Planned], configuration: Configuration, readers: CodeReaders, path: str
) -> Iterator[tuple[CodeReader, str, Block]]:
    """Reader, address and block of each instance that can be read, with the parts that belong to it."""
    found: dict[str, list[Planned]] = defaultdict(list)
    around = _Around(configuration, path)
    for each in instances:
        found[each.type].append(each)
        around.add(each)
    for code_type, owners in found.items():
        if (reader := readers.get(code_type)) is None:
            continue
        ties = _Ties(owners, reader, around, readers)
        for part in reader.parts:
            for each in found.get(part, ()):
                ties.add(each)
        for each in owners:
            block = ties.block(each)
            if reader.reads(block):
                yield reader, each.address, block


def defaulted(code_type: str, readers: CodeReaders) -> set[str]:
    """The attributes of a type that the provider computes where the code leaves them out."""
    return {name for reader in readers.about(code_type) for name in reader.defaulted.get(code_type, ())}


def _check(plan: Mapping[str, Any], path: str) -> None:
    version = str(plan.get("format_version", "1"))
    if version.partition(".")[0] not in {"0", "1"}:
        raise InputError(f"{path}: plans of format {version} cannot be read; Bartizan knows formats 0 and 1")
    level: list[Any] = [plan]
    for _ in range(_DEEPEST):
        inner = [each.values() if isinstance(each, dict) else each for each in level]
        level = [one for each in inner for one in each if isinstance(one, dict | list)]
    if level:
        raise InputError(f"{path}: nested deeper than {_DEEPEST} levels")


def _instances(
    plan: Mapping[str, Any], configuration: Configuration, readers: CodeReaders, path: str
) -> Iterator[Planned]:
    changes = _changes(plan, path)
    section = "planned_values" if "planned_values" in plan else "values"
    for where, each in _resources(plan[section].get("root_module", {}), f"{section}.root_module"):
        for name, kind in (("address", str), ("type", str), ("mode", str), ("values", dict)):
            if not isinstance(each, dict) or not isinstance(each.get(name), kind):
                raise InputError(f"{path}: {where} lacks its {name}")
        change = changes.get(each["address"], {})
        actions = change.get("actions", ())
        if each["mode"] == "managed" and actions not in (["delete"], ["forget"]):
            at, new = Address.parse(each["address"]), "create" in actions
            values = _merge(each["values"], change.get("after_unknown", {}))
            for attribute in defaulted(each["type"], readers) if new else ():
                _leave_out(values, attribute.split("."), given=configuration.gives(at, attribute))
            for name in [name for name, value in values.items() if isinstance(value, Computed)]:
                values[name] = Computed(configuration.reference(at, name))
            yield Planned(each["address"], each["type"], values, new, at)


def _changes(plan: Mapping[str, Any], path: str) -> Mapping[str, Mapping[str, Any]]:
    changes: dict[str, Mapping[str, Any]] = {}
    for index, each in enumerate(plan.get("resource_changes", ())):
        change = each.get("change") if isinstance(each, dict) else None
        if not isinstance(change, dict) or not isinstance(each.get("address"), str):
            raise InputError(f"{path}: resource_changes[{index}] lacks its address or its change")
        if not isinstance(change.get("after_unknown", {}), dict):
            raise InputError(f"{path}: resource_changes[{index}].change.after_unknown is no mapping")
        # A deposed object is the old one that a replacement leaves to be deleted.
        if "deposed" not in each:
            changes[each["address"]] = change
    return changes


def _resources(module: Mapping[str, Any], where: str) -> Iterator[tuple[str, Any]]:
    for index, each in enumerate(module.get("resources", ())):
        yield f"{where}.resources[{index}]", each
    for index, child in enumerate(module.get("child_modules", ())):
        yield from _resources(child, f"{where}.child_modules[{index}]")


def _merge(value: Any, unknown: Any) -> Any:
    """The planned value with ``Computed`` wherever ``after_unknown`` says so."""
    if unknown is True:
        return Computed()
    if isinstance(value, dict) or (value is None and isinstance(unknown, dict) and unknown):
        given, later = value or {}, unknown if isinstance(unknown, dict) else {}
        return {name: _merge(given.get(name), later.get(name)) for name in {**given, **later}}
    if isinstance(unknown, list) and isinstance(value, list):
        pairs = max(len(value), len(unknown))
        padded, marks = value + [None] * (pairs - len(value)), unknown + [None] * (pairs - len(unknown))
        return [_merge(one, mark) for one, mark in zip(padded, marks, strict=True)]
    return value


def _leave_out(values: Any, steps: list[str], *, given: bool) -> None:
    """Make an attribute absent that is only unknown because the provider fills it in, not the code."""
    for each in steps[:-1]:
        nested = values.get(each)
        if not isinstance(nested, list) or len(nested) != 1 or not isinstance(nested[0], dict):
            return
        values = nested[0]
    if isinstance(values.get(steps[-1]), Computed) and not given:
        values[steps[-1]] = None


IDENTIFYING = frozenset({"", "arn", "id"})
"""The attributes by which one resource refers to another as such, and not to something that belongs to it."""


class _Around:
    """All instances of the code, found by what code and addresses call them."""

    def __init__(self, configuration: Configuration, path: str) -> None:
        self.configuration = configuration
        self._path = path
        self._coded: dict[tuple[tuple[str, ...], str], list[Planned]] = defaultdict(list)
        self._keyed: dict[tuple[tuple[str, ...], str, str], list[Planned]] = defaultdict(list)
        self._by_address: dict[str, Planned] = {}

    def add(self, each: Planned) -> None:
        """Take an instance in."""
        self._coded[each.at.path, each.at.name].append(each)
        self._keyed[each.at.path, each.at.name, each.at.key].append(each)
        self._by_address[each.address] = each

    def meant(self, at: Address, target: Target) -> Iterator[Planned]:
        """The instances that code of the instance ``at`` may mean by a reference."""
        own = target.key if target.same is None else at.keys[target.same]
        if not own and target.same is None:
            found = self._coded.get((target.path, target.name), [])
        else:
            found = self._keyed.get((target.path, target.name, own), [])
        return (each for each in found if at.reaches(each.at) and target.key in ("", each.at.key))

    def of(self, at: Address) -> Surroundings:
        """What the block of an instance may ask about what it refers to."""

        def referred(attribute: str) -> tuple[str, ...]:
            targets = self.configuration.targets(at, attribute, {}) or ()
            if not all(each.attribute in IDENTIFYING for each in targets):
                return ()
            return tuple(sorted({one.address for each in targets for one in self.meant(at, each)}))

        return Surroundings(self._path, referred, self._block, _type_of)

    def _block(self, address: str) -> Block | None:
        found = self._by_address.get(address)
        return Block(found.values, what=address, new=found.new, around=self.of(found.at)) if found else None


def _type_of(address: str) -> str:
    return Address.parse(address).name.partition(".")[0]


def _elsewhere(one: Planned, other: Planned) -> bool:
    """Whether two instances name different regions, as the provider lets them."""
    here, there = one.values.get("region"), other.values.get("region")
    return isinstance(here, str) and isinstance(there, str) and here != there


class _Ties:
    """Which part belongs to which of the resources of one type."""

    def __init__(self, owners: list[Planned], reader: CodeReader, around: _Around, readers: CodeReaders) -> None:
        self._reader = reader
        self._readers = readers
        self._around = around
        self._owners = owners
        self._depends = {each.address: each.depends for each in owners}
        self._known: dict[str, set[str]] = defaultdict(set)
        self._parts: dict[str, dict[str, list[Block]]] = defaultdict(lambda: defaultdict(list))
        self._untied: dict[str, set[str]] = defaultdict(set)
        for each in owners:
            for name in _IDENTITIES:
                if isinstance(value := each.values.get(name), str):
                    self._known[value].add(each.address)

    def add(self, part: Planned) -> None:
        """Give a part to its owners; where it may be several that are meant, none knows its parts of that type."""
        sure, perhaps = self._owners_of(part)
        for each in sure:
            # A part that there may not be is there where its owner is, if both hang on the same.
            if not part.depends or part.depends == self._depends[each]:
                around = self._around.of(part.at)
                self._parts[each][part.type].append(Block(part.values, what=part.address, new=part.new, around=around))
            else:
                perhaps.add(each)
        for each in perhaps:
            self._untied[each].add(part.type)

    def block(self, owner: Planned) -> Block:
        """The block of a resource with its parts."""
        parts, untied = self._parts[owner.address], frozenset(self._untied[owner.address])
        around = self._around.of(owner.at)
        return Block(owner.values, what=owner.address, parts=parts, untied=untied, new=owner.new, around=around)

    def _owners_of(self, part: Planned) -> tuple[set[str], set[str]]:
        """The owners that a part is sure to have, and those that it may have."""
        attribute = self._reader.parts[part.type]
        near = {each.address for each in self._owners if not _elsewhere(part, each)}
        if not attribute:
            return set(), near
        said = part.values.get(attribute)
        if said is None and not self._around.configuration.reference(part.at, attribute):
            return set(), set()
        referred = self._referred(part)
        if not isinstance(said, list):
            return self._owners_by(said, referred, near)
        sure, perhaps = set[str](), set[str]()
        for each in said:
            these, those = self._owners_by(each, referred, near)
            sure |= these
            perhaps |= those
        return sure, perhaps - sure

    def _owners_by(self, said: Any, referred: set[str] | None, near: set[str]) -> tuple[set[str], set[str]]:
        """The owners meant by a value: one that is sure, or several that may be.

        ``referred`` is what the code says, ``near`` are those that are not in another region.
        """
        if isinstance(said, Computed) and said.refers in near:
            return {said.refers}, set()
        if not isinstance(said, str):
            meant = near if referred is None else referred & near
            return (meant, set()) if referred is not None and len(meant) == 1 else (set(), meant)
        if named := self._known.get(said, set()) & near:
            meant = ((referred or set()) & named) or named
            return (meant, set()) if len(meant) == 1 else (set(), meant)
        # A name that no resource here has is that of one elsewhere, but a URL or ARN may end in the name of one here.
        ending = self._known.get(_ENDING.split(said)[-1], set()) & near
        meant = (referred or set()) & ending
        return (meant, set()) if len(meant) == 1 else (set(), meant or ending)

    def _referred(self, part: Planned) -> set[str] | None:
        """The owners that the part's code may mean; ``None`` where that cannot be told."""
        targets = self._around.configuration.targets(part.at, self._reader.parts[part.type], self._reader.parts)
        if targets is None:
            return None
        # A web ACL is associated with resources of many types, one of which has that ARN: none of ours has it too.
        ours = [each for each in targets if not self._is_another_s(each)]
        if any(each.name.partition(".")[0] != self._reader.code_type for each in ours):
            return None
        return {owner.address for each in ours for owner in self._around.meant(part.at, each)}

    def _is_another_s(self, target: Target) -> bool:
        """Whether it is the ARN or id of a resource of another type that has parts of its own."""
        code_type = target.name.partition(".")[0]
        own = code_type == self._reader.code_type or code_type in self._reader.parts
        return not own and target.attribute in {"arn", "id"} and code_type in self._readers
