"""Tracing: which fields of its resource a rule looks at.

From that come a finding's evidence, the API actions that a rule needs, and the details that a scan can leave out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bartizan.model import Resource, Rule, Snapshot, Unknown, View, judged
from bartizan.model.resource import BASE_FIELDS


class _Traced:
    """Stands in for a resource and notes which of its fields are read."""

    __slots__ = ("_read", "_resource")

    def __init__(self, resource: Resource, read: set[str]) -> None:
        self._resource = resource
        self._read = read

    def __getattr__(self, name: str) -> Any:
        kind = type(self._resource)
        if name in kind.defaults:
            self._read.add(name)
            return getattr(self._resource, name)
        described = getattr(kind, name, None)
        if isinstance(described, property) and described.fget is not None:
            return described.fget(self)
        if callable(described):
            return described.__get__(self)
        return getattr(self._resource, name)


class _TracedWorld:
    """Stands in for the world and notes which fields of what it gives are read, and by which it is asked."""

    __slots__ = ("_read", "_view")

    def __init__(self, view: View, read: defaultdict[type[Resource], set[str]]) -> None:
        self._view = view
        self._read = read

    def all(self, kind: type[Resource], *, near: Any = None) -> Sequence[Any]:
        read = self._read[kind]
        return [_Traced(each, read) for each in self._view.all(kind, near=near)]

    def listed(self, kind: type[Resource]) -> Sequence[Any]:
        read = self._read[kind]
        return [_Traced(each, read) for each in self._view.listed(kind)]

    def find(self, kind: type[Resource], *, near: Any = None, **by: Any) -> Sequence[Any]:
        read = self._read[kind]
        read.update(by)
        return [_Traced(each, read) for each in self._view.find(kind, near=near, **by)]

    def derived(self, build: Callable[[Any], Any]) -> Any:
        # Made anew, since what another evaluation made does not show what it looked at.
        return build(self)


def trace(rule: Rule, resource: Resource, snapshot: Snapshot) -> set[str]:
    """The fields that the rule reads when it judges the resource."""
    read: set[str] = set()
    _judge(rule, _Traced(resource, read), snapshot.view(rule.reads))
    return read


def fields_read(rule: Rule) -> frozenset[str]:
    """The fields that the rule reads of what it judges, as it declares or on any of its samples."""
    if rule.fields is not None:
        return rule.fields.get(rule.resource, frozenset())
    read: set[str] = set()
    for sample in (*rule.passes, *rule.fails):
        resource, around = judged(sample)
        read |= trace(rule, resource, Snapshot(around))
    return frozenset(read)


def fields_asked(rule: Rule) -> Mapping[type[Resource], frozenset[str]]:
    """The fields that the rule reads of what it finds in the world, by type, as declared or on any of its samples."""
    if rule.fields is not None:
        return rule.fields
    if not rule.reads:
        return {}
    asked: defaultdict[type[Resource], set[str]] = defaultdict(set)
    for sample in (*rule.passes, *rule.fails):
        resource, around = judged(sample)
        _judge(rule, _Traced(resource, set()), _TracedWorld(Snapshot(around).view(rule.reads), asked))
    return {kind: frozenset(asked[kind]) for kind in rule.reads}


def _judge(rule: Rule, stand_in: Any, world: Any) -> None:
    try:
        for _ in rule.check(stand_in, *((world,) if rule.uses_world else ())):
            pass
    except Unknown:
        pass


def evidence(rule: Rule, resource: Resource, snapshot: Snapshot) -> Mapping[str, Any]:
    """The facts behind a verdict: the fields that the rule looked at, with their values, in order of declaration."""
    read = trace(rule, resource, snapshot)
    return {name: value for name, value in resource.known().items() if name in read and name not in BASE_FIELDS}
