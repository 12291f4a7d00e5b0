"""Classic Load Balancers that fail."""

from __future__ import annotations

from typing import Any

from harden.aws import Aws
from harden.seeded import State, seeds

_REFERENCES = {
    "ELBSecurityPolicy-2016-08": ("TLSv1", "TLSv1.1", "TLSv1.2"),
    "ELBSecurityPolicy-TLS-1-2-2017-01": ("TLSv1.2",),
}
_PLAIN = {"Protocol": "HTTP", "LoadBalancerPort": 80, "InstanceProtocol": "HTTP", "InstancePort": 8080}
_TLS = {
    "Protocol": "HTTPS",
    "LoadBalancerPort": 443,
    "InstanceProtocol": "HTTP",
    "InstancePort": 8080,
}
_TCP = {"Protocol": "TCP", "LoadBalancerPort": 25, "InstanceProtocol": "TCP", "InstancePort": 25}


def _balancer(aws: Aws, *listeners: dict[str, Any]) -> Any:
    elb = aws.client("elb")
    elb.create_load_balancer(
        LoadBalancerName="shop", Listeners=list(listeners), AvailabilityZones=["eu-west-1a", "eu-west-1b"]
    )
    aws.answers("elb:DescribeLoadBalancerPolicies", lambda params: _policies(elb, params))
    return elb


def _policies(elb: Any, params: dict[str, Any]) -> Any:
    """The policies, with what those of TLS accept, which moto does not tell."""
    found = elb.describe_load_balancer_policies(**params)["PolicyDescriptions"]
    for each in found:
        each.setdefault("PolicyAttributeDescriptions", [])
        pairs = {one["AttributeName"]: one["AttributeValue"] for one in each["PolicyAttributeDescriptions"]}
        for version in _REFERENCES.get(pairs.get("Reference-Security-Policy", ""), ()):
            each["PolicyAttributeDescriptions"].append(
                {"AttributeName": f"Protocol-{version}", "AttributeValue": "true"}
            )
    return {"PolicyDescriptions": found}


def _state(elb: Any) -> State:
    def ask() -> Any:
        (found,) = elb.describe_load_balancers()["LoadBalancerDescriptions"]
        found["ListenerDescriptions"].sort(key=lambda each: each["Listener"]["LoadBalancerPort"])
        return found, elb.describe_load_balancer_attributes(LoadBalancerName="shop")["LoadBalancerAttributes"]

    return ask


@seeds("elb.desync-only-watched", "elb.old-tls", "elb.plain-http")
def classic_balancer_with_everything_wrong(aws: Aws) -> State:
    certificate = aws.client("acm").request_certificate(DomainName="shop.example.com")["CertificateArn"]
    elb = _balancer(aws, _TCP, _PLAIN, {**_TLS, "SSLCertificateId": certificate})
    elb.create_lb_cookie_stickiness_policy(LoadBalancerName="shop", PolicyName="sticky", CookieExpirationPeriod=60)
    elb.create_load_balancer_policy(
        LoadBalancerName="shop",
        PolicyName="tls",
        PolicyTypeName="SSLNegotiationPolicyType",
        PolicyAttributes=[
            {"AttributeName": "Reference-Security-Policy", "AttributeValue": "ELBSecurityPolicy-2016-08"}
        ],
    )
    for port, names in ((443, ["sticky", "tls"]), (80, ["sticky"])):
        elb.set_load_balancer_policies_of_listener(LoadBalancerName="shop", LoadBalancerPort=port, PolicyNames=names)
    given = {
        "CrossZoneLoadBalancing": {"Enabled": True},
        "AdditionalAttributes": [{"Key": "elb.http.desyncmitigationmode", "Value": "monitor"}],
    }
    elb.modify_load_balancer_attributes(LoadBalancerName="shop", LoadBalancerAttributes=given)
    return _state(elb)


@seeds("elb.plain-http")
def classic_balancer_with_a_plain_listener(aws: Aws) -> State:
    return _state(_balancer(aws, _PLAIN, _TCP))
