"""Security Hub: changing it."""

from __future__ import annotations

from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Params, Put
from bartizan.resources.reading import Call
from bartizan.resources.securityhub import FindingAggregator, Hub


def _turned(edit: Edit, *, on: bool) -> bool:
    return edit.changes("enabled") and edit.after.enabled is on


def _enable(edit: Edit) -> Params | None:
    # The standards are chosen one by one below.
    return {"EnableDefaultStandards": False} if _turned(edit, on=True) else None


def _disable(edit: Edit) -> Params | None:
    return {} if _turned(edit, on=False) else None


def _controls(edit: Edit) -> Params | None:
    """A hub that is turned on begins with new controls on; one that is turned off has no settings any more."""
    begins = True if edit.changes("enabled") else edit.before.auto_enable_controls
    if not edit.after.enabled or edit.after.auto_enable_controls == begins:
        return None
    return {"AutoEnableControls": edit.after.auto_enable_controls}


def _standards(hub: Hub) -> set[str]:
    return {each.standard for each in hub.standards}


def _more(edit: Edit) -> Params | None:
    added = sorted(_standards(edit.after) - _standards(edit.before)) if edit.after.enabled else []
    return {"StandardsSubscriptionRequests": [{"StandardsArn": each} for each in added]} if added else None


def _fewer(edit: Edit) -> Params | None:
    gone = sorted(_standards(edit.before) - _standards(edit.after)) if edit.after.enabled else []
    return {"StandardsSubscriptionArns": [_subscription(edit.after, each) for each in gone]} if gone else None


def _subscription(hub: Hub, standard: str) -> str:
    """The account's own ARN of a standard."""
    _, partition, *_ = standard.split(":")
    name = standard.partition("/")[2]
    return f"arn:{partition}:securityhub:{hub.region}:{hub.account}:subscription/{name}"


# Right after it was turned on, Security Hub may not know yet that it is.
_NOT_YET = ("InvalidAccessException: is not subscribed",)
_CHOSEN = ("enabled", "standards")

HUB = ApiWriter(
    Hub,
    puts=(
        Put(
            Call("securityhub:EnableSecurityHub", ("securityhub:EnableSecurityHub", "iam:CreateServiceLinkedRole")),
            _enable,
            ("enabled",),
            already=("ResourceConflictException",),
        ),
        Put(Call("securityhub:DisableSecurityHub"), _disable, ("enabled",)),
        Put(
            Call("securityhub:UpdateSecurityHubConfiguration"),
            _controls,
            ("enabled", "auto_enable_controls"),
            busy=_NOT_YET,
        ),
        Put(Call("securityhub:BatchEnableStandards"), _more, _CHOSEN, busy=_NOT_YET),
        Put(Call("securityhub:BatchDisableStandards"), _fewer, _CHOSEN),
    ),
)


def _aggregator(edit: Edit) -> dict[str, Any]:
    given = {"FindingAggregatorArn": edit.after.arn, "RegionLinkingMode": edit.after.region_linking_mode}
    return {**given, "Regions": list(edit.after.regions)} if edit.after.regions else given


AGGREGATOR = ApiWriter(
    FindingAggregator,
    puts=(Put(Call("securityhub:UpdateFindingAggregator"), _aggregator, ("region_linking_mode", "regions")),),
)
