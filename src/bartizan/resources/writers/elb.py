"""Classic Load Balancers as code."""

from __future__ import annotations

from bartizan.resources.elb import LoadBalancer
from bartizan.resources.writing import CodeWriter, Own, Part, nested

# ELB's own policies go by name; this one takes TLS 1.2 alone.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-security-policy-table.html
_TLS_1_2 = "ELBSecurityPolicy-TLS-1-2-2017-01"
_POLICY = "tls-1-2"


def _only_new(balancer: LoadBalancer) -> bool:
    return balancer.tls_versions == ("TLSv1.2",)


TERRAFORM_BALANCER = CodeWriter(
    "aws_elb",
    LoadBalancer,
    names={"load_balancer_name": "name"},
    fields={
        "listeners": lambda balancer: {
            "listener": [nested(lb_port=each.port, lb_protocol=each.protocol.lower()) for each in balancer.listeners]
        },
        "desync_mitigation_mode": "desync_mitigation_mode",
    },
    parts=(
        Part(
            "aws_load_balancer_policy",
            {
                "tls_versions": lambda balancer: {
                    "policy_name": _POLICY if _only_new(balancer) else None,
                    "policy_type_name": "SSLNegotiationPolicyType" if _only_new(balancer) else None,
                    "policy_attribute": nested(name="Reference-Security-Policy", value=_TLS_1_2)
                    if _only_new(balancer)
                    else None,
                }
            },
            {"load_balancer_name": Own("name")},
        ),
        Part(
            "aws_load_balancer_listener_policy",
            {
                "tls_versions": lambda balancer: [
                    {"load_balancer_port": each.port, "policy_names": [_POLICY]}
                    for each in balancer.listeners
                    if each.protocol in {"HTTPS", "SSL"}
                ]
            },
            {"load_balancer_name": Own("name")},
        ),
    ),
    import_id=lambda balancer: balancer.load_balancer_name,
)

CLOUDFORMATION_BALANCER = CodeWriter(
    "AWS::ElasticLoadBalancing::LoadBalancer",
    LoadBalancer,
    names={"load_balancer_name": "LoadBalancerName"},
    fields={
        "listeners": lambda balancer: {
            "Listeners": [
                {"LoadBalancerPort": str(each.port), "Protocol": each.protocol} for each in balancer.listeners
            ]
        },
        "tls_versions": lambda balancer: {
            "Policies": [
                {
                    "PolicyName": _POLICY,
                    "PolicyType": "SSLNegotiationPolicyType",
                    "Attributes": [{"Name": "Reference-Security-Policy", "Value": _TLS_1_2}],
                }
            ]
            if _only_new(balancer)
            else None
        },
    },
)
