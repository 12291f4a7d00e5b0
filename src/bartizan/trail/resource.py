"""On which resources an action was called: those that an event lists, or those that its parameters name.

Objects of S3 are kept by their folder, and streams of logs by their group, since each would be a row of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from bartizan.policy.reference import Action, Reference, ResourceType
from bartizan.trail.actions import members_of

Told = tuple[tuple[str, str | None], ...]
"""The ARNs that an event lists, each with its account; or names and values of its parameters."""

AT_MOST = 16
"""The resources that are told apart in one call; of a call on more, the rest is one that is not told."""

_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
_GIVEN = frozenset({"Partition", "Region", "Account"})
_DEPTH = 4
_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}


def folder_of(arn: str) -> str:
    """The ARN of an object, or of a stream of logs, with a star for its name; other ARNs as they are."""
    if arn.startswith("arn:aws") and ":s3:::" in arn:
        folder, slash, _ = arn.rpartition("/")
        return f"{folder}/*" if slash else arn
    group, stream, _ = arn.partition(":log-stream:")
    return f"{group}{stream}*" if stream else arn


@cache
def members(actions: tuple[Action, ...]) -> frozenset[str]:
    """The parameters, in small letters, that can name a resource of these actions."""
    return frozenset(
        member
        for action in actions
        for kind in _types(action)
        for placeholder in _placeholders(kind.arn)
        for member in members_of(action.prefix, placeholder)
    )


def named(wanted: frozenset[str], held: Mapping[str, Any]) -> Told:
    """The values of the wanted parameters, at any depth; nothing else of the parameters is looked at."""
    return tuple(dict.fromkeys(_named(wanted, held, _DEPTH)))[:AT_MOST]


def _named(wanted: frozenset[str], held: Any, depth: int) -> Iterator[tuple[str, str | None]]:
    if depth == 0:
        return
    for name, value in held.items():
        known = name.lower()
        if isinstance(value, Mapping):
            yield from _named(wanted, value, depth - 1)
        elif isinstance(value, list):
            for each in value[:AT_MOST]:
                if isinstance(each, Mapping):
                    yield from _named(wanted, each, depth - 1)
                elif isinstance(each, str) and known in wanted:
                    yield known, each
        elif isinstance(value, str) and known in wanted:
            yield known, value


def listed(action: Action, told: Told) -> list[tuple[str, str | None]]:
    """Those of an event's own resources that the action works on, with their accounts."""
    kinds = _types(action)
    fitting = [each for each in told if any(kind.matches(each[0]) for kind in kinds)]
    if fitting:
        # An object has the shape of its own type alone; its bucket is listed beside it.
        longest = max(_specific(kinds, arn) for arn, _ in fitting)
        fitting = [each for each in fitting if _specific(kinds, each[0]) == longest]
    return [(folder_of(arn), account) for arn, account in fitting]


def _specific(kinds: tuple[ResourceType, ...], arn: str) -> int:
    return max((len(_placeholders(kind.arn)) for kind in kinds if kind.matches(arn)), default=0)


def filled(action: Action, told: Told, region: str, account: str) -> list[str]:
    """The ARNs of an action's resources, filled from parameters; none where they do not name one."""
    for kind in _types(action):
        given = {"Partition": _partition(region), "Region": region, "Account": account}
        arns = list(_filled(action.prefix, kind, told, given))
        if arns:
            return list(dict.fromkeys(map(folder_of, arns)))
    return []


def _filled(prefix: str, kind: ResourceType, told: Told, given: Mapping[str, str]) -> Iterator[str]:
    wanted = [each for each in _placeholders(kind.arn) if each not in _GIVEN]
    if not wanted:
        return
    values = [_values(prefix, each, told) for each in wanted]
    # An ARN may stand where a name is asked for.
    arns = [value for some in values for value in some if value.startswith("arn:") and kind.matches(value)]
    if arns:
        yield from arns
    elif all(values):
        count = len(values[-1])
        for index in range(count):
            names = {each: some[min(index, len(some) - 1)] for each, some in zip(wanted, values, strict=True)}
            if not any(value.startswith("arn:") for value in names.values()):
                yield _written(kind.arn, {**given, **names})


def _written(template: str, names: Mapping[str, str]) -> str:
    # A parameter of Systems Manager is named with a slash that its ARN has already; a log group's slash is its own.
    joined = "/${" in template.split(":", 5)[-1]
    return _PLACEHOLDER.sub(lambda found: names[found.group(1)].lstrip("/" if joined else ""), template)


def _values(prefix: str, placeholder: str, told: Told) -> list[str]:
    for member in members_of(prefix, placeholder):
        found = [value for name, value in told if name == member and value]
        if found:
            return found
    return []


@cache
def _types(action: Action) -> tuple[ResourceType, ...]:
    """The resource types of an action, those that it needs first."""
    service = _reference().service(action.prefix)
    if service is None:
        return ()
    uses = sorted(action.resources, key=lambda each: not each.required)
    kinds = (service.resource_types.get(each.type.lower()) for each in uses)
    return tuple(each for each in kinds if each)


@cache
def _placeholders(arn: str) -> tuple[str, ...]:
    return tuple(_PLACEHOLDER.findall(arn))


def _partition(region: str) -> str:
    return next((name for start, name in _PARTITIONS.items() if region.startswith(start)), "aws")


@cache
def _reference() -> Reference:
    return Reference.load()
