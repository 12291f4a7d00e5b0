"""Elastic Load Balancing: Classic Load Balancers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bartizan.model import Resource, field, resource
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Item, Listing, Reader, Reply


@dataclass(frozen=True, slots=True)
class Listener:
    """A port that a Classic Load Balancer listens on, and the protocol of its clients."""

    port: int
    protocol: str


@resource("AWS::ElasticLoadBalancing::LoadBalancer", name="load_balancer_name")
class LoadBalancer(Resource):
    """A Classic Load Balancer."""

    load_balancer_name: str = field("Its name.")
    dns_name: str = field("The name by which it is reached.", default="lb-1.eu-west-1.elb.amazonaws.com")
    listeners: tuple[Listener, ...] = field("What it listens on.", default=(Listener(443, "HTTPS"),))
    tls_versions: tuple[str, ...] = field("The versions of SSL and TLS that its policies accept.", default=())
    access_logs: bool = field("Whether it writes access logs.", default=True)
    desync_mitigation_mode: str = field("How it treats ambiguous requests.", default="defensive")


_LB = "elasticloadbalancing:"


def _listeners(pairs: Any) -> tuple[Listener, ...]:
    found = [Listener(int(each["LoadBalancerPort"]), each["Protocol"].upper()) for each in pairs]
    return tuple(sorted(found, key=lambda each: each.port))


def _versions(reply: Reply) -> tuple[str, ...]:
    """The protocols that are on in any of these policies for TLS."""
    found = {
        each["AttributeName"].removeprefix("Protocol-")
        for policy in reply["PolicyDescriptions"]
        if policy["PolicyTypeName"] == "SSLNegotiationPolicyType"
        for each in policy["PolicyAttributeDescriptions"]
        if each["AttributeName"].startswith("Protocol-") and each["AttributeValue"] == "true"
    }
    return tuple(sorted(found))


def _used_policies(item: Item) -> list[str]:
    """The policies of its listeners; a load balancer keeps those that it had before too."""
    return sorted({name for each in item["ListenerDescriptions"] for name in each["PolicyNames"]})


def _attributes(reply: Reply) -> Item:
    return reply["LoadBalancerAttributes"]


def _mode(attributes: Mapping[str, Any]) -> str:
    pairs = {each["Key"]: each["Value"] for each in attributes.get("AdditionalAttributes") or ()}
    mode: str = pairs.get("elb.http.desyncmitigationmode", "defensive")
    return mode


def _speaks_tls(balancer: Any) -> bool:
    return any(each.protocol in {"HTTPS", "SSL"} for each in balancer.listeners)


LOAD_BALANCERS = Reader(
    LoadBalancer,
    listing=Listing(
        Call("elb:DescribeLoadBalancers", permissions=(_LB + "DescribeLoadBalancers",)),
        items="LoadBalancerDescriptions",
        params={"PageSize": 400},
        fields={
            "load_balancer_name": lambda item: item["LoadBalancerName"],
            "dns_name": lambda item: item["DNSName"].lower(),
            "listeners": lambda item: _listeners(each["Listener"] for each in item["ListenerDescriptions"]),
        },
    ),
    arn=lambda item, scope: scope.arn("elasticloadbalancing", f"loadbalancer/{item['LoadBalancerName']}"),
    details=(
        Detail(
            Call("elb:DescribeLoadBalancerAttributes", permissions=(_LB + "DescribeLoadBalancerAttributes",)),
            params=lambda item: {"LoadBalancerName": item["LoadBalancerName"]},
            fields={
                "access_logs": lambda reply: bool((_attributes(reply).get("AccessLog") or {}).get("Enabled")),
                "desync_mitigation_mode": lambda reply: _mode(_attributes(reply)),
            },
        ),
        Detail(
            Call("elb:DescribeLoadBalancerPolicies", permissions=(_LB + "DescribeLoadBalancerPolicies",)),
            params=lambda item: {"LoadBalancerName": item["LoadBalancerName"], "PolicyNames": _used_policies(item)},
            fields={"tls_versions": _versions},
            when=_speaks_tls,
            otherwise={"tls_versions": ()},
        ),
    ),
)


def _tf_listeners(block: Block) -> tuple[Listener, ...]:
    return tuple(Listener(int(each["lb_port"]), each["lb_protocol"].upper()) for each in block["listener"])


TERRAFORM_BALANCER = CodeReader(
    "aws_elb",
    LoadBalancer,
    fields={
        "load_balancer_name": lambda block: block["name"],
        "listeners": lambda block: tuple(sorted(_tf_listeners(block), key=lambda each: each.port)),
        "access_logs": lambda block: bool(block.get("access_logs") and block["access_logs"][0].get("enabled", True)),
        "desync_mitigation_mode": lambda block: block.get("desync_mitigation_mode", "defensive"),
    },
)

CLOUDFORMATION_BALANCER = CodeReader(
    "AWS::ElasticLoadBalancing::LoadBalancer",
    LoadBalancer,
    fields={
        "load_balancer_name": lambda block: block["LoadBalancerName"],
        "listeners": lambda block: _listeners(block["Listeners"]),
        "access_logs": lambda block: bool(block.get("AccessLoggingPolicy", {}).get("Enabled", False)),
    },
)
