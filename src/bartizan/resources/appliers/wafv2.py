"""Web ACLs: changing them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put, Refused
from bartizan.resources.reading import Call, Reply
from bartizan.resources.wafv2 import AclRule, WebAcl

_SENT_BACK = (
    "DefaultAction", "Description", "Rules", "VisibilityConfig", "DataProtectionConfig", "CustomResponseBodies",
    "CaptchaConfig", "ChallengeConfig", "TokenDomains", "AssociationConfig", "OnSourceDDoSProtectionConfig",
    "ApplicationConfig", "MonetizationConfig",
)  # fmt: skip
"""What an update takes. It replaces all of it:
https://docs.aws.amazon.com/waf/latest/APIReference/API_UpdateWebACL.html"""

# Requests are often told by a header that only the right sender knows, or get one on their way.
_SECRET = ("SearchString", "RegexString", "InsertHeaders")


def _names(acl: WebAcl) -> dict[str, str]:
    return {"Name": acl.web_acl_name, "Scope": acl.scope, "Id": acl.arn.rpartition("/")[2]}


def _kept(reply: Reply) -> dict[str, Any]:
    acl = reply["WebACL"]
    # An empty description is told, but not taken.
    settings = {name: _as_text(acl[name]) for name in _SENT_BACK if acl.get(name)}
    return {"settings": settings, "token": reply["LockToken"]}


def _as_text(value: Any) -> Any:
    """Values with the bytes in them as text, as which an update takes them too."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            raise Refused("one of its rules looks for bytes that are no text: change it in the console") from None
    if isinstance(value, Mapping):
        return {name: _as_text(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_as_text(each) for each in value]
    return value


def _update(edit: Edit) -> Params:
    settings = edit.now["settings"]
    rules = _changed(edit, settings.get("Rules", []))
    return {**_names(edit.after), **settings, "Rules": rules, "LockToken": edit.now["token"]}


def _changed(edit: Edit, rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rules as they are, without those that go, with what other ones do, and with those that come at the end."""
    was = {each.name: each for each in edit.before.rules}
    will = {each.name: each for each in edit.after.rules}
    coming = [each for each in edit.after.rules if each.name not in was]
    _require_own(edit, {each["Name"] for each in rules}, adds=bool(coming))
    kept = [each for each in rules if each["Name"] in will or each["Name"] not in was]
    turned = {name for name in was.keys() & will.keys() if was[name].stops is not will[name].stops}
    kept = [_with_override(each, will[each["Name"]]) if each["Name"] in turned else each for each in kept]
    last = max((each["Priority"] for each in kept), default=-1)
    return kept + [_rule(each, last + number) for number, each in enumerate(coming, 1)]


def _require_own(edit: Edit, own: set[str], *, adds: bool) -> None:
    """Raise ``Refused`` where rules of Firewall Manager would change, or stand behind one that is added."""
    theirs = [each for each in edit.before.rules if each.name not in own]
    names = {each.name for each in edit.after.rules}
    changed = [each.name for each in theirs if each.name in names and each not in edit.after.rules]
    if changed or (adds and theirs and edit.before.rules[-1] in theirs):
        raise Refused(f"Firewall Manager governs {', '.join(changed) or 'its last rules'}: change the policy there")


def _with_override(rule: dict[str, Any], will: AclRule) -> dict[str, Any]:
    return {**rule, "OverrideAction": {"None": {}} if will.stops else {"Count": {}}}


def _rule(rule: AclRule, priority: int) -> dict[str, Any]:
    seen = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": rule.name}
    common = {"Name": rule.name, "Priority": priority, "VisibilityConfig": seen}
    if rule.rate:
        rate = {"Limit": rule.rate.limit, "EvaluationWindowSec": rule.rate.window, "AggregateKeyType": "IP"}
        return {**common, "Statement": {"RateBasedStatement": rate}, "Action": {"Block": {}}}
    vendor, _, name = rule.managed.partition("/")
    group = {"ManagedRuleGroupStatement": {"VendorName": vendor, "Name": name}}
    return {**common, "Statement": group, "OverrideAction": {"None": {}}}


WEB_ACL = ApiWriter(
    WebAcl,
    puts=(
        Put(
            Call("wafv2:UpdateWebACL"),
            _update,
            ("rules",),
            look=Look(Call("wafv2:GetWebACL"), _names, _kept, hidden=_SECRET),
            unshown=("LockToken",),
            hidden=_SECRET,
            busy=("WAFUnavailableEntityException",),
        ),
    ),
)
