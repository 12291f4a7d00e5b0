"""Elastic Load Balancing: application, network and gateway load balancers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bartizan.model import Resource, field, resource
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Listing, Reader, Reply, Within
from bartizan.resources.recorded import ConfigReader, recorded_tags
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in, terraform_tags
from bartizan.resources.wafv2 import associated

_DEFAULT_POLICY = "ELBSecurityPolicy-2016-08"


@resource("AWS::ElasticLoadBalancingV2::LoadBalancer", name="load_balancer_name")
class LoadBalancer(Resource):
    """An application, network or gateway load balancer."""

    load_balancer_name: str = field("Its name.")
    type: str = field("`application`, `network` or `gateway`.", default="application")
    scheme: str = field("`internet-facing` or `internal`.", default="internet-facing")
    dns_name: str = field("The name by which it is reached.", default="lb-1.elb.amazonaws.com")
    security_groups: tuple[str, ...] = field("The ids of its security groups.", default=("sg-1",))
    deletion_protection: bool = field("Whether it refuses to be deleted.", default=True)
    access_logs: bool = field("Whether it writes access logs.", default=True)
    drop_invalid_headers: bool = field("Whether it drops header fields with invalid names.", default=True)
    desync_mitigation_mode: str = field(
        "How it treats ambiguous requests: `monitor`, `defensive` or `strictest`.", default="defensive"
    )
    waf_fail_open: bool = field("Whether it lets requests through while WAF does not answer.", default=False)
    web_acl_arn: str | None = field("The web ACL that protects it.", default="arn:aws:wafv2:acl")
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::ElasticLoadBalancingV2::Listener", name="endpoint")
class Listener(Resource):
    """A port of a load balancer, and what it does by default with what arrives there."""

    endpoint: str = field("Protocol and port, such as `HTTPS:443`.", default="HTTPS:443")
    load_balancer_arn: str = field("Its load balancer.", default="arn:aws:elasticloadbalancing:lb")
    protocol: str = field("`HTTP` or `HTTPS` of application, `TCP`, `TLS` or `UDP` of network ones.", default="HTTPS")
    ssl_policy: str | None = field("The TLS versions and ciphers that it accepts, by name.", default=None)
    default_action: str = field("What it does by default: `forward`, `redirect`, ...", default="forward")
    redirect_protocol: str | None = field("The protocol that it redirects to.", default=None)
    forwarding_rules: int = field("How many of its other rules hand plain HTTP on.", default=0)
    mutual_authentication: str = field("`verify`, `passthrough` or `off`: client certificates.", default="off")


@resource("AWS::ElasticLoadBalancingV2::TargetGroup", name="target_group_name")
class TargetGroup(Resource):
    """What a load balancer hands requests to."""

    target_group_name: str = field("Its name.")
    protocol: str | None = field("The protocol of the targets; null for functions.", default="HTTPS")
    target_type: str = field("`instance`, `ip`, `lambda` or `alb`.", default="instance")


_PERMISSIONS = "elasticloadbalancing:"
_LISTING = Listing(
    Call("elbv2:DescribeLoadBalancers", permissions=(_PERMISSIONS + "DescribeLoadBalancers",)),
    items="LoadBalancers",
    params={"PageSize": 400},
    fields={
        "load_balancer_name": lambda item: item["LoadBalancerName"],
        "type": lambda item: item["Type"],
        # Gateway load balancers have no scheme: only endpoints inside of VPCs lead to them.
        "scheme": lambda item: item.get("Scheme", "internal"),
        "dns_name": lambda item: item.get("DNSName", "").lower(),
        "security_groups": lambda item: tuple(sorted(item.get("SecurityGroups") or ())),
    },
)


def _attribute(name: str, default: str) -> Callable[[Iterable[Mapping[str, Any]]], str]:
    return lambda pairs: next((each["Value"] for each in pairs if each["Key"] == name), default)


_ATTRIBUTES: Mapping[str, tuple[Callable[[Iterable[Mapping[str, Any]]], str], bool]] = {
    "deletion_protection": (_attribute("deletion_protection.enabled", "false"), True),
    "access_logs": (_attribute("access_logs.s3.enabled", "false"), True),
    "drop_invalid_headers": (_attribute("routing.http.drop_invalid_header_fields.enabled", "false"), True),
    "desync_mitigation_mode": (_attribute("routing.http.desync_mitigation_mode", "defensive"), False),
    "waf_fail_open": (_attribute("waf.fail_open.enabled", "false"), True),
}
"""Field → how it is found among attributes, and whether it is a switch."""


def _from_attributes(source: Callable[[Any], Iterable[Mapping[str, Any]]]) -> dict[str, Callable[[Any], Any]]:
    def taken(find: Callable[[Any], str], switch: bool) -> Callable[[Any], Any]:
        return lambda it: str(find(source(it))).lower() == "true" if switch else find(source(it))

    return {name: taken(*how) for name, how in _ATTRIBUTES.items()}


def _is_application(balancer: Any) -> bool:
    return bool(balancer.type == "application")


def _tags_of(key: str) -> Detail:
    return Detail(
        Call("elbv2:DescribeTags", permissions=(_PERMISSIONS + "DescribeTags",)),
        params=lambda item: {"ResourceArns": [item[key]]},
        fields={"tags": lambda reply: tags_in(reply["TagDescriptions"][0]["Tags"])},
    )


LOAD_BALANCERS = Reader(
    LoadBalancer,
    listing=_LISTING,
    arn=lambda item, _: item["LoadBalancerArn"],
    details=(
        Detail(
            Call(
                "elbv2:DescribeLoadBalancerAttributes",
                permissions=(_PERMISSIONS + "DescribeLoadBalancerAttributes",),
            ),
            params=lambda item: {"LoadBalancerArn": item["LoadBalancerArn"]},
            fields=_from_attributes(lambda reply: reply["Attributes"]),
        ),
        Detail(
            Call(
                "wafv2:GetWebACLForResource",
                permissions=(
                    "wafv2:GetWebACLForResource",
                    "wafv2:GetWebACL",
                    _PERMISSIONS + "GetLoadBalancerWebACL",
                ),
            ),
            params=lambda item: {"ResourceArn": item["LoadBalancerArn"]},
            fields={"web_acl_arn": lambda reply: (reply.get("WebACL") or {}).get("ARN")},
            when=_is_application,
            otherwise={"web_acl_arn": None},
        ),
        _tags_of("LoadBalancerArn"),
    ),
)

LOAD_BALANCER_ITEMS = ConfigReader(LoadBalancer, fields={"tags": recorded_tags})


def _default(actions: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The action that answers, after those that authenticate."""
    ordered = sorted(actions, key=lambda each: int(each.get("Order") or 0))
    return ordered[-1] if ordered else {"Type": "forward"}


def _redirect_protocol(action: Mapping[str, Any], protocol: str) -> str | None:
    settings = action.get("RedirectConfig")
    if not settings:
        return None
    wanted: str = settings.get("Protocol") or "#{protocol}"
    return protocol if wanted == "#{protocol}" else wanted


def _hands_on(rule: Mapping[str, Any]) -> bool:
    return any(each["Type"] == "forward" for each in rule["Actions"])


def _forwarding(reply: Reply) -> int:
    return sum(1 for each in reply["Rules"] if not each["IsDefault"] and _hands_on(each))


def redirects(listener: Any) -> bool:
    """Whether a listener of plain HTTP sends what no other rule matches to another place."""
    return bool(listener.protocol == "HTTP" and listener.default_action != "forward")


LISTENERS = Reader(
    Listener,
    listing=Listing(
        Call("elbv2:DescribeListeners", permissions=(_PERMISSIONS + "DescribeListeners",)),
        items="Listeners",
        within=Within(_LISTING, params=lambda item: {"LoadBalancerArn": item["LoadBalancerArn"]}),
        fields={
            # Listeners of gateway load balancers have neither: they take GENEVE on all ports.
            "endpoint": lambda item: f"{item.get('Protocol', 'GENEVE')}:{item.get('Port', 'all')}",
            "load_balancer_arn": lambda item: item["LoadBalancerArn"],
            "protocol": lambda item: item.get("Protocol", "GENEVE"),
            "ssl_policy": lambda item: item.get("SslPolicy") or None,
            "default_action": lambda item: _default(item["DefaultActions"])["Type"],
            "redirect_protocol": lambda item: _redirect_protocol(
                _default(item["DefaultActions"]), item.get("Protocol", "GENEVE")
            ),
            "mutual_authentication": lambda item: (item.get("MutualAuthentication") or {}).get("Mode", "off"),
        },
    ),
    arn=lambda item, _: item["ListenerArn"],
    details=(
        Detail(
            Call("elbv2:DescribeRules", permissions=(_PERMISSIONS + "DescribeRules",)),
            params=lambda item: {"ListenerArn": item["ListenerArn"]},
            fields={"forwarding_rules": _forwarding},
            whole="Rules",
            when=redirects,
            otherwise={"forwarding_rules": 0},
        ),
    ),
)

TARGET_GROUPS = Reader(
    TargetGroup,
    listing=Listing(
        Call("elbv2:DescribeTargetGroups", permissions=(_PERMISSIONS + "DescribeTargetGroups",)),
        items="TargetGroups",
        params={"PageSize": 400},
        fields={
            "target_group_name": lambda item: item["TargetGroupName"],
            "protocol": lambda item: item.get("Protocol"),
            "target_type": lambda item: item.get("TargetType", "instance"),
        },
    ),
    arn=lambda item, _: item["TargetGroupArn"],
)

_VERSION = re.compile(r"(?:TLS13|TLS|FS)-1-([0-3])(?:-|$)")


def oldest_tls(policy: str) -> str:
    """The oldest TLS version that a security policy of ELB accepts, such as ``1.2``, told by the policy's name.

    Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
    """
    found = _VERSION.search(policy)
    return f"1.{found[1]}" if found else "1.0"


def _tf_first(block: Block, name: str) -> Block:
    nested = block.get(name)
    return nested[0] if nested else Block({})


_TF_BALANCER: Mapping[str, Callable[[Block], Any]] = {
    "load_balancer_name": lambda block: block["name"],
    "type": lambda block: block.get("load_balancer_type", "application"),
    "scheme": lambda block: "internal" if block.get("internal", False) else "internet-facing",
    "security_groups": lambda block: tuple(sorted(block.get("security_groups", ()))),
    "deletion_protection": lambda block: bool(block.get("enable_deletion_protection", False)),
    "access_logs": lambda block: bool(_tf_first(block, "access_logs").get("enabled", False)),
    "drop_invalid_headers": lambda block: bool(block.get("drop_invalid_header_fields", False)),
    "desync_mitigation_mode": lambda block: block.get("desync_mitigation_mode", "defensive"),
    "waf_fail_open": lambda block: bool(block.get("enable_waf_fail_open", False)),
    "web_acl_arn": lambda block: associated(block, "aws_wafv2_web_acl_association", "web_acl_arn"),
    "tags": terraform_tags,
}


def _tf_balancer(code_type: str) -> CodeReader:
    return CodeReader(
        code_type,
        LoadBalancer,
        parts={"aws_wafv2_web_acl_association": "resource_arn"},
        defaulted={code_type: ("internal", "security_groups", "tags_all")},
        fields=_TF_BALANCER,
    )


TERRAFORM_LB = _tf_balancer("aws_lb")
TERRAFORM_ALB = _tf_balancer("aws_alb")


def _tf_action(block: Block) -> Mapping[str, Any]:
    """The default action that answers, in the API's shape."""
    actions = [
        {
            "Type": each["type"],
            "Order": each.get("order", 0),
            "RedirectConfig": {"Protocol": _tf_first(each, "redirect").get("protocol")}
            if each["type"] == "redirect"
            else None,
        }
        for each in block["default_action"]
    ]
    return _default(actions)


def _tf_protocol(block: Block) -> str:
    # Without one, Terraform's provider takes HTTP, and that of the endpoint for gateway load balancers.
    protocol: str = block.get("protocol", "HTTP")
    return protocol


def _tf_listener(code_type: str, rules: str) -> CodeReader:
    return CodeReader(
        code_type,
        Listener,
        parts={rules: "listener_arn"},
        defaulted={code_type: ("protocol", "ssl_policy", "mutual_authentication", "default_action.order")},
        fields={
            "endpoint": lambda block: f"{_tf_protocol(block)}:{block.get('port', 'all')}",
            "load_balancer_arn": lambda block: block["load_balancer_arn"],
            "protocol": _tf_protocol,
            "ssl_policy": lambda block: (
                block.get("ssl_policy") or (_DEFAULT_POLICY if _tf_protocol(block) in {"HTTPS", "TLS"} else None)
            ),
            "default_action": lambda block: _tf_action(block)["Type"],
            "redirect_protocol": lambda block: _redirect_protocol(_tf_action(block), _tf_protocol(block)),
            "forwarding_rules": lambda block: (
                sum(any(one["type"] == "forward" for one in each["action"]) for each in block.parts(rules))
                if _tf_protocol(block) == "HTTP" and _tf_action(block)["Type"] != "forward"
                else 0
            ),
            "mutual_authentication": lambda block: _tf_first(block, "mutual_authentication").get("mode", "off"),
        },
    )


TERRAFORM_LISTENER = _tf_listener("aws_lb_listener", "aws_lb_listener_rule")
TERRAFORM_ALB_LISTENER = _tf_listener("aws_alb_listener", "aws_alb_listener_rule")


def _tf_target_group(code_type: str) -> CodeReader:
    return CodeReader(
        code_type,
        TargetGroup,
        fields={
            "target_group_name": lambda block: block["name"],
            "protocol": lambda block: block.get("protocol"),
            "target_type": lambda block: block.get("target_type", "instance"),
        },
    )


TERRAFORM_TARGET_GROUP = _tf_target_group("aws_lb_target_group")
TERRAFORM_ALB_TARGET_GROUP = _tf_target_group("aws_alb_target_group")

CLOUDFORMATION_BALANCER = CodeReader(
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    LoadBalancer,
    parts={"AWS::WAFv2::WebACLAssociation": "ResourceArn"},
    fields={
        "load_balancer_name": lambda block: block["Name"],
        "type": lambda block: block.get("Type", "application"),
        "scheme": lambda block: block.get(
            "Scheme", "internal" if block.get("Type", "application") == "gateway" else "internet-facing"
        ),
        "security_groups": lambda block: tuple(sorted(block.get("SecurityGroups", ()))),
        **_from_attributes(lambda block: block.get("LoadBalancerAttributes", ())),
        "web_acl_arn": lambda block: associated(block, "AWS::WAFv2::WebACLAssociation", "WebACLArn"),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)

CLOUDFORMATION_LISTENER = CodeReader(
    "AWS::ElasticLoadBalancingV2::Listener",
    Listener,
    parts={"AWS::ElasticLoadBalancingV2::ListenerRule": "ListenerArn"},
    fields={
        "endpoint": lambda block: f"{block.get('Protocol', 'GENEVE')}:{block.get('Port', 'all')}",
        "load_balancer_arn": lambda block: block["LoadBalancerArn"],
        "protocol": lambda block: block.get("Protocol", "GENEVE"),
        "ssl_policy": lambda block: (
            block.get("SslPolicy") or (_DEFAULT_POLICY if block.get("Protocol") in {"HTTPS", "TLS"} else None)
        ),
        "default_action": lambda block: _default(block["DefaultActions"])["Type"],
        "redirect_protocol": lambda block: _redirect_protocol(
            _default(block["DefaultActions"]), block.get("Protocol", "GENEVE")
        ),
        "forwarding_rules": lambda block: (
            sum(map(_hands_on, block.parts("AWS::ElasticLoadBalancingV2::ListenerRule")))
            if block.get("Protocol") == "HTTP" and _default(block["DefaultActions"])["Type"] != "forward"
            else 0
        ),
        "mutual_authentication": lambda block: block.get("MutualAuthentication", {}).get("Mode", "off"),
    },
)

CLOUDFORMATION_TARGET_GROUP = CodeReader(
    "AWS::ElasticLoadBalancingV2::TargetGroup",
    TargetGroup,
    fields={
        "target_group_name": lambda block: block["Name"],
        "protocol": lambda block: block.get("Protocol"),
        "target_type": lambda block: block.get("TargetType", "instance"),
    },
)
