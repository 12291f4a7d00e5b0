"""Tracing: which fields of its resource a rule looks at.

From that come a finding's evidence, the API actions that a rule needs, and the details that a scan can leave out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.model import Resource, Rule, Snapshot, Unknown, judged
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


def trace(rule: Rule, resource: Resource, snapshot: Snapshot) -> set[str]:
    """The fields that the rule reads when it judges the resource."""
    read: set[str] = set()
    stand_in: Any = _Traced(resource, read)
    world: tuple[Any, ...] = (snapshot.view(rule.reads),) if rule.uses_world else ()
    try:
        for _ in rule.check(stand_in, *world):
            pass
    except Unknown:
        pass
    return read


def fields_read(rule: Rule) -> frozenset[str]:
    """The fields that the rule reads on any of its samples."""
    read: set[str] = set()
    for sample in (*rule.passes, *rule.fails):
        resource, around = judged(sample)
        read |= trace(rule, resource, Snapshot(around))
    return frozenset(read)


def evidence(rule: Rule, resource: Resource, snapshot: Snapshot) -> Mapping[str, Any]:
    """The facts behind a verdict: the fields that the rule looked at, with their values, in order of declaration."""
    read = trace(rule, resource, snapshot)
    return {name: value for name, value in resource.known().items() if name in read and name not in BASE_FIELDS}
