"""Say what IAM actions are: what ``bartizan action`` shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bartizan.model import InputError
from bartizan.policy.reference import Action, Reference, Service


def chosen_actions(names: Iterable[str], reference: Reference) -> list[Action]:
    """The actions of these names and patterns, each once; raises ``InputError`` for one that names nothing."""
    chosen = [action for name in names for action in _named(name, reference)]
    return list(dict.fromkeys(chosen))


def describe_action(action: Action, reference: Reference) -> dict[str, Any]:
    """All that is to say of an action, as plain JSON values."""
    service = reference.service(action.prefix)
    if service is None:
        raise InputError(f"there is no service with the prefix {action.prefix!r}")
    return {
        "action": str(action),
        "service": service.name,
        "access": str(action.access),
        "description": action.description,
        "resources": [
            {"type": use.type, "required": use.required, "arn": service.resource_types[use.type.lower()].arn}
            for use in action.resources
        ],
        "condition_keys": list(_condition_keys(action, service, reference)),
        "dependent_actions": list(action.dependent_actions),
    }


def _named(name: str, reference: Reference) -> tuple[Action, ...]:
    if "*" in name or "?" in name:
        found = reference.expand(name)
        if not found:
            raise InputError(f"no action of AWS matches {name!r}")
        return found
    if ":" not in name:
        raise InputError(f"{name!r} is no action: write the service and the action, as in s3:GetObject")
    action = reference.find(name)
    if action is None:
        raise InputError(_unknown(name, reference))
    return (action,)


def _unknown(name: str, reference: Reference) -> str:
    near = " or ".join(reference.suggest(name))
    prefix = name.partition(":")[0]
    if near:
        return f"AWS has no action {name!r}; did you mean {near}?"
    if reference.service(prefix) is None:
        return f"AWS has no service with the prefix {prefix!r}, so no action {name!r}"
    return f"AWS has no action {name!r}; `bartizan action '{prefix}:*'` lists those that there are"


def _condition_keys(action: Action, service: Service, reference: Reference) -> Iterator[dict[str, Any]]:
    """The keys that can narrow the action: its own, and those of the resource types that it works on."""
    kinds = {use.type: service.resource_types[use.type.lower()] for use in action.resources}
    names = {
        *action.condition_keys,
        *(key for use in action.resources for key in use.condition_keys),
        *(key for kind in kinds.values() for key in kind.condition_keys),
    }
    for name in sorted(names, key=str.lower):
        key = service.condition_key(name) or reference.condition_key(name)
        yield {
            "key": name,
            "types": [str(each) for each in key.types] if key else [],
            "multivalued": bool(key and key.multivalued),
        }
