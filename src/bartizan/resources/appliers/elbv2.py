"""Application and network load balancers and their listeners: changing them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put
from bartizan.resources.elbv2 import Listener, LoadBalancer
from bartizan.resources.reading import Call

_ATTRIBUTES = {
    "deletion_protection": "deletion_protection.enabled",
    "drop_invalid_headers": "routing.http.drop_invalid_header_fields.enabled",
    "desync_mitigation_mode": "routing.http.desync_mitigation_mode",
    "waf_fail_open": "waf.fail_open.enabled",
}


def _call(operation: str) -> Call:
    return Call(f"elbv2:{operation}", (f"elasticloadbalancing:{operation}",))


def _attributes(edit: Edit) -> Iterator[Mapping[str, str]]:
    for name, key in _ATTRIBUTES.items():
        if edit.changes(name):
            value = getattr(edit.after, name)
            yield {"Key": key, "Value": str(value).lower() if isinstance(value, bool) else value}


LOAD_BALANCER = ApiWriter(
    LoadBalancer,
    puts=(
        Put(
            _call("ModifyLoadBalancerAttributes"),
            lambda edit: {"LoadBalancerArn": edit.after.arn, "Attributes": list(_attributes(edit))},
            tuple(_ATTRIBUTES),
        ),
    ),
)

_TO_HTTPS = {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}


def _redirected(action: Mapping[str, Any]) -> Mapping[str, Any]:
    """The action as a redirect to HTTPS; what redirects already keeps its host, path and query."""
    if action["Type"] != "redirect":
        return _TO_HTTPS
    return {"Type": "redirect", "RedirectConfig": {**action["RedirectConfig"], "Protocol": "HTTPS", "Port": "443"}}


def _default(edit: Edit) -> Params | None:
    """The default actions, which the call replaces as a whole; a listener of HTTP has one."""
    if not edit.changes("default_action", "redirect_protocol"):
        return None
    actions = edit.was if edit.undoing else [_redirected(edit.now[-1])]
    return {"ListenerArn": edit.after.arn, "DefaultActions": actions}


def _rules(edit: Edit) -> list[Params]:
    """The actions of the rules that hand requests on; their conditions stay, since the call is not given any.

    They are counted only where the listener itself redirects, so all are looked at when it begins to.
    """
    if edit.undoing:
        there = {each["RuleArn"] for each in edit.now}
        return [
            {"RuleArn": each["RuleArn"], "Actions": each["Actions"]} for each in edit.was if each["RuleArn"] in there
        ]
    return [{"RuleArn": each["RuleArn"], "Actions": [_TO_HTTPS]} for each in edit.now if _hands_on(each)]


def _hands_on(rule: Mapping[str, Any]) -> bool:
    return any(each["Type"] == "forward" for each in rule["Actions"])


def _kept_rules(reply: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"RuleArn": each["RuleArn"], "Actions": each["Actions"]} for each in reply["Rules"] if not each["IsDefault"]
    ]


LISTENER = ApiWriter(
    Listener,
    puts=(
        Put(
            _call("ModifyListener"),
            lambda edit: {"ListenerArn": edit.after.arn, "SslPolicy": edit.after.ssl_policy},
            ("ssl_policy",),
        ),
        Put(
            _call("ModifyRule"),
            _rules,
            ("default_action", "redirect_protocol", "forwarding_rules"),
            look=Look(
                _call("DescribeRules"), lambda listener: {"ListenerArn": listener.arn, "PageSize": 400}, _kept_rules
            ),
        ),
        Put(
            _call("ModifyListener"),
            _default,
            ("default_action", "redirect_protocol"),
            look=Look(
                _call("DescribeListeners"),
                lambda listener: {"ListenerArns": [listener.arn]},
                lambda reply: reply["Listeners"][0]["DefaultActions"],
            ),
        ),
    ),
)
