"""Event buses and their rules: changing them."""

from __future__ import annotations

from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Params, Put, policy_text
from bartizan.resources.events import EventBus, EventRule
from bartizan.resources.reading import Call

_BUSY = ("ConcurrentModificationException",)


def _policy(edit: Edit) -> Params | None:
    # Given as a whole, it takes the place of all statements that there were.
    text = policy_text(edit.after.policy)
    return {"EventBusName": edit.after.event_bus_name, "Policy": text} if text else None


def _no_policy(edit: Edit) -> Params | None:
    if policy_text(edit.after.policy):
        return None
    return {"EventBusName": edit.after.event_bus_name, "RemoveAllPermissions": True}


EVENT_BUS = ApiWriter(
    EventBus,
    puts=(
        Put(Call("events:PutPermission"), _policy, ("policy",), busy=_BUSY),
        Put(Call("events:RemovePermission"), _no_policy, ("policy",), busy=_BUSY),
    ),
)


def _rule(edit: Edit) -> dict[str, Any]:
    return {"Name": edit.after.rule_name, "EventBusName": edit.after.event_bus_name}


EVENT_RULE = ApiWriter(
    EventRule,
    puts=(
        Put(
            Call("events:EnableRule"),
            lambda edit: _rule(edit) if edit.after.enabled else None,
            ("enabled",),
            busy=_BUSY,
        ),
        Put(
            Call("events:DisableRule"),
            lambda edit: None if edit.after.enabled else _rule(edit),
            ("enabled",),
            busy=_BUSY,
        ),
    ),
)
