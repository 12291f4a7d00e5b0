"""Classic Load Balancers: changing them."""

from __future__ import annotations

from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put
from bartizan.resources.elb import LoadBalancer
from bartizan.resources.reading import Call, Reply

_TLS = "ELBSecurityPolicy-TLS-1-2-2017-01"
_NAME = f"Bartizan-{_TLS}"


def _call(operation: str) -> Call:
    return Call(f"elb:{operation}", (f"elasticloadbalancing:{operation}",))


def _of(balancer: LoadBalancer) -> dict[str, Any]:
    return {"LoadBalancerName": balancer.load_balancer_name}


def _kept(reply: Reply) -> dict[str, Any]:
    """The listeners with their policies, which of these are for cookies, and all others that there are."""
    (found,) = reply["LoadBalancerDescriptions"]
    policies = found.get("Policies") or {}
    cookies = [
        *(policies.get("AppCookieStickinessPolicies") or ()),
        *(policies.get("LBCookieStickinessPolicies") or ()),
    ]
    return {
        "Listeners": found["ListenerDescriptions"],
        "Cookies": [each["PolicyName"] for each in cookies],
        "Others": list(policies.get("OtherPolicies") or ()),
    }


_LOOK = Look(
    _call("DescribeLoadBalancers"), lambda balancer: {"LoadBalancerNames": [balancer.load_balancer_name]}, _kept
)


def _policies(edit: Edit) -> list[Params]:
    """The policies of listeners, which the call replaces; those for cookies stay.

    A listener that is made again in an undo gets those that it had.
    """
    if edit.undoing:
        made = _missing(edit)
        chosen = [
            each
            for each in edit.was["Listeners"]
            if (each in made and each["PolicyNames"]) or (edit.changes("tls_versions") and _speaks_tls(each))
        ]
        return [_set(edit, each, each["PolicyNames"]) for each in chosen]
    if not edit.changes("tls_versions"):
        return []
    cookies = edit.now["Cookies"]
    return [
        _set(edit, each, [*(name for name in each["PolicyNames"] if name in cookies), _NAME])
        for each in edit.now["Listeners"]
        if _speaks_tls(each)
    ]


def _speaks_tls(described: Any) -> bool:
    return described["Listener"]["Protocol"].upper() in {"HTTPS", "SSL"}


def _set(edit: Edit, described: Any, names: list[str]) -> Params:
    return {**_of(edit.after), "LoadBalancerPort": described["Listener"]["LoadBalancerPort"], "PolicyNames": names}


def _missing(edit: Edit) -> list[Any]:
    """The listeners that the change took away, as they were."""
    ports = {each.port for each in edit.after.listeners} - {each.port for each in edit.before.listeners}
    return [each for each in edit.was["Listeners"] if each["Listener"]["LoadBalancerPort"] in ports]


def _made_again(edit: Edit) -> Params | None:
    made = _missing(edit) if edit.undoing else []
    return {**_of(edit.after), "Listeners": [each["Listener"] for each in made]} if made else None


def _taken_away(edit: Edit) -> Params | None:
    ports = {each.port for each in edit.before.listeners} - {each.port for each in edit.after.listeners}
    return {**_of(edit.after), "LoadBalancerPorts": sorted(ports)} if ports else None


def _new_policy(edit: Edit) -> Params | None:
    if edit.undoing or _NAME in edit.now["Others"]:
        return None
    return {
        **_of(edit.after),
        "PolicyName": _NAME,
        "PolicyTypeName": "SSLNegotiationPolicyType",
        "PolicyAttributes": [{"AttributeName": "Reference-Security-Policy", "AttributeValue": _TLS}],
    }


def _no_policy(edit: Edit) -> Params | None:
    return {**_of(edit.after), "PolicyName": _NAME} if edit.undoing and _NAME not in edit.was["Others"] else None


def _mode(edit: Edit) -> Params:
    mode = {"Key": "elb.http.desyncmitigationmode", "Value": edit.after.desync_mitigation_mode}
    return {**_of(edit.after), "LoadBalancerAttributes": {"AdditionalAttributes": [mode]}}


LOAD_BALANCER = ApiWriter(
    LoadBalancer,
    puts=(
        Put(_call("ModifyLoadBalancerAttributes"), _mode, ("desync_mitigation_mode",)),
        Put(_call("DeleteLoadBalancerPolicy"), _no_policy, ("tls_versions",), look=_LOOK),
        Put(
            _call("CreateLoadBalancerPolicy"),
            _new_policy,
            ("tls_versions",),
            look=_LOOK,
            already=("DuplicatePolicyName",),
        ),
        Put(_call("SetLoadBalancerPoliciesOfListener"), _policies, ("tls_versions", "listeners"), look=_LOOK),
        Put(_call("CreateLoadBalancerListeners"), _made_again, ("listeners",), look=_LOOK),
        Put(_call("DeleteLoadBalancerListeners"), _taken_away, ("listeners",)),
    ),
)
